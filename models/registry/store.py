"""MLflow's store of runs and versions: a SQLite file in the home; no server is needed."""

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from features.errors import ModelError
from features.hidden import hidden
from features.home import Home
from models.registry.version import CHAMPION, DIGEST_TAG, Version

# Nothing about a bank's models is told to anyone.
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["DO_NOT_TRACK"] = "true"

LONGEST = 200
"""Characters of another library's message that are passed on."""


@contextmanager
def store(home: Home) -> Iterator[Any]:
    """An MLflow client on the home's store; the store is made where it is not there yet.

    Raises:
        ModelError: The store cannot be opened, read or written.
    """
    with hidden("pyspark"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow's own libraries deprecate among themselves
        import mlflow
        from mlflow.exceptions import MlflowException
        from sqlalchemy.exc import SQLAlchemyError

        # what fails is raised below, in one line; MLflow would print its whole traceback as well
        logging.getLogger("mlflow").setLevel(logging.CRITICAL)
        home.root.mkdir(parents=True, exist_ok=True)
        uri = f"sqlite:///{home.registry.resolve()}"
        try:
            yield mlflow.MlflowClient(tracking_uri=uri, registry_uri=uri)
        except (MlflowException, SQLAlchemyError) as error:
            told = " ".join(str(error).split())[:LONGEST]
            raise ModelError(f"{home.registry}: the registry cannot be read or written: {told}") from error


def named(client: Any, name: str) -> Any | None:
    """The registered model of that name; None where there is none."""
    found = client.search_registered_models(f"name = '{name}'")
    return found[0] if found else None


def as_version(made: Any) -> Version:
    """A version as MLflow tells it."""
    tags = dict(made.tags)
    return Version(made.name, str(made.version), made.run_id, tags, tags.get(DIGEST_TAG, ""))


def aliased(client: Any, name: str, alias: str = CHAMPION) -> Version | None:
    """The version that MLflow has under an alias; None where it has none."""
    model = named(client, name)
    if model is None or alias not in model.aliases:
        return None
    return as_version(client.get_model_version_by_alias(name, alias))
