"""The dictionaries of data and of features, generated: nothing about either is written twice."""

import inspect
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

from features.catalogue import Column, Source, load_catalogue, load_departments
from features.definitions import ALL, CREDIT, GREEN, GREEN_VETOES
from features.feature import AnyFeature, Combined
from features.yaml_text import read_yaml
from pipelines.markdown import joined, table

NAMES = {"en": "{name}.md", "zh": "{name}.zh-CN.md"}
"""Language → file name."""


def documents() -> dict[str, str]:
    """Every dictionary: file name → Markdown."""
    pages = {"data-dictionary": data_dictionary, "feature-dictionary": feature_dictionary}
    return {NAMES[tongue].format(name=name): page(tongue) for name, page in pages.items() for tongue in NAMES}


def write_documents(folder: Path) -> list[Path]:
    """Write every dictionary into a folder, which is made where it is not there; the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in documents().items():
        (folder / name).write_text(text, "utf-8")
    return [folder / name for name in documents()]


def data_dictionary(tongue: str) -> str:
    """Every source and its columns.

    Args:
        tongue: `zh` or `en`.
    """
    say = Words(tongue)
    sources = load_catalogue().values()
    head = [
        f"# {say('data')}",
        say("generated"),
        f"{say('counted_sources', count=len(sources))} {say('keys')}",
    ]
    return joined([*head, *(part for source in sources for part in _source(source, say))])


def feature_dictionary(tongue: str) -> str:
    """Every feature, by source.

    Args:
        tongue: `zh` or `en`.
    """
    say = Words(tongue)
    read = {source for one in ALL for source in one.sources}
    counted = say("counted_features", count=len(ALL), sources=len(read))
    parts = [f"# {say('features')}", say("generated"), f"{counted} {say('missing')}"]
    green = [one for one in (*GREEN, *GREEN_VETOES) if one not in CREDIT]  # the industry is both models'
    for title, ones in (("credit", CREDIT), ("green", tuple(green))):
        parts.append(f"## {say(title)}")
        for heading, together in _gathered(ones, say):
            parts += [f"### {heading}", *_features(together, say)]
    return joined(parts)


class Words:
    """The words of one language, from `dictionary.yaml`."""

    def __init__(self, tongue: str) -> None:
        self.tongue = tongue

    def __call__(self, name: str, **figures: object) -> str:
        """A word or sentence with its figures."""
        return self.of("words", name).format(**figures)

    def of(self, kind: str, code: str) -> str:
        """What a code of the catalogue is called."""
        word: str = _words()[kind][code][self.tongue]
        return word

    def name(self, thing: Any) -> str:
        """What a thing with `zh` and `en` is called."""
        text: str = getattr(thing, self.tongue)
        return text

    def pick(self, thing: Any, name: str) -> str:
        """An attribute that stands in both languages, such as `grain` and `grain_zh`."""
        text: str = getattr(thing, f"{name}_zh" if self.tongue == "zh" else name)
        return text


@cache
def _words() -> dict[str, dict[str, dict[str, str]]]:
    told: dict[str, dict[str, dict[str, str]]] = read_yaml(
        (files("pipelines") / "dictionary.yaml").read_text("utf-8")
    )
    return told


# ---------------------------------------------------------------- sources
def _source(source: Source, say: Words) -> list[str]:
    department = load_departments()[source.department]
    frequency = f"{say.of('frequencies', source.frequency)} · {say('lag')} " + say(
        "lag_days", days=source.usual_lag_days
    )
    facts = {
        say("department"): f"{say.name(department)} (`{source.department}`)",
        say("lawful_basis"): source.lawful_basis,
        say("grain"): say.pick(source, "grain"),
        say("event_date"): say.pick(source, "event_date"),
        say("frequency"): f"{frequency} ({say.of('certainties', source.certainty)})",
    }
    listed = "\n".join(f"- {name}: {fact}" for name, fact in facts.items())
    parts = [f"## {say.name(source)} `{source.name}`", listed]
    parts += [f"**{say('outcome')}**"] if source.outcome else []
    parts.append(_columns(source.columns.values(), say))
    return [*parts, *(say("check", column=one.column, other=one.other) for one in source.checks)]


def _columns(columns: Iterable[Column], say: Words) -> str:
    titles = ("column", "title", "type", "unit", "admissible", "required", "meaning", "sensitivity")
    shown = [name for name in titles if say.tongue == "zh" or name != "title"]
    rows = [
        {
            "column": f"`{column.name}`",
            "title": column.zh,
            "type": say.of("types", column.dtype),
            "unit": say.of("units", column.unit) if column.unit else "",
            "admissible": _admissible(column, say),
            "required": say("yes") if column.required else "",
            "meaning": say.pick(column, "meaning"),
            "sensitivity": say.of("sensitivities", column.sensitivity),
        }
        for column in columns
    ]
    return table([say(name) for name in shown], [[row[name] for name in shown] for row in rows])


def _admissible(column: Column, say: Words) -> str:
    if column.values:
        return ", ".join(column.values) + (say("ordered") if column.ordered else "")
    if column.pattern:
        return f"`{column.pattern}`"
    bounds = {"at_least": column.minimum, "at_most": column.maximum}
    return ", ".join(say(name, bound=f"{bound:,}") for name, bound in bounds.items() if bound is not None)


# ---------------------------------------------------------------- features
def _gathered(features: Sequence[AnyFeature], say: Words) -> list[tuple[str, list[AnyFeature]]]:
    """Features under the heading of their source, in the order in which models read them."""

    def heading(one: AnyFeature) -> str:
        source = load_catalogue()[one.source]
        return say("across") if isinstance(one, Combined) else f"{say.name(source)} `{source.name}`"

    return [(title, list(ones)) for title, ones in groupby(features, heading)]


def _features(features: Sequence[AnyFeature], say: Words) -> list[str]:
    titles = [say(name) for name in ("feature", "meaning", "window", "unit", "risk", "told")]
    return [table(titles, [_feature(one, say) for one in features])]


def _feature(one: AnyFeature, say: Words) -> list[str]:
    window = say("all_known") if one.months is None else say("window_months", months=one.months)
    return [
        f"`{one.name}`",
        _meaning(one, say),
        window,
        say.of("units", one.unit),
        say.of("risks", one.risk or "free"),
        f"{one.lowers} / {one.raises}",
    ]


def _meaning(one: AnyFeature, say: Words) -> str:
    """The name; in English also what the docstring says of missing values, and the Chinese name."""
    told = one.zh if say.tongue == "zh" else f"{one.en} {explained(one)} {one.zh}"
    if isinstance(one, Combined):
        told += f" ({say('made_of')}: {', '.join(f'`{part.name}`' for part in one.of)})"
    return " ".join(told.split())


def explained(one: AnyFeature) -> str:
    """What a feature's docstring says after its first line: extreme values, and when it is missing."""
    return " ".join(inspect.cleandoc(one.compute.__doc__ or "").partition("\n")[2].split())
