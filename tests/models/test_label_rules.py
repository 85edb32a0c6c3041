"""Numbers of the label: each with its source, none out of range."""

import pytest

from features.errors import ModelError
from models.label_rules import LabelRules, rules_from, stated_rules


def test_every_rule_has_a_source_and_says_how_sure_it_is():
    stated = stated_rules()
    assert set(stated) == set(LabelRules.__slots__)
    for rule in stated.values():
        assert all((rule.zh, rule.en, rule.unit, rule.cites)), rule.name
        assert rule.certainty in ("public", "to_be_confirmed"), rule.name


def test_the_rules_are_those_of_the_file():
    rules = LabelRules()
    assert (rules.bad_dpd_over, rules.grey_dpd_over, rules.months, rules.bullet_grace_months) == (
        90,
        30,
        12,
        3,
    )
    assert rules.non_performing == ("SUBSTANDARD", "DOUBTFUL", "LOSS")
    assert (rules.renewed, rules.renewed_with_relief, rules.restructured) == ("ignored", "grey", "grey")


def test_a_rule_that_differs_from_the_file_loses_its_source():
    stated = {rule.name: rule for rule in LabelRules(bad_dpd_over=60).stated()}
    assert (stated["bad_dpd_over"].value, stated["bad_dpd_over"].certainty) == (60, "set_here")
    assert not stated["bad_dpd_over"].cites
    assert stated["months"].cites


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"bad_dpd_over": -1},
            "label rule bad_dpd_over is -1, expected a whole number of days from 0 to 360",
        ),
        ({"bad_dpd_over": 361}, "from 0 to 360"),
        ({"bad_dpd_over": 90.5}, "bad_dpd_over is 90.5"),
        ({"bad_dpd_over": True}, "bad_dpd_over is True"),
        ({"bad_dpd_over": "90"}, "bad_dpd_over is '90'"),
        ({"grey_dpd_over": 91}, "grey_dpd_over is 91, expected a whole number of days from 0 to 90"),
        ({"months": 0}, "months is 0, expected a whole number of months from 1 to 60"),
        ({"bullet_grace_months": 13}, "bullet_grace_months is 13, expected .* from 0 to 12"),
        ({"longest_window_months": 11}, "longest_window_months is 11, expected .* from 12 to 60"),
        ({"non_performing": ()}, r"non_performing is \(\), expected one or more of SPECIAL_MENTION"),
        ({"non_performing": ("NORMAL",)}, "non_performing is"),
        ({"non_performing": "LOSS"}, "non_performing is 'LOSS'"),
        ({"restructured": "worse"}, "restructured is 'worse', expected one of ignored, grey, bad"),
    ],
)
def test_a_rule_out_of_range_is_named_with_its_range(change, message):
    with pytest.raises(ModelError, match=message):
        LabelRules(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"bad_dpd_over": 0, "grey_dpd_over": 0},
        {"bad_dpd_over": 360},
        {"months": 1},
        {"months": 60},
        {"bullet_grace_months": 0},
        {"bullet_grace_months": 12},
        {"longest_window_months": 12},
        {"non_performing": ("SPECIAL_MENTION", "LOSS")},
    ],
)
def test_the_ends_of_each_range_are_inside(change):
    assert LabelRules(**change)


def test_a_file_changes_rules_by_name():
    rules = rules_from(
        {"bad_dpd_over": 60, "non_performing": ["LOSS"], "bullet_grace_months": None}, "a.yaml"
    )
    assert rules == LabelRules(bad_dpd_over=60, non_performing=("LOSS",), bullet_grace_months=None)


def test_an_unknown_word_or_a_bad_value_names_the_file():
    with pytest.raises(ModelError, match=r"a\.yaml: no label rule 'bad_dpd'; there are: bad_dpd_over, "):
        rules_from({"bad_dpd": 60}, "a.yaml")
    with pytest.raises(ModelError, match=r"a\.yaml: label rule months is 0"):
        rules_from({"months": 0}, "a.yaml")
