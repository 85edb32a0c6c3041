"""Registered models: MLflow keeps runs and versions, the ledger who answers; files are boosters and JSON.

`champion` is the version that answers, `challenger` one that stands beside it. Everything lies in the home;
no server is needed, and scoring with the champion needs no MLflow.
"""

from models.registry.promoting import promote, rollback
from models.registry.reading import champion, find_challenger, find_champion, load, load_version
from models.registry.standing import Reign, Standing, answered_on, reigns, standing
from models.registry.store import store
from models.registry.version import CHALLENGER, CHAMPION, CREDIT, GREEN, Version
from models.registry.writing import register

__all__ = [
    "CHALLENGER",
    "CHAMPION",
    "CREDIT",
    "GREEN",
    "Reign",
    "Standing",
    "Version",
    "answered_on",
    "champion",
    "find_challenger",
    "find_champion",
    "load",
    "load_version",
    "promote",
    "register",
    "reigns",
    "rollback",
    "standing",
    "store",
]
