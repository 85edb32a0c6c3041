"""Features from administrative licences."""

import ibis

from features.feature import feature
from features.rows import Rows, Value

SOON = 6
"""Months within which a licence counts as expiring."""


def valid(licences: Rows) -> Rows:
    """Licences neither expired nor ended before their time; valid on their last day."""
    lasting = licences.expiry_date.isnull() | (licences.expiry_date >= licences.as_of)
    return licences.filter(lasting, licences.standing(licences.ended_date))


@feature(source="administrative_licence", unit="count", risk="falls", zh="有效行政许可数")
def valid_licence_count(licences: Rows) -> Value:
    """Licences that are valid.

    Missing where none is.
    """
    return valid(licences).count()


@feature(source="administrative_licence", unit="count", zh="6个月内到期的行政许可数")
def expiring_licence_count(licences: Rows) -> Value:
    """Valid licences that expire within six months.

    0 where none of the valid ones does. Missing where none is valid. No direction is assumed: most are
    renewed.
    """
    lasting = valid(licences)
    return lasting.count(where=lasting.expiry_date <= lasting.as_of + ibis.interval(months=SOON))


@feature(source="administrative_licence", months=24, unit="count", zh="近24个月取得行政许可数")
def licence_count_24m(licences: Rows) -> Value:
    """Licences granted, valid or not.

    Missing where none was.
    """
    return licences.count()


@feature(
    source="administrative_licence",
    unit="count",
    risk="rises",
    zh="提前终止的行政许可数",
    lowers="有行政许可被提前注销或撤销",
    raises="无行政许可被提前终止",
)
def ended_licence_count(licences: Rows) -> Value:
    """Licences revoked or given up before their time.

    0 where none was. Missing where there never was a licence.
    """
    return licences.count(where=~licences.standing(licences.ended_date))


FEATURES = (valid_licence_count, expiring_licence_count, licence_count_24m, ended_licence_count)
