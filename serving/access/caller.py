"""Who asks: the account behind a request, once it has proved who it is."""

from dataclasses import dataclass

from serving.access.roles import RIGHTS, Right, Role


@dataclass(frozen=True, slots=True)
class Caller:
    """An account that has proved who it is.

    Attributes:
        account: Its name.
        role: What it is for.
        bank: The bank it belongs to; None for platform staff and auditors.
        session: Hash of its session; None where it came with a token.
        csrf: What every form of its session must carry; None where it came with a token.
    """

    account: str
    role: Role
    bank: str | None = None
    session: str | None = None
    csrf: str | None = None

    def may(self, right: Right) -> bool:
        """Whether its role has a right."""
        return right in RIGHTS[self.role]
