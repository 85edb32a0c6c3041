"""A service under load: started over a home, asked by a second process, its log verified afterwards."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from material import people, token_of
from processes import (
    LVDAITONG,
    FailedError,
    busy_seconds,
    free_port,
    leader_of,
    running,
    used_seconds,
)

LOAD = Path(__file__).with_name("load.py")
Found = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Service:
    """A service that answers.

    Attributes:
        port: Where.
        process: Its leader.
        token: Of a reviewer of a bank that has every firm's consent.
        environment: Under which its verbs find its records.
        home: Its home.
        database: The leader of its database's processes; None where it has none of its own.
    """

    port: int
    process: int
    token: str
    environment: dict[str, str]
    home: Path
    database: int | None = None

    def used(self) -> float:
        """Processor time of the service and its database so far, in seconds."""
        return used_seconds(self.process) + (used_seconds(self.database) if self.database else 0.0)


def load(
    service: Service, path: str, bodies: Path, connections: int, seconds: float, rate: float = 0
) -> Found:
    """What the load generator saw, in a process of its own.

    Raises:
        FailedError: It failed.
    """
    words = [str(LOAD), "127.0.0.1", str(service.port), path, str(bodies), str(connections)]
    more = [str(seconds), *([str(rate)] if rate else [])]
    environment = os.environ | {"TOKEN": service.token}
    before, busy = service.used(), busy_seconds()
    done = subprocess.run(
        [sys.executable, *words, *more], capture_output=True, text=True, env=environment, check=False
    )
    if done.returncode:
        raise FailedError(f"the load generator: {done.stderr.strip().splitlines()[-1:]}")
    found: Found = json.loads(done.stdout)
    used, own = service.used() - before, found["own_us_a_request"] * found["answers"] / 1e6
    return found | {
        "service_ms_an_answer": 1000 * used / found["answers"],
        "cores_of_others": max(0.0, busy_seconds() - busy - used - own) / found["seconds"],
    }


class Served:
    """A service over a home, with or without a PostgreSQL; a context manager."""

    def __init__(self, home: Path, place: Path, address: str | None, workers: int) -> None:
        self._home, self._port = home, free_port()
        self._environment = {"LVDAITONG_REQUESTS_PER_MINUTE": "0", "LVDAITONG_DEMO": "1"}
        if address:
            self._environment["LVDAITONG_DATABASE_URL"] = address
        people(home, self._environment)
        command = [
            LVDAITONG,
            "--home",
            str(home),
            "serve",
            "--port",
            str(self._port),
            "--workers",
            str(workers),
        ]
        ready = f"http://127.0.0.1:{self._port}/readyz"
        self._running = running(command, ready, place / "service.log", self._environment)
        self._database = leader_of(place / "postgres")

    def __enter__(self) -> Service:
        began = time.perf_counter()
        process = self._running.__enter__()
        self.start_seconds = time.perf_counter() - began
        token = token_of(self._port)
        return Service(self._port, process, token, self._environment, self._home, self._database)

    def __exit__(self, *told: object) -> None:
        self._running.__exit__(*told)  # type: ignore[arg-type]


def verified(service: Service, answered: Path) -> Found:
    """Whether the audit log is whole, and holds every answer that was given."""
    environment = os.environ | service.environment
    command = [LVDAITONG, "--home", str(service.home), "audit", "verify", "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    from sqlalchemy import select

    from features.home import Home
    from serving.records.database import open_database, reading
    from serving.records.tables import AUDIT
    from serving.settings import Settings

    engine = open_database(Settings.from_environment(environment).address(Home(service.home)))
    with reading(engine) as connection:
        kept = set(connection.execute(select(AUDIT.c.audit_id)).scalars())
    engine.dispose()
    given = answered.read_text().split()
    return {
        "whole": done.returncode == 0,
        "rows": len(kept),
        "answers": len(given),
        "missing": len(set(given) - kept),
        "said": (done.stdout or done.stderr)[-300:],
    }
