import pytest

from features.errors import ModelError, RequestError
from models.checks import Check, Override, refuse_failed

BAD = Check("C01", "enough_bads", passed=False, finding="3 bads")
WATCH = Check("C10", "features_are_stable", passed=False, finding="1 moved", severity="warning")
GOOD = Check("C02", "ranks", passed=True, finding="")


def test_a_failed_gate_refuses_and_names_its_finding():
    with pytest.raises(ModelError, match="not registered, 1 of 3 checks failed: C01 enough_bads: 3 bads"):
        refuse_failed([BAD, GOOD, WATCH])


def test_a_warning_refuses_nothing():
    assert refuse_failed([GOOD, WATCH]) is None


def test_an_override_lifts_what_failed_and_says_which():
    told = refuse_failed([BAD, GOOD, WATCH], Override("王敏", "pilot of ten firms, agreed on 2026-11-20"))
    assert told == Override("王敏", "pilot of ten firms, agreed on 2026-11-20", ("C01",))


def test_an_override_of_another_check_lifts_nothing():
    with pytest.raises(ModelError, match="C01 enough_bads"):
        refuse_failed([BAD, GOOD], Override("王敏", "agreed", ("C03",)))


def test_an_override_is_not_kept_where_nothing_failed():
    assert refuse_failed([GOOD], Override("王敏", "agreed")) is None


@pytest.mark.parametrize(("name", "reason"), [("", "agreed"), ("  ", "agreed"), ("王敏", ""), ("王敏", " ")])
def test_an_override_needs_a_name_and_a_reason(name, reason):
    with pytest.raises(RequestError, match="needs a person's name and a reason"):
        Override(name, reason)
