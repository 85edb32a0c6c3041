import re
import string
from pathlib import Path

import pytest

import models.report
from models.report.words import LANGUAGES, Words, words_of

FOLDER = Path(models.report.__file__).parent
TEMPLATES = "\n".join(path.read_text("utf-8") for path in sorted((FOLDER / "templates").glob("*.j2")))


def blanks(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_words_with_the_same_blanks():
    zh, en = (words_of(lang) for lang in LANGUAGES)
    assert set(zh) == set(en)
    assert {key for key in zh if blanks(zh[key]) != blanks(en[key])} == set()


def test_no_words_are_empty_and_none_but_names_are_left_untranslated():
    zh, en = (words_of(lang) for lang in LANGUAGES)
    assert not [key for key in zh if not zh[key].strip() or not en[key].strip()]
    assert not [key for key in en if re.search("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]", en[key])]


def test_every_word_that_a_template_asks_for_is_there():
    asked = set(re.findall(r'w\("([a-z_]+\.[a-z_0-9]+)"[,)]', TEMPLATES))
    assert len(asked) > 100
    assert asked <= set(words_of("zh"))


def test_the_section_that_limits_refer_to_is_that_of_thresholds():
    names = re.search(r"set sections = \[(.+?)\]", TEMPLATES)[1].replace('"', "").split(", ")
    number = names.index("monitoring") + 1
    assert f"第 {number} 节" in words_of("zh")["limits.standard_4"]
    assert f"section {number}" in words_of("en")["limits.standard_4"]


def test_every_check_has_words():
    from models.checks import CHECKS

    named = {f"checks.{check.__name__}" for check in CHECKS.values()}
    assert named <= set(words_of("zh"))


def test_every_unit_of_a_feature_has_words():
    from features.definitions import CREDIT

    assert {one.unit for one in CREDIT if one.unit} <= Words("zh").of("units")


def test_a_name_without_words_stands_for_itself():
    words = Words("zh")
    assert words.name("exclusions", "no such reason") == "no such reason"
    assert words.name("exclusions", None) == "—"


def test_a_key_that_is_not_there_is_an_error():
    with pytest.raises(KeyError):
        Words("en")("no.such_key")
