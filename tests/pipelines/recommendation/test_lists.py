"""Measure 1's list of a district, over firms drawn as tables."""

import csv
import io
import json
import re
from datetime import date

import pandas as pd
import pytest

from features.catalogue import source_named
from features.city import make_city
from features.errors import LakeError, RequestError
from features.home import Home
from features.session import Session
from pipelines.collect import collect
from pipelines.recipe import load_recipe
from pipelines.recommendation.evidence import ASKED, evidence_of, on_day
from pipelines.recommendation.files import as_record, firms_csv, open_csv
from pipelines.recommendation.lists import KEY, recommend
from pipelines.recommendation.page import render, write_recommendations
from pipelines.sample import collected
from serving.policy import Facts, NoNumberForDay, evaluate
from serving.policy.law import default_parameters
from serving.policy.measures import RECOMMENDATION_LIST

DAY = date(2026, 6, 30)
HEADS = "entity_id | event_date | established_date | industry | district | entity_type | status"
FIRMS = {
    "good": "330521 | ENTERPRISE | ACTIVE",
    "early": "330521 | INDIVIDUAL_BUSINESS | ACTIVE",
    "unseen": "330521 | INDIVIDUAL_BUSINESS | ACTIVE",
    "listed": "330521 | INDIVIDUAL_BUSINESS | ACTIVE",
    "gone": "330521 | INDIVIDUAL_BUSINESS | REVOKED",
    "medium": "330521 | ENTERPRISE | ACTIVE",
    "elsewhere": "330502 | INDIVIDUAL_BUSINESS | ACTIVE",
}
REGISTRATION = "\n".join(
    [HEADS, *(f"{name} | 2015-01-01 | 2015-01-01 | C17 | {rest}" for name, rest in FIRMS.items())]
)
STAFF = """
entity_id | event_date | headcount | contribution_base_cny | unpaid_cny
good      | 2026-05-31 | 5         | 1.00                  | 0.00
medium    | 2026-05-31 | 500       | 1.00                  | 0.00
"""
REVENUE = "entity_id | event_date | revenue_cny\n" + "\n".join(
    f"medium | 2026-{month:02d}-28 | 20000000.00" for month in range(1, 6)
)
VISITS = """
entity_id | event_date | is_operating | has_premises | needs_funds | need_cny  | purpose   | is_use_lawful
good      | 2026-03-01 | yes          | yes          | yes         | 200000.00 | RENEWAL   | yes
early     | 2026-02-01 | yes          | yes          | yes         | 100000.00 | EQUIPMENT | yes
listed    | 2026-02-01 | yes          | yes          | yes         |           | OTHER     | yes
medium    | 2026-02-01 | yes          | yes          | yes         |           | OTHER     | yes
"""
LISTS = {
    "abnormal_operation": """
        entity_id | event_date | reason           | removed_date
        listed    | 2026-01-01 | NO_ANNUAL_REPORT |
        good      | 2024-01-01 | NO_ANNUAL_REPORT | 2024-09-01""",
    "serious_violation": """
        entity_id | event_date | field
        elsewhere | 2026-01-01 | FOOD""",
    "administrative_penalty": """
        entity_id | event_date | authority | severity
        good      | 2026-01-01 | AMR       | MINOR""",
    "dishonest_debtor": """
        entity_id | event_date | case_kind
        elsewhere | 2026-01-01 | 1""",
    "tax_arrears": """
        entity_id | event_date | tax_kind | amount_cny | settled_date
        early     | 2025-01-01 | VAT      | 100.00     | 2025-03-01
        elsewhere | 2025-01-01 | VAT      | 100.00     |""",
}
DRAWN = {
    "registration": REGISTRATION,
    "social_insurance": STAFF,
    "tax_declaration": REVENUE,
    "enterprise_visit": VISITS,
    **LISTS,
}


def firms_of(rows):
    return [row["entity_id"] for row in rows]


def test_who_passes_who_is_to_be_visited_and_who_is_refused_and_why(lake):
    found = recommend(lake(**DRAWN), "330521", DAY)
    assert firms_of(found.passed) == ["early", "good"], "the need of early is known for longer"
    assert {row["entity_id"]: row["missing"] for row in found.to_visit} == {
        "unseen": ["是否有固定经营场所", "融资需求是否真实", "贷款用途是否合法合规"]
    }
    assert {row["entity_id"]: row["failed"] for row in found.refused} == {
        "gone": ["登记状态为存续"],
        "listed": ["未列入经营异常名录"],
    }
    assert found.not_addressed == 1, "the medium one"
    assert found.district_zh == "德清县"


def test_a_list_that_was_not_collected_makes_nobody_pass_and_nobody_fail(lake):
    drawn = {name: text for name, text in DRAWN.items() if name != "abnormal_operation"}
    found = recommend(lake(**drawn), "330521", DAY)
    assert found.passed == ()
    assert firms_of(found.refused) == ["gone"]
    assert {"good", "early", "listed", "unseen"} == set(firms_of(found.to_visit))
    assert all("是否列入经营异常名录" in row["missing"] for row in found.to_visit)
    assert "abnormal_operation" in found.absent
    assert "平台尚未接入：" in render(found)
    assert "经营异常名录（市场监督管理部门）" in render(found)


def test_what_a_visit_found_counts_for_its_months_and_not_a_day_longer(lake):
    home = lake(**DRAWN)
    assert "early" in firms_of(recommend(home, "330521", date(2027, 1, 31)).passed)
    after = recommend(home, "330521", date(2027, 2, 1))
    assert "early" in firms_of(after.to_visit)


def test_a_need_that_is_gone_is_no_need_and_a_new_one_asks_for_its_own_use(lake):
    later = """
    entity_id | event_date | is_operating | has_premises | needs_funds | purpose | is_use_lawful
    good      | 2026-05-01 | yes          |              | no          |         |
    early     | 2026-05-01 | yes          |              | yes         | OTHER   |"""
    found = recommend(lake(**DRAWN) and lake(enterprise_visit=later), "330521", DAY)
    assert {row["entity_id"]: row["failed"] for row in found.refused}["good"] == ["融资需求真实"]
    visit = next(row for row in found.to_visit if row["entity_id"] == "early")
    assert visit["missing"] == ["贷款用途是否合法合规"], "the use that was verified was of another need"
    assert firms_of(found.to_visit)[0] == "early", "who needs funds comes first"


def test_what_arrived_after_the_day_is_not_known(lake):
    late = """
    entity_id | event_date | available_at | is_operating | has_premises | needs_funds | is_use_lawful
    unseen    | 2026-06-25 | 2026-07-02   | yes          | yes          | yes         | yes"""
    home = lake(**DRAWN) and lake(enterprise_visit=late)
    assert "unseen" in firms_of(recommend(home, "330521", DAY).to_visit)
    assert "unseen" in firms_of(recommend(home, "330521", date(2026, 7, 2)).passed)


def test_scores_of_the_very_day_rank_those_who_pass(lake):
    home = lake(**DRAWN)
    folder = home.scores(DAY)
    folder.mkdir(parents=True)
    pd.DataFrame({"score": [700, 600]}, index=pd.Index(["good", "early"], name="entity_id")).to_parquet(
        folder / "scores.parquet"
    )
    found = recommend(home, "330521", DAY)
    assert [(row["rank"], row["entity_id"], row["score"]) for row in found.passed] == [
        (1, "good", 700),
        (2, "early", 600),
    ]
    assert "评分从高到低" in found.rules["passed"]
    assert "截至日没有全量评分" in recommend(home, "330521", date(2026, 6, 29)).rules["passed"]


OPEN = """
entity_id | record_id | event_date | bank | amount_cny | documents_date | decided_date | decision
early     | T1        | 2026-06-25 | B    | 10.00      |                |              |
good      | T2        | 2026-06-01 | B    | 20.00      |                |              |
good      | T3        | 2026-05-01 | B    | 30.00      |                | 2026-05-04   | APPROVED
listed    | T4        | 2026-06-23 | B    | 40.00      |                |              |
elsewhere | T5        | 2026-06-23 | B    | 50.00      |                |              |
"""


def test_open_recommendations_have_their_last_day_and_how_they_stand_by_it(lake):
    found = recommend(lake(**DRAWN, loan_recommendation=OPEN), "330521", DAY)
    assert [(one.record_id, one.due_date, str(one.status), one.days) for one in found.open] == [
        ("T4", date(2026, 6, 30), "DUE_TODAY", 0),
        ("T1", date(2026, 7, 2), "ON_TRACK", 2),
        ("T2", date(2026, 6, 8), "OVERDUE", -22),
    ]
    assert firms_of(found.passed) == ["good", "early"], (
        "the bank of early still has time; that of good has not"
    )
    rows = list(csv.DictReader(io.StringIO(open_csv(found).removeprefix("\ufeff"))))
    assert (rows[0]["record_id"], rows[0]["status_zh"]) == ("T4", "今日到期")


def test_firms_that_contradict_themselves_are_told_apart(lake):
    wrong = REGISTRATION.replace(
        "early | 2015-01-01 | 2015-01-01 | C17", "early | 2015-01-01 | 2015-01-01 | C99"
    )
    found = recommend(lake(**DRAWN | {"registration": wrong}), "330521", DAY)
    assert set(found.unreadable) == {"early"}
    assert "C99" in found.unreadable["early"]
    assert "事实互相矛盾" in render(found)


def test_a_district_is_found_by_its_name_and_one_that_is_not_there_is_an_error(lake, home):
    put = lake(**DRAWN)
    assert recommend(put, "吴兴区", DAY).district == "330502"
    with pytest.raises(
        RequestError, match=r"--district '西湖区': no such district; there are: 330500 市本级、"
    ):
        recommend(put, "西湖区", DAY)
    with pytest.raises(NoNumberForDay):
        recommend(put, "330521", date(2023, 12, 31))
    with pytest.raises(LakeError, match="no registration was collected"):
        recommend(Home(home.root / "other"), "330521", DAY)


def test_the_city_s_own_numbers_hold(lake):
    home = lake(**DRAWN)
    folder = home.root / "policy"
    folder.mkdir()
    (folder / "recommendation_other_entity_types.yaml").write_text(
        "description: None other.\nzh: 企业以外可列入推荐清单的主体类型\nunit: list\ncites: 某文\n"
        "certainty: public\nvalues: {2024-01-01: []}\n",
        "utf-8",
    )
    found = recommend(home, "330521", DAY)
    assert firms_of(found.passed) == ["good"]
    assert found.not_addressed == 5


def test_files_have_every_firm_and_the_page_what_an_operator_reads(lake, tmp_path):
    home = lake(**DRAWN, loan_recommendation=OPEN)
    found = recommend(home, "330521", DAY)
    files = write_recommendations(home, found, tmp_path / "out")
    rows = list(csv.DictReader(io.StringIO(files["firms"].read_text("utf-8").removeprefix("\ufeff"))))
    assert [(row["list"], row["entity_id"]) for row in rows] == [
        ("建议推荐", "good"), ("建议推荐", "early"), ("待走访核实", "unseen"),
        ("暂不推荐", "gone"), ("暂不推荐", "listed"),
    ]  # fmt: skip
    assert rows[0]["need_cny"] == "200000.00"
    assert (rows[2]["fixed_premises"], rows[2]["compliant_operation"]) == ("UNKNOWN", "PASS")
    assert rows[4]["failed"] == "未列入经营异常名录"
    page = files["page"].read_text("utf-8")
    for sentence in (
        "征求意见稿 · 非授信决定。",
        "20 万元",
        "有效期内未走访",
        "假定信用状况良好",
        "已逾期未办结",
    ):
        assert sentence in page
    assert "http" not in page
    told = json.loads(files["json"].read_text("utf-8"))
    assert told["counts"] == {
        "passed": 2, "to_visit": 1, "refused": 2, "not_addressed": 1, "unreadable": 0, "open": 3,
    }  # fmt: skip
    assert told["is_decision"] is False
    assert as_record(found)["passed"][0]["criteria"]["genuine_need"] == "PASS"
    assert firms_csv(found).count("\n") == 6


def test_a_district_without_firms_has_empty_lists(lake):
    found = recommend(lake(**DRAWN), "安吉县", DAY)
    assert (found.passed, found.to_visit, found.refused, found.open) == ((), (), (), ())
    assert "没有五项标准均符合的企业" in render(found)


def test_every_firm_of_a_city_is_judged_as_it_would_be_alone(tmp_path):
    make_city(tmp_path / "city", entities=150, months=24, seed=5)
    home = Home(tmp_path / "home")
    collect(home, load_recipe("city"), tmp_path / "city")
    day = date(2026, 10, 31)
    found = recommend(home, "长兴县", day)
    results = {row["entity_id"]: row["result"] for row in (*found.passed, *found.to_visit, *found.refused)}
    session = Session(home)
    on_day(session, sorted(session.entities(source_named("registration"))), day)
    law = default_parameters().on(day)
    facts = evidence_of(session, collected(home), "330522", law).facts
    assert len(facts) == len(results) + found.not_addressed + len(found.unreadable) > 10
    for entity, row in facts.iterrows():
        own = Facts.from_dict({name: row[name] for name in ASKED if row[name] is not None})
        (alone,) = evaluate(own, day, measures=[RECOMMENDATION_LIST])
        assert alone.measure == KEY
        assert results.get(entity, alone.result) is alone.result
    assert not re.search(r"\bnan\b", render(found))
