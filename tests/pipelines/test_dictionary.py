"""The dictionaries say everything there is, in both languages, and docs/ holds them as they are now."""

import re
from pathlib import Path

import pytest

from features.catalogue import load_catalogue
from features.definitions import ALL, by_name
from pipelines.dictionary import documents, explained, write_documents

DOCS = Path(__file__).resolve().parents[2] / "docs"

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("name", documents())
def test_docs_are_as_they_would_be_written_now(name):
    told = DOCS / name
    fresh = told.is_file() and told.read_text("utf-8") == documents()[name]
    assert fresh, f"docs/{name} is stale; renew it with: lvdaitong catalog --write docs"


@pytest.mark.parametrize("name", ["data-dictionary.md", "data-dictionary.zh-CN.md"])
def test_every_source_and_every_column_is_there(name):
    text = documents()[name]
    for source in load_catalogue().values():
        section = text.split(f"`{source.name}`\n")[1].split("\n## ")[0]
        assert all(f"| `{column}` |" in section for column in source.columns), source.name


@pytest.mark.parametrize("name", ["feature-dictionary.md", "feature-dictionary.zh-CN.md"])
def test_every_feature_is_there_once(name):
    text = documents()[name]
    assert [one.name for one in ALL if text.count(f"| `{one.name}` |") != 1] == []


def test_an_outcome_is_marked():
    text = documents()["data-dictionary.md"]
    outcomes = [source for source in load_catalogue().values() if source.outcome]
    assert text.count("features never do.") == len(outcomes)


def test_bounds_values_and_checks_are_told():
    text = documents()["data-dictionary.md"]
    assert "A, B, C, D, E (in order)" in text
    assert "at least 0, at most 1 " in text
    assert "`maturity_date` is not before `application_date`." in text
    assert "planning values to be confirmed by the department" in text


def test_the_chinese_data_dictionary_is_chinese():
    lines = documents()["data-dictionary.zh-CN.md"].splitlines()
    rows = [line for line in lines if line.startswith(("| `", "- "))]
    assert [row for row in rows if not CHINESE.search(row)] == []


def test_a_table_has_the_same_cells_in_every_row():
    for text in documents().values():
        for block in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
            cells = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
            assert len(cells) == 1, block.splitlines()[0]


def test_it_is_told_when_a_feature_is_missing():
    feature = by_name()["largest_buyer_share_12m"]
    assert explained(feature).startswith("1.0 means a single buyer. Missing where")
    assert explained(by_name()["void_share_3m"]) == explained(by_name()["void_share_36m"])
    assert "Missing where the firm issued no valid sales invoice" in documents()["feature-dictionary.md"]


def test_a_feature_over_two_sources_names_its_parts():
    line = next(
        line
        for line in documents()["feature-dictionary.md"].splitlines()
        if line.startswith("| `electricity_per_sales_12m`")
    )
    assert "Made of: `kwh_12m`, `invoiced_sales_cny_12m`" in line


def test_documents_are_written_where_one_asks(tmp_path):
    written = write_documents(tmp_path / "new" / "docs")
    assert {path.name: path.read_text("utf-8") for path in written} == documents()
