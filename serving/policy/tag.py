"""Tags: what a measure says of a firm or a loan without promising anything."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

from serving.policy.clause import Known
from serving.policy.law import Law
from serving.policy.logic import Truth, either, once


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One tag.

    Attributes:
        name: The name that findings give, such as FIRST_LOAN.
        zh: What officers read.
        meaning: When it is carried, in English.
        cites: Where it is written.
        test: Whether a firm and loan carry it; unknown, with the missing facts, where that cannot be said.
    """

    name: str
    zh: str
    meaning: str
    cites: str
    test: Callable[[Known, Law], Truth]


def tag(*, cites: str, zh: str) -> Callable[[Callable[[Known, Law], Truth]], Tag]:
    """Declare a function of (facts, law) as a tag; its name in capitals is the tag's name."""

    def declare(test: Callable[[Known, Law], Truth]) -> Tag:
        meaning = (test.__doc__ or "").split("\n", 1)[0]
        return Tag(name=test.__name__.upper(), zh=zh, meaning=meaning, cites=cites, test=test)

    return declare


def any_of(marks: dict[str, Truth]) -> Truth:
    """Whether at least one tag is carried."""
    return reduce(either, marks.values(), False)


def marks_of(tags: tuple[Tag, ...], loan: Known, law: Law) -> dict[str, Truth]:
    """Whether each tag is carried, by its name; of one firm or of many."""
    return {one.name: one.test(loan, law) for one in tags}


def marker(tags: tuple[Tag, ...]) -> Callable[[Known, Law], dict[str, Truth]]:
    """A function that tells of each tag whether it is carried, and remembers it for the same facts."""

    def work(loan: Known, law: Law) -> dict[str, Truth]:
        return marks_of(tags, loan, law)

    def marked(loan: Known, law: Law) -> dict[str, Truth]:
        found: dict[str, Truth] = once(loan, law, work)
        return found

    return marked


def tagged(marks: dict[str, Truth]) -> dict[str, Any]:
    """For one firm's details: each tag, `tags` carried, and what would settle the open ones."""
    carried, unknown = [], {}
    for name, truth in marks.items():
        if truth is True:
            carried.append(name)
        elif truth is not False:
            unknown[name] = truth.missing
    return {"tags": tuple(carried), "tags_unknown": unknown, **marks, **dict.fromkeys(unknown)}


def in_words(tags: tuple[Tag, ...], details: dict[str, Any]) -> str:
    """The tags that are carried, and those that are still open, in Chinese."""
    names, still_open = details["tags"], details["tags_unknown"]
    carried = "、".join([one.zh for one in tags if one.name in names])
    unknown = "、".join([one.zh for one in tags if one.name in still_open])
    return f"{carried}；待确认：{unknown}" if unknown else carried
