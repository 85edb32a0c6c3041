"""What has been kept long enough goes, on the day and not before; the log says so and stays."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from features.errors import RequestError
from serving.purposes import Basis, Purpose
from serving.records.consents import Consent
from serving.records.idempotency import Key
from serving.records.objections import Outcome
from serving.records.retention import run
from serving.records.tables import CONSENTS, IDEMPOTENCY, OBJECTIONS, SESSIONS, TOKENS
from serving.records.terms import terms
from serving.records.verify import verify

TODAY = date(2026, 11, 23)


def count(records, table):
    with records.engine.connect() as connection:
        return len(connection.execute(select(table)).all())


def test_every_term_names_its_source():
    for name, term in terms().items():
        assert "条例" in term.cites or "保护法" in term.cites, name
        assert bool(term.days) != bool(term.years), name


def test_sessions_and_tokens_go_thirty_days_after_their_end(records):
    late = "2027-01-01T00:00:00.000+00:00"
    for number, end in enumerate(("2026-10-23T15:59:59.999+00:00", "2026-10-23T16:00:00.000+00:00")):
        session = {"session_hash": f"s{number}", "account": "a", "csrf": "c", "created_at": end}
        token = {"token_hash": f"t{number}", "token_id": f"t{number}", "account": "a", "label": "l"}
        token |= {"created_at": end}
        ended = {"session_hash": f"e{number}", "expires_at": late, "ended_at": end}
        revoked = {
            "token_hash": f"r{number}",
            "token_id": f"r{number}",
            "expires_at": late,
            "revoked_at": end,
        }
        with records.engine.begin() as connection:
            for words in ({"expires_at": end}, ended):
                connection.execute(insert(SESSIONS), session | words)
            for words in ({"expires_at": end}, revoked):
                connection.execute(insert(TOKENS), token | words)
    went = run(records, TODAY)
    assert (went.rows["sessions"], went.rows["tokens"]) == (2, 2)
    assert (count(records, SESSIONS), count(records, TOKENS)) == (2, 2)


def test_consents_and_objections_go_ten_years_after_their_end_and_open_ones_never(records, clock):
    def consent(**words):
        made = Consent(
            entity_id="e", bank="B", purpose=Purpose.PRE_LOAN, basis=Basis.CONSENT,
            valid_from=date(2010, 1, 1), **words,
        )  # fmt: skip
        records.consents.record(made, by="staff")
        return made

    consent(valid_to=date(2016, 11, 22))
    kept = {consent(valid_to=date(2016, 11, 23)).consent_id, consent().consent_id}
    withdrawn = consent(valid_to=date(2030, 1, 1))
    records.consents.withdraw(withdrawn.consent_id, date(2016, 11, 22), "staff")
    clock.at = datetime(2016, 11, 22, 1, tzinfo=UTC)
    words = {"by": "o", "role": "OFFICER"}
    old = records.objections.raise_("e", "旧", **words)
    records.objections.raise_("e", "未答", **words)
    records.objections.answer(old.objection_id, Outcome.REJECTED, "否", by="staff")
    clock.at = datetime(2026, 11, 23, 1, tzinfo=UTC)
    went = run(records, TODAY)
    assert (went.rows["consents"], went.rows["objections"]) == (2, 1)
    with records.engine.connect() as connection:
        assert set(connection.execute(select(CONSENTS.c.consent_id)).scalars()) == kept
        assert connection.execute(select(OBJECTIONS.c.text)).scalars().all() == ["未答"]


def test_answers_go_after_ten_years_in_blocks_and_the_log_says_what_went(records, told, key, monkeypatch):
    monkeypatch.setattr("serving.records.retention._AT_ONCE", 2)
    for number in range(5):
        at = datetime(2016, 11, 20, tzinfo=UTC) + timedelta(hours=number)
        records.audit.append(*told(at=at), Key("officer", f"k{number}", "a" * 64))
    went = run(records, TODAY, by="wang")
    assert (went.rows["answers"], went.rows["idempotency"]) == (5, 5)
    assert records.answers.page() == []
    assert count(records, IDEMPOTENCY) == 0
    row = records.audit.page(kind="retention")[0]
    assert (row.actor, row.detail["rows"]["answers"]) == ("wang", 5)
    report = verify(records.engine, key)
    assert (report.rows, report.is_whole) == (6, True)
    assert run(records, TODAY).rows["answers"] == 0


def test_a_day_that_has_not_come_is_refused(embedded):
    with pytest.raises(RequestError, match="that day has not come"):
        run(embedded, TODAY + timedelta(days=1))
    assert embedded.audit.head().place == 0
