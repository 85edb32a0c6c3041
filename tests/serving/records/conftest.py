"""Records in both databases."""

import sys
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import uuid4

import pytest

from serving.records.answers import Answered
from serving.records.entry import Entry
from serving.records.moments import moment
from serving.records.records import Records

KEY = "the secret of the tests, long enough"
NUMBERS = count()
WRITER = """
import sys
from datetime import UTC, datetime
from threading import Thread
from uuid import uuid4
from serving.records.answers import Answered
from serving.records.entry import Entry
from serving.records.moments import moment
from serving.records.records import Records

address, key, threads, each = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
records = Records.open(address, key)

def answer(name, at):
    return Answered(name, "preapproval", at, "officer", "B", "firm", "{}", "{}")

def write():
    for _ in range(each):
        name, at = str(uuid4()), moment(datetime.now(UTC))
        words = dict(audit_id=name, at=at, kind="preapproval", actor="officer", role="OFFICER", bank="B",
                     subject="firm", outcome="ANSWERED", status=200)
        records.audit.append(Entry(**words), answer(name, at))
        sys.stdout.write(name + "\\n")
        sys.stdout.flush()

running = [Thread(target=write) for _ in range(threads)]
for one in running: one.start()
for one in running: one.join()
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path):
    """The address of an empty database, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/service.db"
    return request.getfixturevalue("postgres")


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.at = datetime(2026, 11, 23, 1, tzinfo=UTC)

    def __call__(self):
        """The time that it shows."""
        return self.at

    def pass_(self, **words):
        """Let time pass."""
        self.at += timedelta(**words)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def records(address, clock):
    """Empty records in either database."""
    opened = Records.open(address, KEY, clock)
    yield opened
    opened.close()


@pytest.fixture
def embedded(tmp_path, clock):
    """Empty records in SQLite."""
    opened = Records.open(f"sqlite:///{tmp_path}/service.db", KEY, clock)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def told():
    """Make an entry and its answer; words of either may be given."""

    def make(at=None, answer='{"答": "1.0"}', question='{"q": 1}', **words):
        words = {
            "audit_id": str(uuid4()),
            "at": moment(at or datetime(2026, 11, 23, 1, tzinfo=UTC)),
            "kind": "preapproval",
            "actor": "officer",
            "role": "OFFICER",
            "bank": "BANK-A",
            "subject": "firm-1",
            "purpose": "PRE_LOAN",
            "outcome": "ANSWERED",
            "status": 200,
        } | words
        entry = Entry(**words)
        left = Answered(
            entry.audit_id, entry.kind, entry.at, entry.actor, entry.bank, entry.subject, question, answer
        )
        return entry, left

    return make


@pytest.fixture(scope="session")
def key():
    """The secret under which the tests seal."""
    return KEY


@pytest.fixture(scope="session")
def writer():
    """The command of a process that appends and tells the names of what was written.

    It wants an address, the secret, so many threads, and so many rows of each.
    """
    return [sys.executable, "-c", WRITER]
