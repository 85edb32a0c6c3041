"""The officer's page: what stands on it, in which words, and that nothing gets through it."""

import re
from html.parser import HTMLParser
from uuid import uuid4

import pytest

from serving.dial import dial
from serving.form import BY_NAME, FormError, question_from, read_form, typed_from
from serving.policy import MEASURES
from serving.wording import clock_line

SCRIPT = "<script>alert(1)</script>\"'&"
OUTSIDE = re.compile(r"(?:https?:)?//[a-z]|url\(|@import|<script|<img|<iframe", re.IGNORECASE)


@pytest.fixture
def typed(firm):
    """What an officer types."""
    return {
        "entity_id": firm,
        "amount_wan": "500",
        "term_months": "12",
        "annual_rate_percent": "4.2",
        "kind": "WORKING_CAPITAL",
        "purpose": "采购原材料",
    }


class Balance(HTMLParser):
    """Open elements, to see that every one is closed, and all labels' targets."""

    VOID = frozenset({"meta", "link", "input", "br", "rect", "path", "polygon"})

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.labels = [], [], []

    def handle_starttag(self, tag, attrs):
        """Remember what opens."""
        named = dict(attrs)
        self.ids += [named["id"]] if "id" in named else []
        self.labels += [named["for"]] if tag == "label" else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        """What closes is what opened last."""
        if tag not in self.VOID:
            assert self.open.pop() == tag


def expect_sound(page):
    """Well-formed, no id twice, every label of an input, nothing from outside."""
    balance = Balance()
    balance.feed(page.text)
    assert balance.open == []
    assert len(balance.ids) == len(set(balance.ids))
    assert set(balance.labels) <= set(balance.ids)
    assert not OUTSIDE.search(page.text)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert "征求意见稿 · 非授信决定" in page.text


def test_the_empty_form(client):
    page = client.get("/")
    assert page.status_code == 200
    expect_sound(page)
    assert "统一社会信用代码" in page.text
    assert "2026-10-31" in page.text


def test_the_answer_on_one_page(client, typed):
    page = client.post("/", data=typed)
    assert page.status_code == 200
    expect_sound(page)
    for words in (
        "信用评分",
        "12 个月违约概率",
        "拉低评分",
        "提升评分",
        "官方评价",
        "中绿",
        "措施二",
        "财政贴息",
        "待补充",
    ):
        assert words in page.text
    for words in (
        "是否绿色普惠贷款",
        "数据日期与缺口",
        "暂无记录",
        "不构成授信决定",
        "sme_credit/1",
        "huzhou-draft",
    ):
        assert words in page.text
    assert "None" not in page.text
    assert "is_green_inclusive</" not in page.text


def test_a_reason_names_the_date_of_its_data(client, typed):
    page = client.post("/", data=typed)
    assert '· 数据日期 <time datetime="2026-09-30">2026-09-30</time></p>' in page.text


def test_what_an_officer_adds_settles_a_measure(client, typed):
    page = client.post("/", data=typed | {"is_green_inclusive": "true", "subsidy_used_ytd_cny": "0"})
    assert "2,293.15 元" in page.text
    assert "150,000 元" in page.text
    assert 'value="0"' in page.text


def row_of(page, number):
    """The row of a measure, without its marks."""
    found = re.search(rf'<span class="num">措施{number}</span>.*?</tr>', page.text, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found.group()))


def test_all_ten_measures_stand_in_their_order(client, typed):
    page = client.post("/", data=typed)
    found = re.findall(r'<span class="num">措施(.)</span>([^<]+)<', page.text)
    assert [numeral for numeral, _ in found] == list("一二三四五六七八九十")
    assert [title for _, title in found] == [measure.title_zh for measure in MEASURES]


def test_criteria_and_the_banks_clock_stand_with_the_list(client, typed):
    row = row_of(client.post("/", data=typed | {"has_fixed_premises": "false"}), "一")
    for words in ("不符合", "合规持续经营", "有固定经营场所 不符合", "真实融资需求 待确认"):
        assert words in row
    assert "银行审批期限 2026-11-03（在期限内）" in row


def test_a_decision_that_was_made_stops_the_clock_on_the_page():
    running = {"details": {"sla_due_date": "2026-11-03", "sla_status": "OVERDUE"}}
    assert clock_line(running) == "银行审批期限 2026-11-03（已逾期未办结）"
    assert clock_line({"details": running["details"] | {"sla_status": None}}) == "银行审批期限 2026-11-03"
    assert clock_line({"details": running["details"] | {"sla_status": "DECIDED_LATE"}}) == ""
    assert clock_line({"details": {}}) == ""


def test_tags_are_chips_and_open_ones_say_so(client, typed):
    page = client.post("/", data=typed | {"main_security": "UNSECURED"})
    row = row_of(page, "九")
    assert "有标签" in row
    assert "信用贷" in row
    assert "信用贷 待确认" not in row
    assert "首贷 待确认" in row
    assert '<li class="chip c-yes">专精特新</li>' in page.text
    assert "不构成承诺" in row_of(page, "五")


def test_information_is_called_information(client, typed):
    row = row_of(client.post("/", data=typed), "八")
    assert "信息" in row
    assert "不适用" not in row
    assert "对单个企业未设条件" in row


def test_a_suspicion_asks_for_a_person_and_refuses_nobody(client, typed):
    row = row_of(client.post("/", data=typed | {"intermediary_is_suspected": "true"}), "十")
    assert "人工核查" in row
    assert "不作为拒贷依据" in row
    assert "不符合" not in row


def test_only_groups_with_something_typed_stand_open(client, typed):
    closed = client.get("/").text
    assert '<details class="group">' in closed
    assert '<details class="group" open>' not in closed
    page = client.post("/", data=typed | {"unit_npl_rate": "4.2"}).text
    assert page.count('<details class="group" open>') == 1


def test_an_answer_stays_where_it_was(client, typed):
    page = client.post("/", data=typed)
    place = re.search(r"/answers/[0-9a-f-]{36}", page.text).group()
    assert client.get(place).text == page.text


def test_the_page_and_the_interface_answer_alike(client, typed, question):
    place = re.search(r"[0-9a-f-]{36}", client.post("/", data=typed).text).group()
    of_page = client.get(f"/v1/preapprovals/{place}").json()
    asked = question | {"loan": question["loan"] | {"amount_cny": 5_000_000}}
    of_interface = client.post("/v1/preapprovals", json=asked).json()
    for name in of_page.keys() - {"audit_id", "asked_at"}:
        assert of_page[name] == of_interface[name], name


def test_a_predicted_grade_is_called_one(client, typed, codes_of_home):
    page = client.post("/", data=typed | {"entity_id": codes_of_home[2]})
    assert "模型预测，非官方" in page.text


def test_a_firm_of_which_nothing_is_known(client, typed, codes_of_home):
    page = client.post("/", data=typed | {"entity_id": codes_of_home[1]})
    assert page.status_code == 200
    expect_sound(page)
    assert "没有官方评价，也没有可用于预测的环境数据" in page.text


@pytest.mark.parametrize(
    "name", ["entity_id", "amount_wan", "term_months", "annual_rate_percent", "kind", "purpose", *BY_NAME]
)
def test_everything_typed_is_escaped(client, typed, name):
    page = client.post("/", data=typed | {name: SCRIPT})
    assert page.status_code == (200 if name == "purpose" else 422)
    expect_sound(page)
    assert "<script" not in page.text
    assert "alert(1)" not in page.text or "&lt;script&gt;alert(1)" in page.text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("entity_id", "9133"),
        ("entity_id", ""),
        ("amount_wan", "-5"),
        ("amount_wan", "1e308"),
        ("amount_wan", "五百"),
        ("amount_wan", ""),
        ("term_months", "0"),
        ("term_months", "12.5"),
        ("annual_rate_percent", "101"),
        ("annual_rate_percent", "NaN"),
        ("kind", "X"),
        ("purpose", "x" * 201),
        ("credit_line_cny", "many"),
        ("has_credit_line", "perhaps"),
    ],
)
def test_a_field_at_fault_is_marked_and_what_was_typed_stays(client, typed, name, value):
    page = client.post("/", data=typed | {name: value})
    assert page.status_code == 422
    expect_sound(page)
    assert "请更正标出的内容" in page.text
    assert page.text.count('class="field wide bad"') + page.text.count(' bad"') >= 1
    assert typed["annual_rate_percent" if name != "annual_rate_percent" else "amount_wan"] in page.text


def test_facts_that_contradict_each_other_are_named_in_chinese(client, typed):
    page = client.post("/", data=typed | {"size_class": "LARGE", "entity_type": "ENTERPRISE"})
    assert page.status_code == 422
    assert "企业规模" in page.text
    expect_sound(page)


def test_an_unknown_firm_is_told_in_chinese(client, typed):
    page = client.post("/", data=typed | {"entity_id": "91350100M000100Y43"})
    assert page.status_code == 404
    assert "平台没有该主体的数据" in page.text


def test_too_many_fields_and_rubbish_are_refused(client):
    assert client.post("/", content="&".join(f"a{number}=1" for number in range(1000))).status_code == 422
    assert client.post("/", content=b"\xff=\xff&entity_id=%ED%A0%80").status_code == 422


def test_an_unknown_answer_is_told(client):
    page = client.get(f"/answers/{uuid4()}")
    assert page.status_code == 404
    assert "没有这个编号" in page.text


def test_an_empty_home_says_what_is_missing(empty, typed):
    assert "缺少：评分模型、企业数据快照" in empty.get("/").text
    page = empty.post("/", data=typed)
    assert page.status_code == 503
    expect_sound(page)


def test_research_ids_are_asked_for_by_another_name(research, typed):
    assert "主体编号" in research.get("/").text
    assert research.post("/", data=typed | {"entity_id": "e7"}).status_code == 200


def test_full_width_digits_and_separators_are_read(typed):
    asked = question_from(typed | {"amount_wan": "１,２００.５", "term_months": "１２"})
    assert str(asked.loan.amount_cny) == "12005000"
    assert asked.loan.term_months == 12


def test_a_question_fills_the_form_again(typed):
    more = typed | {
        "subsidy_used_ytd_cny": "1.5",
        "guarantee_fee_rate": "0.8",
        "is_sannong": "false",
        "risk_class": "LOSS",
    }
    assert typed_from(question_from(more).model_dump(mode="json")) == more


def test_a_form_of_too_many_fields_is_none():
    with pytest.raises(FormError):
        read_form(b"&".join(b"a=1" for _ in range(100)))


def test_the_dial_points_to_the_score_and_marks_its_band():
    bands = [{"band": "A", "from": 600}, {"band": "B", "from": 300}]
    drawn = dial({"score": 300, "band": "B", "scale": {"lowest": 300, "highest": 900, "bands": bands}})
    assert [arc.current for arc in drawn.arcs] == [False, True]
    assert [mark.text for mark in drawn.marks] == [900, 600, 300]
    assert drawn.marks[1].x == 160
    assert drawn.needle.startswith("49.0,158.0")
