"""The page and files of the city's figures: every sentence, what is unknown, and no width too many."""

import csv
import io
import json
import re
from datetime import date
from decimal import Decimal

import pytest

from features.errors import LakeError, RequestError
from features.home import Home
from pipelines.city_report.figure import FIGURES, GUARANTEE_FEE, SMALL_MICRO_BALANCE
from pipelines.city_report.files import COLUMNS, as_record, csv_of
from pipelines.city_report.page import render, write_city_report
from pipelines.city_report.targets import Target
from pipelines.city_report.told import CityReport, Point, Told
from pipelines.city_report.words import Words

DAY = date(2026, 6, 15)


def point(month, district, value, *, known=4, unknown=0, whole=True, denominator=None):
    """A point whose numerator is its value times its denominator."""
    value = None if value is None else Decimal(value)
    numerator = None if value is None else value * (denominator or 1)
    return Point(month, district, value, numerator, denominator, known, unknown, whole)


def told_of(figure):
    """Two whole months and one that is still being reported, of the city and one district."""
    months = [date(2025, 12, 31), date(2026, 4, 30), date(2026, 5, 31)]
    value = {"CNY": "123456789.01", "count": "12", "rate": "0.25"}[figure.unit]
    rows = [("all", value, 0), ("330521", value, 3), ("unknown", None, 1)]
    return Told(
        figure,
        figure.target_on(_law(), DAY),
        (),
        tuple(
            point(month, district, own, known=4 if own else 0, unknown=unknown, whole=month.month != 5)
            for month in months
            for district, own, unknown in rows
        ),
    )


def _law():
    from serving.policy.law import default_parameters

    return default_parameters()


@pytest.fixture(scope="module")
def report():
    """All figures, one of them without its source."""
    figures = [told_of(figure) for figure in FIGURES]
    place = FIGURES.index(GUARANTEE_FEE)
    figures[place] = Told(GUARANTEE_FEE, figures[place].target, ("loan_security",), ())
    return CityReport(DAY, date(2025, 6, 1), tuple(figures), "v1", "DRAFT", ("待确认：某数",))


@pytest.fixture(scope="module")
def page(report):
    return render(report)


def text_of(page):
    """What a reader sees."""
    body = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_the_page_says_what_it_is_and_that_the_measures_are_a_draft(page):
    read = text_of(page)
    assert "征求意见稿 · 台账口径。" in read
    assert "数据截至 2026-06-15" in read
    assert "不是全市统计口径" in read
    assert "待确认：某数" in read


def test_a_target_that_is_past_is_told_as_history_with_what_the_tape_showed_then(page):
    read = text_of(page)
    assert "2025-12-31（已过，作为历史指标列示）" in read
    assert "2025-12 台账口径为 1.23 亿元，相当于目标的 0.02%" in read


def test_a_figure_without_its_source_says_no_data_and_who_would_give_it(page):
    read = text_of(page)
    assert "暂无数据。 平台尚未获知：贷款担保（银行），提供担保方式、担保机构类别和担保费率。" in read
    assert 'id="guarantee_fee"' in page
    assert "guarantee_fee-months" not in page, "no plot of nothing"


def test_months_still_being_reported_are_marked_and_never_the_latest(page, report):
    assert "2026-05 *" in text_of(page)
    assert all(told.latest.month == date(2026, 4, 30) for told in report.figures if not told.missing)


def test_the_page_stands_alone_and_is_the_same_each_time(page, report):
    outside = page.replace("http://www.w3.org", "")
    assert "http://" not in outside
    assert "https://" not in outside
    assert "<script" not in page
    assert render(report) == page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_the_english_page_has_no_chinese_but_names_and_assumptions(report):
    read = text_of(render(report, "en"))
    rest = read.replace("绿贷通", "").replace("待确认：某数", "")
    assert not re.search(r"[\u4e00-\u9fff]", rest), re.findall(r".{20}[\u4e00-\u9fff].{20}", rest)[:3]
    assert "2025-12 the tape shows CNY 123.46 m, 0.02% of the target" in read


def test_both_languages_have_the_same_words():
    def paths(tree, before=""):
        if not isinstance(tree, dict):
            return {before}
        return {path for name, inner in tree.items() for path in paths(inner, f"{before}.{name}")}

    zh, en = (Words(lang) for lang in ("zh", "en"))
    own = {"units", "amounts"}  # 亿元 and 万元 here, billions and millions there
    differ = paths(zh._words) ^ paths(en._words)
    assert {path.split(".")[1] for path in differ} == own


@pytest.mark.parametrize(
    ("figure", "value", "zh", "en"),
    [
        (SMALL_MICRO_BALANCE, "100000000", "1.00 亿元", "CNY 100.00 m"),
        (SMALL_MICRO_BALANCE, "99999999.99", "10,000.00 万元", "CNY 100.00 m"),
        (SMALL_MICRO_BALANCE, "9999.99", "9,999.99 元", "CNY 9,999.99"),
        (SMALL_MICRO_BALANCE, "0", "0.00 元", "CNY 0.00"),
        (GUARANTEE_FEE, "0.0099", "0.99%", "0.99%"),
    ],
)
def test_amounts_are_told_in_the_unit_that_fits(figure, value, zh, en):
    assert Words("zh").amount(figure, Decimal(value)) == zh
    assert Words("en").amount(figure, Decimal(value)) == en


def test_nothing_known_is_a_dash_and_not_zero():
    assert Words("zh").amount(SMALL_MICRO_BALANCE, None) == "—"
    assert Words("zh").share(None) == "—"


def test_a_part_that_is_small_is_called_one(report):
    part = point(date(2026, 4, 30), "all", "5.00", known=1, unknown=9)
    told = Told(SMALL_MICRO_BALANCE, None, (), (part,))
    page = render(CityReport(DAY, DAY, (told,), "v1", "DRAFT"))
    assert "1 项，9 项情况不明（齐备率 10.0%），数值只含事实齐备的部分" in text_of(page)
    assert "数值只含事实齐备的部分" not in text_of(render(report))


def test_a_table_for_machines_has_every_month_and_exact_money():
    figure = told_of(SMALL_MICRO_BALANCE)
    rows = list(csv.DictReader(io.StringIO(csv_of(figure))))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 9
    assert rows[0] == {
        "month": "2025-12", "district": "all", "value": "123456789.01", "numerator": "123456789.01",
        "denominator": "", "unknown": "0", "known": "4", "whole": "true",
    }  # fmt: skip
    assert rows[2]["value"] == "", "unknown is empty, not 0"


def test_json_says_whether_the_tape_reached_a_target_and_in_which_month(report):
    told = as_record(report)["figures"]
    assert told["small_micro_balance"]["target"] | {"cites": ""} == {
        "relation": "at_least", "value": "650000000000.00", "by": "2025-12-31", "past": True, "cites": "",
        "judged_in": "2025-12", "tape_value": "123456789.01", "reached_by_the_tape": False,
    }  # fmt: skip
    assert told["guarantee_fee"]["no_data"] == [
        {"source": "loan_security", "zh": "贷款担保", "department": "银行"}
    ]
    assert told["guarantee_fee"]["target"]["reached_by_the_tape"] is None
    assert told["first_loans"]["target"] is None
    assert json.dumps(told, ensure_ascii=False)


def test_a_target_that_holds_at_all_times_is_judged_by_the_latest_whole_month():
    target = Target(
        relation="at_most", value=Decimal("0.01"), by=None, past=False, cites="x", assumption=None
    )
    months = (point(date(2026, 4, 30), "all", "0.011"), point(date(2026, 5, 31), "all", "0.5", whole=False))
    page = render(CityReport(DAY, DAY, (Told(GUARANTEE_FEE, target, (), months),), "v1", "DRAFT"))
    assert "2026-04 不符合" in text_of(page)


def test_files_appear_whole_and_under_the_home_by_default(report, home, tmp_path):
    files = write_city_report(home, report)
    assert files["page"] == home.reports / "city-as_of=2026-06-15" / "city.html"
    assert {path.name for path in files.values()} == {
        "city.html", "city.json", *(f"{figure.key}.csv" for figure in FIGURES),
    }  # fmt: skip
    other = write_city_report(home, report, tmp_path / "new" / "folder", lang="en")
    assert other["page"].name == "city.en.html"
    assert not list(tmp_path.rglob("*.part"))


def test_what_cannot_be_written_and_a_language_that_is_not_there_are_errors(report, home, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LakeError, match="cannot be written"):
        write_city_report(home, report, tmp_path / "file")
    with pytest.raises(RequestError, match="--lang 'fr': expected zh or en"):
        write_city_report(Home(tmp_path), report, lang="fr")
