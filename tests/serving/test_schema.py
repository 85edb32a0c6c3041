"""Anything that the published schema allows, and much that it does not: never an error of the service."""

from contextlib import suppress

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error

from features.home import Home
from models.ledger import FILE as LEDGER
from serving.api import create_app
from serving.settings import Settings

LET = Settings(is_demo=True, requests_per_minute=0)
PEOPLE = ("officer", "reviewer", "officer-b", "staff", "auditor", None)
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@pytest.fixture(scope="module")
def asked_anything(tmp_path_factory, home, let_in, write_snapshot_of, codes_of_home):
    """A service over a home of its own, with the same models; and everybody's tokens."""
    made = Home(tmp_path_factory.mktemp("asked"))
    made.artifacts.symlink_to(home.artifacts)
    made.registry.symlink_to(home.registry)
    (made.root / LEDGER).symlink_to(home.root / LEDGER)
    write_snapshot_of(made, codes_of_home)
    return create_app(made, LET), let_in(made, codes_of_home, LET)


@pytest.fixture(scope="module")
def published(asked_anything):
    """Every route of the schema as the service publishes it."""
    app, _ = asked_anything
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    return [found.ok() for found in schema.get_all_operations()]


def test_every_route_is_published(published):
    assert len(published) >= 20


@pytest.mark.parametrize("mode", MODES)
def test_no_question_of_anybody_is_an_error_of_the_service(published, asked_anything, mode):
    _, tokens = asked_anything
    for operation in published:

        @given(case=operation.as_strategy(generation_mode=mode), name=st.sampled_from(PEOPLE))
        @settings(
            max_examples=8,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def ask(case, name):
            answer = case.call(headers={"Authorization": f"Bearer {tokens[name]}"} if name else {})
            case.validate_response(answer, checks=[not_a_server_error])
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == ["application/problem+json"], answer.text

        with suppress(Unsatisfiable):  # a route that takes nothing has no wrong question
            ask()
