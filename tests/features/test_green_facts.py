from datetime import date

import pandas as pd
import pytest

from features.catalogue import source_named
from features.green_facts import COLUMNS, INDICATORS, coverage_of_facts, green_facts
from features.session import Session

DAY = date(2026, 10, 31)


@pytest.fixture
def facts(rows):
    """Facts of drawn rows of one source, by firm and indicator."""

    def ask(source, drawing, day=DAY):
        drawn = rows(drawing)
        if "record_id" not in drawn:
            drawn["record_id"] = [f"r{one}" for one in range(len(drawn))]
        drawn = drawn.assign(**{name: None for name in source_named(source).columns if name not in drawn})
        session = Session(None)
        session.offer(source_named(source), drawn)
        found = green_facts(session, sorted(drawn["entity_id"].unique()), day, frozenset({source}))
        return found.set_index(["entity_id", "indicator"])

    return ask


def test_a_grade_is_told_with_its_scheme_its_date_and_its_department(facts):
    found = facts(
        "environment",
        """
        entity_id | event_date | available_at | env_credit_scheme | env_credit_grade | permit_class | iso14001
        A         | 2024-12-31 | 2025-07-01   | JS                | A                | KEY          | true
        A         | 2025-12-31 | 2026-07-01   | ZJ                | C                |              | false
        """,
    )
    credit = found.loc[("A", "env_credit")]
    assert (credit["told_zh"], credit["value"]) == ("C 级（浙江办法）", "C")
    assert (credit["date"], credit["department"], credit["age_days"]) == (date(2025, 12, 31), "EEB", 304)
    assert found.loc[("A", "permit_class"), "told_zh"] == "重点管理"  # the newest year that tells of one
    assert found.loc[("A", "permit_class"), "date"] == date(2024, 12, 31)
    assert found.loc[("A", "iso14001"), "told_zh"] == "否"


def test_levels_are_told_by_the_bands_of_the_day(facts):
    found = facts(
        "carbon_code",
        """
        entity_id | event_date | available_at | carbon_eff_k | carbon_intensity_l | energy_per_output
        A         | 2025-12-31 | 2026-08-30   | 2            | 0.6                |
        """,
    )
    assert found["told_zh"].tolist() == ["K=2，4 级", "L=0.6 吨/万元，低碳"]


def test_a_yearly_fact_is_stale_once_the_next_one_should_have_come(facts):
    drawing = """
        entity_id | event_date | available_at | output_per_mu_class
        A         | 2024-12-31 | 2025-07-30   | B
    """
    lag = source_named("output_per_mu").usual_lag_days
    last = date(2024, 12, 31) + pd.Timedelta(days=366 + lag)
    assert not facts("output_per_mu", drawing, last).iloc[0]["stale"]
    assert facts("output_per_mu", drawing, last + pd.Timedelta(days=1)).iloc[0]["stale"]


def test_penalties_and_licences_of_the_ecology_bureau_alone_are_told_and_never_stale(facts):
    penalties = facts(
        "administrative_penalty",
        """
        entity_id | event_date | available_at | authority | severity | fine_cny
        A         | 2020-03-01 | 2020-03-10   | EEB       | SEVERE   | 50000
        B         | 2026-03-01 | 2026-03-10   | TAX       | SEVERE   | 9000
        """,
    )
    assert penalties["told_zh"].to_dict() == {("A", "environmental_penalty"): "严重，罚款 50,000.00 元"}
    assert penalties["stale"].isna().all()
    licences = facts(
        "administrative_licence",
        """
        entity_id | event_date | available_at | authority | expiry_date | ended_date
        A         | 2020-03-01 | 2020-03-10   | EEB       | 2026-10-30  |
        B         | 2020-03-01 | 2020-03-10   | EEB       | 2027-03-01  |
        C         | 2020-03-01 | 2020-03-10   | EEB       | 2027-03-01  | 2024-06-01
        """,
    )
    assert licences["told_zh"].tolist() == ["有效期至 2026-10-30（已过期）", "有效期至 2027-03-01"]


def test_what_the_platform_had_not_received_is_not_told(facts):
    found = facts(
        "output_per_mu",
        """
        entity_id | event_date | available_at | output_per_mu_class
        A         | 2025-12-31 | 2026-11-01   | A
        """,
    )
    assert found.empty
    assert [*found.reset_index().columns] == [*COLUMNS]


def test_coverage_counts_firms_and_stale_facts(facts):
    found = facts(
        "output_per_mu",
        """
        entity_id | event_date | available_at | output_per_mu_class
        A         | 2025-12-31 | 2026-07-30   | A
        B         | 2020-12-31 | 2021-07-30   | A
        """,
    ).reset_index()
    covered = coverage_of_facts(found, 4)
    assert covered.index.tolist() == [one.name for one in INDICATORS]
    told = covered.loc["output_per_mu_class"]
    assert (told["firms"], told["stale"], told["share"]) == (2, 1, 0.5)
    assert (covered.loc["env_credit"][["firms", "stale"]] == 0).all()


def test_every_indicator_reads_a_column_of_its_source():
    for one in INDICATORS:
        assert one.column in source_named(one.source).columns
