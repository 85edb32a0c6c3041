"""Which firm was meant: a code as it is, or the only firm that a text finds."""

from collections.abc import Sequence

from serving.form import FormError, wrong
from serving.page.visit import Visit
from serving.problems import FieldError
from serving.search import Found


class Several(Exception):  # noqa: N818 - the name is the sentence
    """A text finds several firms; somebody must choose.

    Args:
        text: What was typed.
        found: The firms.
    """

    def __init__(self, text: str, found: Sequence[Found]) -> None:
        super().__init__(text)
        self.text, self.found = text, found


def firm_meant(visit: Visit, text: str) -> str:
    """The key of the firm that was typed: its code, a research id, or its name where no other firm has it.

    Raises:
        Several: More than one firm is found.
        FormError: None is found, and it is no code either.
    """
    if not text.strip():
        raise FormError({"entity_id": wrong("entity_id")})
    try:
        key = visit.desk.loaded.entity(text.strip())
    except FieldError:
        key = ""
    snapshot = visit.desk.loaded.snapshot
    if key and (visit.desk.loaded.has_codes or snapshot is None or key in snapshot.firms.index):
        return key
    return _found(visit, text, key)


def _found(visit: Visit, text: str, key: str) -> str:
    found = visit.desk.search(text)
    if len(found) == 1:
        return found[0].entity_id
    if found:
        raise Several(text.strip(), found)
    if key:  # a research id that no snapshot knows: the desk says so
        return key
    raise FormError({"entity_id": wrong("entity_id")})
