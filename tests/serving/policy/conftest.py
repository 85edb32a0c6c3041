"""Reading the cases: sentences with data, the facts of a case laid over the background of its file."""

from pathlib import Path

import pytest

from serving.policy import MEASURES, Facts, evaluate
from serving.policy.exact_yaml import read_exact_yaml
from serving.policy.law import default_parameters

CASES = Path(__file__).parent / "cases"


def pytest_configure(config):
    config.addinivalue_line("markers", "cases(*files): run once for each case of these files of cases")


def cases_of(name):
    """The cases of a file, each with what the file says for all of them."""
    content = read_exact_yaml(CASES / f"{name}.yaml")
    common = {"measure": content.get("measure"), "as_of": content["as_of"]}
    background = content.get("background", {})
    return [common | case | {"given": background | case.get("given", {})} for case in content["cases"]]


def pytest_generate_tests(metafunc):
    marker = metafunc.definition.get_closest_marker("cases")
    if marker:
        cases = [case for name in marker.args for case in cases_of(name)]
        metafunc.parametrize("case", cases, ids=[case["name"] for case in cases])


def finding_of(case):
    """What the measure of a case finds, under the numbers of law that the case may replace."""
    parameters = default_parameters().with_values(**case.get("law", {}))
    measures = [measure for measure in MEASURES if measure.key == case["measure"]]
    [finding] = evaluate(
        Facts.from_dict(case["given"]), case["as_of"], parameters=parameters, measures=measures
    )
    return finding


@pytest.fixture(scope="session")
def ask():
    """Ask the measure of a case."""
    return finding_of


@pytest.fixture(scope="session")
def all_findings():
    """The findings of all cases of all measures."""
    return [finding_of(case) for measure in MEASURES for case in cases_of(measure.key)]


@pytest.fixture(scope="session")
def all_cases():
    """The cases of all measures, each with the numbers of law that it is asked under."""
    return [
        case | {"parameters": default_parameters().with_values(**case.get("law", {}))}
        for measure in MEASURES
        for case in cases_of(measure.key)
    ]


@pytest.fixture(scope="session")
def backgrounds():
    """The facts that the files of cases begin with, by measure: everything is known there."""
    files = {measure.key: read_exact_yaml(CASES / f"{measure.key}.yaml") for measure in MEASURES}
    return {key: content["background"] for key, content in files.items()}
