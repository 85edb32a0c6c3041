"""Refused rows judged again: what enters the lake, what stays, and that everything still adds up."""

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import SourceError
from features.expectations import DUPLICATE
from features.lake import batch_path, read_receipt, receipts
from features.quarantine import refused_rows
from pipelines.collect import collect
from pipelines.recipe import parse_recipe
from pipelines.refused import list_retried, list_rules
from pipelines.retry import retry

RECIPE = """
name: test
title: {zh: 测试, en: test}
key: uscc
tables:
  - name: 登记
    source: registration
    file: registration.FORMAT
    columns:
      entity_id: 代码
      record_id: 记录号
      event_date: {from: 变更日期, formats: [FORMATS]}
      available_at: {from: 入库日期, formats: ["%Y-%m-%d"]}
      op: {from: 操作, values: {新增: upsert}}
      entity_type: {from: 类型, values: {VALUES}}
      registered_capital_cny: {from: "注册资本(万元)", unit: 万元}
      status: {from: 状态, values: {存续: ACTIVE}}
"""
HEADER = "代码,记录号,变更日期,入库日期,操作,类型,注册资本(万元),状态"
FIRM = "91330502MA29K00168"
LINES = [
    f"{FIRM},r1,2024-01-05,2024-01-08,新增,企业,100,存续",
    f"{FIRM},r2,2024年1月6日,2024-01-09,新增,企业,12.3456,存续",
    f"{FIRM},r3,2024-01-07,2024-01-09,新增,公司,1,存续",
    f"{FIRM},r3,2024-01-07,2024-01-09,新增,公司,2,存续",
    f"{FIRM},r4,2024-01-07,2024-01-09,新增,企业,-1,存续",
    f"{FIRM},r1,2024-01-05,2024-01-08,新增,企业,100,存续",
]
OLD, MENDED = "企业: ENTERPRISE", "企业: ENTERPRISE, 公司: ENTERPRISE"
PLAIN, CHINESE = '"%Y-%m-%d"', '"%Y-%m-%d", "%Y年%m月%d日"'


def recipe(values: str = OLD, formats: str = PLAIN, ending: str = "csv"):
    words = RECIPE.replace("VALUES", values).replace("FORMATS", formats).replace("FORMAT", ending)
    return parse_recipe(words, "test.yaml")


@pytest.fixture
def data(tmp_path) -> Path:
    (tmp_path / "registration.csv").write_text("\n".join([HEADER, *LINES, ""]), "utf-8")
    return tmp_path


def lake(home) -> pd.DataFrame:
    """Every row of the lake, in an order that depends on content alone."""
    parts = [pq.read_table(path).to_pandas() for path in sorted(home.lake.rglob("*.parquet"))]
    rows = pd.concat(parts)
    return rows.sort_values(list(rows.columns)).reset_index(drop=True)


def quarantine(home) -> dict[int, str]:
    rows = refused_rows(home, "registration")
    return dict(zip(rows["row"], rows["rules"], strict=True))


def files(home) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(home.root.rglob("*.parquet"))}


def counts(home) -> tuple[int, int, int]:
    (receipt,) = receipts(home, "registration")
    assert receipt.accepted == len(lake(home))
    assert receipt.quarantined == len(quarantine(home))
    return receipt.rows_read, receipt.accepted, receipt.quarantined


def test_rows_that_are_good_under_the_mended_recipe_enter_the_lake_and_the_others_stay(home, data):
    collect(home, recipe(), data)
    assert counts(home) == (6, 1, 5)
    (told,) = retry(home, recipe(MENDED))
    assert (told.tried, told.accepted) == (5, 1)
    assert counts(home) == (6, 2, 4)
    assert quarantine(home) == {
        2: "event_date: not a date written %Y-%m-%d",
        4: DUPLICATE,
        5: "registered_capital_cny: below 0",
        6: DUPLICATE,
    }
    assert told.receipt.rules == {
        "event_date: not a date written %Y-%m-%d": 1,
        DUPLICATE: 2,
        "registered_capital_cny: below 0": 1,
    }
    assert told.receipt.untyped == 1


def test_a_second_mend_is_tried_on_what_the_first_left(home, data):
    collect(home, recipe(), data)
    retry(home, recipe(MENDED))
    (told,) = retry(home, recipe(MENDED, CHINESE))
    assert counts(home) == (6, 3, 3)
    assert len(told.receipt.retries) == 2
    assert sorted(lake(home)["registered_capital_cny"]) == [10_000, Decimal("123456.00"), 1_000_000]


def test_trying_again_changes_nothing(home, data):
    collect(home, recipe(), data)
    retry(home, recipe())
    untouched = files(home)
    retry(home, recipe(MENDED))
    after = files(home)
    assert after != untouched
    (again,) = retry(home, recipe(MENDED))
    assert (again.tried, again.accepted) == (4, 0)
    assert files(home) == after


def test_trying_under_the_same_recipe_changes_nothing(home, data):
    collect(home, recipe(), data)
    before = files(home)
    retry(home, recipe())
    assert files(home) == before


def test_rows_refused_for_another_rule_now_say_the_new_one(home, data):
    collect(home, recipe(), data)
    other = recipe("企业: ENTERPRISE, 公司: COMPANY")
    (told,) = retry(home, other)
    assert told.accepted == 0
    collect(home, recipe(), data)
    assert counts(home) == (6, 1, 5)


def test_collecting_the_file_under_the_mended_recipe_gives_the_same_rows(home, data, tmp_path):
    from features.home import Home

    collect(home, recipe(), data)
    retry(home, recipe(MENDED, CHINESE))
    retried, refused = lake(home), quarantine(home)
    collect(home, recipe(MENDED, CHINESE), data)
    assert counts(home) == (6, 3, 3)
    pd.testing.assert_frame_equal(lake(home), retried)
    assert quarantine(home) == refused
    straight = Home(tmp_path / "straight")
    collect(straight, recipe(MENDED, CHINESE), data)
    pd.testing.assert_frame_equal(lake(straight), retried)


def test_collecting_under_the_first_recipe_does_not_undo_a_retry(home, data):
    collect(home, recipe(), data)
    retry(home, recipe(MENDED))
    before = files(home)
    collect(home, recipe(), data)
    assert files(home) == before


def test_a_batch_whose_rows_were_all_refused_is_made_by_a_retry_and_known_afterwards(home, tmp_path):
    (tmp_path / "registration.csv").write_text("\n".join([HEADER, LINES[1], LINES[4], ""]), "utf-8")
    with pytest.raises(SourceError, match="all 2 rows were refused"):
        collect(home, recipe(), tmp_path)
    assert not list(home.lake.rglob("*.parquet"))
    (none,) = retry(home, recipe())
    assert none.accepted == 0
    assert len(quarantine(home)) == 2
    (told,) = retry(home, recipe(formats=CHINESE))
    assert counts(home) == (2, 1, 1)
    seen = []
    collect(home, recipe(formats=CHINESE), tmp_path, lambda receipt, new: seen.append((receipt, new)))
    assert seen == [(told.receipt, False)]
    assert not list(home.quarantine.rglob("*.stopped.*"))


def test_a_stopped_batch_of_which_some_rows_were_good_wants_its_file(home, tmp_path):
    bad = [f"{FIRM},b{number},2024-02-30,2024-03-09,新增,企业,1,存续" for number in range(99)]
    (tmp_path / "registration.csv").write_text("\n".join([HEADER, LINES[0], *bad, ""]), "utf-8")
    with pytest.raises(
        SourceError, match="99% of the rows were refused, more than 50%, most for 'event_date"
    ):
        collect(home, recipe(), tmp_path)
    (told,) = retry(home, recipe(MENDED))
    assert (told.tried, told.note) == (0, "its batch stopped and is not in the lake; collect its file again")
    assert len(quarantine(home)) == 99


def test_a_recipe_that_reads_another_column_wants_the_file(home, data):
    collect(home, recipe(), data)
    words = RECIPE.replace("VALUES", OLD).replace("FORMATS", PLAIN).replace("FORMAT", "csv")
    other = parse_recipe(words.replace("entity_id: 代码", "entity_id: 信用代码"), "test.yaml")
    (told,) = retry(home, other)
    assert told.note == "it was read without '信用代码'; collect its file again"
    assert counts(home) == (6, 1, 5)


def test_only_the_source_that_was_asked_for_is_tried(home, data):
    collect(home, recipe(), data)
    assert retry(home, recipe(MENDED), "vat_invoice") == []
    assert counts(home) == (6, 1, 5)


def test_typed_cells_of_a_parquet_file_are_the_same_when_they_are_tried_again(home, tmp_path):
    columns = {
        "代码": pa.array([FIRM] * 3),
        "记录号": pa.array(["p1", "p2", "p3"]),
        "变更日期": pa.array(pd.to_datetime(["2024-01-05"] * 3).date, pa.date32()),
        "入库日期": pa.array(pd.to_datetime(["2024-01-08"] * 3), pa.timestamp("ns")),
        "操作": pa.array(["新增"] * 3),
        "类型": pa.array(["企业", "公司", "公司"]),
        "注册资本(万元)": pa.array([Decimal("1.10"), Decimal("90071992547.41"), None], pa.decimal128(18, 2)),
        "状态": pa.array(["存续"] * 3),
    }
    pq.write_table(pa.table(columns), tmp_path / "registration.parquet")
    collect(home, recipe(ending="parquet"), tmp_path)
    retry(home, recipe(MENDED, ending="parquet"))
    assert counts(home) == (3, 3, 0)
    assert lake(home)["registered_capital_cny"].tolist()[:2] == [
        Decimal("11000.00"),
        Decimal("900719925474100.00"),
    ]
    assert set(lake(home)["available_at"].astype("str")) == {"2024-01-08"}


def test_killed_between_the_two_commits_nothing_is_lost_or_counted_twice(home, data, monkeypatch):
    class Killed(BaseException):
        pass

    collect(home, recipe(), data)
    before = lake(home), quarantine(home)
    for commits in (1, 2):
        done = []

        def dying(staged, final, done=done, commits=commits):
            from features.staging import commit

            commit(staged, final)
            done.append(final)
            if len(done) == commits:
                raise Killed

        with monkeypatch.context() as patch:
            patch.setattr("features.batch.commit", dying)
            with pytest.raises(Killed):
                retry(home, recipe(MENDED))
        if commits == 1:
            pd.testing.assert_frame_equal(lake(home), before[0])
            assert quarantine(home) == before[1]
        assert counts(home)[0] == 6
    assert list(home.quarantine.rglob("*.pending"))
    assert counts(home) == (6, 2, 4)
    (told,) = retry(home, recipe(MENDED))
    assert told.accepted == 0
    collect(home, recipe(MENDED, CHINESE), data)
    assert not list(home.quarantine.rglob("*.pending"))
    assert counts(home) == (6, 3, 3)


def test_rules_are_counted_and_retries_listed(home, data):
    collect(home, recipe(), data)
    rules = {row["rule"]: row["rows"] for row in list_rules(home, "registration")}
    assert rules[DUPLICATE] == 2
    assert sum(rules.values()) == sum(said.count(";") + 1 for said in quarantine(home).values())
    assert list_rules(home, None) == list_rules(home, "registration")
    (row,) = list_retried(retry(home, recipe(MENDED)))
    assert row["rows read"] == row["accepted"] + row["quarantined"]
    assert (row["tried"], row["accepted now"]) == (5, 1)


def test_the_receipt_in_the_lake_is_the_one_that_was_told(home, data):
    collect(home, recipe(), data)
    (told,) = retry(home, recipe(MENDED))
    assert read_receipt(batch_path(home, "registration", told.receipt.batch)) == told.receipt
    assert (told.receipt.newest_event, told.receipt.newest_available) == ("2024-01-07", "2024-01-09")
