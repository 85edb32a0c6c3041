"""Worker processes that share what takes longest to start: the imports, made once before they part."""

import multiprocessing
import sys
from typing import Any

HEAVY = ["serving.operation.factory"]
"""What every worker imports; nothing of it opens a connection or starts a thread of Python."""


def share_imports() -> None:
    """Let uvicorn's workers come from a process that has imported what they need, and done nothing else.

    A worker that died is then replaced sooner, too. By itself uvicorn has each worker import
    everything anew. To be called before uvicorn starts them; without effect where there is no fork.
    """
    if sys.platform == "win32":
        return
    import uvicorn._subprocess as started

    context: Any = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(HEAVY)
    started.spawn = context
