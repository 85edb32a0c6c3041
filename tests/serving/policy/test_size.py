"""The size of a firm: the table, its edges, and what is done about missing indicators."""

from datetime import date
from decimal import Decimal

import pytest

from serving.policy import FactError, Facts, NoNumberForDay, annualised_revenue, size_class
from serving.policy.kinds import SizeClass
from serving.policy.law import default_parameters
from serving.policy.size import FACT_OF, WAN, industry_group

DAY = date(2026, 11, 20)
LAW = default_parameters().on(DAY)
CODE_OF = {
    "AGRICULTURE": "A02", "INDUSTRY": "C43", "CONSTRUCTION": "E50", "WHOLESALE": "F51", "RETAIL": "F52",
    "TRANSPORT": "G58", "STORAGE": "G599", "POST": "G60", "ACCOMMODATION": "H61", "CATERING": "H62",
    "INFORMATION": "I63", "SOFTWARE": "I65", "REAL_ESTATE": "K7010", "PROPERTY_MANAGEMENT": "K7020",
    "LEASING_BUSINESS": "L72", "OTHER": "R90",
}  # fmt: skip
LIMITS = LAW.sme_size_limits


@pytest.mark.cases("size_class")
def test_a_case_says_the_size(case):
    found = size_class(Facts.from_dict(case["given"]), case["as_of"])
    assert found.outcome == case["expect"]
    assert list(found.missing) == case.get("missing", [])
    assert case.get("assumes", "") in "\n".join(found.assumptions)


def test_there_are_sixteen_groups():
    assert LIMITS.keys() == CODE_OF.keys()
    assert len(LIMITS) == 16


@pytest.mark.parametrize("group", CODE_OF)
@pytest.mark.parametrize("step", [0, 1, 2])
def test_on_every_lower_limit_the_class_begins_and_below_it_ends(group, step):
    indicators = {name: limits for name, limits in LIMITS[group].items() if name in FACT_OF}
    on_limit = {FACT_OF[name]: _amount(name, limits[step]) for name, limits in indicators.items()}
    classes = list(SizeClass)
    assert _size(group, on_limit) == classes[step + 1]
    for name, limits in indicators.items():
        least = 1 if name == "employees" else Decimal("0.01")
        below = on_limit | {FACT_OF[name]: _amount(name, limits[step]) - least}
        assert _size(group, below) == classes[step], name


def _amount(indicator, limit):
    return limit if indicator == "employees" else Decimal(limit * WAN)


def _size(group, indicators):
    return size_class(Facts(industry=CODE_OF[group], **indicators), DAY).size_class


def test_seven_months_of_three_million_are_annualised():
    assert round(annualised_revenue(Decimal(3_000_000), 7), 4) == Decimal("5142857.1429")
    assert (
        annualised_revenue(Decimal(3_000_000), 12)
        == annualised_revenue(Decimal(3_000_000), None)
        == 3_000_000
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"size_class": "SMALL", "employees": 310, "revenue_cny": 20_000_000}, "MEDIUM"),
        ({"size_class": "MEDIUM", "employees": 310, "revenue_cny": 19_000_000}, "SMALL"),
        ({"size_class": "LARGE", "employees": 310}, "MEDIUM at most"),
        ({"size_class": "SMALL", "employees": 19}, "MICRO"),
    ],
)
def test_a_given_class_that_contradicts_the_indicators_is_an_error(given, expected):
    with pytest.raises(
        FactError, match=f"size_class: found {given['size_class']}, expected {expected}"
    ) as caught:
        size_class(Facts(industry="C17", **given), DAY)
    assert caught.value.field == "size_class"


@pytest.mark.parametrize("code", ["C99", "A77", "B05", "K705", "T98"])
def test_an_unknown_division_is_an_error_that_names_it(code):
    with pytest.raises(FactError, match=f"industry: found '{code}', expected a division"):
        industry_group(code, LAW)


def test_a_code_too_short_to_tell_asks_for_a_longer_one():
    with pytest.raises(FactError, match="expected a longer code, such as K701, K702"):
        industry_group("K70", LAW)


def test_before_the_standard_there_is_no_size():
    with pytest.raises(NoNumberForDay, match=r"size/\w+.yaml: no number for 2011-06-17; .* 2011-06-18"):
        size_class(Facts(industry="C17", employees=5), date(2011, 6, 17))
