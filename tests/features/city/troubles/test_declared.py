"""A trouble is a YAML file: the shipped ones are whole, one's own may stand beside, mistakes are told."""

from datetime import date

import pytest
import yaml

from features.city.months import Months
from features.city.troubles import asked, trouble_named, troubles
from features.city.troubles.declared import NEEDS
from features.errors import RequestError

TIME = Months(date(2026, 10, 31), 30)
OWN = {
    "name": "water_stops",
    "kind": "source_stops",
    "zh": "供水中断",
    "en": "Water stops.",
    "begins_months_before_end": 3,
    "what": {"source": "water_gas"},
}


def written(folder, **changes):
    """One's own trouble as a file."""
    path = folder / "own.yaml"
    path.write_text(yaml.safe_dump(OWN | changes, allow_unicode=True), encoding="utf-8")
    return str(path)


def test_every_kind_is_shipped_under_its_own_name():
    assert {name: one.kind for name, one in troubles().items()} == {kind: kind for kind in NEEDS}


@pytest.mark.parametrize("name", sorted(NEEDS))
def test_every_shipped_trouble_tells_what_it_is_in_both_languages(name):
    one = trouble_named(name)
    assert any("一" <= letter <= "鿿" for letter in one.zh)
    assert one.en.isascii()
    assert one.en.endswith(".")


def test_a_trouble_begins_so_many_months_before_the_end_unless_a_month_is_named():
    assert trouble_named("leak").month_in(TIME) == 22
    assert trouble_named("leak").starting("2026-10").month_in(TIME) == 29
    assert asked("leak", "2024-06").month_in(TIME) == 1


def test_nothing_asked_for_is_no_trouble():
    assert asked(None, None) is None


def test_a_trouble_of_ones_own_is_read_from_its_file(tmp_path):
    own = asked(written(tmp_path), None)
    assert (own.name, own.kind, own.what["source"]) == ("water_stops", "source_stops", "water_gas")


@pytest.mark.parametrize("month", ["2024-05", "2026-11", "2020-01"])
def test_a_trouble_needs_a_quiet_month_before_it_and_begins_within_the_city(month):
    with pytest.raises(RequestError, match=r"city of 30 \(2024-05 to 2026-10\)"):
        trouble_named("leak").starting(month).month_in(TIME)


@pytest.mark.parametrize(
    ("name", "month", "told"),
    [
        ("lek", None, "no trouble 'lek'; there are: concept_shift"),
        ("/nowhere/own.yaml", None, r"cannot be read \(No such file"),
        (None, "2026-03", "no trouble; name one of concept_shift"),
        ("leak", "2026-3", "'2026-3': not a month"),
        ("leak", "2026-13", "'2026-13': not a month"),
    ],
)
def test_what_cannot_be_asked_for_is_told(name, month, told):
    with pytest.raises(RequestError, match=told):
        asked(name, month)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"kind": "flood"}, "no kind 'flood'; there are: source_stops"),
        ({"what": {}}, r"'what' says \[\], a source_stops needs \['source'\]"),
        ({"what": {"source": "gossip"}}, "source 'gossip' is none of the city's: abnormal_operation"),
        ({"what": "water"}, "must say exactly begins_months_before_end, en, kind"),
        ({"colour": "red"}, "must say exactly"),
    ],
)
def test_a_file_that_does_not_say_what_its_kind_needs_is_refused(tmp_path, changes, told):
    with pytest.raises(RequestError, match=told):
        trouble_named(written(tmp_path, **changes))


def test_a_file_that_is_no_yaml_is_refused_in_one_line(tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text("name: [", encoding="utf-8")
    with pytest.raises(RequestError, match="not YAML") as refused:
        trouble_named(str(path))
    assert "\n" not in str(refused.value)
