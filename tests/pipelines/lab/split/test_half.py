"""The bank's half: what it learns, what goes back, and what it refuses without leaving anything behind."""

import json
import shutil
import socket
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from features.errors import ModelError, RequestError, SourceError
from features.home import Home
from features.keyed import fingerprint, keyed_ids, read_keyed, write_keyed
from models.credit import CreditModel
from models.lab.second_half import SecondHalf
from pipelines.lab.agreement import AgreementError
from pipelines.lab.half import run_half
from pipelines.lab.offline import NetworkError
from pipelines.lab.parcel import opened, pack
from pipelines.lab.split import Split

KEY = bytes(range(32))
DAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
NAMES = ("platform first", "bank first", "sub-scores")


def answers_of(half):
    return read_keyed(half.returned.folder / "held_out.parquet", fingerprint(KEY)).set_index("loan_id")


@pytest.mark.parametrize("name", NAMES)
def test_what_goes_back_is_rounded_log_odds_with_figures_and_no_model(halves, packages, name):
    half, package = halves[name], packages[name]
    assert {one.name for one in half.returned.folder.iterdir()} == {"half.json", "held_out.parquet"}
    told = opened(half.returned.folder, "half", KEY, DAY).told
    assert (told["package"], told["columns"]) == (package.id, ["inflow_cny", "utilisation_share"])
    split, answers = Split.read(package.folder, KEY), answers_of(half)
    asked = split.loans.index if name == "bank first" else split.loans.index[split.test]
    assert answers.index.sort_values().equals(asked)
    assert ((answers / 0.05).round(6) % 1 == 0).all(axis=None)


@pytest.mark.parametrize("name", ["platform first", "sub-scores"])
def test_the_half_adds_to_what_the_bank_knows_alone(halves, name):
    judged = halves[name].returned.told["judged"]
    assert judged["figures"]["joint"]["auc"]["value"] > judged["figures"]["bank"]["auc"]["value"] + 0.03
    assert set(judged["gains"]) >= {"joint - bank"}


def test_it_tells_by_how_many_points_each_column_moves_scores_and_whose_it_is(halves):
    carried = halves["sub-scores"].returned.told["carried"]
    assert {one["column"]: one["side"] for one in carried} == {
        "sub_score_tax": "platform",
        "sub_score_invoices": "platform",
        "inflow_cny": "bank",
        "utilisation_share": "bank",
    }
    points = [one["points"] for one in carried]
    assert points == sorted(points, reverse=True)
    assert points[0] > 5
    of_stack = halves["platform first"].returned.told["carried"]
    assert {one["side"] for one in of_stack} == {"bank"}


def test_a_column_that_was_not_agreed_on_is_not_read_and_is_named(halves):
    assert all(half.left_out == ("branch",) for half in halves.values())


def test_the_model_lies_in_the_banks_own_home_and_answers_there(
    halves, bank_home, packages, table_file, tmp_path, lab
):
    assert halves["sub-scores"].model == bank_home.lab / "huzhou-2026" / "half"
    model = CreditModel.load(halves["sub-scores"].model / "model")  # the last of the three
    assert [*model.encoder_.inputs] == [
        "sub_score_tax",
        "sub_score_invoices",
        "inflow_cny",
        "utilisation_share",
    ]
    told = json.loads((halves["sub-scores"].model / "half.json").read_text("utf-8"))
    assert told["package"] == packages["sub-scores"].id
    again = run(packages["platform first"].folder, table_file, tmp_path, lab)
    assert again.returned.told["model"] == halves["platform first"].returned.told["model"]
    half = SecondHalf.load(again.model / "model")
    assert len(half.added(pd.DataFrame({"inflow_cny": [0.0], "utilisation_share": [np.nan]}))) == 1


def run(package, table, place, lab, **said):
    given = {"key": KEY, "now": NOON, "on": DAY, "makers": lab.makers} | said
    return run_half(Home(place / "bank"), package, table, place / "out", **given)


@pytest.fixture
def refused(packages, table_file, tmp_path, lab):
    """Runs the half with something wrong; nothing may be left of it."""

    def run_refused(error, match, *, package=None, table=None, **said):
        folder = package or packages["platform first"].folder
        with pytest.raises(error, match=match):
            run(folder, table or table_file, tmp_path, lab, **said)
        left = [
            one for one in tmp_path.rglob("*") if one.is_file() and one.name not in {"table.csv", "lake.lock"}
        ]
        assert [one for one in left if "package" not in one.parts] == []

    return run_refused


def test_an_expired_package_is_refused(refused):
    refused(AgreementError, "expired on 2026-12-31, the day is 2027-01-01", on=date(2027, 1, 1))


def test_another_key_is_refused(refused):
    refused(RequestError, "different keys, or the key was rotated", key=bytes(32))


@pytest.mark.parametrize("name", ["loans.parquet", "log_odds.parquet", "README.txt"])
def test_an_edited_package_is_refused(refused, packages, tmp_path, name):
    shutil.copytree(packages["platform first"].folder, tmp_path / "package")
    with (tmp_path / "package" / name).open("ab") as file:
        file.write(b" ")
    refused(RequestError, rf"{name}: is another file than was sent", package=tmp_path / "package")


def own_table(world, tmp_path, **columns):
    world.table.assign(**columns).to_csv(tmp_path / "table.csv", index=False)
    return tmp_path / "table.csv"


def test_a_table_without_any_of_the_packages_firms_is_refused(refused, world, tmp_path):
    others = world.codes.iloc[200:].to_list() * 10
    table = own_table(
        world,
        tmp_path,
        entity_id=others[: len(world.table)],
        as_of=pd.date_range("2020-01-01", periods=len(world.table)),
    )
    refused(RequestError, "none of the package's 200 firms is in it", table=table)


def test_fewer_firms_than_the_smallest_cell_are_refused(refused, world, tmp_path):
    few = replace(world, table=world.table[world.table["entity_id"].isin(world.codes[:4])])
    refused(SourceError, "fewer than 5 of the package's firms", table=own_table(few, tmp_path))


def test_a_table_with_the_label_inside_is_refused(refused, world, tmp_path):
    bad = world.sample.loans["bad"].to_numpy()
    label = np.concatenate([bad[:200], bad[260:460]])  # of the older loan, then of the newer one
    table = own_table(world, tmp_path, inflow_cny=label)
    refused(SourceError, "'inflow_cny' looks like an outcome", table=table)


def test_a_table_without_an_agreed_column_is_refused(refused, world, tmp_path):
    table = replace(world, table=world.table[["entity_id", "as_of", "branch"]])
    refused(RequestError, "none of its 1 columns was agreed on", table=own_table(table, tmp_path))


def test_rows_of_days_to_come_are_refused(refused, world, tmp_path):
    later = own_table(world, tmp_path, as_of=["2024-01-01"] * 200 + ["2026-12-01"] * 200)
    refused(SourceError, "'as_of' lies after the lab's day 2026-11-23", table=later)


def test_a_model_goes_back_only_where_the_agreement_says_so(refused, packages, tmp_path):
    folder = tmp_path / "package"
    shutil.copytree(packages["platform first"].folder, folder)
    told = json.loads((folder / "package.json").read_text("utf-8"))
    (folder / "package.json").unlink()
    pack(folder, "package", told | {"may": told["may"] | {"return_model": False}}, KEY)
    refused(AgreementError, "does not let models leave", package=folder, with_model=True)


def test_the_labs_own_home_is_no_place_for_the_half(project, packages, table_file, tmp_path, lab):
    with pytest.raises(RequestError, match="is the lab's own home"):
        run_half(project.home, packages["bank first"].folder, table_file, tmp_path / "out",
                 key=KEY, now=NOON, on=DAY, makers=lab.makers)  # fmt: skip
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_there_is_not_written_over(packages, table_file, tmp_path, lab):
    (tmp_path / "out").mkdir()
    with pytest.raises(RequestError, match="exists; name a folder"):
        run(packages["bank first"].folder, table_file, tmp_path, lab)


@pytest.mark.parametrize("swallowed", [False, True])
def test_whatever_reaches_for_the_network_ends_the_half(refused, lab, swallowed):
    def calls_home(meanings):
        with suppress(NetworkError if swallowed else KeyError):
            socket.getaddrinfo("localhost", 80)
        return lab.makers.first(meanings)

    refused(NetworkError, "works without network", makers=replace(lab.makers, first=calls_home))


def test_a_keyed_table_needs_no_codes(packages, world, tmp_path, halves, lab):
    file = tmp_path / "table.parquet"
    write_keyed(world.table.assign(entity_id=keyed_ids(world.table["entity_id"], KEY)), file, KEY)
    half = run(packages["bank first"].folder, file, tmp_path, lab)
    assert answers_of(half).equals(answers_of(halves["bank first"]))


def test_codes_in_other_spellings_are_the_same_firms(packages, world, tmp_path, halves, lab):
    odd = world.table["entity_id"].str.lower().str.replace("91", "９１", n=1)
    file = tmp_path / "odd.parquet"
    world.table.assign(entity_id=odd).to_parquet(file)
    half = run(packages["bank first"].folder, file, tmp_path, lab)
    assert answers_of(half).equals(answers_of(halves["bank first"]))


def test_a_sub_scores_name_in_the_banks_table_is_refused(refused, packages, world, tmp_path):
    folder = tmp_path / "package"
    shutil.copytree(packages["sub-scores"].folder, folder)
    told = json.loads((folder / "package.json").read_text("utf-8"))
    (folder / "package.json").unlink()
    pack(folder, "package", told | {"may": told["may"] | {"fields": ["*"]}}, KEY)
    table = own_table(world, tmp_path, sub_score_tax=1.5 * world.table["inflow_cny"])
    refused(ModelError, "columns of sub-scores' names: sub_score_tax", package=folder, table=table)


@pytest.mark.parametrize(("name", "kind"), [("bank first", CreditModel), ("platform first", SecondHalf)])
def test_a_model_that_goes_back_says_the_same_as_the_one_that_stays(
    packages, table_file, tmp_path, lab, name, kind
):
    half = run(packages[name].folder, table_file, tmp_path, lab, with_model=True)
    assert opened(tmp_path / "out", "half", KEY, DAY).told["with_model"]
    there, here = kind.load(tmp_path / "out" / "model"), kind.load(half.model / "model")
    table = pd.DataFrame({"inflow_cny": [-1.0, 0.0, np.nan], "utilisation_share": [0.5, np.nan, 2.0]})
    says = "added" if kind is SecondHalf else "decision_function"
    assert np.array_equal(getattr(there, says)(table), getattr(here, says)(table))
