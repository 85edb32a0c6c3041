"""Features from court judgments. A firm that was never before a court has no value."""

from features.feature import family, feature
from features.rows import Rows, Value, share


def as_defendant(judged: Rows) -> Rows:
    """Judgments against the firm. A judgment that does not tell the firm's role is none."""
    return judged.filter(judged.role == "DEFENDANT")


@family(
    source="court_judgment",
    months=(12, 24),
    unit="count",
    risk="rises",
    zh="近{months}个月涉诉判决数",
    lowers="涉诉判决较多",
)
def judgment_count(judged: Rows) -> Value:
    """Judgments in which the firm is a party, in whatever role."""
    return judged.count()


@family(
    source="court_judgment",
    months=(3, 12, 24),
    unit="count",
    risk="rises",
    zh="近{months}个月作为被告的判决数",
    lowers="作为被告的判决较多",
)
def defendant_judgment_count(judged: Rows) -> Value:
    """Judgments in which the firm is the defendant.

    Missing where there was none.
    """
    return as_defendant(judged).count()


@feature(
    source="court_judgment",
    months=24,
    unit="CNY",
    risk="rises",
    zh="近24个月作为被告的涉案金额",
    lowers="作为被告的涉案金额偏高",
)
def defendant_amount_cny_24m(judged: Rows) -> Value:
    """Amount in dispute where the firm is the defendant.

    Missing where no such judgment tells its amount.
    """
    return as_defendant(judged).amount_cny.sum()


@feature(source="court_judgment", months=36, unit="share", risk="rises", zh="近36个月作为被告占比")
def defendant_share_36m(judged: Rows) -> Value:
    """Share of the judgments in which the firm is the defendant, among those that tell its role."""
    return share(judged.count(where=judged.role == "DEFENDANT"), judged.role.count())


FEATURES = (*judgment_count, *defendant_judgment_count, defendant_amount_cny_24m, defendant_share_36m)
