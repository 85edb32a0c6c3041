import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.errors import ModelError
from models.checks import run_check
from models.checks.own_thresholds import CHANCES, RISING, merged, replaced
from models.checks.thresholds import in_force, judged_by, limit, thresholds
from models.evidence import Evidence, Rows


@pytest.fixture
def written(tmp_path):
    def write(text):
        file = tmp_path / "thresholds.yaml"
        file.write_text(text, "utf-8")
        return file

    return write


def test_a_file_replaces_what_it_names_and_leaves_the_rest(written):
    own = merged(written("psi_act: {value: 0.3, cites: 2026年9月模型委员会会议纪要}"))
    assert own["psi_act"].value == 0.3
    assert own["psi_act"].unit == "PSI"
    assert own["psi_act"].certainty == "decision"
    assert {name: one for name, one in own.items() if name != "psi_act"} == {
        name: one for name, one in thresholds().items() if name != "psi_act"
    }
    assert list(replaced(own)) == ["psi_act"]
    assert replaced(thresholds()) == {}


def test_own_thresholds_are_in_force_within_their_block_only(written):
    own = merged(written("lowest_auc: {value: 0.7, cites: us}"))
    with judged_by(own):
        assert limit("lowest_auc") == 0.7
        with judged_by(None):
            assert limit("lowest_auc") == 0.7, "nobody says otherwise"
    assert limit("lowest_auc") == 0.6
    assert in_force() == thresholds()
    with pytest.raises(ZeroDivisionError), judged_by(own):
        raise ZeroDivisionError
    assert limit("lowest_auc") == 0.6


def test_a_check_judges_by_the_threshold_in_force(written):
    bad = np.array([0, 1] * 30)
    rows = Rows(table=pd.DataFrame({"x": bad}), bad=bad)
    evidence = Evidence(model=None, train=rows, held_out=rows, pd_=bad / 2, kind="out_of_time")
    assert not run_check("C01", evidence).refuses
    with judged_by(merged(written("fewest_bads: {value: 31, cites: us}"))):
        assert run_check("C01", evidence).refuses


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("psi_akt: {value: 0.3, cites: us}", "no threshold 'psi_akt'; there are: calibration_ratio_high"),
        ("psi_act: 0.3", "psi_act is 0.3; expected value, and in cites who decided so and when"),
        ("psi_act: {value: 0.3}", "expected value, and in cites who decided so and when"),
        ("psi_act: {value: 0.3, cites: ' '}", "expected value, and in cites who decided so and when"),
        ("psi_act: {value: 0.3, cites: us, unit: '%'}", "expected value, and in cites"),
        ("psi_act: {value: much, cites: us}", "psi_act is 'much', expected a number from 0, in PSI"),
        ("psi_act: {value: true, cites: us}", "psi_act is True, expected a number from 0, in PSI"),
        ("psi_act: {value: .nan, cites: us}", "psi_act is nan, expected a number from 0, in PSI"),
        ("psi_act: {value: -1, cites: us}", "psi_act is -1, expected a number from 0, in PSI"),
        ("lowest_auc: {value: 60, cites: us}", "lowest_auc is 60, expected at most 1, in AUC"),
        ("psi_act: {value: 0.05, cites: us}", "expected rising values, found psi_watch 0.1, psi_act 0.05"),
        ("- psi_act", "expected thresholds by name"),
        ("psi_act: {", "thresholds cannot be read"),
        ("", "expected thresholds by name"),
    ],
)
def test_a_threshold_that_cannot_be_is_refused_with_its_file(written, text, message):
    file = written(text)
    with pytest.raises(ModelError, match=f"{re.escape(str(file))}.*{re.escape(message)}"):
        merged(file)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"mine\.yaml: thresholds cannot be read"):
        merged(tmp_path / "mine.yaml")


def test_the_shipped_thresholds_keep_the_rules_for_own_ones():
    shipped = thresholds()
    for names in RISING:
        values = [shipped[name].value for name in names]
        assert sorted(values) == values, names
    assert all(0 < shipped[name].value <= 1 for name in CHANCES)
    assert replaced(shipped | {"psi_act": replace(shipped["psi_act"], value=0.4)}).keys() == {"psi_act"}
