"""Tables and queries of a real PostgreSQL and of SQLite: exact, read only, one snapshot, no secret told."""

import hashlib
import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

import pandas as pd
import psycopg
import pytest

from features.errors import RecipeError, SourceError
from pipelines.reading import open_input
from pipelines.recipe import parse_recipe

RECIPE = """
name: t
key: research
tables:
  - name: 判决
    source: court_judgment
    %s
    columns:
      entity_id: 代码
      record_id: 记录号
      event_date: 日期
      available_at: {after: event_date, days: 30}
      case_kind: 种类
      amount_cny: "标的(元)"
"""
SECRET = "geheim-4711"
VARIABLE = "LVDAITONG_TEST_DB"
FROM_TABLE = f"database: {VARIABLE}\n    table: %s"
HEADERS = {"代码", "记录号", "日期", "种类", "标的(元)"}


def table(words: str):
    (one,) = parse_recipe(RECIPE % words, "t.yaml").tables
    return one


def asked(query: str) -> str:
    """The words of a recipe that asks a query."""
    return f"database: {VARIABLE}\n    query: {query}"


def read(words: str, chunk_rows: int = 500_000) -> pd.DataFrame:
    with open_input(table(words), Path()) as source:
        return pd.concat(source.chunks(chunk_rows))


def digest(words: str) -> str:
    with open_input(table(words), Path()) as source:
        return source.digest()


def _binaries() -> Path | None:
    if found := shutil.which("initdb"):
        return Path(found).parent
    return max(Path("/usr/lib/postgresql").glob("*/bin/initdb"), default=Path()).parent or None


@pytest.fixture(scope="session")
def cluster():
    """A PostgreSQL of the tests' own, on a free port of loopback, with passwords asked for."""
    binaries = _binaries()
    if binaries is None or not (binaries / "initdb").is_file():
        message = "no PostgreSQL here; `make services` brings it"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    folder = Path(tempfile.mkdtemp(prefix="lvdaitong-pg-"))
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    (folder / "password").write_text(SECRET)
    (folder / "password").chmod(0o644)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(*command: str | Path) -> None:
        subprocess.run(
            [str(word) for word in command],
            check=True,
            cwd=folder,
            user=user,
            capture_output=True,
            timeout=120,
        )

    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    run(
        binaries / "initdb", "-D", folder / "data", "-U", "boss", "-E", "UTF8", "--no-locale",
        "--auth=scram-sha-256", f"--pwfile={folder / 'password'}",
    )  # fmt: skip
    run(binaries / "pg_ctl", "-D", folder / "data", "-o", options, "-l", folder / "log", "-w", "start")
    try:
        yield f"postgresql://boss:{SECRET}@127.0.0.1:{port}/postgres"
    finally:
        run(binaries / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(folder)


DDL = """
drop schema if exists credit cascade;
create schema credit;
create sequence credit.numbers;
create table credit.judgment (
  "代码" text, "记录号" bigint, "日期" date, "种类" text, "标的(元)" numeric(30, 2), "备注%" boolean,
  seen timestamptz
);
insert into credit.judgment values
  ('A', 9007199254740993, '2024-01-05', '合同', 12345678901234567890.12, true, '2024-01-04 16:30+00'),
  ('B', 2, null, null, 0.10, null, null),
  ('C', 3, '2024-02-29', '', 1e3, false, '2024-02-29 00:00+00');
"""


@pytest.fixture
def postgres(cluster, monkeypatch):
    """A connection to write with; the reader's address is in the environment."""
    monkeypatch.setenv(VARIABLE, cluster)
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute(DDL)
        yield connection


@pytest.fixture
def sqlite(tmp_path, monkeypatch):
    """The same rows in SQLite."""
    path = tmp_path / "信用 100%.db"
    monkeypatch.setenv(VARIABLE, f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        connection.execute(
            'create table judgment ("代码" text, "记录号" int, "日期" date, "种类" text, "标的(元)" numeric)'
        )
        connection.executemany(
            "insert into judgment values (?, ?, ?, ?, ?)",
            [("A", 9007199254740993, "2024-01-05", "合同", 12.34), ("B", 2, None, None, 0.1)],
        )
    yield connection
    connection.close()


@pytest.mark.usefixtures("postgres")
def test_numbers_are_exact_dates_are_dates_and_null_is_missing():
    rows = read(FROM_TABLE % "credit.judgment").set_index("代码")
    assert set(rows.columns) == HEADERS - {"代码"}, "only what the recipe reads leaves the database"
    assert rows["标的(元)"].to_dict() == {"A": "12345678901234567890.12", "B": "0.10", "C": "1000.00"}
    assert rows["记录号"]["A"] == "9007199254740993"
    assert rows["日期"].dtype == "datetime64[us]"
    assert rows["日期"]["C"] == pd.Timestamp("2024-02-29")
    assert rows["日期"].isna().to_dict() == {"A": False, "B": True, "C": False}
    assert pd.isna(rows["种类"]["B"])
    assert rows["种类"]["C"] == ""


QUERY = (
    'database: LVDAITONG_TEST_DB\n    query: \'select "代码", "记录号", seen as "日期", '
    '"备注%"::text as "种类", '
    '"标的(元)" from credit.judgment where "种类" not like $$%x$$ and $$:no$$ <> $$10:30$$;\''
)


@pytest.mark.usefixtures("postgres")
def test_a_query_may_hold_colons_and_percents_and_a_moment_counts_in_china():
    rows = read(QUERY).set_index("代码")
    assert rows["种类"].to_dict() == {"A": "true", "C": "false"}
    assert rows["日期"]["A"] == pd.Timestamp("2024-01-05 00:30")


def test_the_digest_knows_the_rows_and_not_their_order(postgres):
    words = FROM_TABLE % "credit.judgment"
    first = digest(words)
    postgres.execute("create table other as select * from credit.judgment order by 1 desc")
    postgres.execute("truncate credit.judgment")
    postgres.execute("insert into credit.judgment select * from other order by 1 desc")
    assert digest(words) == first
    postgres.execute("drop table other")
    postgres.execute('update credit.judgment set "种类" = \'\' where "种类" is null')
    assert digest(words) != first, "missing and empty are not alike"


def test_one_row_twice_is_another_content(postgres):
    words = FROM_TABLE % "credit.judgment"
    first = digest(words)
    postgres.execute("insert into credit.judgment select * from credit.judgment")
    twice = digest(words)
    postgres.execute("insert into credit.judgment select * from credit.judgment")
    assert len({first, twice, digest(words)}) == 3


def test_two_rows_sent_twice_are_not_two_others_sent_twice(sqlite):
    contents = []
    for name in "AB":
        sqlite.execute("delete from judgment")
        sqlite.executemany('insert into judgment ("代码") values (?)', [(name,), (name,)])
        sqlite.commit()
        contents.append(digest(FROM_TABLE % "judgment"))
    assert contents[0] != contents[1]


def test_what_is_written_between_digest_and_rows_is_not_seen(postgres):
    with open_input(table(FROM_TABLE % "credit.judgment"), Path()) as source:
        source.digest()
        postgres.execute("delete from credit.judgment where \"代码\" <> 'A'")
        postgres.execute("insert into credit.judgment (\"代码\") values ('D')")
        assert set(pd.concat(source.chunks())["代码"]) == {"A", "B", "C"}


def test_many_rows_come_in_chunks_numbered_through_and_an_empty_stretch_of_dates_stays_dates(postgres):
    postgres.execute(
        "insert into credit.judgment select 'X' || n, n, "
        "case when n > 20000 then date '2024-01-01' end, 'k', n from generate_series(10, 30009) n"
    )
    with open_input(table(FROM_TABLE % "credit.judgment"), Path()) as source:
        chunks = list(source.chunks(25_000))
    assert [len(chunk) for chunk in chunks] == [20_000, 10_003]
    assert chunks[1].index[-1] == 30_003
    assert all(chunk["日期"].dtype == "datetime64[us]" for chunk in chunks)
    small = read(FROM_TABLE % "credit.judgment", 4_000)
    assert set(small["代码"]) == set(pd.concat(chunks)["代码"])


@pytest.mark.parametrize(
    "query",
    [
        "delete from credit.judgment returning 1",
        'insert into credit.judgment ("代码") values ($$Z$$) returning 1',
        "select 1; commit; drop table credit.judgment",
        "with gone as (delete from credit.judgment returning *) select * from gone",
        "drop table credit.judgment",
        "select nextval($$credit.numbers$$)",
    ],
)
def test_a_query_cannot_write(postgres, query):
    with pytest.raises((SourceError, RecipeError)):
        read(asked(f"'{query}'"))
    assert postgres.execute("select count(*) from credit.judgment").fetchone() == (3,)
    assert postgres.execute("select nextval('credit.numbers')").fetchone() == (1,)


def test_no_transaction_is_left_open(postgres):
    read(FROM_TABLE % "credit.judgment")
    with pytest.raises(SourceError):
        read(FROM_TABLE % "credit.nothing")
    open_ = postgres.execute(
        "select count(*) from pg_stat_activity where datname = 'postgres' and pid <> pg_backend_pid()"
    )
    deadline = time.monotonic() + 5
    while open_.fetchone() != (0,) and time.monotonic() < deadline:
        time.sleep(0.05)
        open_ = postgres.execute(
            "select count(*) from pg_stat_activity where datname = 'postgres' and pid <> pg_backend_pid()"
        )
    assert time.monotonic() < deadline


@pytest.mark.usefixtures("postgres")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (FROM_TABLE % "credit.nothing", 'relation "credit.nothing" does not exist'),
        (FROM_TABLE % "nowhere.judgment", 'relation "nowhere.judgment" does not exist'),
        (asked("select nix from credit.judgment"), 'column "nix" does not exist'),
        (
            asked("select 1 as a"),
            "the header changed, 5 missing: '代码', '日期'",
        ),
        (asked("selct 1"), 'syntax error at or near "selct"'),
        (
            asked('select *, "代码" from credit.judgment'),
            "two columns are called '代码'; expected every header once",
        ),
    ],
)
def test_what_is_not_there_is_told_in_one_line_without_the_address(cluster, words, told):
    with pytest.raises(SourceError, match=told) as caught:
        read(words)
    message = str(caught.value)
    assert VARIABLE in message
    assert "\n" not in message
    assert not any(part in message for part in (SECRET, cluster, "127.0.0.1", "boss"))


def test_a_user_without_the_right_is_told_so(postgres, cluster, monkeypatch):
    postgres.execute("drop role if exists guest")
    postgres.execute(f"create role guest login password '{SECRET}'")
    monkeypatch.setenv(VARIABLE, cluster.replace("boss", "guest"))
    with pytest.raises(SourceError, match="permission denied for schema credit"):
        read(FROM_TABLE % "credit.judgment")


@pytest.mark.usefixtures("postgres")
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (SECRET, "wrong-0815", "the user or password was not accepted"),
        ("/postgres", "/nowhere", "the database or user does not exist"),
        ("127.0.0.1", "no-such-host.invalid", "the host is unknown"),
        ("postgresql:", "postgres:", None),
    ],
)
def test_a_connection_that_fails_says_why_without_the_address(cluster, monkeypatch, old, new, told):
    address = cluster.replace(old, new)
    monkeypatch.setenv(VARIABLE, address)
    if told is None:
        assert len(read(FROM_TABLE % "credit.judgment")) == 3
        return
    with pytest.raises(SourceError, match=f"cannot connect: {told}") as caught:
        read(FROM_TABLE % "credit.judgment")
    message = str(caught.value)
    assert caught.value.__cause__ is None
    assert not any(part in message for part in (SECRET, new, "boss", "127.0.0.1"))


def test_a_database_that_does_not_run_is_told(monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv(VARIABLE, f"postgresql://u:{SECRET}@127.0.0.1:{port}/x")
    with pytest.raises(SourceError, match="cannot connect: the connection was refused") as caught:
        read(FROM_TABLE % "a")
    assert str(port) not in str(caught.value)


@pytest.mark.usefixtures("sqlite")
def test_sqlite_is_read_too_and_never_written(tmp_path):
    before = hashlib.sha256((tmp_path / "信用 100%.db").read_bytes()).digest()
    rows = read(FROM_TABLE % "judgment").set_index("代码")
    assert rows["标的(元)"].to_dict() == {"A": "12.34", "B": "0.1"}
    assert rows["记录号"]["A"] == "9007199254740993"
    assert rows["日期"]["A"] == "2024-01-05"
    with pytest.raises(SourceError, match="readonly"):
        read(asked("delete from judgment"))
    assert hashlib.sha256((tmp_path / "信用 100%.db").read_bytes()).digest() == before
    assert digest(FROM_TABLE % "judgment") == digest(asked("select * from judgment order by 1 desc"))


def test_a_missing_sqlite_file_is_not_made(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, f"sqlite:///{tmp_path}/none.db")
    with pytest.raises(SourceError, match="cannot connect: no database is there"):
        read(FROM_TABLE % "judgment")
    assert not (tmp_path / "none.db").exists()


@pytest.mark.usefixtures("sqlite")
def test_an_unknown_table_of_sqlite_is_named():
    with pytest.raises(SourceError, match="cannot be read: no such table: nothing"):
        read(FROM_TABLE % "nothing")


def test_an_empty_table_is_told(sqlite):
    sqlite.execute("delete from judgment")
    sqlite.commit()
    with pytest.raises(SourceError, match="has a header and no rows"):
        read(FROM_TABLE % "judgment")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (None, f"the environment variable {VARIABLE} is not set"),
        ("", f"the environment variable {VARIABLE} is not set"),
        (f"geheim {SECRET}", f"what {VARIABLE} holds is no address of a database"),
        (f"postgresql://u:{SECRET}@h:port/x", f"what {VARIABLE} holds is no address"),
        (f"cobol://u:{SECRET}@h/x", "no driver is installed for the kind of database"),
        (f"mysql://u:{SECRET}@h/x", "no driver is installed for the kind of database"),
    ],
)
def test_a_variable_that_holds_no_usable_address_is_named_and_not_repeated(monkeypatch, address, told):
    monkeypatch.delenv(VARIABLE, raising=False)
    if address is not None:
        monkeypatch.setenv(VARIABLE, address)
    with pytest.raises(RecipeError, match=told) as caught:
        read(FROM_TABLE % "a")
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (f"database: 'postgresql://u:{SECRET}@h/x'\n    table: a", "'database' is no name of an environment"),
        (f"database: {VARIABLE}", "expected either 'table' or 'query'"),
        (f"database: {VARIABLE}\n    table: a\n    query: select 1", "expected either 'table' or 'query'"),
        (
            f"database: {VARIABLE}\n    table: a\n    file: a.csv",
            "has 'database' and 'file'; expected one place",
        ),
        ("file: a.csv\n    query: select 1", "'query' is for a database"),
    ],
)
def test_a_recipe_that_mixes_places_or_holds_an_address_is_refused(words, told):
    with pytest.raises(RecipeError, match=told) as caught:
        table(words)
    assert SECRET not in str(caught.value)


@pytest.mark.usefixtures("sqlite")
def test_a_receipt_calls_a_database_by_its_variable():
    with open_input(table(FROM_TABLE % "main.judgment"), Path()) as source:
        assert source.name == f"{VARIABLE} › main.judgment"
        assert source.encoding is None
