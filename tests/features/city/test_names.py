"""Names of the firms: one a code, made up from it, fit for its kind and district."""

import numpy as np
import pytest

from features.city.codes import DISTRICTS, make_codes
from features.city.industries import INDUSTRIES
from features.city.names import ENDINGS, LETTERS, PLACES, TRADES, name_numbers, spelled_names
from features.city.sources import columns

KINDS = {"企业": "有限公司", "个体工商户": "经营部", "农民专业合作社": "专业合作社"}


@pytest.fixture(scope="session")
def register(clean):
    """Every version of the register."""
    return clean.rows("registration")


def many(firms, offset=5):
    """Names of so many firms of every kind, district and industry."""
    place = np.arange(firms)
    kind, district = place % 3, place % 6
    codes = make_codes(kind + 1, district, offset)
    numbers = name_numbers(codes, kind=kind, industry=place % len(INDUSTRIES), district=district)
    return spelled_names(numbers).to_pylist()


def test_every_firm_has_one_name_that_never_changes(register):
    assert register["name"].notna().all()
    assert (register.groupby("entity_id")["name"].nunique() == 1).all()


def test_a_name_begins_with_its_district_and_ends_with_its_kind(register):
    for row in register.drop_duplicates("entity_id").itertuples():
        assert row.name.startswith(PLACES[row.district])
        assert row.name.endswith(KINDS[row.entity_type])
        assert any(word in row.name for word in TRADES[row.industry])


def test_a_name_depends_on_its_own_code_alone():
    assert many(2_000)[:30] == many(30)
    assert many(30, offset=6)[0] != many(30)[0]


def test_names_hardly_ever_repeat():
    names = many(20_000)
    assert len(set(names)) > 0.99 * len(names)


def test_every_industry_district_and_kind_has_its_words():
    assert set(TRADES) == {one.code for one in INDUSTRIES}
    assert {len(words) for words in TRADES.values()} == {len(TRADES["A01"])}
    assert set(PLACES) == set(DISTRICTS)
    assert set(ENDINGS) == set(columns("registration")["entity_type"].values)
    assert len(set(LETTERS)) > 100
