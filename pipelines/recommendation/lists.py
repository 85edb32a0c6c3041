"""Measure 1 over every firm of a district: who passes, who is to be visited, who is refused, and why."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from features.catalogue import source_named
from features.errors import LakeError, RequestError
from features.home import Home
from features.session import Session
from pipelines.recommendation import ranking
from pipelines.recommendation.evidence import ABOUT, ASKED, Evidence, evidence_of, on_day
from pipelines.recommendation.open_ones import OpenOne, open_ones
from pipelines.sample import collected
from serving.city_numbers import numbers_of
from serving.policy.facts import NAMES_ZH
from serving.policy.kinds import Result
from serving.policy.law import Law, Parameters, assumptions_of
from serving.policy.measures.recommendation_list import CRITERIA, RECOMMENDATION_LIST
from serving.policy.table import evaluate_table

KEY = RECOMMENDATION_LIST.key
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recommendations:
    """The list of a district on a day.

    Attributes:
        passed: Firms that meet all five criteria, in their order.
        to_visit: Firms of which a fact is missing that could decide, with the names of those facts.
        refused: Firms that fail a criterion, with the clauses.
        not_addressed: How many firms the measure does not speak of: medium and large ones, closed kinds.
        unreadable: Firms whose facts contradict themselves: firm → what is wrong.
        open: Recommendations that wait for a bank.
        absent: Sources of which nothing was collected.
        ranked_by: `score` or `waiting`.
        assumptions: Numbers of law that are still to be confirmed, and what is presumed of firms that
            pass, in Chinese.
    """

    as_of: date
    district: str
    district_zh: str
    passed: tuple[Row, ...]
    to_visit: tuple[Row, ...]
    refused: tuple[Row, ...]
    not_addressed: int
    unreadable: dict[str, str]
    open: tuple[OpenOne, ...]
    absent: tuple[str, ...]
    ranked_by: str
    assumptions: tuple[str, ...]
    policy_version: str
    policy_status: str

    @property
    def rules(self) -> dict[str, str]:
        """The rule of each list's order, in Chinese."""
        names = {"passed": self.ranked_by, "to_visit": "to_visit", "refused": "refused"}
        return {name: ranking.RULES[rule] for name, rule in names.items()}

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why firms are refused, and how many; a firm counts under each of its clauses."""
        return Counter(reason for row in self.refused for reason in row["failed"]).most_common()

    @property
    def gaps(self) -> list[tuple[str, int]]:
        """Which facts are missing, and of how many of the firms to be visited."""
        return Counter(name for row in self.to_visit for name in row["missing"]).most_common()


def recommend(
    home: Home, district: str, day: date, *, parameters: Parameters | None = None
) -> Recommendations:
    """Measure 1's list of a district, from what was known on a day.

    Args:
        home: Whose lake to read.
        district: Its GB/T 2260 code, or its name.
        day: The day of the question.
        parameters: Other numbers of law than those of the home.

    Raises:
        RequestError: There is no such district; the message lists those there are.
        LakeError: Nothing was collected that tells which firms there are.
        NoNumberForDay: There are no measures for that day.
    """
    known = parameters or numbers_of(home)
    law = known.on(day)
    code = _district(district, law)
    there = collected(home)
    if "registration" not in there:
        raise LakeError(f"{home.lake}: no registration was collected, which tells the firms of a district")
    session = Session(home)
    on_day(session, sorted(session.entities(source_named("registration"))), day)
    evidence = evidence_of(session, there, code, law)
    waiting = open_ones(session, set(evidence.facts.index), law)
    scores = _scores(home, day)
    rows, unreadable = _judged(evidence, day, known, law)
    _add_scores_and_open(rows, scores, waiting)
    of = {result: [row for row in rows if row["result"] is result] for result in Result}
    return Recommendations(
        as_of=day,
        district=code,
        district_zh=str(law.districts[code]),
        passed=_ranked(of[Result.PASS], ranking.passing(scored=scores is not None)),
        to_visit=_ranked(of[Result.UNKNOWN], ranking.to_visit),
        refused=_ranked(of[Result.FAIL], ranking.refused),
        not_addressed=len(of[Result.NOT_APPLICABLE]),
        unreadable=unreadable,
        open=waiting,
        absent=evidence.absent,
        ranked_by="waiting" if scores is None else "score",
        assumptions=(*_assumptions(known, day), *_presumed(of[Result.PASS], evidence)),
        policy_version=law.policy_version,
        policy_status=law.policy_status,
    )


def _district(asked: str, law: Law) -> str:
    names: dict[str, str] = law.districts
    for code, name in names.items():
        if asked in (code, name):
            return code
    there = "、".join(f"{code} {name}" for code, name in names.items())
    raise RequestError(f"--district '{asked}': no such district; there are: {there}")


def _judged(
    evidence: Evidence, day: date, parameters: Parameters, law: Law
) -> tuple[list[Row], dict[str, str]]:
    """A row a firm with its result and why; and the firms whose facts contradict themselves."""
    columns = {name: evidence.facts[name].tolist() for name in ASKED}
    found = evaluate_table(columns, day, parameters=parameters, measures=[RECOMMENDATION_LIST])
    wrong = {error.row: error.message for error in found.errors}
    told = found.columns.to_pylist()
    texts = {one.name: one.zh.format(law) for one in RECOMMENDATION_LIST.clauses}
    known = (evidence.facts.join(evidence.about)).rename_axis("entity_id").reset_index().to_dict("records")
    rows = [_row(firm, told[place], texts) for place, firm in enumerate(known) if place not in wrong]
    return rows, {known[place]["entity_id"]: message for place, message in wrong.items()}


def _row(firm: Row, told: Row, texts: dict[str, str]) -> Row:
    failed, unknown = (_names(told[f"{KEY}.{kind}"]) for kind in ("failed", "unknown"))
    return {
        "result": Result(told[f"{KEY}.result"]),
        "criteria": {name: _criterion(clauses, failed, unknown) for name, (_, clauses) in CRITERIA.items()},
        "failed": [texts[name] for name in failed if name in texts],
        "missing": [NAMES_ZH[name] for name in _names(told[f"{KEY}.missing"])],
        **{name: firm[name] for name in ("entity_id", "entity_type", "industry", "need_is_genuine", *ABOUT)},
    }


def _names(joined: str | None) -> list[str]:
    return joined.split(";") if joined else []


def _criterion(clauses: Any, failed: list[str], unknown: list[str]) -> Result:
    """Whether a criterion holds: false if any clause fails, unknown if any cannot be judged."""
    names = {one.name for one in clauses}
    if names & set(failed):
        return Result.FAIL
    return Result.UNKNOWN if names & set(unknown) else Result.PASS


def _add_scores_and_open(rows: list[Row], scores: pd.DataFrame | None, waiting: tuple[OpenOne, ...]) -> None:
    """Beside each firm its score, and the recommendation of it that is still open: the newest, if several."""
    newest = {one.entity_id: one for one in sorted(waiting, key=lambda one: one.recommended_on)}
    points = {} if scores is None else dict(zip(scores.index.astype("str"), scores["score"], strict=True))
    for row in rows:
        one, score = newest.get(row["entity_id"]), points.get(row["entity_id"])
        row["score"] = None if score is None else int(score)
        row["open_since"] = one.recommended_on if one else None
        row["open_status"] = one.status if one else None


def _scores(home: Home, day: date) -> pd.DataFrame | None:
    """The champion's scores of that very day; None where no run left any."""
    path = home.scores(day) / "scores.parquet"
    return pd.read_parquet(path, columns=["score"]) if path.is_file() else None


def _ranked(rows: list[Row], order: Any) -> tuple[Row, ...]:
    return tuple({"rank": place, **row} for place, row in enumerate(sorted(rows, key=order), 1))


def _assumptions(parameters: Parameters, day: date) -> tuple[str, ...]:
    names = sorted(name for name in parameters.by_name if name.startswith("recommendation_"))
    return tuple(assumptions_of([parameters.read(name, day) for name in names]))


def _presumed(passed: list[Row], evidence: Evidence) -> tuple[str, ...]:
    """What the measure takes for granted where a fact of a passing firm is missing."""
    known = evidence.facts.loc[[row["entity_id"] for row in passed]]
    return tuple(
        one.presumed
        for one in RECOMMENDATION_LIST.clauses
        if one.presumed
        and passed
        and any(name not in known or known[name].isna().any() for name in one.needs)
    )
