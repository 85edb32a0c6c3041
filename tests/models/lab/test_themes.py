from features.catalogue import load_catalogue
from features.definitions import CREDIT, GREEN
from models.lab.themes import columns_by_theme, load_themes
from models.reasons import Meaning


def meaning(*sources):
    return Meaning("", "", "", "", sources=sources)


def test_a_column_belongs_to_the_theme_of_its_first_source():
    told = columns_by_theme(
        ["a", "b", "c"],
        {"a": meaning("electricity", "vat_invoice"), "b": meaning("vat_invoice"), "c": meaning("loan")},
    )
    assert {name: columns for name, columns in told.items() if columns} == {
        "energy": ["a"],
        "invoices": ["b"],
        "other": ["c"],
    }


def test_a_column_without_a_meaning_is_other():
    assert columns_by_theme(["x"], {})["other"] == ["x"]


def test_every_source_of_a_theme_is_in_the_catalogue_and_in_one_theme_only():
    sources = [source for theme in load_themes().values() for source in theme.sources]
    assert set(sources) <= set(load_catalogue())
    assert len(sources) == len(set(sources))


def test_every_feature_has_a_theme_of_its_own():
    told = columns_by_theme(
        [one.name for one in (*CREDIT, *GREEN)],
        {one.name: meaning(*one.sources) for one in (*CREDIT, *GREEN)},
    )
    assert told.pop("other") == []
    assert all(told.values())


def test_the_themes_are_those_that_banks_were_promised():
    assert {"tax", "invoices", "people", "energy", "courts", "green"} <= set(load_themes())
    assert [*load_themes()][-1] == "other"
