"""An alert: what happened, since when, how sure, what to look at first, and whether it needs a person."""

from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from features.catalogue import load_catalogue, load_departments
from features.yaml_text import read_yaml

Words = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something that a month's figures say.

    Attributes:
        kind: One of those of `alert_words.yaml`.
        subject: What it is about: a source, an industry, two districts, a feature, a cohort.
        since: The month in which it began.
        how_sure: From 0 to 1.
        what_zh: What happened, in a sentence.
        what_en: The same in English.
        look_first_zh: What to look at first.
        look_first_en: The same in English.
        needs_person: Whether somebody must look; else it is told to be watched.
    """

    kind: str
    subject: str
    since: str
    how_sure: float
    what_zh: str
    what_en: str
    look_first_zh: str
    look_first_en: str
    needs_person: bool

    @property
    def sure_zh(self) -> str:
        """How sure, in a word."""
        return sure_word(self.how_sure, "zh")

    @property
    def sure_en(self) -> str:
        """The same in English."""
        return sure_word(self.how_sure, "en")

    @property
    def kind_zh(self) -> str:
        """Its kind, in a word."""
        return str(words()["kinds"][self.kind]["zh"])

    @property
    def kind_en(self) -> str:
        """The same in English."""
        return str(words()["kinds"][self.kind]["en"])

    def as_record(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"kind_zh": self.kind_zh, "sure_zh": self.sure_zh, "sure_en": self.sure_en}


@cache
def words() -> Words:
    """The sentences of `alert_words.yaml`."""
    told: Words = read_yaml((files("models.monitoring") / "alert_words.yaml").read_text("utf-8"))
    return told


def sure_word(share: float, lang: str) -> str:
    """How sure, in a word.

    >>> sure_word(0.995, "zh"), sure_word(0.6, "en")
    ('几乎确定', 'possible')
    """
    return next(str(one[lang]) for one in words()["sure"] if share >= one["from"])


def told(
    kind: str,
    subject: str,
    since: str,
    how_sure: float,
    *,
    needs_person: bool,
    case: str = "what",
    **facts: Any,
) -> Alert:
    """An alert with the sentences of its kind.

    Args:
        kind: Of `alert_words.yaml`.
        subject: What it is about.
        since: The month in which it began.
        how_sure: From 0 to 1.
        needs_person: Whether somebody must look.
        case: Which of the kind's sentences says what happened.
        facts: What fills the gaps of the sentences; `name_zh` and `name_en` are the subject's by default.
    """
    said = words()["kinds"][kind]
    fills = {"subject": subject, "name_zh": subject, "name_en": subject} | _names(subject)
    fills |= {"since": since} | facts
    return Alert(
        kind=kind,
        subject=subject,
        since=since,
        how_sure=round(min(max(how_sure, 0.0), 0.999), 3),
        what_zh=said[case]["zh"].format(**fills),
        what_en=said[case]["en"].format(**fills),
        look_first_zh=said["look_first"]["zh"].format(**fills),
        look_first_en=said["look_first"]["en"].format(**fills),
        needs_person=needs_person,
    )


def _names(subject: str) -> dict[str, str]:
    """What a source and its department are called; nothing where the subject is none."""
    source = load_catalogue().get(subject)
    if source is None:
        return {}
    department = load_departments()[source.department]
    return {
        "name_zh": source.zh,
        "name_en": source.en,
        "department_zh": department.zh,
        "department_en": department.en,
    }
