"""What is registered, for people to read: versions, one version whole, and the ledger's lines."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from features.errors import ModelError
from features.home import Home
from models import ledger
from models.ledger import Entry
from models.registry.standing import CHINA, Reign, answered_on, refuse_cut, standing, version_of
from models.registry.store import as_version, named, store
from models.registry.version import CHALLENGER, CHAMPION, Version, files_of, folder_of

CHECKS_FILE = "checks.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A registered version with all that is kept of it.

    Attributes:
        version: Which.
        alias: `champion`, `challenger` or nothing.
        parameters: What it was made with.
        metrics: What was measured, out of sample.
        checks: Its checks as they were; empty where none are kept.
        lines: The ledger's lines about it, oldest first.
        whole: Whether its files are there as they were registered.
        files: Where they lie, or why they cannot be used.
    """

    version: Version
    alias: str
    parameters: dict[str, str]
    metrics: dict[str, float]
    checks: list[dict[str, Any]]
    lines: list[Entry]
    whole: bool
    files: str


def versions(home: Home, name: str | None = None) -> list[Registered]:
    """Every version of a model, or of all, newest first; none in a home without a registry.

    Raises:
        ModelError: The store or the ledger cannot be read, or no model has that name.
    """
    if not home.registry.exists():
        return []
    entries = ledger.read(home)
    with store(home) as client:
        models = sorted(client.search_registered_models(), key=lambda one: one.name)
        if name is not None:
            models = [one for one in models if one.name == name]
            if not models:
                raise ModelError(
                    f"no model '{name}' is registered; 'lvdaitong models list' shows those that are"
                )
        for model in models:
            refuse_cut(home, entries, model)
        return [
            _registered(client, home, entries, as_version(made))
            for model in models
            for made in sorted(
                client.search_model_versions(f"name = '{model.name}'"), key=lambda one: -int(one.version)
            )
        ]


def one_version(home: Home, name: str, version: str | None = None) -> Registered:
    """A version whole; the champion by default.

    Raises:
        ModelError: There is no such version, or the store or the ledger cannot be read.
    """
    there = versions(home, name)
    chosen = [
        one for one in there if (one.alias == CHAMPION if version is None else one.version.version == version)
    ]
    if not chosen:
        known = ", ".join(one.version.version for one in reversed(there)) or "none"
        raise ModelError(f"no version '{version or CHAMPION}' of {name}; there are: {known}")
    return chosen[0]


def lines(home: Home, name: str) -> list[Entry]:
    """The ledger's lines about a model, oldest first.

    Raises:
        ModelError: The ledger is damaged, or has no line about that model.
    """
    _refuse_cut(home, name)
    found = [entry for entry in ledger.read(home) if entry.model == name]
    if not found:
        raise ModelError(f"{home.root / ledger.FILE}: no line about a model '{name}'")
    return found


def on_day(home: Home, name: str, day: date) -> list[Reign]:
    """Which versions answered on a day of China's time; none before the first one.

    Raises:
        ModelError: The ledger is damaged, or has no line about that model.
    """
    lines(home, name)
    return answered_on(ledger.read(home), name, day)


def at_local(entry: Entry) -> str:
    """When a line was written, in China's time."""
    return f"{entry.moment.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"


def _refuse_cut(home: Home, name: str) -> None:
    if home.registry.exists():
        with store(home) as client:
            refuse_cut(home, ledger.read(home), named(client, name))


def _registered(client: Any, home: Home, entries: Iterable[Entry], version: Version) -> Registered:
    run = client.get_run(version.run_id).data
    told = list(entries)
    stands = standing(told, version.name)
    crowned = {CHALLENGER: stands.challenger, CHAMPION: stands.champion}
    alias = [name for name, entry in crowned.items() if entry and version_of(entry).label == version.label]
    return Registered(
        version=version,
        alias=alias[0] if alias else "",
        parameters=dict(run.params),
        metrics=dict(run.metrics),
        checks=_checks(home, version),
        lines=[one for one in told if (one.model, one.version) == (version.name, version.version)],
        **_files(home, version),
    )


def _checks(home: Home, version: Version) -> list[dict[str, Any]]:
    try:
        return list(json.loads((folder_of(home, version.run_id).parent / CHECKS_FILE).read_text("utf-8")))
    except (OSError, ValueError):
        return []


def _files(home: Home, version: Version) -> dict[str, Any]:
    try:
        return {"whole": True, "files": str(files_of(home, version))}
    except ModelError as error:
        return {"whole": False, "files": str(error)}
