"""The officer's page: what stands on it, in which words, and that nothing gets through it."""

import re
import shutil
from html.parser import HTMLParser
from uuid import uuid4

import pandas as pd
import pytest
from starlette.testclient import TestClient

from features.home import Home
from models.ledger import FILE as LEDGER
from serving.dial import dial
from serving.form import BY_NAME, FormError, question_from, read_form, typed_from
from serving.page.history import ROWS, place_of
from serving.page.objections import LONGEST, tidy
from serving.page.trial import facts_of
from serving.page.turning import MOST_TURNS, fields_of, turns
from serving.policy import MEASURES
from serving.snapshot import FIRMS_FILE
from serving.wording import cited, clock_line

NOBODYS = "0d5c5a1e-6f0f-4d35-9d0e-9f6c1f1f7a11"
"""A name that nothing has."""
SCRIPT = "<script>alert(1)</script>\"'&"
OUTSIDE = re.compile(
    r"(?:https?:)?//[a-z]|url\(|@import|<img|<iframe"
    r"|<script(?! src=\"/page\.js\?v=[0-9a-f]{12}\" defer></script>)",
    re.IGNORECASE,
)
PASSWORD = "seven green bamboo shoots"
NAME = "湖州吴兴恒瑞纺织有限公司"


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
        "query_purpose": "PRE_LOAN",
    }


def csrf_of(page):
    """The token that the forms of a page carry."""
    return re.search(r'name="csrf" value="([^"]*)"', page.text)[1]


def log_in(app, name="officer"):
    """A browser in which somebody has logged in."""
    browser = TestClient(app, raise_server_exceptions=False)
    typed = {"name": name, "password": PASSWORD, "next": "/", "csrf": csrf_of(browser.get("/login"))}
    assert browser.post("/login", data=typed, follow_redirects=False).status_code == 303
    return browser


@pytest.fixture(scope="module")
def named(home, codes_of_home, started, tmp_path_factory):
    """A client of a service whose first firms have names, one of them a hostile one."""
    made = Home(tmp_path_factory.mktemp("named"))
    made.artifacts.symlink_to(home.artifacts)
    made.registry.symlink_to(home.registry)
    (made.root / LEDGER).symlink_to(home.root / LEDGER)
    shutil.copytree(home.root / "features", made.root / "features")
    for file in (made.root / "features").rglob(FIRMS_FILE):
        firms = pd.read_parquet(file)
        names = [NAME, "德清恒瑞（集团）有限公司", SCRIPT] + [None] * (len(firms) - 3)
        firms.assign(name=names).to_parquet(file)
    with started(made, codes_of_home) as running:
        yield running


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
    assert "default-src 'none'; script-src 'self'" in page.headers["content-security-policy"]
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
        "查询用途 贷前准入 · 依据 企业授权（授权书）",
        "依据：征求意见稿措施二",
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


def test_an_answer_has_an_address_of_its_own_and_stays_there(client, typed):
    sent = client.post("/", data=typed, follow_redirects=False)
    assert sent.status_code == 303
    assert re.fullmatch(r"/answers/[0-9a-f-]{36}", sent.headers["location"])
    page = client.get(sent.headers["location"])
    assert client.get(sent.headers["location"]).text == page.text


def test_an_answer_can_be_asked_again_as_it_was_typed(client, typed):
    place = client.post("/", data=typed | {"unit_npl_rate": "4.2"}, follow_redirects=False).headers[
        "location"
    ]
    form = client.get("/", params={"again": place.rpartition("/")[2]})
    expect_sound(form)
    assert typed["entity_id"] in form.text
    assert 'name="unit_npl_rate" value="4.2"' in form.text
    assert "采购原材料" in form.text


def test_the_page_and_the_interface_answer_alike(client, typed, question):
    place = client.post("/", data=typed, follow_redirects=False).headers["location"].rpartition("/")[2]
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
    assert "<script>" not in page.text
    assert "alert(1)" not in page.text or "&lt;script&gt;alert(1)" in page.text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("entity_id", "没有这户"),
        ("query_purpose", "TRAIN"),
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
    assert ' bad"' in page.text
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


def address_of_answer(browser, typed, **more):
    """Where the answer to what was typed stands."""
    sent = browser.post("/", data=typed | more, follow_redirects=False)
    assert sent.status_code == 303, sent.text
    return sent.headers["location"]


def trial_of(place, typed, **changed):
    """What the form of a trial sends."""
    loan = {name: typed[name] for name in typed.keys() - {"entity_id", "purpose", "query_purpose"}}
    return {"audit_id": place.rpartition("/")[2]} | loan | changed


PART = {"X-Part": "1"}


def test_search_tells_code_and_name_and_nothing_else(named, firm, codes_of_home):
    assert named.get("/search", params={"q": "恒瑞"}).json() == [
        {"entity_id": firm, "name": NAME},
        {"entity_id": codes_of_home[1], "name": "德清恒瑞（集团）有限公司"},
    ]
    assert named.get("/search", params={"q": "  "}).json() == []
    assert len(named.get("/search", params={"q": "9133"}).json()) == 20


def test_a_name_that_one_firm_has_is_enough(named, typed, firm):
    page = named.post("/", data=typed | {"entity_id": "恒瑞 纺织"})
    expect_sound(page)
    assert f'<h1 id="h-firm">{NAME}</h1>' in page.text
    assert firm in page.text


def test_of_several_firms_one_is_chosen_without_script(named, typed, codes_of_home):
    page = named.post("/", data=typed | {"entity_id": "恒瑞"})
    expect_sound(page)
    assert "有 2 户企业符合“恒瑞”" in page.text
    assert f'<button type="submit" name="entity_id" value="{codes_of_home[1]}">' in page.text
    body = "entity_id=%E6%81%92&" + "&".join(
        f"{name}={value}" for name, value in (typed | {"entity_id": codes_of_home[1]}).items()
    )
    chosen = named.post("/", content=body, headers={"content-type": "application/x-www-form-urlencoded"})
    assert "德清恒瑞（集团）有限公司" in chosen.text


def test_a_hostile_name_is_text_everywhere(named, typed, codes_of_home):
    asked = typed | {"entity_id": codes_of_home[2]}
    place = address_of_answer(named, asked)
    named.post(f"{place}/objection", data={"text": f"数据有误 {SCRIPT}"})
    pages = [
        named.get(place),
        named.get(f"{place}/objection"),
        named.get("/history"),
        named.get("/history", params={"firm": codes_of_home[2]}),
        named.get("/history", params={"firm": SCRIPT}),
        named.get("/objections"),
        named.get("/", params={"firm": codes_of_home[2]}),
        named.get("/", params={"firm": SCRIPT}),
        named.post("/", data=asked | {"query_purpose": "APPROVAL"}),
        named.post("/what-if", data=trial_of(place, typed, amount_wan=SCRIPT)),
    ]
    for page in pages:
        expect_sound(page)
        assert "<script>" not in page.text
    assert sum("&lt;script&gt;alert(1)" in page.text for page in pages) >= 9
    found = named.get("/search", params={"q": "SCRIPT"})
    assert found.headers["content-type"] == "application/json"


def test_without_a_change_the_findings_are_those_of_the_answer(client, typed, codes_of_home):
    for code in codes_of_home[:4]:
        place = address_of_answer(client, typed | {"entity_id": code})
        told = client.get(f"/v1/preapprovals{place.removeprefix('/answers')}").json()
        asked = {
            "as_of": told["policy_as_of"],
            "facts": facts_of(told, told["loan"]),
            "what_if": True,
        }
        assert client.post("/v1/eligibility", json=asked).json()["findings"] == told["findings"]
        part = client.post("/what-if", data=trial_of(place, typed), headers=PART)
        assert "条件未变" in part.text


def test_a_change_is_told_with_what_it_turns(client, typed):
    place = address_of_answer(client, typed)
    changed = {"amount_wan": "100", "is_green_inclusive": "true", "subsidy_used_ytd_cny": "0"}
    part = client.post("/what-if", data=trial_of(place, typed, **changed), headers=PART)
    assert part.status_code == 200
    assert part.text.lstrip().startswith('<div id="findings"')
    assert "<s>500 万元</s> → <b>100 万元</b>" in part.text
    assert "是否绿色普惠贷款：<s>未知</s> → <b>是</b>" in part.text
    row = row_of(part, "二")
    assert "符合" in row
    assert "原为 待补充" in row
    assert "可得贴息" in row
    whole = client.post("/what-if", data=trial_of(place, typed, **changed))
    expect_sound(whole)
    assert 'id="t-amount_wan" name="amount_wan" value="100"' in whole.text
    assert part.text.strip()[-200:] in whole.text


def test_what_would_turn_a_finding_can_be_tried_at_once(client, typed):
    place = address_of_answer(client, typed, subsidy_used_ytd_cny="0")
    page = client.get(place)
    values = re.findall(r'form="trial" name="set" value="([^"]+)"', page.text)
    assert "is_green_inclusive=true" in values
    form = trial_of(place, typed, subsidy_used_ytd_cny="0", set="is_green_inclusive=true")
    part = client.post("/what-if", data=form, headers=PART)
    assert 'class="result r-PASS">符合' in row_html(part, "二")
    assert '"is_green_inclusive": "true"' in part.text


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("amount_wan", "-1", "请填写大于 0 的金额"),
        ("annual_rate_percent", "NaN", "请填写 0 至 100 的年利率"),
        ("credit_line_cny", "x", "单户授信额度"),
        ("size_class", "LARGE", ""),
    ],
)
def test_a_trial_at_fault_says_where_and_keeps_the_table(client, typed, name, value, says):
    place = address_of_answer(client, typed)
    changed = trial_of(place, typed | {"entity_type": "ENTERPRISE"}, **{name: value})
    part = client.post("/what-if", data=changed, headers=PART)
    assert part.status_code == 422
    assert "未能试算" in part.text
    assert says in part.text
    assert part.text.count("<tr>") == 11
    expect_sound(client.post("/what-if", data=changed))


def test_firm_and_purpose_cannot_be_changed_by_a_trial(client, typed, codes_of_home):
    place = address_of_answer(client, typed)
    other = trial_of(place, typed, entity_id=codes_of_home[5], query_purpose="TRAINING")
    assert "条件未变" in client.post("/what-if", data=other, headers=PART).text


def test_a_trial_is_no_query_of_the_firm(client, typed, codes_of_home):
    place = address_of_answer(client, typed | {"entity_id": codes_of_home[9]})
    count = client.get("/history", params={"firm": codes_of_home[9]}).text.count("/answers/")
    client.post("/what-if", data=trial_of(place, typed, amount_wan="1"), headers=PART)
    assert client.get("/history", params={"firm": codes_of_home[9]}).text.count("/answers/") == count


def test_another_banks_answer_cannot_be_tried(client, typed):
    place = address_of_answer(client, typed)
    for who in ("officer-b", "reviewer-b", "colleague"):
        told = client.post("/what-if", data=trial_of(place, typed), headers=PART | client.of(who))
        assert told.status_code == 404, who
        assert "91330502" not in told.text


def row_html(page, number):
    """The row of a measure with its marks."""
    return re.search(rf'<span class="num">措施{number}</span>.*?</tr>', page.text, re.DOTALL).group()


def test_the_refusal_says_why_and_what_to_do(client, typed):
    page = client.post("/", data=typed | {"query_purpose": "APPROVAL"})
    assert page.status_code == 403
    expect_sound(page)
    for words in ("没有有效授权，未作查询", "贷中审批", "BANK-A", "第十八条", "登记授权"):
        assert words in page.text
    assert "拉低评分" not in page.text


def test_a_consent_noted_there_lets_the_same_question_through(client, typed, codes_of_home):
    asked = typed | {"entity_id": codes_of_home[7], "query_purpose": "POST_LOAN"}
    assert client.post("/", data=asked).status_code == 403
    noted = client.post(
        "/consents",
        data=asked
        | {
            "basis": "CONTRACT",
            "reference": "借款合同 2026-88",
            "valid_from": "2026-01-01",
            "valid_to": "",
        },
    )
    expect_sound(noted)
    assert "已登记" in noted.text
    assert 'value="500"' in noted.text
    page = client.post("/", data=asked)
    assert page.status_code == 200
    assert "依据 合同履行（借款合同 2026-88）" in page.text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("reference", " "),
        ("valid_from", "soon"),
        ("valid_to", "2025-12-31"),
        ("basis", "WISH"),
        ("query_purpose", "FUN"),
        ("entity_id", "没有这户"),
    ],
)
def test_a_consent_that_is_none_is_not_noted(client, typed, name, value):
    given = {"basis": "CONSENT", "reference": "授权书", "valid_from": "2026-01-01", "valid_to": ""}
    page = client.post("/consents", data=typed | {"query_purpose": "APPROVAL"} | given | {name: value})
    assert page.status_code == 422
    expect_sound(page)
    assert client.post("/", data=typed | {"query_purpose": "APPROVAL"}).status_code == 403


def test_another_bank_has_no_consent(client, typed):
    page = client.post("/", data=typed, headers=client.of("officer-b"))
    assert page.status_code == 403
    assert "BANK-B" in page.text


def test_it_goes_page_by_page_without_gap_or_repetition(client, typed, codes_of_home):
    firm = codes_of_home[11]
    asked = [
        address_of_answer(client, typed | {"entity_id": firm}, amount_wan=str(number + 1))
        for number in range(ROWS + 3)
    ]
    first = client.get("/history", params={"firm": firm})
    expect_sound(first)
    following = re.search(r'href="(/history\?[^"]+)" rel="next"', first.text)[1].replace("&amp;", "&")
    second = client.get(following)
    expect_sound(second)
    told = [re.findall(r'<a href="(/answers/[^"]+)">', page.text) for page in (first, second)]
    assert told[0] + told[1] == asked[::-1]
    assert "下一页" not in second.text


def test_an_officer_sees_its_own_a_reviewer_its_banks(client, typed):
    place = address_of_answer(client, typed)
    seen = {who: place in client.get("/history", headers=client.of(who)).text for who in client.tokens}
    assert seen == {
        "officer": True,
        "colleague": False,
        "reviewer": True,
        "officer-b": False,
        "reviewer-b": False,
        "staff": False,
        "auditor": True,
    }


def test_a_firm_that_is_not_found_is_told(client):
    page = client.get("/history", params={"firm": "没有这户"})
    assert "没有找到“没有这户”" in page.text


@pytest.mark.parametrize("before", ["x", "~", "2026-01-01~x", "x~" + NOBODYS, "%00", "1" * 200])
def test_a_place_that_is_none_is_the_beginning(client, before):
    assert place_of(before) is None
    assert client.get("/history", params={"before": before}).status_code == 200


def test_it_is_raised_from_an_answer_and_marks_the_next_one(client, typed, codes_of_home):
    asked = typed | {"entity_id": codes_of_home[13]}
    place = address_of_answer(client, asked)
    assert "异议处理中" not in client.get(place).text
    form = client.get(f"{place}/objection")
    expect_sound(form)
    text = "参保人数不对：\r\n应为 86 人。"
    listed = client.post(f"{place}/objection", data={"text": text})
    expect_sound(listed)
    assert "参保人数不对： 应为 86 人。" in listed.text
    assert "剩 20 天" in listed.text
    assert "异议处理中" in client.post("/", data=asked).text
    assert "异议处理中" not in client.get(place).text
    again = client.post(f"{place}/objection", data={"text": text})
    assert again.text.count("参保人数不对") == 1


@pytest.mark.parametrize("text", ["", "   \r\n ", "x" * (LONGEST + 1)])
def test_an_empty_or_endless_one_is_not_noted(client, typed, text):
    place = address_of_answer(client, typed)
    page = client.post(f"{place}/objection", data={"text": text})
    assert page.status_code == 422
    expect_sound(page)
    assert "请写明哪一项数据不准确" in page.text


def test_banks_do_not_see_one_anothers(client, typed):
    place = address_of_answer(client, typed)
    client.post(f"{place}/objection", data={"text": "只给本机构看的异议"})
    for who, sees in {"reviewer": True, "officer-b": False, "staff": True, "auditor": True}.items():
        page = client.get("/objections", headers=client.of(who))
        assert ("只给本机构看的异议" in page.text) is sees, who
    assert client.get(f"{place}/objection", headers=client.of("officer-b")).status_code == 404
    told = client.post(f"{place}/objection", data={"text": "x"}, headers=client.of("officer-b"))
    assert told.status_code == 404


def test_staff_settles_it(client, typed, codes_of_home):
    place = address_of_answer(client, typed | {"entity_id": codes_of_home[15]})
    client.post(f"{place}/objection", data={"text": "十五号的异议"})
    page = client.get("/objections", headers=client.of("staff"))
    expect_sound(page)
    item = next(one for one in page.text.split('<li id="o-') if "十五号的异议" in one)
    where = f"/objections/{item[:36]}"
    answer = {"outcome": "UPHELD", "text": "已由主管部门更正。"}
    assert client.post(where, data=answer).status_code == 403
    assert client.post(where, data={"outcome": "X"}, headers=client.of("staff")).status_code == 404
    settled = client.post(where, data=answer, headers=client.of("staff"))
    assert "异议成立，已更正" in settled.text
    assert "已由主管部门更正。" in client.get("/objections").text


def test_text_is_one_line_without_control_characters():
    assert tidy(" a\r\nb\t\x00c\u2028d ") == "a b c d"


PATHS = (
    "/",
    "/search?q=9",
    "/history",
    "/objections",
    f"/answers/{NOBODYS}",
    f"/answers/{NOBODYS}/objection",
)


@pytest.mark.parametrize("path", PATHS)
def test_nobody_reads_anything_before_logging_in(client, path):
    stranger = TestClient(client.app, follow_redirects=False)
    answer = stranger.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")
    assert stranger.post(path, data={}).status_code in (303, 405)


def test_the_bar_tells_who_is_there_and_where_to_go(client):
    page = log_in(client.app).get("/")
    expect_sound(page)
    for words in ("officer", "信贷员 · BANK-A", "查询", "历史", "异议", "退出"):
        assert words in page.text
    assert 'href="/" aria-current="page"' in page.text


def test_every_form_that_changes_something_carries_the_token_and_needs_it(client, typed):
    browser = log_in(client.app)
    csrf = csrf_of(browser.get("/"))
    place = address_of_answer(browser, typed | {"csrf": csrf})
    for path in ("/", place, f"{place}/objection", "/objections", "/history"):
        forms = re.findall(r'<form method="post".*?</form>', browser.get(path).text, re.DOTALL)
        assert forms
        assert all(f'name="csrf" value="{csrf}"' in form for form in forms), path
    refused = browser.post("/", data=typed | {"query_purpose": "APPROVAL", "csrf": csrf})
    assert f'name="csrf" value="{csrf}"' in refused.text
    changes = {
        "/": typed,
        "/what-if": trial_of(place, typed),
        "/consents": typed,
        f"{place}/objection": {"text": "x"},
        f"/objections/{uuid4()}": {"outcome": "UPHELD", "text": "x"},
    }
    for path, form in changes.items():
        for token in ("", "0" * len(csrf), csrf[:-1]):
            answer = browser.post(path, data=form | {"csrf": token}, follow_redirects=False)
            assert answer.status_code == 403, path
            assert "没有这项权限，或页面停留过久" in answer.text


def test_an_auditor_may_read_and_not_ask(client, typed):
    page = client.get("/", headers=client.of("auditor"))
    assert page.url.path == "/history"
    refused = client.post("/", data=typed, headers=client.of("auditor"))
    assert refused.status_code == 403
    assert "您的账号没有这项权限" in refused.text
    place = address_of_answer(client, typed)
    seen = client.get(place, headers=client.of("auditor"))
    expect_sound(seen)
    assert 'id="trial"' not in seen.text
    assert "提出异议" not in seen.text


def test_what_goes_wrong_is_told_on_a_page(client):
    for path, status in (
        ("/answers/x", 404),
        (f"/answers/{NOBODYS}/objection", 404),
        ("/search?q=" + "9" * 500, 404),
    ):
        page = client.get(path)
        assert page.status_code == status
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "没有" in page.text


def test_the_script_is_its_own_and_may_be_kept(client):
    address = re.search(r'src="(/page\.js\?v=[0-9a-f]+)"', client.get("/").text)[1]
    told = client.get(address)
    assert told.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in told.headers["cache-control"]
    assert "innerHTML" not in told.text
    assert "eval" not in told.text


MOVE = {"fact": "is_green_inclusive", "from": None, "to": True, "who_zh": "", "hold_zh": "须核实"}
CHANGE = {
    "measure": "interest_subsidy",
    "moves": [MOVE],
    "present": "UNKNOWN",
    "result": "PASS",
    "amount_cny": "150000.00",
    "gain_cny": None,
    "text_zh": "如是否绿色普惠贷款为“是”，财政贴息由“不能判断”变为“符合”，可得贴息估算 15 万元；按稿估算。",
}


def test_a_turn_tells_what_then_and_how_to_try_it():
    (turn,) = turns({"result": "UNKNOWN", "what_if": [CHANGE]})
    assert (turn.text, turn.label, turn.gain) == ("是否绿色普惠贷款为“是”", "符合", "150,000 元")
    assert (turn.tried, turn.who) == ("is_green_inclusive=true", "须核实")
    loan = [MOVE | {"fact": "loan_amount_cny", "from": "5000000", "to": "3000000.00", "who_zh": "借款人"}]
    assert turns({"result": "FAIL", "what_if": [CHANGE | {"moves": loan}]})[0].tried == "amount_wan=300"
    rate = [MOVE | {"fact": "annual_rate", "from": "0.05", "to": "0.0365"}]
    assert (
        turns({"result": "FAIL", "what_if": [CHANGE | {"moves": rate}]})[0].tried
        == "annual_rate_percent=3.65"
    )


def test_only_turns_of_use_are_told_and_few_of_them():
    assert turns({"result": "PASS"}) == []
    assert turns({"result": "UNKNOWN", "what_if": [CHANGE | {"result": "FAIL"}]}) == []
    guessed = [MOVE | {"fact": "credit_line_cny", "to": "0.01"}]
    assert turns({"result": "UNKNOWN", "what_if": [CHANGE | {"moves": guessed}]}) == []
    dated = [MOVE | {"fact": "maturity_date", "from": "2027-01-01", "to": "2026-12-31"}]
    assert turns({"result": "FAIL", "what_if": [CHANGE | {"moves": dated}]})[0].tried == ""
    assert len(turns({"result": "UNKNOWN", "what_if": [CHANGE] * 9})) == MOST_TURNS
    raised = CHANGE | {"gain_cny": "10.00"}
    assert turns({"result": "PASS", "what_if": [CHANGE, raised]})[0].result == "PASS"
    assert turns({"result": "FAIL", "what_if": [CHANGE | {"result": "UNKNOWN"}]})[0].label == "待补充"


def test_only_fields_of_the_form_can_be_set():
    assert fields_of("amount_wan=1;entity_id=x;csrf=y;is_sannong=true;;=") == {
        "amount_wan": "1",
        "is_sannong": "true",
    }


def test_clauses_are_named_once():
    draft = "《关于加力支持小微企业融资的若干措施（征求意见稿）》措施三"
    told = cited({"citations": [f"{draft}；财税〔2018〕91号", draft, "财税〔2018〕91号"]})
    assert told == ["征求意见稿措施三", "财税〔2018〕91号"]
