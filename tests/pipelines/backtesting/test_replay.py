"""The walk: models of their day's labels, answers by the model in force, nothing seen before its time."""

import shutil

import numpy as np
import pandas as pd
import pytest

from features.errors import ModelError
from features.home import Home
from pipelines.backtesting.days import step_days
from pipelines.backtesting.teaching import known_on_day

DAYS = step_days(pd.Timestamp("2025-02-28"), pd.Timestamp("2025-06-30"))
POLICIES = ("never", "quarterly", "on-alert")


@pytest.fixture(scope="module")
def outcomes(small_lake, replay_of):
    """What the last day of the walk knows of all loans."""
    return known_on_day(small_lake, replay_of(small_lake).scope, DAYS[-1]).outcomes


@pytest.fixture(scope="module")
def walked(small_lake, replay_of, outcomes):
    replay = replay_of(small_lake)
    replay.applications.of(outcomes)
    return replay, replay.walk(POLICIES, DAYS)


def since_the_first_model(outcomes, until=DAYS[-1]):
    applied = outcomes["application_date"]
    return outcomes[(applied > DAYS[0]) & (applied <= until)]


def test_never_keeps_its_first_model_and_quarterly_makes_one_every_third_month(walked):
    never, quarterly, _ = walked[1]
    assert [f"{one.day:%Y-%m}" for one, _ in never.taught] == ["2025-02"]
    assert [(f"{one.day:%Y-%m}", why) for one, why in quarterly.taught] == [
        ("2025-02", "first"),
        ("2025-05", "calendar"),
    ]  # none on the last day: it would answer for nobody
    assert [step.reason for step in quarterly.steps].count("calendar") == 1
    assert len(never.steps) == len(DAYS) - 1


def test_a_model_learns_from_labels_known_on_its_day_alone(walked):
    replay, (_, quarterly, _) = walked
    for made, _ in quarterly.taught:
        known = known_on_day(replay.home, replay.scope, made.day).outcomes
        learnt = known.loc[made.learnt]
        assert (learnt["window_end"] <= made.day).all()
        assert learnt["mature"].all()
        assert len(learnt) == (known["mature"] & ~known["grey"].fillna(value=False)).sum()


def test_a_model_of_one_day_is_made_once_whoever_asks_for_it(walked):
    never, quarterly, on_alert = walked[1]
    assert never.taught[0][0] is quarterly.taught[0][0] is on_alert.taught[0][0]


def test_each_application_is_answered_by_the_model_of_the_last_day_before_it(walked, outcomes):
    replay, (_, quarterly, _) = walked
    loans = since_the_first_model(outcomes)
    answered = quarterly.answers(loans, replay.applications)
    assert len(answered) == len(loans)
    (first, _), (second, _) = quarterly.taught
    late = loans["application_date"] > second.day  # on the day itself the old one still answers
    assert (answered["model_of"] == np.where(late, second.day, DAYS[0])).all()
    expected = second.risk(replay.applications.of(loans[late]))
    assert (answered.loc[late, "pd_"] == expected).all()
    assert (answered["approved"] == (answered["pd_"] <= np.where(late, second.cut_off, first.cut_off))).all()


def test_applications_before_the_first_model_have_no_answer(walked, outcomes):
    replay, (never, *_) = walked
    early = outcomes[outcomes["application_date"] <= DAYS[0]]
    assert never.answers(early, replay.applications).empty


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2023-06-30", r"none has an outcome; the first performance window ends on 2024-01"),
        ("2022-01-31", "no loan is known on 2022-01-31"),
    ],
)
def test_nothing_to_learn_from_says_why_and_from_when_on(small_lake, replay_of, day, told):
    with pytest.raises(ModelError, match=told):
        replay_of(small_lake).walk(("never",), (pd.Timestamp(day), DAYS[0]))


def hostile(home: Home, day: pd.Timestamp, put) -> None:
    """All that could be told differently from the day after on: outcomes, staff, loans, their withdrawal."""
    import pyarrow.parquet as pq

    rng = np.random.default_rng(1)
    stored = {
        source: pq.read_table(home.lake / source / "first.parquet").to_pandas()
        for source in ("loan", "loan_performance", "social_insurance")
    }
    arrives = day + pd.to_timedelta(rng.integers(1, 40), unit="D")

    def some(source, many):
        rows = stored[source]
        return rows.iloc[rng.choice(len(rows), many, replace=False)].assign(available_at=arrives)

    put(
        home,
        "loan_performance",
        some("loan_performance", 300).assign(dpd=lambda rows: 120 - rows["dpd"]),
        "late",
    )
    put(home, "social_insurance", some("social_insurance", 2000).assign(headcount=1), "late")
    corrected = some("loan", 100)
    corrected["application_date"] = pd.to_datetime(corrected["application_date"]) - pd.Timedelta(days=200)
    put(home, "loan", corrected, "corrected")
    put(
        home,
        "loan",
        some("loan", 100).assign(op="withdraw", available_at=arrives + pd.Timedelta(days=1)),
        "gone",
    )
    new = some("loan", 50)
    put(home, "loan", new.assign(record_id="N" + new["record_id"]), "new")


def test_rows_that_arrive_after_a_day_change_nothing_of_its_step(
    tmp_path_factory, walked, replay_of, put_rows, newest
):
    replay, before = walked
    day = DAYS[-2]
    other = Home(tmp_path_factory.mktemp("hostile") / "home")
    shutil.copytree(replay.home.lake, other.lake)
    hostile(other, day, put_rows)
    again = replay_of(other)
    # as the verb does: everything that the newest day knows is worked out first
    again.applications.of(known_on_day(other, again.scope, newest).outcomes)
    after = again.walk(POLICIES, DAYS)
    loans = since_the_first_model(known_on_day(replay.home, replay.scope, day).outcomes, day)
    for one, two in zip(before, after, strict=True):
        assert _told(one, day) == _told(two, day)
        mine, theirs = (walk.answers(loans, of.applications) for walk, of in ((one, replay), (two, again)))
        pd.testing.assert_frame_equal(mine, theirs)


def _told(walk, day):
    """What a walk did until a day, the models by their trees."""
    models = [
        (one.model.booster_.model_to_string(), one.cut_off, why) for one, why in walk.taught if one.day <= day
    ]
    return models, [step for step in walk.steps if step.day <= day]
