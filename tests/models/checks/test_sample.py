from dataclasses import replace

import numpy as np
import pytest

from models.checks import run_check


def with_bads(rows, bads):
    return replace(rows, bad=(np.arange(len(rows)) < bads).astype(int))


@pytest.mark.parametrize(
    ("held_out", "learnt", "passed", "severity"),
    [
        (19, 500, False, "gate"),
        (20, 500, False, "warning"),
        (99, 500, False, "warning"),
        (100, 20, True, "gate"),
        (100, 19, False, "gate"),
        (2981, 500, False, "gate"),
    ],
)
def test_the_rarer_outcome_is_counted_on_either_side(evidence, held_out, learnt, passed, severity):
    told = replace(
        evidence, held_out=with_bads(evidence.held_out, held_out), train=with_bads(evidence.train, learnt)
    )
    check = run_check("C01", told)
    assert (check.passed, check.severity) == (passed, severity)
    assert check.finding.startswith(f"{held_out} bads among 3000 rows held out")
