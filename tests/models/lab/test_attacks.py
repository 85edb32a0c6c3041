import numpy as np
import pandas as pd
import pytest

from features.errors import ModelError
from models.credit import CreditModel
from models.lab.attacks import ByHeart, against, of_attribute, overfitted, strongest

MANY, FEW = 2400, 600
"""Loans of a side for a model as it would leave, and for one that knows its loans by heart."""

NAMES = ["membership_by_loss", "membership_by_confidence"]


@pytest.fixture(scope="module")
def part():
    """Some of 7,200 loans alike in kind, by place; who is a member is chance."""
    draw = np.random.default_rng(12)
    size = 3 * MANY
    table = pd.DataFrame(
        draw.normal(size=(size, 12)), columns=["paid", "kwh", "inflow", *"abcdefgh", "noise"]
    )
    table.loc[::9, "kwh"] = np.nan
    odds = -0.8 - 1.2 * table["paid"] - 0.8 * table["inflow"]
    bad = (draw.random(size) < 1 / (1 + np.exp(-odds))).to_numpy().astype(int)
    table["kind"] = draw.choice(["甲", "乙", "丙"], size)
    return lambda rows: (table.iloc[rows], bad[rows])


@pytest.fixture(scope="module")
def members(part):
    return part(slice(0, FEW))


@pytest.fixture(scope="module")
def others(part):
    return part(slice(MANY, MANY + FEW))


@pytest.fixture(scope="module")
def by_heart(members) -> ByHeart:
    return overfitted(*members, rounds=60)


@pytest.fixture(scope="module")
def credit(part) -> CreditModel:
    return CreditModel(n_estimators=60, min_data_in_leaf=20).fit(*part(slice(0, MANY)))


@pytest.fixture(scope="module")
def reference(part) -> CreditModel:
    """A model of other loans than either side's."""
    return CreditModel(n_estimators=60, min_data_in_leaf=20).fit(*part(slice(2 * MANY, 3 * MANY)))


@pytest.mark.parametrize("with_reference", [False, True])
def test_a_model_that_knows_its_loans_by_heart_is_found_out(
    by_heart, members, others, reference, with_reference
):
    found = against(by_heart, members, others, reference if with_reference else None)
    assert strongest(found).auc.value > 0.9
    assert strongest(found).auc.low > 0.85
    assert all(attack.auc.value > 0.6 for attack in found)


def test_a_credit_model_does_not_tell_whom_it_learnt_from(credit, part, reference):
    found = against(credit, part(slice(0, MANY)), part(slice(MANY, 2 * MANY)), reference)
    assert [attack.name for attack in found] == [*NAMES, "membership_by_reference"]
    assert strongest(found).auc.value <= 0.56


def test_without_a_reference_two_attacks_are_run(credit, members, others):
    assert [attack.name for attack in against(credit, members, others)] == NAMES


def test_an_attack_on_the_members_themselves_is_guessing(by_heart, members):
    assert [attack.auc.value for attack in against(by_heart, members, members)] == pytest.approx([0.5, 0.5])


def test_the_order_of_loans_changes_nothing(by_heart, part, members, others, reference):
    turned = [part(np.arange(first, first + FEW)[::-1]) for first in (0, MANY)]
    for one, other in zip(
        against(by_heart, *turned, reference), against(by_heart, members, others, reference), strict=True
    ):
        assert one.auc.value == pytest.approx(other.auc.value, abs=1e-12)
        assert one.auc.low == pytest.approx(other.auc.low, abs=1e-12)
    table, bad = turned[0]
    attribute = of_attribute(by_heart, table, bad, "noise")
    assert attribute.auc.value == pytest.approx(of_attribute(by_heart, *members, "noise").auc.value)


def test_a_record_holds_plain_values(credit, members, others):
    record = against(credit, members, others)[0].as_record()
    assert [*record] == ["name", "how_zh", "how_en", "gates", "auc"]
    assert [*record["auc"]] == ["value", "low", "high"]
    assert record["auc"]["low"] < record["auc"]["value"] < record["auc"]["high"]
    assert all(type(number) is float for number in record["auc"].values())


def test_a_column_learnt_by_heart_is_guessed_better_for_members_than_for_others(by_heart, members, others):
    own, foreign = (of_attribute(by_heart, *loans, "noise") for loans in (members, others))
    assert own.name == "attribute_noise"
    assert own.auc.low > 0.55
    assert foreign.auc.low < 0.5 < foreign.auc.high


def test_a_credit_model_does_not_tell_a_column_that_the_outcome_does_not(credit, part):
    assert of_attribute(credit, *part(slice(0, MANY)), "noise").auc.value <= 0.56


def test_a_column_that_the_outcome_tells_of_is_guessed_from_it(credit, members):
    assert of_attribute(credit, *members, "paid").auc.low > 0.55


def test_loans_without_a_value_are_left_out(credit, members):
    table, bad = members
    there = table["kwh"].notna().to_numpy()
    whole = of_attribute(credit, *members, "kwh")
    assert whole == of_attribute(credit, table[there], bad[there], "kwh")


def test_a_flag_that_is_mostly_one_has_two_halves(credit, members):
    table, bad = members
    flagged = table.assign(noise=(table["noise"] > -1).astype(int))
    assert 0 < of_attribute(credit, flagged, bad, "noise").auc.value < 1


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ("gone", "no column 'gone'"),
        ("kind", "column 'kind' holds no numbers"),
        ("same", "column 'same' has no two halves"),
        ("empty", "column 'empty' has no two halves"),
    ],
)
def test_a_column_without_halves_is_refused(credit, members, column, message):
    table, bad = members
    with pytest.raises(ModelError, match=message):
        of_attribute(credit, table.assign(same=1.0, empty=np.nan), bad, column)


@pytest.mark.parametrize("empty", ["members", "non-members"])
def test_a_side_without_loans_is_refused(credit, members, empty):
    nobody = (members[0].iloc[:0], members[1][:0])
    sides = [nobody, members] if empty == "members" else [members, nobody]
    with pytest.raises(ModelError, match=f"the {empty} of an attack are 0 loans"):
        against(credit, *sides)


@pytest.mark.parametrize("bad", [[0, 1], [0.5, 1, 0], [np.nan, 1, 0]])
def test_outcomes_that_do_not_suit_the_loans_are_refused(credit, members, bad):
    with pytest.raises(
        ModelError, match=r"non-members: outcomes of shape .* for 3 loans; expected one 0 or 1"
    ):
        against(credit, members, (members[0].head(3), bad))


def test_no_attack_at_all_is_not_harmless():
    with pytest.raises(ModelError, match="no attack was run"):
        strongest([])


def test_a_model_of_one_class_cannot_be_overfitted(members):
    with pytest.raises(ModelError):
        overfitted(members[0], np.zeros(FEW, dtype=int))
