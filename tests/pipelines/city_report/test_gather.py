"""Each figure over a lake small enough to work out in the head, and what is not known in it."""

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from features.catalogue import source_named
from features.city import make_city
from features.errors import LakeError, RequestError
from features.home import Home
from features.session import Session
from pipelines.city_report.figure import FIGURES
from pipelines.city_report.gather import gather
from pipelines.city_report.sizes import firm_sizes
from pipelines.collect import collect
from pipelines.recipe import load_recipe
from serving.policy import Facts, NoNumberForDay, subsidy_for_loans
from serving.policy.law import default_parameters

DAY = date(2026, 6, 30)
SIZED_BY = {"registration", "social_insurance", "tax_declaration", "annual_report"}
REGISTRATION = """
entity_id | event_date | established_date | industry | district | entity_type | status
micro     | 2015-01-01 | 2015-01-01       | C17      | 330521   | ENTERPRISE  | ACTIVE
medium    | 2015-01-01 | 2015-01-01       | C17      | 330521   | ENTERPRISE  | ACTIVE
unsized   | 2015-01-01 | 2015-01-01       | C17      | 330502   | ENTERPRISE  | ACTIVE
"""
STAFF = """
entity_id | event_date | headcount | contribution_base_cny | unpaid_cny
micro     | 2026-05-31 | 5         | 1.00                  | 0.00
medium    | 2026-05-31 | 500       | 1.00                  | 0.00
"""
REVENUE = "entity_id | event_date | revenue_cny\n" + "\n".join(
    f"medium | 2026-{month:02d}-28 | 20000000.00" for month in range(1, 6)
)
LOAN = "entity_id | record_id | event_date | maturity_date | amount_cny | term_months | green_inclusive"


@pytest.fixture
def firms(lake):
    """A micro firm, a medium one, and one of which only the industry is known."""
    return lambda **drawn: lake(
        registration=REGISTRATION, social_insurance=STAFF, tax_declaration=REVENUE, **drawn
    )


def city_of(home, key, day=DAY, **asked):
    """Month → (value, known, unknown) of one figure of the city."""
    told = next(one for one in gather(home, day, **asked).figures if one.figure.key == key)
    assert told.missing == ()
    return {f"{one.month:%Y-%m}": (one.value, one.known, one.unknown) for one in told.of("all")}


def test_the_firms_are_of_the_sizes_that_their_names_say(firms):
    home = firms()
    session = Session(home)
    session.set_spine(session.pairs(source_named("registration"), pd.Timestamp(DAY)))
    sizes = firm_sizes(session, SIZED_BY, DAY, default_parameters()).set_index("entity_id")["is_small_micro"]
    assert {name: None if pd.isna(value) else bool(value) for name, value in sizes.items()} == {
        "micro": True,
        "medium": False,
        "unsized": None,
    }


def test_the_balance_is_of_small_and_micro_firms_and_what_is_not_reported_is_unknown(firms):
    home = firms(
        loan=f"""{LOAN}
        micro   | L1 | 2026-01-05 | 2027-01-05 | 900000.00 | 12 |
        micro   | L2 | 2026-02-05 | 2027-02-05 | 100000.00 | 12 |
        medium  | L3 | 2026-01-05 | 2027-01-05 | 500000.00 | 12 |
        unsized | L4 | 2026-01-05 | 2027-01-05 | 700000.00 | 12 |""",
        loan_performance="""
        entity_id | event_date | loan_id | balance_cny | dpd | risk_class
        micro     | 2026-02-28 | L1      | 900000.00   | 0   | NORMAL
        micro     | 2026-02-28 | L2      | 100000.01   | 0   | NORMAL
        medium    | 2026-02-28 | L3      | 500000.00   | 0   | NORMAL
        unsized   | 2026-02-28 | L4      | 700000.00   | 0   | NORMAL
        micro     | 2026-03-31 | L1      | 890000.00   | 0   | NORMAL""",
    )
    found = city_of(home, "small_micro_balance", first=date(2026, 2, 1))
    assert found["2026-02"] == (Decimal("1000000.01"), 2, 1)
    assert found["2026-03"] == (Decimal("890000.00"), 1, 2), "L2 was not reported, L4's firm has no size"
    assert found["2026-04"] == (None, 0, 3), "nothing is reported: unknown, not zero"


def test_a_loan_that_is_written_off_is_owed_no_more_and_one_past_its_maturity_still_is(firms):
    home = firms(
        loan=f"""{LOAN}
        micro | L1 | 2025-01-05 | 2027-01-05 | 900000.00 | 24 |
        micro | L2 | 2025-01-05 | 2026-01-05 | 300000.00 | 12 |""",
        loan_performance="""
        entity_id | event_date | loan_id | balance_cny | dpd | risk_class
        micro     | 2026-03-31 | L1      | 900000.00   | 400 | LOSS
        micro     | 2026-03-31 | L2      | 300000.00   | 80  | SPECIAL_MENTION
        micro     | 2026-04-30 | L2      | 0.00        | 0   | NORMAL""",
        loan_event="""
        entity_id | event_date | loan_id | kind        | amount_cny
        micro     | 2026-04-10 | L1      | WRITTEN_OFF | 900000.00""",
    )
    found = city_of(home, "small_micro_balance", first=date(2026, 3, 1))
    assert found["2026-03"] == (Decimal("1200000.00"), 2, 0)
    assert found["2026-04"] == (Decimal(0), 0, 0), "every report has arrived, and nothing is owed"


def test_nothing_that_came_after_the_day_is_counted(firms):
    home = firms(
        interest_subsidy="""
        entity_id | record_id | event_date | available_at | op       | loan_id | period_end | amount_cny
        micro     | S1        | 2026-03-05 | 2026-03-10   | upsert   | L1      | 2025-12-31 | 100.00
        micro     | S1        | 2026-03-05 | 2026-07-10   | upsert   | L1      | 2025-12-31 | 70.00
        micro     | S2        | 2026-03-06 | 2026-03-10   | upsert   | L1      | 2025-12-31 | 5.05
        micro     | S2        | 2026-03-06 | 2026-08-10   | withdraw | L1      | 2025-12-31 | 5.05""",
    )
    assert city_of(home, "subsidy_spent")["2026-03"][0] == Decimal("105.05")
    assert city_of(home, "subsidy_spent", date(2026, 7, 31))["2026-03"][0] == Decimal("75.05")
    assert city_of(home, "subsidy_spent", date(2026, 8, 31))["2026-03"][0] == Decimal("70.00")


def test_a_firm_counts_where_it_was_registered_at_the_month_s_end(lake):
    moved = REGISTRATION + "micro | 2026-04-15 | 2015-01-01 | C17 | 330523 | ENTERPRISE | ACTIVE\n"
    home = lake(
        registration=moved,
        interest_subsidy="""
        entity_id | event_date | loan_id | period_end | amount_cny
        micro     | 2026-03-05 | L1      | 2025-12-31 | 1.00
        micro     | 2026-04-05 | L1      | 2025-12-31 | 2.00
        nobody    | 2026-04-06 | L9      | 2025-12-31 | 4.00""",
    )
    told = next(one for one in gather(home, DAY).figures if one.figure.key == "subsidy_spent")
    found = {(f"{one.month:%m}", one.district): one.value for one in told.points}
    assert (found["03", "330521"], found["03", "330523"]) == (1, 0)
    assert (found["04", "330521"], found["04", "330523"]) == (0, 2)
    assert (found["04", "unknown"], found["04", "all"]) == (4, 6)


def test_a_decision_is_in_time_on_the_seventh_day_and_unknown_while_its_report_may_be_on_its_way(firms):
    home = firms(
        loan_recommendation="""
        entity_id | record_id | event_date | bank | amount_cny | documents_date | decided_date | decision
        micro     | T1        | 2026-06-01 | B    | 1.00       |                | 2026-06-08   | APPROVED
        micro     | T2        | 2026-06-01 | B    | 1.00       |                | 2026-06-09   | APPROVED
        micro     | T3        | 2026-06-02 | B    | 1.00       |                |              |
        micro     | T4        | 2026-06-22 | B    | 1.00       |                |              |""",
    )
    found = city_of(home, "decided_in_time_share")
    assert found["2026-06"] == (Decimal("0.333333"), 3, 1), "T3 is late; T4 was due yesterday"
    assert city_of(home, "decided_in_time_share", date(2026, 7, 2))["2026-06"] == (Decimal("0.25"), 4, 0)


def test_a_first_loan_is_one_for_sure_only_after_the_tape_has_run_for_long(lake):
    young = REGISTRATION + "young | 2024-05-01 | 2024-05-01 | C17 | 330521 | INDIVIDUAL_BUSINESS | ACTIVE\n"
    late = young + "late | 2015-05-01 | 2015-05-01 | C17 | 330521 | INDIVIDUAL_BUSINESS | ACTIVE\n"
    staff = STAFF + "young | 2026-05-31 | 1 | 1.00 | 0.00\nlate | 2026-05-31 | 1 | 1.00 | 0.00\n"
    home = lake(
        registration=late,
        social_insurance=staff,
        loan=f"""{LOAN}
        micro | L1 | 2024-03-10 | 2025-03-10 | 100.00 | 12 |
        micro | L2 | 2025-03-10 | 2026-03-10 | 100.00 | 12 |
        young | L3 | 2025-04-10 | 2026-04-10 | 200.00 | 12 |
        late  | L4 | 2026-03-10 | 2027-03-10 | 400.00 | 12 |""",
    )
    asked = {"first": date(2024, 3, 1)}
    found = city_of(home, "first_loans", **asked)
    assert found["2024-03"] == (None, 0, 1), "the tape begins here: micro may have borrowed before"
    assert found["2025-03"] == (0, 0, 0), "its second loan is no first one"
    assert found["2025-04"] == (1, 1, 0), "founded since the tape began"
    assert found["2026-03"] == (1, 1, 0), "two years of the tape without a loan, the last day included"
    assert city_of(home, "first_loan_amount", **asked)["2026-03"] == (Decimal("400.00"), 1, 0)


def test_a_renewal_runs_for_as_long_as_the_loan_did(firms):
    home = firms(
        loan=f"""{LOAN}
        medium | L1 | 2024-03-10 | 2025-03-10 | 100.00 | 12 |""",
        loan_event="""
        entity_id | event_date | loan_id | kind                      | amount_cny
        medium    | 2025-03-01 | L1      | RENEWED_WITHOUT_REPAYMENT | 100.00
        medium    | 2025-03-01 | L7      | RENEWED_WITHOUT_REPAYMENT | 50.00
        medium    | 2025-03-01 | L1      | RENEWED_WITH_RELIEF       | 70.00""",
    )
    found = city_of(home, "renewed_balance", first=date(2025, 1, 1))
    assert "2025-02" not in found, "nothing is known of renewals before the first one"
    assert found["2025-03"] == (Decimal("100.00"), 1, 1), "nobody knows how long L7 runs"
    assert found["2026-02"] == (Decimal("100.00"), 1, 1)
    assert found["2026-03"] == (None, 0, 1)


def test_the_fee_is_weighed_by_the_amount_guaranteed(firms):
    home = firms(
        loan_security="""
        entity_id | event_date | loan_id | manner     | guarantor  | guaranteed_cny | fee_rate
        micro     | 2026-05-05 | L1      | GUARANTEED | GOVERNMENT | 3000000.00     | 0.005
        micro     | 2026-05-05 | L2      | GUARANTEED | GOVERNMENT | 1000000.00     | 0.011
        micro     | 2026-05-05 | L3      | GUARANTEED | GOVERNMENT | 1000000.00     |
        micro     | 2026-05-05 | L4      | GUARANTEED | COMMERCIAL | 1000000.00     | 0.030
        micro     | 2026-05-05 | L5      | UNSECURED  |            |                |""",
    )
    assert city_of(home, "guarantee_fee")["2026-05"] == (Decimal("0.0065"), 2, 1)
    told = next(one for one in gather(home, DAY).figures if one.figure.key == "guarantee_fee")
    assert told.target.reached_by(Decimal("0.01"))
    assert not told.target.reached_by(Decimal("0.010001"))


def test_unsecured_and_long_loans_are_shares_of_the_month_s_lending(firms):
    home = firms(
        loan=f"""{LOAN}
        micro   | L1 | 2026-03-10 | 2027-03-10 | 100.00 | 12 |
        micro   | L2 | 2026-03-10 | 2027-03-11 | 300.00 | 12 |
        medium  | L3 | 2026-03-10 | 2029-03-10 | 900.00 | 36 |
        unsized | L4 | 2026-03-10 | 2029-03-10 | 900.00 | 36 |""",
        loan_security="""
        entity_id | event_date | loan_id | manner
        micro     | 2026-03-10 | L1      | UNSECURED
        medium    | 2026-03-10 | L3      | UNSECURED
        unsized   | 2026-03-10 | L4      | UNSECURED""",
    )
    assert city_of(home, "unsecured_share")["2026-03"] == (Decimal(1), 1, 2), "L2's security is unknown"
    assert city_of(home, "long_share")["2026-03"] == (Decimal("0.75"), 2, 1), "a year and a day is long"


GREEN = """
entity_id | event_date | grade
micro     | 2026-03-31 | DEEP
"""


@pytest.fixture
def green(firms):
    """A graded firm with a green loan that ran on from the year before, and a firm without a grade."""
    return firms(
        green_grade=GREEN,
        loan=f"""{LOAN}
        micro   | L1 | 2025-07-01 | 2026-07-01 | 1000000.00 | 12 | yes
        unsized | L2 | 2026-01-01 | 2027-01-01 | 1000000.00 | 12 | yes
        micro   | L3 | 2026-01-01 | 2027-01-01 | 5000000.00 | 12 | no""",
        loan_performance="""
        entity_id | event_date | loan_id | balance_cny | dpd | risk_class
        micro     | 2026-03-31 | L1      | 1000000.00  | 0   | NORMAL
        micro     | 2026-04-30 | L1      | 400000.00   | 0   | NORMAL""",
        interest_subsidy="""
        entity_id | event_date | loan_id | period_end | amount_cny
        micro     | 2026-02-20 | L1      | 2025-12-31 | 999.00
        micro     | 2026-04-20 | L1      | 2026-03-31 | 100.00""",
    )


def test_what_is_owed_is_what_the_measure_gives_less_what_was_paid_for_the_year(green):
    found = city_of(green, "subsidy_committed")
    facts = {
        "entity_type": "ENTERPRISE", "green_grade": "DEEP", "green_grade_date": "2026-03-31",
        "green_grade_source": "official", "is_green_inclusive": True, "loan_amount_cny": "1000000",
        "start_date": "2025-07-01", "maturity_date": "2026-07-01", "subsidy_used_ytd_cny": "0",
    }  # fmt: skip
    march = subsidy_for_loans([Facts.from_dict(facts | {"loan_balance_cny": "1000000"})], date(2026, 3, 31))
    april = subsidy_for_loans([Facts.from_dict(facts | {"loan_balance_cny": "400000"})], date(2026, 4, 30))
    assert found["2026-03"] == (march.total_cny, 1, 1)
    assert found["2026-04"] == (april.total_cny - 100, 1, 1)
    assert set(found) == {f"2026-{month:02d}" for month in range(3, 7)}, "months of this year with grades"


def test_a_figure_without_its_source_says_which_one_would_give_it(firms):
    report = gather(firms(loan=f"{LOAN}\nmicro | L1 | 2026-03-10 | 2027-03-10 | 1.00 | 12 |"), DAY)
    missing = {one.figure.key: one.missing for one in report.figures}
    assert missing["decided_in_time_share"] == ("loan_recommendation",)
    assert missing["unsecured_share"] == ("loan_security",)
    assert missing["long_share"] == ()
    assert all(not one.points for one in report.figures if one.missing)


def test_a_source_that_arrived_after_the_day_is_as_if_it_were_not_there(firms):
    home = firms(
        loan_security="""
        entity_id | event_date | available_at | loan_id | manner
        micro     | 2026-03-10 | 2026-09-10   | L1      | UNSECURED""",
    )
    told = {one.figure.key: one.missing for one in gather(home, DAY).figures}
    assert told["guarantee_fee"] == ("loan_security",)


def test_an_empty_lake_and_a_window_that_begins_too_late_are_errors(home, firms):
    with pytest.raises(LakeError, match=r"nothing was collected yet; 'lvdaitong collect'"):
        gather(home, DAY)
    with pytest.raises(RequestError, match="--from 2026-07-01: lies after --as-of 2026-06-30"):
        gather(firms(), DAY, date(2026, 7, 1))
    with pytest.raises(NoNumberForDay, match=r"\.yaml: no number for 2023-12-31"):
        gather(firms(), date(2023, 12, 31))


def test_the_month_of_a_past_target_is_among_the_months_whatever_the_window(green):
    told = next(one for one in gather(green, DAY, date(2026, 5, 1)).figures if one.figure.measure == 1)
    assert [f"{one.month:%Y-%m}" for one in told.of("all")] == ["2026-05", "2026-06"], (
        "no report before March"
    )
    assert told.target.past
    assert told.target.by == date(2025, 12, 31)


def test_a_target_to_exceed_is_not_reached_by_itself():
    by_key = {figure.key: figure.target_on(default_parameters(), DAY) for figure in FIGURES}
    renewed, balance = by_key["renewed_balance"], by_key["small_micro_balance"]
    assert not renewed.reached_by(Decimal(100000000000))
    assert renewed.reached_by(Decimal("100000000000.01"))
    assert balance.reached_by(Decimal(650000000000))
    assert not balance.reached_by(Decimal("649999999999.99"))
    before = next(one for one in FIGURES if one.key == "renewed_balance").target_on(
        default_parameters(), date(2025, 12, 31)
    )
    assert not before.past, "on its last day a target is not past"


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """A home that collected a small city, and its figures."""
    folder = tmp_path_factory.mktemp("figures")
    make_city(folder / "city", entities=200, months=36, seed=11)
    home = Home(folder / "home")
    collect(home, load_recipe("city"), folder / "city")
    return home, gather(home, date(2026, 10, 31))


def test_the_districts_add_up_to_the_city(city):
    _, report = city
    for told in report.figures:
        assert told.missing == ()
        for whole in told.of("all"):
            parts = [one for one in told.points if one.month == whole.month and one.district != "all"]
            assert sum(one.known for one in parts) == whole.known
            assert sum(one.unknown for one in parts) == whole.unknown
            assert sum(one.numerator or 0 for one in parts) == (whole.numerator or 0), told.figure.key


def test_the_balance_is_the_one_that_a_person_would_add_up_from_the_tape(city):
    home, report = city
    told = next(one for one in report.figures if one.figure.key == "small_micro_balance")
    point = told.latest
    session = Session(home)
    session.set_spine(session.pairs(source_named("loan"), pd.Timestamp("2026-10-31")))
    sizes = firm_sizes(session, SIZED_BY, report.as_of, default_parameters())
    small = set(sizes.loc[sizes["is_small_micro"].fillna(value=False), "entity_id"])
    session.known(source_named("loan_performance"))
    rows = session.engine.execute(
        "SELECT entity_id, balance_cny FROM known_loan_performance WHERE event_date = ?", [point.month]
    ).fetchall()
    assert sum(balance for firm, balance in rows if firm in small) == point.value
    assert told.of("all")[-1].value is None, "October's balances arrive in November"


def test_an_earlier_day_knows_what_it_knew(city):
    home, report = city
    before = gather(home, date(2026, 4, 30), date(2025, 1, 1))
    assert max(one.month for one in before.figures[0].points) == date(2026, 4, 30)
    then = {one.figure.key: one.latest for one in before.figures}
    now = {one.figure.key: {p.month: p for p in one.of("all")} for one in report.figures}
    assert then["first_loans"].known <= now["first_loans"][then["first_loans"].month].known + 1
    assert then["small_micro_balance"].month == date(2026, 3, 31)
