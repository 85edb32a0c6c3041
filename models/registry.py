"""Registered models: MLflow keeps versions and aliases, the files are native boosters and JSON.

The store is a SQLite file in the home; no server is needed. `champion` is the version that answers.
"""

import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol, Self, TypeVar

from features.errors import ModelError
from features.hidden import hidden
from features.home import Home

# Nothing about a bank's models is told to anyone.
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["DO_NOT_TRACK"] = "true"

CHAMPION = "champion"
CREDIT, GREEN = "sme_credit", "green_grade"
EXPERIMENT = "lvdaitong"
FILES = "model"
LONGEST = 200
"""Characters of another library's message that are passed on."""


class Savable(Protocol):
    """A model that writes itself into a folder without pickles."""

    def save(self, folder: Path) -> None:
        """Write the model's files."""
        ...


class Loadable(Protocol):
    """A kind of model that reads itself back."""

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The model that `save` wrote."""
        ...


Kind = TypeVar("Kind", bound=Loadable)


@dataclass(frozen=True, slots=True)
class Version:
    """A registered version."""

    name: str
    version: str
    run_id: str
    tags: dict[str, str]

    @property
    def label(self) -> str:
        """`sme_credit/3`: how answers name the model."""
        return f"{self.name}/{self.version}"


@contextmanager
def store(home: Home) -> Iterator[Any]:
    """An MLflow client on the home's store; the store is made where it is not there yet.

    Raises:
        ModelError: The store cannot be opened.
    """
    with hidden("pyspark"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow's own libraries deprecate among themselves
        import mlflow
        from mlflow.exceptions import MlflowException
        from sqlalchemy.exc import SQLAlchemyError

        logging.getLogger("mlflow").setLevel(logging.WARNING)
        home.root.mkdir(parents=True, exist_ok=True)
        uri = f"sqlite:///{home.registry.resolve()}"
        try:
            yield mlflow.MlflowClient(tracking_uri=uri, registry_uri=uri)
        except (MlflowException, SQLAlchemyError) as error:
            told = " ".join(str(error).split())[:LONGEST]
            raise ModelError(f"{home.registry}: the registry cannot be read or written: {told}") from error


def register(
    home: Home,
    name: str,
    model: Savable,
    *,
    parameters: Mapping[str, Any],
    metrics: Mapping[str, float],
    tags: Mapping[str, str],
    documents: Mapping[str, str],
) -> Version:
    """Track a run, register its model and make it the champion.

    Args:
        home: Whose registry.
        name: Registered name.
        model: Writes its own files.
        parameters: What it was made with.
        metrics: What was measured, out of sample.
        tags: What a reader must know: the day, the data, the sample.
        documents: File name → text, kept beside the model: checks, tables.

    Raises:
        ModelError: The store or the artifacts cannot be written; nothing is registered then.
    """
    with store(home) as client:
        run = client.create_run(_experiment(client, home), tags=dict(tags))
        run_id = run.info.run_id
        try:
            _log(client, run_id, parameters, metrics, documents)
            with TemporaryDirectory() as folder:
                model.save(Path(folder))
                client.log_artifacts(run_id, folder, FILES)
        except BaseException:
            client.set_terminated(run_id, "FAILED")
            raise
        client.set_terminated(run_id)
        _model_named(client, name)
        source = f"{client.get_run(run_id).info.artifact_uri}/{FILES}"
        made = client.create_model_version(name, source, run_id, tags=dict(tags))
        client.set_registered_model_alias(name, CHAMPION, made.version)
        return Version(name, str(made.version), run_id, dict(tags))


def _experiment(client: Any, home: Home) -> str:
    found = client.get_experiment_by_name(EXPERIMENT)
    if found:
        return str(found.experiment_id)
    return str(client.create_experiment(EXPERIMENT, artifact_location=home.artifacts.resolve().as_uri()))


def _log(
    client: Any,
    run_id: str,
    parameters: Mapping[str, Any],
    metrics: Mapping[str, float],
    documents: Mapping[str, str],
) -> None:
    for key, value in parameters.items():
        client.log_param(run_id, key, value)
    for key, figure in metrics.items():
        client.log_metric(run_id, key, figure)
    for file, text in documents.items():
        client.log_text(run_id, text, file)


def _model_named(client: Any, name: str) -> None:
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)


def champion(home: Home, name: str) -> Version:
    """The version that answers today.

    Raises:
        ModelError: Nothing is registered under that name.
    """
    found = find_champion(home, name)
    if found is None:
        raise ModelError(f"{home.root}: no champion of '{name}' is registered; run 'lvdaitong run' first")
    return found


def find_champion(home: Home, name: str) -> Version | None:
    """The version that answers today; None where nothing is registered under that name."""
    if not home.registry.exists():
        return None
    with store(home) as client:
        if not client.search_registered_models(f"name = '{name}'"):
            return None
        made = client.get_model_version_by_alias(name, CHAMPION)
        return Version(name, str(made.version), made.run_id, dict(made.tags))


def load(home: Home, name: str, kind: type[Kind]) -> tuple[Kind, Version]:
    """The champion itself, read back from its native files, and which version it is."""
    version = champion(home, name)
    return kind.load(_files(home, version)), version


def _files(home: Home, version: Version) -> Path:
    folder = home.artifacts / version.run_id / "artifacts" / FILES
    if not folder.is_dir():
        raise ModelError(f"{folder}: the files of {version.label} are gone; restore them or register again")
    return folder
