"""Doors over a fresh database, with cheap hashes, a clock that is moved by hand, and what they note."""

import shutil
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher
from fastapi import Depends, FastAPI, Request
from sqlalchemy import delete
from starlette.testclient import TestClient

from serving import problems
from serving.access import doors, routes
from serving.access.access import Access
from serving.access.event import CONSOLE
from serving.access.limits import Limit, Limits
from serving.access.passwords import DEMO_PASSWORD
from serving.access.roles import Right, Role
from serving.edge import Edge
from serving.records.database import bring_up_to_date, open_database, writing
from serving.records.tables import ACCOUNTS, SESSIONS, TOKENS
from serving.settings import Settings

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "seven green bamboo shoots"
KEY = "k" * 32
START = datetime(2026, 11, 23, 8, tzinfo=UTC)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self):
        self.at = START

    def __call__(self):
        """The time that it shows."""
        return self.at

    def move(self, **by):
        """Let time pass."""
        self.at += timedelta(**by)


@pytest.fixture
def clock():
    """Eight o'clock, until moved."""
    return Clock()


@pytest.fixture
def noted():
    """Every event that the doors noted, in order."""
    return []


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request):
    """Which database."""
    return request.param


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory):
    """A SQLite file in its newest form, to copy."""
    file = tmp_path_factory.mktemp("empty") / "service.db"
    made = open_database(f"sqlite:///{file}")
    bring_up_to_date(made)
    made.dispose()
    return file


@pytest.fixture(scope="session")
def server_engine(postgres_server):
    """One database of PostgreSQL in its newest form; every test empties it."""
    made = open_database(postgres_server.new_database())
    bring_up_to_date(made)
    yield made
    made.dispose()


@pytest.fixture
def engine(kind, request, tmp_path):
    """An empty database in its newest form."""
    if kind == "postgresql":
        made = request.getfixturevalue("server_engine")
        with writing(made) as connection:
            for table in (TOKENS, SESSIONS, ACCOUNTS):
                connection.execute(delete(table))
        yield made
        return
    shutil.copy(request.getfixturevalue("empty_file"), tmp_path / "service.db")
    made = open_database(f"sqlite:///{tmp_path / 'service.db'}")
    yield made
    made.dispose()


@pytest.fixture
def opened(engine, clock, noted):
    """Open the doors with any settings."""

    def open_with(*, limits=None, **settings):
        return Access.open(
            engine,
            Settings(**{"audit_key": KEY, "requests_per_minute": 0, **settings}),
            now=clock,
            note=noted.append,
            hasher=CHEAP,
            patience=0.0,
            limits=limits or Limits(Limit(0), Limit(0), Limit(0), Limit(0)),
        )

    return open_with


@pytest.fixture
def access(opened):
    """The doors of a service that is no demo, with five accounts and without limits."""
    return with_accounts(opened())


def with_accounts(access):
    """Five accounts of the same password."""
    for name, role, bank in (
        ("officer", Role.OFFICER, "BANK-A"),
        ("reviewer", Role.REVIEWER, "BANK-A"),
        ("officer-b", Role.OFFICER, "BANK-B"),
        ("staff", Role.STAFF, None),
        ("auditor", Role.AUDITOR, None),
    ):
        access.accounts.add(name, role, bank, password=PASSWORD, by=CONSOLE)
    return access


def app_over(access):
    """An application with the doors, a page, a right to be asked for, and a change."""
    app = FastAPI()
    app.add_middleware(Edge)
    problems.install(app)
    app.include_router(routes.router)
    app.state.access = access

    @app.get("/page")
    def page(caller=Depends(doors.page_caller)):
        return {"account": caller.account, "csrf": caller.csrf}

    @app.post("/page")
    async def change_on_page(request: Request, caller=Depends(doors.page_caller)):
        return {"account": caller.account, "body": (await request.body()).decode()}

    @app.post("/v1/change")
    def change(caller=Depends(doors.caller)):
        return {"account": caller.account}

    @app.get("/v1/audit-only")
    def audit_only(caller=Depends(doors.caller)):
        doors.expect(caller, Right.READ_AUDIT)
        return {"account": caller.account}

    return app


@pytest.fixture
def app(access):
    """The application over the doors."""
    return app_over(access)


@pytest.fixture
def browser(app):
    """A browser without cookies, over HTTPS, that follows nothing by itself."""
    with TestClient(app, base_url="https://service.test", follow_redirects=False) as client:
        yield client


@pytest.fixture
def token_of(access):
    """Headers with a fresh token of an account."""

    def issue(name, **more):
        text = access.tokens.issue(access.accounts.of(name), "test", **more).text
        return {"Authorization": f"Bearer {text}"}

    return issue


def log_in(browser, name="officer", password=PASSWORD, wanted="/page", **changed):
    """Fetch the log-in form and send it as a person would."""
    form = browser.get("/login", params={"next": wanted})
    hidden = form.text.partition('name="csrf" value="')[2].partition('"')[0]
    typed = {"name": name, "password": password, "next": wanted, "csrf": hidden} | changed
    return browser.post("/login", data=typed)


@pytest.fixture
def facts():
    """Constants and helpers of this file, for the tests beside it."""
    return SimpleNamespace(
        PASSWORD=PASSWORD, START=START, CHEAP=CHEAP, KEY=KEY, DEMO=DEMO_PASSWORD,
        log_in=log_in, app_over=app_over, with_accounts=with_accounts,
    )  # fmt: skip
