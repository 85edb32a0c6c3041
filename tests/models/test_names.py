import pandas as pd

from models.names import names_of

TABLE = pd.DataFrame({"debt": [0.1, 0.2], "industry": ["C17", "G54"]})


def test_rows_of_a_table_are_named_like_the_table():
    assert names_of(TABLE) == ["debt", "industry"]
    assert names_of(TABLE.iloc[[1]]) is names_of(TABLE)


def test_columns_that_are_named_anew_or_turned_are_listed_anew():
    table = TABLE.copy()
    names_of(table)
    table.columns = ["a", "b"]
    assert names_of(table) == ["a", "b"]
    assert names_of(TABLE[["industry", "debt"]]) == ["industry", "debt"]
    assert names_of(TABLE.assign(new=1)) == ["debt", "industry", "new"]


def test_more_tables_than_are_remembered_keep_their_names():
    tables = [pd.DataFrame({f"x{place}": [1.0]}) for place in range(20)]
    for _ in range(2):
        assert [names_of(table) for table in tables] == [[f"x{place}"] for place in range(20)]
