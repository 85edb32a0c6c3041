"""The verb that asks the measures about a file: what it reads, writes and says."""

import json
import sys
from datetime import datetime
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import SourceError
from pipelines import command_line
from pipelines.facts_file import read_facts_file

ROW = {
    "统一社会信用代码": "A",
    "entity_type": "ENTERPRISE",
    "贷款余额": "5000000.00",
    "green_grade": "DEEP",
    "start_date": "2026-01-01",
    "maturity_date": "2027-06-30",
    "is_green_inclusive": "是",
    "subsidy_used_ytd_cny": "0",
}
ROWS = [ROW, ROW | {"贷款余额": "-5"}, ROW | {"maturity_date": "2025-01-01"}, ROW | {"green_grade": ""}]


def called(monkeypatch, *words):
    """The exit code of a call."""
    monkeypatch.setattr(sys, "argv", ["lvdaitong", "eligibility", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        command_line.main()
    return left.value.code


def written(folder, ending, rows=ROWS):
    """A file of rows."""
    path = folder / f"firms{ending}"
    frame = pd.DataFrame(rows)
    if ending == ".jsonl":
        path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    elif ending == ".xlsx":
        frame.to_excel(path, index=False, engine="xlsxwriter")
    elif ending == ".parquet":
        frame.to_parquet(path)
    else:
        path.write_bytes(frame.to_csv(index=False).encode("gb18030" if ending == ".gb.csv" else "utf-8"))
    return path


@pytest.mark.parametrize("ending", [".csv", ".gb.csv", ".jsonl", ".xlsx", ".parquet"])
def test_every_kind_of_file_gives_the_same_findings(ending, tmp_path, monkeypatch, capsys):
    path = written(tmp_path, ending)
    assert called(monkeypatch, "--facts", path, "--as-of", "2026-11-20", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    subsidy = told["measures"][1]
    assert subsidy["results"] == {"PASS": 1, "FAIL": 0, "UNKNOWN": 3, "NOT_APPLICABLE": 0}
    assert subsidy["sums_cny"]["subsidy_estimate_cny"] == "18000.00"
    assert (told["policy_status"], told["rows"], told["rows_with_errors"]) == ("DRAFT", 4, 2)
    assert [(error["row"], error["field"]) for error in told["errors"]] == [
        (2, "loan_balance_cny"),
        (3, "maturity_date"),
    ]
    assert told["others"] == ["统一社会信用代码"]


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_findings_are_written_beside_what_is_no_fact(ending, tmp_path, monkeypatch, capsys):
    out = tmp_path / f"new/findings{ending}"
    assert (
        called(monkeypatch, "--facts", written(tmp_path, ".csv"), "--as-of", "2026-11-20", "--out", out) == 0
    )
    found = pd.read_csv(out) if ending == ".csv" else pq.read_table(out).to_pandas()
    assert found["统一社会信用代码"].tolist() == ["A"] * 4
    assert found["interest_subsidy.result"].tolist() == ["PASS", "UNKNOWN", "UNKNOWN", "UNKNOWN"]
    assert found["error"].str.contains("loan_balance_cny: found '-5'").tolist()[1]
    told = capsys.readouterr()
    assert "征求意见稿" in told.out
    assert "4 rows on 2026-11-20, 2 of them with an error" in told.out
    assert "row 3: maturity_date: found 2025-01-01" in told.err


def test_an_amount_that_is_known_of_nobody_is_no_zero(tmp_path, monkeypatch, capsys):
    path = written(tmp_path, ".csv", [{"entity_type": "ENTERPRISE"}])
    assert called(monkeypatch, "--facts", path, "--as-of", "2026-11-20") == 0
    assert "可得贴息 未知" in capsys.readouterr().out


def test_one_object_is_told_in_words(tmp_path, monkeypatch, capsys):
    path = tmp_path / "one.json"
    path.write_text(
        json.dumps({"entity_type": "ENTERPRISE", "贷款余额": 5000000.1}, ensure_ascii=False), "utf-8"
    )
    assert called(monkeypatch, "--facts", path, "--as-of", "2026-11-20") == 0
    told = capsys.readouterr().out
    assert "征求意见稿" in told
    assert "财政贴息尚不能判断" in told
    assert called(monkeypatch, "--facts", path, "--as-of", "2026-11-20", "--json") == 0
    assert json.loads(capsys.readouterr().out)[1]["measure"] == "interest_subsidy"


CAP = """description: Cap of a city.
zh: 单个企业全年贴息上限
unit: CNY
cites: 某市文件
certainty: public
values: {2024-01-01: 10_000}
"""


def test_a_city_s_own_numbers_hold(tmp_path, monkeypatch, capsys):
    (tmp_path / "own").mkdir()
    (tmp_path / "own/subsidy_cap_per_enterprise.yaml").write_text(CAP, "utf-8")
    words = ["--facts", written(tmp_path, ".csv"), "--as-of", "2026-11-20", "--json"]
    assert called(monkeypatch, *words, "--parameters", tmp_path / "own") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["measures"][1]["sums_cny"]["subsidy_estimate_cny"] == "10000.00"


WRONG_CALLS = [
    ("gone.csv", "2026-11-20", [], 3, "no such file"),
    ("firms.csv", "2026-02-30", [], 8, "not a day"),
    ("firms.csv", "2023-12-31", [], 7, ".yaml: no number for 2023-12-31"),
    ("firms.csv", "2026-11-20", ["--out", "findings.txt"], 8, "ends in .parquet or .csv"),
    ("firms.csv", "2026-11-20", ["--parameters", "nowhere"], 7, "found no file of parameters"),
    ("list.json", "2026-11-20", [], 3, "expected one object"),
    ("broken.json", "2026-11-20", [], 3, "is no JSON"),
    ("misspelt.json", "2026-11-20", [], 7, "did you mean"),
]


@pytest.mark.parametrize(("file", "day", "more", "code", "told"), WRONG_CALLS, ids=str)
def test_a_wrong_call_is_one_line_and_its_own_code(
    file, day, more, code, told, tmp_path, monkeypatch, capsys
):
    written(tmp_path, ".csv")
    for name, text in (("list", "[]"), ("broken", "{"), ("misspelt", '{"loan_balance": 5}')):
        (tmp_path / f"{name}.json").write_text(text)
    monkeypatch.chdir(tmp_path)
    assert called(monkeypatch, "--facts", file, "--as-of", day, *more) == code
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def test_a_misspelt_parameter_and_another_unit_are_errors(tmp_path, monkeypatch, capsys):
    words = ["--facts", written(tmp_path, ".csv"), "--as-of", "2026-11-20", "--parameters", tmp_path / "own"]
    (tmp_path / "own").mkdir()
    wrong = tmp_path / "own/subsidy_cap_per_enterprize.yaml"
    wrong.write_text(CAP, "utf-8")
    assert called(monkeypatch, *words) == 7
    assert "did you mean subsidy_cap_per_enterprise?" in capsys.readouterr().err
    wrong.unlink()
    (tmp_path / "own/subsidy_cap_per_enterprise.yaml").write_text(CAP.replace("CNY", "days"), "utf-8")
    assert called(monkeypatch, *words) == 7
    assert "unit: found days, expected CNY" in capsys.readouterr().err


def test_two_columns_of_one_fact_and_none_of_any_are_errors(tmp_path):
    with pytest.raises(SourceError, match="are the same fact, loan_balance_cny"):
        read_facts_file(written(tmp_path, ".csv", [{"贷款余额": "5", "loan_balance_cny": "5"}]))
    with pytest.raises(SourceError, match="no column is a fact; found a, expected names such as"):
        read_facts_file(written(tmp_path, ".csv", [{"a": "5"}]))


def test_flags_and_days_are_read_as_people_write_them(tmp_path):
    rows = [
        {"is_sannong": flag, "start_date": day}
        for flag, day in (
            ("是", "2026/1/5"),
            ("FALSE", "2026-01-05"),
            ("0", ""),
            ("maybe", "soon"),
            ("", "N/A"),
        )
    ]
    found = read_facts_file(written(tmp_path, ".csv", rows)).facts
    assert found["is_sannong"] == [True, False, False, "maybe", None]
    assert found["start_date"] == ["2026-1-5", "2026-01-05", None, "soon", None]


def test_moments_at_midnight_are_days_and_others_are_not(tmp_path):
    for moment, kind in ((datetime(2026, 1, 5), pa.date32()), (datetime(2026, 1, 5, 8), pa.timestamp("us"))):  # noqa: DTZ001
        path = tmp_path / "days.parquet"
        table = pa.table(
            {"start_date": pa.array([moment], pa.timestamp("us")), "loan_balance_cny": [Decimal(5)]}
        )
        pq.write_table(table, path)
        found = read_facts_file(path).facts["start_date"]
        assert found.type == kind
