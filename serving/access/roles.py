"""Who may do what: four roles, and the rights of each."""

from enum import StrEnum


class Role(StrEnum):
    """What an account is for."""

    OFFICER = "OFFICER"
    REVIEWER = "REVIEWER"
    STAFF = "STAFF"
    AUDITOR = "AUDITOR"


class Right(StrEnum):
    """One thing that an account may do."""

    ASK = "ASK"
    """Ask about a firm and a loan, or about any facts."""
    READ_OWN = "READ_OWN"
    """Read answers that it asked for itself."""
    READ_BANK = "READ_BANK"
    """Read every answer that its bank asked for."""
    INVOKE = "INVOKE"
    """Ask the raw model."""
    OBJECT = "OBJECT"
    """Raise an objection."""
    ANSWER_OBJECTIONS = "ANSWER_OBJECTIONS"
    """Answer objections of every bank."""
    RECORD_CONSENTS = "RECORD_CONSENTS"
    """Record and withdraw consents: its own bank's; platform staff, any bank's."""
    MANAGE_ACCOUNTS = "MANAGE_ACCOUNTS"
    """Add, disable and unlock accounts."""
    READ_AUDIT = "READ_AUDIT"
    """Read the audit log and every recorded answer, and verify the chain."""


OF_BANKS = frozenset({Role.OFFICER, Role.REVIEWER})
"""Roles that belong to a bank; the others belong to the platform."""

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.OFFICER: frozenset({Right.ASK, Right.READ_OWN, Right.OBJECT, Right.RECORD_CONSENTS}),
    Role.REVIEWER: frozenset(
        {Right.ASK, Right.READ_OWN, Right.READ_BANK, Right.INVOKE, Right.OBJECT, Right.RECORD_CONSENTS}
    ),
    Role.STAFF: frozenset(
        {Right.ANSWER_OBJECTIONS, Right.RECORD_CONSENTS, Right.MANAGE_ACCOUNTS, Right.INVOKE}
    ),
    Role.AUDITOR: frozenset({Right.READ_AUDIT}),
}
