"""What a request is told that may not go on: who is there is never part of it."""

from features.errors import LvdaitongError


class Refused(LvdaitongError):  # noqa: N818 - the name is the sentence
    """Name and password, or another one's word, prove nothing.

    Its text is the same for an unknown name, a wrong password and a locked account.

    Args:
        account: The account that was meant, where there is one; for the audit log, never for the answer.
        why: Likewise: `unknown`, `password`, `locked`, `disabled`, `subject` …
    """

    def __init__(self, account: str | None = None, why: str = "unknown") -> None:
        super().__init__(
            "name or password is wrong, or the account is locked for some minutes after too many tries"
        )
        self.account, self.why = account, why


class Locked(Refused):
    """The account is locked after too many wrong passwords; the text does not say so.

    Args:
        account: The account.
    """

    def __init__(self, account: str) -> None:
        super().__init__(account, "locked")


class BadCredentials(LvdaitongError):  # noqa: N818 - the name is the sentence
    """A token or a cookie proves nothing: forged, expired, revoked, or its account is disabled."""

    def __init__(self) -> None:
        super().__init__(
            "the token is not valid: unknown, expired or revoked; POST /v1/tokens gives a new one"
        )


class TooMany(LvdaitongError):  # noqa: N818 - the name is the sentence
    """More requests, or more tries, than are allowed.

    Args:
        retry_after: In so many seconds one is allowed again.
    """

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many requests; try again in {retry_after} s")
        self.retry_after = retry_after
