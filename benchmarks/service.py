"""The service under load: answers on SQLite and PostgreSQL, the raw model beside MLflow's server, a soak.

    python benchmarks/service.py [sqlite postgresql score ...] [--soak MINUTES]

Without names all three parts are measured; parts that are not keep their figures of an earlier run.

The load comes from a second process on loopback and shares the machine's cores with the service. After each
load the audit log is verified, and every answer's name is looked for in it. Only ratios within one run mean
anything on a shared machine.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import threading
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

HERE = Path(__file__).resolve().parent
RIVALS = HERE / "service_load"
sys.path[0] = str(RIVALS)  # in place of this folder, whose scripts may be named like packages

from figures import as_markdown  # noqa: E402
from material import make_home, new_questions, questions, rows  # noqa: E402
from processes import MLFLOW, free_port, memory_mb, postgres, running  # noqa: E402
from served import Served, Service, load, verified  # noqa: E402

KEPT = HERE / "service.json"
PARTS = ("sqlite", "postgresql", "score")
DEMO_HOME = HERE.parent / "var" / "demo" / "home"
WORKERS = 2
SECONDS = float(os.environ.get("LVDAITONG_BENCH_SECONDS", "20"))
MANY = 16
SOAK_SHARE = 0.8
CONNECTIONS = (("one", 1), ("many", MANY))
Found = dict[str, Any]


def full_answers(home: Path, place: Path, address: str | None) -> Found:
    """One connection, many connections, and the audit log afterwards."""
    bodies, unlike = place / "questions.txt", place / "new.txt"
    questions(home, bodies)
    new_questions(home, unlike)
    served = Served(home, place, address, WORKERS)
    with served as service:
        load(service, "/v1/preapprovals", bodies, MANY, 3)
        Path(f"{bodies}.answered").unlink()
        one = load(service, "/v1/preapprovals", bodies, 1, SECONDS)
        many = load(service, "/v1/preapprovals", bodies, MANY, SECONDS)
        new = load(service, "/v1/preapprovals", unlike, MANY, SECONDS)
        memory = memory_mb(service.process)
    given = place / "given.txt"
    given.write_text("".join(Path(f"{one}.answered").read_text() for one in (bodies, unlike)))
    return {
        "start_s": served.start_seconds,
        "one": one,
        "many": many,
        "new": new,
        "audit": verified(service, given),
        "memory_mb": memory,
    }


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


def measured(source: Path, parts: list[str], minutes: float, before: Found) -> Found:
    """The figures of some parts, each with the machine's load before it."""
    found: Found = {}
    for name in parts:
        load_before = os.getloadavg()[0]
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            place.chmod(0o755)  # PostgreSQL runs as another user
            home = make_home(source, place)
            with postgres(place / "postgres") if name == "postgresql" else nullcontext(None) as address:
                part = score_only(home, place) if name == "score" else full_answers(home, place, address)
        found[name] = told(name, part | {"load_before": load_before})
    if minutes:
        with tempfile.TemporaryDirectory() as folder:
            rate = SOAK_SHARE * (before | found)["sqlite"]["many"]["a_second"]
            found["soak"] = told("soak", soak(make_home(source, Path(folder)), Path(folder), minutes, rate))
    return found


def told(name: str, found: Found) -> Found:
    """The same, told at once: the whole takes minutes."""
    sys.stderr.write(f"{name}: {json.dumps(found)}\n")
    return found


def main() -> None:
    """Measure, keep the results beside this script, and print them."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to measure; all by default")
    asked.add_argument(
        "--soak", type=float, default=0.0, metavar="MINUTES", help="also a soak of so many minutes"
    )
    asked.add_argument(
        "--home", type=Path, default=DEMO_HOME, help="whose models and firms; make demo leaves one"
    )
    words = asked.parse_args()
    if not (words.home / "ledger.jsonl").exists():
        raise SystemExit(f"{words.home}: no models there; run 'make demo' first")
    before: Found = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    if "soak" in before:
        before["soak"]["earlier"] = True
    found = before | measured(words.home, words.parts or list(PARTS), words.soak, before)
    found["measured"] = datetime.now(UTC).date().isoformat()
    found["cores"] = os.cpu_count()
    found["machine"] = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    KEPT.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    KEPT.with_suffix(".md").write_text(as_markdown(found), "utf-8")
    print(as_markdown(found))


if __name__ == "__main__":
    main()
