"""retrain: challenger → checks → comparison → shadow scores → recommendation, each step once a day."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from features.errors import RequestError
from features.home import Home
from models.registry import load_version
from models.registry.listing import one_version
from pipelines.recipe import Recipe
from pipelines.retraining.advice import advise
from pipelines.retraining.challenger import Challenger
from pipelines.retraining.comparison import compare
from pipelines.retraining.given import Given, examine, expect_registry
from pipelines.retraining.journal import Journal, Told, Writer, alone, plain
from pipelines.retraining.limits import Limits, limits_of
from pipelines.retraining.page import render
from pipelines.retraining.shadowing import moves, side_by_side
from pipelines.segmenting import segments_of
from pipelines.snapshot import is_current, write_snapshot
from pipelines.steps import Steps
from serving.snapshot import load_snapshot

FILES = {
    "judged": "judged.parquet",
    "shadow": "shadow.parquet",
    "page": "recommendation.html",
    "json": "recommendation.json",
}
"""What a retraining leaves in its folder, beside the journal."""

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Retrained:
    """What a retraining came to.

    Attributes:
        record: The recommendation, as `recommendation.json` holds it.
        folder: Where its files lie.
        fresh: Whether anything was done; False where that day was done already.
    """

    record: Told
    folder: Path
    fresh: bool


def retrain(
    home: Home, recipe: Recipe, day: pd.Timestamp, steps: Steps, clock: Clock, *, again: bool = False
) -> Retrained:
    """Everything until the recommendation; a person promotes.

    Killed anywhere, the next call goes on after the last step that was done. A day that is done is not done
    again, whatever was collected since.

    Args:
        home: Whose lake and registry.
        recipe: Which firms, which label rules; its outcome is the loan tape.
        day: Day until which data count.
        steps: Told of every step.
        clock: Says what time it is.
        again: Begin anew though the day is done, or another recipe's.

    Raises:
        RequestError: That day is another recipe's in this home, and `again` is not asked.
        LvdaitongError: What `examine` refuses; or the tape is too short, the registry vanished, the disk is
            full. What was done until then stays done, and the champion answers as before.
    """
    with alone(home):
        journal = Journal.read(home, day.date())
        done = journal.told("recommendation")
        if not again:
            _refuse_other_recipe(journal, recipe, day)
        if done is not None and not again:
            return Retrained(done, journal.folder, fresh=False)
        given = examine(home, recipe, day, clock())
        if done is not None:
            journal = Journal(home, day.date(), {})
        return _Retraining(given, journal, limits_of(home), steps, clock).whole()


def _refuse_other_recipe(journal: Journal, recipe: Recipe, day: pd.Timestamp) -> None:
    """A day's folder holds one retraining: no recipe answers for another, or takes its steps away."""
    made_by = journal.given.get("recipe", recipe.name)
    if made_by == recipe.name:
        return
    stands = "begun" if journal.told("recommendation") is None else "done"
    raise RequestError(
        f"--as-of {day:%Y-%m-%d}: its retraining was {stands} with recipe '{made_by}', expected "
        f"'{recipe.name}'; ask with --recipe {made_by}, or begin it anew with --again ({journal.folder})"
    )


@dataclass(frozen=True, slots=True)
class _Retraining:
    """The steps of one retraining, from top to bottom."""

    given: Given
    journal: Journal
    limits: Limits
    steps: Steps
    clock: Clock

    def whole(self) -> Retrained:
        """Every step that is not done yet; the last one recommends."""
        self.journal.begin(self.given.told(), self.clock())
        challenger = Challenger(self.given, str(self.journal.begun_at), self.steps)
        self._step("learnt", lambda: self._learn(challenger))
        self._step("challenger", lambda: self._register(challenger))
        self._step("comparison", self._compare)
        self._step("snapshot", self._snapshot)
        self._step("shadow", self._shadow)
        record = self._step("recommendation", self._recommend)
        return Retrained(record, self.journal.folder, fresh=True)

    def _step(self, name: str, do: Callable[[], Told]) -> Told:
        done = self.journal.told(name)
        if done is not None:
            self.steps.say(f"{name}: done before")
            return done
        with self.steps.step(name):
            return do()

    def _end(self, step: str, told: Told, **files: Writer) -> Told:
        named = {FILES[name]: write for name, write in files.items()}
        return self.journal.end(step, told, self.clock(), named)

    def _told(self, step: str) -> Told:
        return self.journal.told(step) or {}

    def _learn(self, challenger: Challenger) -> Told:
        judged = challenger.judged()
        return self._end("learnt", challenger.told(), judged=judged.to_parquet)

    def _register(self, challenger: Challenger) -> Told:
        expect_registry(self.given)
        return self._end("challenger", challenger.registered(self.clock()))

    def _compare(self) -> Told:
        judged = pd.read_parquet(self.journal.folder / FILES["judged"])
        until = self._told("learnt")["champion_learnt_until"]
        return self._end("comparison", compare(judged, until, self.limits))

    def _snapshot(self) -> Told:
        given, day = self.given, self.given.day.date()
        folder = given.home.features(day)
        there = is_current(given.home, given.scope, day)
        if not there:
            write_snapshot(given.home, given.scope, given.day, given.recipe.policy_as_of, self.steps.say)
        return self._end("snapshot", {"made": not there, "folder": str(folder.relative_to(given.home.root))})

    def _shadow(self) -> Told:
        version = self._told("challenger")["version"]
        if version is None:
            return self._end("shadow", {"moves": None})
        expect_registry(self.given)
        home, number = self.given.home, version.rpartition("/")[2]
        challenger = load_version(home, one_version(home, self.given.name, number).version)
        features = load_snapshot(home, self.given.day.date()).features
        scores = side_by_side(self.given.model, challenger, features)
        bands = list(self.given.model.points_bands.names)
        told = {"moves": moves(scores, segments_of(features), bands)}
        return self._end("shadow", told, shadow=scores.to_parquet)

    def _recommend(self) -> Told:
        expect_registry(self.given)
        registered, compared = self._told("challenger"), self._told("comparison")
        moved = self._told("shadow")["moves"]
        record = {
            "as_of": f"{self.given.day:%Y-%m-%d}",
            "recipe": self.given.recipe.name,
            "begun_at": self.journal.begun_at,
            "model": self.given.name,
            "champion": self.given.champion.label,
            "challenger": registered["version"],
            **advise(registered, compared, moved, self.limits),
            "promote": _command(self.given, registered["version"]),
            "sample": self._told("learnt"),
            "comparison": compared,
            "refused": registered["refused"],
            "checks": registered["checks"],
            "report": registered["report"],
            "moves": moved,
            "limits": {name: asdict(one) for name, one in self.limits.items()},
            "given": self.journal.given,
            "steps": [{"step": name, "at": at} for name, at in self.journal.lines],
        }
        page, text = render(record), json.dumps(plain(record), ensure_ascii=False, indent=1)
        return self._end(
            "recommendation",
            record,
            page=lambda path: path.write_text(page, "utf-8"),
            json=lambda path: path.write_text(text, "utf-8"),
        )


def _command(given: Given, version: str | None) -> str | None:
    """What a named approver types; None where there is nothing to promote."""
    if version is None:
        return None
    name, _, number = version.rpartition("/")
    return f'lvdaitong models promote {name} {number} --by 姓名 --why "{given.day:%Y-%m-%d} 重训练：理由"'
