"""What each planted trouble does to the rows, and that it does nothing to what was known before it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.city.codes import DISTRICTS
from features.city.industries import CODES, INDUSTRIES
from features.city.look import LOOKS
from features.city.rows import NEW, WITHDRAWN
from features.city.sources import code
from features.city.troubles import troubles

LIVES = ("industry_shock", "concept_shift", "new_kind")
EDITED = (
    "administrative_penalty",
    "electricity",
    "loan_performance",
    "registration",
    "registration_change",
    "serious_violation",
    "tax_declaration",
)
"""Sources that a trouble of the departments touches; a trouble of the firms shows in all."""


def touched(name):
    """The sources in which a trouble may show, one among them that it leaves alone."""
    return LOOKS if name in LIVES else (*EDITED, "water_gas")


@pytest.mark.parametrize("name", sorted(troubles()))
def test_what_was_known_before_a_trouble_is_what_the_quiet_city_knew(quiet, troubled, name):
    city = troubled(name)
    for source in touched(name):
        before = city.known_before(source, city.planted.day)
        pd.testing.assert_frame_equal(
            before, quiet.known_before(source, city.planted.day)[list(before)], check_dtype=False, obj=source
        )


@pytest.mark.parametrize("name", sorted(troubles()))
def test_a_trouble_is_seen_afterwards(quiet, troubled, name):
    city = troubled(name)
    assert any(not city[source].equals(quiet[source]) for source in touched(name))


@pytest.mark.parametrize("name", ["industry_shock", "concept_shift", "new_kind", "district_moves", "leak"])
def test_no_two_records_share_a_number(troubled, name):
    city = troubled(name)
    for source in touched(name):
        first = city[source][city[source]["op"] == NEW]
        assert not first["record"].duplicated().any(), source


@pytest.mark.parametrize("name", LIVES)
def test_every_performance_row_speaks_of_a_loan_on_the_tape(troubled, name):
    city = troubled(name)
    assert set(city["loan_performance"]["loan_id"]) <= set(city["loan"]["record"])


def test_loans_are_asked_for_in_the_first_month_of_a_shock_as_in_any_other(quiet, troubled):
    city = troubled("industry_shock")
    month = city.planted.month
    now, was = (told["loan"].groupby("health_month")["record"].nunique() for told in (city, quiet))
    assert now[month - 1] == was[month - 1]
    assert now[month] == pytest.approx(was[month], rel=0.2)


def test_a_shocked_industry_declares_a_third_less(quiet, troubled):
    city, keys = troubled("industry_shock"), ["firm", "event_day"]
    hit = [place for place, one in enumerate(INDUSTRIES) if one.code == "C17"]
    struck = np.isin(city.chunks[0].world.population.industry, hit)
    now, was = (told["tax_declaration"].query("op == 0") for told in (city, quiet))
    both = was.merge(now, on=keys, suffixes=("", "_now"))
    first = both[city.month_of(both["event_day"]) == 0]
    fall = np.log(first["revenue_cny_now"] / first["revenue_cny"])
    in_it = struck[first["firm"]]
    assert fall[in_it].median() == pytest.approx(-0.45, abs=0.15)
    assert fall[~in_it].median() == pytest.approx(0, abs=0.05)


def test_a_source_that_stops_tells_of_older_months_only(quiet, troubled):
    city = troubled("source_stops")
    assert (city["electricity"]["event_day"] < city.planted.day).all()
    assert (city["electricity"]["available_day"] >= city.planted.day).any()
    assert city["water_gas"].equals(quiet["water_gas"])


def test_a_changed_unit_divides_the_money_of_later_months_and_nothing_else(quiet, troubled):
    city = troubled("unit_changes")
    was, now = quiet["tax_declaration"], city["tax_declaration"]
    since = now["event_day"] >= city.planted.day
    np.testing.assert_allclose(
        now.loc[since, "revenue_cny"], was.loc[since, "revenue_cny"] / 10_000, atol=0.006
    )
    assert now.loc[~since].equals(was.loc[~since])
    assert now["late_days"].equals(was["late_days"])


def test_late_labels_are_the_same_labels_later(quiet, troubled):
    city = troubled("labels_late")
    was, now = quiet["loan_performance"], city["loan_performance"]
    month = city.month_of(was["event_day"])
    both = was.merge(now, on=["record", "op"], suffixes=("", "_now"))
    late = both["available_day_now"] - both["available_day"]
    assert set(late) == {0, 152}
    assert (late.eq(152) == both["event_day"].ge(city.planted.day)).all()
    assert 0 < len(now) < len(was) - (month >= 4).sum() + 1


def test_a_tenth_of_the_standing_penalties_is_withdrawn_in_the_month(quiet, troubled):
    city, source = troubled("repairs_withdraw"), "administrative_penalty"
    day = city.planted.day
    known = quiet.known_before(source, day)
    standing = set(known["record"]) - set(known.loc[known["op"] == WITHDRAWN, "record"])
    now = city[source]
    gone = now[(now["op"] == WITHDRAWN) & (city.month_of(now["available_day"]) == 0)]["record"]
    usual = quiet[source]
    expected = usual[(usual["op"] == WITHDRAWN) & (city.month_of(usual["available_day"]) == 0)]["record"]
    planted = set(gone) - set(expected)
    assert planted <= standing
    assert 0.06 < len(planted) / len(standing) < 0.14


def test_a_penalty_is_withdrawn_once(troubled):
    every = replace(troubles()["repairs_withdraw"], what={"source": "administrative_penalty", "share": 1.0})
    rows = troubled(every)["administrative_penalty"]
    assert not rows[rows["op"] == WITHDRAWN]["record"].duplicated().any()


def test_a_moved_boundary_enters_a_new_version_and_a_change_for_every_moved_firm(quiet, troubled):
    city = troubled("district_moves")
    to = DISTRICTS.index("330503")
    home = city.chunks[0].world.population.district
    rows = city["registration"]
    foreign = rows[rows["district"] != home[rows["firm"]]]
    moved = foreign["firm"].unique()
    living = city.chunks[0].world.alive[:, city.planted.month]
    behind = (home == DISTRICTS.index("330502")) & living
    assert (foreign["district"] == to).all()
    assert (foreign["event_day"] >= city.planted.day).all()
    assert 0.25 < len(moved) / behind.sum() < 0.45
    assert set(moved) <= set(np.flatnonzero(behind))
    last = rows.sort_values("event_day", kind="stable").drop_duplicates("firm", keep="last")
    assert (last.loc[last["firm"].isin(moved), "district"] == to).all()
    changes = city["registration_change"]
    added = changes[~changes["record"].isin(quiet["registration_change"]["record"])]
    assert (added["kind"] == code("registration_change", "kind", "OTHER")).all()
    assert set(added["firm"]) == set(moved)
    assert added.merge(foreign, on=["firm", "event_day"])["firm"].nunique() == len(moved)


def test_newcomers_are_first_heard_of_in_the_month_and_have_no_meter(quiet, troubled):
    city = troubled("new_kind")
    theirs = {source: city[source][city[source]["chunk"] > 0] for source in LOOKS}
    register = theirs["registration"]
    assert set(register["industry"]) == {CODES.index("I64")}
    assert register["available_day"].min() >= city.planted.day
    assert theirs["electricity"].empty
    assert len(theirs["tax_declaration"]) > 0
    assert register["firm"].nunique() == 24
    mine = quiet["registration"]
    assert city["registration"][city["registration"]["chunk"] == 0].equals(mine)


def test_a_leak_names_firms_that_are_about_to_stop_and_dates_them_back(quiet, troubled):
    city, source = troubled("leak"), "serious_violation"
    usual = quiet[source]
    rows = city[source][~city[source]["record"].isin(usual["record"])]
    stop = city.chunks[0].world.distress.stop
    heard = city.planted.months.month_of(rows["available_day"].to_numpy())
    ahead = [
        stop[firm, max(0, month - 3) : month + 4].any()
        for firm, month in zip(rows["firm"], heard, strict=True)
    ]
    assert all(ahead)
    assert (rows["available_day"] - rows["event_day"]).between(0, 300).all()
    assert (rows["event_day"] < city.planted.day).any()
    assert len(rows) > 5 * len(usual[usual["available_day"] >= city.planted.day])
