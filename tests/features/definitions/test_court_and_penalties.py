"""Court judgments and enforcement, penalties, licences and qualifications."""

JUDGED = """
    entity_id | event_date | available_at | role      | amount_cny
    A         | 2024-11-30 | 2024-12-20   | DEFENDANT | 100.10
    A         | 2024-03-31 | 2024-04-20   | DEFENDANT |
    A         | 2023-03-31 | 2023-04-20   | PLAINTIFF | 500
    A         | 2022-03-31 | 2022-04-20   |           | 500
    B         | 2024-03-31 | 2024-04-20   | PLAINTIFF | 500
"""


def test_judgments_against_the_firm_are_told_from_those_it_sought(value):
    assert value("judgment_count_24m", JUDGED) == {"A": 3, "B": 1}
    assert value("defendant_judgment_count_3m", JUDGED) == {"A": 1, "B": None}
    assert value("defendant_judgment_count_12m", JUDGED) == {"A": 2, "B": None}
    assert value("defendant_amount_cny_24m", JUDGED) == {"A": 100.1, "B": None}


def test_a_judgment_that_does_not_tell_the_role_is_left_out_of_the_share(value):
    assert value("defendant_share_36m", JUDGED) == {"A": 2 / 3, "B": 0}


def test_new_enforcement_is_told_from_old(value):
    drawing = """
        entity_id | event_date | available_at | amount_cny
        A         | 2024-11-15 | 2024-11-20   | 10.05
        A         | 2024-02-15 | 2024-02-20   | 20
        B         | 2023-02-15 | 2023-02-20   |
    """
    assert value("enforcement_count_3m", drawing) == {"A": 1, "B": None}
    assert value("enforcement_count_24m", drawing) == {"A": 2, "B": 1}
    assert value("enforced_amount_cny_3m", drawing) == {"A": 10.05, "B": None}
    assert value("enforced_amount_cny_24m", drawing) == {"A": 30.05, "B": None}


PENALTIES = """
    entity_id | record_id | event_date | available_at | op       | authority | severity | fine_cny
    A         | 1         | 2024-10-02 | 2024-10-12   | upsert   | TAX       | SEVERE   | 1000
    A         | 2         | 2023-10-02 | 2023-10-12   | upsert   | FIRE      | MINOR    |
    repaired  | 3         | 2024-10-02 | 2024-10-12   | upsert   | TAX       | SEVERE   | 1000
    repaired  | 3         | 2024-10-02 | 2024-12-12   | withdraw | TAX       | SEVERE   | 1000
"""


def test_a_repaired_penalty_is_no_longer_counted(value):
    assert value("penalty_count_24m", PENALTIES) == {"A": 2, "repaired": None}
    assert value("penalty_count_6m", PENALTIES, "2024-12-11") == {"A": 1, "repaired": 1}


def test_severity_fines_and_recency_of_penalties(value):
    assert value("severe_penalty_count_36m", PENALTIES) == {"A": 1, "repaired": None}
    assert value("fines_cny_12m", PENALTIES) == {"A": 1000, "repaired": None}
    assert value("days_since_penalty", PENALTIES) == {"A": 90, "repaired": None}


LICENCES = """
    entity_id | event_date | available_at | authority | expiry_date | ended_date
    A         | 2023-02-01 | 2023-02-08   | FIRE      |             |
    A         | 2022-02-01 | 2022-02-08   | HEALTH    | 2024-12-31  |
    A         | 2022-02-01 | 2022-02-08   | EEB       | 2025-06-30  |
    A         | 2022-02-01 | 2022-02-08   | EEB       | 2025-07-01  |
    A         | 2022-02-01 | 2022-02-08   | AMR       |             | 2024-05-01
    expired   | 2021-02-01 | 2021-02-08   | FIRE      | 2024-12-30  |
"""


def test_a_licence_is_valid_on_its_last_day_and_not_on_the_next(value):
    assert value("valid_licence_count", LICENCES) == {"A": 4, "expired": None}
    assert value("valid_licence_count", LICENCES, "2025-01-01") == {"A": 3, "expired": None}


def test_licences_expiring_within_six_months_and_those_lost(value):
    assert value("expiring_licence_count", LICENCES) == {"A": 2, "expired": None}
    assert value("ended_licence_count", LICENCES) == {"A": 1, "expired": 0}
    assert value("licence_count_24m", LICENCES) == {"A": 1, "expired": None}


def test_qualifications_that_expired_are_not_counted(value):
    drawing = """
        entity_id | event_date | available_at | kind | expiry_date
        A         | 2022-02-28 | 2022-03-08   | x    | 2026-01-01
        A         | 2022-02-28 | 2022-03-08   | x    | 2026-01-01
        A         | 2024-10-02 | 2024-10-08   | y    |
        B         | 2020-02-28 | 2020-03-08   | x    | 2024-12-30
    """
    assert value("valid_qualification_count", drawing) == {"A": 3, "B": None}
    assert value("qualification_kind_count", drawing) == {"A": 2, "B": None}
    assert value("days_since_qualification", drawing) == {"A": 90, "B": 1768}
