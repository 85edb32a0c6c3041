"""Lists that firms are put on and taken off: abnormal operations, serious violations, dishonest debtors."""

ABNORMAL = """
    entity_id | record_id | event_date | available_at | reason              | removed_date
    listed    | 1         | 2024-10-02 | 2024-10-05   | UNREACHABLE_ADDRESS |
    listed    | 2         | 2024-12-01 | 2024-12-05   | NO_ANNUAL_REPORT    |
    removed   | 3         | 2022-07-01 | 2022-07-03   | NO_ANNUAL_REPORT    |
    removed   | 3         | 2022-07-01 | 2023-02-03   | NO_ANNUAL_REPORT    | 2023-02-01
    tomorrow  | 4         | 2024-07-01 | 2024-07-03   | NO_ANNUAL_REPORT    | 2025-01-01
"""


def test_a_listing_stands_until_its_removal_is_known_and_has_come(value):
    assert value("on_abnormal_list", ABNORMAL) == {"listed": 1, "removed": 0, "tomorrow": 1}
    assert value("on_abnormal_list", ABNORMAL, "2023-02-02") == {
        "listed": None,
        "removed": 1,
        "tomorrow": None,
    }


def test_the_window_counts_listings_whether_removed_or_not(value):
    assert value("abnormal_count_36m", ABNORMAL) == {"listed": 2, "removed": 1, "tomorrow": 1}
    assert value("abnormal_count_12m", ABNORMAL) == {"listed": 2, "removed": None, "tomorrow": 1}


def test_days_on_the_list_are_those_of_the_oldest_listing_that_stands(value):
    assert value("days_on_abnormal_list", ABNORMAL) == {"listed": 90, "removed": None, "tomorrow": 183}


def test_a_firm_that_cannot_be_found_is_told_from_one_listed_for_other_reasons(value):
    assert value("unreachable_at_address", ABNORMAL) == {"listed": 1, "removed": 0, "tomorrow": 0}


def test_serious_violations_are_counted_and_known_to_stand(value):
    drawing = """
        entity_id | event_date | available_at | field | removed_date
        A         | 2021-05-01 | 2021-05-05   | FOOD  | 2024-05-01
        B         | 2024-05-01 | 2024-05-05   | DRUG  |
        B         | 2023-05-01 | 2023-05-05   | DRUG  |
    """
    assert value("on_serious_violation_list", drawing) == {"A": 0, "B": 1}
    assert value("serious_violation_count_60m", drawing) == {"A": 1, "B": 2}


def test_an_end_that_a_file_tells_in_advance_is_not_read_before_its_day(value):
    drawing = """
        entity_id | event_date | available_at | delisted_date
        A         | 2024-01-31 | 2024-02-05   | 2025-06-30
        B         | 2023-01-31 | 2023-02-05   | 2024-06-30
        B         | 2024-01-31 | 2024-02-05   |
    """
    assert value("on_dishonest_list", drawing) == {"A": 1, "B": 1}
    assert value("days_on_dishonest_list", drawing) == {"A": 335, "B": 335}
    assert value("dishonest_entry_count_12m", drawing) == {"A": 1, "B": 1}
    assert value("dishonest_entry_count_36m", drawing) == {"A": 1, "B": 2}


def test_a_repaired_entry_leaves_nothing_behind(value):
    drawing = """
        entity_id | record_id | event_date | available_at | op       | delisted_date
        A         | 1         | 2024-01-31 | 2024-02-05   | upsert   |
        A         | 1         | 2024-01-31 | 2024-08-05   | withdraw |
    """
    assert value("on_dishonest_list", drawing) == {"A": None}
    assert value("on_dishonest_list", drawing, "2024-08-04") == {"A": 1}
