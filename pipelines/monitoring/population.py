"""The firms of the as-of day, from its snapshot: features and scores against the champion's own day."""

import pandas as pd

from models.green import GRADES
from models.monitoring.green_and_credit import green_credit_dependence
from models.monitoring.month import Population
from models.monitoring.moves import Reference, moved, segment_means, shifts
from pipelines.monitoring.given import Given
from pipelines.monitoring.kept import read_grades
from pipelines.segmenting import segments_of


def population_of(
    given: Given, features: pd.DataFrame, reference: Reference, earlier: dict[int, pd.Series]
) -> tuple[Population, pd.Series]:
    """What the firms look like, and the champion's probability of default of each."""
    pd_ = given.pd_(features)
    points = pd.Series(given.model.points_scale.points(pd_.to_numpy()), index=pd_.index)
    bands = pd.Series(given.model.bands_of(points)).value_counts().sort_index()
    industry = features.get("industry_division", pd.Series(index=features.index, dtype="object"))
    found = Population(
        model=given.version.label,
        firms=len(features),
        mean_pd=round(float(pd_.mean()), 6),
        bands={str(band): int(firms) for band, firms in bands.items()},
        segments=segment_means(pd_, segments_of(features)),
        shifts=shifts(pd_, earlier, industry),
        green=_green(given, points),
        **moved(reference, features, pd_),
    )
    return found, pd_


def _green(given: Given, points: pd.Series) -> list[float]:
    """How the score goes with the official green grade; empty where too few have one."""
    told = read_grades(given.home, given.day)
    if told is None:
        return []
    grades = pd.Series(pd.Categorical(told, categories=list(GRADES), ordered=True), index=told.index)
    found = green_credit_dependence(points, grades)
    return [] if found is None else [round(one, 4) for one in (found.value, found.low, found.high)]
