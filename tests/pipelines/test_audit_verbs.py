"""What a person at the terminal learns of the audit log, and does about consents and retention."""

import json
import sqlite3
from datetime import UTC, datetime

import pytest
import typer
from typer.testing import CliRunner

from features.errors import LakeError, RequestError
from pipelines.audit_verbs import BrokenChain, audit, retention
from pipelines.consent_verbs import consent
from pipelines.lab.ledger import record as record_line
from serving.records.entry import Entry
from serving.records.moments import moment
from serving.records.records import Records

KEY = "the secret of the tests, long enough"
app = typer.Typer()
app.add_typer(audit, name="audit")
app.add_typer(consent, name="consent")
app.command("retention")(retention)

FILE = """entity_id,bank,purpose,basis,valid_from,valid_to
firm-1,BANK-A,PRE_LOAN,CONSENT,2026-01-01,2026-12-31
firm-2,BANK-A,PRE_LOAN,CONSENT,2026-13-01,
"""


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """The secret of a log in the environment, nothing else."""
    for name in ("DATABASE_URL", "DEMO", "REQUESTS_PER_MINUTE"):
        monkeypatch.delenv(f"LVDAITONG_{name}", raising=False)
    monkeypatch.setenv("LVDAITONG_AUDIT_KEY", KEY)


@pytest.fixture
def three(home):
    """A home whose log has three rows."""
    records = Records.open(f"sqlite:///{home.service}", KEY)
    at = moment(datetime(2026, 11, 23, tzinfo=UTC))
    for number in range(3):
        words = {"audit_id": f"a-{number}", "at": at, "kind": "login", "actor": f"officer-{number}"}
        records.audit.append(Entry(**words, role="OFFICER", outcome="ANSWERED", status=200, subject="firm-1"))
    records.close()
    return home


def tell(home, *words):
    """The result of a verb; its error is raised as the command line would meet it."""
    return CliRunner().invoke(app, list(words), obj=home)


def said(home, *words):
    told = tell(home, *words)
    assert told.exception is None, told.exception
    return told.output


def record(home, *words):
    return json.loads(said(home, *words, "--json"))


def test_a_whole_log_is_said_to_be_whole_also_against_its_anchor(three, tmp_path):
    (tmp_path / "anchor.json").write_text(said(three, "audit", "anchor"))
    told = record(three, "audit", "verify", "--anchor", str(tmp_path / "anchor.json"))
    assert (told["whole"], told["rows"], told["place"]) == (True, 3, 3)
    assert "日志完整：3 行" in said(three, "audit", "verify")


def test_the_ledgers_of_the_lab_are_looked_at_too(three, tmp_path):
    for name in ("open", "close"):
        now = datetime(2026, 11, 23, tzinfo=UTC)
        record_line(three, "huzhou-2026", name, "done", by="王敏", now=now, noted={"parties": ["A"]})
    (tmp_path / "anchor.json").write_text(said(three, "audit", "anchor"))
    told = record(three, "audit", "verify", "--anchor", str(tmp_path / "anchor.json"))
    assert told["lab"] == {"whole": True, "lines": 2, "problems": []}
    assert "台账完整：1 个项目，2 行" in said(three, "audit", "verify")
    file = three.lab / "huzhou-2026" / "ledger.jsonl"
    file.write_text(file.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    assert record(three, "audit", "verify")["lab"]["whole"]
    cut = tell(three, "audit", "verify", "--anchor", str(tmp_path / "anchor.json"))
    assert isinstance(cut.exception, BrokenChain)
    assert "1 lines were cut off" in cut.output


def test_a_broken_log_is_told_row_by_row_and_ends_with_exit_9(three):
    with sqlite3.connect(three.service) as connection:
        connection.execute("DROP TRIGGER audit_no_update")
        connection.execute("UPDATE audit SET actor = 'somebody' WHERE place = 2")
    connection.close()
    told = tell(three, "audit", "verify")
    assert isinstance(told.exception, BrokenChain)
    assert told.exception.exit_code == 9
    assert "was edited" in told.output
    told = tell(three, "audit", "verify", "--json")
    assert json.loads(told.stdout)["problems"] == [{"place": 2, "what": "was edited after it was written"}]


def test_an_anchor_that_is_none_and_a_home_without_records_are_told(three, tmp_path, home):
    (tmp_path / "anchor.json").write_text("{}")
    told = tell(three, "audit", "verify", "--anchor", str(tmp_path / "anchor.json"))
    assert isinstance(told.exception, RequestError)
    home.service.unlink()
    told = tell(home, "audit", "verify")
    assert isinstance(told.exception, LakeError)
    assert not home.service.exists()


def test_without_the_secret_nothing_is_verified(three, monkeypatch):
    monkeypatch.delenv("LVDAITONG_AUDIT_KEY")
    assert isinstance(tell(three, "audit", "verify").exception, RequestError)
    assert isinstance(tell(three, "audit", "verify", "--demo").exception, BrokenChain)


def test_rows_are_shown_newest_first(three):
    rows = record(three, "audit", "show", "--subject", "firm-1", "--limit", "2")
    assert [row["place"] for row in rows] == [3, 2]
    assert [row["place"] for row in record(three, "audit", "show", "--actor", "officer-1")] == [2]
    assert "officer-2" in said(three, "audit", "show")


def test_a_file_of_consents_is_recorded_and_what_was_refused_is_written_down(home, tmp_path):
    (tmp_path / "c.csv").write_text(FILE)
    words = ("consent", "record", "--file", str(tmp_path / "c.csv"), "--by", "王敏")
    told = record(home, *words, "--refused", str(tmp_path / "refused.csv"))
    assert (told["recorded"], told["known"]) == (1, 0)
    assert [(one["line"], one["rule"]) for one in told["refused"]] == [(3, "valid_from_is_a_day")]
    assert "3,valid_from_is_a_day" in (tmp_path / "refused.csv").read_text("utf-8-sig")
    assert "valid_from_is_a_day" in said(home, *words)
    (row,) = record(home, "audit", "show", "--kind", "consent")
    assert (row["actor"], row["role"]) == ("王敏", "CONSOLE")


def test_one_consent_is_recorded_listed_and_withdrawn(home):
    told = {"--entity": "firm-1", "--bank": "BANK-A", "--purpose": "PRE_LOAN", "--from": "2026-01-01"}
    words = ["consent", "record", "--by", "li", *(word for pair in told.items() for word in pair)]
    (made,) = record(home, *words)
    assert "recorded before" in said(home, *words)
    (withdrawn,) = record(home, "consent", "withdraw", made["consent_id"], "--on", "2026-06-01", "--by", "li")
    assert withdrawn["withdrawn_on"] == "2026-06-01"
    assert record(home, "consent", "list", "firm-1") == [withdrawn]
    assert "贷前准入" in said(home, "consent", "list", "firm-1", "--bank", "BANK-A")
    assert isinstance(tell(home, "consent", "record", "--by", "li").exception, RequestError)


def test_retention_says_what_went(three):
    told = record(three, "retention", "--on", "2026-11-23")
    assert told["rows"]["answers"] == 0
    assert "answers" in said(three, "retention")
    assert isinstance(tell(three, "retention", "--on", "2999-01-01").exception, RequestError)
    assert len(record(three, "audit", "show", "--kind", "retention")) == 2


def test_an_answer_that_nobody_gave_cannot_be_replayed(three):
    told = tell(three, "audit", "replay", "a-1")
    assert isinstance(told.exception, RequestError)
    assert "audit show" in str(told.exception)
