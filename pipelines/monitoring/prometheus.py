"""The month as a text file for Prometheus' node exporter (textfile collector)."""

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from features.catalogue import load_catalogue
from pipelines.monitoring.seen import Watched

PREFIX = "lvdaitong_monitor"


def metrics(seen: Watched) -> str:
    """Gauges of the newest month; a figure that is not known has no line."""
    registry = CollectorRegistry()
    month = seen.history[-1]
    _alerts(seen, registry)
    rows = _gauge(registry, "source_rows", "Rows that arrived in the month.", "source")
    withdrawn = _gauge(registry, "source_withdrawn_rows", "Rows withdrawn in the month.", "source")
    for name in sorted(set(month.sources) & set(load_catalogue())):
        rows.labels(name).set(month.source(name).rows)
        withdrawn.labels(name).set(month.source(name).withdrawn)
    late = _gauge(registry, "source_late", "1 where a source is further behind than usual.", "source")
    for one in seen.coverage.get("sources", []):
        if one["late"] is not None:
            late.labels(one["source"]).set(int(one["late"]))
    _population(seen, registry)
    _performance(seen, registry)
    return generate_latest(registry).decode()


def _gauge(registry: CollectorRegistry, name: str, about: str, *labels: str) -> Gauge:
    return Gauge(f"{PREFIX}_{name}", about, labels, registry=registry)


def _alerts(seen: Watched, registry: CollectorRegistry) -> None:
    _gauge(registry, "needs_person", "1 where somebody must look.").set(int(seen.needs_person))
    day = seen.given.at.timestamp()
    _gauge(registry, "as_of_seconds", "The as-of day, in seconds since 1970.").set(day)
    found = _gauge(registry, "alert", "How sure, from 0 to 1.", "kind", "subject", "since", "needs_person")
    for one in seen.alerts:
        found.labels(one.kind, one.subject, one.since, str(one.needs_person).lower()).set(one.how_sure)


def _population(seen: Watched, registry: CollectorRegistry) -> None:
    population = seen.history[-1].population
    if population is None:
        return
    psi = _gauge(registry, "score_psi", "PSI of the scores against the champion's own day.", "model")
    psi.labels(population.model).set(population.score_psi[0])
    _gauge(registry, "firms", "Firms scored.").set(population.firms)
    _gauge(registry, "mean_pd", "Mean probability of default.").set(population.mean_pd)
    csi = _gauge(registry, "feature_csi", "CSI against the champion's own day.", "feature")
    missing = _gauge(registry, "feature_missing_share", "Share of firms without a value.", "feature")
    for name, (figure, _) in population.csi.items():
        csi.labels(name).set(figure)
        missing.labels(name).set(round(population.missing(name), 6))


def _performance(seen: Watched, registry: CollectorRegistry) -> None:
    if seen.outcomes is None:
        return
    auc = _gauge(registry, "auc", "AUC of a mature cohort.", "cohort")
    ratio = _gauge(registry, "calibration_ratio", "Predicted over observed default rate.", "cohort")
    for row in seen.outcomes.cohorts.dropna(subset=["auc"]).to_dict("records"):
        auc.labels(row["cohort"]).set(row["auc"])
        ratio.labels(row["cohort"]).set(row["ratio"])
    estimated = _gauge(registry, "estimated_auc", "AUC expected before labels come.", "cohort")
    for row in seen.outcomes.estimates.dropna(subset=["estimated"]).to_dict("records"):
        estimated.labels(row["cohort"]).set(row["estimated"])
