"""Keyed ids: one id a code whatever its spelling; a fingerprint tells the key, and nothing shows it."""

import hashlib
import hmac

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import RequestError, SourceError
from features.keyed import (
    ALGORITHM,
    fingerprint,
    fingerprint_in,
    keyed_ids,
    new_key,
    read_key,
    read_keyed,
    variable_of,
    write_keyed,
)

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
CODE = "91330502MA29K00168"
PROJECT = "huzhou-bank-2026"


def ids_of(*codes, key=KEY):
    """The keyed ids of some codes."""
    return keyed_ids(pd.Series(codes, dtype="object"), key)


@pytest.fixture
def table():
    """Two firms under the first key, and a row without one."""
    return pd.DataFrame({"entity_id": ids_of(CODE, "91350100M000100Y43", None), "bad": [0, 1, 0]})


def test_an_id_is_the_hmac_of_the_code():
    assert ids_of(CODE)[0] == hmac.new(KEY, CODE.encode(), ALGORITHM).hexdigest()


def test_sm3_is_used_where_it_is_there():
    assert (ALGORITHM == "sm3") == ("sm3" in hashlib.algorithms_available)


def test_spellings_of_one_code_have_one_id():
    spelt = ids_of(CODE, f" {CODE.lower()} ", "91330502ＭＡ29K00168", "91330502 MA29K00168")
    assert set(spelt) == {spelt.iloc[0]}


def test_another_key_gives_other_ids():
    assert ids_of(CODE)[0] != ids_of(CODE, key=OTHER)[0]


def test_a_missing_or_blank_code_has_no_id():
    assert ids_of(None, float("nan"), "", "  ", "\u3000").isna().all()


def test_an_invalid_code_has_an_id_of_its_own():
    assert ids_of("abc", "abd", CODE).nunique() == 3


def test_index_and_name_stay_even_where_labels_repeat():
    codes = pd.Series([CODE.lower(), " abc", "abd"], index=["a", "a", "b"], name="entity_id")
    ids = keyed_ids(codes, KEY)
    assert list(ids.index) == ["a", "a", "b"]
    assert ids.name == "entity_id"
    assert list(ids) == list(ids_of(CODE, "ABC", "ABD"))


def test_no_codes_give_no_ids():
    assert keyed_ids(pd.Series([], dtype="str"), KEY).empty


def test_a_new_key_can_be_read_and_is_never_the_same(tmp_path):
    file = tmp_path / "key"
    file.write_text(f"{new_key()}\n")
    assert len(read_key(file, {}, PROJECT)) == 32
    assert new_key() != new_key()


def test_a_file_goes_before_the_environment(tmp_path):
    file = tmp_path / "key"
    file.write_text(KEY.hex())
    environment = {variable_of(PROJECT): OTHER.hex()}
    assert read_key(file, environment, PROJECT) == KEY
    assert read_key(None, environment, PROJECT) == OTHER


def test_without_a_key_the_variable_is_named():
    with pytest.raises(RequestError, match="LVDAITONG_LAB_KEY_HUZHOU_BANK_2026"):
        read_key(None, {}, PROJECT)


@pytest.mark.parametrize("text", ["", "ab" * 31, "ab" * 32 + "a", "xy" * 32, "ab" * 16 + "\n" + "ab" * 16])
def test_what_is_no_key_is_refused_and_never_shown(tmp_path, text):
    file = tmp_path / "key"
    file.write_text(text)
    with pytest.raises(RequestError, match="holds no key") as refused:
        read_key(file, {}, PROJECT)
    assert "abab" not in str(refused.value)
    assert "xyxy" not in str(refused.value)


def test_a_key_file_that_is_not_there_or_no_text_is_refused(tmp_path):
    with pytest.raises(RequestError, match="cannot be read"):
        read_key(tmp_path / "none", {}, PROJECT)
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x80")
    with pytest.raises(RequestError, match="holds no key"):
        read_key(tmp_path / "bytes", {}, PROJECT)


def test_a_fingerprint_tells_keys_apart_and_not_what_they_are():
    told = fingerprint(KEY)
    assert told == fingerprint(bytes(KEY)) != fingerprint(OTHER)
    name, digits = told.split(":")
    assert name == ALGORITHM
    assert len(digits) == 16
    assert digits not in KEY.hex()


def test_no_spelling_of_a_code_gives_the_fingerprint():
    assert fingerprint(KEY).split(":")[1] not in ids_of("lvdaitong.key.fingerprint")[0]


def test_a_table_comes_back_under_its_own_key(table, tmp_path):
    write_keyed(table, tmp_path / "t.parquet", KEY)
    assert fingerprint_in(tmp_path / "t.parquet") == fingerprint(KEY)
    pd.testing.assert_frame_equal(read_keyed(tmp_path / "t.parquet", fingerprint(KEY)), table)


def test_a_folder_named_like_a_partition_adds_no_column(table, tmp_path):
    (tmp_path / "bank=a").mkdir()
    write_keyed(table, tmp_path / "bank=a" / "t.parquet", KEY)
    assert list(read_keyed(tmp_path / "bank=a" / "t.parquet", fingerprint(KEY))) == list(table)


def test_another_key_is_refused_with_both_fingerprints(table, tmp_path):
    write_keyed(table, tmp_path / "t.parquet", KEY)
    with pytest.raises(RequestError, match="different keys, or the key was rotated") as refused:
        read_keyed(tmp_path / "t.parquet", fingerprint(OTHER))
    assert fingerprint(KEY) in str(refused.value)
    assert fingerprint(OTHER) in str(refused.value)


def test_a_file_that_names_no_key_is_refused(table, tmp_path):
    table.to_parquet(tmp_path / "t.parquet")
    assert fingerprint_in(tmp_path / "t.parquet") is None
    with pytest.raises(RequestError, match="does not say under which key"):
        read_keyed(tmp_path / "t.parquet", fingerprint(KEY))


@pytest.mark.parametrize("indexed", [False, True])
def test_a_code_in_the_open_is_not_written_nor_shown(table, tmp_path, indexed):
    table.loc[1, "entity_id"] = CODE
    table = table.set_index("entity_id") if indexed else table
    with pytest.raises(RequestError, match="1 values of entity_id") as refused:
        write_keyed(table, tmp_path / "t.parquet", KEY)
    assert CODE not in str(refused.value)
    assert not (tmp_path / "t.parquet").exists()


def test_what_is_no_parquet_is_a_broken_source(tmp_path):
    (tmp_path / "t.parquet").write_text("entity_id\n1")
    for file in ("t.parquet", "none.parquet"):
        with pytest.raises(SourceError, match="expected Parquet with keyed ids"):
            read_keyed(tmp_path / file, fingerprint(KEY))


def test_a_file_damaged_in_the_middle_is_a_broken_source(tmp_path):
    path = tmp_path / "t.parquet"
    plain = pa.table({"n": pa.array(range(2000))})
    pq.write_table(plain.replace_schema_metadata({b"lvdaitong.key": fingerprint(KEY).encode()}), path)
    held = bytearray(path.read_bytes())
    held[4:200] = b"\xff" * 196
    path.write_bytes(held)
    with pytest.raises(SourceError, match="expected Parquet with keyed ids"):
        read_keyed(path, fingerprint(KEY))
