"""What the first two banks of the loan tape know of their customers themselves: accounts and lines by month.

Their files lie apart from the departments': no source, no recipe and no model of the platform reads them.
They are what a bank brings to the joint lab. Every column is one more noisy view of health, and two of them
tell more beside what the platform knows than alone:

- what comes in is sales times the share of them that passes through this account. The share shrinks in
  distress, and also where a firm outgrows the bank: growth of inflow tells more beside growth of sales;
- a line drawn far is a good sign of who makes things and a bad one of who serves or trades, and the other way
  round where sales change a lot. The file tells neither the industry nor the sales.
"""

from features.city.banks.customers import BANKS
from features.city.banks.files import COLUMNS, BankFiles, bank_tables

__all__ = ["BANKS", "COLUMNS", "BankFiles", "bank_tables"]
