"""Making another version answer, and returning to the one before."""

from datetime import datetime
from typing import Any

from features.errors import ModelError
from features.home import Home
from models import ledger
from models.ledger import Act, Entry, Line, refuse_blank
from models.registry.reading import load_version
from models.registry.standing import standing, version_of
from models.registry.store import as_version, named, store
from models.registry.version import CHAMPION, Version
from models.registry.writing import begun, mirror


def promote(home: Home, name: str, version: str, *, by: str, why: str, now: datetime) -> Entry:
    """Make a registered version the champion.

    Its files are read back first: a version that cannot answer is refused, and the champion stays.

    Args:
        home: Whose registry.
        name: Registered name.
        version: Number of the version.
        by: The person who promotes it.
        why: Why.
        now: The time, with its offset.

    Returns:
        The ledger's line.

    Raises:
        ModelError: There is no such version, it is champion already, its files are gone, changed or damaged,
            or the store or ledger cannot be read or written.
        RequestError: `by` or `why` is blank.
    """
    refuse_blank(f"promoting {name}", by, why)
    _refuse_unknown(home, name)
    with store(home) as client:
        entries = begun(client, home, name, now)
        found, champion = _version(client, name, version), standing(entries, name).champion
        if champion is not None and champion.version == found.version:
            raise ModelError(f"{found.label} is the champion already")
        return _crown(client, home, entries, "promote", found, by, why, now)


def rollback(home: Home, name: str, *, by: str, why: str, now: datetime) -> Entry:
    """Return to the champion before the present one; again, to the one before that.

    Raises:
        ModelError: There was none before, its files are gone, changed or damaged, or the store or ledger
            cannot be read or written.
        RequestError: `by` or `why` is blank.
    """
    refuse_blank(f"rolling back {name}", by, why)
    _refuse_unknown(home, name)
    with store(home) as client:
        entries = begun(client, home, name, now)
        champions = standing(entries, name).champions
        if len(champions) < 2:  # noqa: PLR2004 - the present one and one before
            raise ModelError(f"{home.root}: no champion of '{name}' came before the present one")
        return _crown(client, home, entries, "rollback", version_of(champions[-2]), by, why, now)


def _crown(
    client: Any,
    home: Home,
    entries: list[Entry],
    act: Act,
    version: Version,
    by: str,
    why: str,
    now: datetime,
) -> Entry:
    load_version(home, version)
    champion = standing(entries, version.name).champion
    line = Line(
        model=version.name,
        act=act,
        alias=CHAMPION,
        version=version.version,
        before=champion.version if champion else None,
        run_id=version.run_id,
        digest=version.digest,
        tags=version.tags,
        by=by,
        why=why,
    )
    entry = ledger.append(home, line, now=now, seen=len(entries))
    mirror(client, home, version.name)
    return entry


def _refuse_unknown(home: Home, name: str) -> None:
    """Asking about a home without a registry makes none."""
    if not home.registry.exists():
        raise ModelError(
            f"{home.registry}: no registry there, so no model '{name}'; run 'lvdaitong run' first"
        )


def _version(client: Any, name: str, version: str) -> Version:
    if named(client, name) is None:
        raise ModelError(f"no model '{name}' is registered; 'lvdaitong models list' shows those that are")
    there = {str(one.version): one for one in client.search_model_versions(f"name = '{name}'")}
    if version not in there:
        known = ", ".join(sorted(there, key=int)) or "none"
        raise ModelError(f"no version '{version}' of {name}; there are: {known}")
    return as_version(there[version])
