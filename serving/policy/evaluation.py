"""The measures asked about one firm and one loan on one day."""

from collections.abc import Sequence
from datetime import date, datetime

from serving.policy.errors import FactError
from serving.policy.facts import Facts
from serving.policy.finding import Finding
from serving.policy.law import Law, Parameters, default_parameters
from serving.policy.measure import Measure
from serving.policy.measures import MEASURES
from serving.policy.size import Sizing, sizing


def evaluate(
    facts: Facts,
    as_of: date,
    *,
    parameters: Parameters | None = None,
    measures: Sequence[Measure] = MEASURES,
) -> list[Finding]:
    """What the measures give to one firm and one loan, one finding each, in the order of the measures.

    Args:
        facts: What is known; what is not known stays None and makes UNKNOWN where it could decide.
        as_of: The day of the question: the law and the calendar year of that day hold.
        parameters: Other numbers of law than the package's own, such as a city's.
        measures: Fewer measures than all.

    Returns:
        The findings. They are estimates under a draft, no decisions.

    Raises:
        FactError: A fact contradicts another, or was not yet known on that day.
        NoNumberForDay: The law has no number for a day that mattered; the message names its file.
    """
    law = law_on(as_of, parameters)
    expect_known_by(facts, law.day)
    facts, found = with_size(facts, law)
    return [measure.finding(facts, law, found) for measure in measures]


def law_on(as_of: date, parameters: Parameters | None = None) -> Law:
    """The law of a day.

    Raises:
        FactError: It is no day.
    """
    if isinstance(as_of, datetime) or not isinstance(as_of, date):
        raise FactError("as_of", as_of, "a day (datetime.date)")
    return (parameters or default_parameters()).on(as_of)


def with_size(facts: Facts, law: Law) -> tuple[Facts, Sizing]:
    """The facts with the size that their indicators give, and how it was found."""
    found = sizing(facts, law)
    same = facts.size_class is found.size_class
    return (facts if same else facts.with_size_class(found.size_class)), found


def expect_known_by(facts: Facts, day: date) -> None:
    """Refuse facts that nobody could have known by a day.

    Raises:
        FactError: The green grade was evaluated later.
    """
    graded = facts.green_grade_date
    if graded is not None and graded > day:
        raise FactError("green_grade_date", graded, f"a day not after as_of {day}")
