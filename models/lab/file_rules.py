"""What is looked at in each file of an export, by kind; every rule says where it looked and what it found.

No finding tells a count below the smallest cell, nor an identifier.
"""

import json
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from features.errors import ModelError
from models.lab.booster_text import BoosterText, asks, numbers
from models.lab.harmless import digits_of_thresholds, open_points
from models.lab.texts import refuse_identifiers
from models.table import PLAIN

TEXTS = {".txt", ".json", ".yaml", ".yml", ".csv", ".md", ".html", ".svg"}
TABLES, PICTURES = {".parquet"}, {".png"}
KEY_COLUMNS = ("entity_id", "loan_id")
"""The columns of a table that may hold keyed ids: the receiver joins by them."""

BOOSTER = "tree\n"
"""How the text of a booster begins."""

WRITTEN = (b"tEXt", b"zTXt", b"iTXt", b"eXIf")
"""Chunks of a PNG that hold words."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found.

    Attributes:
        rule: Its name.
        where: File, table or attack that it looked at.
        passed: Whether the export may leave as far as this rule goes.
        en: What was found, in English.
        zh: The same in Chinese.
    """

    rule: str
    where: str
    passed: bool
    en: str
    zh: str


def look(
    folder: Path, smallest: int, named: Iterable[str], firms: Mapping[str, Mapping[str, int]]
) -> Iterator[Finding]:
    """Every finding of every file of a folder.

    Args:
        folder: What is about to leave.
        smallest: The smallest cell.
        named: Names of loans, firms and persons that may not stand in it.
        firms: Categorical column → word → firms of training that have it; empty where nobody counted.
    """
    words = sorted({*named})
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        where, kind = file.relative_to(folder).as_posix(), file.suffix.lower()
        if kind not in TEXTS | TABLES | PICTURES:
            yield Finding(
                "kind",
                where,
                passed=False,
                en="nobody knows how to look into such a file",
                zh="该类文件无法审查",
            )
            continue
        yield _unnamed(where, _written(file, kind), words)
        if kind == ".txt" and (text := file.read_text("utf-8")).startswith(BOOSTER):
            yield from of_booster(where, text, smallest)
        if kind == ".json":
            yield from of_record(where, json.loads(file.read_text("utf-8")), smallest, firms)


def of_booster(where: str, text: str, smallest: int) -> Iterator[Finding]:
    """Leaves, and what the text tells beyond need."""
    # read here, not by LightGBM: a damaged text brings its process down
    asking = [tree for tree in BoosterText.read(text).trees if asks(tree)]
    full = all(count >= smallest for tree in asking for count in numbers(tree, "leaf_count"))
    yield Finding(
        "leaves",
        where,
        passed=full,
        en="every leaf is large enough" if full else f"a leaf holds fewer than {smallest} rows of training",
        zh="每个叶节点均不少于下限" if full else f"有叶节点少于{smallest}条训练样本",
    )
    beyond = open_points(text, smallest)
    yield Finding(
        "booster text",
        where,
        passed=not beyond,
        en=f"tells {', '.join(beyond)}" if beyond else "tells no more than answering takes",
        zh="含有超出预测所需的信息" if beyond else "不含超出预测所需的信息",
    )


def of_record(
    where: str, record: Any, smallest: int, firms: Mapping[str, Mapping[str, int]]
) -> Iterator[Finding]:
    """Size of the sample, words of categories, knots of calibration, bins; of other JSON nothing."""
    if not isinstance(record, dict):
        return
    if isinstance(words := record.get("categories"), dict):
        yield _of_words(where, words, smallest, firms)
    if isinstance(sample := record.get("sample"), dict):
        rarer = min(sample["bads"], sample["rows"] - sample["bads"])
        yield _graded("sample", where, rarer < smallest, "a class of the sample", "样本中某一类", smallest)
        knots = len(record.get("calibration", {}).get("margins", ()))
        few = bool(knots) and rarer // knots < smallest
        yield _graded("knots", where, few, "a knot of the calibration", "校准曲线节点", smallest)
    if "counts" in record:
        few = any(0 < count < smallest for goods, bads in record["counts"] for count in [*goods, *bads])
        yield _graded("bins", where, few, "goods or bads of a bin", "分箱的好样本或坏样本", smallest)


def _of_words(
    where: str, words: Mapping[str, list[str]], smallest: int, firms: Mapping[str, Mapping[str, int]]
) -> Finding:
    rare = [
        name
        for name, ones in words.items()
        if any(firms.get(name, {}).get(word, smallest) < smallest for word in ones)
    ]
    return Finding(
        "words",
        where,
        passed=not rare,
        en=f"words of fewer than {smallest} firms in {', '.join(rare)}" if rare else "no rare word",
        zh=f"{'、'.join(rare)}含少于{smallest}户的类别" if rare else "无过少的类别",
    )


def firms_by_word(table: pd.DataFrame, firms: pd.Series) -> dict[str, dict[str, int]]:
    """Column of words → word → how many firms have it.

    Args:
        table: Rows of training.
        firms: The firm of each row, in the order of the rows.
    """
    return {
        str(name): pd.Series(firms.to_numpy())
        .groupby(table[name].astype("str").to_numpy())
        .nunique()
        .to_dict()
        for name in table
        if table[name].dtype.kind not in PLAIN
    }


def how_fine(folder: Path) -> dict[str, Any]:
    """File → digits of its thresholds, for each booster of a folder."""
    return {
        file.relative_to(folder).as_posix(): digits_of_thresholds(text)
        for file in sorted(folder.rglob("*.txt"))
        if (text := file.read_text("utf-8")).startswith(BOOSTER)
    }


def words_of_png(content: bytes) -> str:
    """What a PNG says beside its picture, such as its title and who made it.

    Raises:
        ModelError: It is no whole PNG.
    """
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        raise ModelError("no PNG, though it is called so")
    said, at = [], 8
    while at + 8 <= len(content):
        size, kind = struct.unpack(">I4s", content[at : at + 8])
        if kind in WRITTEN:
            said.append(_unpacked(kind, content[at + 8 : at + 8 + size]))
        at += size + 12
    return "\n".join(said)


def _unpacked(kind: bytes, body: bytes) -> str:
    """Words of a chunk; those of `zTXt`, and of an `iTXt` that says so, are compressed."""
    key, _, rest = body.partition(b"\0")
    packed = kind == b"zTXt" or (kind == b"iTXt" and rest[:1] == b"\1")
    if packed:
        start = 1 if kind == b"zTXt" else rest.index(b"\0", rest.index(b"\0", 2) + 1) + 1
        rest = zlib.decompress(rest[start:])
    return f"{key.decode('latin-1')}: {rest.decode('utf-8', 'replace')}"


def _written(file: Path, kind: str) -> str:
    """All words of a file: strings of a table's columns, what stands beside a picture, text as it is."""
    if kind in PICTURES:
        return words_of_png(file.read_bytes())
    if kind in TEXTS:
        text = file.read_text("utf-8")
        # numbers of trees are no telephone numbers, whatever their digits
        parts = BoosterText.read(text) if text.startswith(BOOSTER) else None
        return text if parts is None else parts.head + parts.tail
    table = pq.read_table(file)
    columns = (
        (name, table[name].cast("string").to_pylist())
        for name in table.column_names
        if name not in KEY_COLUMNS and table[name].type in ("string", "large_string")
    )
    return "\n".join("\n".join([name, *(word for word in words if word)]) for name, words in columns)


def _unnamed(where: str, text: str, named: list[str]) -> Finding:
    try:
        refuse_identifiers(text, named)
    except ModelError as error:
        return Finding(
            "identifiers", where, passed=False, en=str(error), zh="含有可识别企业、贷款或个人的内容"
        )
    return Finding("identifiers", where, passed=True, en="names nobody", zh="不含可识别对象的内容")


def _graded(rule: str, where: str, few: bool, en: str, zh: str, smallest: int) -> Finding:  # noqa: FBT001
    return Finding(
        rule,
        where,
        passed=not few,
        en=f"{en} stands for fewer than {smallest} firms" if few else f"{rule} large enough",
        zh=f"{zh}少于{smallest}户" if few else "数量足够",
    )
