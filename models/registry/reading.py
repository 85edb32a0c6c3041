"""Finding and loading the version that answers: from the ledger and the files alone, without MLflow."""

import importlib
import json
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

from features.errors import ModelError
from features.home import Home
from models import ledger
from models.registry.standing import refuse_cut, standing, version_of
from models.registry.store import aliased, named, store
from models.registry.version import Version, files_of

KINDS = {
    "credit": ("models.credit", "CreditModel"),
    "scorecard": ("models.scorecard", "WoeScorecard"),
    "green": ("models.green", "GreenGradeModel"),
}
"""What a model's own description says of its kind → the class that reads it."""

DESCRIPTIONS = ("model.json", "scorecard.json")


class Loadable(Protocol):
    """A kind of model that reads itself back."""

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The model that `save` wrote."""
        ...


Kind = TypeVar("Kind", bound=Loadable)


def champion(home: Home, name: str) -> Version:
    """The version that answers today.

    Raises:
        ModelError: Nothing is registered under that name, or the ledger is damaged.
    """
    found = find_champion(home, name)
    if found is None:
        raise ModelError(f"{home.root}: no champion of '{name}' is registered; run 'lvdaitong run' first")
    return found


def find_champion(home: Home, name: str) -> Version | None:
    """The version that answers today; None where nothing is registered under that name.

    The ledger decides. MLflow's alias follows it, and counts only in homes that have no ledger yet.

    Raises:
        ModelError: The ledger is damaged, or the store of a home without one cannot be read.
    """
    entry = standing(ledger.read(home), name).champion
    return version_of(entry) if entry else _before_the_ledger(home, name)


def find_challenger(home: Home, name: str) -> Version | None:
    """The version that stands beside the champion; None where none does."""
    entry = standing(ledger.read(home), name).challenger
    return version_of(entry) if entry else None


def _before_the_ledger(home: Home, name: str) -> Version | None:
    if not home.registry.exists():
        return None
    with store(home) as client:
        refuse_cut(home, ledger.read(home), named(client, name))
        return aliased(client, name)


def load(home: Home, name: str, kind: type[Kind]) -> tuple[Kind, Version]:
    """The champion itself, read back from its native files, and which version it is.

    Raises:
        ModelError: There is no champion, or its files are gone, changed or no model of that kind.
    """
    version = champion(home, name)
    return kind.load(files_of(home, version)), version


def load_version(home: Home, version: Version) -> Any:
    """A version read back, whatever its kind: its own description says which.

    Raises:
        ModelError: Its files are gone, changed or no model.
    """
    folder = files_of(home, version)
    file = next(
        (folder / name for name in DESCRIPTIONS if (folder / name).is_file()), folder / DESCRIPTIONS[0]
    )
    try:
        module, name = KINDS[json.loads(file.read_text("utf-8"))["kind"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{file}: names no known kind of model: {error}") from error
    return getattr(importlib.import_module(module), name).load(folder)
