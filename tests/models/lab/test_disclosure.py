import json

import numpy as np
import pandas as pd
import pytest

from features.errors import ModelError
from models.credit import CreditModel
from models.lab.attacks import Attack, overfitted
from models.lab.cells import suppressed
from models.lab.disclosure import (
    Disclosure,
    attack,
    judged,
    limit,
    refuse_record,
    review_export,
    review_table,
)
from models.lab.harmless import save_harmless
from models.lab.leaves import full_leaves
from models.metrics import Estimate

SMALLEST = 10


def drawn(rows, seed):
    """Loans whose risk falls with `paid`; `noise` tells nothing."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.normal(size=(rows, 6)), columns=["paid", "kwh", "noise", "a", "b", "c"])
    table["place"] = rng.choice(["甲", "乙", "丙"], rows)
    odds = -1.0 - 1.2 * table["paid"] - 0.6 * table["kwh"]
    return table, (rng.random(rows) < 1 / (1 + np.exp(-odds))).to_numpy().astype(int)


@pytest.fixture(scope="module")
def members():
    return drawn(900, 11)


@pytest.fixture(scope="module")
def others():
    return drawn(900, 12)


@pytest.fixture(scope="module")
def honest(members) -> CreditModel:
    model = fitted(members)
    model.booster_ = full_leaves(model.booster_, SMALLEST)
    return model


def fitted(loans):
    return CreditModel(n_estimators=100, min_data_in_leaf=80, max_depth=3, n_jobs=1).fit(*loans)


@pytest.fixture(scope="module")
def by_heart(members):
    return overfitted(*members, rounds=20)


@pytest.fixture(scope="module")
def export(honest, members, tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    save_harmless(honest, folder, SMALLEST, members[0])
    return folder


def test_an_honest_model_leaves_after_every_attack(export, members, others):
    reference = fitted(drawn(900, 13))
    found = review_export(
        export,
        SMALLEST,
        members=members,
        non_members=others,
        reference=reference,
        sensitive=["noise", "paid"],
    )
    found.refuse()
    assert [one.name for one in found.attacks] == [
        "membership_by_loss",
        "membership_by_confidence",
        "membership_by_reference",
        "attribute_noise",
        "attribute_noise_of_others",
        "attribute_noise_gained",
        "attribute_paid",
        "attribute_paid_of_others",
        "attribute_paid_gained",
    ]
    assert max(one.auc.value for one in found.attacks[:3]) <= limit("attack_auc_at_most")
    assert found.conclusive
    assert found.how_fine["booster.txt"]["most_digits"] < 10


def test_a_model_that_knows_its_loans_by_heart_stays(members, others):
    by_heart = overfitted(members[0].head(400), members[1][:400])
    attacks = attack(by_heart, (members[0].head(400), members[1][:400]), others, sensitive=["a"])
    assert max(one.auc.value for one in attacks) > 0.9
    found = [(one.where, one.passed) for one in judged(attacks)]
    assert ("membership_by_loss", False) in found
    assert ("attribute_a_gained", False) in found


def test_it_stays_for_its_leaves_and_text_too_and_the_message_names_them(members, others, by_heart, tmp_path):
    (tmp_path / "booster.txt").write_text(by_heart.booster_.model_to_string(), "utf-8")
    found = review_export(tmp_path, SMALLEST, model=by_heart, members=members, non_members=others)
    assert {one.rule for one in found.failed} == {"leaves", "booster text", "membership"}
    with pytest.raises(ModelError, match=r"booster.txt: leaves: .*membership_by_loss: membership: 0\.\d+"):
        found.refuse()


def test_what_column_and_outcome_have_in_common_everywhere_is_no_disclosure(honest, members, others):
    attacks = attack(honest, members, others, sensitive=["paid"])
    assert attacks[-2].auc.low > limit("attack_auc_at_most")
    assert judged(attacks)[-1].passed


def test_a_rare_word_of_a_category_stays(members, others, tmp_path):
    table = members[0].assign(place=np.where(np.arange(900) < 9, "丁", members[0]["place"]))
    model = fitted((table, members[1]))
    save_harmless(_full(model), tmp_path, SMALLEST, table)
    found = review_export(tmp_path, SMALLEST, members=(table, members[1]), non_members=others)
    assert [(one.where, one.rule) for one in found.failed] == [("model.json", "words")]


def test_words_of_many_loans_of_few_firms_are_rare(export, members, others):
    nine = np.arange(900) % 9
    found = review_export(export, SMALLEST, members=members, non_members=others, firms=nine)
    assert [one.rule for one in found.failed] == ["words"]


def _full(model):
    model.booster_ = full_leaves(model.booster_, SMALLEST)
    return model


def test_the_record_holds_plain_values_and_no_small_count(export, members, others):
    record = review_export(export, SMALLEST, members=members, non_members=others).as_record()
    assert json.loads(json.dumps(record)) == record
    assert record["passed"]
    assert not record["failed"]
    assert set(record["rules"]) >= {
        "leaves",
        "booster text",
        "words",
        "knots",
        "sample",
        "identifiers",
        "membership",
    }
    assert record["attack_auc_at_most"] == 0.55
    gated = {one["name"] for one in record["attacks"] if one["gates"]}
    assert gated == {"membership_by_loss", "membership_by_confidence"}


def test_a_model_leaves_only_after_attacks(export, members):
    with pytest.raises(ModelError, match="a model leaves only after attacks"):
        review_export(export, SMALLEST, members=members)


def test_a_folder_without_a_model_has_nothing_to_attack_in_it(tmp_path):
    (tmp_path / "report.html").write_text("<p>AUC 0.81</p>", "utf-8")
    found = review_export(tmp_path, SMALLEST, kind="report")
    found.refuse()
    assert (found.attacks, found.conclusive) == ((), False)
    with pytest.raises(ModelError, match="no attack on membership"):
        refuse_record(found.as_record())


def test_an_empty_folder_is_nothing_to_look_at(tmp_path):
    with pytest.raises(ModelError, match="nothing to look at"):
        review_export(tmp_path, SMALLEST)


@pytest.mark.parametrize(
    ("auc", "passed", "told"),
    [
        ((0.55, 0.54, 0.56), True, False),
        ((0.58, 0.545, 0.61), True, True),
        ((0.56, 0.551, 0.57), False, True),
        ((np.nan, np.nan, np.nan), False, False),
    ],
)
def test_an_attack_refuses_by_the_lower_end_and_is_told_by_the_estimate(auc, passed, told):
    attacks = (Attack("membership_by_loss", Estimate(*auc), "", ""),)
    found = judged(attacks)
    assert [one.passed for one in found] == [passed]
    assert bool(Disclosure("model", 10, tuple(found), attacks).above) == told


def record_of(*attacks, **changes):
    found = Disclosure("model", 10, tuple(judged(attacks)), attacks)
    return found.as_record() | changes


MEMBER, ATTRIBUTE, FAR = (
    Attack(name, Estimate(*auc), "", "")
    for name, auc in (
        ("membership_by_loss", (0.51, 0.49, 0.53)),
        ("attribute_paid_gained", (0.5, 0.48, 0.52)),
        ("membership_by_loss", (0.7, 0.6, 0.8)),
    )
)


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ({}, "no attack on membership and on attribute was run"),
        (record_of(ATTRIBUTE), "no attack on membership was run"),
        (record_of(MEMBER), "no attack on attribute was run"),
        (record_of(FAR, ATTRIBUTE), "membership_by_loss: membership: 0.700"),
        (record_of(FAR, ATTRIBUTE, failed=[], passed=True), "membership_by_loss: the attack came too far"),
        (record_of(MEMBER, ATTRIBUTE, passed=False), "it did not pass"),
    ],
)
def test_a_record_is_asked_anew_whoever_made_it(record, told):
    with pytest.raises(ModelError, match=told):
        refuse_record(record)


def test_a_record_of_both_attacks_within_bounds_may_leave():
    refuse_record(record_of(MEMBER, ATTRIBUTE))


def test_an_interval_is_wider_where_more_columns_are_asked_about(members, others, by_heart):
    alone, together = (
        next(one.auc for one in attack(by_heart, members, others, sensitive=columns) if "noise_g" in one.name)
        for columns in (["noise"], ["noise", "a", "b", "c"])
    )
    assert alone.value == together.value
    assert together.low < alone.low < alone.high < together.high


def test_attacks_that_could_not_have_found_anything_are_not_conclusive():
    wide, narrow = (
        Attack("membership_by_loss", Estimate(0.5, 0.5 - half, 0.5 + half), "", "") for half in (0.06, 0.04)
    )
    assert not Disclosure("model", 10, (), (wide, narrow)).conclusive
    assert Disclosure("model", 10, (), (narrow,)).conclusive


def test_a_table_leaves_only_with_its_cells_withheld():
    counts = pd.DataFrame({"good": [40, 30, 12], "bad": [12, 3, 15]}, index=["甲", "乙", "丙"])
    review_table(suppressed(counts, SMALLEST), SMALLEST).refuse()
    whole = suppressed(counts, 1)
    with pytest.raises(ModelError, match=r"table: cells: .*乙 / bad"):
        review_table(whole, SMALLEST).refuse()
