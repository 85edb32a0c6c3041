"""One answer of two halves: log-odds add up, and each side's points and reasons stay its own."""

import pytest

from features.errors import RequestError
from models.reasons import Reason
from models.scale import Bands, Scale
from pipelines.lab.answering import Said, answer


def reason(code, points):
    direction = "lowers" if points < 0 else "raises"
    return Reason(code, code.lower(), 1.0, points, direction, code, code, "source", "department")


PLATFORM = Said(log_odds=-3.0, reasons=[reason("TAX", -20.0), reason("SALES", 30.0)], version="p1")
BANK = Said(log_odds=0.4, reasons=[reason("INFLOW", -25.0)], version="b1")


@pytest.mark.parametrize("first", ["platform", "bank"])
def test_points_of_both_sides_add_up_to_the_score_whoever_is_first(first):
    both = answer(PLATFORM, BANK, first=first)
    assert sum(both.by_side.values()) == pytest.approx(Scale().exact(-2.6))
    assert both.points == round(float(Scale().exact(-2.6)))
    assert both.pd_ == pytest.approx(1 / (1 + 2.718281828459045**2.6))


def test_the_first_side_has_a_score_of_its_own_and_the_second_adds():
    both = answer(PLATFORM, BANK, first="platform")
    assert both.by_side["platform"] == pytest.approx(float(Scale().exact(-3.0)))
    assert both.by_side["bank"] == pytest.approx(-0.4 * Scale().factor)


def test_reasons_of_both_sides_stand_in_one_list_with_their_side():
    told = answer(PLATFORM, BANK, first="platform").reasons
    assert [(side, one.code) for side, one in told] == [("bank", "INFLOW"), ("platform", "TAX")]
    raised = answer(PLATFORM, BANK, first="platform", direction="raises").reasons
    assert [(side, one.code) for side, one in raised] == [("platform", "SALES")]
    assert answer(PLATFORM, BANK, first="platform", top=1).reasons == told[:1]


def test_own_scale_and_bands_are_taken():
    both = answer(PLATFORM, BANK, first="bank", scale=Scale(base=500), bands=Bands(("好", "差"), (400,)))
    assert (both.points, both.band, both.versions) == (471, "好", {"platform": "p1", "bank": "b1"})


@pytest.mark.parametrize("side", ["platform", "bank"])
def test_one_half_alone_is_no_answer_of_both(side):
    silent = {"platform": PLATFORM, "bank": BANK} | {side: Said(log_odds=float("nan"))}
    with pytest.raises(RequestError, match=f"the {side}'s half says nothing"):
        answer(**silent, first="platform")
