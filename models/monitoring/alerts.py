"""What a month says to people: every rule over the history, those that need a person first."""

from collections.abc import Mapping, Sequence

from models.monitoring.alert import Alert
from models.monitoring.drift import drifted
from models.monitoring.kinds import district_moves, new_kinds
from models.monitoring.leaks import leaks
from models.monitoring.limits import Limits, limits
from models.monitoring.month import MonthFigures
from models.monitoring.outcomes import Outcomes, Used, judged, overridden
from models.monitoring.shocks import shocks
from models.monitoring.units import unit_changes
from models.monitoring.volumes import stopped, withdrawn


def alerts(
    history: Sequence[MonthFigures],
    outcomes: Outcomes | None = None,
    used: Used | None = None,
    thresholds: Limits | None = None,
    names: Mapping[str, str] | None = None,
) -> list[Alert]:
    """What the newest month says, in the light of those before it.

    Args:
        history: Months in their order without a gap, the newest last.
        outcomes: How mature cohorts did; None where there are none.
        used: What banks did with answers; None where that is not known.
        thresholds: By `alerts.yaml`'s names; the shipped ones by default.
        names: Chinese names of districts and features by their codes.

    Returns:
        Those that need a person first, then the surest; of one kind and subject only the one told first.
    """
    months, numbers = list(history), thresholds or limits()
    if not months:
        return []
    found = [
        *stopped(months, numbers),
        *unit_changes(months, numbers),
        *shocks(months, numbers),
        *district_moves(months, numbers, names),
        *new_kinds(months, numbers),
        *withdrawn(months, numbers),
        *leaks(months, numbers),
        *drifted(months, numbers, names),
        *judged(outcomes, numbers),
        *overridden(used, numbers),
    ]
    once = {(one.kind, one.subject): one for one in reversed(found)}
    return sorted(once.values(), key=lambda one: (not one.needs_person, -one.how_sure, one.kind, one.subject))
