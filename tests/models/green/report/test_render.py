import re
from datetime import date

import numpy as np
import pandas as pd
import pytest

from features.errors import ModelError
from models.green import GRADES
from models.green.association import associated
from models.green.checks import run_checks
from models.green.report import GreenDossier, render_green, write_green_report
from models.green.report.words import green_words_of
from models.ledger import Override


@pytest.fixture(scope="module")
def dossier(evidence):
    from dataclasses import replace

    rng = np.random.default_rng(0)
    score = pd.Series(600 + 30 * rng.normal(size=200))
    grade = pd.Series(np.array(GRADES)[rng.integers(0, 4, 200)])
    told = replace(evidence, association=associated(score, grade, grades=GRADES))
    return GreenDossier(
        name="green_grade",
        version="green_grade/3",
        as_of=date(2026, 10, 31),
        evidence=told,
        checks=run_checks(evidence),
        parameters={"n_estimators": 60},
        versions={"python": "3.11"},
        model_files={"booster.txt": "ab" * 32},
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_shows_what_a_reviewer_asks_for(dossier, lang):
    page = render_green(dossier, lang)
    kappa = dossier.evidence.figures.kappa
    assert f"{kappa.value:.3f}" in page
    assert f"{kappa.low:.3f} – {kappa.high:.3f}" in page
    assert "green_grade/3" in page
    for number in ("G01", "G12"):
        assert number in page
    assert page.count('<section id="') == 11
    assert page.count("<svg") >= 1


def test_the_page_is_self_contained_and_the_same_twice(dossier):
    page = render_green(dossier)
    assert page == render_green(dossier)
    assert not re.search(r"<(script|link|img)\b|url\((?!#)|https?://(?!www\.w3\.org)", page)


def test_the_official_grade_is_said_to_win(dossier):
    assert "官方等级为准" in render_green(dossier)
    assert "official grade" in render_green(dossier, "en")


def test_every_rate_of_the_confusion_table_is_a_count(dossier):
    page = render_green(dossier, "en")
    for row in dossier.evidence.judged.confusion:
        assert f">{row[0]:,}</td>" in page


def test_what_is_not_there_is_said_to_be_missing(dossier):
    from dataclasses import replace

    bare = replace(dossier, version="", evidence=replace(dossier.evidence, association=None, later=None))
    page = render_green(bare)
    assert green_words_of("zh")["green.no_credit"] in page
    assert green_words_of("zh")["green.no_later"] in page
    assert "未登记" in page


def test_a_failed_check_stands_on_top_and_an_override_is_named(dossier):
    from dataclasses import replace

    failed = [replace(dossier.checks[1], passed=False, severity="gate"), *dossier.checks[2:]]
    page = render_green(replace(dossier, checks=failed))
    assert 'class="notice bad"' in page
    named = replace(dossier, checks=failed, overrides=[Override("王审批", "试点期间", checks=("G02",))])
    assert "王审批" in render_green(named)


def test_both_languages_have_the_same_words():
    assert set(green_words_of("zh")) == set(green_words_of("en"))


def test_every_check_has_a_name_in_both_languages(dossier):
    for lang in ("zh", "en"):
        assert not [one.name for one in dossier.checks if f"checks.{one.name}" not in green_words_of(lang)]


def test_the_file_appears_whole_or_not_at_all(dossier, tmp_path):
    path = write_green_report(tmp_path / "deep" / "page.html", dossier)
    assert path.read_text("utf-8").endswith("</html>\n") or path.read_text("utf-8").endswith("</html>")
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(ModelError, match="cannot be written"):
        write_green_report(tmp_path / "file" / "page.html", dossier)
    with pytest.raises(ModelError, match="no words for language 'fr'"):
        render_green(dossier, "fr")
