"""The same columns in pandas: read what is needed, filter, group, join.

    python by_pandas.py HOME ANSWER [tuned]

Plain: `read_parquet`, text as text. Tuned: text as categories, decimals and dates converted by Arrow before
pandas sees them. Money is held in whole fen, so that sums are exact.
"""

import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from answer import DAY, batches, tell

NEEDED = "entity_id record_id event_date available_at op direction counterparty amount_cny tax_cny status"
NOW = pd.Timestamp(DAY)
ENOUGH = 3
FEW = 5


def read(files: list[str]) -> pd.DataFrame:
    """The needed columns, as pandas reads them."""
    rows = pd.concat([pd.read_parquet(file, columns=NEEDED.split()) for file in files], ignore_index=True)
    for name in ("event_date", "available_at"):
        rows[name] = pd.to_datetime(rows[name])
    return _in_fen(rows)


def read_tuned(files: list[str]) -> pd.DataFrame:
    """The needed columns, converted by Arrow; firms, parties and words as categories."""
    table = pa.concat_tables(pq.read_table(file, columns=NEEDED.split()) for file in files)
    for name in ("entity_id", "counterparty", "op", "direction", "status"):
        encoded = table[name].combine_chunks().dictionary_encode()
        table = table.set_column(table.schema.get_field_index(name), name, encoded)
    for name in ("amount_cny", "tax_cny"):
        loose = table[name].cast(pa.float64())
        table = table.set_column(table.schema.get_field_index(name), name, loose)
    return _in_fen(table.to_pandas(date_as_object=False))


def _in_fen(rows: pd.DataFrame) -> pd.DataFrame:
    for name in ("amount_cny", "tax_cny"):
        rows[name] = (rows[name].astype("float64") * 100).round().astype("int64")
    return rows


def known(rows: pd.DataFrame) -> pd.DataFrame:
    """The newest version of every record known on the day, without withdrawn ones."""
    arrived = rows[rows.available_at <= NOW]
    newest = arrived.sort_values(["available_at", "op"]).drop_duplicates("record_id", keep="last")
    there = newest[(newest.op == "upsert") & (newest.event_date <= NOW)]
    return there.assign(month=there.event_date.dt.year * 12 + there.event_date.dt.month)


def within(rows: pd.DataFrame, months: int, but: int = 0) -> pd.DataFrame:
    """The rows of the last months, but for the last few of them."""
    there = rows.event_date > NOW - pd.DateOffset(months=months)
    return rows[there & (rows.event_date <= NOW - pd.DateOffset(months=but))]


def total(rows: pd.DataFrame, column: str = "amount_cny") -> pd.Series:
    """Yuan a firm; missing where there is no row."""
    return rows.groupby("entity_id", observed=True)[column].sum() / 100


def count(rows: pd.DataFrame) -> pd.Series:
    """Rows a firm; missing where there is none."""
    return rows.groupby("entity_id", observed=True).size()


def over(part: pd.Series, whole: pd.Series) -> pd.Series:
    """`part` over `whole`, missing where the whole is zero or missing, zero where only the part is."""
    return part.reindex(whole.index) / whole.where(whole != 0)


def growth(now: pd.Series, before: pd.Series) -> pd.Series:
    """Relative change."""
    return over(now, before) - 1


def of_amounts(sold: pd.DataFrame, bought: pd.DataFrame, issued: pd.DataFrame) -> dict[str, pd.Series]:
    """Sums, counts and shares of rows."""
    found: dict[str, pd.Series] = {}
    sales = {months: total(within(sold, months)) for months in (3, 6, 12, 36)}
    purchases = {months: total(within(bought, months)) for months in (3, 12, 36)}
    found |= {f"invoiced_sales_cny_{months}m": amount for months, amount in sales.items()}
    found |= {f"invoiced_purchases_cny_{months}m": amount for months, amount in purchases.items()}
    for months in (12, 36):
        sold_then, bought_then = within(sold, months), within(bought, months)
        number = count(sold_then)
        red = count(sold_then[sold_then.amount_cny < 0]).reindex(number.index).fillna(0)
        found[f"sales_invoice_count_{months}m"] = number
        found[f"red_letter_share_{months}m"] = red / number
        positive = sales[months][sales[months] > 0]
        found[f"purchases_over_sales_{months}m"] = over(purchases[months], positive)
        on_sales, on_purchases = total(sold_then, "tax_cny"), total(bought_then, "tax_cny")
        found[f"net_vat_cny_{months}m"] = on_sales.sub(on_purchases, fill_value=0)
    for months in (3, 12, 36):
        issued_then = within(issued, months)
        number = count(issued_then)
        void = count(issued_then[issued_then.status == "void"]).reindex(number.index).fillna(0)
        found[f"void_share_{months}m"] = void / number
    last = within(sold, 12)
    forth = total(last[last.amount_cny > 0])
    back = total(last[last.amount_cny < 0]).reindex(forth.index).fillna(0)
    found["red_letter_amount_share_12m"] = -back / forth
    found["invoiced_sales_growth_12m"] = growth(sales[12], total(within(sold, 24, 12)))
    found["invoiced_sales_growth_6m"] = growth(sales[6], total(within(sold, 18, 12)))
    found["invoiced_sales_growth_3m"] = growth(sales[3], total(within(sold, 15, 12)))
    found["invoiced_sales_trend_3m"] = growth(sales[3], total(within(sold, 6, 3)))
    found["invoiced_purchases_growth_12m"] = growth(purchases[12], total(within(bought, 24, 12)))
    return found


def of_days(sold: pd.DataFrame, bought: pd.DataFrame) -> dict[str, pd.Series]:
    """First and last days, and the longest silence."""
    days = {name: rows.groupby("entity_id", observed=True).event_date for name, rows in _spans(sold, bought)}
    last = within(sold, 12)
    monthly = last.groupby(["entity_id", "month"], observed=True).event_date.agg(["min", "max"])
    before = monthly["max"].groupby(level=0, observed=True).shift()
    silence = (monthly["min"] - before).dt.days.groupby(level=0, observed=True).max()
    since = (NOW - monthly["max"].groupby(level=0, observed=True).max()).dt.days
    return {
        "invoice_history_months": (NOW - days["ever"].min()).dt.days / (365.25 / 12),
        "days_since_last_sale": (NOW - days["sold"].max()).dt.days,
        "days_since_last_purchase": (NOW - days["bought"].max()).dt.days,
        "longest_sales_gap_days_12m": np.fmax(silence.reindex(since.index), since),
    }


def _spans(sold: pd.DataFrame, bought: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [("ever", sold), ("sold", within(sold, 24)), ("bought", within(bought, 24))]


def of_months(sold: pd.DataFrame) -> dict[str, pd.Series]:
    """Sums of calendar months, and their spread."""
    found: dict[str, pd.Series] = {}
    monthly = {
        months: within(sold, months).groupby(["entity_id", "month"], observed=True).amount_cny.sum() / 100
        for months in (6, 12, 24, 36)
    }
    each = {months: amounts.groupby(level=0, observed=True) for months, amounts in monthly.items()}
    found |= {f"months_with_sales_{months}m": each[months].size() for months in (6, 12, 36)}
    found["peak_monthly_sales_cny_36m"] = each[36].max()
    found["median_monthly_sales_cny_36m"] = each[36].median()
    for months in (12, 24):
        mean = each[months].mean()
        spread = each[months].std() / mean
        found[f"invoiced_sales_volatility_{months}m"] = spread[(each[months].size() >= ENOUGH) & (mean > 0)]
    return found


def of_parties(sold: pd.DataFrame, bought: pd.DataFrame) -> dict[str, pd.Series]:
    """Shares and numbers of counterparties."""
    found: dict[str, pd.Series] = {}
    for side, rows in (("buyer", sold), ("supplier", bought)):
        for months in (6, 12) if side == "buyer" else (12,):
            held = _positive_by_party(within(rows, months))
            all_of = held.groupby(level=0, observed=True).sum()
            squared = (held**2).groupby(level=0, observed=True).sum()
            found[f"{side}_herfindahl_{months}m"] = squared / all_of**2
        found[f"largest_{side}_share_12m"] = held.groupby(level=0, observed=True).max() / all_of
        few = held.sort_values(ascending=False).groupby(level=0, observed=True).head(FEW)
        found[f"top_{side}s_share_12m"] = few.groupby(level=0, observed=True).sum() / all_of
        for months in (3, 12, 36) if side == "buyer" else (12, 36):
            parties = within(rows, months).groupby("entity_id", observed=True).counterparty
            found[f"{side}_count_{months}m"] = parties.nunique()
        found |= _turnover(side, rows, held)
    for months in (12, 36):
        span = within(sold, months).groupby(["entity_id", "counterparty"], observed=True).month
        again = span.max() > span.min()
        found[f"repeat_buyer_count_{months}m"] = again.groupby(level=0, observed=True).sum()
    return found


def _positive_by_party(rows: pd.DataFrame) -> pd.Series:
    held = rows.groupby(["entity_id", "counterparty"], observed=True).amount_cny.sum() / 100
    return held[held > 0]


def _turnover(side: str, rows: pd.DataFrame, held: pd.Series) -> dict[str, pd.Series]:
    """Parties lost, and what went to new ones."""
    keys = ["entity_id", "counterparty"]
    before = within(rows, 24, 12).groupby(keys, observed=True).size().index
    since = within(rows, 12).groupby(keys, observed=True).size().index
    firms = before.get_level_values(0)
    lost = pd.Series(~before.isin(since), index=firms).groupby(level=0, observed=True).mean()
    to_new = held.where(~held.index.isin(before), 0).groupby(level=0, observed=True).sum()
    share = to_new / held.groupby(level=0, observed=True).sum()
    return {f"lost_{side}_share_12m": lost, f"new_{side}_share_12m": share}


def values(files: list[str], *, tuned: bool) -> pd.DataFrame:
    """All columns, a row a firm."""
    rows = known(read_tuned(files) if tuned else read(files))
    issued = rows[rows.direction == "sales"]
    sold = issued[issued.status == "valid"]
    bought = rows[(rows.direction == "purchase") & (rows.status == "valid")]
    columns = of_amounts(sold, bought, issued) | of_days(sold, bought) | of_months(sold)
    columns |= of_parties(sold, bought)
    firms = pd.Index(rows["entity_id"].unique().astype("str"), name="entity_id")
    return pd.DataFrame({name: _of(firms, one) for name, one in columns.items()})


def _of(firms: pd.Index, found: pd.Series) -> pd.Series:
    return found.set_axis(found.index.astype("str")).reindex(firms).astype("float64")


if __name__ == "__main__":
    tell(lambda: values(batches(sys.argv[1]), tuned=sys.argv[3:] == ["tuned"]))
