"""Plots of vintages and roll rates: in the reader's language, and nothing drawn that is missing."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from models import plots
from models.vintage import BUCKETS, pooled

SVG = "{http://www.w3.org/2000/svg}"


def cohorts(count=6, months=18):
    rows = [
        {"cohort": f"202{2 + place // 4}Q{place % 4 + 1}", "month_on_book": month, "loans": 200}
        | {"share": 0.004 * month if month < months - 2 * place else np.nan}
        for place in range(count)
        for month in range(months)
    ]
    table = pd.DataFrame(rows)
    return table.assign(bads=(table["share"] * 200).round().astype("Int64"))


def rates(share=0.2):
    rows = [
        {"from": start, "to": end, "loans": 20, "share": share, "low": share, "high": share}
        for start in BUCKETS
        for end in BUCKETS
    ]
    return pd.DataFrame(rows)


def texts(svg):
    return [text.text for text in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314 - drawn by us


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_plots_speak_the_language_asked_for(lang):
    for svg in (
        plots.vintage_plot(cohorts(), pooled(cohorts()), 12, lang=lang),
        plots.roll_rate_plot(rates(), lang=lang),
    ):
        assert any(re.search("[一-龥]", text) for text in texts(svg)) == (lang == "zh")


def test_a_line_for_each_cohort_one_for_all_and_the_point_of_maturity():
    svg = plots.vintage_plot(cohorts(), pooled(cohorts()), 12)
    assert "成熟点 12" in texts(svg)
    assert not [text for text in texts(plots.vintage_plot(cohorts(), pooled(cohorts()))) if "成熟点" in text]
    one = plots.vintage_plot(cohorts(1), pooled(cohorts(1)))
    assert svg.count("<path") > one.count("<path")


def test_every_rate_is_written_and_what_is_unknown_is_a_dash():
    assert texts(plots.roll_rate_plot(rates())).count("20%") == 25
    unknown = texts(plots.roll_rate_plot(rates().assign(share=np.nan)))
    assert unknown.count("—") == 25
    assert {*BUCKETS} <= set(texts(plots.roll_rate_plot(rates())))


def test_a_tape_too_young_for_any_rate_is_an_empty_plot():
    young = cohorts().assign(share=np.nan, bads=pd.NA)
    assert "累计违约率" in texts(plots.vintage_plot(young, pooled(young)))


def test_the_same_data_give_the_same_bytes():
    assert plots.roll_rate_plot(rates()) == plots.roll_rate_plot(rates())
