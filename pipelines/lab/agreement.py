"""What the parties of a lab project agreed on, as data; whatever it does not allow is refused.

Its parts follow the law on purpose limits and entrusted processing (PIPL arts. 6, 21, 23; 征信业管理条例 art.
20): the parties, the purpose, the legal basis, the fields that each approved, the time range and the end.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from features.errors import LvdaitongError
from features.yaml_text import read_yaml
from serving.purposes import Purpose

PLATFORM = "platform"
EVERY_FIELD = "*"

Route = Literal["pooled", "sub_scores", "stacking"]
Export = Literal["model", "report", "sub_scores", "log_odds"]
Name = Annotated[str, Field(min_length=1, max_length=64)]


class AgreementError(LvdaitongError):
    """The agreement of the project does not allow it."""

    exit_code: ClassVar[int] = 12


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Party(_Part):
    """One side.

    Attributes:
        name: As the agreement names it.
        fields: What it approved: columns of a bank's own table; names of features or of whole sources for the
            platform; `*` for all.
    """

    name: Name
    fields: tuple[str, ...]

    def lacks(self, fields: Iterable[str]) -> list[str]:
        """Those of the fields that were not approved, each once, in their order."""
        if EVERY_FIELD in self.fields:
            return []
        approved = set(self.fields)
        return [one for one in dict.fromkeys(fields) if one not in approved]


class Days(_Part):
    """A range of days; both ends are inside."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"'to' {self.last} is before 'from' {self.first}")
        return self

    def holds(self, day: date) -> bool:
        """Whether a day lies inside."""
        return self.first <= day <= self.last


class Parties(_Part):
    """The platform, and each bank by the name that the loan tape has for it."""

    platform: Party
    banks: dict[Name, Party] = Field(min_length=1)


class Fineness(_Part):
    """How fine what leaves may be.

    Attributes:
        points: Sub-scores are whole multiples of so many points.
        log_odds: Log-odds are multiples of this.
    """

    points: float = Field(1.0, gt=0)
    log_odds: float = Field(0.01, gt=0)


class Agreement(_Part):
    """What the parties of one project agreed on.

    Attributes:
        project: Name of the project: small letters, digits and hyphens.
        purpose: What the data may be used for; only that.
        legal_basis: On which law or contract the sharing rests.
        parties: Who takes part, with the fields that each approved.
        applications: Loans applied for in this range of days may be used.
        valid: In this range of days anything may be done at all.
        smallest_cell: Fewer firms than this are never told, nor held by a leaf of a model that leaves.
        key_holder: Which party makes and keeps the key of the identifiers.
        routes: Manners of modelling together that were agreed on.
        exports: Kinds of results that may leave.
        fineness: How fine they may be.
    """

    project: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,38}[a-z0-9]$")
    purpose: Purpose
    legal_basis: str = Field(min_length=4)
    parties: Parties
    applications: Days
    valid: Days
    smallest_cell: int = Field(10, ge=3, le=1000)
    key_holder: str = Field(min_length=1)
    routes: tuple[Route, ...] = Field(min_length=1)
    exports: tuple[Export, ...] = ()
    fineness: Fineness = Fineness(points=1.0, log_odds=0.01)

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        if PLATFORM in self.parties.banks:
            raise ValueError(f"parties.banks: no bank may be called '{PLATFORM}'")
        holders = {PLATFORM, *self.parties.banks}
        if self.key_holder not in holders:
            raise ValueError(
                f"key_holder '{self.key_holder}' is no party; expected one of {', '.join(sorted(holders))}"
            )
        return self

    @property
    def banks(self) -> Mapping[str, Party]:
        """The banks by name."""
        return self.parties.banks

    def party(self, name: str) -> Party:
        """The platform or one of the banks.

        Raises:
            AgreementError: No such party.
        """
        if name == PLATFORM:
            return self.parties.platform
        if name not in self.banks:
            raise AgreementError(
                f"project '{self.project}': '{name}' is no party; its parties are "
                f"{', '.join([PLATFORM, *self.banks])}"
            )
        return self.banks[name]

    def refuse_day(self, day: date) -> None:
        """Raise AgreementError where the agreement is not in force on a day."""
        if day < self.valid.first:
            raise AgreementError(f"project '{self.project}': its agreement begins on {self.valid.first}")
        if day > self.valid.last:
            raise AgreementError(
                f"project '{self.project}': its agreement expired on {self.valid.last}, today is {day}; "
                "the parties must renew it, and open a new project"
            )

    def refuse_purpose(self, purpose: str | None) -> None:
        """Raise AgreementError where another purpose than the agreed one is named."""
        if purpose is not None and purpose != self.purpose:
            raise AgreementError(
                f"project '{self.project}': purpose '{purpose}' was not agreed on; it is '{self.purpose}'"
            )

    def refuse_fields(self, fields: Mapping[str, Iterable[str]]) -> None:
        """Raise AgreementError where a party did not approve one of its fields."""
        for name, wanted in fields.items():
            if lacking := self.party(name).lacks(wanted):
                raise AgreementError(
                    f"project '{self.project}': {len(lacking)} fields that '{name}' did not approve: "
                    f"{', '.join(lacking[:5])}{' …' if len(lacking) > 5 else ''}"  # noqa: PLR2004 - shown
                )

    def refuse_route(self, route: str | None) -> None:
        """Raise AgreementError where a route was not agreed on."""
        if route is not None and route not in self.routes:
            raise AgreementError(
                f"project '{self.project}': route '{route}' was not agreed on; agreed are "
                f"{', '.join(self.routes)}"
            )


def read_agreement(file: Path) -> Agreement:
    """The agreement that a YAML file tells.

    Raises:
        AgreementError: The file cannot be read, or something in it is missing, unknown or impossible; the
            message names each place.
    """
    try:
        told = read_yaml(file.read_text("utf-8"))
        return Agreement.model_validate(told)
    except ValidationError as error:
        raise AgreementError(f"{file}: {'; '.join(_said(error))}") from None
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise AgreementError(f"{file}: cannot be read: {' '.join(str(error).split())}") from error


def _said(error: ValidationError) -> list[str]:
    """Each fault as its place and what is wrong with it."""
    return [
        f"{'.'.join(map(str, one['loc'])) or 'the agreement'}: {one['msg'].removeprefix('Value error, ')}"
        for one in error.errors(include_url=False)
    ]
