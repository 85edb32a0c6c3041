"""A bank's tape from a home's collected loans: complete outcomes of that bank alone, whole or not at all."""

import pandas as pd
import pytest

from features.errors import LakeError, ModelError, RequestError
from features.keyed import fingerprint, keyed_ids, read_keyed
from pipelines.lab.tape import TAPE, tape_of, write_tape

KEY = bytes(range(32))
CODE = "91330502MA29K00168"
DAY = pd.Timestamp("2024-06-30")


@pytest.fixture
def loans(lake):
    """Four loans of bank A: good, bad, indeterminate and too young; and one of bank B."""
    terms = "2022-12-15 | 1000 | 0.05 | 12 | WORKING_CAPITAL | INSTALMENT"
    young = "2023-11-15 | 1000 | 0.05 | 12 | WORKING_CAPITAL | INSTALMENT"
    named = "application_date | amount_cny | annual_rate | term_months | loan_kind | repayment"
    return lake(
        loan=f"""
        entity_id | record_id | event_date | bank | maturity_date | {named}
        {CODE}    | good      | 2023-01-10 | A    | 2024-01-10    | {terms}
        {CODE}    | bad       | 2023-01-10 | A    | 2024-01-10    | {terms}
        {CODE}    | grey      | 2023-01-10 | A    | 2024-01-10    | {terms}
        {CODE}    | young     | 2023-12-10 | A    | 2024-12-10    | {young}
        {CODE}    | other     | 2023-01-10 | B    | 2024-01-10    | {terms}
        """,
        loan_performance="""
        entity_id | event_date | loan_id | balance_cny | dpd | risk_class
        x         | 2023-12-31 | good    | 10          | 0   | NORMAL
        x         | 2023-12-31 | bad     | 10          | 120 | NORMAL
        x         | 2023-12-31 | grey    | 10          | 60  | NORMAL
        x         | 2024-05-31 | young   | 10          | 0   | NORMAL
        x         | 2023-12-31 | other   | 10          | 0   | NORMAL
        """,
    )


def test_only_complete_outcomes_of_the_bank_are_on_its_tape(loans):
    tape = tape_of(loans, "A", DAY)
    assert list(tape) == list(TAPE)
    assert tape.set_index("loan_id")["bad"].to_dict() == {"bad": 1, "good": 0}
    assert tape["window_end"].tolist() == [pd.Timestamp("2024-01-10")] * 2


def test_a_bank_that_is_not_there_and_one_too_young_are_told_apart(loans):
    with pytest.raises(RequestError, match="there are: A, B"):
        tape_of(loans, "C", DAY)
    with pytest.raises(ModelError, match="first window ends on 2024-01-10"):
        tape_of(loans, "B", pd.Timestamp("2023-12-31"))


def test_a_tape_is_written_as_csv_as_parquet_and_keyed(loans, tmp_path):
    tape = tape_of(loans, "A", DAY)
    assert pd.read_csv(write_tape(tape, tmp_path / "a" / "tape.csv"))["window_end"].iloc[0] == "2024-01-10"
    assert pd.read_parquet(write_tape(tape, tmp_path / "tape.parquet"))["entity_id"].iloc[0] == CODE
    keyed = read_keyed(write_tape(tape, tmp_path / "keyed.parquet", KEY), fingerprint(KEY))
    assert keyed["entity_id"].tolist() == keyed_ids(tape["entity_id"], KEY).tolist()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "home", "keyed.parquet", "tape.parquet"]


def test_keyed_ids_go_into_parquet_alone_and_nothing_is_left_half_written(loans, tmp_path):
    tape = tape_of(loans, "A", DAY)
    with pytest.raises(RequestError, match="fingerprint"):
        write_tape(tape, tmp_path / "tape.csv", KEY)
    with pytest.raises(RequestError, match="ends in"):
        write_tape(tape, tmp_path / "tape.xlsx")
    (tmp_path / "file").touch()
    with pytest.raises(LakeError):
        write_tape(tape, tmp_path / "file" / "tape.csv")
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["file"]
