"""Private set intersection: one party learns which of its firms the other has, and nobody learns more.

Two parties exchange three messages, each as bytes: the asking one sends a request, the answering one a setup
and a response. Every id is hashed to a point of the curve P-256 and raised to the secrets of both sides, in
either order (Meadows 1986; Huberman, Franklin and Hogg 1999); a party sees the other's points under a secret
that it does not have.

- The asking party learns which of its ids the other has, and how many ids that one has.
- The answering party learns how many ids were asked for, and nothing else.

The parties are taken to keep to the protocol. A party that lists ids which it does not have learns of them:
the agreement and the ledger are against that, not the mathematics. An object is for one thread.
"""

import hmac
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pandas as pd

from features.errors import ModelError, RequestError
from models.lab.matching import SMALLEST_CELL, Overlap, shortest_list

SECRET_BYTES = 32
NO_FALSE_POSITIVES = 1e-12
"""Asked of the library because it must be; a list of points as they are has none."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the asking party learns.

    Attributes:
        matched: Its ids that the other party has, in their order.
        overlap: The counts; it is the left side.
    """

    matched: pd.Index = field(repr=False)
    overlap: Overlap


class Asking:
    """The party that learns which of its firms the other has.

    Args:
        ids: Keyed ids, repeated ones counted once.
        secret: To continue in another process what `request` began: the attribute of this name, 32 bytes; a
            new one where it is None. It is to be kept as well as the list itself.
        smallest_cell: Fewer matches are an error.

    Raises:
        ModelError: The library is not installed.
        RequestError: The list is empty or holds something that is no text, or the secret is none.
    """

    def __init__(
        self, ids: Iterable[str], *, secret: bytes | None = None, smallest_cell: int = SMALLEST_CELL
    ) -> None:
        self._own = _client(secret)
        self.secret: bytes = self._own.GetPrivateKeyBytes()
        self._ids = _in_secret_order(ids, self.secret)
        self._smallest_cell = smallest_cell

    def request(self) -> bytes:
        """The first message, to the answering party."""
        message: bytes = self._own.CreateRequest(self._ids).SerializeToString()
        return message

    def found(self, setup: bytes, response: bytes) -> Found:
        """Which of the own ids the other party has.

        Args:
            setup: What `Answering.setup` gave.
            response: What `Answering.respond` gave to this party's request.

        Raises:
            RequestError: A message is damaged, or does not belong to this request.
            ModelError: A list is too short, or fewer firms than the smallest cell match; the message does not
                tell how many.
        """
        library = _library()
        theirs = _parsed(library.ServerSetup, setup, "setup")
        answered = _parsed(library.Response, response, "response")
        if theirs.WhichOneof("data_structure") != "raw":
            raise RequestError("the setup is no list of points; expected what Answering.setup gives")
        if len(answered.encrypted_elements) != len(self._ids):
            raise RequestError(
                f"the response answers {len(answered.encrypted_elements)} ids, and {len(self._ids)} were "
                "asked; expected the response to this very request"
            )
        places = _tried(lambda: self._own.GetIntersection(theirs, answered), "setup or response")
        matched = pd.Index([self._ids[place] for place in places], dtype="str", name="entity_id")
        overlap = Overlap(
            left=len(self._ids),
            right=len(theirs.raw.encrypted_elements),
            matched=len(matched),
            smallest_cell=self._smallest_cell,
        )
        return Found(matched.sort_values(), overlap)


class Answering:
    """The party that learns only how many firms were asked for. One object answers one request.

    Args:
        ids: Keyed ids, repeated ones counted once.
        smallest_cell: A shorter request is refused: it would ask about single firms.

    Raises:
        ModelError: The library is not installed.
        RequestError: The list is empty or holds something that is no text.
    """

    def __init__(self, ids: Iterable[str], *, smallest_cell: int = SMALLEST_CELL) -> None:
        self._own = _library().server.CreateWithNewKey(True)
        self._ids = _in_secret_order(ids, secrets.token_bytes(SECRET_BYTES))
        self._smallest_cell = smallest_cell
        self._answered: tuple[bytes, bytes] | None = None

    def setup(self) -> bytes:
        """The own list under the own secret, to the asking party.

        The points themselves are sent, 35 bytes each, and no compressed set and no Bloom filter: those are
        smaller, and now and then say that a firm is there which is not. Such a firm would be told to be a
        customer, and counted among the matches, for good.
        """
        raw = _library().DataStructure.RAW
        points = self._own.CreateSetupMessage(NO_FALSE_POSITIVES, len(self._ids), self._ids, raw)
        message: bytes = points.SerializeToString()
        return message

    def respond(self, request: bytes) -> bytes:
        """The answer to a request, to the asking party.

        Raises:
            RequestError: The request is damaged, too short, or a second one.
        """
        if self._answered is None:
            self._answered = (request, self._raised(request))
        asked, answer = self._answered
        if asked != request:
            raise RequestError(
                "another request was answered already, and a second one could ask about single firms by what "
                "differs; begin anew, with an entry of its own in the ledger"
            )
        return answer

    def _raised(self, request: bytes) -> bytes:
        asked = _parsed(_library().Request, request, "request")
        shortest = shortest_list(self._smallest_cell)
        if len(set(asked.encrypted_elements)) < shortest:
            raise RequestError(
                f"the request asks about fewer than {shortest} firms; expected that many or more, so that "
                f"the smallest cell of {self._smallest_cell} can be kept"
            )
        message: bytes = _tried(lambda: self._own.ProcessRequest(asked), "request").SerializeToString()
        return message


def _library() -> ModuleType:
    """The library, which is an extra and comes for Linux on x86-64 only."""
    try:
        import private_set_intersection.python as psi
    except ImportError as error:
        raise ModelError(
            "private set intersection needs openmined-psi, which is not installed: pip install "
            "lvdaitong[psi] (Linux on x86-64, glibc 2.35 or newer); matching by a common key needs no more"
        ) from error
    return psi


def _client(secret: bytes | None) -> Any:
    client = _library().client
    if secret is None:
        return client.CreateWithNewKey(True)
    try:
        if len(secret) == SECRET_BYTES:
            return client.CreateFromKey(secret, True)
    except RuntimeError:
        pass  # no number that the curve admits; the library's words are not shown beside a secret
    raise RequestError(
        f"private set intersection: the secret is none; expected the {SECRET_BYTES} bytes of `Asking.secret` "
        "(what was found is not shown)"
    )


def _in_secret_order(ids: Iterable[str], secret: bytes) -> list[str]:
    """Each id once, in an order that tells nothing and is the same under the same secret."""
    different = set(ids)
    odd = {type(one).__name__ for one in different if not isinstance(one, str)}
    if odd or not different:
        found = f"values of type {', '.join(sorted(odd))}" if odd else "no id"
        raise RequestError(
            f"private set intersection: found {found}; expected keyed ids as text, none missing"
        )
    return sorted(different, key=lambda one: hmac.digest(secret, one.encode(), "sha256"))


def _parsed(kind: Any, message: bytes, name: str) -> Any:
    parsed = kind()
    _tried(lambda: parsed.ParseFromString(message), name)
    return parsed


def _tried(step: Callable[[], Any], name: str) -> Any:
    """What a step gives; the library says of a damaged message only that it could not be decoded."""
    from google.protobuf.message import DecodeError

    try:
        return step()
    except (DecodeError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise RequestError(
            f"private set intersection: the {name} is damaged or none: {reason}; send it again as it was made"
        ) from error
