"""Processes that a benchmark starts and ends: the service, PostgreSQL, MLflow's server; and their memory."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

LVDAITONG = str(Path(sys.executable).with_name("lvdaitong"))
MLFLOW = str(Path(sys.executable).with_name("mlflow"))
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
POSTGRES = "postgresql"
PATIENCE_SECONDS = 180


class FailedError(Exception):
    """What could not be started, or broke, and what it said."""


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@contextmanager
def running(command: list[str], address: str, log: Path, environment: dict[str, str]) -> Iterator[int]:
    """A server from its first good answer at an address on; gives its process id, and ends it afterwards.

    Raises:
        FailedError: It ended, or gave no good answer in time.
    """
    with log.open("wb") as said:
        server = subprocess.Popen(
            command, env=os.environ | ONE_THREAD | QUIET | environment, stdout=said, stderr=said,
            start_new_session=True,
        )  # fmt: skip
        try:
            _wait(server, address, log)
            yield server.pid
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()


def _wait(server: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(address, timeout=5) as answer:  # noqa: S310 - our own address on loopback
                if answer.status == 200:  # noqa: PLR2004 - OK
                    return
        except (URLError, OSError):
            time.sleep(0.05)
    raise FailedError(f"{address} does not answer: {log.read_text(errors='replace')[-2000:]}")


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Debian's PostgreSQL in a folder of its own, as durable as it comes; gives SQLAlchemy's address.

    Raises:
        FailedError: There is none; `make services` brings it.
    """
    found = shutil.which("initdb") or max(
        map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), default=None
    )
    if found is None:
        raise FailedError("no PostgreSQL here; 'make services' brings it")
    programs, user, port = (
        Path(found).resolve().parent,
        "postgres" if os.geteuid() == 0 else None,
        free_port(),
    )
    folder.mkdir()
    if user:
        shutil.chown(folder, user)

    def run(name: str, *words: str) -> None:
        command = [str(programs / name), "-D", str(folder / "data"), *words]
        subprocess.run(command, check=True, cwd=folder, user=user, capture_output=True)

    run("initdb", "-U", "bench", "-E", "UTF8", "--no-locale", "--auth=trust")
    listen = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
    run("pg_ctl", "-w", "-o", listen, "-l", str(folder / "log"), "start")
    try:
        yield f"postgresql+psycopg://bench@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-w", "-m", "fast", "stop")


def memory_mb(leader: int) -> float:
    """Memory of a process and of all below it, shared pages counted by their share."""
    return sum(_share_kb(one) for one in [leader, *_below(leader)]) / 1024


def used_seconds(leader: int) -> float:
    """Processor time of a process and of all below it: what answers cost, however busy the machine is."""
    ticks = 0
    for one in [leader, *_below(leader)]:
        try:
            told = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        # in user and in kernel mode, its own and that of children that have ended: proc(5)
        ticks += sum(map(int, told[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def busy_seconds() -> float:
    """Processor time of everything on the machine since it started, the machine's own programs included."""
    told = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    user, nice, system, _idle, _waits, irq, soft_irq, stolen = map(int, told)
    return (user + nice + system + irq + soft_irq + stolen) / os.sysconf("SC_CLK_TCK")


def leader_of(folder: Path) -> int | None:
    """The process of the PostgreSQL in a folder; None where there is none."""
    file = folder / "data" / "postmaster.pid"
    return int(file.read_text().split("\n")[0]) if file.exists() else None


def _below(process: int) -> Iterator[int]:
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            ids = [int(one) for one in children.read_text().split()]
        except OSError:
            continue
        for child in ids:
            yield child
            yield from _below(child)


def _share_kb(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
