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


def test_a_month_without_a_snapshot_says_nothing(months, numbers):
    from dataclasses import replace

    history = months()
    history[-1] = replace(history[-1], population=None)
    assert list(drifted(history, numbers)) == []


def test_quiet_months_say_nothing(months, numbers):
    assert list(drifted(months(), numbers)) == []
