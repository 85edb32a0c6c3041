"""Recipes: how the columns of a file become the rows of a source. A recipe is a YAML, never code."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml

from features.catalogue import KEY_COLUMNS, Source, source_named
from features.errors import RecipeError

ALLOWED_TABLE = {
    "name",
    "source",
    "file",
    "encoding",
    "delimiter",
    "missing",
    "columns",
    "ignore",
    "outcomes",
}
ALLOWED_COLUMN = {"from", "constant", "formats", "unit", "values", "after", "days", "content", "repeated"}
UNITS = {"元": 1.0, "万元": 1e4, "亿元": 1e8, "分": 0.01, "%": 0.01}


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """Where one catalogue column comes from.

    Attributes:
        header: Header in the file; None where the value is constant or derived.
        constant: The same value for every row.
        formats: Date spellings, tried in order. A spelling without a day stands for the last day of its
            month or year, because nothing was known before.
        unit: Unit in the file (元, 万元, 亿元, 分, %); values are stored in the catalogue's unit.
        values: From spellings in the file to the catalogue's categories; others pass as they are.
        after: Another date column that this date follows by `days`.
        days: Days after `after`.
        content: Headers whose content makes the key of a record that has no number of its own.
        repeated: Rows alike in all of `content`: `keep` numbers them, `refuse` sends them to quarantine.
    """

    header: str | None = None
    constant: Any = None
    formats: tuple[str, ...] = ("%Y-%m-%d",)
    unit: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    after: str | None = None
    days: int = 0
    content: tuple[str, ...] = ()
    repeated: Literal["keep", "refuse"] = "refuse"


@dataclass(frozen=True)
class Table:
    """One file and the source that it fills."""

    name: str
    source: Source
    file: str
    columns: dict[str, ColumnRule]
    key: str
    encoding: str = "utf-8"
    delimiter: str = ","
    missing: tuple[str, ...] = ("",)
    ignore: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    spec: str = ""
    """The table's own words in the recipe; a changed recipe is known by them."""

    @cached_property
    def headers(self) -> set[str]:
        """Every header that the file must have."""
        named = {rule.header for rule in self.columns.values() if rule.header}
        return named.union(*(rule.content for rule in self.columns.values())) | set(self.ignore)


@dataclass(frozen=True, slots=True)
class Recipe:
    """A named set of tables, and what may be modelled from them.

    Attributes:
        key: `uscc` where entity ids are unified social credit codes (then they are normalised and
            checked), `research` where they are whatever the file has.
        as_of: The day on which the data end; None where the lake tells.
        policy_as_of: The day whose measures count; None where it is the as-of day.
        label: The outcome that `run` models: `loan_tape`, or `source.column` of a flag.
    """

    name: str
    zh: str
    en: str
    key: Literal["uscc", "research"]
    tables: tuple[Table, ...]
    path: str
    as_of: date | None = None
    label: str | None = None
    policy_as_of: date | None = None

    @property
    def outcomes(self) -> set[str]:
        """Headers and catalogue names of the columns that are outcomes, and so no features."""
        return {name for table in self.tables for name in _outcomes_of(table)}

    def refuse_outcome(self, column: str) -> None:
        """Raise RecipeError where `column`, asked for as a feature, is an outcome."""
        if column in self.outcomes:
            raise RecipeError(
                f"'{column}' is declared an outcome in {self.path}; an outcome may not be a feature. "
                "Leave it out of --feature"
            )


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
    """A recipe from its YAML text; `place` is named in errors."""
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RecipeError(f"{place}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(raw, dict) or not raw.get("tables"):
        raise RecipeError(f"{place}: expected a mapping with 'name', 'title', 'key' and 'tables'")
    key = raw.get("key")
    if key not in ("uscc", "research"):
        raise RecipeError(f"{place}: key is '{key}', expected uscc or research")
    title = raw.get("title", {})
    return Recipe(
        name=raw.get("name", Path(place).stem),
        zh=title.get("zh", ""),
        en=title.get("en", ""),
        key=key,
        tables=tuple(_table(place, key, table) for table in raw["tables"]),
        path=place,
        as_of=raw.get("as_of"),
        label=raw.get("label"),
        policy_as_of=raw.get("policy_as_of"),
    )


def _table(place: str, key: str, raw: dict[str, Any]) -> Table:
    where = f"{place}: table '{raw.get('name', raw.get('file'))}'"
    _only(where, raw, ALLOWED_TABLE)
    source = source_named(raw["source"])
    columns = {name: _rule(f"{where}, column '{name}'", value) for name, value in raw["columns"].items()}
    _fits(where, source, columns)
    optional: dict[str, Any] = {
        name: tuple(raw[name]) for name in ("missing", "ignore", "outcomes") if name in raw
    }
    optional |= {name: raw[name] for name in ("encoding", "delimiter") if name in raw}
    return Table(
        name=raw.get("name", raw["file"]),
        source=source,
        file=raw["file"],
        columns=columns,
        key=key,
        spec=yaml.safe_dump([key, raw], allow_unicode=True),
        **optional,
    )


def _rule(where: str, raw: dict[str, Any] | str) -> ColumnRule:
    if isinstance(raw, str):
        return ColumnRule(header=raw)
    _only(where, raw, ALLOWED_COLUMN)
    if raw.get("unit") not in (None, *UNITS):
        raise RecipeError(f"{where}: unit '{raw['unit']}', expected one of {', '.join(UNITS)}")
    return ColumnRule(
        header=raw.get("from"),
        constant=raw.get("constant"),
        formats=tuple(raw.get("formats", ("%Y-%m-%d",))),
        unit=raw.get("unit"),
        values={str(found): meant for found, meant in raw.get("values", {}).items()},
        after=raw.get("after"),
        days=raw.get("days", 0),
        content=tuple(raw.get("content", ())),
        repeated=raw.get("repeated", "refuse"),
    )


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


def _only(where: str, raw: dict[str, Any], allowed: set[str]) -> None:
    if unknown := sorted(set(raw) - allowed):
        raise RecipeError(
            f"{where}: unknown word {', '.join(unknown)}; expected {', '.join(sorted(allowed))}"
        )


def _outcomes_of(table: Table) -> set[str]:
    mapped = {name for name, rule in table.columns.items() if rule.header in table.outcomes}
    declared = {*table.source.columns} if table.source.outcome else set()
    headers = {rule.header for name, rule in table.columns.items() if name in declared and rule.header}
    return set(table.outcomes) | mapped | declared | headers
