"""The package that a bank carries home, where its own columns stay with it.

inside/packages/<id>/package.json      what left, word for word
inside/packages/<id>/loans.parquet     the split
inside/packages/<id>/platform.parquet  the platform's own log-odds of the loans, unrounded
inside/packages/<id>/platform/         the platform's model where it goes first, or sub_scores/ its themes'
inside/packages/<id>/columns.parquet   the platform's columns of the loans, where the bank goes first
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from features.errors import RequestError
from features.keyed import write_keyed
from models.chained import ALGORITHM
from models.credit import CreditModel
from models.lab.fitting import Watch, silent
from models.lab.sample import Sample, Side
from models.lab.second_half import SecondHalf
from models.lab.stacking import First, first_model, fit_first, second_model
from models.lab.sub_scores import fit_sub_scores, half_model, theme_model
from models.reasons import Meaning
from models.splits import GroupTimeFolds
from pipelines.lab.agreement import Export
from pipelines.lab.contribution import refuse_other_key
from pipelines.lab.digests import digests_of
from pipelines.lab.gate import release
from pipelines.lab.package_review import Scored, review
from pipelines.lab.package_words import FILE as README
from pipelines.lab.package_words import how_fine, words
from pipelines.lab.parcel import Parcel, pack
from pipelines.lab.project import Act, Clock, Project, now
from pipelines.lab.split import Split

SplitRoute = Literal["sub_scores", "stacking"]

LOG_ODDS, SUB_SCORES = "log_odds.parquet", "sub_scores.parquet"
PLATFORM, COLUMNS, MEANINGS = "platform.parquet", "columns.parquet", "meanings.json"
VERSION_DIGITS, DIGITS = 12, 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What kind of package is asked for.

    Attributes:
        bank: Whose loans.
        route: `sub_scores`, or `stacking` of log-odds.
        first: With stacking, which side says its log-odds first; None with sub-scores.

    Raises:
        RequestError: Stacking without a first side, or sub-scores with one.
    """

    bank: str
    route: SplitRoute
    first: Side | None = None

    def __post_init__(self) -> None:
        if (self.route == "stacking") != (self.first is not None):
            raise RequestError(
                f"route '{self.route}' with '{self.first or 'nobody'}' first; expected stacking with "
                "platform or bank first, or sub_scores with nobody"
            )

    @property
    def kind(self) -> Export:
        """Which kind of export it is."""
        return "sub_scores" if self.route == "sub_scores" else "log_odds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Makers:
    """How the models of both sides are made; each is told what its columns mean."""

    first: Callable[[Mapping[str, Meaning]], CreditModel] = first_model
    second: Callable[[Mapping[str, Meaning]], SecondHalf] = second_model
    theme: Callable[[Mapping[str, Meaning]], CreditModel] = theme_model
    half: Callable[[Mapping[str, Meaning]], CreditModel] = half_model


def makers_of(trees: int) -> Makers:
    """The same manners of making models with an own bound of trees: quicker, and not better."""
    return Makers(
        first=lambda meanings: first_model(meanings).set_params(n_estimators=trees),
        second=lambda meanings: SecondHalf(meanings=meanings, n_estimators=trees),
        theme=lambda meanings: theme_model(meanings).set_params(n_estimators=trees),
        half=lambda meanings: half_model(meanings).set_params(n_estimators=trees),
    )


def places(project: Project) -> Path:
    """Where the lab keeps what belongs to its packages, a folder a package."""
    return project.inside / "packages"


def write_package(
    project: Project,
    sample: Sample,
    folds: GroupTimeFolds,
    order: Order,
    *,
    key: bytes,
    as_of: pd.Timestamp,
    by: str,
    clock: Clock = now,
    makers: Makers | None = None,
    watch: Watch = silent,
) -> Parcel:
    """Fit the platform's side, and let a package for one bank leave through the gate.

    Args:
        project: Under whose agreement.
        sample: All banks' loans; for sub-scores the platform's columns as of the month end before each
            application, because sub-scores come month by month in use. The bank's columns are not read.
        folds: Over the sample.
        order: For whom and of which kind.
        key: The project's key.
        as_of: The lab's day.
        by: Who makes it.
        clock: Tells the time.
        makers: How models are made.
        watch: Told of every model fitted.

    Returns:
        The package where it lies in `out/`.

    Raises:
        AgreementError: The agreement does not allow it.
        RequestError: The key is another one, or a loan number stands twice.
        ModelError: Fewer firms than the smallest cell, or nothing to learn from.
    """
    with project.act("package", by=by, clock=clock, route=order.route, fields={order.bank: ()}) as act:
        refuse_other_key(project, key)
        split = Split.of(sample, folds, key, order.bank)
        split.refuse_few(project.agreement.smallest_cell)
        made = _Making(project, sample, folds, split, order, key, makers or Makers(), watch)
        inside, folder = _folders(act)
        models, scored = made.write(inside, folder)
        told = _told(project, order, split, models, as_of)
        names = sorted(one.name for one in folder.iterdir())
        (folder / README).write_text(words(told, names), "utf-8")
        parcel = pack(folder, "package", told, key)
        (inside / "package.json").write_text(json.dumps(parcel.told, ensure_ascii=False), "utf-8")
        act.keep(inside, places(project) / parcel.id)
        act.noted |= {"package": parcel.id, "bank": order.bank, "first": order.first, **split.counts()}
        place = release(
            project,
            folder,
            kind=order.kind,
            to=order.bank,
            what=f"package {parcel.id} for the bank's half",
            how_fine=how_fine(order.route, order.first, told["fineness"])["en"],
            disclosure=review(folder, order.kind, split, scored, project.agreement.smallest_cell),
            by=by,
            clock=clock,
            zh={
                "what": f"交银行建模的包 {parcel.id}",
                "how_fine": how_fine(order.route, order.first, told["fineness"])["zh"],
            },
        )
    return Parcel(place, parcel.told)


def version_of(folder: Path) -> str:
    """Tells one model from another: the first digits of a hash over all of its files' hashes."""
    told = json.dumps(digests_of(folder), sort_keys=True).encode()
    return hashlib.new(ALGORITHM, told).hexdigest()[:VERSION_DIGITS]


def round_to(log_odds: pd.Series, fine: float) -> pd.Series:
    """The nearest multiples of `fine`.

    >>> round_to(pd.Series([-1.2345, 0.26]), 0.05).tolist()
    [-1.25, 0.25]
    """
    return (np.rint(log_odds / fine) * fine).round(DIGITS)


@dataclass(frozen=True, slots=True)
class _Making:
    """Everything that the files of a package are made of."""

    project: Project
    sample: Sample
    folds: GroupTimeFolds
    split: Split
    order: Order
    key: bytes
    makers: Makers
    watch: Watch

    def write(self, inside: Path, folder: Path) -> tuple[list[dict[str, Any]], Scored | None]:
        """Fit and write; what is to be told of the models, and the scores that leave."""
        self.split.write(inside, self.key)
        self.split.write(folder, self.key)
        alone = self._alone()
        self._write_keyed(inside / PLATFORM, alone.log_odds.to_frame("log_odds"))
        if self.order.route == "sub_scores":
            return self._sub_scores(inside, folder)
        if self.order.first == "bank":
            self._write_keyed(inside / COLUMNS, self.sample.platform)
            told = {name: asdict(one) for name, one in self.sample.meanings.items()}
            (inside / MEANINGS).write_text(json.dumps(told, ensure_ascii=False), "utf-8")
            return [], None
        alone.model.save(inside / "platform")
        said = round_to(alone.log_odds, self.project.agreement.fineness.log_odds)
        self._write_keyed(folder / LOG_ODDS, said.to_frame("log_odds"))
        models = [{"name": "platform", "version": version_of(inside / "platform")}]
        return models, self._scored(self._own(said.to_frame("log_odds")), self._own(said))

    def _alone(self) -> First:
        """The platform's own model; where it goes second, what the platform alone is worth."""
        return fit_first(
            self.sample.platform,
            self.sample.bad,
            self.sample.groups,
            self.folds,
            meanings=self.sample.meanings,
            make=self.makers.first,
            watch=self.watch,
        )

    def _sub_scores(self, inside: Path, folder: Path) -> tuple[list[dict[str, Any]], Scored]:
        fine = max(1, round(self.project.agreement.fineness.points))
        scores = fit_sub_scores(self.sample, self.folds, make=self.makers.theme, fine=fine, watch=self.watch)
        scores.save(inside / "sub_scores")
        self._write_keyed(folder / SUB_SCORES, scores.cross_fitted)
        # counts of its sample are left out: less this bank's own they would be another bank's
        models = [{"name": name, "version": scores.version} for name in scores.models]
        points = self._own(scores.cross_fitted)
        # each theme's points say how risky a firm is by it alone; what they say together is near their mean
        log_odds = (scores.scale.offset - points.mean(axis="columns")) / scores.scale.factor
        return models, self._scored(points, log_odds)

    def _scored(self, scores: pd.DataFrame, log_odds: pd.Series) -> Scored:
        return Scored(scores=scores, log_odds=log_odds, columns=self._own(self.sample.platform))

    def _own(self, table: Any) -> Any:
        """The rows of the bank's loans in the split, by keyed loan number."""
        return table.loc[self.split.numbers].set_axis(self.split.loans.index).rename_axis("loan_id")

    def _write_keyed(self, path: Path, table: pd.DataFrame) -> None:
        write_keyed(self._own(table).reset_index(), path, self.key)


def _folders(act: Act) -> tuple[Path, Path]:
    inside, folder = act.staging / "inside", act.staging / "package"
    inside.mkdir()
    folder.mkdir()
    return inside, folder


def _told(
    project: Project, order: Order, split: Split, models: list[dict[str, Any]], as_of: pd.Timestamp
) -> dict[str, Any]:
    """What the package says of itself; every count of it is above the smallest cell."""
    agreement, folds = project.agreement, split.folds
    periods = {"train_period": folds.train_period, "test_period": folds.test_period}
    return {
        "project": project.name,
        "bank": order.bank,
        "route": order.route,
        "first": order.first,
        "as_of": f"{as_of:%Y-%m-%d}",
        "expires_on": agreement.valid.last.isoformat(),
        "models": models,
        "split": {
            "folds": folds.get_n_splits(),
            **{name: [f"{day:%Y-%m-%d}" for day in days] for name, days in periods.items()},
            **split.counts(),
        },
        "smallest_cell": agreement.smallest_cell,
        "fineness": {"points": agreement.fineness.points, "log_odds": agreement.fineness.log_odds},
        "may": {
            "purpose": str(agreement.purpose),
            "legal_basis": agreement.legal_basis,
            "fields": list(agreement.party(order.bank).fields),
            "return_model": "model" in agreement.exports,
        },
    }
