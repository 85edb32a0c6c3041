"""Dossiers: one that holds everything, one that holds nothing that is optional."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from models.checks import Check, Override
from models.evidence import Evidence, Rows
from models.label_rules import LabelRules
from models.metrics import Estimate
from models.reject_comparison import Comparison
from models.report import Bilingual, Dossier, render

ROWS = 900


def rows(firms, first_month, count=ROWS):
    """Firms as loans of six months, two loans a firm, told apart by industry and size."""
    places = np.arange(count)
    months = pd.date_range(first_month, periods=6, freq="MS")
    table = firms.table.head(count).reset_index(drop=True)
    sizes = np.where(places % 7 == 0, None, np.where(places % 3, "SMALL", "MICRO"))
    return Rows(
        table=table,
        bad=firms.bad[:count],
        time=pd.Series(months[places % 6]),
        groups=pd.Series([f"e{place // 2}" for place in places]),
        segments=table[["industry"]].assign(size=sizes),
    )


def vintage_table():
    """Two cohorts; the younger one is not seen beyond its sixth month."""
    months = np.arange(13)
    share = np.minimum(months, 8) * 0.01
    old = pd.DataFrame({"cohort": "2024Q1", "month_on_book": months, "loans": 200, "share": share})
    young = old.assign(cohort="2024Q3", loans=150, share=np.where(months <= 6, share, np.nan))
    both = pd.concat([old, young], ignore_index=True)
    both["bads"] = (both["share"] * both["loans"]).round().astype("Int64")
    return both.assign(low=both["share"] * 0.7, high=both["share"] * 1.4)


def roll_table():
    """Nobody was ever 61 to 90 days past due."""
    buckets = ("0", "1-30", "31-60", "61-90", ">90")
    shares = {"0": [0.97, 0.03, 0, 0, 0], "1-30": [0.8, 0.1, 0.1, 0, 0], "31-60": [0.3, 0, 0, 0.7, 0]}
    shares |= {"61-90": [np.nan] * 5, ">90": [0, 0, 0, 0, 1.0]}
    lines = [
        {"from": start, "to": end, "share": shares[start][place]}
        for start in buckets
        for place, end in enumerate(buckets)
    ]
    table = pd.DataFrame(lines)
    table = table.assign(loans=(table["share"] * 100).round(), low=table["share"], high=table["share"])
    return table[["from", "to", "loans", "share", "low", "high"]]


CHECKS = [
    Check("C02", "ranks", passed=True, finding="AUC 0.80 on unseen rows", finding_zh="未见样本 AUC 0.80"),
    Check("C01", "enough_bads", passed=True, finding="enough", finding_zh="足够"),
    Check("C03", "is_calibrated", passed=False, finding="ratio 0.60", finding_zh="比值 0.60"),
    Check("C09", "scores_are_stable", False, "PSI 0.3", "PSI 为 0.3", severity="warning"),
    Check("C12", "is_reproducible", True, "no refit given", "未提供重复训练", asked=False),
]


@pytest.fixture(scope="session")
def evidence(model, firms, unseen):
    held_out = rows(unseen, "2026-01-01")
    pd_ = model.predict_proba(held_out.table)[:, 1]
    worse = 1 / (1 + np.exp(-np.log(pd_ / (1 - pd_)) - np.random.default_rng(3).normal(size=ROWS)))
    return Evidence(
        model=model,
        train=rows(firms, "2024-06-01"),
        held_out=held_out,
        pd_=pd_,
        kind="out_of_time",
        champion=np.where(np.arange(ROWS) < 5, np.nan, worse),
        champion_label="sme_credit/2",
    )


@pytest.fixture(scope="session")
def bare(evidence):
    """Nothing that is optional."""
    held_out = replace(evidence.held_out, time=None, groups=None, segments=pd.DataFrame())
    return Dossier(
        name="sme_credit",
        version="sme_credit/3",
        as_of=date(2026, 10, 31),
        title=Bilingual("小微企业信用评分模型", "Small-firm credit model"),
        evidence=Evidence(
            model=evidence.model,
            train=replace(held_out, segments=pd.DataFrame()),
            held_out=held_out,
            pd_=evidence.pd_,
            kind="repeated_cv",
            repeats=2,
            fold_aucs=(0.81, 0.83, 0.79, 0.82),
        ),
        checks=[],
        approvals=(),
        thresholds=(),
    )


@pytest.fixture(scope="session")
def full(bare, evidence):
    """Everything."""
    return replace(
        bare,
        evidence=evidence,
        checks=CHECKS,
        purpose=[Bilingual("用于本行小微贷款", "For this bank's small-firm loans")],
        limits=[Bilingual("不用于房地产企业", "Not for real estate")],
        label_rules=LabelRules().stated(),
        label_text=[Bilingual("企业层面取各行最差", "The worst of all banks counts")],
        counts={"good": 1600, "bad": 200, "grey": 31},
        exclusions={"immature": 77, "自定义原因": 3},
        vintage=vintage_table(),
        roll_rates=roll_table(),
        parameters={"trees": 120, "learning_rate": 0.04, "tuned_by_hand": {"depth": 4}},
        reject_inference=[
            Comparison("accepted", 900, 0.1, Estimate(0.8, 0.77, 0.83), Estimate(0, 0, 0), 0.45, 1.0),
            Comparison(
                "fuzzy", 1200, 0.12, Estimate(0.79, 0.76, 0.82), Estimate(-0.01, -0.02, 0.0), 0.44, 1.1
            ),
        ],
        versions={"python": "3.11", "lightgbm": "4.7.0"},
        data_digests={"loan": "d1" * 32},
        model_files={"booster.txt": "f2" * 32},
        overrides=[Override("王工", "样本期短", ("C03",))],
        approvals=[Bilingual("开发人", "Developer")],
        thresholds=Dossier.__dataclass_fields__["thresholds"].default,
    )


@pytest.fixture(scope="session")
def pages(full, bare):
    """Every page that more than one test looks at."""
    return {
        ("full", "zh"): render(full, "zh"),
        ("full", "en"): render(full, "en"),
        ("bare", "zh"): render(bare, "zh"),
        ("bare", "en"): render(bare, "en"),
    }
