"""OpenID Connect, where it is set up: authorization code with PKCE; the issuer's word is checked.

OpenID Connect Core 1.0 §3.1, RFC 7636 (PKCE), RFC 9700 (current practice). The issuer says who somebody is;
what the account may do is kept here, and only accounts that staff linked to a `sub` are let in.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Any, Self
from urllib.parse import urlencode

import jwt

from features.errors import RequestError
from serving.access.issuer_calls import IssuerCalls, is_safe
from serving.access.refusals import Refused
from serving.settings import Settings

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Only signatures that the issuer alone can make: neither `none` nor a shared secret."""
LEEWAY_SECONDS = 30
NEEDED = ("iss", "aud", "exp", "iat", "sub")
LONGEST_COOKIE, LONGEST_WANTED = 3500, 400


@dataclass(frozen=True, slots=True)
class Attempt:
    """One log-in under way, kept by the browser that began it.

    Attributes:
        state: Comes back with the code: the answer belongs to this browser.
        nonce: Comes back in the ID token: it was made for this attempt.
        verifier: PKCE: whoever stole the code lacks it.
        wanted: Where to go afterwards.
    """

    state: str
    nonce: str
    verifier: str
    wanted: str

    @classmethod
    def new(cls, wanted: str) -> Self:
        """An attempt with fresh secrets; a path that no cookie would hold is forgotten."""
        kept = wanted if len(wanted.encode("utf-8", "surrogatepass")) <= LONGEST_WANTED else "/"
        return cls(token_urlsafe(), token_urlsafe(), token_urlsafe(48), kept)

    def as_cookie(self) -> str:
        """As a cookie's text."""
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()

    @classmethod
    def from_cookie(cls, text: str | None) -> Self | None:
        """The attempt of a cookie; None where it holds none."""
        if not text or len(text) > LONGEST_COOKIE:
            return None
        try:
            told = json.loads(base64.urlsafe_b64decode(text))
            parts = [told[name] for name in cls.__slots__]
        except (ValueError, KeyError, TypeError):
            return None
        return cls(*parts) if all(isinstance(part, str) for part in parts) else None


class Issuer:
    """The issuer of one service's settings.

    Args:
        address: The issuer, as its tokens name it.
        client_id: Name of this service there.
        client_secret: Its secret there; None for a public client.
    """

    def __init__(self, address: str, client_id: str, client_secret: str | None) -> None:
        self._address, self._client_id = address, client_id
        self._calls = IssuerCalls(address, client_id, client_secret)

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """The issuer that is set; None where none is.

        Raises:
            RequestError: It has no client id, or is reached without encryption.
        """
        if settings.oidc_issuer is None:
            return None
        if settings.oidc_client_id is None:
            raise RequestError("LVDAITONG_OIDC_ISSUER is set, LVDAITONG_OIDC_CLIENT_ID is not")
        if not is_safe(settings.oidc_issuer):
            raise RequestError("LVDAITONG_OIDC_ISSUER: an https address is expected")
        return cls(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)

    def begin(self, attempt: Attempt, back: str) -> str:
        """Where to send the browser.

        Args:
            attempt: The attempt; the browser keeps it.
            back: Our own address for the answer.

        Raises:
            IssuerGone: The issuer does not answer.
        """
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": back,
            "scope": "openid",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": _challenge(attempt.verifier),
            "code_challenge_method": "S256",
        }
        address = self._calls.endpoint("authorization_endpoint")
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"

    def finish(self, attempt: Attempt | None, answer: Mapping[str, str], back: str) -> str:
        """The subject that the issuer vouches for.

        Args:
            attempt: The attempt, from the browser's cookie; None where it began none.
            answer: What came back with the browser: `state` and `code`.
            back: Our own address, as in `begin`.

        Raises:
            Refused: The answer belongs to another attempt, or its ID token proves nothing.
            IssuerGone: The issuer does not answer.
        """
        if attempt is None:
            raise Refused(why="oidc-attempt")
        if not compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
            raise Refused(why="oidc-state")
        if "iss" in answer and answer["iss"] != self._address:  # RFC 9207
            raise Refused(why="oidc-issuer")
        if not answer.get("code"):
            raise Refused(why="oidc-no-code")
        told = self._calls.redeem(answer["code"], attempt.verifier, back)
        return self._subject(told.get("id_token"), attempt.nonce)

    def _subject(self, id_token: Any, nonce: str) -> str:
        if not isinstance(id_token, str):
            raise Refused(why="oidc-no-token")
        try:
            key = self._calls.key(jwt.get_unverified_header(id_token).get("kid"))
            claims = jwt.decode(
                id_token,
                key,
                algorithms=list(ALGORITHMS),
                audience=self._client_id,
                issuer=self._address,
                leeway=LEEWAY_SECONDS,
                options={"require": list(NEEDED)},
            )
        except jwt.PyJWTError as error:
            raise Refused(why=f"oidc-{type(error).__name__}") from None
        self._expect_ours(claims, nonce)
        subject: str = claims["sub"]
        return subject

    def _expect_ours(self, claims: Mapping[str, Any], nonce: str) -> None:
        """Made for this attempt and for this service alone (Core §3.1.3.7)."""
        told = claims.get("nonce")
        if not isinstance(told, str) or not compare_digest(told.encode(), nonce.encode()):
            raise Refused(why="oidc-nonce")
        is_shared = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if is_shared else self._client_id) != self._client_id:
            raise Refused(why="oidc-azp")


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
