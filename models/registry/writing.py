"""Registering a model: run, files, version, ledger, aliases, in this order.

Killed after the run or the files, there is a run without a version, which nobody reads. After the version,
there is a version with its files and no line: it answers nothing until a person promotes it. After the line,
the version is what the line says; MLflow's aliases follow with the next act on that model.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from features.home import Home
from models import ledger
from models.ledger import Entry, Line, Override, refuse_blank
from models.registry.standing import ANCHOR_TAG, anchor, refuse_cut, standing
from models.registry.store import aliased, named, store
from models.registry.version import CHALLENGER, CHAMPION, DIGEST_TAG, FILES, Version, digest_of, folder_of

EXPERIMENT = "lvdaitong"
RUN = "lvdaitong run"


class Savable(Protocol):
    """A model that writes itself into a folder without pickles."""

    def save(self, folder: Path) -> None:
        """Write the model's files."""
        ...


def register(
    home: Home,
    name: str,
    model: Savable,
    *,
    parameters: Mapping[str, Any],
    metrics: Mapping[str, float],
    tags: Mapping[str, str],
    documents: Mapping[str, str],
    now: datetime,
    as_alias: str | None = CHAMPION,
    by: str = RUN,
    why: str = "the newest model answers",
    override: Override | None = None,
) -> Version:
    """Track a run, register its model, record it in the ledger, and give it its alias.

    Args:
        home: Whose registry.
        name: Registered name.
        model: Writes its own files.
        parameters: What it was made with.
        metrics: What was measured, out of sample.
        tags: What a reader must know: the day, the data, the sample.
        documents: File name → text, kept beside the model: checks, tables.
        now: The time, with its offset.
        as_alias: `champion`, `challenger`, or None for a version that only stands there. A challenger
            without any champion becomes champion.
        by: Who, or what, registers it.
        why: Why.
        override: Who took failed checks upon themself, as `models.checks.refuse_failed` returns it.

    Raises:
        ModelError: The store, the artifacts or the ledger cannot be read or written; nothing is registered
            then.
        RequestError: `by` or `why` is blank.
    """
    refuse_blank(f"registering {name}", by, why)
    with store(home) as client:
        entries = begun(client, home, name, now)
        run_id = _written(client, home, model, parameters, metrics, tags, documents)
        digest = digest_of(folder_of(home, run_id))
        told = {**tags, DIGEST_TAG: digest, **_override_tags(override)}
        if named(client, name) is None:
            client.create_registered_model(name)
        source = f"{client.get_run(run_id).info.artifact_uri}/{FILES}"
        made = client.create_model_version(name, source, run_id, tags=told)
        version = Version(name, str(made.version), run_id, told, digest)
        try:
            _recorded(home, entries, version, as_alias, by, why, override, now)
        except BaseException:
            client.delete_model_version(name, version.version)
            raise
        mirror(client, home, name)
        return version


def begun(client: Any, home: Home, name: str, now: datetime) -> list[Entry]:
    """The ledger before an act on a model: whole, and beginning with the champion that was there before it.

    Raises:
        ModelError: A line was edited, removed, added or moved.
    """
    entries = ledger.read(home)
    model = named(client, name)
    refuse_cut(home, entries, model)
    known = aliased(client, name) if standing(entries, name).last is None else None
    if known is None:
        return entries
    line = Line(
        model=name,
        act="adopt",
        alias=CHAMPION,
        version=known.version,
        run_id=known.run_id,
        digest=known.digest,
        tags=known.tags,
        by="lvdaitong",
        why="was champion when the ledger began",
    )
    return [*entries, ledger.append(home, line, now=now, seen=len(entries))]


def mirror(client: Any, home: Home, name: str) -> None:
    """Let MLflow's aliases and anchor follow the ledger."""
    stands = standing(ledger.read(home), name)
    for alias, entry in ((CHAMPION, stands.champion), (CHALLENGER, stands.challenger)):
        if entry is not None:
            client.set_registered_model_alias(name, alias, entry.version)
        elif aliased(client, name, alias) is not None:
            client.delete_registered_model_alias(name, alias)
    if stands.last is not None:
        client.set_registered_model_tag(name, ANCHOR_TAG, anchor(stands.last))


def _written(
    client: Any,
    home: Home,
    model: Savable,
    parameters: Mapping[str, Any],
    metrics: Mapping[str, float],
    tags: Mapping[str, str],
    documents: Mapping[str, str],
) -> str:
    """A finished run with its model's files; failed where anything went wrong."""
    run_id = str(client.create_run(_experiment(client, home), tags=dict(tags)).info.run_id)
    try:
        for key, value in parameters.items():
            client.log_param(run_id, key, value)
        for key, figure in metrics.items():
            client.log_metric(run_id, key, figure)
        for file, text in documents.items():
            client.log_text(run_id, text, file)
        with TemporaryDirectory() as folder:
            model.save(Path(folder))
            client.log_artifacts(run_id, folder, FILES)
    except BaseException:
        client.set_terminated(run_id, "FAILED")
        raise
    client.set_terminated(run_id)
    return run_id


def _experiment(client: Any, home: Home) -> str:
    """The experiment whose files lie in this home: a home that was moved gets another one."""
    place = home.artifacts.resolve().as_uri()
    for name in (EXPERIMENT, f"{EXPERIMENT} at {place}"):
        found = client.get_experiment_by_name(name)
        if found is None:
            return str(client.create_experiment(name, artifact_location=place))
        if found.artifact_location == place:
            break
    return str(found.experiment_id)


def _recorded(
    home: Home,
    entries: list[Entry],
    version: Version,
    as_alias: str | None,
    by: str,
    why: str,
    override: Override | None,
    now: datetime,
) -> Entry:
    champion = standing(entries, version.name).champion
    first = as_alias == CHALLENGER and champion is None
    alias = CHAMPION if first else as_alias
    line = Line(
        model=version.name,
        act="register",
        alias=alias,
        version=version.version,
        before=champion.version if champion and alias == CHAMPION else None,
        run_id=version.run_id,
        digest=version.digest,
        tags=version.tags,
        by=by,
        why=f"{why} (there was no champion)" if first else why,
        override=asdict(override) | {"checks": list(override.checks)} if override else None,
    )
    return ledger.append(home, line, now=now, seen=len(entries))


def _override_tags(override: Override | None) -> dict[str, str]:
    if override is None:
        return {}
    return {
        "override_by": override.name,
        "override_reason": override.reason,
        "override_checks": ", ".join(override.checks),
    }
