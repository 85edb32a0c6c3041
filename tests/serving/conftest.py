"""A small home made without the pipelines: 60 firms, two tiny models, one snapshot."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from starlette.testclient import TestClient

from features.home import Home
from features.uscc import with_checks
from models.credit import CreditModel
from models.green import GRADES, GreenGradeModel
from models.ledger import FILE as LEDGER
from models.reasons import Meaning
from models.registry import CREDIT, GREEN, register
from serving.api import create_app
from serving.snapshot import FEATURES_FILE, FIRMS_FILE

AS_OF = date(2026, 10, 31)
FIRMS = 60


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


@pytest.fixture(scope="session")
def client(home, started):
    """A client of the started service; an error inside is an answer, as it is outside."""
    with started(home) as running:
        yield running


@pytest.fixture(scope="session")
def started():
    """Start a service over any home."""
    return lambda over: TestClient(create_app(over), raise_server_exceptions=False)


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
    write_firms(made, [f"e{number}" for number in range(FIRMS)])
    with started(made) as client:
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
