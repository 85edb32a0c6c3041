"""Facts about firms from drawn sources: what is told, what a whole list leaves out, what stays unknown."""

import pandas as pd
import pytest

from features.catalogue import source_named
from features.session import Session
from pipelines.firm_facts import FLAGS, LISTED, NAMES, facts_in
from serving.policy import Facts

DAY = "2026-10-31"
MONTHS = {"recommendation_lookback_months": 12, "recommendation_visit_valid_months": 12}


@pytest.fixture
def ask(rows):
    """Facts of firms A, B and C, from sources drawn as tables; known the day after they happened."""

    def facts(**drawn):
        session = Session(None)
        session.set_spine(pd.DataFrame({"entity_id": ["A", "B", "C"], "as_of": DAY}))
        for source, text in drawn.items():
            frame = rows(text)
            frame["record_id"] = frame.get("record_id", pd.Series(range(len(frame)))).astype("str")
            frame["available_at"] = frame.get("available_at", frame["event_date"])
            wanted = source_named(source).columns
            for name in wanted:
                if name not in frame:
                    frame[name] = None
            session.offer(source_named(source), frame)
        return facts_in(session, frozenset(drawn), MONTHS.__getitem__)

    return facts


def of(facts, name):
    """Column as a plain dictionary; missing is None."""
    return {firm: None if pd.isna(value) else value for firm, value in facts[name].items()}


def test_standing_and_age_are_those_of_the_newest_registration(ask):
    facts = ask(
        registration="""
        entity_id | event_date | established_date | status       | entity_type
        A         | 2020-01-01 | 2020-01-01       | ACTIVE       | ENTERPRISE
        A         | 2026-05-01 | 2020-01-01       | DEREGISTERED | ENTERPRISE
        B         | 2024-01-01 | 2024-01-01       | ACTIVE       | ENTERPRISE
        """
    )
    assert of(facts, "registration_status") == {"A": "DEREGISTERED", "B": "ACTIVE", "C": None}
    assert facts.established_on["B"] == pd.Timestamp("2024-01-01")


def test_whom_a_list_does_not_name_is_not_on_it(ask):
    facts = ask(
        abnormal_operation="""
        entity_id | event_date | removed_date | reason
        A         | 2026-01-01 |              | NO_ANNUAL_REPORT
        B         | 2025-01-01 | 2025-06-01   | NO_ANNUAL_REPORT
        """
    )
    assert of(facts, "on_abnormal_list") == {"A": True, "B": False, "C": False}


def test_a_list_of_which_nothing_is_known_says_nothing(ask):
    facts = ask(
        abnormal_operation="""
        entity_id | event_date | available_at | reason
        A         | 2026-01-01 | 2026-11-05   | NO_ANNUAL_REPORT
        """
    )
    assert of(facts, "on_abnormal_list") == {"A": None, "B": None, "C": None}


def test_a_list_that_was_not_collected_says_nothing(ask):
    facts = ask(
        dishonest_debtor="""
        entity_id | event_date | delisted_date
        A         | 2026-01-01 |
        """
    )
    assert of(facts, "is_dishonest_debtor") == {"A": True, "B": False, "C": False}
    assert "on_abnormal_list" not in facts


def test_a_removal_that_is_still_to_come_leaves_the_entry_standing(ask):
    facts = ask(
        serious_violation="""
        entity_id | event_date | removed_date | field
        A         | 2025-01-01 | 2026-10-31   | FOOD
        B         | 2025-01-01 | 2026-11-01   | FOOD
        """
    )
    assert of(facts, "on_serious_violation_list") == {"A": False, "B": True, "C": False}


def test_only_a_severe_penalty_within_the_lookback_counts(ask):
    facts = ask(
        administrative_penalty="""
        entity_id | event_date | severity | authority
        A         | 2025-11-01 | SEVERE   | EEB
        B         | 2025-10-31 | SEVERE   | EEB
        C         | 2026-10-01 | GENERAL  | EEB
        """
    )
    assert of(facts, "has_severe_penalty") == {"A": True, "B": False, "C": False}


def test_tax_that_was_paid_is_no_arrear(ask):
    facts = ask(
        tax_arrears="""
        entity_id | event_date | settled_date | tax_kind | amount_cny
        A         | 2026-01-01 |              | VAT      | 100
        B         | 2026-01-01 | 2026-02-01   | VAT      | 100
        """
    )
    assert of(facts, "has_tax_arrears") == {"A": True, "B": False, "C": False}


def test_the_newest_visit_that_looked_tells_and_an_old_one_does_not(ask):
    facts = ask(
        enterprise_visit="""
        entity_id | event_date | is_operating | has_premises | needs_funds | is_use_lawful
        A         | 2026-03-01 | true         | true         | true        | true
        A         | 2026-09-01 | true         |              | false       |
        B         | 2025-10-31 | true         | true         | true        | true
        """
    )
    assert of(facts, "has_fixed_premises") == {"A": True, "B": None, "C": None}
    assert of(facts, "need_is_genuine") == {"A": False, "B": None, "C": None}
    assert of(facts, "operates_normally") == {"A": True, "B": None, "C": None}


def test_owned_real_estate_proves_premises_where_no_visit_speaks(ask):
    estate = """
        entity_id | event_date | right     | ended_date
        A         | 2020-01-01 | OWNERSHIP |
        B         | 2020-01-01 | OWNERSHIP | 2024-01-01
        C         | 2020-01-01 | OWNERSHIP |
        """
    visit = """
        entity_id | event_date | is_operating | has_premises
        C         | 2026-09-01 | true         | false
        """
    assert of(ask(real_estate=estate), "has_fixed_premises") == {"A": True, "B": None, "C": True}
    both = ask(real_estate=estate, enterprise_visit=visit)
    assert of(both, "has_fixed_premises") == {"A": True, "B": None, "C": False}


def test_titles_end_and_whom_the_register_does_not_name_has_none(ask):
    facts = ask(
        qualification="""
        entity_id | event_date | kind             | expiry_date
        A         | 2024-01-31 | 专精特新中小企业 | 2027-01-31
        B         | 2022-01-31 | 专精特新中小企业 | 2025-01-31
        B         | 2024-01-31 | 高新技术企业     | 2027-01-31
        """
    )
    assert of(facts, "is_srdi") == {"A": True, "B": False, "C": False}
    assert of(facts, "is_tech_sme") == {"A": False, "B": True, "C": False}


def test_a_register_without_such_titles_says_nothing_of_them(ask):
    facts = ask(
        qualification="""
        entity_id | event_date | kind         | expiry_date
        A         | 2024-01-31 | 食品经营许可 |
        """
    )
    assert of(facts, "is_srdi") == {"A": False, "B": None, "C": None}


def test_the_newest_recommendation_runs_and_an_open_decision_stays_open(ask):
    facts = ask(
        loan_recommendation="""
        entity_id | event_date | bank | amount_cny | documents_date | decided_date
        A         | 2026-01-05 | x    | 100        | 2026-01-06     | 2026-01-08
        A         | 2026-10-28 | x    | 100        | 2026-10-29     |
        """
    )
    assert facts.recommended_on["A"] == pd.Timestamp("2026-10-28")
    assert facts.documents_complete_on["A"] == pd.Timestamp("2026-10-29")
    assert of(facts, "decided_on") == {"A": None, "B": None, "C": None}


def test_an_earlier_loan_is_known_but_that_there_was_none_is_not(ask):
    facts = ask(
        loan="""
        entity_id | event_date | maturity_date
        A         | 2024-01-01 | 2025-01-01
        """
    )
    assert of(facts, "has_earlier_loan") == {"A": True, "B": None, "C": None}


def test_subsidies_of_the_year_are_added_up_by_the_half_year_they_are_for(ask):
    facts = ask(
        interest_subsidy="""
        entity_id | event_date | loan_id | period_end | amount_cny
        A         | 2026-02-01 | l       | 2025-12-31 | 100
        A         | 2026-08-01 | l       | 2026-06-30 | 40.5
        B         | 2026-02-01 | l       | 2025-12-31 | 100
        """
    )
    used = {firm: float(amount) for firm, amount in facts["subsidy_used_ytd_cny"].items()}
    assert used == {"A": 40.5, "B": 0, "C": 0}


def test_every_flag_is_a_fact_that_the_measures_know():
    assert set(LISTED.values()) <= FLAGS <= set(Facts.__dataclass_fields__)


def test_a_name_is_the_newest_that_the_register_tells(lake):
    session = Session(
        lake(
            registration="""
            entity_id | event_date | name             | entity_type
            A         | 2020-01-01 | 德清甲有限公司   | ENTERPRISE
            A         | 2026-05-01 | 德清新甲有限公司 | ENTERPRISE
            A         | 2026-11-02 | 德清再甲有限公司 | ENTERPRISE
            B         | 2024-01-01 | 乙经营部         | INDIVIDUAL_BUSINESS
            B         | 2025-01-01 |                  | INDIVIDUAL_BUSINESS
            C         | 2024-01-01 |                  | ENTERPRISE
            """
        )
    )
    session.set_spine(pd.DataFrame({"entity_id": ["A", "B", "C"], "as_of": DAY}))
    told = session.ask(source_named("registration"), NAMES)
    assert of(told, "name") == {"A": "德清新甲有限公司", "B": "乙经营部", "C": None}
