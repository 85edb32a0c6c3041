"""The figures in a bank's file; each is worked out for every customer and month of the window."""

import numpy as np

from features.city.activity import drift, turnover
from features.city.arrays import Flags, Floats, Ints, sigmoid
from features.city.banks.customers import Customers

YEAR, QUARTER = 12, 3
DAYS_A_MONTH = 30.4
FEWEST_MONTHS_BEFORE = 6
"""Months of the year before that growth needs; with fewer it is missing."""

HOUSE_SHARE, OTHER_SHARE = 0.55, 0.12
"""Usual share of sales that passes through the account at the house bank, and at another bank."""
YEARLY_SHARE = 0.25
"""Log change of that share in a year for a firm that looks one deviation healthier than usual."""
ELSEWHERE = 1.3
"""By how much of its growth, in logs, the share of a growing firm falls: it outgrows a bank of the town."""

WITH_LINE_SHARE = 0.9
LINE_LEVEL = -0.3
LINE_SWING = 2.5
"""How far the log-odds of a line's use follow the firm's looks, and go against them where drawing is bad."""
GREAT_CHANGE = 0.4
"""Log change of sales in a year beyond which drawing a line means the contrary."""

COVER_DAYS = 22.0
RETURNED_A_MONTH = 0.10
WAGE_CNY = 5_400.0
SALARY_SHARES = (0.75, 0.15)
"""Of house-bank customers and of others, those that pay their people from this account."""


def figures(customers: Customers) -> dict[str, Floats]:
    """Return every column that is a figure; shape of each (customers, months)."""
    sold = _sold(customers)
    inflow = sold * _passing_share(customers) * np.exp(0.15 * customers.noise("inflow"))
    outflow = inflow * np.exp(0.06 * customers.noise("outflow"))
    cover = _cover_days(customers)
    average = cover * _trailing_mean(customers, outflow, QUARTER) / DAYS_A_MONTH
    return {
        "account_inflow_cny": inflow,
        "account_outflow_cny": outflow,
        "inflow_growth_12m_share": np.round(_growth(customers, inflow), 4),
        "average_balance_cny": average,
        "lowest_balance_cny": average * _lowest_share(customers),
        "balance_cover_days": cover,
        "line_utilisation_share": np.round(_line_use(customers, sold).astype(np.float64), 4),
        "returned_payments_count": _returned(customers),
        "salary_payments_cny": _salaries(customers),
    }


def _sold(customers: Customers) -> Floats:
    """Return what the customers invoice, nothing where they do not exist."""
    chunk = customers.chunk
    sold = turnover(chunk)[customers.firms] * np.exp(drift(chunk, "sales_growth")[customers.firms])
    return np.where(customers.alive, sold, 0).astype(np.float64)


def _passing_share(customers: Customers) -> Floats:
    """Return the share of sales that comes in here: it shrinks in distress, and as the firm outgrows it."""
    chunk, usual = customers.chunk, np.where(customers.house, HOUSE_SHARE, OTHER_SHARE)
    grown = drift(chunk, "activity") + drift(chunk, "sales_growth")
    moved = drift(chunk, "account_share", YEARLY_SHARE) - np.float32(ELSEWHERE) * grown
    return np.minimum(usual * np.exp(0.3 * customers.standing("share") + moved[customers.firms]), 1.0)


def _growth(customers: Customers, values: Floats) -> Floats:
    """Return twelve months over the twelve before, per month alive, less one; missing without those."""
    counted = customers.alive.astype(np.float64)
    recent, months = _trailing(values, YEAR), _trailing(counted, YEAR)
    before, months_before = _before(recent), _before(months)
    enough = (months_before >= FEWEST_MONTHS_BEFORE) & (months > 0) & (before > 0)
    ratio = np.divide(
        recent * months_before, before * months, out=np.full(values.shape, np.nan), where=enough
    )
    return ratio - 1


def _trailing(values: Floats, months: int) -> Floats:
    """Return the sum of each month and those before it, so many in all."""
    summed = np.cumsum(values, axis=1)
    summed[:, months:] -= summed[:, :-months].copy()
    return summed


def _before(trailing: Floats) -> Floats:
    """Return trailing sums as they were a year before; 0 before the window."""
    shifted = np.zeros_like(trailing)
    shifted[:, YEAR:] = trailing[:, :-YEAR]
    return shifted


def _trailing_mean(customers: Customers, values: Floats, months: int) -> Floats:
    alive = _trailing(customers.alive.astype(np.float64), months)
    return _trailing(values, months) / np.maximum(alive, 1)


def _cover_days(customers: Customers) -> Floats:
    """Return the days of outflow that the average balance covers."""
    own, month = 0.5 * customers.standing("cover"), 0.25 * customers.noise("cover by month")
    days = COVER_DAYS * np.exp(0.40 * customers.view("cash_buffer") + own + month)
    return np.round(days.astype(np.float64), 1)  # in single precision a tenth would be written with 15 digits


def _lowest_share(customers: Customers) -> Floats:
    """Return the month's lowest balance over its average: the weak run their accounts dry."""
    depth = -0.2 - 0.35 * customers.view("cash_buffer") + 0.5 * customers.noise("lowest")
    return np.exp(-np.exp(depth))


def _line_use(customers: Customers, sold: Floats) -> Floats:
    """Return the drawn share of the line, missing without one."""
    looks = _sign_of_drawing(customers, sold) * customers.view("line_need")
    own, month = 0.4 * customers.standing("line level"), 0.3 * customers.noise("line")
    drawn: Floats = sigmoid(LINE_LEVEL + LINE_SWING * looks + own + month)
    has_line: Flags = customers.stream("has line").random((len(customers.firms), 1)) < WITH_LINE_SHARE
    return np.where(has_line, drawn, np.nan)


def _sign_of_drawing(customers: Customers, sold: Floats) -> Ints:
    """Return +1 where a line drawn far is a good sign, and -1 where it is a bad one.

    Who farms, makes or builds draws to buy material for orders, unless sales shrink a lot; who serves or
    trades draws when customers do not pay, unless sales grow a lot.
    """
    producing = customers.per_customer(customers.chunk.world.population.producing)
    change = np.nan_to_num(np.log1p(_growth(customers, sold)))
    good = np.where(producing, change >= -GREAT_CHANGE, change > GREAT_CHANGE)
    return np.where(good, 1, -1)


def _returned(customers: Customers) -> Floats:
    rate = RETURNED_A_MONTH * np.exp(-0.9 * customers.view("returned_payment"))
    return customers.stream("returned").poisson(rate)


def _salaries(customers: Customers) -> Floats:
    """Return wages paid from the account: nothing in a month left out, missing where they never are."""
    chunk, months = customers.chunk, np.arange(customers.chunk.world.months.count)
    heads = customers.per_customer(chunk.world.population.headcount)
    heads = heads * np.exp(0.5 * drift(chunk, "activity")[customers.firms])
    paid = heads * WAGE_CNY * 1.004**months * np.exp(0.05 * customers.noise("salary"))
    left_out = customers.stream("salary left out").random(heads.shape) < sigmoid(
        -3.4 - 0.9 * customers.view("salary_paid")
    )
    pays = customers.stream("pays salaries").random((len(heads), 1)) < np.where(
        customers.house, *SALARY_SHARES
    )
    return np.where(pays, np.where(left_out, 0.0, paid), np.nan)
