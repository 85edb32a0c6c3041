"""Refusals: why a question that is well asked, by one who may ask, is not answered."""

from datetime import date

from features.errors import LvdaitongError, RequestError
from serving.access.roles import Right, Role
from serving.purposes import PURPOSES_ZH, Purpose


class Forbidden(LvdaitongError):  # noqa: N818 - the name is the sentence
    """A role has no right to do that.

    Args:
        right: The right it needs.
        role: The caller's role.
    """

    def __init__(self, right: Right, role: Role) -> None:
        super().__init__(f"an account of role {role} may not do that; it needs the right {right}")
        self.right, self.role = right, role


class NoBasis(RequestError):  # noqa: N818 - the name is the sentence
    """There is no recorded consent or other basis for this firm, bank, purpose and day.

    Args:
        bank: Whose query it was.
        purpose: What it was for.
        on: The day.
    """

    def __init__(self, bank: str, purpose: Purpose, on: date) -> None:
        super().__init__(
            f"no consent or other lawful basis of this firm for {bank} and purpose {purpose} is recorded"
            f" for {on}; record it first (POST /v1/consents)"
        )
        self.bank, self.purpose, self.on = bank, purpose, on

    @property
    def zh(self) -> str:
        """The same for the officer."""
        return (
            f"没有该主体对本机构（{self.bank}）“{PURPOSES_ZH[self.purpose]}”用途在 {self.on} 有效的授权，"
            "也没有登记其他合法依据，平台不予查询。请先取得书面授权并登记。"
        )


class KeyReused(RequestError):  # noqa: N818 - the name is the sentence
    """An idempotency key came back with another question."""

    def __init__(self) -> None:
        super().__init__("this Idempotency-Key was used for another question; every question needs its own")
