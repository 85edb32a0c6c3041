"""Where a log-in may lead, for any text; and the other texts that strangers send."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from serving.access.oidc import Attempt
from serving.access.own_path import own_path

PIECES = st.sampled_from(
    ["/", "\\", "//", ":", "@", "?", "#", ".", "..", "evil.example", "https:", "\t", "\n", "%2f", "a"]
)


def as_a_browser_reads(text: str) -> str:
    """The host that a browser would go to: backslashes are slashes, tabs and line ends are nothing."""
    read = text.translate({ord("\t"): None, ord("\n"): None, ord("\r"): None}).replace("\\", "/").strip()
    return urlsplit(urljoin("https://service.test/login", read)).netloc


@given(st.one_of(st.text(), st.lists(PIECES, max_size=8).map("".join)))
def test_no_text_leads_to_another_host_or_into_a_header(text):
    led = own_path(text)
    assert led.startswith("/")
    assert as_a_browser_reads(led) == "service.test"
    assert not set(led) & set("\r\n\t\\ \x00")


@pytest.mark.parametrize("text", ["/", "/page", "/answers/1?print=1&a=%2F", "/objections?next=//x", "/浙江"])
def test_own_paths_stay_as_they_are(text):
    assert own_path(text) == text


@pytest.mark.parametrize("text", ["/login", "/login/", "/login/oidc", "/logout", "/login?next=/page", None])
def test_the_log_in_does_not_lead_to_itself(text):
    assert own_path(text) == "/"


@given(st.one_of(st.text(), st.binary().map(lambda some: some.decode("latin-1"))))
def test_no_cookie_makes_an_attempt_by_accident_or_an_error(text):
    assert Attempt.from_cookie(text) is None


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=900))
@example("浙" * 900)
@example("\x00" * 400)
def test_every_attempt_comes_back_from_its_cookie(wanted):
    attempt = Attempt.new(wanted)
    cookie = attempt.as_cookie()
    assert cookie.isascii()
    assert len(cookie) < 4000
    assert Attempt.from_cookie(cookie) == attempt
