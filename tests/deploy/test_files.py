"""What stands in `deploy/` holds what it promises: pinned, locked, without root, without secrets."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
PINNED = re.compile(r"[a-z0-9./-]+:\d+\.\d+(\.\d+)?[a-z0-9.-]*")
SECRET = re.compile(r"PASSWORD|SECRET|KEY|TOKEN|DATABASE_URL")
INSTRUCTIONS = set(
    "FROM RUN COPY ENV USER WORKDIR VOLUME EXPOSE STOPSIGNAL HEALTHCHECK ENTRYPOINT CMD".split()  # noqa: SIM905
)


def instructions(text):
    """A Dockerfile's instructions and their words, lines joined, comments gone."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [tuple(line.split(None, 1)) for line in joined.splitlines()]


def problems_of_dockerfile(text):
    """What is wrong with a Dockerfile, in words; a small linter of our own."""
    told = instructions(text)
    stages = [words.split() for name, words in told if name == "FROM"]
    named = {stage[2] for stage in stages if len(stage) == 3}
    found = [f"unknown instruction {name}" for name, _ in told if name not in INSTRUCTIONS]
    found += [f"base {stage[0]} is not pinned" for stage in stages if not PINNED.fullmatch(stage[0])]
    for name, words in told:
        if name == "COPY":
            found += _problems_of_copy(words, named)
        if name == "ENV":
            found += [f"secret {key} in ENV" for key in re.findall(r"(\w+)=", words) if SECRET.search(key)]
        if name == "RUN":
            found += _problems_of_run(words)
        if name in ("ENTRYPOINT", "CMD") and not words.startswith("["):
            found.append(f"{name} runs in a shell, which would not pass SIGTERM on")
    last = len(told) - 1 - [name for name, _ in reversed(told)].index("FROM")
    return found + _problems_of_last_stage(told[last:])


def _problems_of_copy(words, named):
    sources = [word for word in words.split() if not word.startswith("--")][:-1]
    stage = re.search(r"--from=(\S+)", words)
    if stage:
        return [] if stage[1] in named else [f"COPY from unknown stage {stage[1]}"]
    return [f"COPY source {one} is not there" for one in sources if not (ROOT / one).exists()]


def _problems_of_last_stage(told):
    users = [words for name, words in told if name == "USER"]
    is_root = not users or not re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", users[-1])
    found = ["the last stage runs as root, or as a user without number"] if is_root else []
    there = {name for name, _ in told}
    return found + [f"no {needed}" for needed in ("HEALTHCHECK", "ENTRYPOINT") if needed not in there]


def _problems_of_run(words):
    found = []
    for command in re.split(r"&&|;", words):
        if "apt-get install" in command and not {"--yes", "--no-install-recommends"} <= set(command.split()):
            found.append("apt-get install without --yes or --no-install-recommends")
        if re.search(r"pip install", command) and not re.search(r"--require-hashes|--no-index|==\d", command):
            found.append(f"pip installs what is not locked: {command.strip()}")
        if re.search(r"\b(sudo|curl|wget|chmod 777)\b", command):
            found.append(f"unwanted: {command.strip()}")
    if "apt-get install" in words and "rm -rf /var/lib/apt/lists" not in words:
        found.append("apt's lists stay in the layer")
    return found


def test_the_dockerfile_is_sound():
    assert problems_of_dockerfile((DEPLOY / "Dockerfile").read_text()) == []


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("python:3.11.14-slim-bookworm", "python:latest", "base python:latest is not pinned"),
        ("USER 10001:10001", "USER root", "runs as root"),
        ("USER 10001:10001\n", "", "runs as root"),
        ("COPY models ./models", "COPY modells ./models", "modells is not there"),
        ("--from=builder", "--from=elsewhere", "unknown stage elsewhere"),
        ("PYTHONUNBUFFERED=1", "LVDAITONG_AUDIT_KEY=x", "secret LVDAITONG_AUDIT_KEY"),
        ("--require-hashes ", "", "not locked"),
        ("    && rm -rf /var/lib/apt/lists/* \\\n", "", "apt's lists"),
        ('ENTRYPOINT ["lvdaitong"]', "ENTRYPOINT lvdaitong", "SIGTERM"),
        ("STOPSIGNAL SIGTERM", "ADD https://x /x", "unknown instruction ADD"),
    ],
)
def test_the_linter_sees_what_is_broken_on_purpose(before, after, problem):
    text = (DEPLOY / "Dockerfile").read_text()
    assert before in text
    assert any(problem in found for found in problems_of_dockerfile(text.replace(before, after)))


def test_the_build_sees_what_is_copied_and_nothing_else():
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    let_in = {line[1:] for line in ignored if line.startswith("!")}
    copied = {
        source
        for name, words in instructions((DEPLOY / "Dockerfile").read_text())
        if name == "COPY" and "--from" not in words
        for source in words.split()[:-1]
    }
    assert ignored[1] == "*"
    assert let_in == copied


def locked(file):
    """Name → version with its hashes."""
    blocks = re.findall(
        r"^([A-Za-z0-9._-]+)==(\S+)(.*?)(?=^[A-Za-z0-9]|\Z)", file.read_text(), re.MULTILINE | re.DOTALL
    )
    return {name: (version, frozenset(re.findall(r"sha256:\w+", rest))) for name, version, rest in blocks}


def test_the_service_is_locked_as_the_repository_is_without_what_develops_it():
    ours, whole = locked(DEPLOY / "requirements.lock"), locked(ROOT / "requirements.lock")
    assert {name: whole.get(name) for name in ours} == ours, "run 'make lock'"
    assert {"fastapi", "uvicorn", "psycopg", "lightgbm", "prometheus-client", "mlflow"} <= set(ours)
    assert not {"pytest", "ruff", "mypy", "playwright", "hypothesis", "schemathesis"} & set(ours)
    version = whole["hatchling"][0]
    assert f"hatchling=={version}" in (DEPLOY / "Dockerfile").read_text()


SERVICE_KEYS = {
    *("image", "build", "environment", "volumes", "tmpfs", "read_only", "ports", "depends_on"),
    *("stop_grace_period", "healthcheck", "entrypoint", "command", "restart", "security_opt"),
    *("cap_drop", "cap_add", "logging", "shm_size"),
}
HEALTH_KEYS = {"test", "interval", "timeout", "retries", "start_period"}


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def services(compose):
    """Name → service."""
    return compose["services"].items()


def test_the_compose_file_keeps_the_main_rules_of_the_specification(compose):
    top = {name for name in compose if not name.startswith("x-")}
    assert top == {"name", "services", "volumes"}
    for name, service in services(compose):
        assert set(service) <= SERVICE_KEYS, name
        assert PINNED.fullmatch(service["image"]), name
        assert set(service["healthcheck"]) <= HEALTH_KEYS, name
        assert service["healthcheck"]["test"][0] == "CMD", name
        for volume in service["volumes"]:
            source, target = volume.split(":")
            assert source in compose["volumes"], volume
            assert target.startswith("/"), volume
        for other, needs in service.get("depends_on", {}).items():
            assert needs == {"condition": "service_healthy"}
            assert other in compose["services"]
        for value in service.get("environment", {}).values():
            assert isinstance(value, str)


def test_no_secret_stands_in_the_compose_file_and_none_is_defaulted(compose):
    for name, service in services(compose):
        for key, value in service.get("environment", {}).items():
            if SECRET.search(key):
                assert "${" in value, (name, key)
                assert "METRICS" in key or ":?" in value, (name, key)


def test_every_container_has_few_powers_and_listens_on_loopback_only(compose):
    for name, service in services(compose):
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        for port in service.get("ports", ()):
            assert re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port), name
    assert "ports" not in compose["services"]["postgres"]


def test_the_build_of_the_compose_file_is_there(compose):
    build = compose["services"]["service"]["build"]
    context = (DEPLOY / build["context"]).resolve()
    assert context == ROOT
    assert (context / build["dockerfile"]).is_file()


def test_the_compose_file_is_read_by_compose_where_it_is_installed():
    docker = shutil.which("docker")
    there = docker and subprocess.run([docker, "compose", "version"], capture_output=True, check=False)
    if not there or there.returncode:
        pytest.skip("docker compose is not installed here; the rules above are checked without it")
    secrets = {"POSTGRES_PASSWORD": "p" * 32, "LVDAITONG_AUDIT_KEY": "k" * 32}
    command = [docker, "compose", "-f", str(DEPLOY / "compose.yaml"), "config", "--quiet"]
    subprocess.run(command, env=secrets | {"PATH": "/usr/bin"}, check=True, capture_output=True)


def test_the_grace_that_a_stop_has_is_longer_than_the_service_needs(compose):
    from pipelines.serve_verb import END_SECONDS

    unit = (DEPLOY / "lvdaitong.service").read_text()
    assert int(re.search(r"TimeoutStopSec=(\d+)", unit)[1]) > END_SECONDS
    assert int(compose["services"]["service"]["stop_grace_period"].rstrip("s")) > END_SECONDS


def test_systemd_can_read_the_unit(tmp_path):
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed here")
    text = (DEPLOY / "lvdaitong.service").read_text()
    unit = tmp_path / "lvdaitong.service"
    unit.write_text(text.replace("/opt/lvdaitong/bin/lvdaitong", sys.executable))
    done = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_unit_is_fenced_and_has_no_secret():
    text = (DEPLOY / "lvdaitong.service").read_text()
    for line in ("NoNewPrivileges=true", "ProtectSystem=strict", "User=lvdaitong", "CapabilityBoundingSet="):
        assert line in text.splitlines()
    assert not re.search(r"^Environment=.*(PASSWORD|KEY|TOKEN|URL)", text, re.MULTILINE)


def test_every_variable_of_the_settings_is_told_and_no_other():
    settings = (ROOT / "serving" / "settings.py").read_text()
    known = {f"LVDAITONG_{name}" for name in re.findall(r'said(?:, |\()"([A-Z_]+)"', settings)}
    told = set(re.findall(r"`(LVDAITONG_[A-Z_]+)`", (DEPLOY / "README.md").read_text()))
    assert told - {"LVDAITONG_HOME"} <= known
    assert {"LVDAITONG_AUDIT_KEY", "LVDAITONG_DATABASE_URL", "LVDAITONG_METRICS_TOKEN"} <= told & known


def test_commands_of_all_files_are_words_of_the_verb():
    from typer.testing import CliRunner

    from pipelines.command_line import app

    said = CliRunner().invoke(app, ["serve", "--help"]).output
    docker = dict(instructions((DEPLOY / "Dockerfile").read_text()))
    unit = re.search(r"^ExecStart=(.*)$", (DEPLOY / "lvdaitong.service").read_text(), re.MULTILINE)[1]
    for words in (json.loads(docker["CMD"]), unit.split()[1:]):
        assert words[0] == "serve"
        for option in (word for word in words if word.startswith("--")):
            assert option in said
