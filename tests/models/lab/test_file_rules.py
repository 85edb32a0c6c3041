import json
import struct
import zlib

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from features.errors import ModelError
from models.lab.file_rules import firms_by_word, how_fine, look, words_of_png
from models.lab.harmless import harmless
from models.lab.leaves import full_leaves

CODE = "91330502MA29K00168"
SAMPLE = {"rows": 500, "bads": 63}


def failed(folder, firms=None, named=()):
    return [(one.where, one.rule) for one in look(folder, 10, named, firms or {}) if not one.passed]


def put(folder, name, said):
    text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
    (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def booster() -> lgb.Booster:
    matrix = np.random.default_rng(2).normal(size=(300, 2))
    bad = (matrix[:, 0] > 0).astype(int)
    asked = {"objective": "binary", "min_data_in_leaf": 2, "verbose": -1, "num_threads": 1}
    return lgb.train(asked, lgb.Dataset(matrix, bad), 4)


def test_a_booster_as_lightgbm_wrote_it_fails_twice_and_a_harmless_one_never(booster, tmp_path):
    put(tmp_path, "booster.txt", booster.model_to_string())
    assert failed(tmp_path) == [("booster.txt", "leaves"), ("booster.txt", "booster text")]
    put(tmp_path, "booster.txt", harmless(full_leaves(booster, 10).model_to_string(), 10))
    assert failed(tmp_path) == []


def test_a_booster_that_asks_nothing_has_no_small_leaf(booster, tmp_path):
    put(tmp_path, "booster.txt", full_leaves(booster, 300).model_to_string())
    assert ("booster.txt", "leaves") not in failed(tmp_path)


@pytest.mark.parametrize(
    ("record", "rules"),
    [
        ({"sample": SAMPLE}, []),
        ({"sample": {"rows": 500, "bads": 9}}, ["sample"]),
        ({"sample": {"rows": 500, "bads": 491}}, ["sample"]),
        ({"sample": SAMPLE, "calibration": {"margins": [0.1] * 6}}, []),
        ({"sample": SAMPLE, "calibration": {"margins": [0.1] * 7}}, ["knots"]),
        ({"counts": [[[20.0, 10.0], [0.0, 30.0]]]}, []),
        ({"counts": [[[20.0, 9.0], [0.0, 30.0]]]}, ["bins"]),
        ({"counts": [[[20.0, 40.0], [3.0, 30.0]]]}, ["bins"]),
        ({"categories": {"place": ["甲", "乙"]}}, []),
        ({"categories": {"place": ["甲", "乙", "丙"]}}, ["words"]),
        ([1, 2, 3], []),
    ],
)
def test_a_record_is_held_against_the_smallest_cell(tmp_path, record, rules):
    firms = {"place": {"甲": 40, "乙": 10, "丙": 9}}
    assert failed(put(tmp_path, "model.json", record), firms) == [("model.json", rule) for rule in rules]


def test_a_word_is_counted_by_firms_not_by_loans():
    table = pd.DataFrame({"place": ["甲", "甲", "甲", "乙"], "sales": [1.0, 2.0, 3.0, 4.0]})
    counted = firms_by_word(table, pd.Series(["A", "A", "B", "B"]))
    assert counted == {"place": {"甲": 2, "乙": 1}}


@pytest.mark.parametrize("name", ["page.html", "plot.svg", "table.csv", "model.json"])
def test_a_name_in_a_text_is_found_and_not_repeated(tmp_path, name):
    put(tmp_path, name, json.dumps({"of": CODE}))
    found = next(one for one in look(tmp_path, 10, (), {}) if not one.passed)
    assert (found.where, found.rule) == (name, "identifiers")
    assert CODE not in found.en + found.zh


def test_names_that_were_given_are_looked_for_in_folders_within(tmp_path):
    (tmp_path / "theme").mkdir()
    put(tmp_path / "theme", "note.md", "of 湖州某某印染 alone")
    assert failed(tmp_path, named=["湖州某某印染"]) == [("theme/note.md", "identifiers")]
    assert failed(tmp_path) == []


@pytest.mark.parametrize("name", ["model.pkl", "rows.xlsx", "notes"])
def test_a_file_that_nobody_can_look_into_does_not_leave(tmp_path, name):
    (tmp_path / name).write_bytes(b"\x80\x04")
    assert failed(tmp_path) == [(name, "kind")]


def test_numbers_of_trees_are_no_telephone_numbers_but_names_of_columns_may_be(booster, tmp_path):
    text = harmless(full_leaves(booster, 10).model_to_string(), 10)
    wide = text.replace("internal_value=0", "internal_value=13812345678", 1)
    put(tmp_path, "booster.txt", wide)
    assert ("booster.txt", "identifiers") not in failed(tmp_path)
    put(tmp_path, "booster.txt", text.replace("Column_0", "13812345678", 1))
    assert ("booster.txt", "identifiers") in failed(tmp_path)


def test_a_table_may_hold_keyed_ids_in_its_key_alone(tmp_path):
    keyed = [f"{number:064x}" for number in range(3)]
    pd.DataFrame({"entity_id": keyed, "tax": [1, 2, 3]}).to_parquet(tmp_path / "scores.parquet")
    assert failed(tmp_path) == []
    pd.DataFrame({"entity_id": keyed, "owner": keyed}).to_parquet(tmp_path / "scores.parquet")
    assert failed(tmp_path) == [("scores.parquet", "identifiers")]


def test_what_a_picture_says_beside_itself_is_read(tmp_path):
    figure = Figure(figsize=(0.3, 0.3))
    figure.savefig(tmp_path / "plot.png", metadata={"Title": f"of {CODE}"})
    assert failed(tmp_path) == [("plot.png", "identifiers")]
    figure.savefig(tmp_path / "plot.png", metadata={"Title": "AUC by month"})
    assert failed(tmp_path) == []


def chunk(kind, body):
    return struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", zlib.crc32(kind + body))


@pytest.mark.parametrize(
    "written",
    [
        chunk(b"tEXt", b"Title\0of a firm"),
        chunk(b"zTXt", b"Title\0\0" + zlib.compress(b"of a firm")),
        chunk(b"iTXt", b"Title\0\0\0zh\0\0of a firm"),
        chunk(b"iTXt", b"Title\0\1\0zh\0\0" + zlib.compress(b"of a firm")),
        chunk(b"IHDR", b"\0" * 13) + chunk(b"eXIf", b"Title\0of a firm"),
    ],
)
def test_words_of_a_picture_are_read_however_they_are_packed(written):
    assert "of a firm" in words_of_png(b"\x89PNG\r\n\x1a\n" + written)


def test_a_picture_that_is_none_is_refused():
    with pytest.raises(ModelError, match="no PNG"):
        words_of_png(b"GIF89a")


def test_how_fine_tells_of_each_booster(booster, tmp_path):
    put(tmp_path, "booster.txt", booster.model_to_string())
    put(tmp_path, "note.txt", "no booster")
    assert list(how_fine(tmp_path)) == ["booster.txt"]
    assert how_fine(tmp_path)["booster.txt"]["most_digits"] > 10
