from dataclasses import replace

from models.monitoring.drift import drifted


def test_a_psi_of_a_tenth_is_to_be_watched_and_one_of_a_quarter_is_for_a_person(months, numbers):
    history = months()
    history[-1].population.score_psi[:] = [0.12, 0.01]
    (told,) = drifted(history, numbers)
    assert (told.kind, told.needs_person, told.since) == ("score_drift", False, "2026-10")
    for month in history[-3:]:
        month.population.score_psi[:] = [0.3, 0.01]
    (told,) = drifted(history, numbers)
    assert (told.needs_person, told.since) == (True, "2026-08")


def succeeded(history, last: int):
    """Another champion answers in the last months."""
    for place in range(len(history) - last, len(history)):
        successor = replace(history[place].population, model="sme_credit/2")
        history[place] = replace(history[place], population=successor)
    return history


def test_a_new_champion_drifts_since_it_answers_and_not_since_its_predecessor_did(months, numbers):
    history = succeeded(months(), 1)
    for month in history[-6:-1]:
        month.population.score_psi[:] = [0.3, 0.01]
        month.population.csi["age"][:] = [0.6, 0.02]
    history[-1].population.score_psi[:] = [0.12, 0.01]
    history[-1].population.csi["age"][:] = [0.6, 0.02]
    score, feature = drifted(history, numbers)
    assert (score.subject, score.since) == ("sme_credit/2", "2026-10")
    assert (feature.subject, feature.since) == ("age", "2026-10")


def test_what_chance_explains_is_no_drift(months, numbers):
    history = months()
    history[-1].population.score_psi[:] = [0.3, 0.35]
    history[-1].population.csi["age"][:] = [0.4, 0.3]
    assert list(drifted(history, numbers)) == []


def test_a_feature_that_moved_is_watched_by_its_name_and_many_at_once_are_for_a_person(months, numbers):
    history = months()
    history[-1].population.csi["age"][:] = [0.6, 0.02]
    (told,) = drifted(history, numbers, {"age": "成立月数"})
    assert (told.kind, told.subject, told.needs_person) == ("feature_drift", "age", False)
    assert "成立月数（0.60）" in told.what_zh
    history[-1].population.csi["kwh"][:] = [0.6, 0.02]
    (told,) = drifted(history, numbers)
    assert told.needs_person


def test_score_and_green_grade_that_begin_to_move_together_are_told(months, numbers):
    history = months()
    history[-1].population.green[:] = [0.6, 0.55, 0.65]
    (told,) = drifted(history, numbers)
    assert told.kind == "green_credit_dependence"


def test_a_new_champion_is_held_against_its_own_months_beside_the_green_grade(months, numbers):
    history = succeeded(months(), 2)
    for month in history[-2:]:
        month.population.green[:] = [0.6, 0.55, 0.65]
    assert list(drifted(history[:-1], numbers)) == []
    assert list(drifted(history, numbers)) == []
    history[-1].population.green[:] = [0.2, 0.15, 0.25]
    (told,) = drifted(history, numbers)
    assert (told.kind, told.subject) == ("green_credit_dependence", "sme_credit/2")


def test_a_month_without_a_snapshot_says_nothing(months, numbers):
    history = months()
    history[-1] = replace(history[-1], population=None)
    assert list(drifted(history, numbers)) == []


def test_quiet_months_say_nothing(months, numbers):
    assert list(drifted(months(), numbers)) == []
