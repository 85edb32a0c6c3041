"""A recipe's YAML, read and held against the catalogue."""

import re
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path, PurePath
from typing import Any

import yaml

from features.catalogue import KEY_COLUMNS, Source, source_named
from features.errors import ModelError, RecipeError
from features.yaml_text import read_yaml
from models.label_rules import LabelRules, rules_from
from pipelines.recipe.model import ColumnRule, Recipe, Table
from pipelines.recipe.settings import model_settings
from pipelines.recipe.words import (
    ALLOWED_COLUMN,
    ALLOWED_RECIPE,
    ALLOWED_TABLE,
    ANY_DATE,
    EXCEL_DATE,
    FROM_DATABASE,
    FROM_FILE,
    IN_CELL,
    SHEET_ENDINGS,
    UNITS,
)

VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def load_recipe(name_or_path: str) -> Recipe:
    """The recipe of that name in `pipelines/recipes/`, or in the YAML file at that path.

    Raises:
        RecipeError: It is not there, or it does not fit the catalogue; the message names the place.
    """
    path = Path(name_or_path)
    shipped = files("pipelines") / "recipes" / f"{name_or_path}.yaml"
    if path.is_file():
        text = path.read_text("utf-8")
    elif shipped.is_file():
        text = shipped.read_text("utf-8")
    else:
        folder = files("pipelines") / "recipes"
        names = sorted(
            item.name.removesuffix(".yaml") for item in folder.iterdir() if item.name.endswith(".yaml")
        )
        raise RecipeError(f"no recipe '{name_or_path}': expected a YAML file or one of {', '.join(names)}")
    return parse_recipe(text, name_or_path)


def parse_recipe(text: str, place: str) -> Recipe:
    """A recipe from its YAML text; `place` is named in errors.

    Raises:
        RecipeError: A word is unknown, missing, or says what cannot be; the message names table and column.
    """
    try:
        raw = read_yaml(text)
    except yaml.YAMLError as error:
        raise RecipeError(f"{place}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("tables"), list) or not raw["tables"]:
        raise RecipeError(f"{place}: expected a mapping with 'name', 'title', 'key' and 'tables'")
    _only(place, raw, ALLOWED_RECIPE)
    key = raw.get("key")
    if key not in ("uscc", "research"):
        raise RecipeError(f"{place}: key is '{key}', expected uscc or research")
    for word in ("as_of", "policy_as_of"):
        if not isinstance(raw.get(word), date | None):
            raise RecipeError(f"{place}: {word} is '{raw[word]}', expected a day such as 2026-10-31")
    title = raw.get("title", {})
    return Recipe(
        name=raw.get("name", Path(place).stem),
        zh=title.get("zh", ""),
        en=title.get("en", ""),
        key=key,
        tables=_tables(place, key, raw["tables"]),
        path=place,
        as_of=raw.get("as_of"),
        label=raw.get("label"),
        policy_as_of=raw.get("policy_as_of"),
        label_rules=_label_rules(place, raw.get("label_rules")),
        model=model_settings(place, raw.get("model")),
    )


def _label_rules(place: str, raw: Any) -> LabelRules | None:
    if raw is None:
        return None
    if not isinstance(raw, dict):
        raise RecipeError(f"{place}: label_rules is '{raw}', expected a mapping such as months: 12")
    try:
        return rules_from(raw, f"{place}: label_rules")
    except ModelError as error:
        raise RecipeError(str(error)) from error


def _tables(place: str, key: str, raw: list[Any]) -> tuple[Table, ...]:
    tables = tuple(_table(place, key, number, table) for number, table in enumerate(raw, start=1))
    names = [table.name for table in tables]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise RecipeError(f"{place}: two tables are called '{twice[0]}'; give each a 'name' of its own")
    return tables


def _table(place: str, key: str, number: int, raw: Any) -> Table:
    if not isinstance(raw, dict):
        raise RecipeError(f"{place}: table {number} is '{raw}', expected a mapping with source and columns")
    where = f"{place}: table '{_name(raw) or number}'"
    _only(where, raw, ALLOWED_TABLE)
    for word in ("source", "columns"):
        if word not in raw:
            raise RecipeError(f"{where}: has no '{word}'")
    _comes_from_one_place(where, raw)
    source = source_named(raw["source"])
    if not isinstance(raw["columns"], dict):
        raise RecipeError(f"{where}: columns is '{raw['columns']}', expected a mapping of catalogue columns")
    columns = {name: _rule(f"{where}, column '{name}'", value) for name, value in raw["columns"].items()}
    _fits(where, source, columns)
    optional: dict[str, Any] = {
        name: _several(raw[name]) for name in ("missing", "ignore", "outcomes") if name in raw
    }
    optional |= {
        name: str(raw[name])
        for name in ("encoding", "delimiter", "sheet", "member", "database", "query")
        if raw.get(name) is not None
    }
    return Table(
        name=_name(raw),
        source=source,
        file=raw.get("file", ""),
        columns=columns,
        key=key,
        from_table=raw.get("table"),
        spec=yaml.safe_dump([key, raw], allow_unicode=True),
        **optional,
    )


def _name(raw: dict[str, Any]) -> str:
    if "name" in raw:
        return str(raw["name"])
    part = raw.get("sheet") or raw.get("member")
    return " › ".join(str(word) for word in (raw.get("file") or raw.get("table", ""), part) if word)


def _comes_from_one_place(where: str, raw: dict[str, Any]) -> None:
    if "database" not in raw:
        if alien := sorted(FROM_DATABASE & set(raw)):
            raise RecipeError(f"{where}: '{alien[0]}' is for a database; name its variable with 'database'")
        _fits_the_file(where, raw)
        return
    if alien := sorted(FROM_FILE & set(raw)):
        raise RecipeError(f"{where}: has 'database' and '{alien[0]}'; expected one place to read from")
    if not VARIABLE.fullmatch(str(raw["database"])):
        # The value is not repeated here: it may be an address with a password in it.
        raise RecipeError(
            f"{where}: 'database' is no name of an environment variable. The address is a secret: keep it "
            "out of recipes, put it into a variable such as CREDIT_DB and write database: CREDIT_DB"
        )
    if ("table" in raw) == ("query" in raw):
        raise RecipeError(f"{where}: expected either 'table' or 'query' beside 'database'")
    if "query" in raw and "name" not in raw:
        raise RecipeError(f"{where}: a query needs a 'name', by which its batches are known")


def _fits_the_file(where: str, raw: dict[str, Any]) -> None:
    file = raw.get("file")
    if not isinstance(file, str) or not file:
        raise RecipeError(f"{where}: expected 'file', or 'database' with 'table' or 'query'")
    ending = PurePath(file).suffix.lower()
    inner = PurePath(str(raw.get("member", ""))).suffix.lower()
    if raw.get("sheet") is not None and not {ending, inner} & set(SHEET_ENDINGS):
        raise RecipeError(f"{where}: 'sheet' is for {' and '.join(SHEET_ENDINGS)}, and the file is '{file}'")
    if raw.get("member") is not None and ending != ".zip":
        raise RecipeError(f"{where}: 'member' is for .zip, and the file is '{file}'")
    delimiter = raw.get("delimiter", ",")
    if not isinstance(delimiter, str) or len(delimiter) != 1:
        raise RecipeError(f"{where}: delimiter is {delimiter!r}, expected one character")


def _rule(where: str, raw: Any) -> ColumnRule:
    if isinstance(raw, str):
        return ColumnRule(header=raw)
    if not isinstance(raw, dict):
        raise RecipeError(f"{where}: is '{raw}', expected a header in quotes or a mapping")
    _only(where, raw, ALLOWED_COLUMN)
    if raw.get("unit") not in (None, IN_CELL, *UNITS):
        raise RecipeError(f"{where}: unit '{raw['unit']}', expected one of {', '.join(UNITS)}, {IN_CELL}")
    if raw.get("repeated", "refuse") not in ("keep", "refuse"):
        raise RecipeError(f"{where}: repeated is '{raw['repeated']}', expected keep or refuse")
    if not isinstance(raw.get("values", {}), dict):
        raise RecipeError(f"{where}: values is '{raw['values']}', expected a mapping of spellings")
    if not isinstance(raw.get("days", 0), int):
        raise RecipeError(f"{where}: days is '{raw['days']}', expected a whole number")
    return ColumnRule(
        header=raw.get("from"),
        constant=raw.get("constant"),
        formats=_formats(where, raw.get("formats", "%Y-%m-%d")),
        unit=raw.get("unit"),
        values={str(found): meant for found, meant in raw.get("values", {}).items()},
        after=raw.get("after"),
        days=raw.get("days", 0),
        content=_several(raw.get("content", ())),
        repeated=raw.get("repeated", "refuse"),
    )


def _formats(where: str, raw: Any) -> tuple[str, ...]:
    formats = _several(raw)
    for spelling in formats:
        if spelling not in (ANY_DATE, EXCEL_DATE) and not _is_spelling(spelling):
            raise RecipeError(
                f"{where}: formats names '{spelling}', expected {ANY_DATE}, {EXCEL_DATE} "
                "or a spelling such as %Y-%m-%d"
            )
    return formats


def _is_spelling(spelling: str) -> bool:
    day = datetime(2000, 12, 31)  # noqa: DTZ001 - a day, of no zone
    try:
        return datetime.strptime(day.strftime(spelling), spelling).year == day.year  # noqa: DTZ007
    except ValueError:
        return False


def _several(raw: Any) -> tuple[str, ...]:
    """One word stands for a list of one: `formats: any` is not three letters."""
    return tuple(raw) if isinstance(raw, list | tuple) else (str(raw),)


def _fits(where: str, source: Source, columns: dict[str, ColumnRule]) -> None:
    known = {*KEY_COLUMNS, *source.columns}
    if unknown := sorted(set(columns) - known):
        raise RecipeError(
            f"{where}: source '{source.name}' has no column {', '.join(unknown)}; "
            f"it has {', '.join(source.columns)}"
        )
    needed = {"entity_id", "record_id", "event_date", "available_at"}
    needed |= {name for name, column in source.columns.items() if column.required}
    if missing := sorted(needed - set(columns)):
        raise RecipeError(f"{where}: source '{source.name}' needs {', '.join(missing)}")
    for name, rule in columns.items():
        if rule.after and (rule.after not in columns or columns[rule.after].after):
            raise RecipeError(
                f"{where}, column '{name}': after is '{rule.after}', expected a date column with a header"
            )


def _only(where: str, raw: dict[str, Any], allowed: set[str]) -> None:
    if unknown := sorted(set(raw) - allowed):
        raise RecipeError(
            f"{where}: unknown word {', '.join(unknown)}; expected {', '.join(sorted(allowed))}"
        )
