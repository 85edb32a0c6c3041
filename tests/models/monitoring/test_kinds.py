from models.monitoring.kinds import district_moves, new_kinds


def test_many_firms_that_change_district_together_are_a_boundary(months, numbers):
    history = months()
    history[-1].moved["330502>330503"] = 120
    (told,) = district_moves(history, numbers, {"330502": "吴兴区", "330503": "南浔区"})
    assert (told.kind, told.subject, told.since) == ("district_moves", "330502>330503", "2026-10")
    assert "吴兴区（330502）转为南浔区（330503）" in told.what_zh
    assert told.needs_person


def test_firms_that_move_one_by_one_are_none(months, numbers):
    history = months()
    for month in history:
        month.moved["330502>330503"] = 9
    history[-1].moved["330502>330503"] = 20
    assert list(district_moves(history, numbers)) == []


def test_a_word_of_the_register_that_nobody_had_is_a_new_kind(months, numbers):
    history = months()
    history[-1].newcomers["industry"]["I64"] = 140
    history[-1].newcomers["entity_type"]["ENTERPRISE"] = 142
    (told,) = new_kinds(history, numbers)  # the narrower word alone
    assert (told.kind, told.subject, told.since) == ("new_kind", "I64", "2026-10")


def test_a_kind_that_grows_all_at_once_is_new_too_and_a_few_are_not(months, numbers):
    history = months()
    history[-1].newcomers["industry"]["C17"] = 40
    assert [one.subject for one in new_kinds(history, numbers)] == ["C17"]
    history[-1].newcomers["industry"]["C17"] = 12
    assert list(new_kinds(history, numbers)) == []


def test_without_a_history_everything_is_new_and_nothing_is_said(months, numbers):
    history = months(length=3)
    history[-1].newcomers["industry"]["I64"] = 140
    history[-1].moved["330502>330503"] = 120
    assert list(new_kinds(history, numbers)) == []
    assert list(district_moves(history, numbers)) == []
