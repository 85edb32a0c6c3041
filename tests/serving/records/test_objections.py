"""Objections: marked at once, due within twenty days, answered once."""

from datetime import date

import pytest

from features.errors import RequestError
from serving.records.objections import Outcome
from serving.records.verify import verify


def raised(records, text="数据有误", **words):
    return records.objections.raise_(
        "firm-1", text, **{"by": "officer", "role": "OFFICER", "bank": "BANK-A"} | words
    )


def test_an_objection_marks_the_firm_at_once_and_is_due_in_twenty_days(records):
    made = raised(records, audit_id="a-1", source="tax_arrears")
    assert (made.raised_on, made.due_on) == (date(2026, 11, 23), date(2026, 12, 13))
    assert records.objections.marks("firm-1") == [made]
    assert records.objections.find(made.objection_id) == made
    assert records.objections.marks("firm-2") == records.objections.marks("firm-1\0") == []


def test_the_day_is_chinas(records, clock):
    clock.pass_(hours=14, minutes=59)
    assert raised(records, "一").raised_on == date(2026, 11, 23)
    clock.pass_(minutes=1)
    assert raised(records, "二").raised_on == date(2026, 11, 24)


def test_it_is_overdue_after_its_last_day_and_not_on_it(records):
    made = raised(records)
    assert records.objections.overdue(made.due_on) == []
    assert not made.is_overdue(made.due_on)
    assert records.objections.overdue(date(2026, 12, 14)) == [made]
    assert made.is_overdue(date(2026, 12, 14))


def test_the_answer_ends_it_and_both_stay(records, clock):
    made = raised(records)
    clock.pass_(days=3)
    answered = records.objections.answer(made.objection_id, Outcome.UPHELD, "已更正", by="staff")
    assert (answered.outcome, answered.answer, answered.answered_on) == (
        Outcome.UPHELD,
        "已更正",
        date(2026, 11, 26),
    )
    assert (answered.text, answered.due_on) == (made.text, made.due_on)
    assert records.objections.marks("firm-1") == records.objections.open() == []
    assert records.objections.overdue(date(2027, 1, 1)) == []
    assert records.objections.of("firm-1") == [answered]
    with pytest.raises(RequestError, match="was answered on 2026-11-26"):
        records.objections.answer(made.objection_id, Outcome.REJECTED, "否", by="staff")
    with pytest.raises(RequestError, match="no objection of that name"):
        records.objections.answer("o-0", Outcome.REJECTED, "否", by="staff")


def test_the_same_words_sent_twice_are_one_objection(records):
    first = raised(records, audit_id="a-1")
    assert raised(records, audit_id="a-1") == first
    assert raised(records, audit_id="a-1", by="other") != first
    assert raised(records) == raised(records)
    records.objections.answer(first.objection_id, Outcome.REJECTED, "否", by="staff")
    with pytest.raises(RequestError, match="raised and answered before"):
        raised(records, audit_id="a-1")


def test_a_page_has_open_ones_first_and_one_banks_only(records, clock):
    first = raised(records, "一")
    clock.pass_(days=1)
    second, other = raised(records, "二"), raised(records, "三", bank="BANK-B", by="b")
    records.objections.answer(first.objection_id, Outcome.REJECTED, "否", by="staff")
    names = [one.text for one in records.objections.page(bank="BANK-A")]
    assert names == ["二", "一"]
    assert records.objections.page(raised_by="b") == [other]
    assert records.objections.open("BANK-A") == [second]
    assert len(records.objections.page(limit=1)) == 1


def test_every_act_stands_in_the_log_without_its_text(records, key):
    made = raised(records, "秘密")
    records.objections.answer(made.objection_id, Outcome.UPHELD, "也秘密", by="staff")
    answered, raised_ = records.audit.page(kind="objection")
    assert (raised_.actor, raised_.subject, raised_.bank) == ("officer", "firm-1", "BANK-A")
    assert (answered.actor, answered.detail["outcome"]) == ("staff", "UPHELD")
    assert not any("秘密" in str(one.detail) for one in (answered, raised_))
    assert verify(records.engine, key).is_whole


@pytest.mark.parametrize("text", ["", " \n", "x" * 4001, "a\0", "\ud800"])
def test_a_text_that_says_nothing_or_too_much_is_refused(embedded, text):
    with pytest.raises(RequestError, match="1 to 4000 characters"):
        raised(embedded, text)
    assert embedded.audit.head().place == 0
