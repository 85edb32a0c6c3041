"""The tables that models are compared on: the research data beside the repository.

    python tables.py FOLDER

writes `<table>.parquet` for each of them; the column `bad` is the outcome. Tables whose data are
absent are left out.
"""

import json
import sys
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from features.assemble import assemble
from features.catalogue import source_named
from features.definitions import CREDIT
from features.home import Home
from features.session import Session
from pipelines.collect import collect
from pipelines.recipe import load_recipe
from pipelines.sample import meanings, scope_of

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
RECIPE = "cumcm2020c"


def polish_bankruptcy() -> pd.DataFrame:
    """64 ratios of 7,027 Polish firms; 3.9 % went bankrupt."""
    text = (SHARED / "polish_bankruptcy" / "1year.arff").read_text("utf-8")
    rows = pd.read_csv(StringIO(text.lower().split("@data")[1].strip()), header=None, na_values="?")
    rows.columns = [*(f"ratio_{place}" for place in range(1, rows.shape[1])), "bad"]
    return rows.assign(bad=rows["bad"].astype(str).str.strip("b'").astype(int))


def hmeq() -> pd.DataFrame:
    """5,960 home-equity loans, a fifth of them bad; much is missing."""
    return pd.read_csv(SHARED / "hmeq" / "hmeq.csv").rename(columns={"BAD": "bad"})


def german_credit() -> pd.DataFrame:
    """1,000 loans, 300 bad."""
    rows = pd.read_csv(SHARED / "german_credit" / "SouthGermanCredit.asc", sep=" ")
    return rows.assign(bad=1 - rows.pop("credit_risk"))


def cumcm2020c() -> pd.DataFrame:
    """Invoice features of 123 Chinese firms, 27 bad, through the recipe; directions beside it as JSON."""
    with TemporaryDirectory() as folder:
        home, recipe = Home(Path(folder)), load_recipe(RECIPE)
        scope = scope_of(home, recipe, collect(home, recipe, SHARED / RECIPE))
        features = scope.usable(CREDIT)
        day = pd.Timestamp(recipe.as_of)
        source, column = str(recipe.label).split(".")
        session = Session(home)
        session.set_spine(scope.spine(day))
        query = f'SELECT entity_id, arg_max("{column}", event_date) AS bad FROM {{known}} GROUP BY entity_id'  # noqa: S608
        bad = session.ask(source_named(source), query)["bad"].dropna().astype("int64").sort_index()
        spine = bad.index.to_frame(index=False).assign(as_of=day)
        rows = assemble(home, features, spine, lambda _source: None).values.reset_index(drop=True)
    directions = {name: one.monotone for name, one in meanings(features).items() if one.monotone}
    rows = rows.assign(bad=bad.to_numpy())
    rows.attrs["monotone"] = directions
    return rows


TABLES = {
    "german_credit": german_credit,
    "hmeq": hmeq,
    "polish_bankruptcy": polish_bankruptcy,
    RECIPE: cumcm2020c,
}


def main() -> None:
    """Write every table whose data are there."""
    place = Path(sys.argv[1])
    for name, read in TABLES.items():
        if (SHARED / name).is_dir():
            rows = read()
            directions = rows.attrs.pop("monotone", {})
            rows.to_parquet(place / f"{name}.parquet")
            (place / f"{name}.json").write_text(json.dumps(directions))


if __name__ == "__main__":
    main()
