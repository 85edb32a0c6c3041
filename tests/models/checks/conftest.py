"""A sound model with rows to learn from and later rows to be judged by."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.credit import CreditModel
from models.evidence import Evidence, Rows

TREES = 120


def rows(firms, first_month):
    """Firms as rows of six months, two of each firm, with the industry as a segment."""
    places = np.arange(len(firms.bad))
    months = pd.date_range(first_month, periods=6, freq="MS")
    return Rows(
        table=firms.table,
        bad=firms.bad,
        time=pd.Series(months[places % 6]),
        groups=pd.Series([f"e{place // 2}" for place in places]),
        segments=firms.table[["industry"]].assign(size=np.where(places % 3, "SMALL", "MICRO")),
    )


@pytest.fixture(scope="session")
def evidence(model, firms, unseen):
    """A model that has nothing against it."""

    def refit():
        return CreditModel(meanings=model.meanings, n_estimators=TREES).fit(firms.table, firms.bad)

    return Evidence(
        model=model,
        train=rows(firms, "2025-01-01"),
        held_out=rows(unseen, "2026-01-01"),
        pd_=model.predict_proba(unseen.table)[:, 1],
        kind="out_of_time",
        champion=model.predict_proba(unseen.table)[:, 1],
        champion_label="sme_credit/1",
        refit=refit,
    )


@pytest.fixture
def with_column():
    """The same evidence with one more column on either side."""

    def add(evidence, name, of_train, of_held_out):
        train, held_out = evidence.train, evidence.held_out
        return replace(
            evidence,
            train=replace(train, table=train.table.assign(**{name: of_train})),
            held_out=replace(held_out, table=held_out.table.assign(**{name: of_held_out})),
        )

    return add
