from datetime import date

import numpy as np
import pandas as pd
import pytest

from features.definitions import GREEN_VETOES
from features.errors import ModelError
from models.green.vetoes import first_veto, vetoes_on

DAY = date(2026, 10, 31)


def test_every_veto_cites_its_source_and_reads_a_feature_that_is_there():
    vetoes = vetoes_on(DAY)
    assert [one.name for one in vetoes] == [
        "severe_environmental_penalty",
        "revoked_environmental_permit",
        "excluded_industry",
    ]
    assert {one.column for one in vetoes} == {one.name for one in GREEN_VETOES}
    assert all(one.cites and one.zh and one.en for one in vetoes)


def test_a_veto_counts_from_its_first_day_to_its_last(tmp_path):
    file = tmp_path / "vetoes.yaml"
    file.write_text(
        "one: {column: x, at_least: 1, zh: 甲, en: a, cites: c, certainty: public, since: 2022-01-01, "
        "until: 2025-12-31}",
        "utf-8",
    )
    days = [date(2021, 12, 31), date(2022, 1, 1), date(2025, 12, 31), date(2026, 1, 1)]
    assert [len(vetoes_on(day, file)) for day in days] == [0, 1, 1, 0]


def test_the_first_that_applies_is_told_and_unknown_is_no_veto():
    vetoes = vetoes_on(DAY)
    table = pd.DataFrame(
        {
            "severe_environmental_penalty_count_36m": [np.nan, 0, 2, 1],
            "revoked_environmental_permit": [np.nan, 1, 0, 1],
        }
    )
    assert first_veto(vetoes, table).tolist() == [-1, 1, 0, 0]


@pytest.mark.parametrize(
    "told",
    [
        "one: {column: x}",
        "one: {column: x, at_least: 1, zh: 甲, en: a, cites: '', certainty: public, since: 2022-01-01}",
        "one: {column: x, at_least: 1, zh: 甲, en: a, cites: c, certainty: sure, since: 2022-01-01}",
        "one: {column: x, at_least: 1, zh: 甲, en: a, cites: c, certainty: public, since: soon}",
        "- one",
    ],
)
def test_a_list_that_is_not_whole_is_an_error_that_names_its_file(tmp_path, told):
    file = tmp_path / "vetoes.yaml"
    file.write_text(told, "utf-8")
    with pytest.raises(ModelError, match=str(file)):
        vetoes_on(DAY, file)
