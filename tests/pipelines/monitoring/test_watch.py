"""The monthly look from a lake to its files, and what it refuses with the state as before."""

import errno
import json
import os
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from typer.testing import CliRunner

from features.errors import LakeError, ModelError, RequestError
from models import ledger
from pipelines.command_line import app
from pipelines.monitoring import verb
from pipelines.recipe import Recipe
from tests.pipelines.monitoring.conftest import SCOPE


def test_a_quiet_month_leaves_figures_page_alerts_and_metrics_and_the_next_reads_them(bench):
    seen = bench.look()
    assert seen.alerts == []
    assert [one.month for one in seen.history if one.population] == ["2026-09", "2026-10"]
    assert {one.name for one in bench.folder.iterdir()} == {
        "figures.json", "scores.parquet", "loans.parquet", "alerts.json", "monitor.html", "metrics.prom",
    }  # fmt: skip
    told = json.loads((bench.folder / "alerts.json").read_text())
    assert (told["as_of"], told["model"], told["needs_person"]) == ("2026-10-31", "sme_credit/1", False)
    assert told["cohorts"][0]["cohort"] == "2026Q1"  # the loans of 2025-08 the champion may have learnt from
    page = (bench.folder / "monitor.html").read_text()
    assert "本月没有需要人处理的提示" in page
    assert "尚无成熟的季度" in page
    assert "没有服务记录" in page
    metrics = (bench.folder / "metrics.prom").read_text()
    assert 'lvdaitong_monitor_source_rows{source="electricity"} 40.0' in metrics
    assert "lvdaitong_monitor_needs_person 0.0" in metrics
    kept = json.loads((bench.folder / "figures.json").read_text())
    assert kept["sources"]["electricity"]["by_lag"] == {"1": 40}
    assert kept["population"]["firms"] == 40


def test_a_source_that_stopped_and_a_moved_boundary_need_a_person(bench, monkeypatch):
    bench.only("electricity", bench.electricity(until="2026-08-31"))
    own = "withdrawn_times: {value: 5, cites: 测试}\nmoved_least_firms: {value: 16, cites: 测试}"
    (bench.home.root / "monitor.yaml").write_text(own)
    moved = bench.registered("330503").iloc[:30]
    bench.bring("registration", moved.assign(event_date="2026-10-05", available_at="2026-10-09"))
    monkeypatch.setattr(
        "pipelines.recipe.load_recipe", lambda _name: Recipe("city", "", "", "uscc", (), "city")
    )
    said = CliRunner().invoke(
        app, ["--home", str(bench.home.root), "monitor", "--as-of", "2026-10-31", "--json"]
    )
    assert said.exit_code == verb.NEEDS_A_PERSON == 15
    told = json.loads(said.stdout)["alerts"]
    found = {(one["kind"], one["subject"], one["since"]) for one in told if one["needs_person"]}
    assert found == {
        ("source_stops", "electricity", "2026-09"),
        ("district_moves", "330502>330503", "2026-10"),
    }
    metrics = (bench.folder / "metrics.prom").read_text()
    assert 'kind="source_stops",needs_person="true",since="2026-09",subject="electricity"' in metrics


def test_a_large_citys_new_loans_have_the_scores_that_the_month_before_ended_with(bench, monkeypatch):
    monkeypatch.setattr("pipelines.monitoring.scored.MOST_LOANS", 10)
    bench.bring("loan", bench.loans("2026-10"))
    bench.look()
    kept = pd.read_parquet(bench.folder / "loans.parquet").set_index("loan_id")["pd_"]
    last = pd.read_parquet(bench.folder.parent / "as_of=2026-09-30" / "scores.parquet")
    before = last.set_index("entity_id")["pd_"]
    assert len(kept) == 40
    assert all(kept[f"L{firm}2026-10"] == before[firm] for firm in bench.firms[:20])


def test_a_firm_of_which_nothing_was_known_on_the_day_is_not_among_its_firms(bench):
    known_from = pd.Series(pd.Timestamp("2000-01-01"), list(bench.firms))
    known_from.iloc[:3] = pd.Timestamp("2026-11-02")
    bench.knows(known_from=known_from, data="with newcomers")
    seen = bench.look()
    assert seen.history[-1].population.firms == 37
    assert len(pd.read_parquet(bench.folder / "scores.parquet")) == 37


def test_a_snapshot_that_was_killed_half_way_is_made_again(bench):
    snapshot = bench.home.features(date(2026, 10, 31))
    (snapshot / "firms.parquet").unlink()
    assert bench.look().history[-1].population.firms == 40
    assert (snapshot / "firms.parquet").is_file()


def test_a_snapshot_of_other_data_than_the_lake_holds_is_made_again(bench):
    file = bench.home.features(date(2026, 10, 31)) / "features.parquet"
    pd.read_parquet(file).iloc[:7].to_parquet(file)
    assert bench.look().history[-1].population.firms == 7, "it was taken as it was"
    bench.knows(data="something was collected since")
    assert bench.look().history[-1].population.firms == 40


def test_a_source_that_was_collected_later_has_its_history_in_the_months_kept_before(bench):
    bills = bench.electricity()
    gas = bills[["entity_id", "record_id", "event_date", "available_at"]].assign(
        record_id="G" + bills["record_id"], utility="GAS", volume_m3=100.0, bill_cny=300, unpaid_cny=0
    )
    bench.bring("water_gas", gas)
    bench.knows(sources=SCOPE.sources | {"water_gas"}, data="with gas")
    seen = bench.look()
    assert [month.sources["water_gas"].rows for month in seen.history[-4:]] == [40] * 4
    before = json.loads((bench.folder.parent / "as_of=2026-09-30" / "figures.json").read_text())
    assert before["sources"]["water_gas"]["rows"] == 40
    assert before["population"]["firms"] == 40, "what was kept of the firms stays"
    assert seen.alerts == []


def test_scores_that_another_champion_gave_to_every_firm_stay(bench):
    kept = bench.folder.parent / "as_of=2026-09-30" / "scores.parquet"
    before = kept.read_bytes()
    bench.crown()
    assert bench.look().given.version.label == "sme_credit/2"
    assert kept.read_bytes() == before


def refused(bench, kind, line, day=date(2026, 10, 31), **more):
    """The look fails with one line, and nothing has changed."""
    before = bench.files()
    with pytest.raises(kind, match=line) as error:
        bench.look(day, **more)
    assert "\n" not in str(error.value)
    assert bench.files() == before


def test_a_day_before_the_champions_own_is_refused(bench):
    refused(bench, RequestError, "was made from what was known on 2025-12-31", date(2025, 11, 30))


def test_a_day_that_has_not_come_is_refused(bench):
    noon = datetime(2026, 10, 30, 12, tzinfo=UTC)
    refused(bench, RequestError, "2026-10-31: that day has not come; expected 2026-10-30", now=noon)
    evening = datetime(2026, 10, 30, 16, tzinfo=UTC)
    assert bench.look(now=evening).given.day == date(2026, 10, 31), "in China it is midnight"


def test_a_clock_before_the_ledgers_last_line_is_refused(bench):
    early = datetime(2025, 12, 31, 20, tzinfo=UTC)
    line = "the clock says 2025-12-31T20:00:00.00:00 and the last line was written 2026-01-05"
    refused(bench, ModelError, line, date(2025, 12, 31), now=early)


def test_a_damaged_snapshot_is_named(bench):
    (bench.home.features(date(2026, 10, 31)) / "features.parquet").write_bytes(b"PAR1 and no more")
    refused(bench, LakeError, "as_of=2026-10-31/features.parquet: no whole Parquet file; delete it")


def test_a_month_in_which_nothing_arrived_is_refused(bench):
    refused(bench, LakeError, "nothing arrived in the month until 2026-12-31", date(2026, 12, 31))


def test_without_a_champion_there_is_nothing_to_watch(bench):
    (bench.home.root / ledger.FILE).unlink()
    bench.home.registry.unlink()
    refused(bench, ModelError, "no champion of 'sme_credit' is registered")


def test_a_champion_with_features_that_nobody_knows_is_refused(bench):
    bench.crown(("firm_age_months", "charm"))
    refused(bench, ModelError, "reads 1 of its 2 features that are not defined any more: charm")


def test_a_damaged_month_is_named(bench):
    (bench.home.root / "monitor" / "as_of=2026-09-30" / "figures.json").write_text("{")
    refused(bench, LakeError, "as_of=2026-09-30/figures.json: no whole JSON; delete the file")


def test_a_registry_that_vanishes_half_way_leaves_the_state_as_before(bench, monkeypatch):
    from pipelines.monitoring import watch

    def vanish(*asked):
        (bench.home.root / ledger.FILE).unlink()
        bench.home.registry.unlink()
        return population_of(*asked)

    population_of = watch.population_of
    monkeypatch.setattr(watch, "population_of", vanish)
    refused(bench, ModelError, "no champion of 'sme_credit'")


def test_a_full_disk_leaves_the_state_as_before(bench, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full)
    refused(bench, LakeError, "the disk is full; nothing was committed")
