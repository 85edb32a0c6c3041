"""Disclosure control of one export: every file is looked at, every attack is run, and what was found is kept.

    found = review_export(folder, 10, kind="model", members=(table, bad), non_members=(others, outcomes))
    found.refuse()
    found.as_record()   # for the ledger; `refuse_record` asks it again at the gate

An attack's AUC is held against 0.55 by the lower end of its interval, because of a few hundred loans
chance alone exceeds it; where the estimate alone does, the record tells so. In turn an interval too wide to
tell 0.55 from guessing decided nothing, and the record tells that, too.
"""

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from features.errors import ModelError
from models.checks.thresholds import thresholds
from models.lab.attacks import Answers, Attack, Loans, against, of_attribute
from models.lab.cells import weak_cells
from models.lab.file_rules import Finding, firms_by_word, how_fine, look
from models.lab.score_attacks import gained

FILE = Path(__file__).with_name("disclosure.yaml")
KINDS = ("membership", "attribute")
"""What an attack asks; both are asked of every export."""

Firms: TypeAlias = "Sequence[Hashable] | pd.Series | None"
Called = Mapping[str, tuple[str, str]]
"""Column → what it is called in Chinese and in English."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What disclosure control found in one export.

    Attributes:
        kind: What leaves: `model`, `report`, `sub_scores` or `log_odds`.
        smallest: The smallest cell that it was held to.
        findings: What every rule found, passed or not; those of the attacks among them.
        attacks: Attacks that were run.
        how_fine: How fine the export tells, by file.
    """

    kind: str
    smallest: int
    findings: tuple[Finding, ...]
    attacks: tuple[Attack, ...] = ()
    how_fine: Mapping[str, Any] = field(default_factory=dict)

    @property
    def failed(self) -> tuple[Finding, ...]:
        """Findings for which the export may not leave."""
        return tuple(finding for finding in self.findings if not finding.passed)

    @property
    def above(self) -> tuple[str, ...]:
        """Attacks of which the estimate exceeds the limit, whether or not their interval does."""
        most = limit("attack_auc_at_most")
        return tuple(one.name for one in self.attacks if one.gates and one.auc.value > most)

    @property
    def conclusive(self) -> bool:
        """Whether attacks on members had loans enough to tell too much from guessing; False without any."""
        wide = limit("attack_half_width_at_most")
        asked = [one for one in self.attacks if one.name.startswith(f"{KINDS[0]}_")]
        return bool(asked) and all((one.auc.high - one.auc.low) / 2 <= wide for one in asked)

    def refuse(self) -> None:
        """Nothing where the export may leave.

        Raises:
            ModelError: It may not; the message names each file and rule.
        """
        if self.failed:
            told = "; ".join(f"{one.where}: {one.rule}: {one.en}" for one in self.failed)
            raise ModelError(
                f"nothing leaves, {len(self.failed)} of {len(self.findings)} findings failed: {told}"
            )

    def as_record(self) -> dict[str, Any]:
        """Plain values for ledger and report, alike for all kinds; no count below the smallest cell."""
        rules = dict.fromkeys(finding.rule for finding in self.findings)
        return {
            "kind": self.kind,
            "smallest_cell": self.smallest,
            "passed": not self.failed,
            "rules": {rule: not any(one.rule == rule for one in self.failed) for rule in rules},
            "failed": [
                {"rule": one.rule, "where": one.where, "en": one.en, "zh": one.zh} for one in self.failed
            ],
            "attacks": [one.as_record() for one in self.attacks],
            "attack_auc_at_most": limit("attack_auc_at_most"),
            "above": list(self.above),
            "attacks_conclusive": self.conclusive,
            "how_fine": dict(self.how_fine),
        }


def limit(name: str) -> float:
    """A number of `disclosure.yaml`.

    >>> limit("attack_auc_at_most")
    0.55
    """
    return thresholds(FILE)[name].value


def review_export(
    folder: Path,
    smallest: int,
    *,
    kind: str = "model",
    attacks: Sequence[Attack] = (),
    model: Answers | None = None,
    members: Loans | None = None,
    non_members: Loans | None = None,
    reference: Answers | None = None,
    sensitive: Sequence[str] = (),
    called: Called | None = None,
    firms: Sequence[Hashable] | pd.Series | None = None,
    other_firms: Sequence[Hashable] | pd.Series | None = None,
    named: Iterable[str] = (),
) -> Disclosure:
    """Look at every file of a folder, and attack the model in it.

    Args:
        folder: What is about to leave, as it will leave.
        smallest: The smallest cell.
        kind: What it is.
        attacks: What was run already, where no model leaves; see `models.lab.score_attacks`.
        model: What to attack; None takes the credit model that lies in the folder.
        members: Loans that it learnt from.
        non_members: Loans of the same period and population that it has not seen, nor others of their firms.
        reference: A model of the same kind that learnt from other loans; see `attacks.against`.
        sensitive: Columns of numbers that an attacker might want to know.
        called: What they are called; their own names by default.
        firms: The firm of each member, each its own for None; a category's word is counted by firms.
        other_firms: The firm of each non-member, likewise.
        named: Names of loans, firms and persons that may not stand in any file.

    Returns:
        What was found; call its `refuse`.

    Raises:
        ModelError: The folder is empty, or holds a model and there are no loans to attack it with.
    """
    files = [path for path in folder.rglob("*") if path.is_file()]
    if not files:
        raise ModelError(f"{folder}: nothing to look at; expected a folder with files")
    attacked = model or _model_in(folder)
    words: dict[str, dict[str, int]] = {}
    if members is not None:
        words = firms_by_word(members[0], pd.Series(_each(firms, members)))
    found = list(attacks)
    if attacked is not None:
        if members is None or non_members is None:
            raise ModelError(f"{folder}: a model leaves only after attacks; give members and non-members")
        owners = (firms, other_firms)
        found += attack(attacked, members, non_members, reference, sensitive, called, owners)
    findings = [*look(folder, smallest, named, words), *judged(found)]
    return Disclosure(kind, smallest, tuple(findings), tuple(found), how_fine(folder))


def review_table(
    shown: pd.DataFrame, smallest: int, *, margins: bool = True, zeros_told: bool = False
) -> Disclosure:
    """Whether a table of counts may be told; arguments as of `cells.weak_cells`."""
    weak = weak_cells(shown, smallest, margins, zeros_told=zeros_told)
    finding = Finding(
        "cells",
        "table",
        passed=not weak,
        en=f"too much is known of {len(weak)} cells: {', '.join(weak)}"
        if weak
        else "no cell tells of too few",
        zh=f"有{len(weak)}个单元格泄露过小的数" if weak else "无过小单元格",
    )
    return Disclosure("table", smallest, (finding,))


def attack(
    model: Answers,
    members: Loans,
    non_members: Loans,
    reference: Answers | None = None,
    sensitive: Sequence[str] = (),
    called: Called | None = None,
    firms: tuple[Firms, Firms] = (None, None),
) -> list[Attack]:
    """Every attack on a model.

    Of a column what is found of members, of others, and what is gained: what column and outcome have in
    common in the whole population is no disclosure.
    """
    own_firms = [f"member {one}" for one in _each(firms[0], members)]
    others = [f"other {one}" for one in _each(firms[1], non_members)]
    found = against(model, members, non_members, reference, np.array(own_firms + others))
    for column in sensitive:
        words = (called or {}).get(column)
        own, foreign, like, unlike = (
            of_attribute(model, *loans, column, words, np.array(who), alike=alike)
            for alike in (False, True)
            for loans, who in ((members, own_firms), (non_members, others))
        )
        found += [own, *gained(own, foreign, len(sensitive), (like.auc, unlike.auc))]
    return found


def _each(firms: Firms, loans: Loans) -> list[Hashable]:
    return list(range(len(loans[0]))) if firms is None else list(firms)


def judged(attacks: Iterable[Attack]) -> list[Finding]:
    """Whether each attack that counts came too far."""
    return [
        Finding(
            one.name.partition("_")[0],
            one.name,
            passed=not (over := _is_over(one.auc.low)),
            en=f"{one.auc}: {'more than may be' if over else 'within bounds'}",
            zh=f"{one.auc}：{'超过上限' if over else '在限度内'}",
        )
        for one in attacks
        if one.gates
    ]


def refuse_record(record: Mapping[str, Any]) -> None:
    """Ask a record anew, whoever made it: were both kinds of attack run, and did none come too far?

    Raises:
        ModelError: Nothing was looked at, a kind of attack is missing, a rule failed, or an attack came too
            far; the message says which.
    """
    gating = [one for one in record.get("attacks", ()) if one.get("gates")]
    if missing := [kind for kind in KINDS if not any(_is_of(one, kind) for one in gating)]:
        raise ModelError(
            f"no attack on {' and on '.join(missing)} was run; nothing leaves unseen: see "
            "models.lab.disclosure.review_export"
        )
    far = [str(one["name"]) for one in gating if not _is_within(one.get("auc"))]
    failed = [f"{one['where']}: {one['rule']}: {one['en']}" for one in record.get("failed", ())]
    if far or failed or record.get("passed") is not True:
        what = failed or [f"{name}: the attack came too far" for name in far] or ["it did not pass"]
        raise ModelError(f"nothing leaves: {'; '.join(what)}")


def _is_of(one: Mapping[str, Any], kind: str) -> bool:
    return str(one.get("name", "")).startswith(f"{kind}_")


def _is_within(auc: Any) -> bool:
    return isinstance(auc, Mapping) and isinstance(auc.get("low"), float) and not _is_over(auc["low"])


def _is_over(low: float) -> bool:
    return not low <= limit("attack_auc_at_most")  # nor where there is no number


def _model_in(folder: Path) -> Answers | None:
    """The credit model of a folder; None where there is none."""
    from models.credit import CreditModel

    for file in sorted(folder.rglob("model.json")):
        if json.loads(file.read_text("utf-8")).get("kind") == "credit":
            return CreditModel.load(file.parent)
    return None
