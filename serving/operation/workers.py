"""Worker processes that share what takes longest to start: the imports, made once before they part."""

import multiprocessing
import os
import signal
import sys
from multiprocessing import forkserver
from multiprocessing.connection import wait
from threading import Thread
from typing import Any

_CONTEXT: Any = multiprocessing.get_context("forkserver" if sys.platform != "win32" else None)
HEAVY = ["serving.operation.nursery"]
"""What every worker imports; nothing of it opens a connection or starts a thread of Python."""


def begin_imports() -> None:
    """Let a process import what workers need, beside whatever follows here; without effect without fork.

    It has the environment of this moment, and workers have it from that process.
    """
    if sys.platform != "win32":
        _CONTEXT.set_forkserver_preload(HEAVY)
        forkserver.ensure_running()


def share_imports() -> None:
    """Let uvicorn's workers come from that process.

    A worker that died is then replaced sooner, too. By itself uvicorn has each worker import everything anew.
    To be called before uvicorn starts them.
    """
    if sys.platform != "win32":
        import uvicorn._subprocess as started

        started.spawn = _CONTEXT


def end_with_supervisor() -> None:
    """Let a worker end, as by SIGTERM, when the process that started it has died.

    Nobody would stop it otherwise, and it would answer on, with the port taken, beside a service that is
    started again. Without effect in a process that is nobody's worker.
    """
    supervisor = multiprocessing.parent_process()
    if supervisor is None:
        return

    def watch() -> None:
        wait([supervisor.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=watch, name="supervisor", daemon=True).start()
