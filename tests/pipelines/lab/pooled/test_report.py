"""The lab's page: it stands alone, in two languages, and tells nothing small."""

import re
from pathlib import Path

import pytest
import yaml

from features.errors import RequestError
from features.keyed import KEYED_ID
from pipelines.lab import report
from pipelines.lab.report import render, write_lab_report
from pipelines.lab.report_words import words_of


@pytest.fixture(scope="module")
def page(pooled_lab):
    """The Chinese page."""
    return render(pooled_lab.lab.project, pooled_lab.pooled.figures)


def test_the_page_stands_alone(page):
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert page.count("<svg") == 5


def test_no_identifier_is_on_the_page(page, pooled_lab):
    drawn = pooled_lab.lab.drawn
    assert not re.search(KEYED_ID, page)
    assert not [code for code in drawn.codes if code in page]
    assert not [loan for loan in drawn.tape["loan_id"] if loan in page]


def test_the_figures_are_those_that_were_measured(page, pooled_lab):
    one = pooled_lab.pooled.uplift.of("CreditModel", "pooled").auc
    assert f"{one.value:.3f}" in page
    assert f"{one.low:.3f} – {one.high:.3f}" in page
    assert "协议（草案第八条）" in page


def test_a_withheld_count_is_a_mark(pooled_lab):
    figures = dict(pooled_lab.pooled.figures)
    figures["parts"] = [{"name": "test", "loans": None, "bads": None, "rate": None}]
    page = render(pooled_lab.lab.project, figures)
    assert page.count('<td class="n">*</td>') >= 3


def test_a_difference_that_may_be_chance_is_left_open(pooled_lab):
    figures = dict(pooled_lab.pooled.figures)
    open_ = {"value": 0.01, "low": -0.01, "high": 0.03}
    figures["gains"] = [dict(one, auc=open_) for one in figures["gains"]]
    assert "不能断定</td>" in render(pooled_lab.lab.project, figures)


def test_what_left_and_the_attacks_on_it_are_told(pooled_lab, monkeypatch):
    noted = {"kind": "model", "to": "湖州银行", "what": "联合模型", "how_fine": "叶不少于 5 户"}
    noted["disclosure"] = {
        "attacks": [{"name": "membership", "auc": {"value": 0.51, "low": 0.48, "high": 0.54}}]
    }
    lines = pooled_lab.lab.project.lines
    left = type(lines[-1])(9, "2026-03-02T04:00:00+00:00", "export", "done", "李静", noted, "f" * 64)
    monkeypatch.setattr(type(pooled_lab.lab.project), "lines", property(lambda _project: [*lines, left]))
    page = render(pooled_lab.lab.project, pooled_lab.pooled.figures)
    assert "叶不少于 5 户" in page
    assert "0.510" in page


def test_both_languages_have_the_same_words():
    def keys(words, before=""):
        parts = ((f"{before}{name}.", one) for name, one in words.items())
        return {key for name, one in parts for key in (keys(one, name) if isinstance(one, dict) else {name})}

    assert keys(words_of("zh")) == keys(words_of("en"))


def test_the_english_page_says_so_and_another_language_is_refused(pooled_lab, tmp_path):
    path = write_lab_report(pooled_lab.lab.project, tmp_path, lang="en")
    assert path.name == "lab-report.en.html"
    assert 'lang="en"' in path.read_text("utf-8")
    with pytest.raises(RequestError, match="--lang 'fr'"):
        write_lab_report(pooled_lab.lab.project, tmp_path, lang="fr")


def test_every_purpose_has_a_word():
    from serving.purposes import Purpose

    folder = Path(report.__file__).parent / "templates"
    for lang in ("zh", "en"):
        words = yaml.safe_load((folder / f"words.{lang}.yaml").read_text("utf-8"))
        assert set(words["purposes"]) == {str(one) for one in Purpose}
