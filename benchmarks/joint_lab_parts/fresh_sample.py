"""The joint sample of a fresh city: its departments collected, its banks' loans and their own columns."""

from pathlib import Path

import pandas as pd

from features.assemble import assemble
from features.city import make_city
from features.city.banks import BANKS
from features.definitions import CREDIT
from features.home import Home
from features.session import Session
from models.groups import company_groups, group_of
from models.lab.sample import Sample
from pipelines.collect import collect
from pipelines.lab.joining import newest_rows
from pipelines.lab.tape import tape_of
from pipelines.recipe.parsing import load_recipe
from pipelines.sample import meanings, whole_lake


def make_sample(place: Path, entities: int, months: int, seed: int) -> tuple[Sample, pd.Timestamp]:
    """Every loan of the city's banks that wrote a table, with both sides' columns, and the lab's day.

    Args:
        place: An empty folder.
        entities: Firms of the city.
        months: Months of the city.
        seed: Of the city.
    """
    city, home = place / "city", Home(place / "home")
    made = make_city(city, entities=entities, months=months, seed=seed)
    collect(home, load_recipe("city"), city)
    day = pd.Timestamp(made.last_day)
    rules = load_recipe("city").label_rules
    loans = pd.concat([tape_of(home, bank, day, rules).assign(bank=bank) for bank in BANKS])
    loans = loans.set_index("loan_id").sort_index()
    platform, told = _platform(home, loans)
    groups = group_of(loans["entity_id"], company_groups(Session(home), day)).astype("str")
    sample = Sample(loans=loans, platform=platform, bank=_banks(city, loans), groups=groups, meanings=told)
    return sample, day


def _platform(home: Home, loans: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, object]]:
    """The platform's features as of each application, and what they mean."""
    features = whole_lake(home).usable(CREDIT)
    spine = pd.DataFrame({"entity_id": loans["entity_id"], "as_of": loans["application_date"]})
    table = assemble(home, features, spine).values.set_axis(loans.index, axis="index")
    return table, dict(meanings(features))


def _banks(city: Path, loans: pd.DataFrame) -> pd.DataFrame:
    """What each bank knew itself of its own loans' firms when they applied."""
    parts = []
    for bank in BANKS:
        rows = pd.read_csv(city / "banks" / f"{bank}.csv", parse_dates=["as_of"])
        parts.append(newest_rows(loans[loans["bank"] == bank], rows).columns)
    return pd.concat(parts).reindex(loans.index)
