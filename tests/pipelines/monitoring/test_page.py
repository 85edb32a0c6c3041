from dataclasses import replace

import pytest

from models.monitoring.outcomes import Outcomes
from pipelines.monitoring.page import render


@pytest.mark.parametrize(
    ("mature", "said", "unsaid"),
    [(True, "坏样本过少</td>", "待结果"), (False, "待结果</td>", "坏样本过少</td>")],
)
def test_a_mature_cohort_with_few_bads_does_not_wait_for_its_outcomes(bench, mature, said, unsaid):
    seen = bench.look()
    cohorts = seen.outcomes.cohorts.assign(known_share=0.95, mature=mature, bads=9)
    page = render(replace(seen, outcomes=Outcomes(cohorts, seen.outcomes.estimates)))
    assert said in page
    assert unsaid not in page
    assert ("尚无成熟的季度" in page) is not mature
