"""What a package holds, for which bank, and when none is written."""

import json
from datetime import UTC, datetime

import pandas as pd
import pytest

from features.errors import ModelError, RequestError
from features.keyed import fingerprint, read_keyed
from models.splits import refuse_leak
from pipelines.lab.agreement import AgreementError
from pipelines.lab.package import Order, write_package
from pipelines.lab.parcel import keyed_loans, opened
from pipelines.lab.split import Split

FILES = {
    "platform first": {"loans.parquet", "log_odds.parquet"},
    "bank first": {"loans.parquet"},
    "sub-scores": {"loans.parquet", "sub_scores.parquet"},
}
KEY = bytes(range(32))


def table_of(package, name):
    return read_keyed(package.folder / name, fingerprint(KEY)).set_index("loan_id")


@pytest.mark.parametrize("name", FILES)
def test_a_package_holds_the_split_what_the_platform_says_and_nothing_else(packages, name):
    package = packages[name]
    found = {one.name for one in package.folder.iterdir()}
    assert found == FILES[name] | {"README.txt", "package.json"}
    assert opened(package.folder, "package", KEY, datetime(2026, 12, 31, tzinfo=UTC).date()).id == package.id
    assert package.told["expires_on"] == "2026-12-31"


@pytest.mark.parametrize("name", FILES)
def test_it_holds_loans_of_its_bank_alone_with_nothing_in_plain(packages, world, name):
    loans = table_of(packages[name], "loans.parquet")
    own = world.sample.loans[world.sample.loans["bank"] == "湖州银行"]
    assert set(loans.index) <= set(keyed_loans(own.index, KEY))
    for file in FILES[name]:
        assert table_of(packages[name], file).index.equals(loans.index)
    text = "".join(one.read_bytes().decode("latin-1") for one in packages[name].folder.iterdir())
    assert not any(code in text for code in world.codes)
    assert "L0000" not in text


def test_loans_are_split_as_in_the_lab_without_a_leak(packages, world):
    package = Split.read(packages["bank first"].folder, KEY)
    raw = world.sample.loans.set_axis(keyed_loans(world.sample.loans.index, KEY)).loc[package.loans.index]
    assert package.loans["bad"].tolist() == raw["bad"].tolist()
    assert package.counts() == {
        "train": int(package.train.sum()),
        "train_bads": int(raw["bad"][package.train].sum()),
        "test": int(package.test.sum()),
        "test_bads": int(raw["bad"][package.test].sum()),
    }
    lab = world.folds
    mine = world.sample.loans["bank"].to_numpy() == "湖州银行"
    order = keyed_loans(world.sample.loans.index[mine], KEY)
    for (train, test), (own_train, own_test) in zip(lab.folds, package.folds.folds, strict=True):
        assert set(order[train[mine]]) == set(package.loans.index[own_train])
        assert set(order[test[mine]]) == set(package.loans.index[own_test])
        outcomes = raw.assign(mature=True)
        refuse_leak(
            own_train, own_test, outcomes, package.loans["group"].set_axis(raw["entity_id"]).drop_duplicates()
        )


def test_log_odds_are_rounded_as_agreed_and_rank_the_bad_loans(packages):
    said = table_of(packages["platform first"], "log_odds.parquet")["log_odds"]
    loans = table_of(packages["platform first"], "loans.parquet")
    assert ((said / 0.05).round(6) % 1 == 0).all()
    assert said[loans["bad"] == 1].mean() > said[loans["bad"] == 0].mean() + 0.1


def test_sub_scores_are_points_in_the_agreed_steps_by_theme(packages):
    said = table_of(packages["sub-scores"], "sub_scores.parquet")
    assert list(said) == ["sub_score_tax", "sub_score_invoices"]
    assert (said.to_numpy() % 5 == 0).all()
    versions = {one["version"] for one in packages["sub-scores"].told["models"]}
    assert len(versions) == 1


def test_it_tells_no_count_of_another_bank(packages):
    told = json.dumps(packages["platform first"].told)
    assert "rows" not in told
    assert "南浔" not in told


def test_the_readme_says_in_chinese_what_to_run_and_until_when(packages):
    text = (packages["platform first"].folder / "README.txt").read_text("utf-8")
    assert "lvdaitong --home 行内目录 lab half --package" in text
    assert "有效期至：2026-12-31" in text
    assert "inflow_cny、utilisation_share" in text


def test_the_ledger_says_what_left_for_whom_and_how_fine(project, packages):
    exports = [one for one in project.lines if one.act == "export" and one.outcome == "done"]
    told = {one.noted["what"]: one.noted for one in exports}
    for package in packages.values():
        noted = told[f"package {package.id} for the bank's half"]
        assert noted["to"] == "湖州银行"
        assert noted["files"].keys() == {one.name for one in package.folder.iterdir()}
    assert (
        "log-odds in steps of 0.05"
        in told[f"package {packages['platform first'].id} for the bank's half"]["how_fine"]
    )


@pytest.mark.parametrize(
    ("route", "first"), [("stacking", None), ("sub_scores", "bank"), ("sub_scores", "platform")]
)
def test_stacking_names_who_is_first_and_sub_scores_nobody(route, first):
    with pytest.raises(RequestError, match="expected stacking with platform or bank first"):
        Order(bank="湖州银行", route=route, first=first)


def refused(project, world, lab, error, match, *, key=KEY, bank="湖州银行", sample=None, clock=None):
    before = sorted(one for one in project.folder.rglob("*") if one.is_file() and one.suffix != ".jsonl")
    chosen = sample or world.sample
    with pytest.raises(error, match=match):
        write_package(
            project,
            chosen,
            chosen.folds(lab.as_of, folds=3),
            Order(bank=bank, route="stacking", first="bank"),
            key=key,
            as_of=lab.as_of,
            by="王敏",
            clock=clock or lab.clock,
            makers=lab.makers,
        )
    after = sorted(one for one in project.folder.rglob("*") if one.is_file() and one.suffix != ".jsonl")
    assert after == before
    assert project.lines[-1].outcome in {"refused", "failed"}


def test_another_key_is_refused_and_recorded(own_project, world, lab):
    refused(own_project, world, lab, RequestError, "different keys, or the key was rotated", key=bytes(32))


def test_an_expired_agreement_is_refused_and_recorded(own_project, world, lab):
    late = lambda: datetime(2027, 1, 5, 4, tzinfo=UTC)  # noqa: E731 - a clock
    refused(own_project, world, lab, AgreementError, "expired on 2026-12-31", clock=late)


def test_an_agreement_that_expires_while_the_models_learn_leaves_nothing_behind(own_project, world, lab):
    times = iter([datetime(2026, 12, 31, 4, tzinfo=UTC)])
    clock = lambda: next(times, datetime(2027, 1, 1, 4, tzinfo=UTC))  # noqa: E731 - a clock
    refused(own_project, world, lab, AgreementError, "expired on 2026-12-31", clock=clock)


def test_a_bank_that_is_no_party_is_refused(own_project, world, lab):
    refused(own_project, world, lab, AgreementError, "'德清银行' is no party", bank="德清银行")


def test_fewer_firms_than_the_smallest_cell_are_refused(own_project, world, lab):
    sample = world.sample
    rows = (sample.loans["bank"] == "南浔银行") | (
        pd.Series(range(len(sample)), sample.loans.index) % 260 < 9
    )
    few = sample.where(rows.to_numpy())
    refused(own_project, world, lab, ModelError, "fewer than 5 firms of a class", sample=few)
