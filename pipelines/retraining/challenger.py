"""The challenger: learnt from the newest sample, judged on later loans beside the champion, registered."""

from dataclasses import asdict
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from features.errors import ModelError
from features.session import Session
from models import ledger
from models.groups import company_groups, group_of
from models.ledger import Entry
from models.registry import CHALLENGER
from models.registry.listing import one_version
from models.registry.standing import version_of
from pipelines.learning import Learnt, from_loans
from pipelines.retraining.given import Given
from pipelines.retraining.journal import Told
from pipelines.review import Occasion, Refused, Reviewed, report_again, review
from pipelines.steps import Steps
from pipelines.train import occasion_of, validation_of

BY = "lvdaitong retrain"

SEGMENT = "segment_"
"""What the columns of judged loans that tell them apart begin with."""


class Challenger:
    """The challenger of one retraining; it is learnt when it is needed first.

    Args:
        given: What the retraining starts from.
        begun_at: When it began: by it the version is found again that a killed process registered.
        steps: Told of every source whose features are done.
    """

    def __init__(self, given: Given, begun_at: str, steps: Steps) -> None:
        self._given, self._steps = given, steps
        self._why = f"retraining of {given.day:%Y-%m-%d} on recipe {given.recipe.name}, begun {begun_at}"

    @cached_property
    def learnt(self) -> Learnt:
        """The model and the evidence on it; the same data give the same.

        Raises:
            ModelError: The loan tape is too short.
        """
        given = self._given
        return from_loans(given.home, given.day, given.scope, given.features, self._steps.say)

    def judged(self) -> pd.DataFrame:
        """The loans that both models are judged by, indexed by loan.

        Returns:
            `entity_id`, `group`, `application_date`, `bad` (1 for default); probabilities of default: of the
            `challenger` from trees that have not seen the firm, of the `challenger_whole` and of the
            `champion` as they would answer; `known` (the champion learnt from an earlier loan of that firm or
            its group; missing where nobody knows); and what tells loans apart in `segment_…`.
        """
        evidence, model = self.learnt.evidence, self._given.model
        rows = evidence.held_out
        outcomes = self._outcomes.loc[rows.table.index]
        table = pd.DataFrame(
            {
                "entity_id": outcomes["entity_id"],
                "group": rows.groups,
                "application_date": rows.time,
                "bad": rows.bad,
                "challenger": evidence.pd_,
                "challenger_whole": evidence.model.predict_proba(rows.table)[:, 1],
                "champion": model.predict_proba(rows.table)[:, 1],
                "known": self._known(outcomes["entity_id"]),
            },
            index=rows.table.index,
        )
        return table.join(rows.segments.add_prefix(SEGMENT))

    def told(self) -> Told:
        """The sample in words and numbers."""
        evidence = self.learnt.evidence
        return {
            "said_zh": self.learnt.said_zh,
            "train_rows": len(evidence.train),
            "train_bads": int(evidence.train.bad.sum()),
            "rows": len(evidence.held_out),
            "bads": int(evidence.held_out.bad.sum()),
            "learnt_until": _day(getattr(evidence.model, "period_", None)),
            "champion_learnt_until": _day(getattr(self._given.model, "period_", None)),
        }

    def registered(self, now: datetime) -> Told:
        """The challenger checked, registered beside the champion, and reported; or refused, and why.

        A version that this retraining registered before it was killed is taken as it is.

        Raises:
            ModelError: The registry cannot be read or written.
        """
        there = self._earlier()
        if there is not None:
            return self._again(there)
        try:
            return self._as_told(review(self._given.home, self.learnt.evidence, self._occasion(now)))
        except Refused as refused:
            return {
                "version": None,
                "refused": str(refused),
                "checks": [asdict(check) for check in refused.checks],
                "report": self._below(refused.report),
            }

    def _earlier(self) -> Entry | None:
        """The ledger's line about the version that this retraining registered; None where it did not yet."""
        mine = (
            one
            for one in ledger.read(self._given.home)
            if (one.model, one.act, one.by, one.why) == (self._given.name, "register", BY, self._why)
        )
        return next(mine, None)

    def _again(self, entry: Entry) -> Told:
        home, version = self._given.home, version_of(entry)
        report = home.reports / "models" / f"{version.name}-{version.version}.html"
        if not report.is_file():
            return self._as_told(
                report_again(home, self.learnt.evidence, self._occasion(entry.moment), version)
            )
        checks = one_version(home, version.name, version.version).checks
        return {"version": version.label, "refused": None, "checks": checks, "report": self._below(report)}

    def _as_told(self, reviewed: Reviewed) -> Told:
        return {
            "version": reviewed.version.label,
            "refused": None,
            "checks": [asdict(check) for check in reviewed.checks],
            "report": self._below(reviewed.report),
        }

    def _occasion(self, now: datetime) -> Occasion:
        given, learnt = self._given, self.learnt
        more = {"as_alias": CHALLENGER, "by": BY, "why": self._why, "now": now}
        return occasion_of(given.home, learnt, validation_of(learnt), given.day, given.scope, **more)

    @property
    def _outcomes(self) -> pd.DataFrame:
        if self.learnt.outcomes is None:
            raise ModelError("a retraining needs the outcomes of loans, and none were read")
        return self.learnt.outcomes

    def _known(self, asked: pd.Series) -> "pd.Series[bool] | bool | None":
        """Whether a firm or its group has a loan among those of the champion's days of training."""
        period = getattr(self._given.model, "period_", None)
        if period is None:
            return None
        outcomes = self._outcomes
        groups = company_groups(Session(self._given.home), self._given.day)
        group = group_of(outcomes["entity_id"], groups)
        first, last = (pd.Timestamp(day) for day in period)
        within = outcomes["application_date"].between(first, last)
        learnt = {*group[within & outcomes["mature"].astype(bool)]}
        return group_of(asked, groups).isin(learnt)

    def _below(self, path: Path) -> str:
        return str(path.relative_to(self._given.home.root))


def _day(period: Any) -> str | None:
    return f"{pd.Timestamp(period[1]):%Y-%m-%d}" if period is not None else None
