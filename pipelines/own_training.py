"""Bring your own table, from the file to the registered model and its report."""

import json
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

from features.errors import LakeError, RequestError
from features.home import Home
from models.evidence import Evidence
from models.ledger import Override
from models.reject_comparison import Comparison
from models.rejects import MANNERS, Manner
from models.report import Bilingual
from models.scored import ScoredClassifier
from pipelines.figures import figures_of
from pipelines.own_rejects import Rejected, compared, read_rejected
from pipelines.own_table import OwnTable, Roles, own_table
from pipelines.own_validation import evidence_of, said
from pipelines.review import Occasion, limits_of, refuse_language, review
from pipelines.steps import Steps

MODELS = {"boosting": ("models.credit", "CreditModel"), "scorecard": ("models.scorecard", "WoeScorecard")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the user asks for beside the roles of the columns.

    Attributes:
        model: `boosting` or `scorecard`.
        gap_months: Rows of the last so many months before the judging ones are not learnt from.
        rejects: A table of rejected applicants; None for none.
        manner: How they are put back in the model that is registered; None leaves them out of it.
        limits: Own thresholds of the checks; None for the home's, where it has any.
        lang: Language of the report.
        out: A folder for copies of model, report and figures.
        override: Who takes failed checks upon themself, and why.
    """

    model: str = "boosting"
    gap_months: int = 0
    rejects: Path | None = None
    manner: str | None = None
    limits: Path | None = None
    lang: str = "zh"
    out: Path | None = None
    override: Override | None = None


def train_own(home: Home, table: Path, roles: Roles, wishes: Wishes, steps: Steps) -> dict[str, Any]:
    """Train, check, register and report a model of a table; what came of it, for JSON.

    Raises:
        RequestError: A wish or role cannot be.
        SourceError: A file cannot be read.
        ModelError: The table says too little, or a check failed; nothing is registered then.
        LakeError: The copies cannot be written; the model is registered all the same.
    """
    manner = _refuse_unfit(wishes)
    limits_of(home, wishes.limits)
    with steps.step(f"read {table.name}"):
        own = own_table(table, roles)
        turned = read_rejected(wishes.rejects, own, roles) if wishes.rejects else None
    _warn(own)
    back = Rejected(turned, manner) if turned is not None and manner is not None else None
    with steps.step(f"train on {len(own.bad):,} rows × {own.table.shape[1]} columns"):
        evidence = evidence_of(
            own, lambda: made(wishes.model), gap_months=wishes.gap_months, rejected=back, watch=steps.say
        )
    beside: list[Comparison] | None = None
    if turned is not None:
        with steps.step(f"compare with {len(turned):,} rejected applicants put back"):
            beside = compared(made(wishes.model), evidence, turned)
    with steps.step("check, register, report"):
        record = review_own(home, own, table, evidence, wishes, beside)
    if wishes.out is not None:
        _copied(record, evidence, wishes.out)
    return record


def _refuse_unfit(wishes: Wishes) -> Manner | None:
    """The manner of putting rejected applicants back; RequestError where a wish cannot be."""
    if wishes.model not in MODELS:
        raise RequestError(f"--model '{wishes.model}': expected {' or '.join(MODELS)}")
    refuse_language(wishes.lang)
    manner = next((one for one in MANNERS if one == wishes.manner), None)
    if wishes.manner is not None and manner is None:
        raise RequestError(f"--reject-manner '{wishes.manner}': expected {', '.join(MANNERS)}")
    if manner is not None and wishes.rejects is None:
        raise RequestError("--reject-manner needs --rejects FILE, the applicants that are to be put back")
    return manner


def made(model: str) -> ScoredClassifier:
    """A model that has not been fitted; only the library that it needs is loaded."""
    module, name = MODELS[model]
    fresh: ScoredClassifier = getattr(import_module(module), name)()
    return fresh


def _warn(own: OwnTable) -> None:
    for note in own.notes:
        sys.stderr.write(f"note: {note}\n")
    for suspect in own.suspects:
        sys.stderr.write(f"warning: {suspect}; leave it out with --drop '{suspect.column}' if it does\n")


def review_own(
    home: Home,
    own: OwnTable,
    table: Path,
    evidence: Evidence,
    wishes: Wishes,
    beside: list[Comparison] | None = None,
) -> dict[str, Any]:
    """Check the model, register it under a name of its own and write its report; what came of it, for JSON.

    Raises:
        ModelError: A check failed and nobody takes it upon themself; nothing is registered then.
    """
    found = figures_of(evidence)
    today = datetime.now(UTC).date()
    files = [table, *([wishes.rejects] if wishes.rejects else [])]
    occasion = Occasion(
        name=registered_name(own.name),
        day=today if own.time is None else own.time.max().date(),
        title=Bilingual(f"自有数据表 {table.name} 的信用模型", f"Credit model of the table {table.name}"),
        figures=found,
        told={
            "counts": {"good": int((own.bad == 0).sum()), "bad": int(own.bad.sum())},
            "label_text": [Bilingual(f"标签取自数据表，{said(evidence)}", said(evidence)), *_said_of(wishes)],
            "limits": [Bilingual(told) for told in (*own.notes, *map(str, own.suspects))],
            "data_digests": {file.name: sha256(file.read_bytes()).hexdigest() for file in files},
            "reject_inference": beside,
        },
        by="lvdaitong train",
        why=f"trained on {table.name}",
        override=wishes.override,
        limits=wishes.limits,
        lang=wishes.lang,
    )
    reviewed = review(home, evidence, occasion)
    return {
        "model": reviewed.version.label,
        "report": str(reviewed.report),
        "judged": said(evidence),
        "figures": {
            name: {"value": one.value, "low": one.low, "high": one.high} for name, one in found.items()
        },
        "checks": {check.number: check.passed for check in reviewed.checks},
        "columns": list(own.table.columns),
        "notes": list(own.notes),
        "suspects": [{"column": one.column, "evidence": one.evidence} for one in own.suspects],
        "rejects": [_told(one) for one in beside or ()],
    }


def _said_of(wishes: Wishes) -> list[Bilingual]:
    """That the registered model has learnt from inferred outcomes, where it has."""
    if wishes.manner is None or wishes.rejects is None:
        return []
    return [
        Bilingual(
            f"模型已按 {wishes.manner} 方式纳入 {wishes.rejects.name} 中的被拒申请，其结果是推断的",
            f"The model learnt from the rejected applicants of {wishes.rejects.name}, too, put back by "
            f"{wishes.manner}: their outcomes are inferred",
        )
    ]


def _told(one: Comparison) -> dict[str, Any]:
    return {
        "manner": one.manner,
        "rows": one.rows,
        "bad_rate": one.bad_rate,
        "auc": one.auc.value,
        "gain": {"value": one.gain.value, "low": one.gain.low, "high": one.gain.high},
        "calibration": one.calibration,
    }


def _copied(record: dict[str, Any], evidence: Evidence, out: Path) -> None:
    """Model, report and figures in a folder of the user's own.

    Raises:
        LakeError: It cannot be written; the model is registered all the same.
    """
    model: Any = evidence.model
    try:
        model.save(out / "model")
        (out / "report.html").write_bytes(Path(record["report"]).read_bytes())
        (out / "training.json").write_text(json.dumps(record, ensure_ascii=False, indent=1), "utf-8")
    except OSError as error:
        told = f"{out}: cannot be written: {error.strerror or error}"
        raise LakeError(f"{told}; {record['model']} is registered all the same") from error


def registered_name(stem: str) -> str:
    """The name under which a model of a table is registered.

    >>> registered_name("2024 贷款-样本"), registered_name("hmeq")
    ('own_2024_贷款_样本', 'own_hmeq')
    """
    return f"own_{re.sub(r'[^0-9A-Za-z_一-鿿]+', '_', stem).strip('_')}"
