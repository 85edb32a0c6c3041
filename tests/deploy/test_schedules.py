"""The examples of schedules in `deploy/`: each asks for the right day, once, without powers and secrets."""

import re
import shlex
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
CHINA = timezone(timedelta(hours=8))
PROGRAM = re.compile(r"(/opt/lvdaitong/bin/)?lvdaitong(?= retrain)")
SECRET = re.compile(r"PASSWORD|SECRET|KEY|TOKEN|DATABASE_URL")
FINAL = [3, 4, 6, 8]
"""Exit codes of what a repetition would only tell again."""


def cron():
    """The fields of the one line of the crontab, and its settings."""
    lines = [line for line in (DEPLOY / "lvdaitong-retrain.cron").read_text("utf-8").splitlines() if line]
    told = [line for line in lines if not line.startswith("#")]
    (job,) = [line for line in told if not re.match(r"[A-Z_]+=", line)]
    return job.split(None, 6), dict(line.split("=", 1) for line in told if line != job)


def unit(name):
    """The settings of a systemd file, in order; one may stand twice."""
    text = (DEPLOY / name).read_text("utf-8")
    return dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))


@pytest.fixture(scope="module")
def job():
    return yaml.safe_load((DEPLOY / "retrain-cronjob.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def container(job):
    (found,) = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    return found


def commands(container):
    """By schedule, what its shell runs."""
    (*_, script) = shlex.split(unit("lvdaitong-retrain.service")["ExecStart"])
    (kubernetes,) = container["args"]
    return {
        "cron": cron()[0][6].replace(r"\%", "%"),
        "systemd": script.replace("%%", "%"),
        "kubernetes": kubernetes,
    }


@pytest.mark.parametrize("schedule", ["cron", "systemd", "kubernetes"])
def test_the_day_is_the_last_one_of_the_month_before(container, schedule):
    begun = datetime.now(UTC)
    command = PROGRAM.sub("echo", commands(container)[schedule]).replace("exec echo", "echo")
    words = subprocess.run(
        ["/bin/sh", "-c", command], env={"TZ": "Asia/Shanghai", "PATH": "/usr/bin:/bin"}, text=True,
        capture_output=True, check=True,
    ).stdout.split()  # fmt: skip
    days = {moment.astimezone(CHINA).replace(day=1).date() for moment in (begun, datetime.now(UTC))}
    assert words[:4] == ["retrain", "--recipe", "city", "--as-of"]
    assert words[4] in {str(day - timedelta(days=1)) for day in days}


def test_an_unescaped_percent_would_cut_the_crontab_line():
    assert not re.search(r"(?<!\\)%", cron()[0][6])
    assert not re.search(r"(?<!%)%(?!%)", unit("lvdaitong-retrain.service")["ExecStart"].replace("%%", ""))


def test_all_three_run_on_the_same_days():
    minute, hours, day, months, weekday, user, _ = cron()[0]
    calendar = unit("lvdaitong-retrain.timer")["OnCalendar"]
    scheduled = yaml.safe_load((DEPLOY / "retrain-cronjob.yaml").read_text("utf-8"))["spec"]
    assert (minute, hours.split(",")[0], day, months, weekday, user) == (
        "30", "3", "12", "1,4,7,10", "*", "lvdaitong",
    )  # fmt: skip
    assert calendar == "*-01,04,07,10-12 03:30:00 Asia/Shanghai"
    assert (scheduled["schedule"], scheduled["timeZone"]) == ("30 3 12 1,4,7,10 *", "Asia/Shanghai")


def test_the_options_are_words_of_the_verb(container):
    from typer.testing import CliRunner

    from pipelines.command_line import app

    said = CliRunner().invoke(app, ["retrain", "--help"]).output
    for command in commands(container).values():
        for option in re.findall(r"--[a-z-]+", command):
            assert option in said


def test_what_a_repetition_would_only_tell_again_is_not_repeated(job):
    from features.errors import LakeError, ModelError, RecipeError, RequestError, SourceError

    told = sorted(one.exit_code for one in (SourceError, RecipeError, ModelError, RequestError))
    spec = job["spec"]["jobTemplate"]["spec"]
    (rule,) = spec["podFailurePolicy"]["rules"]
    assert rule["onExitCodes"]["values"] == FINAL == told
    assert LakeError.exit_code not in FINAL, "a full disk, or another process, passes"
    codes = unit("lvdaitong-retrain.service")["RestartPreventExitStatus"].split()
    assert [int(code) for code in codes] == FINAL
    assert spec["template"]["spec"]["restartPolicy"] == "Never", "the failure policy needs it"


def test_the_job_keeps_the_main_rules_of_kubernetes(job, container):
    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "CronJob")
    assert set(job["spec"]) == {
        "schedule", "timeZone", "concurrencyPolicy", "startingDeadlineSeconds", "successfulJobsHistoryLimit",
        "failedJobsHistoryLimit", "jobTemplate",
    }  # fmt: skip
    assert job["spec"]["concurrencyPolicy"] == "Forbid"
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["automountServiceAccountToken"] is False
    assert {mount["name"] for mount in container["volumeMounts"]} == {one["name"] for one in pod["volumes"]}
    composed = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    assert container["image"] == composed["services"]["service"]["image"]
    assert set(container["resources"]) == {"requests", "limits"}
    assert all(isinstance(one["value"], str) for one in container["env"])


def test_the_job_has_no_powers_and_no_secret_stands_anywhere(container):
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    for file in DEPLOY.glob("*retrain*"):
        for line in file.read_text("utf-8").splitlines():
            assert line.startswith("#") or not SECRET.search(line), (file.name, line)


def test_systemd_can_read_the_unit_and_the_timer(tmp_path):
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed here")
    for name in ("lvdaitong-retrain.service", "lvdaitong-retrain.timer"):
        text = (DEPLOY / name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace("/opt/lvdaitong/bin/lvdaitong", sys.executable), "utf-8")
    files = [str(path) for path in sorted(tmp_path.iterdir())]
    done = subprocess.run([analyze, "verify", *files], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    calendar = unit("lvdaitong-retrain.timer")["OnCalendar"]
    told = subprocess.run([analyze, "calendar", calendar], capture_output=True, text=True, check=True).stdout
    assert re.search(r"-12 03:30:00", told)


def test_the_unit_is_fenced_as_the_service_is():
    service = unit("lvdaitong.service")
    fences = [name for name in service if name.startswith(("Protect", "Private", "Restrict", "SystemCall"))]
    retrain = unit("lvdaitong-retrain.service")
    allowed = {"RestrictAddressFamilies": "AF_UNIX"}
    assert {name: retrain[name] for name in fences} == {name: service[name] for name in fences} | allowed
    for name in ("NoNewPrivileges", "CapabilityBoundingSet", "AmbientCapabilities", "UMask", "User"):
        assert retrain[name] == service[name]
