"""What the first two banks of the loan tape know of their customers themselves: accounts and lines by month.

Their files lie apart from the departments': no source, no recipe and no model of the platform reads them.
They are what a bank brings to the joint lab. Every column is one more noisy view of health, and two of them
tell more beside what the platform knows than alone:

- what comes in is sales times the share of them that passes through this account. The share shrinks in
  distress, and only growth of inflow held against growth of sales tells it;
- a line drawn far means expansion where sales grow, and trouble where they shrink.
"""

from features.city.banks.customers import BANKS
from features.city.banks.files import COLUMNS, BankFiles, bank_tables

__all__ = ["BANKS", "COLUMNS", "BankFiles", "bank_tables"]
