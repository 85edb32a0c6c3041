"""What an attacker who holds an exported model learns of the loans that it learnt from.

A model that fits its own loans better than others of the same kind tells who was among them (Yeom 2018). The
attacks here run against every export before it leaves. That they find something where there is something is
shown by `overfitted`, a model that knows its loans by heart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

from features.errors import ModelError
from models.delong import auc_interval
from models.inputs import label_to_fit, table_to_fit
from models.metrics import Estimate
from models.table import Encoder

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Loans = tuple[pd.DataFrame, ArrayLike]
"""A table of loans and their outcomes, row by row: 1 for bad, 0 for good."""

NEARLY = 1e-12
"""How near to 0 and 1 a probability may come whose logarithm is taken."""

BY_HEART = {
    "objective": "binary",
    "learning_rate": 0.1,
    "feature_fraction": 0.3,
    "num_leaves": 255,
    "max_depth": -1,
    "min_data_in_leaf": 1,
    "min_data_in_bin": 1,
    "min_sum_hessian_in_leaf": 1e-6,
    "min_data_per_group": 1,
    "cat_smooth": 0.0,
    "cat_l2": 0.0,
    "lambda_l2": 0.0,
    "feature_pre_filter": False,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "seed": 0,
    "verbose": -1,
}
"""Leaves of one loan, nothing that draws them to the mean.

Trees that ask different columns agree on the loans that they learnt from and on no others.
"""


class Answers(Protocol):
    """A model as an attacker holds it."""

    def predict_proba(self, X: Any) -> Floats:
        """Probabilities of good and bad, one row a loan."""


@dataclass(frozen=True, slots=True)
class Attack:
    """An attack and how far it came.

    Attributes:
        name: Short, for records.
        auc: The chance that the attacker ranks a loan of whom it is true above one of whom it is not, with
            its 95 % interval; 0.5 is guessing, 1 is knowing.
        how_zh: What the attacker does, in Chinese.
        how_en: The same in English.
        gates: Whether an export may not leave where it came too far; False for what is told beside.
    """

    name: str
    auc: Estimate
    how_zh: str
    how_en: str
    gates: bool = True

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """The attack that `as_record` told of."""
        return cls(**{**record, "auc": Estimate(**record["auc"])})

    def as_record(self) -> dict[str, Any]:
        """Plain values for the ledger and the report."""
        auc = {"value": self.auc.value, "low": self.auc.low, "high": self.auc.high}
        told = {"name": self.name, "how_zh": self.how_zh, "how_en": self.how_en}
        return told | {"gates": self.gates, "auc": auc}


def against(
    model: Answers,
    members: Loans,
    non_members: Loans,
    reference: Answers | None = None,
    firms: ArrayLike | None = None,
) -> list[Attack]:
    """Membership inference: was a loan among those that the model learnt from?

    The attacker knows all of a loan, its outcome too. Members and non-members must be of the same period and
    population, else what sets these apart is taken for what the model gave away.

    Args:
        model: What is about to leave.
        members: Loans that it learnt from.
        non_members: Loans that it has not seen, nor others of their firms.
        reference: A model of the same kind that learnt from other loans; what is easy for both to foretell is
            then not held against the model (Watson 2022). None leaves this attack out.
        firms: The firm of each member and then of each other loan: loans of one firm are not independent.

    Returns:
        By loss, by confidence, and with a reference by the difference of losses.

    Raises:
        ModelError: A side has no loan, or its outcomes are not one 0 or 1 for each loan.
    """
    sides = [_checked(members, "members"), _checked(non_members, "non-members")]
    member = np.repeat([1, 0], [len(bad) for _, bad in sides])
    bad = np.concatenate([bad for _, bad in sides])
    probability = _of_both(model, sides)
    loss = _loss(probability, bad)
    found = [
        Attack(
            "membership_by_loss",
            auc_interval(member, -loss, firms),
            "成员推断：模型对某笔贷款的损失越小，越猜它参与过训练",
            "membership: the better the model fits a loan's outcome, the likelier it learnt from it",
        ),
        Attack(
            "membership_by_confidence",
            auc_interval(member, np.abs(probability - 0.5), firms),
            "成员推断：模型的回答离0.5越远，越猜该笔贷款参与过训练",
            "membership: the further the model's answer is from 0.5, the likelier it learnt from the loan",
        ),
    ]
    if reference is not None:
        harder = _loss(_of_both(reference, sides), bad) - loss
        found.append(
            Attack(
                "membership_by_reference",
                auc_interval(member, harder, firms),
                "成员推断：与用其他数据训练的参照模型相比，损失小得越多，越猜该笔贷款参与过训练",
                "membership: the better the model fits a loan than a model of other loans does, "
                "the likelier it learnt from it",
            )
        )
    return found


def of_attribute(
    model: Answers,
    table: pd.DataFrame,
    bad: ArrayLike,
    column: str,
    called: tuple[str, str] | None = None,
    firms: ArrayLike | None = None,
    *,
    alike: bool = False,
) -> Attack:
    """Attribute inference: is a loan's value of a column in its upper half?

    The attacker knows the outcome and all columns but this one, tries the middle value of either half in its
    place, and asks by which the model's answer fits the outcome better (Fredrikson 2015; Yeom 2018). Part of
    what is found is what column and outcome have in common in the whole population: the same attack on
    loans that the model has not seen says how much.

    Args:
        model: What is about to leave.
        table: Loans; those without a value in the column are left out.
        bad: Their outcomes, 1 for bad.
        column: What the attacker wants to know; numbers.
        called: What it is called in Chinese and in English; the column's own name by default.
        firms: The firm of each loan; each its own by default.
        alike: Whether loans are ranked among those of the same outcome alone, to hold one set of loans
            against another in which more or fewer failed.

    Raises:
        ModelError: There is no such column, it holds words, or all its values are alike; or as of `against`.
    """
    loans, outcome = _checked((table, bad), "loans")
    values = _numbers(loans, column)
    known = values.notna().to_numpy()
    loans, outcome, values = loans[known], outcome[known], values[known]
    upper = values > values.median() if (values > values.median()).any() else values >= values.median()
    if not len(values) or upper.all():
        raise ModelError(f"column '{column}' has no two halves; expected values that differ")
    fits = [
        -_loss(_bad(model, loans.assign(**{column: values[half].median()})), outcome)
        for half in (~upper, upper)
    ]
    guess = within(fits[1] - fits[0], outcome) if alike else fits[1] - fits[0]
    zh, en = called or (column, column)
    return Attack(
        f"attribute_{column}",
        auc_interval(upper, guess, None if firms is None else np.asarray(firms)[known]),
        f"属性推断：已知结果和其他各列，猜“{zh}”高于还是低于中位数",
        f"attribute: from the outcome and all other columns, whether '{en}' is above its median",
        gates=False,
    )


def strongest(attacks: Sequence[Attack]) -> Attack:
    """The attack that came furthest.

    Raises:
        ModelError: There is none.
    """
    if not attacks:
        raise ModelError("no attack was run; expected at least one")
    return max(attacks, key=lambda attack: attack.auc.value)


@dataclass(frozen=True, slots=True)
class ByHeart:
    """A model that knows its loans by heart; never for use, only to see that an attack finds it out.

    Attributes:
        encoder_: From a table to the booster's matrix.
        booster_: Its trees.
    """

    encoder_: Encoder
    booster_: lgb.Booster

    def predict_proba(self, X: Any) -> Floats:
        """Probabilities of good and bad, one row a loan."""
        bad = np.asarray(self.booster_.predict(self.encoder_.matrix(X)), dtype=np.float64)
        return np.column_stack([1 - bad, bad])


def overfitted(X: Any, y: ArrayLike, *, rounds: int = 100) -> ByHeart:
    """A deliberately overfitted model: deep trees, leaves of one loan, many rounds, no regularisation.

    Args:
        X: A table as `CreditModel.fit` takes it.
        y: 1 for bad, 0 for good.
        rounds: Number of trees.

    Raises:
        ModelError: The label has one class, or the table cannot be read.
    """
    table = table_to_fit(X)
    label, _ = label_to_fit(y, len(table))
    encoder = Encoder.learn(table)
    data = lgb.Dataset(
        encoder.matrix(table), label, categorical_feature=encoder.categorical, params={**BY_HEART}
    )
    return ByHeart(encoder, lgb.train({**BY_HEART}, data, rounds))


def within(known: Floats, label: Ints) -> Floats:
    """Ranks among the loans of the same outcome, as shares."""
    told = np.empty(len(known))
    for outcome in (0, 1):
        rows = label == outcome
        told[rows] = (rankdata(known[rows]) - 0.5) / max(int(rows.sum()), 1)
    return told


def _checked(loans: Loans, who: str) -> tuple[pd.DataFrame, Ints]:
    """A table and its outcomes, where these go together."""
    table, bad = loans[0], np.asarray(loans[1])
    if not len(table):
        raise ModelError(f"the {who} of an attack are 0 loans; expected at least one")
    if bad.shape != (len(table),) or not np.isin(bad, (0, 1)).all():
        raise ModelError(
            f"{who}: outcomes of shape {bad.shape} for {len(table)} loans; expected one 0 or 1 for each"
        )
    return table, bad.astype(np.int64)


def _numbers(table: pd.DataFrame, column: str) -> pd.Series:
    if column not in table.columns:
        raise ModelError(f"no column '{column}' in the loans; an attack on it is impossible")
    if not pd.api.types.is_numeric_dtype(table[column].dtype):
        raise ModelError(f"column '{column}' holds no numbers; expected numbers, which have halves")
    return table[column].astype("float64")


def _of_both(model: Answers, sides: Sequence[tuple[pd.DataFrame, Ints]]) -> Floats:
    return np.concatenate([_bad(model, table) for table, _ in sides])


def _bad(model: Answers, table: pd.DataFrame) -> Floats:
    """The model's probability of default."""
    return np.asarray(model.predict_proba(table), dtype=np.float64)[:, 1]


def _loss(probability: Floats, bad: Ints) -> Floats:
    """Log-loss of each loan."""
    kept = np.clip(probability, NEARLY, 1 - NEARLY)
    return -np.log(np.where(bad == 1, kept, 1 - kept))
