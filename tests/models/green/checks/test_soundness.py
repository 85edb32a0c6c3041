from dataclasses import replace

import numpy as np

from models.green.checks import run_check
from models.green.judging import Judged
from models.green.ladder import Ladder


def moved(judged, odds):
    """The same rows with chances whose log-odds are changed."""
    change = odds(np.log(judged.above / (1 - judged.above)))
    return Judged(judged.truth, judged.given, 1 / (1 + np.exp(-change)), judged.firms)


def test_true_chances_pass_and_shifted_or_too_sure_ones_fail(evidence):
    assert run_check("G03", evidence).passed
    high = replace(evidence, judged=moved(evidence.judged, lambda odds: odds + 2))
    assert run_check("G03", high).refuses
    sure = replace(evidence, judged=moved(evidence.judged, lambda odds: 4 * odds))
    assert run_check("G03", sure).refuses
    timid = replace(evidence, judged=moved(evidence.judged, lambda odds: 0.3 * odds))
    assert run_check("G03", timid).refuses


def test_rows_that_a_veto_decides_are_no_question_of_chances(evidence, maker, rows, veto):
    table = rows.table.assign(severe=(np.arange(len(rows)) % 20 == 5).astype(float))
    model = maker(vetoes=(veto,)).fit(table, rows.grades, groups=rows.firms)
    above = np.where(table["severe"].to_numpy()[evidence.known, None] > 0, 0.0, evidence.judged.above)
    judged = Judged(evidence.judged.truth, evidence.judged.given, above, evidence.judged.firms)
    changed = replace(evidence, model=model, table=table, judged=judged)
    assert len(changed.by_trees) == len(evidence.judged) - 30
    assert run_check("G03", changed).passed


def test_directions_are_proved_and_a_feature_that_turns_back_fails(evidence, maker, rows):
    assert "proved" in run_check("G05", evidence).finding
    free = maker(meanings=None).fit(rows.table, rows.grades, groups=rows.firms)
    free.meanings = evidence.model.meanings  # declared, and not kept in training
    failed = run_check("G05", replace(evidence, model=free))
    assert failed.refuses
    assert "carbon" in failed.finding


def test_a_ladder_that_does_not_rise_fails(evidence, maker, rows):
    model = maker(n_estimators=5).fit(rows.table, rows.grades)
    model.ladder_ = Ladder(1.0, (0.0, 0.5, 1.0), (1.0, -0.5, 1.0))
    assert run_check("G05", replace(evidence, model=model)).refuses


def test_a_model_that_forgets_itself_on_reloading_fails(evidence, maker, rows, monkeypatch):
    assert run_check("G07", evidence).passed
    monkeypatch.setattr("models.green.state.LEARNT", ("sample_", "vetoed_", "unknown_", "period_"))
    model = maker(n_estimators=5).fit(rows.table, rows.grades)
    saved = model.ladder_
    monkeypatch.setattr("models.green.model.restored", lambda kind, state: _other(kind, state, saved))
    assert run_check("G07", replace(evidence, model=model)).refuses


def _other(kind, state, ladder):
    from models.green.state import restored

    model = restored(kind, state)
    model.ladder_ = Ladder(ladder.slope * 1.0001, ladder.cuts, ladder.tilts)
    return model


def test_training_that_differs_from_time_to_time_fails(evidence, maker, rows):
    assert run_check("G10", evidence).passed
    again = replace(evidence, refit=lambda: maker(random_state=5).fit(rows.table, rows.grades))
    failed = run_check("G10", again)
    assert failed.refuses
    assert "booster.txt" in failed.finding
