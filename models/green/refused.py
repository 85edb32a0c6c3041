"""What may never enter the green model: the credit score, and what became of loans."""

from collections.abc import Iterable, Mapping

from features.catalogue import load_catalogue
from features.errors import ModelError
from models.reasons import Meaning

NAMES = frozenset(
    (
        *("score", "credit_score", "credit_grade", "points", "band", "score_band", "pd", "bad", "bads"),
        *("default", "defaulted", "is_default", "dpd", "npl", "five_class"),
        *("评分", "信用评分", "信用分", "违约", "是否违约", "违约概率", "五级分类"),
    )
)
BEGINNINGS = ("pd_", "default_", "credit_score", "sme_credit", "score_")


def refuse_credit(columns: Iterable[object], meanings: Mapping[str, Meaning] | None = None) -> None:
    """Refuse columns by name that hold a credit score or an outcome.

    A green grade that knew the score would make it count twice: once in the rate, once in the subsidy.

    Args:
        columns: Names of the table's columns.
        meanings: What they mean; a column that rests on a source of outcomes is refused, too.

    Raises:
        ModelError: There is such a column; the message names each.
    """
    outcomes = {name for name, source in load_catalogue().items() if source.outcome}
    told = meanings or {}
    found = [
        str(name)
        for name in columns
        if str(name).lower() in NAMES
        or str(name).lower().startswith(BEGINNINGS)
        or (str(name) in told and outcomes.intersection(told[str(name)].read))
    ]
    if found:
        raise ModelError(
            f"the green model never reads the credit score or an outcome, and {', '.join(found)} "
            f"{'is one' if len(found) == 1 else 'are such'}; leave them out"
        )
