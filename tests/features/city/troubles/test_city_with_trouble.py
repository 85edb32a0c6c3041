"""A city with a trouble as files: named in its manifest; the quiet city's bytes are what they always were."""

import hashlib
import json
from datetime import date

from typer.testing import CliRunner

from features.city import make_city, trouble_named
from pipelines.command_line import app

SMALL = {"entities": 40, "months": 14, "seed": 1, "last_month": date(2025, 12, 31)}
TEXT = (".csv", ".tsv", ".txt", ".jsonl", ".json")
QUIET = "5f94269db9fc572c9c1c58bbbff0724b7ec7e2b0b1a4de2d80cf763467c21f29"


def digest(folder):
    """One number for all files of text that departments send."""
    whole = hashlib.sha256()
    for path in sorted(folder.glob("*")):
        if path.suffix in TEXT:
            whole.update(path.read_bytes())
    return whole.hexdigest()


def test_the_quiet_city_of_a_seed_keeps_its_bytes(tmp_path):
    make_city(tmp_path, **SMALL)
    assert digest(tmp_path) == QUIET


def test_a_city_with_a_trouble_is_written_whole_and_the_same_every_time(tmp_path):
    trouble = trouble_named("new_kind").starting("2025-06")
    manifests = [make_city(tmp_path / one, **SMALL, trouble=trouble) for one in ("one", "other")]
    assert digest(tmp_path / "one") == digest(tmp_path / "other") != QUIET
    assert manifests[0].trouble == "new_kind"
    assert manifests[0].trouble_from == "2025-06-01"


def test_the_manifest_names_the_trouble_and_a_quiet_one_names_none(tmp_path):
    base = ["city", "--entities", "30", "--months", "12", "--seed", "1", "--out"]
    run = CliRunner()
    asked = [*base, str(tmp_path / "bad"), "--trouble", "leak", "--trouble-from", "2026-05", "--json"]
    told = run.invoke(app, asked)
    assert told.exit_code == 0, told.output
    assert run.invoke(app, [*base, str(tmp_path / "good"), "--steady"]).exit_code == 0
    bad, good = (json.loads((tmp_path / one / "manifest.json").read_text("utf-8")) for one in ("bad", "good"))
    assert (bad["trouble"], bad["trouble_from"]) == ("leak", "2026-05-01")
    assert json.loads(told.output)["trouble"] == "leak"
    assert good["steady"] is True
    assert not {"trouble", "trouble_from"} & set(good)
    assert "steady" not in bad
