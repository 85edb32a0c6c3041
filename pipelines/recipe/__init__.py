"""Recipes: how the columns of a file or database become the rows of a source. YAML, never code."""

from pipelines.recipe.model import ColumnRule, Recipe, Table
from pipelines.recipe.parsing import load_recipe, parse_recipe
from pipelines.recipe.words import (
    ALLOWED_COLUMN,
    ALLOWED_RECIPE,
    ALLOWED_TABLE,
    ANY_DATE,
    EXCEL_DATE,
    IN_CELL,
    UNITS,
)

__all__ = [
    "ALLOWED_COLUMN",
    "ALLOWED_RECIPE",
    "ALLOWED_TABLE",
    "ANY_DATE",
    "EXCEL_DATE",
    "IN_CELL",
    "UNITS",
    "ColumnRule",
    "Recipe",
    "Table",
    "load_recipe",
    "parse_recipe",
]
