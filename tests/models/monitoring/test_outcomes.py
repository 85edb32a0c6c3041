import pandas as pd
import pytest

from models.monitoring.outcomes import Outcomes, Used, judged, overridden


def outcomes(*rows: dict[str, object]) -> Outcomes:
    """Cohorts of one quarter after another; what a row leaves out is as it should be."""
    usual = {
        "mature": True, "ratio": 1.0, "ratio_low": 0.8, "ratio_high": 1.25, "auc": 0.78, "auc_low": 0.72,
        "auc_high": 0.84, "estimated": 0.78, "estimated_low": 0.70, "estimated_high": 0.86, "truth": 0.78,
        "error": 0.0, "surprise": 0.0, "bads_surprise": 0.0, "failed": False,
    }  # fmt: skip
    told = pd.DataFrame([{"cohort": f"2025Q{number + 1}", **usual, **row} for number, row in enumerate(rows)])
    names = ["cohort", "mature", "ratio", "ratio_low", "ratio_high", "auc", "auc_low", "auc_high"]
    rest = [name for name in told if name not in names[1:]]
    return Outcomes(told[names], told[rest].astype({"failed": "boolean"}))


def kinds(found):
    return [(one.kind, one.needs_person) for one in found]


LOW = {"ratio": 0.6, "ratio_low": 0.5, "ratio_high": 0.75}
DOUBTFUL = {"ratio": 0.7, "ratio_low": 0.5, "ratio_high": 0.95}
WORSE = {"auc": 0.62, "auc_low": 0.55, "auc_high": 0.69, "truth": 0.62}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([{}, {}], []),
        ([{}, LOW], []),
        ([LOW, LOW], [("calibration_off", True)]),
        ([DOUBTFUL, DOUBTFUL], [("calibration_off", False)]),
        ([LOW, {"ratio": 1.6, "ratio_low": 1.3, "ratio_high": 2.0}], []),
        ([{}, WORSE], [("discrimination_down", True)]),
        ([{}, {"auc": 0.7, "auc_low": 0.6, "auc_high": 0.8}], []),
        ([{}, {"failed": True, "surprise": 4.0, "error": 0.1}], [("estimate_failed", True)]),
        ([{}, {"failed": True, "bads_surprise": 5.0}], [("estimate_failed", False)]),
        ([{"failed": True, "surprise": 4.0, "error": 0.1}, {}], []),
    ],
)
def test_what_cohorts_say_by_the_triggers(numbers, rows, told):
    assert kinds(judged(outcomes(*rows), numbers)) == told


def test_cohorts_that_are_not_mature_say_nothing(numbers):
    young = LOW | {"mature": False, "truth": None}
    assert kinds(judged(outcomes(young, young), numbers)) == []
    assert kinds(judged(None, numbers)) == []


@pytest.mark.parametrize(("decided", "against", "told"), [(100, 11, 1), (100, 10, 0), (20, 20, 0)])
def test_overrides_beyond_a_tenth_are_told_where_there_are_enough(numbers, decided, against, told):
    assert len(list(overridden(Used(decided, against, "2026-10"), numbers))) == told
