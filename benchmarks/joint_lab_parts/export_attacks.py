"""Attacks on what leaves the lab (a pooled model, sub-scores, log-odds) and on one that knows by heart."""

from typing import Any

import numpy as np
import pandas as pd
from split_routes import Left

from models.credit import CreditModel
from models.lab.attacks import Attack, Loans, against, overfitted
from models.lab.disclosure import attack, limit
from models.lab.harmless import made_harmless
from models.lab.leaves import shape_for_export
from models.lab.sample import Flags, Sample
from models.lab.score_attacks import on_scores
from models.splits import GroupTimeFolds

Found = dict[str, Any]
SMALLEST_CELL = 10
PARTS = (0.6, 0.8)
"""Firms up to the first share are learnt from, those up to the second are others, the rest teach the
attacker's own model of the same kind."""
SENSITIVE = ("declared_revenue_growth_12m", "balance_cover_days")
"""A column of the platform and one of the banks that the attacker asks about."""


def attacks(sample: Sample, folds: GroupTimeFolds, left: Left, seed: int) -> Found:
    """How far every attack came, by what left."""
    members, others, reference = (_loans(sample, rows) for rows in _parts(sample, folds, seed))
    firms = sample.loans["entity_id"][members[0].index]
    shape = shape_for_export(firms, SMALLEST_CELL)
    model, own = (_fitted(sample, loans, shape) for loans in (members, reference))
    model.booster_ = made_harmless(model, sample.pooled, firms, SMALLEST_CELL)
    asked = [name for name in SENSITIVE if name in sample.pooled]
    learnt = folds.train | folds.test
    exports = {"pooled model": attack(model, members, others, own, asked)}
    for name, (scores, log_odds) in left.items():
        exports[name] = _on_scores(sample.where(learnt), scores, log_odds, folds.train[learnt])
    knows, knows_not = (_balanced(sample, loans, seed) for loans in (members, others))
    by_heart = against(overfitted(*knows), knows, knows_not, own)
    return {
        "members": len(members[0]),
        "others": len(others[0]),
        "reference": len(reference[0]),
        "asked": asked,
        "at_most": limit("attack_auc_at_most"),
        "exports": {name: [one.as_record() for one in found] for name, found in exports.items()},
        "by_heart": {"members": len(knows[0]), "attacks": [one.as_record() for one in by_heart]},
    }


def _parts(sample: Sample, folds: GroupTimeFolds, seed: int) -> list[Flags]:
    """Loans of training by firm: those learnt from, others of the same period, and the attacker's own."""
    groups = sample.groups[folds.train]
    names = np.array(sorted(groups.unique()))
    drawn = pd.Series(np.random.default_rng(seed).permutation(len(names)) / len(names), index=names)
    place = sample.groups.map(drawn).to_numpy(dtype=np.float64)
    known = folds.train & ~np.isnan(place)
    first, second = PARTS
    within = (place < first, (place >= first) & (place < second), place >= second)
    return [known & part for part in within]


def _loans(sample: Sample, rows: Flags) -> Loans:
    return sample.pooled[rows], sample.bad[rows].to_numpy()


def _fitted(sample: Sample, loans: Loans, shape: dict[str, int]) -> CreditModel:
    table, bad = loans
    meanings = {name: one for name, one in sample.meanings.items() if name in table}
    return CreditModel(meanings=meanings, **shape).fit(
        table, bad, groups=sample.groups[table.index].to_numpy()
    )


def _balanced(sample: Sample, loans: Loans, seed: int) -> Loans:
    """All bad loans and as many good ones: a good loan among many is known by heart and by its kind alike."""
    table, bad = loans[0], sample.bad[loans[0].index]
    good = bad[bad == 0].sample(int(bad.sum()), random_state=seed).index
    kept = table.index[bad.eq(1).to_numpy() | table.index.isin(good)]
    return table.loc[kept], bad[kept].to_numpy()


def _on_scores(sample: Sample, scores: pd.DataFrame, log_odds: pd.Series, member: Flags) -> list[Attack]:
    """Attacks by whoever gets scores of all loans, and knows their outcomes."""
    loans = sample.loans.index
    bad, groups = sample.bad.to_numpy(), sample.groups.to_numpy()
    return on_scores(scores.loc[loans], log_odds[loans], bad, member, groups, sample.platform)
