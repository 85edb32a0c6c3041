"""The boundaries that every engine of these rules should carry, each with the cases that try it."""

from pathlib import Path

import pytest

from serving.policy.exact_yaml import read_exact_yaml

CASES = Path(__file__).parent / "cases"
BOUNDARIES = {
    "credit line of ten million and a fen more": (
        "vat_exemption",
        "A line of exactly ten million is inside",
        "A line one fen above ten million is outside",
    ),
    "no line, ten million of contracts and a fen more": (
        "vat_exemption",
        "Without a line ten million of contracts and of balance are inside",
        "Without a line contracts one fen above ten million are outside",
    ),
    "a line of twelve million with eight million owed": (
        "vat_exemption",
        "A line of twelve million is outside whatever the balance",
    ),
    "a medium borrower": ("vat_exemption", "A medium enterprise is outside"),
    "an individual business with ten million": (
        "vat_exemption",
        "An individual business is inside whatever its size",
    ),
    "a line of one million at any rate": (
        "vat_exemption",
        "A line of exactly one million is exempt at any rate",
    ),
    "a rate of exactly one and a half LPR": (
        "vat_exemption",
        "The rate of exactly one and a half LPR is exempt by method one",
        "The rate of exactly one and a half LPR is exempt by method two",
    ),
    "a rate a little above it": (
        "vat_exemption",
        "A little above the limit method one exempts nothing",
        "A little above the limit method two taxes the slice",
    ),
    "the last day of the tax rule and the next": (
        "vat_exemption",
        "On the last day of 2027 the rule is still in force",
        "On the first day of 2028 it is not",
    ),
    "the cut-off of medium firms' renewals, before, on and after": (
        "renewal_without_repayment",
        "A medium firm's loan that matures before the cut-off may be renewed",
        "On the cut-off day itself it may, under an assumption that is named",
        "A medium firm's loan that matures after the cut-off may not",
    ),
    "a small firm's renewal at any maturity": (
        "renewal_without_repayment",
        "A small firm's loan has no cut-off",
    ),
    "a large firm's renewal": ("renewal_without_repayment", "A large firm is not covered"),
    "an application after maturity": ("renewal_without_repayment", "An application after maturity is late"),
    "a subsidy of exactly the cap and a fen more": (
        "interest_subsidy",
        "Exactly the cap is paid and the cap does not bind",
        "One fen above the cap is cut and the cap binds",
    ),
    "no green grade": (
        "interest_subsidy",
        "A missing grade is unknown and its amount is empty, not zero",
    ),
    "the lowest green grade": (
        "interest_subsidy",
        "A firm that is not green gets nothing, and nothing is known to be nothing",
    ),
    "a loan over the turn of the year": (
        "interest_subsidy",
        "Of a loan over the turn of the year only the days of the old year count in the old year",
        "Of the same loan only the days of the new year count in the new year",
    ),
    "a leap year over 365 and over 366": (
        "interest_subsidy",
        "A whole leap year over 365 earns 366 parts",
        "A whole leap year over 366 earns exactly a year",
    ),
    "a guarantee fee of one per cent and a little more": (
        "government_guarantee",
        "A fee of exactly one per cent is allowed",
        "A fee a little above one per cent is not",
    ),
    "a guarantee of ten million and more": (
        "government_guarantee",
        "Ten million are within the focus but not in the priority band",
        "Ten million and a hundred yuan are outside the focus, which is a warning and no refusal",
    ),
    "a unit at its tolerance and above": (
        "due_diligence_exemption",
        "A share of exactly the tolerance is within it",
        "A hundredth of a per cent above the tolerance is over it",
    ),
    "seven days from the Friday before the national holiday": (
        "recommendation_list",
        "A last day within the national holiday moves to the first working day after it",
        "A day after that it is overdue",
    ),
    "industry at exactly 20 persons and 3 million": (
        "size_class",
        "Industry at exactly 20 persons and 3 million is small",
    ),
    "finance and railways": (
        "size_class",
        "Finance is outside the standard",
        "Railways are outside the standard",
    ),
    "revenue of seven months": ("size_class", "Seven months of 3 million make a year of 5.14 million"),
}
"""Boundary → the file of its cases, and their sentences. Codes of firms: tests/features/test_uscc.py."""


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_boundary_has_its_cases(boundary):
    file, *sentences = BOUNDARIES[boundary]
    names = [case["name"] for case in read_exact_yaml(CASES / f"{file}.yaml")["cases"]]
    assert [sentence for sentence in sentences if sentence not in names] == []
