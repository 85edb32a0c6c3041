"""Numbers of law: each has a source, a unit, a certainty and a first day; bad files are named."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from features.catalogue import load_catalogue
from serving.policy import Facts, NoNumberForDay, ParameterError, Parameters, evaluate, law
from serving.policy.law import HERE, default_parameters
from serving.policy.parameter import UNITS, Certainty, read_parameter

DAY = date(2026, 11, 20)
FILES = sorted(HERE.rglob("*.yaml"))
GOOD = {
    "description": "What it means.",
    "zh": "名称",
    "unit": "CNY",
    "cites": "某文",
    "certainty": "public",
    "values": "{2024-01-01: 5}",
}
UNCONFIRMED = {
    "subsidy_factor_medium", "subsidy_factor_light", "subsidy_factor_non", "lpr_1y", "lpr_5y",
    "renewal_medium_cutoff_inclusive", "subsidy_day_count", "subsidy_lpr_tenor", "subsidy_lpr_day",
    "vat_rate", "vat_lpr_day", "recommendation_sla_calendar", "recommendation_sla_start",
    "recommendation_min_months_operating", "recommendation_lookback_months",
    "recommendation_visit_valid_months",
    "recommendation_disqualifying_records", "recommendation_other_entity_types", "relending_tools",
    "relending_config_version", "relending_inclusive_credit_line", "intermediary_standard",
    "product_long_loan_over_years", "districts",
}  # fmt: skip


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_parameter_says_where_it_comes_from(file):
    parameter = read_parameter(file)
    assert parameter.cites.strip()
    assert parameter.unit in UNITS
    assert parameter.certainty in set(Certainty)
    assert parameter.description.endswith(".")
    assert parameter.days == tuple(sorted(set(parameter.days)))


def test_what_is_known_from_memory_alone_is_to_be_confirmed():
    by_name = default_parameters().by_name
    wrong = {name for name in UNCONFIRMED if by_name[name].certainty is not Certainty.TO_BE_CONFIRMED}
    assert wrong == set()


def test_the_draft_s_own_numbers_stand():
    law = default_parameters().on(date(2026, 11, 20))
    assert law.subsidy_factor_ceiling == Decimal("0.12")
    assert law.subsidy_cap_per_enterprise == 150_000
    assert law.vat_exempt_credit_line == 10_000_000
    assert law.renewal_medium_cutoff == date(2027, 9, 30)
    assert law.recommendation_sla_days == 7
    assert law.guarantee_fee_rate_cap == law.guarantee_premium_subsidy_rate_cap == Decimal("0.01")


def test_rates_are_exact_decimals_and_never_floats():
    for parameter in default_parameters().by_name.values():
        assert not any(isinstance(value, float) for value in parameter.values)
        if parameter.unit in {"CNY", "rate", "multiple"}:
            assert all(value is None or isinstance(value, Decimal) for value in parameter.values)


@pytest.mark.parametrize(
    ("day", "one_year", "five_years"),
    [
        (date(2024, 10, 20), "0.0335", "0.0385"),
        (date(2024, 10, 21), "0.0310", "0.0360"),
        (date(2025, 5, 19), "0.0310", "0.0360"),
        (date(2025, 5, 20), "0.0300", "0.0350"),
    ],
)
def test_the_lpr_changes_on_its_day(day, one_year, five_years):
    law = default_parameters().on(day)
    assert (law.lpr_1y, law.lpr_5y) == (Decimal(one_year), Decimal(five_years))


def test_a_number_that_ended_is_none_and_its_last_day_is_known():
    parameters = default_parameters()
    assert parameters.on(date(2027, 12, 31)).vat_exempt_credit_line == 10_000_000
    assert parameters.on(date(2028, 1, 1)).vat_exempt_credit_line is None
    assert parameters.on(date(2026, 1, 1)).last_day("vat_exempt_credit_line") == date(2027, 12, 31)
    assert parameters.on(date(2026, 1, 1)).last_day("lpr_1y") is None


def test_a_day_before_the_first_number_is_an_error_that_names_the_file():
    expected = r"parameters/lpr/lpr_1y.yaml: no number for 2019-08-19; the first one there is for 2019-08-20"
    with pytest.raises(NoNumberForDay, match=expected) as caught:
        _ = default_parameters().on(date(2019, 8, 19)).lpr_1y
    assert caught.value.exit_code == 7


def test_a_question_before_the_draft_is_an_error_that_names_the_file():
    with pytest.raises(
        NoNumberForDay, match=r"\.yaml: no number for 2023-12-31; the first one there is for 2024"
    ):
        evaluate(Facts(), date(2023, 12, 31))
    assert evaluate(Facts(), date(2024, 1, 1))


def test_an_unknown_parameter_is_an_error():
    with pytest.raises(AttributeError, match="no parameter is named vat_exempt_line"):
        _ = default_parameters().on(date(2026, 1, 1)).vat_exempt_line
    with pytest.raises(ParameterError, match="no parameter is named nonsense"):
        default_parameters().with_values(nonsense=1)


def test_a_replaced_value_must_be_of_the_unit():
    with pytest.raises(ParameterError, match=r"guarantee_fee_rate_cap.yaml: .* expected a rate"):
        default_parameters().with_values(guarantee_fee_rate_cap="one per cent")


def test_a_city_replaces_a_number_from_its_own_folder(tmp_path):
    _write(tmp_path / "subsidy_cap_per_enterprise.yaml", GOOD | {"values": "{2024-01-01: 200_000}"})
    parameters = Parameters.load(HERE, tmp_path)
    assert parameters.on(date(2026, 1, 1)).subsidy_cap_per_enterprise == 200_000
    assert parameters.on(date(2026, 1, 1)).guarantee_fee_rate_cap == Decimal("0.01")


def test_what_a_city_replaces_holds_and_the_rest_stays(tmp_path):
    _write(tmp_path / "subsidy_cap_per_enterprise.yaml", GOOD | {"values": "{2024-01-01: 200_000}"})
    law = default_parameters().replaced_from(tmp_path).on(date(2026, 1, 1))
    assert law.subsidy_cap_per_enterprise == 200_000
    assert law.recommendation_sla_days == 7


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        ("subsidy_cap_per_firm", {}, "replaces no parameter; did you mean subsidy_cap_per_enterprise?"),
        ("zzz", {}, "replaces no parameter; see serving/policy/parameters"),
        ("subsidy_cap_per_enterprise", {"unit": "days"}, "unit: found days, expected CNY"),
        ("subsidy_cap_per_enterprise", {"cites": '""'}, "cites: found '', expected a text"),
    ],
)
def test_a_city_file_that_replaces_nothing_is_an_error_that_names_it(tmp_path, name, change, expected):
    _write(tmp_path / f"{name}.yaml", GOOD | change)
    with pytest.raises(ParameterError) as caught:
        default_parameters().replaced_from(tmp_path)
    assert str(caught.value) == f"{tmp_path / name}.yaml: {expected}"


def test_a_city_folder_without_files_is_an_error(tmp_path):
    with pytest.raises(ParameterError, match="found no file of parameters"):
        default_parameters().replaced_from(tmp_path)


def _write(path: Path, content: dict) -> Path:
    path.write_text("".join(f"{name}: {value}\n" for name, value in content.items()), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"cites": '""'}, "cites: found '', expected a text"),
        ({"cites": None}, "cites: found None, expected a text"),
        ({"certainty": "sure"}, "certainty: found 'sure', expected one of seed, public, to_be_confirmed"),
        ({"unit": "yuan"}, "unit: found 'yuan', expected one of CNY"),
        ({"values": "{}"}, "values: found {}, expected values by date"),
        ({"values": "{2024: 5}"}, "expected values by date"),
        ({"values": "[5]"}, "expected values by date"),
        ({"values": "{2024-01-01: five}"}, "2024-01-01: found 'five', expected yuan"),
        ({"values": "{2024-01-01: -5}"}, "2024-01-01: found -5, expected yuan"),
        ({"values": "{2024-01-01: .nan}"}, "found .nan, expected a decimal number"),
        ({"values": "{2024-02-01: 5, 2024-01-01: 5}"}, "dates: found"),
        ({"values": "{2024-01-01: 5, 2024-01-01: 6}"}, "2024-01-01 is written twice"),
        ({"more": "1"}, "entries: found"),
        ({"unit": "days", "values": "{2024-01-01: 1.5}"}, "expected a whole number of days"),
        ({"unit": "flag", "values": "{2024-01-01: 1}"}, "expected true or false"),
        ({"values": "{2024-01-01: 5"}, "flow mapping"),
    ],
)
def test_a_bad_file_is_an_error_that_names_file_and_entry(tmp_path, change, expected):
    written = {name: "" if value is None else value for name, value in (GOOD | change).items()}
    file = _write(tmp_path / "some_number.yaml", written)
    with pytest.raises(ParameterError) as caught:
        read_parameter(file)
    assert str(caught.value).startswith(str(file))
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 7


def test_a_file_without_a_citation_is_refused(tmp_path):
    file = _write(tmp_path / "some_number.yaml", {name: GOOD[name] for name in GOOD if name != "cites"})
    with pytest.raises(ParameterError, match="entries: found"):
        read_parameter(file)


def test_one_name_in_two_files_and_a_folder_without_files_are_errors(tmp_path):
    with pytest.raises(ParameterError, match="found no file of parameters"):
        Parameters.load(tmp_path)
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        _write(tmp_path / folder / "some_number.yaml", GOOD)
    with pytest.raises(ParameterError, match="some_number is already in"):
        Parameters.load(tmp_path)


READ_ELSEWHERE = {
    "districts",
    "city_small_micro_balance",
    "city_small_micro_balance_day",
    "city_renewed_balance",
    "city_renewed_balance_day",
    "city_first_loan_lookback_months",
}
"""For those who list firms by district."""


def test_every_parameter_is_read_by_some_measure():
    policy = HERE.parent
    code = "\n".join(path.read_text(encoding="utf-8") for path in policy.rglob("*.py"))
    by_grade = {f"subsidy_factor_{grade}" for grade in ("deep", "medium", "light", "non")}
    unread = {file.stem for file in FILES if file.stem not in code}
    assert unread - by_grade == READ_ELSEWHERE


def test_the_districts_are_those_of_the_register():
    found = load_catalogue()["registration"].columns["district"].values
    assert sorted(default_parameters().on(date(2026, 11, 20)).districts) == sorted(found)


def test_the_law_has_begun_on_the_day_on_which_the_last_file_begins():
    parameters = default_parameters()
    first = max(parameter.days[0] for parameter in parameters.by_name.values())
    assert parameters.on(first).has_begun
    assert not parameters.on(first - timedelta(days=1)).has_begun
    assert parameters.with_values(**dict.fromkeys(parameters.by_name, None)).on(date(1, 1, 1)).has_begun


def test_the_numbers_of_the_days_asked_last_are_remembered(monkeypatch):
    monkeypatch.setattr(law, "MOST_DAYS", 3)
    parameters = Parameters(default_parameters().by_name)
    for day in range(5):
        assert parameters.on(date(2026, 11, 1 + day)).lpr_1y == default_parameters().on(DAY).lpr_1y
    assert list(parameters._days) == [date(2026, 11, day) for day in (3, 4, 5)]
