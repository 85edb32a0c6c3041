"""One recorded basis in law for looking at a firm, and the rules that it must keep."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from features.errors import RequestError
from serving.purposes import BASES_ZH, PURPOSES_ZH, Basis, Purpose
from serving.records.seal import canonical
from serving.records.tables import CONSENTS
from serving.records.texts import is_storable

_HASH = re.compile(r"[0-9a-f]{64}")
_DAYS = ("valid_from", "valid_to", "withdrawn_on")
_IDENTITY = uuid5(NAMESPACE_URL, "lvdaitong consent")


class BadConsent(RequestError):  # noqa: N818 - a word for what is the matter
    """A consent breaks a rule; `rule` names it. The message holds no value of the row."""

    def __init__(self, rule: str, said: str) -> None:
        super().__init__(f"consent: {rule}: {said}")
        self.rule = rule
        self.said = said


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What makes looking at a firm lawful, for one bank and one purpose.

    Attributes:
        entity_id: The firm's key.
        bank: The bank that may ask.
        purpose: What for; no other purpose is covered.
        basis: Signed consent, a contract, or a duty by law.
        valid_from: First day, included.
        valid_to: Last day, included; None for no end.
        reference: Number of the signed paper or contract, or the article of law (STATUTORY must have it).
        text_hash: SM3 of the signed text, 64 hexadecimal digits.
        withdrawn_on: From this day on it covers nothing.
        consent_id: Its name; made of its content where it is empty, so that a row given twice is one consent.

    Raises:
        BadConsent: A rule is broken.
    """

    entity_id: str
    bank: str
    purpose: Purpose
    basis: Basis
    valid_from: date
    valid_to: date | None = None
    reference: str | None = None
    text_hash: str | None = None
    withdrawn_on: date | None = None
    consent_id: str = ""

    def __post_init__(self) -> None:
        self._expect_fitting_texts()
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise BadConsent("ends_after_it_begins", "its last day is before its first")
        if self.basis is Basis.STATUTORY and not self.reference:
            raise BadConsent(
                "duty_names_its_article", "basis STATUTORY needs the article of law as reference"
            )
        if self.text_hash is not None and not _HASH.fullmatch(self.text_hash):
            raise BadConsent("hash_is_a_hash", "text_hash must be 64 lower-case hexadecimal digits")
        if not self.consent_id:
            object.__setattr__(self, "consent_id", str(uuid5(_IDENTITY, canonical(self.content()))))

    def covers(self, day: date) -> bool:
        """Whether it is in force on a day: both ends included, the day of withdrawal not."""
        ended = (self.valid_to is not None and day > self.valid_to) or (
            self.withdrawn_on is not None and day >= self.withdrawn_on
        )
        return day >= self.valid_from and not ended

    def content(self) -> dict[str, str | None]:
        """What was agreed, as texts: everything but its name and its withdrawal."""
        return {
            one.name: _text(getattr(self, one.name))
            for one in fields(self)
            if one.name not in {"consent_id", "withdrawn_on"}
        }

    def as_row(self) -> dict[str, str | None]:
        """Its columns of the table `consents`."""
        return self.content() | {"consent_id": self.consent_id, "withdrawn_on": _text(self.withdrawn_on)}

    def _expect_fitting_texts(self) -> None:
        for name in ("entity_id", "bank", "reference", "consent_id"):
            text = getattr(self, name)
            if name in {"entity_id", "bank"} and not text:
                raise BadConsent(f"{name}_is_named", f"{name} is empty")
            width = CONSENTS.c[name].type.length  # type: ignore[attr-defined]
            if text and (len(text) > width or not is_storable(text)):
                raise BadConsent(f"{name}_fits", f"{name} has more than {width} characters, or a strange one")


def consent_of(cells: Mapping[str, Any]) -> Consent:
    """A consent of texts, as a file or a form has them.

    Purpose and basis may be told in Chinese; a unified social credit code may be spelled loosely.

    Raises:
        BadConsent: A rule is broken; the message holds no value of it.
    """
    texts = {name: str(value).strip() for name, value in cells.items() if not _is_missing(value)}
    basis = _one_of(Basis, BASES_ZH, "basis", texts.get("basis", ""))
    return Consent(
        entity_id=_key(texts.get("entity_id", "")),
        bank=texts.get("bank", ""),
        purpose=_one_of(Purpose, PURPOSES_ZH, "purpose", texts.get("purpose", "")),
        basis=basis,
        valid_from=_day("valid_from", texts.get("valid_from", "")),
        valid_to=_day("valid_to", texts["valid_to"]) if texts.get("valid_to") else None,
        reference=texts.get("reference") or None,
        text_hash=texts.get("text_hash", "").lower() or None,
        consent_id=texts.get("consent_id", ""),
    )


def consent_from(row: Mapping[str, Any]) -> Consent:
    """A consent as the table has it.

    Raises:
        BadConsent: Somebody wrote it past the program, and it breaks a rule.
    """
    words = {one.name: row[one.name] for one in fields(Consent)}
    try:
        days = {name: date.fromisoformat(words[name]) for name in _DAYS if words[name]}
        kinds = {"purpose": Purpose(words["purpose"]), "basis": Basis(words["basis"])}
    except ValueError:
        raise BadConsent("row_is_a_consent", "a day, the purpose or the basis is none") from None
    return Consent(**(words | days | kinds))


def _key(text: str) -> str:
    """A code as the platform writes it; anything else as it is."""
    from features.uscc import LENGTH, is_valid, normalise  # brings pandas, which reading needs not

    code = normalise(text)
    return code if len(code) == LENGTH and is_valid(code) else text


def _one_of(kind: Any, in_chinese: Mapping[Any, str], name: str, text: str) -> Any:
    for one in kind:
        if text in {one.value, in_chinese[one]}:
            return one
    raise BadConsent(f"{name}_is_known", f"{name} must be one of {', '.join(kind)}")


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text[:10]) if _looks_like_a_day(text) else _no_day(name)
    except ValueError:
        return _no_day(name)


def _looks_like_a_day(text: str) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}(?:[ T]00:00:00(?:\.0+)?)?", text, re.ASCII))


def _no_day(name: str) -> date:
    raise BadConsent(f"{name}_is_a_day", f"{name} must be a day as YYYY-MM-DD")


def _is_missing(value: Any) -> bool:
    """None, NaN and NaT: they alone differ from themselves."""
    return value is None or bool(value != value)  # noqa: PLR0124


def _text(value: Any) -> str | None:
    return value.isoformat() if isinstance(value, date) else None if value is None else str(value)
