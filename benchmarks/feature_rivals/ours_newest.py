"""The newest known row of every firm as of the day, by this project's engine, from the lake itself.

python ours_newest.py HOME ANSWER
"""

import sys
from pathlib import Path

from answer import tell
from ours import spine_of

from features.assemble import assemble
from features.feature import feature
from features.home import Home
from features.rows import Rows, Value


@feature(source="vat_invoice", unit="CNY", zh="最近一张发票金额")
def amount_cny(invoices: Rows) -> Value:
    """Amount of the newest invoice."""
    return invoices.newest("amount_cny")


@feature(source="vat_invoice", unit="CNY", zh="最近一张发票税额")
def tax_cny(invoices: Rows) -> Value:
    """Tax of the newest invoice."""
    return invoices.newest("tax_cny")


@feature(source="vat_invoice", unit="party", zh="最近一张发票交易对方", kind="category")
def counterparty(invoices: Rows) -> Value:
    """Other party of the newest invoice."""
    return invoices.newest("counterparty")


def main() -> None:
    """Assemble the three and tell what it took; the spine is given."""
    spine = spine_of(sys.argv[1])
    asked = [amount_cny, tax_cny, counterparty]
    tell(lambda: assemble(Home(Path(sys.argv[1])), asked, spine).values.droplevel("as_of"))


if __name__ == "__main__":
    main()
