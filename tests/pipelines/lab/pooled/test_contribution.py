"""What a bank brings: spelled as it comes, keyed before it is kept, and refused where it may not come in."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from features.errors import ModelError, RequestError, SourceError
from features.keyed import KEYED_ID, fingerprint, keyed_ids, read_keyed, write_keyed
from features.uscc import with_checks
from pipelines.lab.agreement import AgreementError
from pipelines.lab.bank_checks import refuse_untimely
from pipelines.lab.contribution import contribute, contribution_of

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def nothing_left(lab, outcome, kind=None):
    """Nothing was kept, nothing is on its way, and the ledger says how it ended."""
    line = lab.project.lines[-1]
    assert (line.act, line.outcome) == ("contribute", outcome)
    assert kind is None or line.noted["kind"] == kind
    assert not list(lab.project.inside.glob("*/*"))
    assert not [path for path in lab.project.home.staging.glob("*/*") if path.name != "lock"]


def test_what_is_kept_is_keyed_and_told_without_small_cells(new_lab, tools):
    told = new_lab.give()
    tape = read_keyed(new_lab.project.inside / tools.BANK / "tape.parquet", fingerprint(tools.KEY))
    assert tape["entity_id"].str.fullmatch(KEYED_ID).all()
    assert (told.loans, told.columns) == (len(tape), ("utilisation_share", "inflow_cny"))
    assert told.invalid == "<5"
    assert told.matching["matched"] == ">=126"
    assert contribution_of(new_lab.project, tools.BANK) == told
    line = new_lab.project.lines[-1]
    assert (line.outcome, line.noted["files"]) == ("done", dict(told.files))


def test_codes_in_other_spellings_are_the_same_firms(new_lab, tools, drawn):
    odd = drawn.tape["entity_id"].str.lower().str.translate(FULL_WIDTH).str.replace("ma", " ma ")
    told = new_lab.give(tape=drawn.tape.assign(entity_id=odd))
    assert told.respelled == len(drawn.tape)
    kept = read_keyed(new_lab.project.inside / tools.BANK / "tape.parquet", fingerprint(tools.KEY))
    assert kept["entity_id"].tolist() == keyed_ids(drawn.tape["entity_id"], tools.KEY).tolist()


def test_invalid_codes_are_left_out_and_counted(new_lab, drawn):
    wrong = drawn.tape.copy()
    wrong.loc[:9, "entity_id"] = "91330502MA29K00160"
    told = new_lab.give(tape=wrong)
    assert (told.invalid, told.loans) == (10, len(drawn.tape) - 10)


def test_a_keyed_file_is_taken_as_it_is(new_lab, tools, drawn, tmp_path):
    file = tmp_path / "keyed.parquet"
    write_keyed(drawn.tape.assign(entity_id=keyed_ids(drawn.tape["entity_id"], tools.KEY)), file, tools.KEY)
    told = contribute(
        new_lab.project,
        tools.BANK,
        file,
        key=tools.KEY,
        lab_day=tools.LAB_DAY,
        by="李静",
        clock=tools.Clock(),
    )
    assert told.loans == len(drawn.tape)


def test_keys_that_differ_between_the_parties_are_told_by_their_fingerprints(new_lab, tools, drawn, tmp_path):
    file = tmp_path / "keyed.parquet"
    write_keyed(drawn.tape.assign(entity_id=keyed_ids(drawn.tape["entity_id"], bytes(32))), file, bytes(32))
    with pytest.raises(RequestError, match="different keys") as told:
        contribute(
            new_lab.project,
            tools.BANK,
            file,
            key=tools.KEY,
            lab_day=tools.LAB_DAY,
            by="李静",
            clock=tools.Clock(),
        )
    assert fingerprint(bytes(32)) in str(told.value)
    assert tools.KEY.hex() not in str(told.value)
    nothing_left(new_lab, "failed", "RequestError")


def test_the_project_s_own_key_must_be_held(new_lab, tools):
    with new_lab.project.act("key", by="王敏", clock=tools.Clock()) as act:
        act.noted["fingerprint"] = fingerprint(bytes(32))
    with pytest.raises(RequestError, match="rotated"):
        new_lab.give()
    nothing_left(new_lab, "failed", "RequestError")


def test_the_same_file_twice_says_so_and_changes_nothing(new_lab, tools):
    first = new_lab.give()
    place = new_lab.project.inside / tools.BANK
    before = {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in place.iterdir()}
    again = new_lab.give()
    assert again.is_known
    assert again.files == first.files
    assert {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in place.iterdir()} == before
    assert new_lab.project.lines[-1].noted["known"] is True


def test_the_file_of_another_bank_is_refused(new_lab, tools):
    new_lab.give()
    with pytest.raises(RequestError, match=f"came from '{tools.BANK}' before"):
        new_lab.give(bank=tools.OTHER)
    assert not (new_lab.project.inside / tools.OTHER).exists()


def test_loan_numbers_of_another_bank_are_refused(new_lab, tools, drawn):
    new_lab.give()
    with pytest.raises(RequestError, match="also loan numbers"):
        new_lab.give(tape=drawn.tape.head(400), table=False, bank=tools.OTHER, name="b")


def test_a_newer_contribution_takes_the_place_of_the_older(new_lab, tools, drawn):
    new_lab.give()
    told = new_lab.give(tape=drawn.tape.head(500), table=False)
    assert contribution_of(new_lab.project, tools.BANK) == told
    assert not (new_lab.project.inside / tools.BANK / "table.parquet").exists()


def test_a_column_that_was_not_approved_is_refused_and_recorded(new_lab, drawn):
    with pytest.raises(AgreementError, match="owner_age"):
        new_lab.give(table=drawn.table.assign(owner_age=40))
    nothing_left(new_lab, "refused")


@pytest.mark.parametrize("known", [0, 1, 4])
def test_no_match_and_few_matches_are_refused_alike(new_lab, drawn, known):
    strangers = pd.Series([f"91330502MB{number:06X}" for number in range(len(drawn.codes))])
    other = dict(zip(drawn.codes, with_checks(strangers), strict=True))
    kept = set(drawn.codes.head(known))
    tape = drawn.tape.assign(
        entity_id=[one if one in kept else other[one] for one in drawn.tape["entity_id"]]
    )
    with pytest.raises(ModelError) as told:
        new_lab.give(tape=tape)
    assert str(told.value).startswith("fewer than 5 firms are on both lists, possibly none")
    nothing_left(new_lab, "failed", "ModelError")


def test_an_agreement_that_expires_half_way_leaves_nothing(new_lab, tools):
    with pytest.raises(AgreementError, match="expired on 2026-12-31"):
        new_lab.give(clock=tools.Clock("2026-12-31", later="2027-01-01", last=1))
    nothing_left(new_lab, "refused")


LATE = {
    "an outcome after the lab's day": (
        {},
        {"lab_day": date(2025, 6, 1)},
        "'window_end' lies after the lab's",
    ),
    "an outcome before its application": ({"window_end": "2021-01-01"}, {}, "before the loan's own"),
    "an application without features": (
        {"application_date": "2025-12-29", "window_end": "2025-12-30"},
        {},
        "newest day of the platform's",
    ),
}


@pytest.mark.parametrize("case", LATE)
def test_labels_newer_than_features_allow_are_refused(new_lab, drawn, case):
    days, how, told = LATE[case]
    with pytest.raises(SourceError, match=told):
        new_lab.give(tape=drawn.tape.assign(**{name: pd.Timestamp(day) for name, day in days.items()}), **how)
    nothing_left(new_lab, "failed", "SourceError")


EARLY = pd.Timestamp("2021-12-31")


@pytest.mark.parametrize(("rows", "told"), [(1, "<5"), (40, "40")])
def test_applications_outside_the_agreed_range_are_refused_and_told(new_lab, drawn, rows, told):
    early = drawn.tape.copy()
    early.loc[: rows - 1, "application_date"] = EARLY
    with pytest.raises(AgreementError, match=rf"2022-01-01 to 2025-12-31, {told} of 780, row 1 first"):
        new_lab.give(tape=early)
    nothing_left(new_lab, "refused")


@pytest.mark.parametrize(("day", "outside"), [("2022-01-01", False), ("2021-12-31", True)])
def test_the_first_agreed_day_is_inside(new_lab, drawn, day, outside):
    loans = drawn.tape.assign(bad=drawn.tape["bad"])
    loans.loc[0, "application_date"] = pd.Timestamp(day)
    agreement = new_lab.project.agreement
    said = (agreement, date(2025, 12, 31), date(2025, 12, 25))
    if outside:
        with pytest.raises(AgreementError, match="outside the agreed range"):
            refuse_untimely(loans, *said)
    else:
        refuse_untimely(loans, *said)


def test_loans_beside_firms_do_not_tell_how_few_firms_have_a_second_loan(new_lab, drawn):
    """Each firm's first loan, and three firms' second one."""
    first = drawn.tape.drop_duplicates("entity_id")
    second = drawn.tape[drawn.tape["entity_id"].duplicated()].drop_duplicates("entity_id").head(3)
    told = new_lab.give(tape=pd.concat([first, second]), table=False)
    assert told.matching["left"] == 130
    assert told.matching["left_duplicates"] == "<5"
    assert told.loans == ">=130"
    assert "133" not in str(new_lab.project.lines[-1].noted["loans"])


def with_label(drawn, value):
    """The table with a column that knows each firm's outcome, as of the day before each application."""
    rows = drawn.tape.assign(as_of=drawn.tape["application_date"] - pd.Timedelta(days=1))
    rows = rows.assign(inflow_cny=value(rows["bad"]))
    return rows[["entity_id", "as_of", "inflow_cny"]].drop_duplicates(["entity_id", "as_of"])


LABELS = {
    "itself": lambda bad: bad,
    "with noise": lambda bad: 3.0 * bad + np.random.default_rng(0).normal(size=len(bad)),
    "as words": lambda bad: bad.map({0: "五级正常", 1: "五级次级"}),
    "filled for some defaults alone": lambda bad: bad.where((bad == 1) & (bad.index % 3 == 0)),
}


@pytest.mark.parametrize("case", LABELS)
def test_a_table_with_the_label_inside_is_refused(new_lab, drawn, case):
    with pytest.raises(SourceError, match="column 'inflow_cny' looks like an outcome"):
        new_lab.give(table=with_label(drawn, LABELS[case]))
    nothing_left(new_lab, "failed", "SourceError")


def test_a_name_alone_is_told_and_no_proof(tools, drawn, tmp_path):
    agreement = tools.AGREEMENT.replace("inflow_cny", "overdue_days_last_year")
    lab = tools.lab_in(tmp_path / "named", drawn, agreement)
    told = lab.give(table=drawn.table.rename(columns={"inflow_cny": "overdue_days_last_year"}))
    assert "overdue_days_last_year" in told.notes[0]


TABLES = {
    "rows of days to come": ({"as_of": "2026-01-15"}, "'as_of' lies after the lab's day"),
    "rows after every application": ({"as_of": "2025-12-30"}, "no loan has a row"),
    "rows that are too old": ({"as_of": "2019-12-30"}, "no loan has a row"),
    "days for columns": ({"inflow_cny": pd.Timestamp("2020-01-01")}, "holds days"),
}


@pytest.mark.parametrize("case", TABLES)
def test_a_table_that_speaks_of_the_wrong_days_is_refused(new_lab, drawn, case):
    changes, told = TABLES[case]
    one = drawn.table.drop_duplicates("entity_id").assign(**changes)
    with pytest.raises(SourceError, match=told):
        new_lab.give(table=one)
    nothing_left(new_lab, "failed", "SourceError")


TAPES = {
    "no column": (lambda tape: tape.drop(columns="bad"), "1 missing columns: bad"),
    "a loan twice": (lambda tape: tape.assign(loan_id="L1"), "repeats an earlier loan"),
    "no outcome": (lambda tape: tape.assign(bad=tape["bad"].where(tape.index > 3)), "neither 0 nor 1"),
    "another word": (lambda tape: tape.assign(bad="maybe"), "neither 0 nor 1"),
    "no day": (lambda tape: tape.assign(application_date="soon"), "holds no day"),
    "codes as loan numbers": (
        lambda tape: tape.assign(loan_id=tape["entity_id"].str.lower() + "-" + tape["loan_id"]),
        "holds the firm's code",
    ),
}


@pytest.mark.parametrize("case", TAPES)
def test_a_tape_that_is_none_is_refused(new_lab, drawn, case):
    change, told = TAPES[case]
    with pytest.raises(SourceError, match=told):
        new_lab.give(tape=change(drawn.tape))
    nothing_left(new_lab, "failed", "SourceError")


def test_a_tape_of_good_loans_alone_is_refused(new_lab, drawn):
    with pytest.raises(AgreementError, match="fewer than 5 good loans"):
        new_lab.give(tape=drawn.tape.assign(bad=0))
    nothing_left(new_lab, "refused")


def test_a_file_that_is_not_there_is_told_and_recorded(new_lab, tools, tmp_path):
    with pytest.raises(SourceError, match="cannot be read"):
        contribute(
            new_lab.project,
            tools.BANK,
            tmp_path / "none.csv",
            key=tools.KEY,
            lab_day=tools.LAB_DAY,
            by="李静",
            clock=tools.Clock(),
        )
    nothing_left(new_lab, "failed", "SourceError")


def test_a_tape_in_gb18030_is_read(new_lab, tools, drawn, tmp_path):
    file = tmp_path / "带.csv"
    words = drawn.tape.assign(bad=drawn.tape["bad"].map({0: "否", 1: "是"}))
    file.write_bytes(words.to_csv(index=False).encode("gb18030"))
    told = contribute(
        new_lab.project,
        tools.BANK,
        file,
        key=tools.KEY,
        lab_day=tools.LAB_DAY,
        by="李静",
        clock=tools.Clock(),
    )
    assert told.bads == int(drawn.tape["bad"].sum())
