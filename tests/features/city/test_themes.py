"""What departments know and when: deadlines, lists, ends that become known later, and what they follow."""

import numpy as np
import pandas as pd
import pytest

from features.catalogue import source_named

ENDS = {
    "abnormal_operation": "removed_date",
    "serious_violation": "removed_date",
    "administrative_licence": "ended_date",
    "tax_arrears": "settled_date",
    "dishonest_debtor": "delisted_date",
    "real_estate": "ended_date",
    "pledge": "released_date",
    "patent": "ended_date",
    "equity_investment": "ended_date",
}


@pytest.fixture(params=sorted(ENDS))
def ended(request, clean):
    """Each source with ends, in turn: its rows, and the column of the end."""
    return clean.rows(request.param), ENDS[request.param]


def test_an_end_is_never_known_before_it_came(ended):
    rows, column = ended
    told = rows.dropna(subset=[column])
    assert (told["available_at"] >= told[column]).all()
    assert (told[column] >= told["event_date"]).all()


def test_an_end_arrives_as_a_newer_version_of_the_same_record(ended):
    rows, column = ended
    newest = rows[rows["op"] == "CORRECTED"].dropna(subset=[column])
    first = rows[rows["op"] == "NEW"].set_index("record_id")
    before = first.loc[newest["record_id"]]
    assert len(newest) > 0
    assert before[column].isna().mean() > 0.9, "few had ended when they were first reported"
    assert (newest["event_date"].to_numpy() == before["event_date"].to_numpy()).all()


def test_no_two_versions_of_a_record_arrive_on_one_day(clean, source):
    assert not clean.rows(source).duplicated(["record_id", "available_at"]).any()


def test_not_everything_ends(ended):
    rows, column = ended
    newest = rows.sort_values("available_at", kind="stable").drop_duplicates("record_id", keep="last")
    assert 0.0 < newest[column].notna().mean() < 0.9


def test_annual_reports_are_filed_by_30_june_or_marked_late(clean):
    reports = clean.rows("annual_report").query("op == 'NEW'")
    deadline = pd.to_datetime((reports["event_date"].dt.year + 1).astype("str") + "-06-30")
    late = reports["filed_late"] == "是"
    assert (reports.loc[~late, "available_at"] <= deadline[~late]).all()
    assert (reports.loc[late, "available_at"] > deadline[late]).all()
    assert 0.01 < late.mean() < 0.1


def test_firms_may_hide_their_accounts_but_not_that_they_report(clean):
    reports = clean.rows("annual_report")
    assert 0.3 < reports["revenue_cny"].isna().mean() < 0.55
    assert (reports["revenue_cny"].isna() == reports["assets_cny"].isna()).all()
    assert 0.1 < reports["employees"].isna().mean() < 0.4


def test_who_has_not_reported_by_july_is_listed_then(clean):
    listed = clean.rows("abnormal_operation").query("op == 'NEW' and reason == '未按期公示年度报告'")
    assert set(listed["event_date"].dt.month) == {7}
    reports = clean.rows("annual_report").query("op == 'NEW'")
    of_year = listed.assign(
        event_date=pd.to_datetime((listed["event_date"].dt.year - 1).astype("str") + "-12-31")
    )
    filed = of_year.merge(reports, on=["entity_id", "event_date"], suffixes=("", "_report"))
    assert (filed["filed_late"] == "是").all()
    assert len(filed) < len(listed)


def test_tax_credit_grades_are_published_in_april(clean):
    grades = clean.rows("tax_credit_grade").query("op == 'NEW'")
    assert set(grades["available_at"].dt.month) == {4}
    assert (grades["available_at"].dt.year == grades["event_date"].dt.year + 1).all()


def test_tax_credit_grades_follow_their_points_and_new_firms_are_off_the_scale(clean):
    grades = clean.rows("tax_credit_grade")
    points, letter = clean.numbers("tax_credit_grade", "score"), grades["grade"].str[0]
    cut = pd.cut(points, [0, 40, 70, 90, 101], right=False, labels=list("DCBA")).astype("str")
    scaled = (letter != "M") & points.notna()
    assert (cut[scaled] == letter[scaled]).all()
    assert set(letter[points.isna()]) == {"D"}
    assert points[letter == "M"].min() >= 70
    born = clean.rows("registration").groupby("entity_id")["established_date"].first()
    age = grades["event_date"] - born.reindex(grades["entity_id"]).to_numpy()
    assert age[letter == "M"].median() < pd.Timedelta(days=366) < age[letter == "B"].median()


def test_a_grade_assessed_again_is_no_worse(clean):
    again = clean.rows("tax_credit_grade").sort_values("available_at", kind="stable")
    points = clean.numbers("tax_credit_grade", "score").reindex(again.index)
    step = points.groupby(again["record_id"]).diff().dropna()
    assert len(step) > 5
    assert (step > 0).all()


def test_the_late_fee_grows_until_the_tax_is_paid(clean):
    rows = clean.rows("tax_arrears")
    fee = clean.numbers("tax_arrears", "late_fee_cny") / clean.numbers("tax_arrears", "amount_cny")
    days = (rows["settled_date"] - rows["event_date"]).dt.days
    settled = rows["op"].eq("CORRECTED") & rows["settled_date"].notna()
    assert np.allclose(fee[settled], 0.0005 * days[settled], atol=1e-4)


def test_a_change_of_capital_is_that_of_the_register(clean):
    changes = clean.rows("registration_change").query("op == 'NEW' and kind == '注册资本'")
    register = clean.rows("registration").assign(
        capital=clean.numbers("registration", "registered_capital_cny")
    )
    right = register.sort_values("available_at", kind="stable").drop_duplicates("record_id", keep="last")
    now = right.merge(changes[["entity_id", "event_date"]]).groupby("entity_id")["capital"].first()
    rise = clean.numbers("registration_change", "capital_change_cny").loc[changes.index]
    assert (rise != 0).all()
    assert rise.lt(0).mean() > 0.2
    assert (rise.abs() <= 0.34 * now.reindex(changes["entity_id"]).to_numpy()).mean() > 0.95


def test_some_entries_of_the_dishonest_list_are_taken_back(clean):
    gone = clean.rows("dishonest_debtor").query("op == 'WITHDRAWN'")
    assert len(gone) > 0
    assert gone["delisted_date"].isna().all()


@pytest.mark.parametrize("source", ["court_judgment", "dishonest_debtor", "real_estate", "tax_arrears"])
def test_a_stop_of_payment_leaves_traces_that_only_later_features_may_see(clean, source):
    rows = clean.rows(source).query("op == 'NEW'")
    rows = rows[rows["right"] == "查封"] if source == "real_estate" else rows
    performance = clean.rows("loan_performance")
    bad = performance[performance["dpd"] > 90].groupby("entity_id")["event_date"].min()
    since = rows["event_date"] - bad.reindex(rows["entity_id"]).to_numpy()
    half_a_year = pd.Timedelta(days=183)
    after = since.between(pd.Timedelta(0), half_a_year).sum()
    assert after > 1.5 * since.between(-half_a_year, pd.Timedelta(0)).sum()


@pytest.fixture(scope="session")
def health(clean):
    """How healthy each borrower was on average."""
    return clean.oracle().groupby("entity_id")["health"].mean()


@pytest.mark.parametrize(
    ("source", "better"),
    [
        ("registration_change", False),
        ("abnormal_operation", False),
        ("court_judgment", False),
        ("dishonest_debtor", False),
        ("tax_arrears", False),
        ("pledge", False),
    ],
)
def test_events_hint_at_health_without_telling_it(clean, health, source, better):
    named = health.index.isin(clean.rows(source)["entity_id"])
    gap = (health[named].mean() - health[~named].mean()) / health.std()
    assert 0.05 < (gap if better else -gap) < 1.1


@pytest.mark.parametrize("source", ["housing_fund", "water_gas"])
def test_unpaid_months_hint_at_health_without_telling_it(clean, health, source):
    rows = clean.rows(source)
    unpaid = clean.numbers(source, "unpaid_cny").gt(0).groupby(rows["entity_id"]).mean()
    both = pd.concat([unpaid.rename("unpaid"), health], axis=1).dropna()
    assert -0.6 < both["unpaid"].corr(both["health"], method="spearman") < -0.1


def test_unpaid_is_at_most_the_bill(clean):
    for source, due in (("housing_fund", "contribution_cny"), ("water_gas", "bill_cny")):
        owed = clean.numbers(source, "unpaid_cny")
        corrected = (
            clean.rows(source)["op"].ne("NEW").groupby(clean.rows(source)["record_id"]).transform("any")
        )
        assert (owed <= clean.numbers(source, due) + 0.01)[~corrected].all()


def test_only_makers_and_traders_cross_the_border(clean):
    industry = clean.rows("registration").drop_duplicates("entity_id").set_index("entity_id")["industry"]
    assert set(industry.loc[clean.rows("customs")["entity_id"].unique()].str[0]) <= set("CF")


def test_only_mortgages_secure_a_claim(clean):
    rights = clean.rows("real_estate")
    assert (rights["secured_cny"].notna() == (rights["right"] == "抵押权")).all()
    assert set(rights["right"]) == {"所有权", "抵押权", "查封"}


def test_only_equity_pledges_have_a_share(clean):
    pledges = clean.rows("pledge")
    assert (pledges["equity_share"].notna() == (pledges["kind"] == "股权")).all()


def test_every_category_of_the_large_sources_occurs(clean):
    for source in ("registration_change", "annual_report", "court_judgment", "tax_credit_grade", "water_gas"):
        for name, column in source_named(source).columns.items():
            if column.dtype == "category":
                assert clean.rows(source)[name].nunique() == len(column.values), (source, name)
