"""What is promised of a whole batch: every promise fires and stays silent."""

from dataclasses import replace

import pyarrow as pa
import pytest
import yaml

from features.catalogue import load_catalogue, source_named
from features.errors import RecipeError
from features.expectations import broken_promises
from features.lake import Receipt
from features.promises import Spans, earlier_than, figures_of, limits_of, promises_of

SOURCE = source_named("vat_invoice")  # usual lag: 20 days


def receipt(rows: int = 1000, refused: int = 0, **words: object) -> Receipt:
    told = {"lag_days": 20.0, "newest_event": "2024-06-30", "newest_available": "2024-07-20"} | words
    one = Receipt("vat_invoice", "t", "f", "now", "", rows, rows - refused, refused, {})
    return replace(one, **told)


def before(*sizes: int, event: str = "2024-05-31") -> list[Receipt]:
    return [
        receipt(size, batch=f"b{number}", newest_event=event, newest_available=f"2024-0{number + 1}-20")
        for number, size in enumerate(sizes)
    ]


def broken(one: Receipt, earlier: list[Receipt]) -> list[tuple[bool, str]]:
    figures = figures_of(one, earlier)
    found = broken_promises(promises_of(SOURCE, one, earlier), figures)
    return [(promise.stops, promise.said.format(value=figures[promise.figure])) for promise in found]


@pytest.mark.parametrize(
    ("now", "earlier", "said"),
    [
        (receipt(), before(), []),
        (receipt(), before(900, 1100, 1000), []),
        (receipt(499), before(1000), ["499 rows, usual are 1,000 (median of the last 1): few"]),
        (receipt(500), before(1000), []),
        (receipt(2001), before(1000), ["2,001 rows, usual are 1,000 (median of the last 1): many"]),
        (receipt(2000), before(1000), []),
        (receipt(900), before(*[9000] * 7, *[1000] * 6), []),
        (receipt(1), before(19), []),
        (receipt(1000, 50), [], []),
        (receipt(1000, 51), [], ["5.1% of the rows were refused, more than 5%"]),
        (receipt(99, 98), [], []),
        (receipt(lag_days=37.0), [], []),
        (receipt(lag_days=38.0), [], ["half of the rows took 38 days or more to arrive, usual are 20"]),
        (receipt(lag_days=None), [], []),
        (
            receipt(newest_event="2024-05-31"),
            before(1000),
            ["nothing in it happened after the newest event of the batch before; was it delivered again?"],
        ),
        (receipt(newest_event="2024-06-01"), before(1000), []),
        (receipt(newest_event=None), before(1000), []),
    ],
)
def test_a_warning_is_given_on_one_side_of_its_bound_alone(now, earlier, said):
    assert broken(now, earlier) == [(False, words) for words in said]


@pytest.mark.parametrize(
    ("now", "earlier", "stops"),
    [
        (
            receipt(9),
            before(1000, 1000, 1000),
            "9 rows, usual are 1,000 (median of the last 3): next to nothing",
        ),
        (receipt(10), before(1000, 1000, 1000), None),
        (receipt(9), before(1000, 1000), None),
        (receipt(100, 51), [], "51% of the rows were refused, more than 50%"),
        (receipt(100, 50), [], None),
    ],
)
def test_a_broken_source_stops_its_batch(now, earlier, stops):
    assert [words for stop, words in broken(now, earlier) if stop] == ([stops] if stops else [])


def test_only_earlier_batches_of_the_same_table_are_compared_with():
    one = receipt(newest_available="2024-03-20")
    others = [
        receipt(batch="older", newest_available="2024-02-20"),
        receipt(batch="same day", newest_available="2024-03-20"),
        receipt(batch="later", newest_available="2024-04-20"),
        receipt(batch="other table", newest_available="2024-02-20", table="u"),
        receipt(batch="now", newest_available="2024-02-20"),
        receipt(batch="of an older version", newest_available=None),
    ]
    assert [other.batch for other in earlier_than(one, others)] == [
        "older",
        "same day",
        "of an older version",
    ]


def days(*values: int) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, pa.int32()).cast(pa.date32())])


def test_days_and_lags_are_counted_over_all_chunks():
    spans = Spans()
    assert (spans.lag_days, spans.told_in(receipt()).newest_event) == (None, None)
    spans.add(days(-10, 0), days(-5, 30))
    spans.add(days(-3), days(0))
    told = spans.told_in(receipt())
    assert (told.newest_event, told.newest_available, told.lag_days) == ("1970-01-01", "1970-01-31", 5.0)
    early = Spans()
    early.add(days(0), days(0))
    early.add(days(-7), days(-7))
    assert early.told_in(receipt()).newest_event == "1970-01-01"


def test_thresholds_of_every_source_are_complete():
    for name in load_catalogue():
        limits = limits_of(name)
        assert limits.warn_above_refused_share < limits.stop_above_refused_share
        assert limits.stop_below_usual < limits.warn_below_usual < 1 < limits.warn_above_usual


@pytest.mark.parametrize(
    ("change", "told"),
    [({"default": {"surplus": 1}}, "surplus"), ({"sources": {"vat_invoice": {"fewer": 1}}}, "fewer")],
)
def test_a_word_that_means_nothing_is_named(monkeypatch, change, told):
    from importlib.resources import files

    words = yaml.safe_load((files("features") / "promises.yaml").read_text("utf-8"))
    for part, more in change.items():
        words[part] |= more
    monkeypatch.setattr("features.promises.read_yaml", lambda _text: words)
    with pytest.raises(RecipeError, match=rf"features/promises\.yaml: {told} for vat_invoice"):
        limits_of.__wrapped__("vat_invoice")


def test_a_source_may_have_thresholds_of_its_own(monkeypatch):
    from importlib.resources import files

    words = yaml.safe_load((files("features") / "promises.yaml").read_text("utf-8"))
    words["sources"] = {"vat_invoice": {"warn_above_lag_days": 99}}
    monkeypatch.setattr("features.promises.read_yaml", lambda _text: words)
    assert limits_of.__wrapped__("vat_invoice").warn_above_lag_days == 99
    assert limits_of.__wrapped__("electricity").warn_above_lag_days == 7
