"""When each policy retrains, and what counts as alarming."""

from dataclasses import replace

import pandas as pd
import pytest

from features.errors import RequestError
from models.metrics import Estimate
from models.monitoring.estimated import EstimateError
from pipelines.backtesting.days import step_days
from pipelines.backtesting.parameters import shipped, with_own
from pipelines.backtesting.policies import Moment, chosen, reason_to_retrain
from pipelines.backtesting.watching import Watched, own_alert

QUIET = Watched(
    day=pd.Timestamp("2025-06-30"),
    fresh=900,
    fresh_bads=60,
    calibration=Estimate(0.95, 0.75, 1.2),
    ranking=None,
    psi=0.05,
    psi_by_chance=0.04,
)


def ranking(error, *, failed):
    return EstimateError(
        loans=900,
        bads=60,
        expected_bads=57.0,
        estimate=Estimate(0.8, 0.75, 0.85),
        truth=0.8 - error,
        error=error,
        surprise=4.0,
        bads_surprise=0.0,
        failed=failed,
    )


def told(policy, waited, seen=QUIET):
    day = pd.Timestamp("2025-06-30")
    moment = Moment(day, day - pd.DateOffset(months=waited), lambda: seen)
    return reason_to_retrain(policy, moment, shipped())


@pytest.mark.parametrize(
    ("policy", "waited", "expected"),
    [
        ("never", 48, None),
        ("yearly", 11, None),
        ("yearly", 12, "calendar"),
        ("quarterly", 2, None),
        ("quarterly", 3, "calendar"),
        ("on-alert", 12, None),
    ],
)
def test_calendars_retrain_when_their_months_are_over_and_others_do_not(policy, waited, expected):
    assert told(policy, waited) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"calibration": Estimate(0.7, 0.6, 0.85)}, "calibration"),
        ({"calibration": Estimate(1.4, 1.1, 1.8)}, "calibration"),
        ({"calibration": Estimate(0.7, 0.45, 1.1)}, None),  # as far off, but that may be chance
        ({"calibration": Estimate(0.85, 0.8, 0.9)}, None),  # surely off, but within the range
        ({"calibration": Estimate(0.7, 0.6, 0.85), "fresh_bads": 29}, None),
        ({"calibration": None, "fresh_bads": 0}, None),
        ({"ranking": ranking(0.1, failed=True)}, "ranking"),
        ({"ranking": ranking(-0.1, failed=True)}, None),  # it ranks better than promised
        ({"ranking": ranking(0.1, failed=False)}, None),
        ({"psi": 0.3}, "scores"),
        ({"psi": 0.3, "psi_by_chance": 0.4}, None),
        ({"psi": None, "psi_by_chance": None}, None),
    ],
)
def test_an_alert_needs_a_finding_that_is_large_and_no_chance(changed, expected):
    assert own_alert(replace(QUIET, **changed), shipped()) == expected


def test_an_alert_waits_until_the_last_model_could_be_judged():
    alarming = replace(QUIET, psi=0.5)
    assert told("on-alert", 2, alarming) is None
    assert told("on-alert", 3, alarming) == "scores"


def test_never_is_always_there_to_compare_with_and_each_policy_once():
    assert chosen(("quarterly", "yearly", "quarterly")) == ("never", "quarterly", "yearly")
    with pytest.raises(RequestError, match="--policy 'monthly': expected one of never, yearly"):
        chosen(("monthly",))


def test_steps_are_month_ends_between_two_days_that_stand_in_order():
    days = step_days(pd.Timestamp("2025-02-10"), pd.Timestamp("2025-05-31"))
    assert [f"{day:%m-%d}" for day in days] == ["02-10", "02-28", "03-31", "04-30", "05-31"]
    with pytest.raises(RequestError, match="--to 2025-01-31 is not after --from 2025-01-31"):
        step_days(pd.Timestamp("2025-01-31"), pd.Timestamp("2025-01-31"))


def test_numbers_are_data_that_say_where_they_come_from_and_own_ones_that_they_are_set_here():
    assert {one.certainty for one in shipped().values()} == {"to_be_confirmed"}
    assert all(one.cites and one.unit and one.zh for one in shipped().values())
    own = with_own(loss_given_default=0.6, approve_share=None, exposure_share=1.0)
    assert (own["loss_given_default"].value, own["loss_given_default"].certainty) == (0.6, "set_here")
    assert own["approve_share"] == shipped()["approve_share"]
    assert own["exposure_share"].certainty == "to_be_confirmed"


@pytest.mark.parametrize("share", [0.0, 1.1, float("nan")])
def test_a_share_that_cannot_be_is_refused(share):
    with pytest.raises(RequestError, match="expected a share above 0 and at most 1"):
        with_own(loss_given_default=share)
