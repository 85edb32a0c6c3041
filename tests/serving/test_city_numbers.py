"""A city's own numbers hold in its home, from its own folder; a wrong one stops the measures and is named."""

import shutil

import pytest

from features.home import Home
from serving.city_numbers import folder_of, numbers_of
from serving.policy import ParameterError
from serving.policy.law import default_parameters

CAP = """
description: The city's own cap.
zh: 单个企业全年贴息上限
unit: CNY
cites: 某市财政局文件
certainty: public
values: {2024-01-01: 2_000}
"""


@pytest.fixture
def city(home, tmp_path):
    """A home like the tests', with a folder of numbers of its own."""
    made = Home(tmp_path / "city")
    shutil.copytree(home.root, made.root, ignore=shutil.ignore_patterns("service.db*"))
    folder_of(made).mkdir()
    (folder_of(made) / "subsidy_cap_per_enterprise.yaml").write_text(CAP, "utf-8")
    return made


def test_a_home_without_a_folder_has_the_packages_numbers(home):
    assert numbers_of(home) is default_parameters()


def test_the_service_answers_by_the_citys_numbers(city, started, question, codes_of_home):
    facts = {"is_green_inclusive": True, "subsidy_used_ytd_cny": "0"}
    with started(city, codes_of_home) as client:
        told = client.post("/v1/preapprovals", json=question | {"facts": facts}).json()
        asked = {"as_of": "2026-11-20", "facts": told["subject"] | told["loan"] | {"green_grade": "DEEP"}}
        alone = client.post("/v1/eligibility", json=asked).json()
    for answer in (told, alone):
        [subsidy] = [one for one in answer["findings"] if one["measure"] == "interest_subsidy"]
        assert subsidy["amounts"]["subsidy_estimate_cny"] == "2000.00"
        assert subsidy["details"]["cap_binding"] is True


def test_a_wrong_file_of_the_city_is_named_and_the_service_says_it_is_not_ready(city, started, question):
    wrong = folder_of(city) / "subsidy_cap_per_firm.yaml"
    wrong.write_text(CAP, "utf-8")
    with pytest.raises(ParameterError, match=r"subsidy_cap_per_firm\.yaml: replaces no parameter"):
        numbers_of(city)
    with started(city) as client:
        assert client.get("/readyz").status_code == 503
        assert client.post("/v1/preapprovals", json=question).status_code == 503
