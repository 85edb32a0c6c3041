"""The words that a recipe may use. `docs/recipes.md` tells what each does, with an example."""

ALLOWED_RECIPE = {"name", "title", "key", "as_of", "policy_as_of", "label", "label_rules", "model", "tables"}

FROM_FILE = {"file", "encoding", "delimiter", "sheet", "member"}
FROM_DATABASE = {"database", "table", "query"}
ALLOWED_TABLE = {"name", "source", "missing", "columns", "ignore", "outcomes"} | FROM_FILE | FROM_DATABASE

ALLOWED_COLUMN = {"from", "constant", "formats", "unit", "values", "after", "days", "content", "repeated"}

UNITS = {"元": 1.0, "万元": 1e4, "亿元": 1e8, "分": 0.01, "%": 0.01}
IN_CELL = "in_cell"
"""Unit of a column whose cells name theirs themselves, such as `12.5万元` beside `1,200元`."""

ANY_DATE = "any"
EXCEL_DATE = "excel"

SHEET_ENDINGS = (".xlsx", ".xls")
