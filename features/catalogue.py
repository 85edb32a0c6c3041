"""The catalogue of sources: one YAML each in `features/catalog/`, read into `Source` and `Column`.

Expectations, the typing of files, the data dictionary and the embedded city derive from it;
nothing about a source is stated twice.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from features.errors import RecipeError
from features.yaml_text import read_yaml

DType = Literal["text", "category", "money", "number", "count", "date", "flag"]
Certainty = Literal["published", "to_be_confirmed"]

KEY_COLUMNS = ("entity_id", "record_id", "event_date", "available_at", "op")
"""The columns of every stored row, in order; the payload of the catalogue follows."""

OPERATIONS = ("upsert", "withdraw")


@dataclass(frozen=True, slots=True)
class Column:
    """One payload column of a source.

    Attributes:
        name: Its name in the lake.
        dtype: `money` is exact yuan with two decimals, `count` a whole number, `flag` true or false.
        unit: Unit of a number; None for text, categories, dates and flags.
        minimum: Smallest admissible value, itself included; None for no bound.
        maximum: Largest admissible value, itself included; None for no bound.
        values: Admissible categories; where `ordered`, from first to last.
        ordered: Whether the order of `values` means something.
        pattern: Regular expression that a text must match.
        required: Whether a row without it is refused. Otherwise a missing value means unknown.
        zh: Chinese name.
        meaning: What it says, in one English sentence.
        meaning_zh: The same in Chinese.
        sensitivity: `public`, `confidential` or `personal`.
    """

    name: str
    dtype: DType
    zh: str
    meaning: str
    sensitivity: str
    meaning_zh: str
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    values: tuple[str, ...] = ()
    ordered: bool = False
    pattern: str | None = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """A promise between two date columns of a row: `column` is not before `other`."""

    rule: str
    column: str
    other: str


@dataclass(frozen=True, slots=True)
class Source:
    """One source of shared credit information, as its department promises it."""

    name: str
    zh: str
    en: str
    department: str
    lawful_basis: str
    grain: str
    grain_zh: str
    event_date: str
    event_date_zh: str
    frequency: str
    usual_lag_days: int
    certainty: Certainty
    """Whether frequency and lag are `published`, or planning values to be confirmed by the department."""
    columns: dict[str, Column]
    outcome: bool = False
    """Banks' results and official grades: labels come from here, features never do."""
    checks: tuple[CrossCheck, ...] = ()


@dataclass(frozen=True, slots=True)
class Department:
    """Who answers for a source."""

    code: str
    zh: str
    en: str


@cache
def load_departments() -> dict[str, Department]:
    """Every department by its code, from `features/departments.yaml`."""
    raw = read_yaml((files("features") / "departments.yaml").read_text("utf-8"))
    return {code: Department(code, **names) for code, names in raw.items()}


@cache
def load_catalogue() -> dict[str, Source]:
    """Every source by name, in alphabetical order."""
    folder = files("features") / "catalog"
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(".yaml"))
    return {
        name.removesuffix(".yaml"): _source(name.removesuffix(".yaml"), (folder / name).read_text("utf-8"))
        for name in names
    }


def source_named(name: str) -> Source:
    """The source of that name.

    Raises:
        RecipeError: There is none; the message lists those there are.
    """
    catalogue = load_catalogue()
    if name not in catalogue:
        raise RecipeError(f"no source '{name}' in the catalogue; there are: {', '.join(catalogue)}")
    return catalogue[name]


def _source(name: str, text: str) -> Source:
    raw: dict[str, Any] = read_yaml(text)
    if raw["department"] not in load_departments():
        raise RecipeError(
            f"features/catalog/{name}.yaml: department '{raw['department']}' has no name in "
            f"features/departments.yaml; there are: {', '.join(load_departments())}"
        )
    title = raw.pop("title")
    columns = {key: _column(name, key, value) for key, value in raw.pop("columns").items()}
    checks = tuple(CrossCheck(**check) for check in raw.pop("checks", ()))
    return Source(name=name, zh=title["zh"], en=title["en"], columns=columns, checks=checks, **raw)


def _column(source: str, name: str, raw: dict[str, Any]) -> Column:
    if raw["dtype"] not in get_args(DType):
        raise RecipeError(
            f"features/catalog/{source}.yaml: column '{name}' has dtype '{raw['dtype']}', "
            f"expected one of {', '.join(get_args(DType))}"
        )
    return Column(name=name, **{**raw, "values": tuple(raw.get("values", ()))})
