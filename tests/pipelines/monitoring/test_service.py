import json
from datetime import date
from types import SimpleNamespace

import pytest

from models.monitoring.outcomes import Used
from models.scale import Bands
from pipelines.monitoring.service import service_of
from serving.records.database import open_database, writing
from serving.records.tables import ANSWERS, METADATA, OBJECTIONS

DECISIONS = """
entity_id | event_date | available_at | bank | amount_cny | decided_date | decision
A         | 2026-10-02 | 2026-10-09   | 湖州银行 | 100.00 | 2026-10-08   | DECLINED
B         | 2026-10-02 | 2026-10-09   | 湖州银行 | 100.00 | 2026-10-08   | APPROVED
C         | 2026-10-02 | 2026-11-09   | 湖州银行 | 100.00 | 2026-10-08   | DECLINED
D         | 2026-08-02 | 2026-08-09   | 湖州银行 | 100.00 | 2026-08-08   | DECLINED
"""


@pytest.fixture
def given(lake):
    return SimpleNamespace(
        home=lake(loan_recommendation=DECISIONS),
        day=date(2026, 10, 31),
        scope=SimpleNamespace(sources=frozenset({"loan_recommendation"})),
        model=SimpleNamespace(points_bands=Bands()),
    )


def answered(firm: str, band: str, at: str) -> dict[str, object]:
    answer = json.dumps({"credit": {"band": band}})
    told = {
        "audit_id": f"{firm}-{at}",
        "kind": "preapproval",
        "asked_at": f"{at}T03:00:00.000Z",
        "account": "x",
    }
    return told | {"bank": "湖州银行", "entity_id": firm, "question": "{}", "answer": answer}


def objection(number: int, raised: str, due: str, answered_on: str | None = None) -> dict[str, object]:
    outcome = "UPHELD" if answered_on else None
    told = {"objection_id": str(number), "entity_id": "A", "text": f"{number}", "raised_by": "x"}
    return told | {"raised_on": raised, "due_on": due, "outcome": outcome, "answered_on": answered_on}


@pytest.fixture
def recorded(given):
    engine = open_database(f"sqlite:///{given.home.service}")
    with writing(engine) as connection:
        METADATA.create_all(connection)
        connection.execute(
            ANSWERS.insert(),
            [answered(firm, band, "2026-10-05") for firm, band in (("A", "A"), ("B", "B"), ("C", "A"))]
            + [answered("D", "A", "2026-10-05"), answered("A", "A", "2026-01-05")],
        )
        connection.execute(
            OBJECTIONS.insert(),
            [
                objection(1, "2026-10-03", "2026-10-23"),
                objection(2, "2026-10-20", "2026-11-09"),
                objection(3, "2026-09-20", "2026-10-10", "2026-10-08"),
                objection(4, "2026-11-02", "2026-11-22"),
            ],
        )
    engine.dispose()
    return given


def test_decisions_known_by_the_day_are_held_against_the_bands_that_were_told(recorded):
    told = service_of(recorded)
    assert told.answers == 4
    # A was declined in the best band; C's decision arrived later, D's is older than its answer
    assert told.used == Used(decided=2, against=1, month="2026-10")


def test_objections_are_counted_as_they_stood_on_the_day(recorded):
    told = service_of(recorded)
    assert (told.raised, told.upheld, told.open, told.overdue) == (2, 1, 2, 1)


def test_a_home_without_records_says_so(given):
    told = service_of(given)
    assert told.absent == "没有服务记录（service.db）"
    assert not given.home.service.exists()


def test_records_that_cannot_be_read_say_so(given):
    given.home.service.write_bytes(b"no database" * 200)
    assert "不可读" in (service_of(given).absent or "")
