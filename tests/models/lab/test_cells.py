import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from features.errors import ModelError
from models.lab.cells import as_text, bounds, protects, safe_rates, suppressed, told, weak_cells

SMALLEST = 10


def drawn(text: str) -> pd.DataFrame:
    """A table of counts from its drawing; the first column names the groups."""
    head, *rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    numbers = [[None if cell == "*" else int(cell) for cell in row[1:]] for row in rows]
    return pd.DataFrame(numbers, [row[0] for row in rows], head[1:]).astype("Int64")


def texts(table: pd.DataFrame) -> list[list[str]]:
    return as_text(table).to_numpy().tolist()


@pytest.fixture(scope="module")
def towns() -> pd.DataFrame:
    return drawn("""
             | 纺织 | 家具 | 电池
        吴兴 | 120  | 3    | 40
        南浔 | 80   | 60   | 0
        德清 | 25   | 30   | 70
    """)


def searched(shown: pd.DataFrame) -> dict[tuple[int, int], tuple[float, float]]:
    """The range of each withheld cell, worked out by subtracting on its own terms, not by the module's."""
    seen = shown.to_numpy(dtype=float, na_value=np.nan)
    rows, columns = seen.shape
    names = [(row, column) for row in range(rows) for column in range(columns)]
    sums, values = [], []
    for row, column in names:  # each total is the sum of what stands before it
        for is_total, parts in (
            (columns > 1 and column == columns - 1, [(row, other) for other in range(columns - 1)]),
            (rows > 1 and row == rows - 1, [(other, column) for other in range(rows - 1)]),
        ):
            if is_total:
                sums.append([1.0 if one in parts else -1.0 * (one == (row, column)) for one in names])
                values.append(0.0)
    limits = [(0, None) if np.isnan(seen[one]) else (seen[one], seen[one]) for one in names]
    found = {}
    for place, one in enumerate(names):
        if np.isnan(seen[one]):
            aim = np.eye(len(names))[place]
            # a table of one cell has no sum to obey
            totals = {"A_eq": sums, "b_eq": values} if sums else {}
            ends = [linprog(sign * aim, bounds=limits, **totals) for sign in (1, -1)]
            assert all(end.status in {0, 3} for end in ends)
            found[one] = (ends[0].fun, np.inf if ends[1].status == 3 else -ends[1].fun)
    return found


@pytest.mark.parametrize(
    ("count", "text"),
    [(1234, "1,234"), (10, "10"), (9, "<10"), (0, "<10"), (None, "*"), (float("nan"), "*")],
)
def test_a_single_count_is_told_from_the_smallest_cell_on(count, text):
    assert told(count, SMALLEST) == text


def test_a_table_without_small_cells_is_told_whole_with_its_totals():
    shown = suppressed(drawn("x | a | b\n甲 | 1200 | 20\n乙 | 30 | 40"), SMALLEST)
    assert texts(shown) == [["1,200", "20", "1,220"], ["30", "40", "70"], ["1,230", "60", "1,290"]]
    assert [*shown.index] == ["甲", "乙", "total"]


def test_one_small_group_takes_a_second_one_with_it():
    shown = suppressed(drawn("x | firms\n甲 | 3\n乙 | 500\n丙 | 40"), SMALLEST)
    assert texts(shown) == [["*"], ["500"], ["*"], ["543"]]


def test_two_small_groups_whose_sum_is_small_take_a_third_one_with_them():
    shown = suppressed(drawn("x | firms\n甲 | 3\n乙 | 4\n丙 | 40\n丁 | 500"), SMALLEST)
    assert texts(shown) == [["*"], ["*"], ["*"], ["500"], ["547"]]


def test_a_small_cell_of_two_ways_is_found_from_no_row_and_no_column(towns):
    shown = suppressed(towns, SMALLEST)
    assert shown.isna().loc["吴兴", "家具"]
    assert all(high - low >= SMALLEST for low, high in searched(shown).values())
    assert protects(towns, shown, SMALLEST)


def test_the_cheapest_cells_are_withheld_beside_a_small_one():
    shown = suppressed(
        drawn("""
            x  | a   | b   | c
            甲 | 3   | 900 | 20
            乙 | 800 | 700 | 600
            丙 | 30  | 500 | 40
        """),
        SMALLEST,
    )
    assert texts(shown.iloc[:3, :3]) == [["*", "900", "*"], ["800", "700", "600"], ["*", "500", "*"]]
    assert shown["total"].notna().all()


def test_without_totals_only_the_small_cells_are_withheld(towns):
    shown = suppressed(towns, SMALLEST, margins=False)
    assert int(shown.isna().to_numpy().sum()) == 2
    assert shown.shape == towns.shape
    assert protects(towns, shown, SMALLEST)


def test_a_larger_table_is_kept_too():
    draw = np.random.default_rng(5)
    counts = pd.DataFrame(draw.choice([0, 2, 8, 15, 40, 200], size=(9, 4)))
    assert protects(counts, suppressed(counts, SMALLEST), SMALLEST)


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_no_withheld_cell_is_worked_out_from_what_is_told(data):
    shape = data.draw(st.tuples(st.integers(1, 4), st.integers(1, 3)))
    count = st.sampled_from([0, 1, 4, 9, 10, 11, 25, 300])
    cells = data.draw(st.lists(count, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]))
    counts = pd.DataFrame(np.reshape(cells, shape))
    shown = suppressed(counts, SMALLEST)
    truth = counts.copy()
    if shape[0] > 1:
        truth.loc["total"] = truth.sum()
    if shape[1] > 1:
        truth["total"] = truth.sum(axis="columns")
    nobody = (truth == 0).all(axis="columns")
    alone = shown.isna() | (truth >= SMALLEST)
    assert alone[~nobody].all(axis=None)
    assert (shown.isna() | (shown == truth)).all(axis=None)
    ranges = searched(shown)
    for place, (low, high) in ranges.items():
        assert low - 1e-6 <= truth.iloc[place] <= high + 1e-6
        assert high - low > SMALLEST - 1e-6 or low > SMALLEST - 1e-6
    for table, end in zip(bounds(shown), (0, 1), strict=True):
        assert [table.iloc[place] for place in ranges] == pytest.approx([one[end] for one in ranges.values()])


def test_a_table_that_betrays_a_cell_is_named_with_it(towns):
    full = drawn("x | a | b | total\n甲 | 3 | 900 | 903\n乙 | 20 | 30 | 50\ntotal | 23 | 930 | 953")
    naive = full.mask(full < SMALLEST)
    assert weak_cells(full, SMALLEST) == ["甲 / a"]
    assert weak_cells(naive, SMALLEST) == ["甲 / a"]
    assert not protects(full.iloc[:2, :2], naive, SMALLEST)
    assert not protects(towns, suppressed(towns, SMALLEST).replace(120, 121), SMALLEST)


def test_totals_of_other_cells_are_refused():
    with pytest.raises(ModelError, match="contradict each other"):
        weak_cells(drawn("x | a | b | total\n甲 | * | 50 | 20"), SMALLEST)


def test_an_empty_cell_is_told_only_where_no_side_is_an_outcome():
    counts = drawn("x | a | b\n甲 | 0 | 50\n乙 | 30 | 40\n丙 | 60 | 70")
    assert suppressed(counts, SMALLEST).isna().loc["甲", "a"]
    assert suppressed(counts, SMALLEST, zeros_told=True).notna().all(axis=None)
    assert weak_cells(counts, SMALLEST, margins=False) == ["甲 / a"]


def test_a_withheld_cell_known_to_be_somebody_is_kept_as_wide():
    counts = drawn("x | a | b\n甲 | 1 | 50\n乙 | 30 | 9\n丙 | 60 | 0")
    shown = suppressed(counts, SMALLEST, zeros_told=True)
    low, high = bounds(shown, least=1)
    assert shown.loc["丙", "b"] == 0
    assert (high - low)[shown.isna()].min(axis=None) >= SMALLEST


def test_a_group_of_nobody_is_told():
    shown = suppressed(drawn("x | a | b\n甲 | 0 | 0\n乙 | 30 | 40"), SMALLEST)
    assert texts(shown)[0] == ["0", "0", "0"]


def rates_of(rows: list[int], bads: list[int]) -> pd.DataFrame:
    groups = pd.DataFrame({"loans": rows, "bads": bads}, index=[f"g{place}" for place in range(len(rows))])
    return safe_rates(groups, rows="loans", bads="bads", smallest=SMALLEST)


def test_rates_of_large_groups_are_told():
    shown = rates_of([120, 300], [30, 45])
    assert shown["rate"].tolist() == [0.25, 0.15, pytest.approx(75 / 420)]


@pytest.mark.parametrize(
    ("rows", "bads"),
    [
        pytest.param([120, 300], [3, 45], id="few bads"),
        pytest.param([120, 300], [117, 45], id="few goods"),
        pytest.param([8, 300], [4, 45], id="few loans"),
        pytest.param([120, 300], [0, 45], id="no bad in a group"),
        pytest.param([120, 300], [0, 0], id="no bad at all"),
        pytest.param([12], [0], id="no bad in the only group"),
        pytest.param([12, 300], [12, 45], id="bads alone"),
    ],
)
def test_a_rate_of_few_bads_or_goods_or_loans_is_withheld(rows, bads):
    shown = rates_of(rows, bads)
    assert pd.isna(shown.loc["g0", "rate"])
    goods = shown["loans"] - shown["bads"]
    assert not (goods < SMALLEST).any()
    assert not (shown[["loans", "bads"]] < SMALLEST).any(axis=None)


def test_a_group_of_nobody_has_no_rate():
    assert pd.isna(rates_of([0, 300], [0, 45]).loc["g0", "rate"])


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        (pd.DataFrame(), "expected counts of at least one group"),
        (pd.DataFrame({"a": [3.5, 20]}), "expected whole numbers"),
        (pd.DataFrame({"a": [-1, 20]}), "expected whole numbers"),
        (pd.DataFrame({"a": [np.nan, 20]}), "expected whole numbers"),
        (pd.DataFrame({"a": [np.inf, 20]}), "expected whole numbers"),
        (pd.DataFrame({"total": [30, 20]}), "a group is called 'total'"),
    ],
)
def test_what_is_no_table_of_counts_is_refused(counts, message):
    with pytest.raises(ModelError, match=message):
        suppressed(counts, SMALLEST)


def test_more_bads_than_loans_are_refused():
    with pytest.raises(ModelError, match="expected whole numbers"):
        rates_of([20, 30], [21, 5])
