"""The page about the lab: its agreement can be read, its fields are all there, its commands can be typed."""

import re
import shlex
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from pipelines.command_line import app
from pipelines.lab.agreement import Agreement, read_agreement

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGES = ("joint-lab.md", "joint-lab.zh-CN.md")
VERBS = [
    "new",
    "show",
    "key",
    "tape",
    "contribute",
    "match",
    "pool",
    "report",
    "release",
    "package",
    "half",
    "combine",
    "sub-scores",
    "ledger",
    "close",
]


def page(name):
    """The text of a page."""
    return (DOCS / name).read_text("utf-8")


def blocks(name, language):
    """The fenced blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", page(name), re.DOTALL)


def commands(name):
    """The words of every command, without what comes before the program."""
    lines = [shlex.split(line, comments=True) for block in blocks(name, "sh") for line in block.splitlines()]
    return [words[words.index("lvdaitong") + 1 :] for words in lines if words]


def parsed(words):
    """The names of the verb that would run; a word that is wrong or missing is an error of the parser."""
    command, context, names = get_command(app), None, []
    while True:
        context = command.make_context(command.name, list(words), parent=context)
        if not hasattr(command, "resolve_command"):
            return names
        name, command, words = command.resolve_command(context, [*context._protected_args, *context.args])
        names.append(name)


@pytest.mark.parametrize("name", PAGES)
def test_every_command_can_be_typed(name):
    for words in commands(name):
        assert parsed(words), words


def test_a_command_with_a_word_that_is_none_cannot():
    with pytest.raises(Exception, match="No such option"):
        parsed(["lab", "show", "huzhou-2026", "--because"])


@pytest.mark.parametrize("name", PAGES)
def test_the_verbs_of_both_routes_are_told(name):
    told = {tuple(parsed(words)) for words in commands(name)}
    assert told >= {("lab", verb) for verb in VERBS} | {("audit", "verify"), ("audit", "anchor")}


@pytest.mark.parametrize("name", PAGES)
def test_the_agreement_of_the_page_can_be_read(name, tmp_path):
    (text,) = blocks(name, "yaml")
    file = tmp_path / "agreement.yaml"
    file.write_text(text, "utf-8")
    agreement = read_agreement(file)
    assert agreement.project == "huzhou-2026"
    assert set(yaml.safe_load(text)) == set(Agreement.model_fields)


@pytest.mark.parametrize("name", PAGES)
def test_every_field_of_the_agreement_has_its_line(name):
    for field, told in Agreement.model_fields.items():
        (line,) = re.findall(rf"^\| `{field}` \|.*\|$", page(name), re.MULTILINE)
        assert told.is_required() == line.endswith(("| no |", "| 必填 |")), field


def test_both_pages_have_the_same_commands_and_the_same_agreement():
    one, other = PAGES
    assert commands(one) == commands(other)
    assert blocks(one, "yaml") == blocks(other, "yaml")


def test_the_help_names_a_page_that_is_there():
    from pipelines.lab import verbs

    (told,) = set(re.findall(r"docs/[\w.-]+\.md", Path(verbs.__file__).read_text("utf-8")))
    assert (DOCS.parent / told).is_file()
