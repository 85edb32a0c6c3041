"""The service under load: answers on SQLite and PostgreSQL, the raw model beside MLflow's server, a soak.

    python benchmarks/service.py [--soak MINUTES]

The load comes from a second process on loopback and shares the machine's cores with the service. After each
load the audit log is verified, and every answer's name is looked for in it. Only ratios within one run mean
anything on a shared machine.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

HERE = Path(__file__).resolve().parent
RIVALS = HERE / "service_load"
sys.path[0] = str(RIVALS)  # in place of this folder, whose scripts may be named like packages

from figures import as_markdown  # noqa: E402
from material import make_home, people, questions, rows, token_of  # noqa: E402
from processes import LVDAITONG, MLFLOW, FailedError, free_port, memory_mb, postgres, running, used_seconds  # noqa: E402

KEPT = HERE / "service.json"
DEMO_HOME = HERE.parent / "var" / "demo" / "home"
WORKERS = 2
SECONDS = float(os.environ.get("LVDAITONG_BENCH_SECONDS", "20"))
MANY = 16
SOAK_SHARE = 0.8
CONNECTIONS = (("one", 1), ("many", MANY))
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
    """

    port: int
    process: int
    token: str
    environment: dict[str, str]
    home: Path


def load(
    service: Service, path: str, bodies: Path, connections: int, seconds: float, rate: float = 0
) -> Found:
    """What the load generator saw, in a process of its own.

    Raises:
        FailedError: It failed.
    """
    words = [str(RIVALS / "load.py"), "127.0.0.1", str(service.port), path, str(bodies), str(connections)]
    more = [str(seconds), *([str(rate)] if rate else [])]
    environment, before = os.environ | {"TOKEN": service.token}, used_seconds(service.process)
    done = subprocess.run(
        [sys.executable, *words, *more], capture_output=True, text=True, env=environment, check=False
    )
    if done.returncode:
        raise FailedError(f"the load generator: {done.stderr.strip().splitlines()[-1:]}")
    found: Found = json.loads(done.stdout)
    used = used_seconds(service.process) - before
    return found | {"service_ms_an_answer": 1000 * used / found["answers"]}


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

    def __enter__(self) -> Service:
        began = time.perf_counter()
        process = self._running.__enter__()
        self.start_seconds = time.perf_counter() - began
        return Service(self._port, process, token_of(self._port), self._environment, self._home)

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


def full_answers(home: Path, place: Path, address: str | None) -> Found:
    """One connection, many connections, and the audit log afterwards."""
    bodies = place / "questions.txt"
    questions(home, bodies)
    served = Served(home, place, address, WORKERS)
    with served as service:
        load(service, "/v1/preapprovals", bodies, MANY, 3)
        Path(f"{bodies}.answered").unlink()
        one = load(service, "/v1/preapprovals", bodies, 1, SECONDS)
        many = load(service, "/v1/preapprovals", bodies, MANY, SECONDS)
        memory = memory_mb(service.process)
    audit = verified(service, Path(f"{bodies}.answered"))
    return {"start_s": served.start_seconds, "one": one, "many": many, "audit": audit, "memory_mb": memory}


def score_only(home: Path, place: Path) -> Found:
    """The raw model: our route and MLflow's server, one worker each, the same bodies."""
    bodies = place / "rows.txt"
    rows(home, bodies)
    with Served(home, place, None, 1) as service:
        load(service, "/invocations", bodies, MANY, 2)
        ours = {
            name: load(service, "/invocations", bodies, count, SECONDS / 2) for name, count in CONNECTIONS
        }
        sample = predicted(service, bodies)
    port = free_port()
    command = [
        MLFLOW,
        "models",
        "serve",
        "--model-uri",
        str(as_pyfunc(home, place)),
        "--env-manager",
        "local",
    ]
    where = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    ready = f"http://127.0.0.1:{port}/ping"
    path = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(HERE.parent)}
    with running([*command, *where], ready, place / "mlflow.log", path) as process:
        rival = Service(port, process, "", {}, home)
        load(rival, "/invocations", bodies, MANY, 2)
        theirs = {
            name: load(rival, "/invocations", bodies, count, SECONDS / 2) for name, count in CONNECTIONS
        }
        agreed = sample == predicted(rival, bodies)
    times = {name: ours[name]["a_second"] / theirs[name]["a_second"] for name, _ in CONNECTIONS}
    return {"ours": ours, "mlflow": theirs, "times": times, "agreed": agreed}


def predicted(service: Service, bodies: Path) -> list[list[float]]:
    """Answers to some of the bodies, to compare."""
    answers = []
    for body in bodies.read_bytes().splitlines()[:20]:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {service.token}"}
        asked = Request(f"http://127.0.0.1:{service.port}/invocations", body, headers)
        with urlopen(asked, timeout=30) as answer:  # noqa: S310
            answers.append(json.loads(answer.read())["predictions"])
    return answers


def as_pyfunc(home: Path, place: Path) -> Path:
    """Our champion as a folder that MLflow can serve."""
    import mlflow

    from features.home import Home
    from models.registry import CREDIT, champion
    from models.registry.version import files_of

    folder, whose = place / "pyfunc", Home(home)
    files = files_of(whose, champion(whose, CREDIT))
    mlflow.pyfunc.save_model(
        path=str(folder), python_model=str(RIVALS / "as_pyfunc.py"), artifacts={"files": str(files)},
        pip_requirements=["mlflow"],
    )  # fmt: skip
    return folder


def soak(home: Path, place: Path, minutes: float, rate: float) -> Found:
    """Minutes of a part of the load: every fault, and whether memory grows."""
    bodies, samples = place / "questions.txt", []
    questions(home, bodies)
    with Served(home, place, None, WORKERS) as service:
        load(service, "/v1/preapprovals", bodies, MANY, 5)
        ended = threading.Event()

        def sample() -> None:
            while not ended.wait(5):
                samples.append(memory_mb(service.process))

        sampler = threading.Thread(target=sample)
        sampler.start()
        found = load(service, "/v1/preapprovals", bodies, MANY, minutes * 60, rate)
        ended.set()
        sampler.join()
    quarter = max(1, len(samples) // 4)
    early, late = (
        sum(part) / len(part) for part in (samples[quarter : 2 * quarter] or samples, samples[-quarter:])
    )
    audit = verified(service, Path(f"{bodies}.answered"))
    return found | {"minutes": minutes, "asked_a_second": rate, "memory_mb": [early, late], "audit": audit}


def measured(source: Path, minutes: float) -> Found:
    """Every figure."""
    found: Found = {"measured": datetime.now(UTC).date().isoformat(), "load": os.getloadavg()[0]}
    for name in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            place.chmod(0o755)  # PostgreSQL runs as another user
            home = make_home(source, place)
            with postgres(place / "postgres") if name == "postgresql" else nullcontext(None) as address:
                found[name] = told(name, full_answers(home, place, address))
    with tempfile.TemporaryDirectory() as folder:
        found["score"] = told("score", score_only(make_home(source, Path(folder)), Path(folder)))
    if minutes:
        with tempfile.TemporaryDirectory() as folder:
            rate = SOAK_SHARE * found["sqlite"]["many"]["a_second"]
            found["soak"] = told("soak", soak(make_home(source, Path(folder)), Path(folder), minutes, rate))
    return found


def told(name: str, found: Found) -> Found:
    """The same, told at once: the whole takes minutes."""
    sys.stderr.write(f"{name}: {json.dumps(found)}\n")
    return found


def main() -> None:
    """Measure, keep the results beside this script, and print them."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument(
        "--soak", type=float, default=0.0, metavar="MINUTES", help="also a soak of so many minutes"
    )
    asked.add_argument(
        "--home", type=Path, default=DEMO_HOME, help="whose models and firms; make demo leaves one"
    )
    words = asked.parse_args()
    if not (words.home / "ledger.jsonl").exists():
        raise SystemExit(f"{words.home}: no models there; run 'make demo' first")
    found = measured(words.home, words.soak)
    before = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    found = {name: before[name] for name in ("soak",) if name in before} | found
    found["machine"] = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    KEPT.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    KEPT.with_suffix(".md").write_text(as_markdown(found), "utf-8")
    print(as_markdown(found))


if __name__ == "__main__":
    main()
