"""Bring your own table: what is read, what is left out and said, how it is judged, and what is refused."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from features.errors import ModelError, RequestError, SourceError
from features.home import Home
from models.registry import find_champion, load_version
from pipelines.figures import figures_of
from pipelines.own_reading import read_table
from pipelines.own_table import OwnTable, Roles, own_table
from pipelines.own_validation import TEST_SHARE, evidence_of, said
from pipelines.train_verbs import train


def loans(rows=400, seed=0, **columns):
    """Loans whose risk rises with debt; a firm has about four of them, one a month or so."""
    rng = np.random.default_rng(seed)
    debt = rng.normal(size=rows)
    bad = (rng.random(rows) < 1 / (1 + np.exp(1.5 - 1.5 * debt))).astype(int)
    told = {"bad": bad, "debt": debt.round(4), "sales": rng.lognormal(3, 1, rows).round(2)}
    told["industry"] = rng.choice(["C17", "F51", "G54"], rows)
    return pd.DataFrame(told | {name: make(rng, bad) for name, make in columns.items()})


def firm(rng, bad):
    return [f"f{number}" for number in rng.integers(0, len(bad) // 4, len(bad))]


def applied(_rng, bad):
    return pd.date_range("2022-01-01", periods=len(bad), freq="D").strftime("%Y-%m-%d")


@pytest.fixture
def written(tmp_path):
    """Write a table as CSV, Parquet, or whatever text it is."""

    def write(table, name="loans.csv", **how):
        path = tmp_path / name
        if isinstance(table, str | bytes):
            path.write_bytes(table.encode() if isinstance(table, str) else table)
        elif path.suffix == ".parquet":
            table.to_parquet(path)
        else:
            table.to_csv(path, index=False, **how)
        return path

    return write


# ---------------------------------------------------------------- reading


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_of_any_encoding_is_read(written, encoding):
    path = written("违约,行业,负债率\n0,纺织业,0.5\n1,零售业,0.9\n".encode(encoding))
    read = read_table(path)
    assert list(read.cells) == ["违约", "行业", "负债率"]
    assert read.cells["行业"].tolist() == ["纺织业", "零售业"]
    assert read.cells["负债率"].tolist() == [0.5, 0.9]


@pytest.mark.parametrize(
    ("delimiter", "name"), [(",", "a.csv"), (";", "a.csv"), ("|", "a.csv"), ("\t", "a.tsv")]
)
def test_the_delimiter_is_found(written, delimiter, name):
    path = written(f'bad{delimiter}"a name"{delimiter}x\n0{delimiter}"u,v;w"{delimiter}1\n', name)
    read = read_table(path)
    assert list(read.cells) == ["bad", "a name", "x"]
    assert read.cells["a name"].tolist() == ["u,v;w"]


def test_parquet_and_csv_are_understood_alike(written):
    table = loans(40).assign(
        flag=lambda told: told["bad"] == 1,
        count=pd.array([1, None] * 20, dtype="Int64"),
        gap=[None, "x"] * 20,
    )
    csv, parquet = (read_table(written(table, name)).cells for name in ("a.csv", "a.parquet"))
    pd.testing.assert_frame_equal(csv.drop(columns="flag"), parquet.drop(columns="flag"))
    assert parquet["flag"].dtype == "float64"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", " 2.5 ", "", "NA", "?"], [1.0, 2.5, None, None, None]),
        (["1,200", "（300）", "－4", "n/a", "5e3"], [1200.0, -300.0, -4.0, None, 5000.0]),
        (["12.5%", "3%", "", "100％", "0%"], [0.125, 0.03, None, 1.0, 0.0]),
        (["0571", "010", "0755", "028", "0571"], ["0571", "010", "0755", "028", "0571"]),
        (["a", "b", "", "none", "1"], ["a", "b", None, "none", "1"]),
        (["true", "false", "", "true", "true"], ["true", "false", None, "true", "true"]),
        (["2024-03-01", "2024/3/2", "2024年3月", "", "20240305"], "datetime64[us]"),
        (["01.03.2024", "31.12.2023", "3/1/2024", "4/1/2024", "5/1/2024"], "datetime64[us]"),
        (["", "NA", "null", "缺失", "?"], [None] * 5),
    ],
)
def test_a_column_is_what_its_cells_are(written, cells, expected):
    read = read_table(written(pd.DataFrame({"bad": range(5), "x": cells})))
    column = read.cells["x"]
    if isinstance(expected, str):
        assert column.dtype == expected
        assert read.dates == ("x",)
    else:
        assert column.astype(object).where(column.notna(), None).tolist() == expected
        assert read.dates == ()


def test_numbers_that_are_names_stay_words(written):
    path = written("bad,industry\n0,1711\n1,5162\n0,\n")
    assert read_table(path).cells["industry"].dtype == "float64"
    assert read_table(path, ["industry"]).cells["industry"].fillna("-").tolist() == ["1711", "5162", "-"]
    whole = pd.DataFrame({"bad": [0, 1, 0], "industry": [1711.0, 5162.0, None]})
    read = read_table(written(whole, "a.parquet"), ["industry"])
    assert read.cells["industry"].fillna("-").tolist() == ["1711", "5162", "-"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "bad,x\n0,1\n1,2\n0,many\n1,4\n",
            "column 'x' mixes numbers and words: 'many' in row 3, 1 of 4 cells are no numbers; mend them,",
        ),
        ("bad,x\n0,1\n1,inf\n0,-Infinity\n", "column 'x' holds infinite values in 2 rows"),
        ("bad,x,x\n0,1,2\n", "two columns are called 'x'; expected every header once"),
        ("bad,x\n0,1\n1,2,3\n", "more fields than headers in row 2 (3 of 2)"),
        ("bad,x\n0,1\n1\n", "fewer fields than headers in row 2"),
        ("bad,x\n", "has a header and no rows"),
        ("", "is empty (0 bytes)"),
        (b"bad,x\n0,\xff\xff\xff\n", "is text of no encoding known here"),
    ],
)
def test_a_table_that_cannot_be_read_says_what_and_where(written, text, message):
    with pytest.raises(SourceError, match=re.escape(message)):
        read_table(written(text))


def test_infinite_values_of_parquet_are_refused(written):
    with pytest.raises(SourceError, match="column 'x' holds infinite values in 1 rows"):
        read_table(written(pd.DataFrame({"bad": [0, 1], "x": [1.0, np.inf]}), "a.parquet"))


@pytest.mark.parametrize("name", ["a.xlsx", "a.arff", "a"])
def test_another_kind_of_file_is_refused(written, name):
    with pytest.raises(SourceError, match=re.escape("expected .csv, .tsv or .parquet")):
        read_table(written("bad,x\n0,1\n", name))


def test_a_file_that_is_no_parquet_is_refused(written):
    with pytest.raises(SourceError, match="truncated or no Parquet file"):
        read_table(written("bad,x\n0,1\n", "a.parquet"))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SourceError, match="no such file"):
        read_table(tmp_path / "loans.csv")


# ---------------------------------------------------------------- roles and the label


@pytest.mark.parametrize(
    ("roles", "message"),
    [
        (Roles(label="baad"), "--label 'baad': no such column; close to it are bad"),
        (Roles(label="bad", time="when"), "--time 'when': no such column; the table has 4: bad, debt"),
        (Roles(label="bad", drop=("dept",)), "--drop 'dept': no such column; close to it are debt"),
        (Roles(label="bad", group="bad"), "'bad' has two roles"),
        (Roles(label="bad", bad="9"), "--bad '9': label 'bad' holds 0, 1"),
        (Roles(label="industry"), "label 'industry' holds C17, F51, G54; expected 0 and 1, or say which one"),
    ],
)
def test_a_role_that_fits_no_column_is_refused(written, roles, message):
    with pytest.raises(RequestError, match=re.escape(message)):
        own_table(written(loans(50)), roles)


@pytest.mark.parametrize(
    ("cells", "bad"),
    [
        (["0", "1"], None), (["false", "TRUE"], None), (["no", "Yes"], None), (["正常", "违约"], None),
        (["否", "是"], None), (["good", "bad"], None), (["1", "2"], "2"), (["2", "1"], "1"),
    ],
)  # fmt: skip
def test_a_label_is_told_by_its_values_or_by_who_asks(written, cells, bad):
    table = loans(60)
    own = own_table(
        written(table.assign(bad=[cells[value] for value in table["bad"]])), Roles(label="bad", bad=bad)
    )
    assert own.bad.tolist() == table["bad"].tolist()


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ("0", "label 'bad' is '0' in all of 60 rows; a model needs both goods and bads"),
        ("1", "label 'bad' is '1' in all of 60 rows"),
        ("", "label 'bad' is empty; a model needs both goods and bads"),
        ("2024-01-01", "label 'bad' holds dates"),
    ],
)
def test_a_label_that_teaches_nothing_is_refused(written, cells, message):
    with pytest.raises(ModelError, match=re.escape(message)):
        own_table(written(loans(60).assign(bad=cells)), Roles(label="bad"))


def test_rows_without_a_label_are_left_out_and_counted(written):
    table = loans(60).assign(bad=lambda told: told["bad"].astype("Int64").where(told.index > 9))
    own = own_table(written(table), Roles(label="bad"))
    assert len(own.bad) == len(own.table) == 50
    assert own.notes == ("10 rows have no label and are left out",)


# ---------------------------------------------------------------- what is left out


@pytest.mark.parametrize(
    ("name", "make", "why"),
    [
        ("code", lambda _, bad: [f"客户{place}" for place in range(len(bad))], "it names its rows (100% of"),
        ("number", lambda _, bad: np.arange(len(bad)) + 1000, "it numbers its rows"),
        ("opened", applied, "it holds dates as text; turn them into an age, or name it with --time"),
        ("empty", lambda _, bad: [None] * len(bad), "it is empty in every row"),
        ("same", lambda _, bad: [7] * len(bad), "it is 7 in every row"),
        (" ", lambda _, bad: np.arange(len(bad)) * 2, "it has no name"),
    ],
)
def test_a_column_that_nothing_can_be_learnt_from_is_left_out_and_named(written, name, make, why):
    own = own_table(written(loans(200, **{name: make})), Roles(label="bad"))
    assert name not in own.table
    (note,) = own.notes
    assert note.startswith(f"'{name}' is left out: {why}")
    assert own.suspects == ()


def test_a_column_that_repeats_another_is_left_out(written):
    table = loans(60).assign(debt_again=lambda told: told["debt"], word_again=lambda told: told["industry"])
    own = own_table(written(table), Roles(label="bad"))
    assert list(own.table) == ["debt", "sales", "industry"]
    assert own.notes == (
        "'debt_again' is left out: it says the same as 'debt' in every row",
        "'word_again' is left out: it says the same as 'industry' in every row",
    )


def test_a_clean_table_has_neither_notes_nor_suspects(written):
    own = own_table(written(loans(600)), Roles(label="bad"))
    assert (own.notes, own.suspects) == ((), ())
    assert list(own.table) == ["debt", "sales", "industry"]


def test_a_table_of_which_nothing_is_left_is_refused(written):
    with pytest.raises(ModelError, match="no column is left to learn from; 'number' is left out: it numbers"):
        own_table(written(pd.DataFrame({"bad": [0, 1] * 10, "number": range(20)})), Roles(label="bad"))


def test_dropped_columns_and_roles_are_not_offered(written):
    table = loans(100, firm=firm, applied=applied)
    own = own_table(written(table), Roles(label="bad", time="applied", group="firm", drop=("sales",)))
    assert list(own.table) == ["debt", "industry"]
    assert own.groups.tolist() == table["firm"].tolist()
    assert own.time.dt.strftime("%Y-%m-%d").tolist() == table["applied"].tolist()


@pytest.mark.parametrize(
    ("cells", "day"), [("202403", "2024-03-31"), ("2024", "2024-12-31"), ("2024/3/1", "2024-03-01")]
)
def test_a_time_may_be_a_day_a_month_or_a_year(written, cells, day):
    table = loans(60).assign(t=["2021"] * 30 + [cells] * 30)
    own = own_table(written(table), Roles(label="bad", time="t"))
    assert own.time.iloc[-1] == pd.Timestamp(day)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (["2021-01-01"] * 59 + [""], "--time 't': 1 of 60 rows hold no day, such as an empty cell in row 60"),
        (["x", "y"] * 30, "--time 't': 60 of 60 rows hold no day, such as 'x' in row 1"),
        (["2021-01-01"] * 60, "--time 't': every row is of 2021-01-01; leave --time out"),
    ],
)
def test_a_time_that_cannot_be_told_is_refused(written, cells, message):
    with pytest.raises(ModelError, match=re.escape(message)):
        own_table(written(loans(60).assign(t=cells)), Roles(label="bad", time="t"))


def test_a_segment_is_learnt_from_unless_it_is_dropped(written):
    path = written(loans(60).assign(applied=["2024-01-01", "2024-02-01"] * 30))
    own = own_table(path, Roles(label="bad", segment=("industry", "sales"), drop=("sales",)))
    assert own.segments.columns.tolist() == ["industry", "sales"]
    assert own.table.columns.tolist() == ["debt", "industry"]
    assert own.segments["sales"].nunique() == 4
    with pytest.raises(RequestError, match="--segment 'trade': no such column"):
        own_table(path, Roles(label="bad", segment=("trade",)))
    with pytest.raises(RequestError, match="--segment 'applied': it holds dates"):
        own_table(path, Roles(label="bad", segment=("applied",)))


def test_segments_follow_their_rows_to_the_evidence():
    own = replace(
        numbered(days=pd.date_range("2022", periods=400)),
        segments=pd.DataFrame({"half": ["a", "b"] * 200}),
    )
    evidence = evidence_of(own, Attentive)
    for rows in (evidence.train, evidence.held_out):
        assert (rows.segments["half"] == np.where(rows.table["number"] % 2 == 0, "a", "b")).all()


def test_a_row_without_a_group_is_refused(written):
    table = loans(60, firm=firm)
    table.loc[4, "firm"] = None
    with pytest.raises(ModelError, match="--group 'firm': 1 rows name no group, row 5 first"):
        own_table(written(table), Roles(label="bad", group="firm"))


# ---------------------------------------------------------------- columns that look like outcomes


@pytest.mark.parametrize(
    ("name", "make", "evidence"),
    [
        ("days", lambda rng, bad: bad * 90 + rng.integers(0, 150, len(bad)), "alone it reaches AUC 0.9"),
        ("grade", lambda _, bad: np.where(bad == 1, "可疑", "正常"), "alone it reaches AUC 1.000"),
        (
            "amount", lambda rng, bad: np.where(bad == 1, rng.lognormal(size=len(bad)).round(2), np.nan),
            "rows, all of them bads; it is empty in",
        ),
        (
            "closed", lambda rng, bad: np.where((bad == 0) & (rng.random(len(bad)) < 0.2), "x", None),
            "rows, all of them goods",
        ),
        ("overdue_days", lambda rng, bad: rng.integers(0, 9, len(bad)), "its name says so"),
        ("核销金额", lambda rng, bad: rng.integers(0, 9, len(bad)), "its name says so"),
    ],
)  # fmt: skip
def test_a_column_that_looks_like_an_outcome_is_named_with_the_evidence(written, name, make, evidence):
    own = own_table(written(loans(600, **{name: make})), Roles(label="bad"))
    (suspect,) = own.suspects
    assert suspect.column == name
    assert evidence in suspect.evidence
    assert str(suspect).startswith(f"'{name}' looks like an outcome: ")


def test_days_after_the_rows_own_are_named(written):
    def closed(_rng, bad):
        return (pd.date_range("2022-01-01", periods=len(bad)) + pd.Timedelta(days=90)).strftime("%Y-%m-%d")

    def opened(_rng, bad):
        return (pd.date_range("2021-01-01", periods=len(bad))).strftime("%Y-%m-%d")

    own = own_table(
        written(loans(300, applied=applied, closed=closed, opened=opened)), Roles(label="bad", time="applied")
    )
    assert [str(one) for one in own.suspects] == [
        "'closed' looks like an outcome: its days lie after the row's own in 300 of 300 rows"
    ]
    assert {"closed", "opened"}.isdisjoint(own.table)


def test_a_month_in_a_name_after_the_newest_row_is_named(written):
    balances = {
        name: lambda rng, bad: rng.normal(size=len(bad)) for name in ("b_202112", "b_2023-06", "b_12345")
    }
    own = own_table(written(loans(300, applied=applied, **balances)), Roles(label="bad", time="applied"))
    assert [str(one) for one in own.suspects] == [
        "'b_2023-06' looks like an outcome: its name carries 2023-06, and the newest row is of 2022-10-27"
    ]


def test_rare_words_that_know_only_their_own_row_are_no_outcome(written):
    path = written(loans(200, town=lambda rng, bad: rng.integers(0, 95, len(bad))))
    own = own_table(path, Roles(label="bad", category=("town",)))
    assert "town" in own.table
    assert own.suspects == ()


def test_a_dozen_goods_in_a_row_are_chance(written):
    table = loans(600)
    goods = table.index[table["bad"] == 0][:12]
    table.loc[goods, "visited"] = 1.0
    table.loc[goods[:6], "visited"] = 2.0
    assert own_table(written(table), Roles(label="bad")).suspects == ()


# ---------------------------------------------------------------- how it is judged


class Attentive:
    """A model that remembers what it was fitted on, and notices a firm that it knows."""

    fitted = 0

    def fit(self, X, y, *, groups=None, time=None):
        """Remember."""
        Attentive.fitted += 1
        self.rows, self.rate = set(X["number"]), y.mean()
        self.firms, self.times = groups, time
        return self

    def predict_proba(self, X):
        """Refuse rows that were learnt from."""
        assert self.rows.isdisjoint(X["number"])
        bad = np.full(len(X), self.rate) + 0.001 * (X["number"].to_numpy() % 7)
        return np.column_stack([1 - bad, bad])


def numbered(rows=400, *, firms=None, days=None, bad=None, seed=0):
    """A table whose rows are told apart by a number."""
    rng = np.random.default_rng(seed)
    return OwnTable(
        name="t",
        table=pd.DataFrame({"number": np.arange(rows)}),
        bad=(rng.random(rows) < 0.3).astype(np.int64) if bad is None else np.asarray(bad),
        time=None if days is None else pd.Series(pd.to_datetime(days)).astype("datetime64[us]"),
        groups=None if firms is None else pd.Series(firms, dtype="str"),
        notes=(),
        suspects=(),
    )


def test_the_newest_rows_judge_and_whole_days_stay_together():
    days = np.repeat(pd.date_range("2024-01-01", periods=40, freq="W"), 10)
    evidence = evidence_of(numbered(days=days), Attentive)
    assert (evidence.kind, evidence.repeats, evidence.fold_aucs) == ("out_of_time", 1, ())
    assert evidence.train.time.max() < evidence.held_out.time.min()
    assert abs(len(evidence.held_out) / 400 - TEST_SHARE) < 0.02
    assert len(evidence.train) + len(evidence.held_out) == 400
    assert len(evidence.pd_) == len(evidence.held_out)


def test_rows_shortly_before_the_judging_ones_are_not_learnt_from():
    days = pd.date_range("2022-01-01", periods=400, freq="2D")
    evidence = evidence_of(numbered(days=days), Attentive, gap_months=6)
    first = evidence.held_out.time.min()
    assert evidence.train.time.max() + pd.DateOffset(months=6) < first
    assert evidence.train.time.max() + pd.DateOffset(months=6) + pd.Timedelta(days=2) >= first


def test_a_firm_on_both_sides_is_judged_by_a_model_that_does_not_know_it():
    rng = np.random.default_rng(3)
    own = numbered(
        firms=[f"f{one}" for one in rng.integers(0, 60, 400)], days=pd.date_range("2022", periods=400)
    )
    seen = []

    class Knowing(Attentive):
        def predict_proba(self, X):
            firms = set(own.groups[X["number"]])
            assert firms.isdisjoint(self.firms)
            seen.extend(X["number"])
            return super().predict_proba(X)

    evidence = evidence_of(own, Knowing)
    assert sorted(seen) == evidence.held_out.table["number"].tolist()
    assert not np.isnan(evidence.pd_).any()
    assert len(evidence.train) + len(evidence.held_out) == 400


def test_one_model_is_enough_where_no_firm_comes_back():
    Attentive.fitted = 0
    firms = [f"f{one // 2}" for one in range(400)]
    evidence_of(numbered(firms=firms, days=pd.date_range("2022", periods=400)), Attentive)
    assert Attentive.fitted == 1


def test_without_a_time_every_row_is_held_out_once_a_repeat():
    evidence = evidence_of(numbered(), Attentive)
    assert (evidence.kind, evidence.repeats, len(evidence.fold_aucs)) == ("repeated_cv", 10, 50)
    assert len(evidence.held_out) == len(evidence.train) == len(evidence.pd_) == 400
    assert evidence.pd_.mean() == pytest.approx(evidence.train.bad.mean() + 0.003, abs=0.002)


def test_folds_keep_groups_whole():
    own = numbered(firms=[f"f{one // 5}" for one in range(400)])

    class Knowing(Attentive):
        def predict_proba(self, X):
            assert set(own.groups[X["number"]]).isdisjoint(self.firms)
            return super().predict_proba(X)

    assert evidence_of(own, Knowing).pd_.all()


def test_training_again_gives_a_model_of_the_same_rows():
    evidence = evidence_of(numbered(days=pd.date_range("2022", periods=400)), Attentive)
    assert evidence.refit().rows == set(evidence.train.table["number"])


@pytest.mark.parametrize(
    ("own", "message"),
    [
        (
            numbered(bad=[1, 0] * 150 + [0] * 100, days=pd.date_range("2022", periods=400)),
            "hold 0 bads and 90 goods; both are needed to learn and to judge",
        ),
        (
            numbered(bad=[0] * 320 + [1, 0] * 40, days=pd.date_range("2022", periods=400)),
            "hold 0 bads and 310 goods",
        ),
        (numbered(bad=[1] + [0] * 399), "1 firm or group with rows of the rarer class; at least two"),
        (
            numbered(bad=[1] * 9 + [0] * 391, firms=["a"] * 9 + [f"f{one}" for one in range(391)]),
            "1 firm or group with rows of the rarer class",
        ),
    ],
)
def test_a_side_without_goods_or_bads_is_refused(own, message):
    with pytest.raises(ModelError, match=re.escape(message)):
        evidence_of(own, Attentive)


def test_a_gap_without_a_time_is_refused():
    with pytest.raises(ModelError, match="a gap of months needs --time"):
        evidence_of(numbered(), Attentive, gap_months=3)


def test_what_is_said_names_the_manner_and_the_rows():
    late = evidence_of(numbered(days=pd.date_range("2022-01-01", periods=400)), Attentive)
    assert said(late).startswith("out of time, 2022-11-07 to 2023-02-04: 90 rows, ")
    often = evidence_of(numbered(), Attentive)
    assert said(often).startswith("cross-validation, dealt 10 times: 400 rows, ")
    assert figures_of(often)["auc"].value == pytest.approx(np.mean(often.fold_aucs))


# ---------------------------------------------------------------- the verb


@pytest.fixture
def lvdaitong(tmp_path):
    """Call the verb as the command line does, with a home of its own."""
    app = typer.Typer(pretty_exceptions_enable=False)
    app.add_typer(train, name="train")

    @app.callback()
    def _home(context: typer.Context):
        context.obj = Home(tmp_path / "home")

    def call(*words):
        return CliRunner().invoke(app, ["train", "credit", *map(str, words)], catch_exceptions=True)

    return call


def test_a_model_of_any_table_is_trained_checked_registered_and_reported(lvdaitong, written, tmp_path):
    path = written(loans(1_500, firm=firm, applied=applied))
    out = tmp_path / "out"
    ran = lvdaitong(
        "--table", path, "--label", "bad", "--time", "applied", "--group", "firm", "--out", out, "--json",
        "--override-by", "王敏", "--override-why", "a drawn table",
    )  # fmt: skip
    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.stdout)
    assert told["model"] == "own_loans/1"
    assert told["columns"] == ["debt", "sales", "industry"]
    assert told["suspects"] == []
    assert told["checks"]
    assert json.loads((out / "training.json").read_text("utf-8")) == told
    assert (out / "model" / "booster.txt").is_file()
    assert "loans.csv" in (out / "report.html").read_text("utf-8")
    champion = find_champion(Home(tmp_path / "home"), "own_loans")
    assert champion is not None
    assert champion.label == told["model"]


def test_a_column_that_knows_the_outcome_is_warned_of_and_not_registered(lvdaitong, written, tmp_path):
    path = written(loans(1_500, applied=applied, overdue=lambda _, bad: bad * 30.0))
    ran = lvdaitong("--table", path, "--label", "bad", "--time", "applied")
    warned = "warning: 'overdue' looks like an outcome: alone it reaches AUC 1.000; its name says so; "
    assert f"{warned}leave it out with --drop 'overdue' if it does\n" in ran.stderr
    assert isinstance(ran.exception, ModelError)
    assert "overdue" in str(ran.exception)
    assert find_champion(Home(tmp_path / "home"), "own_loans") is None


def test_segments_rejected_applicants_and_thresholds_of_ones_own_stand_in_the_report(
    lvdaitong, written, tmp_path
):
    path = written(loans(400, applied=applied, town=lambda rng, bad: rng.choice(["东", "西"], len(bad))))
    rejected = written(loans(80, seed=4).drop(columns="bad"), "rejected.parquet")
    limits = written("lowest_auc: {value: 0.55, cites: minutes of May}\nenough_bads: {value: 30, cites: us}",
                     "limits.yaml")  # fmt: skip
    ran = lvdaitong(
        "--table", path, "--label", "bad", "--time", "applied", "--segment", "town", "--drop", "town",
        "--rejects", rejected, "--reject-manner", "fuzzy", "--thresholds", limits, "--lang", "en",
        "--json", "--override-by", "王敏", "--override-why", "a drawn table",
    )  # fmt: skip
    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.stdout)
    assert "town" not in told["columns"], "it is judged by, not learnt from"
    assert [one["manner"] for one in told["rejects"]] == ["accepted", "reweighting", "parcelling", "fuzzy"]
    assert told["report"].endswith(".en.html")
    page = Path(told["report"]).read_text("utf-8")
    for words in ("By town", "东", "rejected.parquet", "lowest_auc: 0.55 in place of 0.6", "minutes of May"):
        assert words in page, words
    version = find_champion(Home(tmp_path / "home"), "own_loans")
    model = load_version(Home(tmp_path / "home"), version)
    assert model.sample_["rows"] == 310 + 2 * 80, "rejected applicants were learnt from"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--reject-manner", "fuzzy"], "--reject-manner needs --rejects FILE"),
        (["--reject-manner", "guess", "--rejects", "r.csv"],
         "--reject-manner 'guess': expected reweighting, parcelling, fuzzy"),
        (["--lang", "fr"], "--lang 'fr': expected zh or en"),
    ],
)  # fmt: skip
def test_a_wish_that_cannot_be_is_refused_before_anything_is_read(lvdaitong, words, message):
    ran = lvdaitong("--table", "nowhere.csv", "--label", "bad", *words)
    assert isinstance(ran.exception, RequestError)
    assert message in str(ran.exception)


def test_a_threshold_that_cannot_be_is_refused_before_anything_is_read(lvdaitong, written):
    ran = lvdaitong("--table", "nowhere.csv", "--label", "bad", "--thresholds", written("psi: 1", "t.yaml"))
    assert isinstance(ran.exception, ModelError)
    assert "no threshold 'psi'" in str(ran.exception)


def test_a_wrong_kind_of_model_is_refused_before_anything_is_read(lvdaitong):
    ran = lvdaitong("--table", "nowhere.csv", "--label", "bad", "--model", "forest")
    assert isinstance(ran.exception, RequestError)
    assert str(ran.exception) == "--model 'forest': expected boosting or scorecard"


def test_nothing_is_written_where_the_label_is_of_one_kind(lvdaitong, written, tmp_path):
    ran = lvdaitong("--table", written(loans(60).assign(bad=0)), "--label", "bad")
    assert isinstance(ran.exception, ModelError)
    assert not (tmp_path / "home").exists()
