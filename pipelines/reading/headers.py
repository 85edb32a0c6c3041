"""The headers that a recipe names against those that are there."""

import pandas as pd

from features.errors import SourceError
from pipelines.reading.inputs import Input


def must_have_headers(source: Input, found: list[str], *, hint: str = "") -> None:
    """Raise SourceError where headers are missing or the recipe does not know them."""
    if twice := sorted({name for name in found if found.count(name) > 1}):
        raise SourceError(
            f"{source.name}: two columns are called '{twice[0]}'; expected every header once ({source.place})"
        )
    lacking = sorted(source.table.headers - set(found))
    unknown = [name for name in found if name not in source.table.headers]
    if not lacking and not unknown:
        return
    told = []
    if lacking:
        told.append(f"{len(lacking)} missing: {', '.join(map(repr, lacking))}")
    if unknown:
        told.append(f"{len(unknown)} not in the recipe: {', '.join(map(repr, unknown))}")
    raise SourceError(
        f"{source.name}: the header changed, {'; '.join(told)}. "
        f"Mend 'columns' or 'ignore' of table '{source.table.name}' in the recipe{hint} ({source.place})"
    )


def as_text(columns: dict[str, list[str | None]]) -> pd.DataFrame:
    """A chunk of text cells; None is missing."""
    return pd.DataFrame({name: pd.Series(cells, dtype="str") for name, cells in columns.items()})
