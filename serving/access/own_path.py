"""Where a log-in may lead: to this service's own paths, nowhere else."""

from urllib.parse import urlsplit

LONGEST = 1000
NOT_BACK_TO = ("/login", "/logout")


def own_path(text: str | None) -> str:
    r"""A path of this service with its query; `/` in place of anything else.

    Browsers read `//host` and `/\host` as another host, and drop tabs and newlines first.

    >>> own_path("/answers/1?print=1"), own_path("//evil.example/"), own_path("/\\evil.example")
    ('/answers/1?print=1', '/', '/')
    """
    if not text or len(text) > LONGEST or not text.startswith("/") or text.startswith("//"):
        return "/"
    if "\\" in text or any(character <= " " or character == "\x7f" for character in text):
        return "/"
    try:
        parts = urlsplit(text)
    except ValueError:
        return "/"
    is_own = not parts.scheme and not parts.netloc and "#" not in text
    leads_back = parts.path.rstrip("/") in NOT_BACK_TO or parts.path.startswith("/login/")
    return text if is_own and not leads_back else "/"
