"""A collect that dies at any instant, and two at once: the lake stays readable, whole and the same."""

import json
import multiprocessing
import random
import shutil
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from features.catalogue import load_catalogue
from features.home import Home
from features.lake import batch_path, quarantine_path, receipts
from features.quarantine import refused_rows
from features.uscc import with_checks
from pipelines.collect import collect
from pipelines.recipe import load_recipe

INSTANTS = 20
ROWS, CHUNK_ROWS = 4_000, 2_500

TABLE = """
  - name: {name}
    source: {source}
    file: {name}.{ending}
    columns:
      entity_id: entity_id
      record_id: record_id
      event_date: event_date
      available_at: available_at
"""
PAYLOADS = {
    "invoices": ("vat_invoice", "parquet", ["direction", "amount_cny", "status"]),
    "bills": ("electricity", "csv", []),
    "staff": ("social_insurance", "csv", []),
    "more invoices": ("vat_invoice", "parquet", ["direction", "amount_cny", "status"]),
}

PROCESSES = multiprocessing.get_context("forkserver")
"""Each process is forked from one that has everything imported: killing is what takes time here."""
PROCESSES.set_forkserver_preload(["features.expectations", "pipelines.collect", "pipelines.reading.parquet"])


def _recipe(names: list[str]) -> str:
    words = "name: t\ntitle: {zh: 测试, en: test}\nkey: uscc\ntables:\n"
    for name in names:
        source, ending, payload = PAYLOADS[name]
        words += TABLE.format(name=name, source=source, ending=ending).lstrip("\n")
        required = [key for key, column in load_catalogue()[source].columns.items() if column.required]
        words += "".join(f"      {column}: {column}\n" for column in {*payload, *required})
    return words


def _rows(name: str, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    codes = with_checks(pd.Series([f"91330502MA{number:06d}" for number in range(500)]))
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, ROWS), unit="D")
    rows = pd.DataFrame(
        {
            "entity_id": rng.choice(codes, ROWS),
            "record_id": [f"{name}{number}" for number in range(ROWS)],
            "event_date": day,
            "available_at": day + pd.to_timedelta(rng.integers(-1, 40, ROWS), unit="D"),
        }
    )
    source, _, payload = PAYLOADS[name]
    for column in load_catalogue()[source].columns.values():
        if column.required or column.name in payload:
            values = list(column.values) or list(range(1, 100))
            rows[column.name] = rng.choice(np.array(values, dtype=object if column.values else None), ROWS)
    return rows


@pytest.fixture(scope="module")
def city(tmp_path_factory) -> Path:
    """Four files of three sources, each with some broken rows, and their recipe."""
    folder = tmp_path_factory.mktemp("small")
    for seed, name in enumerate(PAYLOADS):
        rows = _rows(name, seed)
        if PAYLOADS[name][1] == "parquet":
            rows.to_parquet(folder / f"{name}.parquet")
        else:
            rows.to_csv(folder / f"{name}.csv", index=False, date_format="%Y-%m-%d")
    (folder / "all.yaml").write_text(_recipe(list(PAYLOADS)), "utf-8")
    (folder / "some.yaml").write_text(_recipe(["more invoices", "staff"]), "utf-8")
    return folder


@pytest.fixture(scope="module")
def undisturbed(city, tmp_path_factory) -> dict[str, bytes]:
    home = Home(tmp_path_factory.mktemp("undisturbed") / "home")
    collect(home, load_recipe(str(city / "all.yaml")), city, chunk_rows=CHUNK_ROWS)
    return contents(home)


def contents(home: Home) -> dict[str, bytes]:
    """Every file of lake and quarantine."""
    found = [path for folder in (home.lake, home.quarantine) for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(home.root)): path.read_bytes() for path in sorted(found)}


def must_be_whole(home: Home) -> None:
    """Every batch in the lake is complete, has its receipt and its refused rows, and adds up."""
    for source in load_catalogue():
        known = list(receipts(home, source))
        refused = Counter(refused_rows(home, source)["batch"])
        for receipt in known:
            rows = pq.read_table(batch_path(home, source, receipt.batch))
            assert len(rows) == receipt.accepted > 0
            assert receipt.rows_read == receipt.accepted + receipt.quarantined == ROWS
            assert refused[receipt.batch] == receipt.quarantined > 0
        assert {*refused} <= {receipt.batch for receipt in receipts(home, source)}


def start(home: Home, city: Path, recipe: str = "all.yaml") -> Any:
    """A process that collects."""
    words = (home, load_recipe(str(city / recipe)), city)
    worker = PROCESSES.Process(target=collect, args=words, kwargs={"chunk_rows": CHUNK_ROWS})
    worker.start()
    return worker


def ended(worker: Any) -> int:
    """The exit code of a process once it has ended."""
    worker.join()
    return worker.exitcode


@pytest.mark.slow
def test_a_collect_killed_at_any_instant_leaves_a_whole_lake_and_the_next_one_completes_it(
    city, undisturbed, tmp_path
):
    assert ended(start(Home(tmp_path / "first"), city)) == 0, "the first one also waits for the imports"
    begun = time.monotonic()
    assert ended(start(Home(tmp_path / "measured"), city)) == 0
    seconds = time.monotonic() - begun
    chance = random.Random(7)  # noqa: S311 - instants, no secrets
    home, committed = Home(tmp_path / "home"), []
    for instant in range(INSTANTS):
        worker = start(home, city)
        time.sleep(seconds * (instant + chance.random()) / INSTANTS)
        worker.kill()
        worker.join()
        must_be_whole(home)
        committed.append(len(list(home.lake.rglob("*.parquet"))))
        if committed[-1] == len(PAYLOADS):
            shutil.rmtree(home.root)
    assert len({*committed}) > 1, "the instants were too much alike to show anything"
    assert ended(start(home, city)) == 0
    must_be_whole(home)
    assert contents(home) == undisturbed
    assert not list(home.staging.glob("*")), "what dead processes left behind is gone"


def test_two_collects_of_the_same_recipe_at_once_make_one_lake(city, undisturbed, home):
    workers = [start(home, city) for _ in range(2)]
    assert [ended(worker) for worker in workers] == [0, 0]
    must_be_whole(home)
    assert contents(home) == undisturbed


def test_two_collects_of_different_recipes_at_once_do_not_harm_each_other(city, home):
    workers = [start(home, city, name) for name in ("all.yaml", "some.yaml")]
    assert [ended(worker) for worker in workers] == [0, 0]
    must_be_whole(home)
    assert len(list(home.lake.rglob("*.parquet"))) == len(PAYLOADS)
    assert not list(home.staging.glob("*"))


def test_a_reader_sees_whole_batches_while_others_are_committed(city, home):
    worker = start(home, city)
    while worker.is_alive():
        must_be_whole(home)
    assert ended(worker) == 0


def test_the_receipt_says_which_refused_rows_are_its_own(city, home):
    collect(home, load_recipe(str(city / "some.yaml")), city)
    for receipt in receipts(home, "vat_invoice"):
        path = quarantine_path(home, "vat_invoice", receipt.batch)
        said = json.loads(pq.read_metadata(path).metadata[b"lvdaitong.receipt"])
        assert said["refused_id"] == receipt.refused_id != ""
