"""Two homes: the lab writes a package, the bank's own process learns its half, the lab puts both together."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from features.keyed import fingerprint, read_keyed
from pipelines.command_line import app
from pipelines.lab.agreement import AgreementError
from pipelines.lab.combining import combine

KEY = bytes(range(32))
NO_NETWORK = ("unshare", "-rn")


@pytest.fixture(scope="module")
def key_file(tmp_path_factory):
    file = tmp_path_factory.mktemp("safe") / "huzhou.key"
    file.write_text(KEY.hex() + "\n")
    return file


@pytest.fixture(scope="module")
def without_network():
    """What a command begins with to run without any network; nothing where the machine does not allow it."""
    if shutil.which(NO_NETWORK[0]) is None:
        return ()
    allowed = subprocess.run([*NO_NETWORK, "true"], check=False, capture_output=True).returncode == 0
    return NO_NETWORK if allowed else ()


@pytest.fixture(scope="module")
def at_the_bank(packages, table_file, key_file, without_network, tmp_path_factory):
    """The verb run at the bank, in a process and a home of its own: where, and what it said."""
    place = tmp_path_factory.mktemp("bank")
    command = [
        *without_network, sys.executable, "-m", "pipelines", "--home", str(place / "home"), "lab", "half",
        "--package", str(packages["sub-scores"].folder), "--table", str(table_file), "--key", str(key_file),
        "--out", str(place / "returned"), "--on", "2026-11-23", "--trees", "30", "--json",
    ]  # fmt: skip
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (ran.returncode, ran.stderr) == (0, "")
    return place, json.loads(ran.stdout)


def test_the_lab_and_the_bank_model_together_without_the_banks_columns_leaving_it(
    at_the_bank, packages, own_project, world, lab
):
    place, told = at_the_bank
    assert told["package"] == packages["sub-scores"].id
    assert told["left_out"] == ["branch"]
    assert (place / "home" / "lab" / "huzhou-2026" / "half" / "model" / "booster.txt").is_file()
    answers = read_keyed(place / "returned" / "held_out.parquet", fingerprint(KEY))
    assert list(answers) == ["loan_id", "half", "bank"]
    text = (place / "returned" / "half.json").read_text("utf-8")
    assert not any(code in text for code in world.codes)
    found = combine(own_project, place / "returned", key=KEY, by="王敏", clock=lab.clock, rounds=40)
    assert found.told["judged"]["figures"]["joint"]["auc"] == told["judged"]["figures"]["joint"]["auc"]


def test_the_half_ran_in_a_process_without_any_network(at_the_bank, without_network):
    if not without_network:
        pytest.skip("this machine lets no process leave its network (unshare -rn)")
    assert at_the_bank[1]["networks"] == 0


def test_a_refusal_of_the_verb_carries_the_exit_code_of_its_kind(packages, table_file, key_file, tmp_path):
    said = ["--table", table_file, "--key", key_file, "--out", tmp_path / "returned", "--on", "2027-01-01"]
    asked = ["lab", "half", "--home", tmp_path / "bank", "--package", packages["bank first"].folder, *said]
    ran = CliRunner().invoke(app, [str(one) for one in asked])
    assert isinstance(ran.exception, AgreementError)
    assert ran.exception.exit_code == 12
    assert "expired on 2026-12-31" in str(ran.exception)
    assert list(tmp_path.iterdir()) == []
