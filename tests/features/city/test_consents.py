"""The city's consents: a CSV that the service's own reader takes whole."""

import csv

from features.uscc import is_valid
from serving.records.consent import consent_of


def test_every_row_is_a_consent_of_a_firm_to_one_of_two_banks(tmp_path):
    from features.city import make_city

    make_city(tmp_path, entities=150, months=6, seed=3)
    text = (tmp_path / "consents" / "consents.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    consents = [consent_of(row) for row in rows]
    assert {one.bank for one in consents} == {"BANK-A", "BANK-B"}
    assert all(is_valid(one.entity_id) for one in consents)
    first, second = ({one.entity_id for one in consents if one.bank == bank} for bank in ("BANK-A", "BANK-B"))
    assert 130 <= len(first) < 150
    assert 30 <= len(second) <= 75
    assert second - first
