"""green: the green grade model from official grades: learnt, judged, checked, registered, reported."""

import json
import logging
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

import pandas as pd

from features.assemble import Watch, assemble
from features.catalogue import source_named
from features.definitions import GREEN as GREEN_FEATURES
from features.definitions import GREEN_BACKGROUND, GREEN_VETOES
from features.errors import ModelError
from features.feature import AnyFeature
from features.home import Home
from features.session import Session
from models.checks import Check, Override, refuse_failed
from models.green import GRADES, GreenGradeModel
from models.green.association import Association, associated
from models.green.checks import run_checks
from models.green.evidence import GreenEvidence
from models.green.report import GreenDossier, write_green_report
from models.green.validating import GradedRows, later_known, said, validated
from models.green.vetoes import Veto, vetoes_on
from models.groups import company_groups, group_of
from models.registry import CHAMPION, GREEN, Version, find_champion, load_version, register
from models.registry.version import folder_of
from pipelines.sample import Scope, meanings
from pipelines.segmenting import segments_of
from pipelines.summary import GreenValidation
from serving.snapshot import FEATURES_FILE

FEWEST_GRADED = 100
SEED = 0

RELATIVE = ("energy_per_output", "energy_per_output_mean_48m", "carbon_intensity", "water_per_sales_12m")
"""What is read beside its industry's middle, too: trades differ more in energy than firms of one trade do."""

INDUSTRY = "industry_division"
SOFTWARE = ("lvdaitong", "lightgbm", "scikit-learn", "pandas", "numpy", "scipy")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class GreenOccasion:
    """How a green model is registered.

    Attributes:
        as_alias: `champion`, `challenger` or None.
        by: Who, or what, registers it.
        why: Why.
        override: Who takes failed checks upon themself, and why.
        refuse: Whether a refused model is an error. Else its report is written, the log says so, and the
            champion of before keeps answering: a run's other results do not depend on it.
        now: The time of registration.
    """

    as_alias: str | None = CHAMPION
    by: str = "lvdaitong run"
    why: str = "the newest model answers"
    override: Override | None = None
    refuse: bool = False
    now: datetime = field(default_factory=lambda: datetime.now(UTC))


def green_from_grades(
    home: Home,
    day: pd.Timestamp,
    scope: Scope,
    watch: Watch = lambda _source: None,
    *,
    occasion: GreenOccasion | None = None,
) -> tuple[GreenGradeModel, Version, GreenValidation] | None:
    """The green model from official grades; None where too few firms have one, or checks refused it.

    Each grade is learnt with what was known on the day of its evaluation.

    Args:
        home: Whose lake and registry.
        day: Day until which data count.
        scope: Which firms and sources.
        watch: Told of every source whose features are done.
        occasion: How it is registered; as by a run for None.

    Raises:
        ModelError: A check failed, nobody takes it upon themself, and the occasion says that this is an
            error; nothing is registered then, and a report of the refused model tells why.
    """
    occasion = occasion or GreenOccasion()
    features = scope.usable(GREEN_FEATURES)
    rows = graded_rows(home, day, scope, (*features, *scope.usable(GREEN_VETOES)), watch)
    if len(rows) < FEWEST_GRADED or not set(features).difference(GREEN_BACKGROUND):
        return None
    vetoes = vetoes_on(day.date())
    evidence = validated(
        lambda: green_model(features, vetoes), rows, seed=SEED, association=scored_association(home, day)
    )
    evidence = beside_the_champion(home, scope.registered(GREEN), evidence, rows)
    checks = run_checks(evidence)
    reviewing = _Reviewing(home, scope.registered(GREEN), day, evidence, checks, rows)
    try:
        override = refuse_failed(checks, occasion.override)
    except ModelError as error:
        told = f"{error}; the report of the refused green model is {reviewing.report(None, None)}"
        if occasion.refuse:
            raise ModelError(told) from None
        log.warning("%s", told)
        return None
    version = reviewing.registered(occasion, override)
    validation = _validation(evidence, checks, reviewing.report(version, override))
    return evidence.model, version, validation


def green_model(features: tuple[AnyFeature, ...], vetoes: tuple[Veto, ...]) -> GreenGradeModel:
    """A model of these features that has not been fitted."""
    names = {one.name for one in features}
    there = [name for name in RELATIVE if name in names]
    return GreenGradeModel(
        meanings=meanings(features),
        vetoes=vetoes,
        relative={"by": INDUSTRY, "columns": there} if there and INDUSTRY in names else None,
        background=tuple(one.name for one in GREEN_BACKGROUND if one.name in names),
        random_state=SEED,
    )


def graded_rows(
    home: Home,
    day: pd.Timestamp,
    scope: Scope,
    features: tuple[AnyFeature, ...],
    watch: Watch = lambda _source: None,
) -> GradedRows:
    """Every official grade known on a day, with what was known of the firm on the day of its evaluation."""
    session = Session(home)
    session.set_spine(scope.spine(day))
    query = "SELECT entity_id, event_date, available_at, grade FROM {known}"
    graded = session.ask(source_named("green_grade"), query).reset_index()
    graded = graded.sort_values(["entity_id", "event_date"], ignore_index=True)
    groups = company_groups(session, day) if "equity_investment" in scope.sources else None
    spine = graded[["entity_id"]].assign(as_of=graded["event_date"])
    table = assemble(home, features, spine, watch).values.reset_index(drop=True)
    return GradedRows(
        table=table,
        grades=graded["grade"],
        firms=group_of(graded["entity_id"], groups),
        time=pd.to_datetime(graded["event_date"]),
        told=pd.to_datetime(graded["available_at"]),
    )


def scored_association(home: Home, day: pd.Timestamp) -> Association | None:
    """How scores go with official grades among the firms scored as of a day; None where none were."""
    scores, features = home.scores(day.date()) / "scores.csv", home.features(day.date()) / FEATURES_FILE
    if not scores.is_file() or not features.is_file():
        return None
    told = pd.read_csv(scores, dtype={"entity_id": "str"}).set_index("entity_id")
    return association_of(told, pd.read_parquet(features))


def association_of(scores: pd.DataFrame, features: pd.DataFrame) -> Association | None:
    """How the credit score goes with the official grade, over all firms and within industry and size.

    Args:
        scores: By firm, `score` and `official_grade`, as `score_all` gives them.
        features: By firm, what tells its industry and size.

    Returns:
        None with fewer than 20 firms that have both.
    """
    alike = segments_of(features).reindex(columns=["industry", "size"]).dropna(axis="columns", how="all")
    return associated(scores["score"], scores["official_grade"], alike, grades=GRADES)


def beside_the_champion(home: Home, name: str, evidence: GreenEvidence, rows: GradedRows) -> GreenEvidence:
    """The evidence with what today's champion says of the later rows, where that is a fair question.

    It is none where there is no champion, where it cannot read the rows, or where it learnt from grades of
    their own days.
    """
    try:
        version = find_champion(home, name)
        champion: Any = load_version(home, version) if version else None
        asked = later_known(evidence, rows, seed=SEED)
        if champion is None or asked is None or not _learnt_before(champion, asked):
            return evidence
        judged = said(champion, asked)
    except ModelError:
        return evidence
    return replace(evidence, champion=judged, champion_label=version.label if version else None)


def _learnt_before(champion: Any, asked: GradedRows) -> bool:
    period = getattr(champion, "period_", None)
    return period is not None and pd.Timestamp(period[1]) < asked.time.min()


@dataclass(frozen=True, slots=True)
class _Reviewing:
    """A checked model on its way into the registry and onto its page."""

    home: Home
    name: str
    day: pd.Timestamp
    evidence: GreenEvidence
    checks: list[Check]
    rows: GradedRows

    def registered(self, occasion: GreenOccasion, override: Override | None) -> Version:
        """The model in the registry."""
        found, model = self.evidence.figures, self.evidence.model
        return register(
            self.home,
            self.name,
            model,
            parameters=_plain(model),
            metrics={
                "kappa": found.kappa.value,
                "within_one": found.within_one.value,
                "rps": found.rps.value,
                "coverage": self.evidence.coverage,
            },
            tags={"as_of": f"{self.day:%Y-%m-%d}", "rows": str(len(self.rows))},
            documents={
                "grades.json": json.dumps(self.evidence.firms_by_grade),
                "checks.json": json.dumps(
                    [asdict(check) for check in self.checks], ensure_ascii=False, indent=1
                ),
            },
            now=occasion.now,
            as_alias=occasion.as_alias,
            by=occasion.by,
            why=occasion.why,
            override=override,
        )

    def report(self, version: Version | None, override: Override | None) -> Path:
        """The model's page in `reports/models/`: `<name>-<version>.html`, or `<name>-refused.html`."""
        dossier = GreenDossier(
            name=self.name,
            version=version.label if version else "",
            as_of=self.day.date(),
            evidence=self.evidence,
            checks=self.checks,
            parameters=_plain(self.evidence.model),
            versions={"python": platform.python_version()} | {name: version_of(name) for name in SOFTWARE},
            model_files=_digests(folder_of(self.home, version.run_id)) if version else {},
            overrides=[override] if override else [],
        )
        kept = version.version if version else "refused"
        return write_green_report(self.home.reports / "models" / f"{self.name}-{kept}.html", dossier)


def _plain(model: GreenGradeModel) -> dict[str, Any]:
    """Settings of a model that are numbers or words."""
    return {name: value for name, value in model.get_params().items() if isinstance(value, int | float | str)}


def _digests(folder: Path) -> Mapping[str, str]:
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def _validation(evidence: GreenEvidence, checks: list[Check], report: Path) -> GreenValidation:
    found = evidence.figures
    per_grade = {str(grade): int((evidence.grades == grade).sum()) for grade in evidence.model.grades}
    later = None if evidence.later is None else replace(evidence, judged=evidence.later).figures.kappa
    return GreenValidation(
        firms=int(evidence.firms.nunique()),
        kappa=found.kappa,
        within_one=found.within_one.value,
        per_grade=per_grade,
        figures=found,
        coverage=evidence.coverage,
        kappa_of_all=replace(evidence, judged=evidence.everyone).figures.kappa,
        kappa_later=later,
        checks=tuple(checks),
        report=report,
    )
