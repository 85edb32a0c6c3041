"""The pages of the measures say what the code says, and docs/ holds them as they are now."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.command_line import app
from pipelines.measure_cases import cases_of, used_by
from pipelines.measure_pages import COMMAND, TAGS, measure_pages, write_measure_pages
from serving.policy import MEASURES, ParameterError
from serving.policy.draft import wording
from serving.policy.facts import NAMES_ZH
from serving.policy.law import default_parameters
from serving.policy.parameter import Certainty

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "serving" / "policy" / "cases"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
EACH = pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.key)


@pytest.fixture(scope="module")
def pages():
    """Every page, by its file name."""
    return measure_pages(CASES)


@pytest.fixture(scope="module")
def page_of(pages):
    """The page of a measure."""
    return lambda measure: pages[f"measures/{measure.number:02d}-{measure.key.replace('_', '-')}.md"]


def section(page, title):
    """What stands under a heading."""
    return page.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text):
    """The cells of a table, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_docs_are_as_they_would_be_written_now(pages):
    stale = [name for name, text in pages.items() if _told(name) != text]
    assert stale == [], f"stale in docs/; renew them with: {COMMAND}"
    kept = {f"measures/{path.name}" for path in (ROOT / "docs" / "measures").glob("*")}
    assert kept == pages.keys(), "docs/measures holds what no measure writes"


def _told(name):
    path = ROOT / "docs" / name
    return path.read_text("utf-8") if path.is_file() else None


@EACH
def test_the_words_of_the_draft_stand_first(measure, page_of):
    said, page = wording()[measure.number], page_of(measure)
    assert f"、{said.title}。{said.text}" in section(page, "原文")
    assert all(body in section(page, "原文") for body in said.bodies)
    assert "征求意见稿" in page.split("## 原文")[0]


@EACH
def test_every_clause_is_there_with_what_it_asks_for_and_where_it_is_written(measure, page_of):
    page = page_of(measure)
    for title, clauses in (("适用范围", measure.applies), ("条件", measure.clauses)):
        if not clauses:
            assert f"## {title}\n" not in page
            continue
        found = {row[0]: row for row in rows(section(page, title))}
        assert list(found) == [f"`{one.name}`" for one in clauses]
        for one in clauses:
            _, asked, _, needs, missing, cites = found[f"`{one.name}`"]
            assert CHINESE.search(asked)
            assert "{" not in asked
            assert needs == "、".join(NAMES_ZH.get(name, name) for name in one.needs)
            assert cites == one.cites
            assert missing == (one.presumed or ("待补充" if one.needs else ""))


@EACH
def test_every_number_that_the_measure_reads_is_there_with_its_days_and_its_certainty(measure, page_of):
    used = [
        name
        for name in used_by(measure, cases_of(CASES, measure.key).each).numbers
        if not name.startswith("policy_")
    ]
    page = page_of(measure)
    found = {row[1]: row for row in rows(section(page, "数字"))} if used else {}
    assert list(found) == [f"`{name}`" for name in used]
    for name in used:
        one = default_parameters().by_name[name]
        zh, _, values, unit, certainty, cites = found[f"`{name}`"]
        assert (zh, cites) == (one.zh, one.cites)
        assert unit
        assert (certainty == "**待确认**") == (one.certainty is Certainty.TO_BE_CONFIRMED)
        assert [value.split(" ")[0] for value in values.split("<br>")] == [str(day) for day in one.days]


@EACH
def test_every_fact_that_a_clause_needs_is_told_how_to_fill_in(measure, page_of):
    needs = {name for one in (*measure.applies, *measure.clauses) for name in one.needs} & NAMES_ZH.keys()
    told = {row[1].strip("`"): row for row in rows(section(page_of(measure), "所需事实"))} if needs else {}
    assert needs <= told.keys()
    assert all(all(row) for row in told.values())


@EACH
def test_every_case_is_there_with_its_sentence(measure, page_of):
    names = [case.name for case in cases_of(CASES, measure.key).each]
    assert [row[0] for row in rows(section(page_of(measure), "案例"))] == names


@EACH
def test_how_results_are_worked_out_is_told_and_every_amount_is_named(measure, page_of):
    expected = {name for case in cases_of(CASES, measure.key).each for name in case.expect.get("amounts", {})}
    told = section(page_of(measure), "算法")
    assert "\n- " in told
    assert all(f"`{name}`" in told for name in expected)
    assert ("不产生金额" in told) == (not expected)


def test_every_tag_is_named(pages):
    for key, tags in TAGS.items():
        [page] = [text for name, text in pages.items() if key.replace("_", "-") in name]
        assert [row[:2] for row in rows(section(page, "标签"))] == [[f"`{one.name}`", one.zh] for one in tags]
    assert sum("## 标签" in text for text in pages.values()) == len(TAGS)


def test_a_number_that_ended_and_one_that_was_never_set_are_told_apart(pages):
    assert "2018-09-01 起：1,000 万元<br>2028-01-01 起：终止" in pages["measures/03-vat-exemption.md"]
    assert "2024-01-01 起：尚未设定" in pages["measures/02-interest-subsidy.md"]


def test_a_case_tells_what_differs_and_what_must_come_out(pages):
    subsidy = {row[0]: row for row in rows(section(pages["measures/02-interest-subsidy.md"], "案例"))}
    _, day, differs, expected = subsidy["Two hundred days earn more when a year counts 360"]
    assert day == "2026-11-20"
    assert differs == "贷款发放日＝2026-01-01；贷款到期日＝2026-07-20；法规数值：贴息计息年天数＝360 天"
    assert expected == "**符合**；可得贴息 10,000.00 元"
    unknown = subsidy["A missing grade is unknown and its amount is empty, not zero"]
    assert unknown[2] == "绿色金融评价等级＝未知"
    assert unknown[3].startswith("**待补充**；缺少：绿色金融评价等级；可得贴息 为空")
    refused = subsidy["A loan that is not a green inclusive one is outside"]
    assert refused[3] == "**不符合**；未满足：属于绿色普惠贷款"


def test_what_a_guard_asks_for_is_told_as_a_premise(pages):
    found = {row[0]: row for row in rows(section(pages["measures/03-vat-exemption.md"], "条件"))}
    assert found["`credit_line_within_cap`"][2] == "免税政策在有效期内；有授信额度"


def test_a_table_has_the_same_cells_in_every_row(pages):
    for text in pages.values():
        for block in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
            cells = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
            assert len(cells) == 1, block.splitlines()[0]


def test_the_list_of_measures_leads_to_every_page(pages):
    links = re.findall(r"\]\(([^)]+)\)", pages["measures/README.md"])
    assert [f"measures/{link}" for link in links] == [name for name in pages if "README" not in name]


def test_what_a_measure_uses_follows_its_cases():
    measure = next(one for one in MEASURES if one.key == "vat_exemption")
    cases = {case.name: case for case in cases_of(CASES, measure.key).each}
    small = cases["The rule of one million asks neither for the rate nor for the bank's target"]
    assert "vat_lpr_multiple" not in used_by(measure, [small]).numbers
    sized = cases["A size from the indicators is as good as one that was given"]
    assert {"vat_lpr_multiple", "vat_exempt_credit_line"} <= set(used_by(measure, [sized]).numbers)
    assert {"credit_line_cny", "industry", "revenue_cny"} <= set(used_by(measure, [sized]).facts)
    assert "green_grade" not in used_by(measure, [sized]).facts


def test_a_case_takes_the_day_of_its_file_or_its_own():
    days = {case.name: case.as_of for case in cases_of(CASES, "vat_exemption").each}
    assert days["A micro enterprise is inside"] == date(2026, 11, 20)
    assert days["On the first day of 2028 it is not"] == date(2028, 1, 1)


def test_a_folder_without_cases_is_an_error_that_names_the_file(tmp_path):
    with pytest.raises(ParameterError, match=rf"{MEASURES[0].key}\.yaml"):
        write_measure_pages(tmp_path / "docs", tmp_path)
    assert not (tmp_path / "docs").exists()


def test_pages_are_written_beside_the_dictionaries(tmp_path, pages):
    asked = ["catalog", "--write", str(tmp_path / "docs"), "--cases", str(CASES), "--json"]
    told = CliRunner().invoke(app, asked)
    assert told.exit_code == 0, told.output
    written = [Path(one["written"]) for one in json.loads(told.stdout)]
    assert {path for path in written if path.parent.name == "measures"} == {
        tmp_path / "docs" / name for name in pages
    }
    assert all((tmp_path / "docs" / name).read_text("utf-8") == text for name, text in pages.items())
    assert (tmp_path / "docs" / "data-dictionary.md").is_file()


def test_the_draft_is_told_for_all_ten_measures():
    assert list(wording()) == list(range(1, 11))
    assert all(said.title and said.text and said.bodies for said in wording().values())
