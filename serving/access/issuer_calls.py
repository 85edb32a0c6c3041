"""What is asked of an OpenID Connect issuer: its description, its keys, a token for a code."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from threading import Lock
from time import monotonic
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote_plus, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import jwt

from features.errors import LvdaitongError
from serving.access.refusals import Refused

TIMEOUT_SECONDS = 5.0
MOST_BYTES = 1 << 20
FRESH_SECONDS = 3600.0
SOON_SECONDS = 30.0
"""An unknown key is looked up again, but not more often than this."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class IssuerGone(LvdaitongError):  # noqa: N818 - the name is the sentence
    """The issuer cannot be asked now, or answers nonsense."""


class _NoRedirects(HTTPRedirectHandler):
    """A redirect could lead a secret elsewhere; it stays an error."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Nowhere."""
        return


_OPENER = build_opener(_NoRedirects)


@dataclass(frozen=True, slots=True)
class Read:
    """What was read, and when."""

    told: dict[str, Any]
    at: float


class IssuerCalls:
    """Calls to one issuer; its description and keys are remembered for an hour.

    Args:
        address: The issuer.
        client_id: Name of this service there.
        client_secret: Its secret there; None for a public client.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        address: str,
        client_id: str,
        client_secret: str | None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._address, self._client = address, (client_id, client_secret)
        self._clock = clock
        self._read: dict[str, Read] = {}
        self._lock = Lock()

    def endpoint(self, name: str) -> str:
        """An address from the issuer's description (OpenID Connect Discovery 1.0 §4).

        Raises:
            IssuerGone: It cannot be read, describes another issuer, or has no such address.
        """
        told = self._remembered(f"{self._address.rstrip('/')}/.well-known/openid-configuration")
        if told.get("issuer") != self._address:
            raise IssuerGone(f"the issuer's description is of {told.get('issuer')!r}, not of its own address")
        address = told.get(name)
        if not isinstance(address, str) or not is_safe(address):
            raise IssuerGone(f"the issuer's description has no {name} with https")
        return address

    def key(self, kid: str | None) -> jwt.PyJWK:
        """The key of a signature; looked up again where it is not known yet.

        Raises:
            Refused: The issuer has no such key.
            IssuerGone: Its keys cannot be read.
        """
        address = self.endpoint("jwks_uri")
        for fresh in (FRESH_SECONDS, SOON_SECONDS):
            keys = _signing(self._remembered(address, fresh))
            found = [key for key in keys if kid is None or key.key_id == kid]
            if len(found) == 1:
                return found[0]
        raise Refused(why="oidc-key")

    def redeem(self, code: str, verifier: str, back: str) -> dict[str, Any]:
        """What the issuer gives for a code (RFC 6749 §4.1.3).

        Raises:
            Refused: It does not accept the code.
            IssuerGone: It does not answer.
        """
        client_id, secret = self._client
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": verifier,
            "client_id": client_id,
        }
        asked = Request(self.endpoint("token_endpoint"), urlencode(form).encode())  # noqa: S310 - https only
        if secret is not None:
            pair = f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()
            asked.add_header("Authorization", f"Basic {base64.b64encode(pair).decode()}")
        try:
            return _json(asked)
        except HTTPError as error:
            if error.code in (400, 401):
                raise Refused(why="oidc-code") from None
            raise IssuerGone(f"the issuer's token endpoint answers {error.code}") from None

    def _remembered(self, address: str, fresh: float = FRESH_SECONDS) -> dict[str, Any]:
        with self._lock:
            read = self._read.get(address)
        if read is not None and self._clock() - read.at < fresh:
            return read.told
        try:
            told = _json(Request(address))  # noqa: S310 - https only, see is_safe
        except HTTPError as error:
            raise IssuerGone(f"the issuer answers {error.code} for {urlsplit(address).path}") from None
        with self._lock:
            self._read[address] = Read(told, self._clock())
        return told


def is_safe(address: str) -> bool:
    """Whether an address is encrypted, or of this very machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _json(asked: Request) -> dict[str, Any]:
    """A JSON object.

    Raises:
        HTTPError: The issuer refuses.
        IssuerGone: It does not answer, or with something else.
    """
    try:
        with _OPENER.open(asked, timeout=TIMEOUT_SECONDS) as answer:
            told = json.loads(answer.read(MOST_BYTES))
    except HTTPError as error:
        error.close()
        raise
    except (OSError, HTTPException, ValueError) as error:
        raise IssuerGone(f"the issuer does not answer ({type(error).__name__})") from None
    if not isinstance(told, dict):
        raise IssuerGone("the issuer answers no JSON object")
    return told


def _signing(told: dict[str, Any]) -> list[jwt.PyJWK]:
    try:
        keys = jwt.PyJWKSet.from_dict(told).keys
    except (jwt.PyJWTError, AttributeError, TypeError) as error:
        raise IssuerGone(f"the issuer's keys cannot be read ({type(error).__name__})") from None
    return [key for key in keys if key.public_key_use in (None, "sig")]
