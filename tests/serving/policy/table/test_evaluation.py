"""A table says of every row what the firm's own finding says; what cannot be is told and loses nothing."""

import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serving.policy import MEASURES, FactError, Facts, NoNumberForDay, PolicyError, Result, evaluate
from serving.policy.exact_yaml import read_exact_yaml
from serving.policy.fact_kinds import DAY, FLAG, INDUSTRY, MONEY, RATE
from serving.policy.facts import KINDS
from serving.policy.law import default_parameters
from serving.policy.table import columns_of, evaluate_table
from serving.policy.table import evaluation as module

ASKED = date(2026, 11, 20)
CASES = Path(__file__).parents[1] / "cases"
ALL_CASES = pytest.mark.cases(*(measure.key for measure in MEASURES))
FEN = Decimal("0.01")
EDGES = [Decimal(edge) + step for edge in (10**6, 5 * 10**6, 10**7, 10**8) for step in (-FEN, 0, FEN)]
HUGE = [Decimal(10) ** 14, Decimal(10) ** 14 - Decimal("1e-12")]
FINE = [
    Decimal("1e-12"),
    Decimal("9999999.999999999999"),
    Decimal("0.005"),
    Decimal("1000000.004"),
    Decimal(0),
]
RATES = [
    Decimal(r) for r in ("0", "0.01", "0.010001", "0.045", "0.0450001", "0.0525", "0.2", "1", "0.04500000001")
]
DAYS = [date(2027, 9, 30), date(2027, 12, 31), date(2024, 2, 29), ASKED, date(2020, 2, 29), date(1950, 1, 1)]
INDUSTRIES = ["C17", "J66", "A01", "F52", "L71", "K7010", "G591", "S91", "E47", "C171"]


def strategy(kind):
    """Values of a kind of fact, edges among them."""
    if kind.words is not None:
        return st.sampled_from(kind.words)
    if kind.whole:
        least, most = (int(bound) for bound in kind.bounds)
        return st.integers(least, min(most, least + 1200))
    return {
        FLAG: st.booleans(),
        MONEY: st.sampled_from(EDGES + HUGE + FINE) | st.decimals(0, 10**9, places=2),
        RATE: st.sampled_from(RATES) | st.decimals(0, 1, places=6),
        DAY: st.sampled_from(DAYS) | st.dates(date(2023, 1, 1), date(2033, 12, 31)),
        INDUSTRY: st.sampled_from([*INDUSTRIES, "A99"]),
    }[kind]


def facts_of(measure):
    """The facts that a measure's cases and clauses name, and those that settle a size."""
    needs = {name for one in measure.applies + measure.clauses for name in one.needs}
    known = needs | read_exact_yaml(CASES / f"{measure.key}.yaml").get("background", {}).keys()
    sizing = {"industry", "employees", "revenue_cny", "revenue_months", "assets_cny", "size_class"}
    return sorted((known | sizing) if "size_class" in needs else known)


def rows_of(measure):
    """Some rows of facts of a measure, more or less of them known."""
    kinds = {name: strategy(KINDS[name]) for name in facts_of(measure)}
    return st.lists(st.fixed_dictionaries({}, optional=kinds) | st.fixed_dictionaries(kinds), max_size=4)


def alone(given_row, as_of, **more):
    """One firm's findings, or the error that it gives."""
    try:
        return evaluate(Facts.from_dict(given_row), as_of, **more)
    except PolicyError as error:
        return error


def assert_same(columns, row, finding):
    """A row of a table says what the firm's own finding says."""
    start = f"{finding.measure}."
    found = {
        name.removeprefix(start): columns[name][row].as_py()
        for name in columns.column_names
        if name.startswith(start)
    }
    assert found.pop("result") == finding.result
    for name in ("failed", "unknown", "missing"):
        assert tuple(filter(None, found.pop(name).split(";"))) == getattr(finding, name), name
    amounts = {name: found.pop(name) for name in list(found) if name.endswith("_cny")}
    assert amounts == {name: finding.amounts.get(name) for name in amounts}
    assert finding.result is Result.NOT_APPLICABLE or finding.amounts.keys() <= amounts.keys()
    assert found == {name: finding.details.get(name) for name in found}


def assert_like_alone(rows, as_of, **more):
    """A table of rows says what they say one by one; gives how many have findings."""
    columns = evaluate_table(columns_of(rows), as_of, **more).to_arrow()
    answered = 0
    for place, row in enumerate(rows):
        findings = alone(row, as_of, **more)
        if isinstance(findings, PolicyError):
            assert str(findings) in columns["error"][place].as_py()
            continue
        assert columns["error"][place].as_py() is None
        answered += 1
        for finding in findings:
            assert_same(columns, place, finding)
    return answered


@ALL_CASES
def test_every_case_is_the_same_in_a_table(case, ask):
    law = default_parameters().with_values(**case.get("law", {}))
    measures = [measure for measure in MEASURES if measure.key == case["measure"]]
    found = evaluate_table(columns_of([case["given"]]), case["as_of"], parameters=law, measures=measures)
    assert_same(found.to_arrow(), 0, ask(case))


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.key)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_rows_say_what_they_say_one_by_one(measure, data):
    as_of = data.draw(
        st.sampled_from([ASKED, date(2028, 1, 1)]) | st.dates(date(2024, 1, 1), date(2029, 1, 1))
    )
    assert_like_alone(data.draw(rows_of(measure)), as_of, measures=[measure])


def drawn_row(draw):
    """A row of any facts, so many of them that measures come to an end."""
    known = draw.choice((0.5, 0.9, 1.0))
    row = {name: drawn_fact(draw, kind) for name, kind in KINDS.items() if draw.random() < known}
    if row.get("maturity_date", date.max) < row.get("start_date", date.min) and draw.random() < 0.9:
        row["start_date"], row["maturity_date"] = row["maturity_date"], row["start_date"]
    dropped = {"size_class": 0.9, "green_grade_date": 0.9, "has_credit_line": 0.7}
    return {name: value for name, value in row.items() if draw.random() >= dropped.get(name, 0)}


def drawn_fact(draw, kind):
    if kind.words is not None:
        return draw.choice(list(kind.words))
    if kind.whole:
        return draw.randint(int(kind.bounds[0]), int(min(kind.bounds[1], kind.bounds[0] + 1200)))
    return {
        FLAG: lambda: draw.random() < 0.7,
        MONEY: lambda: draw.choice(
            [draw.choice(EDGES), Decimal(draw.randint(0, 10**10)).scaleb(-2), draw.choice(HUGE + FINE)]
        ),
        RATE: lambda: draw.choice([*RATES, Decimal(draw.randint(0, 10**5)).scaleb(-6)]),
        DAY: lambda: draw.choice([*DAYS[:4], date(2023, 1, 1) + timedelta(days=draw.randint(0, 3000))]),
        INDUSTRY: lambda: draw.choice(INDUSTRIES),
    }[kind]()


@pytest.mark.parametrize("seed", range(2))
def test_all_measures_of_many_rows_say_what_they_say_one_by_one(seed):
    draw = random.Random(seed)  # noqa: S311 - drawn facts
    rows = [drawn_row(draw) for _ in range(80)]
    assert assert_like_alone(rows, date(2026, 1, 1) + timedelta(days=draw.randint(0, 900))) > 20


def test_rows_in_several_parts_and_threads_stay_in_their_order(monkeypatch, backgrounds):
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 7)
    given_rows = [backgrounds["interest_subsidy"] | {"loan_balance_cny": Decimal(n)} for n in range(40)]
    given_rows[13] |= {
        "loan_balance_cny": Decimal(10) ** 14 - Decimal("1e-12"),
        "subsidy_used_ytd_cny": Decimal(0),
    }
    found = evaluate_table(columns_of(given_rows), ASKED, threads=2)
    one_by_one = [alone(row, ASKED)[1].amounts["subsidy_before_cap_cny"] for row in given_rows]
    assert found.to_arrow()["interest_subsidy.subsidy_before_cap_cny"].to_pylist() == one_by_one


def test_amounts_that_leave_64_bits_are_exact(backgrounds):
    law = default_parameters().with_values(guarantee_day_count=1, guarantee_fee_rate_cap="1")
    row = backgrounds["government_guarantee"] | {
        "guaranteed_amount_cny": Decimal(10) ** 14, "guarantee_days": 36_525, "guarantee_fee_rate": Decimal(1)
    }  # fmt: skip
    found = evaluate_table(columns_of([row, backgrounds["government_guarantee"]]), ASKED, parameters=law)
    fees = found.to_arrow()["government_guarantee.max_fee_cny"].to_pylist()
    assert fees[0] == Decimal(36_525) * 10**14
    assert (
        fees[1] == alone(backgrounds["government_guarantee"], ASKED, parameters=law)[5].amounts["max_fee_cny"]
    )


TYPES = [
    pa.decimal128(18, 2),
    pa.decimal128(38, 12),
    pa.float64(),
    pa.string(),
    pa.large_string(),
    pa.decimal128(30, 15),
]


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_money_is_the_same_in_every_type_of_column(kind, backgrounds):
    amounts = [Decimal("0.01"), Decimal("1234567.89"), None, Decimal(10_000_000), Decimal("99999999.99")]
    rows = [backgrounds["interest_subsidy"] | {"loan_balance_cny": amount} for amount in amounts]
    columns = columns_of(rows)
    texts = [None if amount is None else str(amount) for amount in amounts]
    floats = [None if amount is None else float(amount) for amount in amounts]
    columns["loan_balance_cny"] = pa.array(floats) if kind == pa.float64() else pa.array(texts).cast(kind)
    found = evaluate_table(pa.table(columns | {"annual_rate": pa.nulls(5)}), ASKED)
    if kind == pa.decimal128(30, 15):  # finer than any fact may be, as for one firm
        assert found.refused_count == 4
        return
    expected = [
        alone({name: value for name, value in row.items() if name != "annual_rate"}, ASKED)[1].amounts
        for row in rows
    ]
    name = "subsidy_before_cap_cny"
    assert found.to_arrow()[f"interest_subsidy.{name}"].to_pylist() == [amounts[name] for amounts in expected]


WRONG = [
    ("loan_balance_cny", -1), ("loan_balance_cny", "many"), ("annual_rate", 3), ("annual_rate", "300%"),
    ("employees", 8.5), ("start_date", "20260101"), ("is_green_inclusive", "yes"), ("green_grade", "deep"),
    ("industry", "1713"), ("industry", "A99"), ("size_class", "LARGE"), ("maturity_date", date(2020, 1, 1)),
    ("has_credit_line", False), ("green_grade_date", date(2030, 1, 1)), ("loan_balance_cny", True),
    ("loan_balance_cny", float("nan")), ("start_date", date(2015, 1, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), WRONG, ids=str)
def test_a_row_that_cannot_be_has_an_error_and_the_others_have_findings(name, value, backgrounds):
    good = backgrounds["interest_subsidy"] | {
        "credit_line_cny": Decimal(5), "industry": "C17", "employees": 30, "revenue_cny": Decimal(3_000_000)
    }  # fmt: skip
    rows = [good, good | {name: value}, good]
    expected = alone(rows[1], ASKED)
    found = evaluate_table(columns_of(rows), ASKED)
    [error] = found.errors
    assert (error.row, error.message) == (1, str(expected))
    if isinstance(expected, FactError):
        assert (error.field, error.found, error.expected) == (
            expected.field,
            expected.found,
            expected.expected,
        )
    columns = found.to_arrow()
    assert columns["interest_subsidy.result"].to_pylist() == ["PASS", "UNKNOWN", "PASS"]
    assert columns["interest_subsidy.subsidy_estimate_cny"][1].as_py() is None
    assert columns["error"].to_pylist() == [None, str(expected), None]


def test_every_wrong_cell_of_a_row_is_told():
    found = evaluate_table({"loan_balance_cny": [-1, 5], "annual_rate": ["x", "0.04"]}, ASKED)
    assert [(error.row, error.field) for error in found.errors] == [
        (0, "loan_balance_cny"),
        (0, "annual_rate"),
    ]
    assert found.refused_count == 1


def test_a_column_that_is_no_fact_is_an_error_that_offers_the_nearest():
    with pytest.raises(FactError, match=r"did you mean credit_line_cny\?"):
        evaluate_table({"credit_line_cn": [5]}, ASKED)


def test_columns_of_different_lengths_and_other_things_are_errors():
    with pytest.raises(FactError, match="expected columns of one length"):
        evaluate_table({"employees": [5], "size_class": []}, ASKED)
    with pytest.raises(FactError, match="expected an Arrow table, or columns by name"):
        evaluate_table([{"employees": 5}], ASKED)


def test_a_day_before_the_draft_is_an_error_that_names_the_file():
    with pytest.raises(NoNumberForDay, match=r"\.yaml: no number for 2023-12-31"):
        evaluate_table({"employees": [5]}, date(2023, 12, 31))


@pytest.mark.parametrize(
    "table", [{}, {"employees": []}, pa.table({"employees": pa.array([], pa.int64())})], ids=str
)
def test_a_table_without_rows_has_no_findings(table):
    found = evaluate_table(table, ASKED)
    assert len(found) == 0
    assert len(found.to_arrow()) == 0
    assert found.errors == []


@pytest.mark.parametrize(
    ("count", "threads", "rows"),
    [(0, 2, 1), (10, 2, 10), (11, 2, 6), (21, 2, 6), (21, 1, 7), (40, 2, 10)],
    ids=str,
)
def test_every_thread_has_as_many_parts(monkeypatch, count, threads, rows):
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 10)
    assert module._rows_a_part(count, threads) == rows
