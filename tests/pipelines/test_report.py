import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from features.definitions import CREDIT
from features.home import Home
from features.lake import Receipt
from models.checks import Check
from models.metrics import Estimate, auc, bootstrap, calibration_ratio, gini, ks
from models.scale import Bands, Scale
from pipelines.report import render, write_report
from pipelines.summary import GreenValidation, OracleComparison, Summary, Validation
from pipelines.templates.wording import in_chinese
from serving.policy import Facts, evaluate

AS_OF = date(2026, 10, 31)
HOSTILE = "<script>alert('企业')</script>"
SECTIONS = [
    "1 概览",
    "2 归集",
    "3 特征",
    "4 模型验证",
    "5 检查",
    "6 绿色等级",
    "7 全部企业",
    "8 一份完整答复",
    "9 版本、用时与复现",
]
LOAN = {
    "loan_kind": "WORKING_CAPITAL",
    "loan_amount_cny": Decimal("3000000.00"),
    "annual_rate": Decimal("0.0435"),
    "start_date": date(2026, 3, 1),
    "maturity_date": date(2027, 2, 28),
    "is_green_inclusive": True,
}


def _risks(rng, rows, bads):
    """Probabilities that rank well but not perfectly, and exactly so many bads."""
    risk = 1 / (1 + np.exp(3.4 - 1.15 * rng.normal(size=rows)))
    chance = risk * np.exp(0.5 * rng.normal(size=rows))
    bad = np.zeros(rows, dtype=np.int64)
    bad[rng.choice(rows, bads, replace=False, p=chance / chance.sum())] = 1
    return bad, risk


def _validation(kind, rows, bads):
    bad, risk = _risks(np.random.default_rng(7), rows, bads)
    figures = {
        name: bootstrap(metric, bad, risk, rounds=10)
        for name, metric in {"auc": auc, "ks": ks, "gini": gini}.items()
    }
    said = {
        "out_of_time": "用 2023-01 至 2024-06 申请的贷款学习，留出 12 个月结果期后，"
        f"以 2025-07 至 2025-10 申请的 {rows} 笔贷款（违约 {bads} 笔）验证。",
        "repeated_cv": f"{rows} 户企业重复 10 次 5 折交叉验证，每户每次恰被留出一次，其中违约 {bads} 户。",
    }
    return Validation(kind, said[kind], bad, risk, figures, calibration_ratio(bad, risk), 4120, 231)


def _scores(firms):
    rng = np.random.default_rng(11)
    risk = 1 / (1 + np.exp(3.2 + 1.2 * rng.normal(size=firms)))
    points = Scale().points(risk)
    told = np.array([one.lowers for one in CREDIT], dtype=object)
    results = ["PASS", "FAIL", "UNKNOWN", "NOT_APPLICABLE"]
    table = pd.DataFrame(
        {
            "score": points,
            "band": Bands().of(points),
            "pd_12m": risk,
            "predicted_grade": rng.choice(["NON", "LIGHT", "MEDIUM"], firms),
        },
        index=pd.Index(
            [HOSTILE, *(f"91330502MA2B{place:05d}X" for place in range(1, firms))], name="entity_id"
        ),
    )
    for nth in range(1, 6):
        table[f"reason_{nth}"] = np.where(rng.random(firms) < 1.1 - 0.2 * nth, rng.choice(told, firms), None)
    table["official_grade"] = np.where(rng.random(firms) < 0.3, "DEEP", None)
    table["loan_basis"] = np.where(rng.random(firms) < 0.7, "tape", "reference")
    for measure in ("interest_subsidy", "vat_exemption", "renewal_without_repayment", "government_guarantee"):
        table[measure] = rng.choice(results, firms, p=[0.3, 0.3, 0.3, 0.1])
        table[f"{measure}_zh"] = "说明"
    return table


def _reason(feature, points, direction):
    return {
        "code": f"{feature.reason.upper()}_{'LOW' if direction == 'lowers' else 'HIGH'}",
        "feature": feature.name,
        "value": 0.62,
        "points": points,
        "direction": direction,
        "text_zh": f"{feature.lowers if direction == 'lowers' else feature.raises}（{feature.zh} 62.0%）",
        "text_en": feature.en,
        "source": "增值税发票",
        "department": "TAX",
    }


def _answer():
    subject = {
        "entity_type": "ENTERPRISE",
        "industry": "C17",
        "employees": 86,
        "revenue_cny": "36500000.00",
        "green_grade": "MEDIUM",
        "green_grade_date": date(2026, 3, 31),
    }
    findings = evaluate(Facts.from_dict(subject | LOAN | {"green_grade_source": "official"}), AS_OF)
    return {
        "as_of": AS_OF.isoformat(),
        "entity_id": HOSTILE,
        "policy_version": findings[0].policy_version,
        "policy_status": findings[0].policy_status,
        "is_decision": False,
        "notice_zh": "评分与测算仅供参考，不构成授信决定；十条措施为征求意见稿，最终以主管部门核定为准。",
        "notice_en": "For reference only.",
        "subject": subject | {"green_grade_date": "2026-03-31"},
        "loan": {name: str(value) for name, value in LOAN.items()},
        "credit": {
            "model": "lvdaitong-credit v1",
            "score": 612,
            "band": "C",
            "pd_12m": 0.041234,
            "reasons": [_reason(one, -14.2 + 2 * nth, "lowers") for nth, one in enumerate(CREDIT[8:13])],
            "strengths": [_reason(one, 11.5 - 3 * nth, "raises") for nth, one in enumerate(CREDIT[20:23])],
        },
        "green": {
            "model": "lvdaitong-green v1",
            "official_grade": "MEDIUM",
            "official_date": "2026-03-31",
            "predicted_grade": "LIGHT",
            "predicted_probability": {"NON": 0.05, "LIGHT": 0.52, "MEDIUM": 0.38, "DEEP": 0.05},
            "grade_used": "MEDIUM",
            "grade_source": "official",
        },
        "findings": [finding.to_dict() for finding in findings],
        "data": {
            "freshness": {
                "registration": "2019-05-06",
                "vat_invoice": "2026-09-28",
                "tax_declaration": "2026-08-31",
            },
            "gaps": [{"source": "electricity", "zh": "用电"}],
        },
    }


def _receipts():
    rules = [
        ("registration", 400, {}),
        (
            "vat_invoice",
            212_345,
            {
                "amount_cny: is missing": 31,
                "event_date: not a date written %Y-%m-%d": 17,
                "entity_id: not a unified social credit code (GB 32100-2015, check digits)": 9,
            },
        ),
        ("electricity", 14_380, {"record_id: the row stands in the file already": 12}),
        ("court_enforcement", 613, {"something new": 2}),
    ]
    return [
        Receipt(
            name,
            name,
            f"city/{name}.csv",
            f"{nth:016x}",
            "9f3c2d1e00aa77b1",
            rows,
            rows - sum(broken.values()),
            sum(broken.values()),
            broken,
        )
        for nth, (name, rows, broken) in enumerate(rules)
    ]


def _checks():
    return [
        Check("C01", "enough_bads", True, "75 bads in the test, at least 20 needed"),
        Check("C02", "ranks", True, "AUC 0.801 on unseen loans, floor 0.6"),
        Check(
            "C03", "is_calibrated", False, "predicted over observed default rate 1.62, expected 0.67 to 1.5"
        ),
        Check("C04", "is_monotone", True, "no feature moves the risk against its declared direction"),
    ]


def make_summary(kind="out_of_time", rows=1500, bads=75):
    rng = np.random.default_rng(3)
    return Summary(
        recipe="city",
        title_zh="内置合成城市（演示数据）",
        as_of=AS_OF,
        receipts=_receipts(),
        features=CREDIT,
        validation=_validation(kind, rows, bads),
        checks=_checks(),
        credit_label="lvdaitong-credit v1",
        scores=_scores(400),
        answer=_answer(),
        importance={
            one.name: float(points)
            for one, points in zip(CREDIT, rng.gamma(1.2, 4, len(CREDIT)), strict=True)
        },
        green_label="lvdaitong-green v1",
        green=GreenValidation(
            212, Estimate(0.712, 0.641, 0.778), 0.962, {"NON": 48, "LIGHT": 91, "MEDIUM": 55, "DEEP": 18}
        ),
        oracle=OracleComparison(0.712, 0.586, CREDIT[9].name, 0.371),
        seconds={"collect": 12.31, "train the green model": 1.04, "report": 0.0},
    )


@pytest.fixture(scope="module")
def summary():
    return make_summary()


@pytest.fixture(scope="module")
def page(summary):
    return render(summary)


@pytest.fixture
def undrawn(monkeypatch):
    """Empty plots: what a test asks of the words needs no drawing."""
    for name in ("roc", "ks", "separation", "calibration", "gains", "oracle", "points"):
        monkeypatch.setattr(f"models.plots.{name}_plot", lambda *_: "<svg></svg>")


class _Reader(HTMLParser):
    """Collects text, ids and links; notes tags that do not close."""

    void = frozenset({"meta", "br"})

    def __init__(self, page):
        super().__init__()
        self.open, self.ids, self.links, self.text, self.tags, self.wrong = [], [], [], [], set(), []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.ids += [value for name, value in attrs if name == "id"]
        self.links += [value for name, value in attrs if name in ("href", "src", "xlink:href")]
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def read(page):
    return _Reader(page)


def test_every_tag_closes(read):
    assert (read.wrong, read.open) == ([], [])


def test_no_two_ids_are_the_same_and_every_inner_link_leads_somewhere(read, page):
    assert len(read.ids) == len(set(read.ids))
    inner = {link[1:] for link in read.links if link.startswith("#")} | set(
        re.findall(r"url\(#([^)]+)\)", page)
    )
    assert inner <= set(read.ids)


def test_nothing_is_fetched_from_outside(read, page):
    assert {link for link in read.links if not link.startswith("#")} == {
        "../scores/as_of=2026-10-31/scores.csv",
        "expectations/index.html",
    }
    assert not read.tags & {"script", "link", "img", "iframe", "object"}
    assert set(re.findall(r"https?://[^\"'\s<]+", page)) == {"http://www.w3.org/2000/svg"}
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)


def test_a_hostile_firm_name_is_only_text(read, page):
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 2
    assert HOSTILE in "".join(read.text)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_stands_in_the_page(page, section):
    assert f"<h2>{section}</h2>" in page


def test_every_plot_stands_in_the_page(page):
    assert page.count("<svg ") == 7


def test_the_figures_of_the_validation_stand_in_the_page_with_their_intervals(summary, page):
    for figure in summary.validation.figures.values():
        assert f"{figure.value:.3f}" in page
        assert f"{figure.low:.3f} – {figure.high:.3f}" in page
    assert f"{summary.validation.calibration:.2f}" in page
    assert summary.validation.said_zh in page


def test_the_page_says_that_it_is_a_draft_and_no_decision(page):
    assert "征求意见稿 · 非授信决定" in page
    assert "huzhou-draft-10m-v1" in page


def _numbers(row):
    return [int(cell.replace(",", "")) for cell in re.findall(r'<td class="n">([\d,]+)</td>', row)]


def test_rows_read_are_rows_accepted_and_rows_refused_in_every_line_and_in_the_sum(page):
    table = page[page.index("<h2>2 归集") : page.index("<h2>3 特征")]
    *lines, total = [
        _numbers(row)
        for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL)
        if 'class="n">' in row and "<td" in row
    ]
    assert len(lines) == 4
    assert all(read == accepted + refused for read, accepted, refused in [*lines, total])
    assert total == [sum(column) for column in zip(*lines, strict=True)]


def test_rules_are_told_in_chinese_and_an_unknown_one_as_it_is(page):
    for rule in (
        "金额：缺失（31）",
        "不是有效的统一社会信用代码",
        "文件内重复的行（12）",
        "something new（2）",
    ):
        assert rule in page


def test_bands_of_the_held_out_rows_add_up(page):
    table = page[page.index("<h3>等级表") : page.index("<h3>与最优排序")]
    body, foot = table.split("<tfoot>")
    lines = [_numbers(row) for row in re.findall(r"<tr>.*?</tr>", body) if "<td" in row]
    assert [sum(column) for column in zip(*lines, strict=True)] == _numbers(foot) == [1500, 75]  # rows, bads


def test_measures_are_counted_for_every_firm(summary, page):
    row = re.search(r'<td class="nowrap">措施 2 财政贴息</td>(.*?)</tr>', page)[1]
    counts = summary.scores["interest_subsidy"].value_counts()
    assert _numbers(row) == [*(counts[name] for name in ("PASS", "FAIL", "UNKNOWN", "NOT_APPLICABLE")), 400]


def test_checks_and_findings_are_told_in_chinese(page):
    for told in (
        "验证样本含违约 75 个，至少需要 20 个",
        "预测与实际违约率之比 1.62",
        "没有特征逆声明方向改变风险",
        "未通过",
    ):
        assert told in page


def test_the_strongest_feature_comes_first_with_its_direction(summary, page):
    name = max(summary.importance, key=summary.importance.get)
    first = re.search(r'<td class="n">1</td><td>([^<]+)<br>', page)[1]
    assert first == next(one.zh for one in CREDIT if one.name == name)
    assert "数值越高，风险越高" in page


def test_the_answer_is_told_whole(summary, page):
    section = page[page.index("<h2>8 ") : page.index("<h2>9 ")]
    for finding in summary.answer["findings"]:
        assert finding["text_zh"] in section
        assert all(said in section for said in finding["assumptions"])
    for reason in summary.answer["credit"]["reasons"] + summary.answer["credit"]["strengths"]:
        assert reason["text_zh"] in section
    for told in (
        "3,000,000.00 元",
        "4.35%",
        "中绿（官方评价）",
        "浅绿 52%",
        "没有记录的来源：用电",
        "尚不能估算",
        "属于绿色普惠贷款",
    ):
        assert told in section


@pytest.mark.usefixtures("undrawn")
def test_few_bads_bring_a_warning_and_many_do_not(page):
    assert "小样本提示：验证样本仅含 75 个违约" in page
    assert "小样本提示" not in render(make_summary(bads=200))


@pytest.mark.usefixtures("undrawn")
def test_repeated_cross_validation_says_what_a_small_sample_cannot_show():
    page = render(make_summary("repeated_cv", rows=123, bads=27))
    for told in ("仅含 27 个违约", "今后的表现", "其他地区、行业或客群", "Nadeau-Bengio", "单位：户企业"):
        assert told in page


@pytest.mark.usefixtures("undrawn")
def test_a_sample_that_does_not_beat_chance_says_so(summary):
    figures = summary.validation.figures | {"auc": Estimate(0.55, 0.42, 0.68)}
    page = render(replace(summary, validation=replace(summary.validation, figures=figures)))
    assert "连排序能力好于随机也不能断定" in page


@pytest.mark.usefixtures("undrawn")
def test_without_a_green_model_and_an_oracle_their_parts_are_left_out(summary):
    page = render(replace(summary, green=None, green_label=None, oracle=None))
    assert "<h2>6 " not in page
    assert "与最优排序的比较" not in page
    assert "本次未训练" in page
    assert "None" not in page


@pytest.mark.usefixtures("undrawn")
def test_without_an_answer_receipts_importance_or_measures_the_page_still_stands(summary):
    few = summary.scores[["score", "band", "pd_12m"]].head(3)
    page = render(replace(summary, answer={}, receipts=[], importance={}, scores=few, seconds={}))
    assert "<h2>8 " not in page
    assert "本次没有新归集的文件" in page


def test_a_sample_without_bads_has_no_curves(summary):
    page = render(
        replace(summary, validation=replace(summary.validation, bad=np.zeros(1500, dtype=np.int64)))
    )
    assert "无法绘制排序曲线" in page


@pytest.mark.usefixtures("undrawn")
def test_held_out_probabilities_of_firms_are_shown_where_there_are_any(summary, page):
    assert "留出概率" not in page
    scores = summary.scores.assign(pd_12m_held_out=0.4321)
    assert "43.2%" in render(replace(summary, scores=scores))


def test_nothing_unknown_leaks_as_a_word_of_python(page):
    assert not re.search(r">[^<]*\b(None|nan|NaN|NaT)\b", page)


def test_the_same_summary_gives_the_same_bytes(tmp_path, page):
    home = Home(tmp_path)
    path = write_report(home, make_summary())
    assert path == tmp_path / "reports" / "city-as_of=2026-10-31.html"
    assert path.read_bytes() == page.encode()
    assert [found.name for found in home.reports.iterdir()] == [path.name]
    assert not list(home.staging.glob("*"))


def test_a_sentence_that_nobody_translated_stays_as_it_is():
    assert in_chinese("the moon is full", {}) == "the moon is full"


@pytest.mark.usefixtures("undrawn")
def test_points_and_bands_are_those_of_the_model(summary):
    named = re.compile(r">\s*优先\s*<")
    steep = replace(summary, scale=Scale(base=500, pdo=20), bands=Bands(("优先", "其余"), (510,)))
    assert named.search(render(steep))
    assert not named.search(render(summary))
