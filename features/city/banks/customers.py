"""Who has an account at a bank, and for which months the bank has rows."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from features.city.arrays import Flags, Floats, Ints
from features.city.distress import NEVER
from features.city.signals import view
from features.city.themes import loan
from features.city.world import Chunk

BANKS = loan.BANKS[:2]
"""Those with a file, called as the loan tape calls them."""

MONTHS_BEFORE_LOAN = 12
"""Months of rows before a customer's first loan at the bank, so that a window of twelve months is whole."""


@dataclass(frozen=True)
class Customers:
    """Firms of a chunk with an account at one bank.

    Attributes:
        chunk: Whose firms.
        bank: Place of the bank in `loan.BANKS`.
        firms: Their places in the chunk.
        opened: Month from which the bank has rows on each; negative before the window.
    """

    chunk: Chunk
    bank: int
    firms: Ints
    opened: Ints

    def stream(self, name: str) -> np.random.Generator:
        """Return the generator of one thing that this bank sees."""
        return self.chunk.stream("bank", loan.BANKS[self.bank], name)

    def noise(self, name: str) -> Floats:
        """Return standard normal numbers; shape (customers, months)."""
        shape = (len(self.firms), self.chunk.world.months.count)
        return self.stream(name).standard_normal(shape, dtype=np.float32)

    def standing(self, name: str) -> Floats:
        """Return standard normal numbers that never change for a customer; shape (customers, 1)."""
        return self.stream(name).standard_normal((len(self.firms), 1), dtype=np.float32)

    def per_customer(self, values: Floats) -> Floats:
        """Return the customers' part of one value per firm of the city; shape (customers, 1)."""
        mine: Floats = self.chunk.per_firm(values)[self.firms][:, None]
        return mine

    def view(self, name: str) -> Floats:
        """Return how healthy the customers look from one side; shape (customers, months)."""
        return view(self.chunk, name)[self.firms]

    @cached_property
    def alive(self) -> Flags:
        """Whether each customer exists in each month."""
        return self.chunk.world.alive[self.chunk.rows][self.firms]

    @cached_property
    def house(self) -> Flags:
        """Whether the bank is the customer's house bank; shape (customers, 1)."""
        return loan.house_bank(self.chunk)[self.firms][:, None] == self.bank

    def shown(self) -> tuple[Ints, Ints]:
        """Return customer and month of every row of the file."""
        month = np.arange(self.chunk.world.months.count)
        customer, at = np.nonzero(self.alive & (month >= self.opened[:, None]))
        return customer, at


def customers_of(chunk: Chunk, loans: pd.DataFrame, bank: int) -> Customers:
    """Return who ever has a loan at the bank, and those whose house bank it is without one.

    The latter have rows for their whole life within the window.

    Args:
        chunk: The firms.
        loans: Their loans on the tape, in working form.
        bank: Place of the bank in `loan.BANKS`.
    """
    here = loans[loans["bank"] == bank]
    firm = here["firm"].to_numpy() - chunk.firms[0]
    opened = np.where(loan.house_bank(chunk) == bank, 0, NEVER)
    opened[firm] = NEVER
    np.minimum.at(opened, firm, here["health_month"].to_numpy() - MONTHS_BEFORE_LOAN)
    firms = np.flatnonzero(opened < NEVER)
    return Customers(chunk, bank, firms, opened[firms])
