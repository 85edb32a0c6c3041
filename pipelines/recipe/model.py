"""What a recipe says, once it is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Literal

from features.catalogue import Source
from features.errors import RecipeError
from models.label_rules import LabelRules


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """Where one catalogue column comes from.

    Attributes:
        header: Header in the file; None where the value is constant or derived.
        constant: The same value for every row.
        formats: Date spellings, tried in order: `%Y-%m-%d` and its like, `any` or `excel`
            (`pipelines.dates`). A spelling without a day stands for the last day of its month or year,
            because nothing was known before.
        unit: Unit in the file (元, 万元, 亿元, 分, %), or `in_cell` where each cell names its own; values
            are stored in the catalogue's unit.
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
    """One file, or one table or query of a database, and the source that it fills.

    Attributes:
        file: The file's name in the data folder; empty where the rows come from a database.
        encoding: None where it is to be found.
        delimiter: None where the file's ending tells.
        sheet: Which sheet of a workbook; None where one alone holds anything.
        member: Which file in a ZIP archive; None where it holds one alone.
        database: The environment variable that holds the database's address; the address itself is a
            secret and stands nowhere else.
        from_table: `schema.table` of the database; or else `query`.
    """

    name: str
    source: Source
    file: str
    columns: dict[str, ColumnRule]
    key: str
    encoding: str | None = None
    delimiter: str | None = None
    missing: tuple[str, ...] = ("",)
    ignore: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    sheet: str | None = None
    member: str | None = None
    database: str | None = None
    from_table: str | None = None
    query: str | None = None
    spec: str = ""
    """The table's own words in the recipe; a changed recipe is known by them."""

    @cached_property
    def headers(self) -> set[str]:
        """Every header that the file must have."""
        return self.read_headers | set(self.ignore)

    @cached_property
    def read_headers(self) -> set[str]:
        """The headers whose cells are used."""
        named = {rule.header for rule in self.columns.values() if rule.header}
        return named.union(*(rule.content for rule in self.columns.values()))


@dataclass(frozen=True, slots=True)
class Recipe:
    """A named set of tables, and what may be modelled from them.

    Attributes:
        key: `uscc` where entity ids are unified social credit codes (then they are normalised and
            checked), `research` where they are whatever the file has.
        as_of: The day on which the data end; None where the lake tells.
        policy_as_of: The day whose measures count; None where it is the as-of day.
        label: The outcome that `run` models: `loan_tape`, or `source.column` of a flag.
        label_rules: What counts as default on its loan tape; None for `models/label_rules.yaml`.
        model: Settings of the credit model where they differ from its defaults.
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
    label_rules: LabelRules | None = None
    model: Mapping[str, float | str] = field(default_factory=dict)

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


def _outcomes_of(table: Table) -> set[str]:
    mapped = {name for name, rule in table.columns.items() if rule.header in table.outcomes}
    declared = {*table.source.columns} if table.source.outcome else set()
    headers = {rule.header for name, rule in table.columns.items() if name in declared and rule.header}
    return set(table.outcomes) | mapped | declared | headers
