"""Sub-scores of a month end leave for firms that the bank names, keyed, with their version."""

import numpy as np
import pandas as pd
import pytest

from features.errors import RequestError
from features.keyed import fingerprint, read_keyed, write_keyed
from models.lab.sub_scores import SubScores
from pipelines.lab.agreement import AgreementError
from pipelines.lab.monthly import firms_in, month_of, newest_package, write_month

KEY = bytes(range(32))
BANK = "湖州银行"


@pytest.fixture(scope="module")
def columns(world):
    """The platform's columns as of a day, of those firms that it knows; later months are riskier."""
    older = world.sample.platform.iloc[: len(world.codes)].set_axis(
        world.sample.loans["entity_id"].iloc[:260]
    )

    def as_of(firms, day):
        known = older[older.index.isin(firms)]
        return known - (day - pd.Timestamp("2026-09-30")).days / 30

    return as_of


@pytest.fixture
def write(own_project, columns, lab):
    def written(month="2026-10", **said):
        given = {"key": KEY, "newest": pd.Timestamp("2026-10-31"), "by": "王敏", "clock": lab.clock} | said
        bank = given.pop("bank", BANK)
        return write_month(own_project, bank, month_of(month), columns, **given)

    return written


def test_a_row_a_firm_of_the_packages_loans_with_month_day_and_version(write, own_project, packages, world):
    place = write()
    assert [one.name for one in place.iterdir()] == ["sub_scores-2026-10.parquet"]
    table = read_keyed(place / "sub_scores-2026-10.parquet", fingerprint(KEY))
    assert list(table) == ["entity_id", "month", "as_of", "version", "sub_score_tax", "sub_score_invoices"]
    assert set(table["entity_id"]) == set(world.sample.loans["entity_id"].iloc[:200])
    assert set(table["month"]) == {"2026-10"}
    assert set(table["as_of"]) == {pd.Timestamp("2026-10-31")}
    assert set(table["version"]) == {packages["sub-scores"].told["models"][0]["version"]}
    line = own_project.lines[-1]
    assert (line.act, line.noted["month"]) == ("sub-scores", "2026-10")


def test_points_are_those_of_the_models_in_the_lab_as_of_the_month_end(write, own_project, columns):
    months = {}
    for month in ("2026-09", "2026-10"):
        table = read_keyed(write(month) / f"sub_scores-{month}.parquet", fingerprint(KEY)).set_index(
            "entity_id"
        )
        scores = SubScores.load(newest_package(own_project, BANK) / "sub_scores")
        expected = scores.of(columns(table.index, month_of(month)))
        months[month] = table["sub_score_tax"]
        assert np.array_equal(table.loc[expected.index, list(expected)], expected)
    assert not months["2026-09"].equals(months["2026-10"])


def test_a_bank_may_name_the_firms_of_its_applicants(write, world, tmp_path):
    asked = world.sample.loans["entity_id"].iloc[230:250]
    write_keyed(asked.to_frame(), tmp_path / "asked.parquet", KEY)
    place = write(firms=firms_in(tmp_path / "asked.parquet", KEY))
    table = read_keyed(place / "sub_scores-2026-10.parquet", fingerprint(KEY))
    assert set(table["entity_id"]) == set(asked)


def test_a_file_of_firms_needs_the_column_and_the_key(tmp_path, world):
    file = tmp_path / "asked.parquet"
    write_keyed(world.sample.loans[["bank"]], file, KEY)
    with pytest.raises(RequestError, match="no column entity_id"):
        firms_in(file, KEY)
    with pytest.raises(RequestError, match="different keys"):
        firms_in(file, bytes(32))


def test_fewer_known_firms_than_the_smallest_cell_are_refused(write, own_project, world):
    few = pd.Index(world.sample.loans["entity_id"].iloc[:4])
    with pytest.raises(RequestError, match="knows fewer than 5 of the firms asked about, perhaps none"):
        write(firms=few)
    assert own_project.lines[-1].outcome == "failed"


def test_a_month_that_is_not_over_is_refused(write):
    with pytest.raises(RequestError, match="ends on 2026-11-30, the platform's data end on 2026-10-31"):
        write("2026-11")


@pytest.mark.parametrize("text", ["2026-13", "202610", "October"])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(RequestError, match="not a month; expected YYYY-MM"):
        month_of(text)


def test_another_key_and_a_bank_without_a_package_are_refused(write):
    with pytest.raises(RequestError, match="different keys"):
        write(key=bytes(32))
    with pytest.raises(RequestError, match="no package of sub-scores was made for '南浔银行'"):
        write(bank="南浔银行")
    with pytest.raises(AgreementError, match="'德清银行' is no party"):
        write(bank="德清银行")
