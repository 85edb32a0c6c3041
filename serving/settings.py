"""What the service is told from outside: environment variables only; secrets are never printed."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from features.errors import RequestError
from features.home import Home

PREFIX = "LVDAITONG_"
SHORTEST_KEY = 32
STALE_AFTER_DAYS = 45


@dataclass(frozen=True, slots=True)
class Settings:
    """How one service runs.

    Attributes:
        database_url: SQLAlchemy's address of the records; None for `service.db` in the home.
        audit_key: Secret that seals the audit log (HMAC-SM3); empty only in the demo.
        is_demo: Whether demo accounts may log in, over plain HTTP.
        session_life: How long a session of the page lasts.
        token_life: How long a bearer token lasts.
        requests_per_minute: The most that one account may ask; 0 for no limit.
        failures_until_locked: So many wrong passwords in a row lock an account.
        lock_time: For so long.
        oidc_issuer: OpenID Connect: the issuer's address; None where it is not used.
        oidc_client_id: Name of the service there.
        oidc_client_secret: Its secret there.
        metrics_token: Bearer token that `/metrics` asks for; None where anyone on the network may read it.
        stale_after_days: Features older than this are called stale, in the answers and by `/readyz`.
    """

    database_url: str | None = field(default=None, repr=False)
    audit_key: str = field(default="", repr=False)
    is_demo: bool = False
    session_life: timedelta = timedelta(hours=8)
    token_life: timedelta = timedelta(days=90)
    requests_per_minute: int = 600
    failures_until_locked: int = 5
    lock_time: timedelta = timedelta(minutes=15)
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = field(default=None, repr=False)
    metrics_token: str | None = field(default=None, repr=False)
    stale_after_days: int = STALE_AFTER_DAYS

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, *, is_demo: bool = False) -> Self:
        """Settings as the environment has them.

        Raises:
            RequestError: A secret is missing or short outside the demo, or a number is none.
        """

        def said(name: str) -> str | None:
            return environment.get(PREFIX + name) or None

        demo = is_demo or said("DEMO") == "1"
        key = said("AUDIT_KEY") or ""
        if not demo and len(key) < SHORTEST_KEY:
            raise RequestError(
                f"{PREFIX}AUDIT_KEY must be set to a secret of at least {SHORTEST_KEY} characters"
                f" (found {len(key)}); only the demo runs without (serve --demo)"
            )
        return cls(
            database_url=said("DATABASE_URL"),
            audit_key=key,
            is_demo=demo,
            requests_per_minute=_whole(said, "REQUESTS_PER_MINUTE", 600),
            oidc_issuer=said("OIDC_ISSUER"),
            oidc_client_id=said("OIDC_CLIENT_ID"),
            oidc_client_secret=said("OIDC_CLIENT_SECRET"),
            metrics_token=said("METRICS_TOKEN"),
            stale_after_days=_whole(said, "STALE_AFTER_DAYS", STALE_AFTER_DAYS),
        )

    def address(self, home: Home) -> str:
        """SQLAlchemy's address of the records of a home."""
        return self.database_url or f"sqlite:///{home.service}"


def _whole(said: Callable[[str], str | None], name: str, otherwise: int) -> int:
    text = said(name)
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdecimal()):
        raise RequestError(f"{PREFIX}{name}: a whole number is expected, found {text!r}")
    return int(text)
