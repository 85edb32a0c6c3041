"""The raw model over HTTP: every form of a table gives what the model itself gives; the rest is refused."""

import json
from contextlib import suppress
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from fastapi import Depends, FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from features.errors import ModelError
from models.credit import CreditModel
from models.scorecard import WoeScorecard
from serving import problems
from serving.edge import Edge
from serving.invocations.bodies import MOST_ROWS, Columns, read
from serving.invocations.routes import FEW_ROWS, make_router
from serving.invocations.scoring import probabilities
from serving.problems import FieldError

ROWS = 900
JSON = {"content-type": "application/json"}


def _table():
    draw = np.random.default_rng(5)
    table = pd.DataFrame({
        "growth": draw.normal(0, 1, ROWS),
        "headcount": draw.integers(1, 90, ROWS).astype(float),
        "is_listed": draw.random(ROWS) < 0.3,
        "district": draw.choice(["330502", "330503", "330521"], ROWS),
    })  # fmt: skip
    table.loc[draw.random(ROWS) < 0.1, "growth"] = np.nan
    return table


def _label(table):
    margin = -1 + table.growth.fillna(0) + (table.district == "330503")
    return (np.random.default_rng(6).random(ROWS) < 1 / (1 + np.exp(-margin))).astype(int)


@pytest.fixture(scope="module")
def table():
    return _table()


@pytest.fixture(scope="module", params=["plain", "relative", "scorecard"])
def model(request, table):
    """A model of each kind that may be champion."""
    label = _label(table)
    if request.param == "scorecard":
        return WoeScorecard().fit(table, label)
    relative = {"by": "district", "columns": ["growth"]} if request.param == "relative" else None
    return CreditModel(n_estimators=40, relative=relative).fit(table, label)


@pytest.fixture(scope="module")
def started():
    def start(model, *doors):
        app = FastAPI()
        app.add_middleware(Edge)
        problems.install(app)
        app.include_router(make_router(*doors))
        scorer = SimpleNamespace(credit=model) if model else None
        app.state.desk = SimpleNamespace(loaded=SimpleNamespace(scorer=scorer, missing={}))
        return TestClient(app, raise_server_exceptions=False)

    return start


@pytest.fixture(scope="module")
def client(started, model):
    return started(model)


def split(table):
    """A table as MLflow's users send it, every digit kept."""
    told = table.astype(object).where(table.notna(), None).to_dict(orient="split")
    return {name: told[name] for name in ("columns", "data")}


def asked(client, body):
    return client.post(
        "/invocations", content=body if isinstance(body, str) else json.dumps(body), headers=JSON
    )


def test_every_form_gives_what_the_model_gives_to_the_bit(client, model, table):
    few = table.head(7)
    expected = model.predict_proba(few)[:, 1].tolist()
    records = [dict(zip(few.columns, row, strict=True)) for row in split(few)["data"]]
    columns = {name: [row[name] for row in records] for name in few}
    for body in (
        {"dataframe_split": split(few)},
        {"dataframe_split": split(few) | {"index": list(range(7))}},
        {"dataframe_records": records},
        {"inputs": columns},
        {"inputs": records},
        {"instances": records, "params": {}},
    ):
        answer = asked(client, body)
        assert answer.status_code == 200, answer.text
        assert answer.json() == {"predictions": expected}


def test_csv_gives_the_same_though_a_district_looks_like_a_number(client, model, table):
    few = table.head(7)
    text = few.assign(is_listed=few.is_listed.astype(int)).to_csv(index=False)
    answer = client.post("/invocations", content=text, headers={"content-type": "text/csv; charset=utf-8"})
    assert answer.json() == {"predictions": model.predict_proba(few)[:, 1].tolist()}


def test_columns_may_stand_in_any_order_and_others_beside_them(client, table):
    few = table.head(3)
    straight = asked(client, {"dataframe_split": split(few)}).json()
    turned = few[list(reversed(few.columns))].assign(further="x")
    assert asked(client, {"dataframe_split": split(turned)}).json() == straight


def test_many_rows_give_what_each_alone_gives(client, model, table):
    many = table.head(FEW_ROWS + 5)
    together = asked(client, {"dataframe_split": split(many)}).json()["predictions"]
    alone = [
        asked(client, {"dataframe_split": split(many.iloc[[row]])}).json()["predictions"][0]
        for row in (0, 30)
    ]
    assert [together[0], together[30]] == alone
    assert together == model.predict_proba(many)[:, 1].tolist()


def test_no_rows_have_no_predictions(client, table):
    assert asked(client, {"dataframe_split": split(table.head(0))}).json() == {"predictions": []}
    assert asked(client, {"dataframe_records": []}).json() == {"predictions": []}


def test_null_nan_and_an_unseen_category_are_missing(client, model):
    row = {"growth": None, "headcount": 5, "is_listed": False, "district": "999999"}
    known = model.predict_proba(pd.DataFrame([{**row, "growth": np.nan, "district": None}]))[:, 1].tolist()
    for body in (json.dumps({"inputs": [row]}), json.dumps({"inputs": [{**row, "growth": float("nan")}]})):
        assert asked(client, body).json() == {"predictions": known}


def test_what_one_record_leaves_out_is_missing_in_it(client, model):
    whole = {"growth": 0.1, "headcount": 5, "is_listed": False, "district": "330502"}
    lacking = {name: value for name, value in whole.items() if name != "growth"}
    expected = model.predict_proba(pd.DataFrame([whole, lacking]))[:, 1].tolist()
    assert asked(client, {"dataframe_records": [whole, lacking]}).json() == {"predictions": expected}


WRONG = {
    "a column is not there": ({"inputs": {"growth": [1], "headcount": [2], "is_listed": [True]}}, "district"),
    "a word for a number": (
        {"inputs": {"growth": ["high"], "headcount": [2], "is_listed": [True], "district": ["330502"]}},
        "growth",
    ),
    "an infinite number": (
        '{"inputs": {"growth": [1], "headcount": [1e999], "is_listed": [true], "district": ["330502"]}}',
        "headcount",
    ),
    "a column twice": ({"dataframe_split": {"columns": ["growth", "growth"], "data": [[1, 2]]}}, "growth"),
    "a row too short": (
        {"dataframe_split": {"columns": ["growth", "headcount"], "data": [[1]]}},
        "dataframe_split",
    ),
    "columns of other lengths": ({"inputs": {"growth": [1, 2], "headcount": [1]}}, "inputs"),
    "rows without names": ({"inputs": [[1, 2, 3, 4]]}, "inputs"),
    "no form": ({"rows": []}, "body"),
    "two forms": ({"inputs": [], "instances": []}, "body"),
    "parameters": ({"inputs": [], "params": {"threshold": 0.5}}, "params"),
    "no object": ([1], "body"),
    "no JSON": ("{", "body"),
    "deep JSON": ("[" * 30_000, "body"),
    "names that are none": ({"dataframe_split": {"columns": 3, "data": [[1]]}}, "dataframe_split"),
    "cells that are lists": (
        {"inputs": {"growth": [[1]], "headcount": [2], "is_listed": [True], "district": ["330502"]}},
        "growth",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_read_is_refused_by_name(client, wrong):
    body, field = WRONG[wrong]
    answer = asked(client, body)
    told = answer.json()
    assert answer.status_code == 422, told
    assert answer.headers["content-type"] == problems.MEDIA_TYPE
    assert told["field"] == field, told


def test_a_number_beyond_all_floats_is_refused_and_1e308_is_a_number(client):
    row = {"growth": 1e308, "headcount": 5, "is_listed": False, "district": "330502"}
    assert asked(client, {"inputs": [row]}).status_code == 200
    assert asked(client, {"inputs": [row | {"growth": 10**400}]}).status_code == 422


def test_other_media_types_and_bad_csv_are_refused(client):
    for content, kind in ((b"x", "application/pickle"), (b"\xff\xfe", "text/csv"), (b"", "text/csv")):
        answer = client.post("/invocations", content=content, headers={"content-type": kind})
        assert answer.status_code == 422, answer.text


def test_too_many_rows_are_refused():
    body = json.dumps({"dataframe_split": {"columns": ["a"], "data": [[1]] * (MOST_ROWS + 1)}})
    with pytest.raises(FieldError, match=f"at most {MOST_ROWS}"):
        read(body.encode(), "application/json")


def test_a_body_of_ten_megabytes_is_too_large(client):
    assert asked(client, "[" + " " * 10_000_000 + "]").status_code == 413


def test_ping_and_version_say_what_mlflow_says(client):
    assert client.get("/ping").status_code == 200
    assert client.get("/version").text.count(".") == 2


def test_without_a_model_nothing_is_answered(started):
    empty = started(None)
    assert empty.get("/ping").status_code == 503
    assert asked(empty, {"inputs": []}).status_code == 503


def test_a_door_keeps_others_out(started):
    def shut():
        raise HTTPException(403, "not for you")

    guarded = started(None, Depends(shut))
    assert asked(guarded, {"inputs": []}).status_code == 403


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.lists(st.integers(), max_size=2),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(_table(), CELLS)), min_size=1, max_size=3))
def test_any_cells_are_answered_as_the_model_answers_or_refused(rows):
    model = _small()
    names = list(rows[0])
    table = Columns(names, [[row[name] for name in names] for row in rows])
    try:
        expected = model.predict_proba(pd.DataFrame(rows))[:, 1].tolist()
    except (ModelError, TypeError, OverflowError):
        with pytest.raises(ModelError):
            probabilities(model, table)
        return
    assert probabilities(model, table) == expected


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode)), st.sampled_from(["text/csv", ""])
)
def test_any_bytes_are_a_table_or_refused(body, kind):
    with suppress(FieldError):
        assert isinstance(read(body, kind), Columns)


_KEPT = []


def _small():
    if not _KEPT:
        table = _table()
        _KEPT.append(CreditModel(n_estimators=20).fit(table, _label(table)))
    return _KEPT[0]
