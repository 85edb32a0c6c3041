"""The platform's side of the split route: columns as of the application, or as of the month end before it."""

from types import SimpleNamespace

import pandas as pd
import pytest

from features.errors import RequestError
from features.keyed import keyed_ids, write_keyed
from features.uscc import with_checks
from pipelines.lab import platform_side
from pipelines.lab.platform_side import POOLED_FILE, approved, columns_of, loans_of, pooled_answers
from pipelines.lab.project import Project

KEY = bytes(range(32))
A, B, STRANGER = with_checks(pd.Series(["91330502MA000001", "91330502MA000002", "91330502MA000003"]))
DAY = pd.Timestamp("2026-10-31")


@pytest.fixture
def world(lake, agreement_file, clock, monkeypatch):
    """A lake of two firms' declarations, and the tape of a bank that also lent to a third."""
    home = lake(
        tax_declaration=f"""
            entity_id | event_date | revenue_cny | late_days
            {A}       | 2025-02-28 | 100         | 0
            {A}       | 2025-03-10 | 900         | 0
            {B}       | 2025-02-28 | 50          | 0
        """,
        equity_investment=f"""
            entity_id | event_date | invested_entity | share
            {A}       | 2024-01-01 | {B}             | 0.8
        """,
    )
    file = agreement_file(('fields: ["*"]', "fields: [tax_declaration]"))
    project = Project.create(home, file, by="王敏", clock=clock)
    tape = pd.DataFrame(
        {
            "entity_id": keyed_ids(pd.Series([A, B, STRANGER]), KEY),
            "loan_id": ["L1", "L2", "L3"],
            "application_date": pd.to_datetime(["2025-03-20", "2025-03-31", "2025-03-20"]),
            "window_end": pd.Timestamp("2026-03-31"),
            "bad": [0, 1, 0],
        }
    )
    folder = project.inside / "湖州银行"
    folder.mkdir(parents=True)
    write_keyed(tape, folder / "tape.parquet", KEY)
    brought = [SimpleNamespace(bank="湖州银行")]
    monkeypatch.setattr(platform_side, "contributions_of", lambda _project: brought)
    return SimpleNamespace(project=project, brought=brought)


def revenue(sample):
    return [int(one) for one in sample.platform["declared_revenue_cny_3m"]]


def test_columns_are_as_of_the_application_or_as_of_the_month_end_before_it(world):
    assert revenue(loans_of(world.project, KEY, DAY, month_ends=False)) == [1000, 50]
    assert revenue(loans_of(world.project, KEY, DAY, month_ends=True)) == [100, 50]


def test_loans_of_firms_that_the_platform_does_not_know_are_left_out_and_groups_stay_together(world):
    sample = loans_of(world.project, KEY, DAY, month_ends=False)
    assert list(sample.loans.index) == ["L1", "L2"]
    assert sample.groups["L1"] == sample.groups["L2"]
    assert sample.bank.shape == (2, 0)
    assert set(sample.loans["bank"]) == {"湖州银行"}


def test_only_features_that_the_agreement_names_by_themselves_or_by_their_source_are_worked_out(world):
    names = {one.name for one in approved(world.project)}
    assert "declared_revenue_cny_3m" in names
    assert all(set(one.sources) == {"tax_declaration"} for one in approved(world.project))


def test_no_approved_feature_is_an_error(lake, agreement_file, clock):
    home = lake(tax_declaration=f"entity_id | event_date | revenue_cny\n{A} | 2025-02-28 | 1")
    project = Project.create(
        home, agreement_file(('fields: ["*"]', "fields: [vat_invoice]")), by="王敏", clock=clock
    )
    with pytest.raises(RequestError, match=r"none of the \d+ features that the lake can give was approved"):
        approved(project)


def test_columns_of_a_month_end_are_by_keyed_firm_of_those_known(world):
    keyed = keyed_ids(pd.Series([B, STRANGER]), KEY)
    table = columns_of(world.project, KEY, pd.Index(keyed), pd.Timestamp("2025-03-31"))
    assert list(table.index) == [keyed[0]]
    assert table["declared_revenue_cny_3m"].tolist() == [50]


def test_without_a_contribution_there_is_nothing_to_package(world):
    world.brought.clear()
    with pytest.raises(RequestError, match="no bank has contributed"):
        loans_of(world.project, KEY, DAY, month_ends=False)


def test_pooled_answers_are_there_where_pooling_was_run(world):
    assert pooled_answers(world.project, KEY) is None
    file = world.project.inside / POOLED_FILE
    file.parent.mkdir(parents=True)
    write_keyed(pd.DataFrame({"loan_id": ["L1"], "log_odds": [-2.0]}), file, KEY)
    assert pooled_answers(world.project, KEY).to_dict() == {"L1": -2.0}
