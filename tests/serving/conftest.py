"""A small home made without the pipelines: 60 firms, two tiny models, one snapshot; and who may ask."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import numpy as np
import pandas as pd
import psycopg
import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from features.home import Home
from features.uscc import with_checks
from models.credit import CreditModel
from models.green import GRADES, GreenGradeModel
from models.ledger import FILE as LEDGER
from models.reasons import Meaning
from models.registry import CREDIT, GREEN, register
from serving.access.access import Access
from serving.access.event import CONSOLE
from serving.access.roles import Role
from serving.api import create_app
from serving.purposes import Basis, Purpose
from serving.records.consent import Consent
from serving.records.records import Records
from serving.settings import Settings
from serving.snapshot import FEATURES_FILE, FIRMS_FILE

AS_OF = date(2026, 10, 31)
UNKNOWN = "91350100M000100Y43"
"""Has given its consent, and nothing is known of it."""
FIRMS = 60
NUMBERS = count()


class Server:
    """Debian's PostgreSQL in a folder of its own, on a free port of loopback."""

    def __init__(self, binaries: Path) -> None:
        self.binaries = binaries
        self.folder = Path(tempfile.mkdtemp(prefix="lvdaitong-records-"))
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(self.folder, self.user)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.run("initdb", "-D", self.data, "-U", "boss", "-E", "UTF8", "--no-locale", "--auth=trust", "-N")

    @property
    def data(self):
        """Where its files lie."""
        return self.folder / "data"

    def run(self, name, *words):
        """One of its programs, to its end."""
        subprocess.run(
            [str(word) for word in (self.binaries / name, *words)],
            check=True, cwd=self.folder, user=self.user, capture_output=True, timeout=60,
        )  # fmt: skip

    def start(self):
        """Start it, and wait until it answers."""
        # what a killed process wrote is in the system's memory: no need to wait for the disk
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        self.run("pg_ctl", "-D", self.data, "-o", options, "-l", self.folder / "log", "-w", "start")

    def stop(self):
        """Stop it at once."""
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")

    def signal(self, number):
        """To the postmaster and every one of its children."""
        leader = int((self.data / "postmaster.pid").read_text().split("\n")[0])
        children = Path(f"/proc/{leader}/task/{leader}/children").read_text().split()
        for one in (leader, *map(int, children)):
            with suppress(ProcessLookupError):  # a child may end of itself meanwhile
                os.kill(one, number)

    def kill(self):
        """Kill -9 of everything, as the loss of power would; then wait until the port is free."""
        self.signal(signal.SIGKILL)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", self.port)):
                    # where nobody reaps the dead process, its number looks alive to the next one
                    (self.data / "postmaster.pid").unlink(missing_ok=True)
                    return
            time.sleep(0.02)
        raise AssertionError("PostgreSQL does not die")

    def address(self, name):
        """The address of one of its databases."""
        return f"postgresql+psycopg://boss@127.0.0.1:{self.port}/{name}"

    def new_database(self):
        """The address of a new, empty database."""
        name = f"t{next(NUMBERS)}"
        with psycopg.connect(
            f"host=127.0.0.1 port={self.port} user=boss dbname=postgres", autocommit=True
        ) as it:
            it.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        return self.address(name)


def _binaries():
    if found := shutil.which("initdb"):
        return Path(found).parent
    found = max(Path("/usr/lib/postgresql").glob("*/bin/initdb"), default=None)
    return found.parent if found else None


def new_server():
    """A server that is not running yet; without PostgreSQL the test is skipped, under CI it fails."""
    binaries = _binaries()
    if binaries is None:
        message = "no PostgreSQL here; `make services` brings it"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return Server(binaries)


@pytest.fixture(scope="session")
def postgres_server():
    """One server for all tests; who stops it starts it again."""
    server = new_server()
    server.start()
    yield server
    server.stop()
    shutil.rmtree(server.folder)


@pytest.fixture
def postgres(postgres_server):
    """The address of an empty database of PostgreSQL."""
    return postgres_server.new_database()


def meaning(zh, lowers, raises, **more):
    """What a column means, as the feature library would say it."""
    return Meaning(zh=zh, en=zh, lowers=lowers, raises=raises, **more)


MEANINGS = {
    "invoiced_sales_growth_12m": meaning(
        "开票销售额同比增幅", "近12个月开票金额同比下降", "近12个月开票金额同比增长",
        unit="share", source="vat_invoice", department="TAX", monotone=-1,
    ),
    "largest_buyer_share_12m": meaning(
        "近12个月最大买方销售占比", "客户过于集中", "客户分散",
        unit="share", source="vat_invoice", department="TAX", monotone=1,
    ),
    "enforced_amount_cny": meaning(
        "被执行金额", "有被执行记录", "无被执行记录",
        unit="CNY", source="court_enforcement", department="COURT", monotone=1,
    ),
    "headcount": meaning(
        "参保人数", "参保人数偏少", "参保人数较多",
        unit="persons", source="social_insurance", department="HRSS", monotone=-1,
    ),
    "age_months": meaning(
        "成立时间", "成立时间较短", "成立时间较长",
        unit="months", source="registration", department="AMR", monotone=-1,
    ),
    "carbon_intensity": meaning(
        "单位增加值碳排放", "碳排放偏高", "碳排放较低",
        unit="ratio", source="environment", department="EEB",
    ),
}  # fmt: skip


def table(rows, seed):
    """Features of so many firms, some of them missing."""
    draw = np.random.default_rng(seed)
    values = pd.DataFrame({
        "invoiced_sales_growth_12m": draw.normal(0.05, 0.3, rows),
        "largest_buyer_share_12m": draw.beta(2, 5, rows),
        "enforced_amount_cny": draw.binomial(1, 0.1, rows) * draw.lognormal(12, 1, rows),
        "headcount": draw.integers(3, 200, rows).astype(float),
        "age_months": draw.integers(6, 240, rows).astype(float),
        "carbon_intensity": draw.gamma(2, 0.6, rows),
    })  # fmt: skip
    return values.mask(draw.random(values.shape) < 0.05)


def credit_model():
    """A credit model that knows a little."""
    values, draw = table(1500, 1), np.random.default_rng(2)
    filled = values.fillna(values.mean())
    margin = -2.6 - 2 * filled.invoiced_sales_growth_12m + 2 * filled.largest_buyer_share_12m
    margin += (filled.enforced_amount_cny > 0) * 1.5 - filled.headcount / 100
    bad = (draw.random(len(values)) < 1 / (1 + np.exp(-margin))).astype(int)
    return CreditModel(meanings=MEANINGS, n_estimators=80).fit(values, bad)


def green_model():
    """A green model that looks at one number."""
    values = table(400, 3)[["carbon_intensity"]]
    steps = pd.cut(-values.carbon_intensity.fillna(1), [-np.inf, -2, -1.2, -0.6, np.inf], labels=list(GRADES))
    return GreenGradeModel(meanings=MEANINGS, n_estimators=20).fit(values, steps.astype(str))


def codes():
    """Valid codes of as many firms as the home has."""
    return with_checks(pd.Series([f"91330502MA29K{number:03d}" for number in range(FIRMS)]))


def firm_facts(ids):
    """Facts as `pipelines.snapshot` writes them: the first firm has everything, the second almost nothing."""
    firms = pd.DataFrame(index=pd.Index(ids, name="entity_id"))
    firms["entity_type"] = "ENTERPRISE"
    firms["industry"] = "C17"
    firms["employees"] = np.arange(FIRMS, dtype=float) + 86
    firms["revenue_cny"] = "51428571.43"
    firms["revenue_months"] = 12.0
    firms["registration_status"] = "ACTIVE"
    firms["established_on"] = pd.Timestamp("2019-04-08")
    for name in ("on_abnormal_list", "has_severe_penalty", "is_dishonest_debtor", "has_tax_arrears"):
        firms[name] = pd.array([False] * FIRMS, dtype="boolean")
    firms["on_serious_violation_list"] = pd.array([False] * FIRMS, dtype="boolean")
    firms["is_srdi"] = pd.array([True] + [False] * (FIRMS - 1), dtype="boolean")
    firms["recommended_on"] = [pd.Timestamp("2026-10-27")] + [pd.NaT] * (FIRMS - 1)
    firms["green_grade"] = ["MEDIUM"] + [None] * (FIRMS - 1)
    firms["green_grade_date"] = [pd.Timestamp("2026-03-31")] + [pd.NaT] * (FIRMS - 1)
    for source in ("registration", "vat_invoice", "social_insurance", "environment"):
        firms[f"data_{source}"] = pd.Timestamp("2026-09-30")
    firms["data_electricity"] = pd.NaT
    firms.iloc[1, :] = None
    return firms


def write_firms(home, ids):
    """A snapshot of firms of those ids."""
    folder = home.features(AS_OF)
    folder.mkdir(parents=True, exist_ok=True)
    features = table(FIRMS, 4)
    features.iloc[1] = np.nan
    features.set_axis(pd.Index(ids, name="entity_id")).to_parquet(folder / FEATURES_FILE)
    firm_facts(ids).to_parquet(folder / FIRMS_FILE)


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """A home with two champions and a snapshot of firms with codes."""
    made = Home(tmp_path_factory.mktemp("home"))
    for name, model in ((CREDIT, credit_model()), (GREEN, green_model())):
        register(made, name, model, parameters={}, metrics={}, tags={}, documents={}, now=datetime.now(UTC))
    write_firms(made, codes())
    return made


SETTINGS = Settings(is_demo=True, requests_per_minute=0)
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PEOPLE = {
    "officer": (Role.OFFICER, "BANK-A"),
    "colleague": (Role.OFFICER, "BANK-A"),
    "reviewer": (Role.REVIEWER, "BANK-A"),
    "officer-b": (Role.OFFICER, "BANK-B"),
    "reviewer-b": (Role.REVIEWER, "BANK-B"),
    "staff": (Role.STAFF, None),
    "auditor": (Role.AUDITOR, None),
}
PASSWORD = "seven green bamboo shoots"


@pytest.fixture(scope="session", name="let_in")
def _let_in():
    """See `let_in`."""
    return let_in


@pytest.fixture(scope="session")
def write_snapshot_of():
    """Write a snapshot of firms of some ids into a home."""
    return write_firms


def let_in(home, ids, settings=SETTINGS):
    """Accounts of two banks and the platform, and consents of all firms to the first bank; name → token."""
    records = Records.open(settings.address(home), settings.audit_key)
    access = Access.open(records.engine, settings, hasher=CHEAP)
    for name, (role, bank) in PEOPLE.items():
        access.accounts.add(name, role, bank, password=PASSWORD, by=CONSOLE)
    consents = [
        Consent(
            entity_id=one,
            bank="BANK-A",
            purpose=Purpose.PRE_LOAN,
            basis=Basis.CONSENT,
            reference="授权书",
            valid_from=date(2020, 1, 1),
        )
        for one in ids
    ]
    records.consents.record_many(consents, by="staff")
    tokens = {name: access.tokens.issue(access.accounts.of(name), "test").text for name in PEOPLE}
    records.close()
    return tokens


class As(TestClient):
    """A client of the service in the name of an officer; `of` gives the headers of others."""

    def __init__(self, app, tokens):
        super().__init__(app, raise_server_exceptions=False)
        self.tokens = tokens
        if tokens:
            self.headers.update(self.of("officer"))

    def of(self, name):
        """The header that shows who asks."""
        return {"Authorization": f"Bearer {self.tokens[name]}"}


@pytest.fixture(scope="session")
def client(home, started):
    """A client of the started service; an error inside is an answer, as it is outside."""
    with started(home, [*codes(), UNKNOWN]) as running:
        yield running


@pytest.fixture(scope="session")
def on_postgres(home, started, postgres_server):
    """The same with its records in PostgreSQL."""
    settings = replace(SETTINGS, database_url=postgres_server.new_database())
    with started(home, [*codes(), UNKNOWN], settings) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request):
    """A client of the service on either database."""
    return request.getfixturevalue("client" if request.param == "sqlite" else "on_postgres")


@pytest.fixture(scope="session")
def started():
    """Start a service over any home; with firms, people may ask about them."""

    def start(over, ids=(), settings=SETTINGS):
        tokens = let_in(over, ids, settings)
        return As(create_app(over, settings), tokens)

    return start


@pytest.fixture
def unprepared():
    """A client of a service over any home, in which nobody may ask yet."""
    return lambda over: As(create_app(over, SETTINGS), {})


@pytest.fixture
def empty(tmp_path, started):
    """A client of a service over an empty home."""
    with started(Home(tmp_path)) as client:
        yield client


@pytest.fixture
def research(tmp_path, home, started):
    """A client of a service whose firms have ids that are no codes, with the same models."""
    made = Home(tmp_path)
    made.artifacts.symlink_to(home.artifacts)
    made.registry.symlink_to(home.registry)
    (made.root / LEDGER).symlink_to(home.root / LEDGER)
    ids = [f"e{number}" for number in range(FIRMS)]
    write_firms(made, ids)
    with started(made, [*ids, "E7"]) as client:
        yield client


@pytest.fixture(scope="session")
def codes_of_home():
    """The codes of all firms of the home."""
    return codes()


@pytest.fixture(scope="session")
def firm():
    """The code of the firm of which everything is known."""
    return codes()[0]


@pytest.fixture
def question(firm):
    """A question that can be answered."""
    return {
        "entity_id": firm,
        "loan": {
            "amount_cny": "5000000.00",
            "term_months": 12,
            "annual_rate": "0.042",
            "kind": "WORKING_CAPITAL",
            "purpose": "采购原材料",
        },
    }
