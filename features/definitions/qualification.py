"""Features from qualifications."""

from features.feature import feature
from features.rows import Rows, Value


def valid(granted: Rows) -> Rows:
    """Qualifications that have not expired; valid on their last day."""
    return granted.filter(granted.expiry_date.isnull() | (granted.expiry_date >= granted.as_of))


@feature(source="qualification", unit="count", risk="falls", zh="有效资质数")
def valid_qualification_count(granted: Rows) -> Value:
    """Qualifications that are valid.

    Missing where none is.
    """
    return valid(granted).count()


@feature(source="qualification", unit="count", risk="falls", zh="有效资质种类数")
def qualification_kind_count(granted: Rows) -> Value:
    """Different kinds of the qualifications that are valid.

    Missing where none is.
    """
    return valid(granted).kind.nunique()


@feature(source="qualification", unit="days", zh="最近取得资质距今天数")
def days_since_qualification(granted: Rows) -> Value:
    """Days since the newest qualification was granted, valid or not.

    Missing where none ever was.
    """
    return granted.age_days().min()


FEATURES = (valid_qualification_count, qualification_kind_count, days_since_qualification)
