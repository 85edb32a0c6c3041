"""Verdicts as HTML, in Great Expectations' own tables: a section a column, with counts and without values."""

from functools import cache
from typing import Any

from features.catalogue import Source
from features.expectations import (
    Expectation,
    Section,
    SectionView,
    Verdict,
    bounds_of,
    broken_promises,
    expectations_of,
    rule_of,
)
from features.promises import Promise


def rules_of(source: Source) -> set[str]:
    """Every rule of a source's suite, in words."""
    return {rule_of(expectation) for expectation in expectations_of(source)}


def row_sections(source: Source, judged: int, broken: dict[str, int]) -> str:
    """The suite of a source, and how many of `judged` rows broke each rule."""
    sections: dict[str, list[Any]] = {}
    for expectation in expectations_of(source):
        said = expectation.configuration.kwargs
        column = str(said.get("column", said.get("column_A")))
        verdict = _verdict(expectation, judged, broken.get(rule_of(expectation), 0))
        sections.setdefault(column, []).append(verdict)
    return "".join(_section(number, verdicts) for number, verdicts in enumerate(sections.values(), start=1))


def batch_sections(promises: list[Promise], figures: dict[str, float | None]) -> str:
    """The promises about a batch as a whole, and which of them are broken."""
    broken = broken_promises(promises, figures)
    asked: dict[str, list[Any]] = {}
    for one in promises:
        if figures[one.figure] is not None:
            asked.setdefault(one.figure, []).append(_verdict(bounds_of(one), 1, int(one in broken)))
    return "".join(_section(number, verdicts) for number, verdicts in enumerate(asked.values(), start=1))


def _verdict(expectation: Expectation, judged: int, broken: int) -> Any:
    """What Great Expectations would say of all chunks together."""
    share = 100 * broken / judged if judged else 0.0
    counts = {"element_count": judged, "unexpected_count": broken, "unexpected_percent": share}
    return Verdict(
        success=not broken,
        expectation_config=expectation.configuration,
        result=counts | {"partial_unexpected_list": []},
        exception_info={"raised_exception": False, "exception_message": None, "exception_traceback": None},
    )


def _section(number: int, verdicts: list[Any]) -> str:
    content = Section().render(validation_results=verdicts)
    place = {"section": content.to_json_dict(), "section_loop": {"index": number}}
    return str(_view().render(place))


@cache
def _view() -> Any:
    """It compiles its templates once."""
    return SectionView()
