"""review: what a model goes through between training and answering: champion, checks, registry, report."""

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

import pandas as pd

from features.errors import ModelError, RequestError
from features.home import Home
from models.checks import Check, Override, refuse_failed, run_checks
from models.checks.own_thresholds import FILE_NAME, merged, replaced
from models.checks.thresholds import Threshold, in_force, judged_by
from models.evidence import Evidence
from models.metrics import Estimate
from models.registry import CHAMPION, Version, find_champion, load_version, register
from models.registry.version import folder_of
from models.report import Bilingual, Dossier, write_model_report
from models.stability import score_psi

LANGUAGES = ("zh", "en")
SOFTWARE = ("lvdaitong", "lightgbm", "scikit-learn", "pandas", "numpy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Why a model was made and from what, beside the evidence on it.

    Attributes:
        name: Registered name.
        day: Day until which data were used.
        title: Headline of the report.
        figures: `auc`, `ks`, `gini` with intervals, as they were told elsewhere.
        told: More of what a `Dossier` holds: label, counts, vintage, limits.
        as_alias: `champion`, `challenger` or None.
        by: Who, or what, registers it.
        why: Why.
        override: Who takes failed checks upon themself, and why.
        limits: A file with thresholds of the checks in place of the shipped ones; None for that of the home,
            `thresholds.yaml`, where there is one.
        lang: Language of the report, `zh` or `en`.
        now: The time of registration.
    """

    name: str
    day: date
    title: Bilingual
    figures: Mapping[str, Estimate]
    told: Mapping[str, Any] = field(default_factory=dict)
    as_alias: str | None = CHAMPION
    by: str = "lvdaitong run"
    why: str = "the newest model answers"
    override: Override | None = None
    limits: Path | None = None
    lang: str = "zh"
    now: datetime = field(default_factory=lambda: datetime.now(UTC))


class Refused(ModelError):  # noqa: N818 - what became of the model
    """A check failed and nobody takes it upon themself: nothing is registered.

    Args:
        told: Why, in one line.
        checks: Every check, the failed ones too.
        report: The report of the refused model.
    """

    def __init__(self, told: str, checks: list[Check], report: Path) -> None:
        super().__init__(told)
        self.checks, self.report = checks, report


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A registered model, its checks, and its report."""

    version: Version
    checks: list[Check]
    report: Path


def review(home: Home, evidence: Evidence, occasion: Occasion) -> Reviewed:
    """Check a model, register it, and write the report that a bank can sign.

    Raises:
        Refused: A check failed and nobody takes it upon themself: nothing is registered, and a report of the
            refused model tells why.
        ModelError: The registry cannot be written, or a threshold cannot be.
    """
    with judged_by(limits_of(home, occasion.limits)):
        return _review(home, evidence, occasion)


def report_again(home: Home, evidence: Evidence, occasion: Occasion, version: Version) -> Reviewed:
    """The report of a version that is registered, where its process ended before the report was written."""
    with judged_by(limits_of(home, occasion.limits)):
        evidence = beside_the_champion(home, occasion.name, evidence)
        checks = run_checks(evidence)
        return Reviewed(version, checks, _report(home, evidence, checks, occasion, version))


def refuse_language(lang: str) -> None:
    """Raise RequestError where the report is written in no such language."""
    if lang not in LANGUAGES:
        raise RequestError(f"--lang '{lang}': expected {' or '.join(LANGUAGES)}")


def limits_of(home: Home, file: Path | None) -> Mapping[str, Threshold] | None:
    """Thresholds of that file, else of the home's own, over the shipped ones; None where there is neither.

    Raises:
        ModelError: The file that was named is not there, or it names what cannot be.
    """
    own = home.root / FILE_NAME
    if file is not None or own.is_file():
        return merged(file or own)
    return None


def _review(home: Home, evidence: Evidence, occasion: Occasion) -> Reviewed:
    evidence = beside_the_champion(home, occasion.name, evidence)
    checks = run_checks(evidence)
    try:
        override = refuse_failed(checks, occasion.override)
    except ModelError as error:
        path = _report(home, evidence, checks, occasion)
        raise Refused(f"{error}; the report of the refused model is {path}", checks, path) from None
    model: Any = evidence.model
    version = register(
        home,
        occasion.name,
        model,
        parameters=_plain(model),
        metrics={name: one.value for name, one in occasion.figures.items()},
        tags={
            "as_of": f"{occasion.day}",
            "validation": evidence.kind,
            "rows": str(len(evidence.train)),
            "bads": str(int(evidence.train.bad.sum())),
        },
        documents={
            "checks.json": json.dumps([asdict(check) for check in checks], ensure_ascii=False, indent=1),
            "thresholds.json": json.dumps({name: asdict(one) for name, one in in_force().items()}, indent=1),
        },
        now=occasion.now,
        as_alias=occasion.as_alias,
        by=occasion.by,
        why=occasion.why,
        override=override,
    )
    return Reviewed(version, checks, _report(home, evidence, checks, occasion, version, override))


def beside_the_champion(home: Home, name: str, evidence: Evidence) -> Evidence:
    """The evidence with what today's champion says of the same rows, where that is a fair question.

    It is none where there is no champion, where it lacks columns or cannot be read, or where it learnt from
    outcomes of the held-out rows' own days.
    """
    try:
        version = find_champion(home, name)
        champion = load_version(home, version) if version else None
        if champion is None or not _learnt_before(champion, evidence):
            return evidence
        risk = champion.predict_proba(evidence.held_out.table)[:, 1]
    except ModelError:
        return evidence
    return replace(evidence, champion=risk, champion_label=version.label if version else None)


def _learnt_before(champion: Any, evidence: Evidence) -> bool:
    period, asked = getattr(champion, "period_", None), evidence.held_out.time
    return period is not None and asked is not None and pd.Timestamp(period[1]) < asked.min()


def _plain(model: Any) -> dict[str, Any]:
    """Settings of a model that are numbers or words."""
    kept = {name: value for name, value in model.get_params().items() if isinstance(value, int | float | str)}
    return kept | {"trees": model.trees_} if hasattr(model, "trees_") else kept


def _report(
    home: Home,
    evidence: Evidence,
    checks: list[Check],
    occasion: Occasion,
    version: Version | None = None,
    override: Override | None = None,
) -> Path:
    """The model's page: `reports/models/<name>-<version>.html`, `….en.html` in English.

    Of a refused model it is `<name>-refused.html`.
    """
    dossier = Dossier(
        name=occasion.name,
        version=version.label if version else "",
        as_of=occasion.day,
        title=occasion.title,
        evidence=evidence,
        checks=checks,
        parameters=_plain(evidence.model),
        # out of time the report takes firms together (DeLong), as the checks do
        figures=occasion.figures if evidence.fold_aucs else {},
        stability=score_psi(evidence),
        versions={"python": platform.python_version()} | {name: version_of(name) for name in SOFTWARE},
        model_files=_digests(folder_of(home, version.run_id)) if version else {},
        overrides=[override] if override else [],
        own_limits=replaced(in_force()),
        **occasion.told,
    )
    kept = f"{occasion.name}-{version.version if version else 'refused'}"
    ending = ".html" if occasion.lang == "zh" else f".{occasion.lang}.html"
    return write_model_report(home.reports / "models" / f"{kept}{ending}", dossier, lang=occasion.lang)


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}
