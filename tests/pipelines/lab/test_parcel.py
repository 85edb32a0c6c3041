"""A folder that travels is refused where it was edited, is of another key, or its time is over."""

import json
from datetime import date

import pandas as pd
import pytest

from features.errors import RequestError
from features.keyed import new_key
from pipelines.lab.agreement import AgreementError
from pipelines.lab.parcel import keyed_loans, opened, pack

KEY = bytes(range(32))
DAY = date(2026, 11, 1)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "package"
    made.mkdir()
    (made / "loans.parquet").write_bytes(b"loans")
    pack(made, "package", {"project": "huzhou-2026", "expires_on": "2026-12-31"}, KEY)
    return made


def edited(folder, **told):
    file = folder / "package.json"
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | told), "utf-8")


def test_it_opens_until_its_last_day_and_says_which_it_is(folder):
    parcel = opened(folder, "package", KEY, date(2026, 12, 31))
    assert parcel.told["project"] == "huzhou-2026"
    assert len(parcel.id) == 16
    with pytest.raises(AgreementError, match="expired on 2026-12-31, the day is 2027-01-01"):
        opened(folder, "package", KEY, date(2027, 1, 1))


def test_another_key_is_told_by_both_fingerprints(folder):
    with pytest.raises(RequestError, match="different keys, or the key was rotated"):
        opened(folder, "package", bytes.fromhex(new_key()), DAY)


@pytest.mark.parametrize("told", [{"expires_on": "2030-12-31"}, {"smallest_cell": 1}])
def test_what_it_says_of_itself_cannot_be_edited(folder, told):
    edited(folder, **told)
    with pytest.raises(RequestError, match=r"package\.json was edited"):
        opened(folder, "package", KEY, DAY)


def test_a_file_cannot_be_edited_removed_or_added(folder):
    (folder / "more.txt").write_text("x")
    with pytest.raises(RequestError, match=r"more\.txt: is another file"):
        opened(folder, "package", KEY, DAY)
    (folder / "more.txt").unlink()
    (folder / "loans.parquet").write_bytes(b"others")
    with pytest.raises(RequestError, match=r"loans\.parquet: is another file"):
        opened(folder, "package", KEY, DAY)
    (folder / "loans.parquet").unlink()
    with pytest.raises(RequestError, match=r"loans\.parquet: is missing"):
        opened(folder, "package", KEY, DAY)


def test_a_folder_of_the_other_kind_is_refused(folder):
    with pytest.raises(RequestError, match=r"half\.json: is not what the bank's half returned"):
        opened(folder, "half", KEY, DAY)
    (folder / "package.json").rename(folder / "half.json")
    with pytest.raises(RequestError, match="of kind 'package', expected 1 of kind 'half'"):
        opened(folder, "half", KEY, DAY)


@pytest.mark.parametrize("told", [{"format": 2}, {"seal": None}, {"files": {}}, {"project": "../x"}])
def test_another_format_is_refused(folder, told):
    edited(folder, **told)
    with pytest.raises(RequestError, match="same version"):
        opened(folder, "package", KEY, DAY)


@pytest.mark.parametrize("text", ["", "[]", '{"kind": "package"}', '{"expires_on": "soon"}'])
def test_what_is_no_parcel_at_all_is_refused(folder, text):
    (folder / "package.json").write_text(text)
    with pytest.raises(RequestError, match="is not the lab's package"):
        opened(folder, "package", KEY, DAY)


def test_keyed_loans_are_the_same_for_one_key_and_differ_for_another():
    loans = pd.Index(["L1", "L2"], name="loan_id")
    here, there = keyed_loans(loans, KEY), keyed_loans(loans, bytes(32))
    assert here.equals(keyed_loans(loans, KEY))
    assert not set(here) & set(there)
    assert here.str.fullmatch("[0-9a-f]{64}").all()


def test_a_loan_that_stands_twice_is_refused():
    with pytest.raises(RequestError, match="stands twice"):
        keyed_loans(pd.Index(["L1", "L1"]), KEY)
