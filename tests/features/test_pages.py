"""The templates of the pages that people read."""

import pytest
from jinja2 import UndefinedError

from features.pages import templates_of

PAIRS = [("models.report", "pipelines"), ("pipelines", "models.report")]


def test_what_a_page_is_given_is_never_markup():
    page = templates_of("features").from_string("<p>{{ name }}</p>")
    assert page.render(name="<script>") == "<p>&lt;script&gt;</p>"


def test_a_name_that_a_page_was_not_given_is_an_error():
    with pytest.raises(UndefinedError, match="firm"):
        templates_of("features").from_string("{{ firm }}").render()


def test_a_block_leaves_no_empty_line_behind():
    page = templates_of("features").from_string("a\n  {% if true %}\nb\n  {% endif %}\nc")
    assert page.render() == "a\nb\nc"


def test_the_templates_of_every_package_are_found():
    found = templates_of("pipelines.lab", "models.report").list_templates()
    assert {"lab.html.j2", "macros.html.j2"} <= {*found}


def test_the_first_of_two_packages_wins():
    told = [templates_of(*names).get_template("report.css").filename for names in PAIRS]
    assert ["models" in name for name in told] == [True, False]
