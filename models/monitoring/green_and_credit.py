"""How the credit score goes with the green grade, in closed form: quick enough for every firm of a city.

Neither enters the other. Where they begin to go together more than before, one of them, or a source that both
read, has changed. `models.green.association` tells more, and takes minutes for a city.
"""

from math import atanh, sqrt, tanh

import pandas as pd

from models.metrics import Estimate, Z

FEWEST = 20
"""Firms with both below which nothing is said."""


def green_credit_dependence(score: pd.Series, grade: pd.Series) -> Estimate | None:
    """Spearman's rank correlation of score and grade, with its 95 % interval (Bonett, Wright 2000).

    Above 0 greener firms score higher; −1 and 1 are the extremes.

    Args:
        score: By firm; higher is safer.
        grade: By firm, as numbers that rise with the grade or an ordered categorical; missing where it has
            none.

    Returns:
        None with fewer than 20 firms that have both, or where either is the same for all.
    """
    rank = grade.cat.codes.where(grade.notna()) if isinstance(grade.dtype, pd.CategoricalDtype) else grade
    both = pd.DataFrame({"score": score, "grade": rank}).astype("float64").dropna()
    if len(both) < FEWEST or both.nunique().min() < 2:  # noqa: PLR2004 - one value cannot go with anything
        return None
    value = float(both["score"].corr(both["grade"], method="spearman"))
    # at the very ends the interval has no width on this scale, and rounding may go beyond them
    kept = min(max(value, -1 + 1e-12), 1 - 1e-12)
    half = Z * sqrt((1 + kept**2 / 2) / (len(both) - 3))
    return Estimate(value, tanh(atanh(kept) - half), tanh(atanh(kept) + half))
