import json

import pytest

from models.monitoring.alert import told, words
from models.monitoring.alerts import alerts
from models.monitoring.month import MonthFigures, SourceMonth


def test_what_needs_a_person_comes_first(months):
    history = months()
    history[-1].population.score_psi[:] = [0.12, 0.01]
    history[-1].sources["administrative_penalty"] = SourceMonth(rows=70, withdrawn=240)
    found = alerts(history)
    assert [(one.kind, one.needs_person) for one in found] == [
        ("repairs_withdraw", True),
        ("score_drift", False),
    ]


def test_an_alert_says_what_since_when_how_sure_and_what_to_look_at_first(months):
    history = months()
    history[-1].moved["330502>330503"] = 120
    (found,) = alerts(history)
    record = json.loads(json.dumps(found.as_record(), ensure_ascii=False))
    assert record["since"] == "2026-10"
    assert record["sure_zh"] == "几乎确定"
    for name in ("what_zh", "what_en", "look_first_zh", "look_first_en", "kind_zh"):
        assert record[name]


@pytest.mark.parametrize("seed", range(8))
def test_two_years_of_quiet_months_say_nothing_at_all(months, seed):
    history = months(length=24, seed=seed)
    assert [one for last in range(8, 25, 8) for one in alerts(history[:last])] == []


def test_no_month_says_nothing():
    assert alerts([]) == []


def test_months_survive_their_files(months):
    history = months(length=2)
    again = [MonthFigures.from_record(json.loads(json.dumps(one.as_record()))) for one in history]
    assert again == history


def test_own_thresholds_count(months):
    from models.monitoring.limits import limits

    history = months()
    history[-1].population.score_psi[:] = [0.12, 0.01]
    assert alerts(history, thresholds=limits() | {"psi_watch": 0.2}) == []


def test_every_kind_has_its_words_in_both_languages():
    for kind, said in words()["kinds"].items():
        assert {"zh", "en", "what", "look_first"} <= set(said), kind
        assert all(set(one) == {"zh", "en"} for name, one in said.items() if name not in ("zh", "en"))


def test_how_sure_is_never_certain():
    facts = {"decided": 100, "share": 0.5}
    assert told("overrides", "x", "2026-10", 1.5, needs_person=True, **facts).how_sure == 0.999
