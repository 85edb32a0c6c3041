import numpy as np
import pandas as pd

from models.green.judging import figures_of
from models.green.validating import GradedRows, later_known, later_rows, said, validated


def test_every_known_row_is_judged_by_a_model_of_other_firms(evidence, rows):
    assert len(evidence.everyone) == len(rows) == 600
    assert len(evidence.judged) == 570
    assert evidence.coverage == 0.95
    assert evidence.figures.kappa.value > 0.6
    own = said(evidence.model, rows.at(np.flatnonzero(evidence.known)))
    assert figures_of(own).kappa.value > evidence.figures.kappa.value  # it had learnt from these


def test_later_rows_are_judged_by_what_was_told_before_them(rows, evidence):
    folds, period = later_rows(rows)
    for learn, check in folds:
        assert rows.told.iloc[learn].max() < rows.time.iloc[check].min()
        assert not set(rows.firms.iloc[learn]) & set(rows.firms.iloc[check])
    assert period[1] == pd.Timestamp("2026-03-31")
    assert len(evidence.later) == len(later_known(evidence, rows)) == 300
    assert (evidence.later.firms == later_known(evidence, rows).firms.to_numpy()).all()
    assert (evidence.later.truth == evidence.model.places(later_known(evidence, rows).grades)).all()


def test_one_year_alone_is_too_short_for_a_test_out_of_time(maker, graded_rows):
    rows = graded_rows(120)
    year = rows.at(np.flatnonzero(rows.time == rows.time.max()))
    found = validated(maker, year)
    assert (found.later, found.later_period) == (None, None)
    assert later_known(found, year) is None


def test_a_feature_that_only_the_firm_has_teaches_nothing(maker, graded_rows):
    rows = graded_rows(200, 3)
    number = pd.factorize(rows.firms)[0].astype(float)
    lonely = GradedRows(
        table=pd.DataFrame({"number": np.random.default_rng(0).permutation(200)[number.astype(int)]}),
        grades=rows.grades,
        firms=rows.firms,
        time=rows.time,
        told=rows.told,
    )
    assert abs(validated(maker, lonely).figures.kappa.value) < 0.2
