"""Measure 6 as a decision of ZEN: a table for the result, an expression for the largest fee.

    python by_zen.py GUARANTEES.json ANSWER.json

Runs in an environment of its own, which has neither Arrow nor this project.
"""

import json
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import zen

WHO = (
    "entity_type == 'INDIVIDUAL_BUSINESS' or entity_type == 'FARMER_COOP' or is_sannong"
    " or size_class in ['SMALL', 'MICRO']"
)
FEE = "result == 'NOT_APPLICABLE' ? null : guaranteed_amount_cny * guarantee_days / 365 * 0.01"
INPUTS = {
    "gov": "guarantee_provider_is_government",
    "who": WHO,
    "fee": "guarantee_fee_rate",
    "premium": "premium_subsidy_rate",
}
RULES = (
    ("false", "", "", "", "'NOT_APPLICABLE'"),
    ("", "true", "<= 0.01", "<= 0.01", "'PASS'"),
    ("", "", "", "", "'FAIL'"),
)


def decision() -> str:
    """The decision as ZEN reads it."""
    place = {"position": {"x": 0, "y": 0}}
    table = {
        "hitPolicy": "first",
        "passThrough": True,
        "inputs": [{"id": key, "name": key, "field": field} for key, field in INPUTS.items()],
        "outputs": [{"id": "result", "name": "result", "field": "result"}],
        "rules": [
            {"_id": str(number), **dict(zip([*INPUTS, "result"], cells, strict=True))}
            for number, cells in enumerate(RULES)
        ],
    }
    expressions = [
        {"id": "1", "key": "result", "value": "result"},
        {"id": "2", "key": "max_fee_cny", "value": FEE},
    ]
    nodes: list[dict[str, Any]] = [
        {"id": "in", "name": "in", "type": "inputNode"},
        {"id": "table", "name": "table", "type": "decisionTableNode", "content": table},
        {"id": "fee", "name": "fee", "type": "expressionNode", "content": {"expressions": expressions}},
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    steps = [node["id"] for node in nodes]
    edges = [
        {"id": f"{one}-{two}", "sourceId": one, "targetId": two, "type": "edge"}
        for one, two in pairwise(steps)
    ]
    return json.dumps({"nodes": [node | place for node in nodes], "edges": edges})


def main() -> None:
    """Print decisions a second; keep what ZEN gives to each row."""
    rows = json.loads(Path(sys.argv[1]).read_text())
    asked = zen.ZenEngine().create_decision(decision())
    asked.evaluate(rows[0])
    begun = time.perf_counter()
    answers = [asked.evaluate(row)["result"] for row in rows]
    seconds = time.perf_counter() - begun
    Path(sys.argv[2]).write_text(json.dumps([[one["result"], one.get("max_fee_cny")] for one in answers]))
    print(json.dumps({"guarantees_a_second": len(rows) / seconds}))


if __name__ == "__main__":
    main()
