"""Consents: valid from the first to the last day, for one bank and one purpose, until they are withdrawn."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from features.errors import RequestError
from serving.purposes import Basis, Purpose
from serving.records.consent import BadConsent, Consent, consent_of
from serving.records.consent_file import read_consents
from serving.records.consents import Refused
from serving.records.verify import verify

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
DAY = timedelta(days=1)
CODE = "91330502MA29K00168"


def consent(**words):
    return Consent(
        **{
            "entity_id": "firm-1",
            "bank": "BANK-A",
            "purpose": Purpose.PRE_LOAN,
            "basis": Basis.CONSENT,
            "valid_from": FIRST,
            "valid_to": LAST,
        }
        | words
    )


def is_valid(records, on, entity_id="firm-1", bank="BANK-A", purpose=Purpose.PRE_LOAN):
    found = records.consents.valid(entity_id, bank, purpose, on)
    assert records.consents.covering([entity_id], bank, purpose, on) == ({entity_id} if found else set())
    return found is not None


def test_a_consent_holds_from_its_first_to_its_last_day_both_included(records):
    records.consents.record(consent(), by="staff")
    days = [FIRST - DAY, FIRST, LAST, LAST + DAY]
    assert [is_valid(records, day) for day in days] == [False, True, True, False]
    assert [consent().covers(day) for day in days] == [False, True, True, False]
    withdrawn = consent(withdrawn_on=date(2026, 6, 1))
    assert [withdrawn.covers(date(2026, 5, 31) + n * DAY) for n in range(2)] == [True, False]


@pytest.mark.parametrize(
    "other",
    [
        {"entity_id": "firm-2"}, {"entity_id": "FIRM-1"}, {"entity_id": "firm-1 "}, {"entity_id": "firm-1\0"},
        {"bank": "BANK-B"}, {"bank": ""}, {"purpose": Purpose.POST_LOAN}, {"purpose": Purpose.TRAINING},
    ],
)  # fmt: skip
def test_it_holds_for_no_other_firm_bank_or_purpose(records, other):
    records.consents.record(consent(), by="staff")
    assert not is_valid(records, FIRST, **other)


def test_from_the_day_of_withdrawal_it_holds_no_longer_and_the_earlier_day_stays(records):
    made = consent(valid_to=None)
    records.consents.record(made, by="staff")
    assert is_valid(records, date(2099, 1, 1))
    records.consents.withdraw(made.consent_id, date(2026, 6, 1), "staff")
    assert [is_valid(records, date(2026, 5, 31) + n * DAY) for n in range(3)] == [True, False, False]
    records.consents.withdraw(made.consent_id, date(2026, 7, 1), "staff")
    assert not is_valid(records, date(2026, 6, 2))
    records.consents.withdraw(made.consent_id, date(2026, 5, 1), "staff")
    assert not is_valid(records, date(2026, 5, 2))
    assert not records.consents.record(made, by="staff"), "a paper that was withdrawn is not given again"
    assert not is_valid(records, date(2026, 5, 2))
    with pytest.raises(RequestError, match="no consent of that name"):
        records.consents.withdraw("c-0", LAST, "staff")


def test_of_several_the_one_that_lasts_longest_is_named_and_all_are_listed(records):
    short, long, none = consent(valid_to=FIRST), consent(), consent(valid_to=None, bank="BANK-B")
    for one in (long, short, none):
        assert records.consents.record(one, by="staff")
    assert records.consents.valid("firm-1", "BANK-A", Purpose.PRE_LOAN, FIRST) == long
    assert {one.consent_id for one in records.consents.of("firm-1")} == {
        one.consent_id for one in (short, long, none)
    }
    assert records.consents.of("firm-1", "BANK-B") == [none]


def test_recording_and_withdrawing_stand_in_the_log(records, key):
    made = consent()
    records.consents.record(made, by="wang", role="STAFF")
    records.consents.record(made, by="wang", role="STAFF")
    records.consents.withdraw(made.consent_id, FIRST, "li", "OFFICER")
    withdrawn, recorded = records.audit.page(subject="firm-1", kind="consent")
    assert (recorded.actor, recorded.detail["act"], recorded.purpose) == ("wang", "record", "PRE_LOAN")
    assert (withdrawn.actor, withdrawn.detail["act"], withdrawn.role) == ("li", "withdraw", "OFFICER")
    assert withdrawn.detail["consent_id"] == recorded.detail["consent_id"] == made.consent_id
    assert verify(records.engine, key).is_whole


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ({"basis": Basis.STATUTORY}, "duty_names_its_article"),
        ({"valid_to": FIRST - DAY}, "ends_after_it_begins"),
        ({"entity_id": ""}, "entity_id_is_named"),
        ({"bank": ""}, "bank_is_named"),
        ({"entity_id": "x" * 65}, "entity_id_fits"),
        ({"reference": "a\0"}, "reference_fits"),
        ({"text_hash": "A" * 64}, "hash_is_a_hash"),
        ({"consent_id": "c" * 37}, "consent_id_fits"),
    ],
)
def test_a_consent_that_breaks_a_rule_is_none_and_no_value_of_it_is_told(words, rule):
    with pytest.raises(BadConsent) as caught:
        consent(**words)
    assert caught.value.rule == rule
    assert "x" * 65 not in str(caught.value)


def test_a_duty_by_law_with_its_article_is_a_basis(records):
    records.consents.record(consent(basis=Basis.STATUTORY, reference="征信业管理条例第十八条"), by="staff")
    assert records.consents.valid("firm-1", "BANK-A", Purpose.PRE_LOAN, FIRST).basis is Basis.STATUTORY


def test_a_row_written_past_the_program_that_breaks_a_rule_covers_nothing(records):
    records.consents.record(consent(), by="staff")
    with records.engine.begin() as connection:
        connection.execute(text("UPDATE consents SET basis = 'STATUTORY'"))
    assert not is_valid(records, FIRST)


def test_another_content_under_a_name_that_is_taken_is_refused(records):
    records.consents.record(consent(consent_id="c-1"), by="staff")
    with pytest.raises(BadConsent, match="name_is_free"):
        records.consents.record(consent(consent_id="c-1", bank="BANK-B"), by="staff")
    assert not is_valid(records, FIRST, bank="BANK-B")


FILE = f"""统一社会信用代码,银行,用途,依据,起始日,截止日,文号
{CODE.lower()},BANK-A,贷前准入,企业授权,2026-01-01,2026-12-31,授2026-001
{CODE},BANK-A,PRE_LOAN,CONSENT,2026-01-01,2026-12-31,授2026-001

firm-2,BANK-A,PRE_LOAN,CONSENT,2026-02-30,,
firm-3,BANK-A,贷款,CONSENT,2026-01-01,,
firm-4,BANK-A,PRE_LOAN,STATUTORY,2026-01-01,,
firm-5,BANK-A,PRE_LOAN,CONSENT,2026-01-01
"firm-6
continued",BANK-A,PRE_LOAN,CONSENT,2026-01-02,2026-01-01,
firm-7,BANK-A,POST_LOAN,合同履行,2026-01-01,,"合同,7"
firm-8,BANK-A,PRE_LOAN,,2026-01-01,,
firm-9,"BANK"-A,PRE_LOAN,CONSENT,2026-01-01,,
firm-10,BANK-A,APPROVAL,CONSENT,2026-01-01,,
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_of_a_file_what_keeps_the_rules_is_recorded_and_the_rest_told_with_line_and_rule(embedded, encoding):
    told = embedded.consents.record_numbered(read_consents(FILE.encode(encoding)), by="wang", role="STAFF")
    assert (told.recorded, told.known) == (3, 1)
    assert [(one.line, one.rule) for one in told.refused] == [
        (5, "valid_from_is_a_day"),
        (6, "purpose_is_known"),
        (7, "duty_names_its_article"),
        (8, "row_has_the_headers_cells"),
        (9, "ends_after_it_begins"),
        (12, "basis_is_known"),
        (13, "row_is_csv"),
    ]
    assert not any("firm" in one.said or "BANK" in one.said for one in told.refused)
    assert is_valid(embedded, LAST, CODE)
    assert is_valid(embedded, FIRST, "firm-7", purpose=Purpose.POST_LOAN)
    again = embedded.consents.record_numbered(read_consents(FILE.encode(encoding)), by="wang", role="STAFF")
    assert (again.recorded, again.known, len(again.refused)) == (0, 4, 7)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a,b\n",
        b"\xff\xff",
        FILE.replace("银行", "bank,机构").encode(),
        FILE.replace("用途,", "").encode(),
    ],
)
def test_a_file_that_is_none_is_told(content):
    with pytest.raises(RequestError, match="consents"):
        list(read_consents(content))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.text(alphabet='ab,"\n\r\x00\ud800é -2026', max_size=8), min_size=1, max_size=8),
        max_size=8,
    )
)
def test_no_row_of_any_file_gets_lost(rows):
    head = "entity_id,bank,purpose,basis,valid_from\n"
    content = head + "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    read = list(read_consents(content.encode("utf-8", "replace")))
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    assert len(read) == len(filled)
    for line, row in read:
        if not isinstance(row, Refused):
            with pytest.raises(BadConsent):
                consent_of(row)
        assert line > 1


def test_many_rows_of_a_frame_are_recorded_in_blocks(embedded):
    rows = pd.DataFrame(
        {"entity_id": [f"e{n}" for n in range(1201)], "bank": "B", "purpose": "PRE_LOAN", "basis": "CONSENT"}
    ).assign(valid_from=pd.Timestamp("2026-01-01"), valid_to=None)
    rows.loc[600, "bank"] = None
    told = embedded.consents.record_many(rows, by="wang")
    assert (told.recorded, told.known, told.refused[0].line) == (1200, 0, 601)
    covered = embedded.consents.covering(rows.entity_id, "B", Purpose.PRE_LOAN, FIRST)
    assert covered == set(rows.entity_id) - {"e600"}
    assert embedded.audit.head().place == 3
