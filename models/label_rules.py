"""What counts as default: numbers with their source, read from `label_rules.yaml`, changed by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache, partial
from importlib.resources import files
from typing import Any, Literal, get_args

from features.catalogue import source_named
from features.errors import ModelError
from features.yaml_text import read_yaml

Treatment = Literal["ignored", "grey", "bad"]
"""What an event makes of a loan that is otherwise good: nothing, an indeterminate, or a default."""

PLACE = "models/label_rules.yaml"
MOST_DAYS, MOST_MONTHS, MOST_GRACE_MONTHS = 360, 60, 12
"""Beyond these nobody would call it a label of credit risk; more likely a number slipped."""


@dataclass(frozen=True, slots=True)
class StatedRule:
    """One number of the label with where it comes from.

    Attributes:
        name: As in `LabelRules`.
        value: In force.
        unit: What it counts.
        zh: What it says.
        en: The same in English.
        cites: Source; empty where it differs from the file's value.
        certainty: `public`, `to_be_confirmed`, or `set_here` where it differs from the file's value.
    """

    name: str
    value: Any
    unit: str
    zh: str
    en: str
    cites: str
    certainty: str


@cache
def stated_rules() -> dict[str, StatedRule]:
    """Every rule by its name, as `label_rules.yaml` has it."""
    raw = read_yaml((files("models") / "label_rules.yaml").read_text("utf-8"))
    return {name: StatedRule(name, **said | {"value": _frozen(said["value"])}) for name, said in raw.items()}


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _value(name: str) -> Any:
    return stated_rules()[name].value


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRules:
    """What counts as default; what is not said is as in `label_rules.yaml`.

    Write-offs and debt evasion are always default: in neither does the bank expect its money.

    Attributes:
        bad_dpd_over: Default is more than so many days past due, strictly.
        grey_dpd_over: More days past due than this without default is indeterminate (灰样本).
        months: Performance window after disbursement.
        bullet_grace_months: The window of a bullet loan is its term and so many months, because its
            principal falls due only at the end; None for `months` as of other loans.
        longest_window_months: Longest window of a bullet loan; None for no bound.
        non_performing: Classes that are default whatever the days past due.
        renewed: What a renewal without repayment makes of a loan.
        renewed_with_relief: The same for a renewal with a downgrade, capitalised interest or arrears.
        restructured: The same for a restructuring.

    Raises:
        ModelError: A rule is out of range or contradicts another; the message names it and its range.
    """

    bad_dpd_over: int = field(default_factory=partial(_value, "bad_dpd_over"))
    grey_dpd_over: int = field(default_factory=partial(_value, "grey_dpd_over"))
    months: int = field(default_factory=partial(_value, "months"))
    bullet_grace_months: int | None = field(default_factory=partial(_value, "bullet_grace_months"))
    longest_window_months: int | None = field(default_factory=partial(_value, "longest_window_months"))
    non_performing: tuple[str, ...] = field(default_factory=partial(_value, "non_performing"))
    renewed: Treatment = field(default_factory=partial(_value, "renewed"))
    renewed_with_relief: Treatment = field(default_factory=partial(_value, "renewed_with_relief"))
    restructured: Treatment = field(default_factory=partial(_value, "restructured"))

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        self._whole("bad_dpd_over", 0, MOST_DAYS)
        self._whole("grey_dpd_over", 0, self.bad_dpd_over)
        self._whole("months", 1, MOST_MONTHS)
        if self.bullet_grace_months is not None:
            self._whole("bullet_grace_months", 0, MOST_GRACE_MONTHS)
        if self.longest_window_months is not None:
            self._whole("longest_window_months", self.months, MOST_MONTHS)
        self._classes()
        for name in ("renewed", "renewed_with_relief", "restructured"):
            if getattr(self, name) not in get_args(Treatment):
                raise _refused(name, getattr(self, name), f"one of {', '.join(get_args(Treatment))}")

    def _whole(self, name: str, low: int, high: int) -> None:
        value = getattr(self, name)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise _refused(name, value, f"a whole number of {stated_rules()[name].unit} from {low} to {high}")

    def _classes(self) -> None:
        known = source_named("loan_performance").columns["risk_class"].values[1:]
        named = self.non_performing
        if not isinstance(named, tuple) or not named or not set(named) <= set(known):
            raise _refused("non_performing", named, f"one or more of {', '.join(known)}")

    def stated(self) -> tuple[StatedRule, ...]:
        """The rules in force, each with its source, for whoever must sign the label."""
        return tuple(self._stated(rule) for rule in stated_rules().values())

    def _stated(self, rule: StatedRule) -> StatedRule:
        value = getattr(self, rule.name)
        if value == rule.value:
            return rule
        return StatedRule(rule.name, value, rule.unit, rule.zh, rule.en, "", "set_here")


def rules_from(said: Mapping[str, Any], place: str) -> LabelRules:
    """The rules with those that a file changes; `place` is named in errors.

    Raises:
        ModelError: A word is no rule, or its value is out of range.
    """
    known = [rule.name for rule in fields(LabelRules)]
    if unknown := sorted(str(name) for name in said if name not in known):
        raise ModelError(
            f"{place}: no label rule '{unknown[0]}'; there are: {', '.join(known)} (see {PLACE})"
        )
    try:
        return LabelRules(**{name: _frozen(value) for name, value in said.items()})
    except ModelError as error:
        raise ModelError(f"{place}: {error}") from error


def _refused(name: str, found: object, expected: str) -> ModelError:
    return ModelError(f"label rule {name} is {found!r}, expected {expected}; {PLACE} tells what it means")
