"""What pooling brings: the platform's columns, the bank's and both, judged on the same loans."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import Any, get_args

import pandas as pd

from features.errors import ModelError
from models.credit import CreditModel
from models.delong import auc_interval
from models.lab.figures import ROUNDS, Compared, Figures, Gain, compared
from models.lab.fitting import Learner, Learnt, Watch, classifier, learnt, silent
from models.lab.sample import Columns, Sample
from models.metrics import Estimate
from models.reasons import Meaning
from models.scorecard import WoeScorecard
from models.scored import ScoredClassifier
from models.splits import GroupTimeFolds

Maker = Callable[[Mapping[str, Meaning]], ScoredClassifier]
"""Makes a classifier that is told what its columns mean."""

MAKERS: Mapping[str, Maker] = MappingProxyType(
    {
        "CreditModel": lambda meanings: CreditModel(meanings=meanings),
        "WoeScorecard": lambda meanings: WoeScorecard(meanings=meanings),
    }
)

CANDIDATES: tuple[Columns, ...] = get_args(Columns)

PAIRS: tuple[tuple[Columns, Columns], ...] = (
    ("pooled", "bank"),
    ("pooled", "platform"),
    ("platform", "bank"),
)
"""What is held against what."""

FEWEST_BADS = 10
"""Fewer bad loans of a bank in the test, or fewer good ones, and nothing is said of them alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfBank:
    """What a candidate is worth on one bank's test loans.

    Attributes:
        bank: Whose loans.
        auc: How well they are ranked; None where there are too few.
        calibration: Predicted over observed rate of default; None likewise.
        said: In words, why there are no figures; empty where there are.
    """

    bank: str
    auc: Estimate | None = None
    calibration: Estimate | None = None
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A model of some columns, and what it said of the test loans by fold.

    Attributes:
        name: `platform`, `bank` or `pooled`.
        model: Name of the maker.
        pd_: Probability of default of each test loan, from a model that knew neither its time nor its firm.
        figures: Over all test loans.
        by_bank: The same for each bank's loans, in the order of their names.
    """

    name: Columns
    model: str
    pd_: pd.Series
    figures: Figures
    by_bank: tuple[OfBank, ...]

    @property
    def auc(self) -> Estimate:
        """How well it ranks."""
        return self.figures.auc

    @property
    def ks(self) -> Estimate:
        """Largest gap between the distributions of bad and good loans."""
        return self.figures.ks

    @property
    def lift_10(self) -> Estimate:
        """Bad rate among the riskiest tenth over that of all."""
        return self.figures.lift_10

    @property
    def calibration(self) -> Estimate:
        """Mean predicted over observed rate of default."""
        return self.figures.calibration


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplift:
    """All candidates on the same loans, and what one has over another.

    Attributes:
        candidates: By model, then platform, bank, pooled.
        gains: (model, one, other) → what `one` has over `other`.
        loans: Loans that it was judged by.
        bads: How many of them defaulted.
    """

    candidates: tuple[Candidate, ...]
    gains: Mapping[tuple[str, Columns, Columns], Gain]
    loans: int
    bads: int

    def of(self, model: str, name: Columns) -> Candidate:
        """One candidate.

        Raises:
            ModelError: There is none of that name.
        """
        for one in self.candidates:
            if (one.model, one.name) == (model, name):
                return one
        told = ", ".join(f"{one.model} of {one.name}" for one in self.candidates)
        raise ModelError(f"no candidate is the {model} of {name}; there are {told}")

    def table(self) -> pd.DataFrame:
        """A row a candidate: each figure with `_low` and `_high`, the ends of its interval."""
        return pd.DataFrame(
            [{"model": one.model, "columns": one.name} | _flat(one.figures) for one in self.candidates]
        )


def compare(
    sample: Sample,
    folds: GroupTimeFolds,
    makers: Mapping[str, Maker] = MAKERS,
    *,
    candidates: tuple[Columns, ...] = CANDIDATES,
    taught: pd.Series | None = None,
    rounds: int = ROUNDS,
    watch: Watch = silent,
) -> Uplift:
    """The uplift table.

    Each test loan is scored by its fold's model, which learnt from loans whose outcome was complete before
    the test began, of firms outside the fold.

    Args:
        sample: The loans.
        folds: Over them, such as `sample.folds(day)`.
        makers: Which models.
        candidates: Of which columns.
        taught: Labels to learn from where they are not those to judge by, by loan, such as
            `several_banks.worst_labels` makes them; the folds must then wait for their windows.
        rounds: Draws of firms behind intervals other than the AUC's.
        watch: Is told of every model fitted.

    Raises:
        ModelError: A side has no columns, or the test has no bad or no good loan.
    """
    for name in candidates:
        if not sample.columns(name).shape[1]:
            raise ModelError(f"the {name} brings no columns; leave it out of the candidates")
    judged = sample.where(folds.test)
    if judged.bad.nunique() < len(("good", "bad")):
        raise ModelError(f"of {len(judged)} test loans {int(judged.bad.sum())} are bad; expected both kinds")
    learners = {
        (model, name): learner(sample, name, maker, taught)
        for (model, maker), name in product(makers.items(), candidates)
    }
    found = learnt(learners, folds, sample.loans.index, whole=False, watch=watch)
    pds = {f"{model} {name}": one.pd_ for (model, name), one in found.items()}
    told = compared(judged.bad, pds, judged.groups, rounds=rounds)
    return _told(judged, found, told, rounds)


def learner(
    sample: Sample,
    name: Columns,
    maker: Maker = MAKERS["CreditModel"],
    taught: pd.Series | None = None,
) -> Learner[Any]:
    """The learner of one side's columns, or of both; of the sample's labels unless others are `taught`."""
    label = sample.bad if taught is None else taught[sample.loans.index]
    table = sample.columns(name)
    meanings = {column: sample.meanings[column] for column in table if column in sample.meanings}
    return classifier(lambda: maker(meanings), table, label, sample.groups)


def fitted(
    sample: Sample,
    folds: GroupTimeFolds,
    name: Columns,
    maker: Maker = MAKERS["CreditModel"],
    taught: pd.Series | None = None,
) -> ScoredClassifier:
    """The model of all rows of training; of the sample's labels unless others are `taught`."""
    return learner(sample, name, maker, taught).fit(folds.train)


def by_bank(judged: Sample, pd_: pd.Series, rounds: int = ROUNDS) -> tuple[OfBank, ...]:
    """What probabilities are worth on each bank's loans.

    Args:
        judged: The test loans.
        pd_: Their probabilities.
        rounds: Draws of firms.
    """
    names = judged.loans["bank"]
    return tuple(
        _of_bank(str(name), judged.where((names == name).to_numpy()), pd_, rounds)
        for name in sorted(names.unique())
    )


def _of_bank(name: str, own: Sample, pd_: pd.Series, rounds: int) -> OfBank:
    bads = int(own.bad.sum())
    if min(bads, len(own) - bads) < FEWEST_BADS:
        return OfBank(bank=name, said=f"fewer than {FEWEST_BADS} bad or good loans of this bank in the test")
    scores = pd_[own.loans.index]
    told = compared(own.bad, {name: scores}, own.groups, rounds=rounds).figures[name]
    return OfBank(bank=name, auc=auc_interval(own.bad, scores, own.groups), calibration=told.calibration)


def _told(
    judged: Sample, found: Mapping[tuple[str, Columns], Learnt[Any]], told: Compared, rounds: int
) -> Uplift:
    candidates = tuple(
        Candidate(
            name=name,
            model=model,
            pd_=one.pd_,
            figures=told.figures[f"{model} {name}"],
            by_bank=by_bank(judged, one.pd_, rounds),
        )
        for (model, name), one in found.items()
    )
    gains = {
        (model, one, other): told.gain(f"{model} {one}", f"{model} {other}")
        for model in dict.fromkeys(model for model, _ in found)
        for one, other in PAIRS
        if {(model, one), (model, other)} <= set(found)
    }
    return Uplift(candidates=candidates, gains=gains, loans=len(judged), bads=int(judged.bad.sum()))


def _flat(figures: Figures) -> dict[str, float]:
    flat: dict[str, float] = {}
    for name in ("auc", "ks", "lift_10", "calibration"):
        one: Estimate = getattr(figures, name)
        flat |= {name: one.value, f"{name}_low": one.low, f"{name}_high": one.high}
    return flat
