"""How a worker process makes its application: from the environment alone, for uvicorn's supervisor."""

import os
from pathlib import Path

from fastapi import FastAPI

from features.home import Home
from serving.api import create_app
from serving.operation.workers import end_with_supervisor
from serving.settings import Settings

HOME_VARIABLE = "LVDAITONG_HOME"


def make_app() -> FastAPI:
    """The application over the home that `LVDAITONG_HOME` names.

    Raises:
        RequestError: The environment lacks a secret.
    """
    end_with_supervisor()
    return create_app(Home(Path(os.environ.get(HOME_VARIABLE, "./var"))), Settings.from_environment())
