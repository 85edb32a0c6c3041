"""What left and what attacks found in it, in the reader's language."""

from types import SimpleNamespace

import pytest

from pipelines.lab.export_words import attack_row, attacks_of
from pipelines.lab.report_words import Words

NOTED = {"what": "pooled model", "how_fine": "leaves of 10", "zh": {"what": "联合模型"}}


def attack(value, low, *, gates=True):
    auc = {"value": value, "low": low, "high": 0.9}
    return {"name": "x", "how_zh": "成员推断", "how_en": "membership", "gates": gates, "auc": auc}


@pytest.mark.parametrize(
    ("one", "zh"),
    [
        (attack(0.52, 0.48), "在限度内"),
        (attack(0.58, 0.54), "估计值超过 0.55，区间未能确认"),
        (attack(0.62, 0.56), "超过上限"),
        (attack(None, None), "超过上限"),
        (attack(0.9, 0.8, gates=False), "仅供对照"),
    ],
)
def test_an_attack_is_judged_by_the_lower_end_and_told_where_the_estimate_alone_exceeds(one, zh):
    assert attack_row("联合模型", one, Words("zh"))["verdict"] == zh


def test_rows_are_in_the_readers_language():
    line = SimpleNamespace(noted=NOTED | {"disclosure": {"attacks": [attack(0.5, 0.4), "older", {}]}})
    zh, en = (attacks_of(line, Words(lang)) for lang in ("zh", "en"))
    assert [(one["export"], one["name"]) for one in zh] == [("联合模型", "成员推断")]
    assert [(one["export"], one["name"]) for one in en] == [("pooled model", "membership")]


def test_a_line_of_before_attacks_were_noted_has_no_rows():
    assert (
        attacks_of(
            SimpleNamespace(noted=NOTED | {"disclosure": {"attacks": {"membership": 0.5}}}), Words("zh")
        )
        == []
    )
