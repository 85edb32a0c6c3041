"""The verb `serve`: settings first, then one process or several, and an end without a lost request."""

import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from features.home import Home

APPLICATION = "serving.operation.nursery:make_app"
IN_TURNS, ALONE = "serving.operation.turns:TurnsLoop", "auto"
END_SECONDS = 20
"""So long may running requests take after SIGTERM; systemd and Docker wait longer before they kill."""

HUNG_SECONDS = 30
"""A worker that says nothing for so long is replaced; one that starts on a busy machine needs some."""

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Threads within one answer would only wait for those of the others."""


def serve(
    context: typer.Context,
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer.")] = 1,
    demo: Annotated[
        bool, typer.Option("--demo", help="Demo accounts and no secrets: never with real firms.")
    ] = False,
) -> None:
    """Answer questions about one firm and one loan: the page at /, the API under /v1, described at /docs.

    Secrets come from the environment: LVDAITONG_AUDIT_KEY, LVDAITONG_DATABASE_URL, LVDAITONG_METRICS_TOKEN.

    Example: lvdaitong --home var/demo/home serve --port 8000 --demo
    """
    metrics = _tell_workers(context.obj, port, workers, demo=demo)
    if workers > 1:
        from serving.operation.workers import begin_imports, share_imports

        begin_imports()
        share_imports()
    _expect_settings(metrics)
    import uvicorn

    from serving.operation import logs

    sys.stderr.write(
        f"page http://{host}:{port}/  API description http://{host}:{port}/docs  stop with Ctrl+C\n"
    )
    _end_well()
    uvicorn.run(
        APPLICATION,
        factory=True,
        host=host,
        port=port,
        workers=workers,
        loop=_event_loop(workers),
        timeout_graceful_shutdown=END_SECONDS,
        timeout_worker_healthcheck=HUNG_SECONDS,
        log_config=logs.configuration(),
        access_log=False,
        server_header=False,
    )


def _tell_workers(home: Home, port: int, workers: int, *, demo: bool) -> Path | None:
    """What worker processes find in their environment; the folder of their metrics where they are several."""
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    os.environ["LVDAITONG_HOME"] = str(home.root.resolve())
    if demo:
        os.environ["LVDAITONG_DEMO"] = "1"
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
    if workers == 1:
        return None
    folder = home.root.resolve() / "metrics" / str(port)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    return folder


def _event_loop(workers: int) -> str:
    """What a worker runs on: with others beside it, it takes connections in turn with them."""
    return IN_TURNS if workers > 1 and sys.platform != "win32" else ALONE


def _expect_settings(metrics: Path | None) -> None:
    """Refuse what could not start.

    Raises:
        RequestError: The environment lacks a secret, or a number in it is none.
    """
    from serving.settings import Settings

    Settings.from_environment()
    if metrics is not None:
        from serving.operation.metrics import begin_folder

        begin_folder(metrics)


def _end_well() -> None:
    """After a graceful stop uvicorn raises the signal again: let the process end with 0 then."""

    def ended(_number: int, _frame: Any) -> None:
        return

    signal.signal(signal.SIGTERM, ended)
