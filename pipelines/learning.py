"""How the credit model is learnt, and the evidence on it: from the loan tape, or from one outcome a firm."""

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import RepeatedStratifiedKFold

from features.assemble import Watch, assemble
from features.catalogue import source_named
from features.feature import AnyFeature
from features.home import Home
from features.session import Session
from models.credit import MANY_ROWS, CreditModel
from models.evidence import Evidence, Rows
from models.groups import company_groups, group_of
from models.metrics import auc
from models.splits import GroupTimeFolds, out_of_time_and_firm
from pipelines.sample import Scope, meanings, outcomes_as_of
from pipelines.segmenting import segments_of

FOLDS, REPEATS = 5, 10
SEED = 0

Floats = NDArray[np.float64]
Maker = Callable[[], CreditModel]


@dataclass(frozen=True, slots=True)
class Learnt:
    """A model that is not registered yet.

    Attributes:
        evidence: The model and the rows that it learnt from and is judged by; the tables are indexed by loan
            or by firm.
        outcomes: What became of every loan; None where there is no loan tape.
        said_zh: In Chinese: what was held out, over which days, how many rows and bads.
    """

    evidence: Evidence
    outcomes: pd.DataFrame | None
    said_zh: str


def from_loans(
    home: Home,
    day: pd.Timestamp,
    scope: Scope,
    features: tuple[AnyFeature, ...],
    watch: Watch = lambda _source: None,
) -> Learnt:
    """From the loan tape: judged by later loans of firms and company groups that it has not seen.

    Each fold's model learns from loans whose outcome was complete before the test began, of firms outside
    the fold, and scores the test's loans of the firms inside. The model that is kept learns from all of the
    former.

    Raises:
        ModelError: The tape is too short.
    """
    outcomes = outcomes_as_of(home, day, scope.label_rules)
    groups = company_groups(Session(home), day)
    split = out_of_time_and_firm(outcomes, groups, seed=SEED)
    used = split.train | split.test
    rows = loan_rows(home, features, outcomes[used], groups, watch)
    maker, train = maker_of(features, scope.model_settings), rows.where(split.train[used])
    parts = [rows.where(known[used]) for known, _ in split.folds]
    model, *by_fold = _fitted_all(maker, [train, *parts])
    evidence = Evidence(
        model=model,
        train=train,
        held_out=rows.where(split.test[used]),
        pd_=_by_fold(by_fold, rows, split, used),
        kind="out_of_time",
        refit=lambda: _fitted(maker, train),
    )
    return Learnt(evidence, outcomes, _said_out_of_time(split, evidence))


def loan_rows(
    home: Home, features: tuple[AnyFeature, ...], outcomes: pd.DataFrame, groups: pd.Series, watch: Watch
) -> Rows:
    """Features of each loan's firm as known on the day of its application, indexed by loan."""
    spine = outcomes[["entity_id"]].assign(as_of=outcomes["application_date"])
    table = assemble(home, features, spine, watch).values.set_axis(outcomes.index, axis="index")
    return Rows(
        table=table,
        bad=outcomes["bad"].astype("int64").to_numpy(),
        time=outcomes["application_date"],
        groups=group_of(outcomes["entity_id"], groups),
        segments=segments_of(table),
    )


def _by_fold(models: list[CreditModel], rows: Rows, split: GroupTimeFolds, used: NDArray[np.bool_]) -> Floats:
    """Probability of default of each test loan, from its fold's model."""
    predicted = pd.Series(np.nan, index=rows.table.index)
    for model, (_, test) in zip(models, split.folds, strict=True):
        asked = rows.where(test[used])
        predicted[asked.table.index] = model.predict_proba(asked.table)[:, 1]
    return predicted[split.test[used]].to_numpy(dtype=np.float64)


def maker_of(features: tuple[AnyFeature, ...], settings: Mapping[str, Any]) -> Maker:
    """Makes a credit model that is not fitted yet, with what its columns mean and a recipe's settings."""
    return lambda: CreditModel(meanings=meanings(features), **{"random_state": SEED, **settings})


def _fitted(maker: Maker, rows: Rows) -> CreditModel:
    return maker().fit(rows.table, rows.bad, groups=rows.groups, time=rows.time)


def _fitted_all(maker: Maker, parts: Iterable[Rows]) -> list[CreditModel]:
    """The models of several samples, in their order.

    Below `MANY_ROWS` a model is grown by one thread, and several are grown at once: the trees of each are the
    same as if it had been alone. Above, each takes the cores for itself.
    """
    samples = list(parts)
    alone = max(map(len, samples)) >= MANY_ROWS
    with ThreadPoolExecutor(1 if alone else min(len(samples), os.cpu_count() or 1)) as pool:
        return list(pool.map(lambda rows: _fitted(maker, rows), samples))


def _said_out_of_time(split: GroupTimeFolds, evidence: Evidence) -> str:
    (first, last), (begun, ended) = split.test_period, split.train_period
    tested, learnt = evidence.held_out, evidence.train
    return (
        f"跨时间、跨企业验证：{first:%Y-%m-%d} 至 {last:%Y-%m-%d} 申请的 {len(tested)} 笔贷款"
        f"（坏样本 {int(tested.bad.sum())} 笔），评分模型既未见过其时期，也未见过其企业及关联企业；"
        f"训练样本为 {begun:%Y-%m-%d} 至 {ended:%Y-%m-%d} 申请、"
        f"且表现期在验证期开始前已结束的 {len(learnt)} 笔"
    )


def from_record(
    home: Home,
    label: str,
    day: pd.Timestamp,
    scope: Scope,
    features: tuple[AnyFeature, ...],
    watch: Watch = lambda _source: None,
) -> Learnt:
    """From one outcome a firm: judged by repeated cross-validation; every firm is learnt from in the end."""
    truth = recorded(home, label, scope.spine(day))
    spine = truth.index.to_frame(index=False).assign(as_of=day)
    table = assemble(home, features, spine, watch).values.droplevel("as_of")
    rows = Rows(
        table=table,
        bad=truth.to_numpy(dtype=np.int64),
        groups=table.index.to_series(),
        segments=segments_of(table),
    )
    maker = maker_of(features, scope.model_settings)
    unseen, aucs = _repeated(maker, rows)
    evidence = Evidence(
        model=_fitted(maker, rows),
        train=rows,
        held_out=rows,
        pd_=unseen,
        kind="repeated_cv",
        repeats=REPEATS,
        fold_aucs=aucs,
        refit=lambda: _fitted(maker, rows),
    )
    said = (
        f"{FOLDS} 折交叉验证重复 {REPEATS} 次，每户企业每次恰被留出一次：{len(rows)} 户，"
        f"其中坏样本 {int(rows.bad.sum())} 户"
    )
    return Learnt(evidence, None, said)


def recorded(home: Home, label: str, spine: pd.DataFrame) -> pd.Series:
    """The flag `source.column` of every firm that has one, as known on the day."""
    source, column = label.split(".")
    session = Session(home)
    session.set_spine(spine)
    query = f'SELECT entity_id, arg_max("{column}", event_date) AS label FROM {{known}} GROUP BY entity_id'  # noqa: S608 - names of the catalogue
    return session.ask(source_named(source), query)["label"].dropna().astype("int64").sort_index()


def _repeated(maker: Maker, rows: Rows) -> tuple[Floats, tuple[float, ...]]:
    """Mean probability of each firm from folds that did not know it, and each fold's AUC."""
    dealt = RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=REPEATS, random_state=SEED)
    folds = list(dealt.split(rows.table, rows.bad))
    models = _fitted_all(
        maker, [Rows(table=rows.table.iloc[learn], bad=rows.bad[learn]) for learn, _ in folds]
    )
    unseen, aucs = np.zeros(len(rows)), []
    for model, (_, check) in zip(models, folds, strict=True):
        predicted = model.predict_proba(rows.table.iloc[check])[:, 1]
        unseen[check] += predicted / REPEATS
        aucs.append(auc(rows.bad[check], predicted))
    return unseen, tuple(aucs)
