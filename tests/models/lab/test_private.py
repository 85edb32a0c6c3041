"""Private set intersection: two parties, bytes between them, one of them learns which firms match."""

import builtins
import hashlib

import pytest

from features.errors import ModelError, RequestError
from models.lab.matching import matching
from models.lab.private import Answering, Asking

try:
    import private_set_intersection.python as library
except ImportError:
    library = None

needed = pytest.mark.skipif(
    library is None, reason="openmined-psi is not installed: pip install lvdaitong[psi]"
)

IDS = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(90)]
HERE, THERE = IDS[:50], IDS[20:]


class Talk:
    """What two parties said to each other."""

    def __init__(self, here, there):
        self.asking, self.answering = Asking(here), Answering(there)
        self.request = self.asking.request()
        self.setup = self.answering.setup()
        self.response = self.answering.respond(self.request)

    @property
    def messages(self):
        """Everything that went from one to the other."""
        return (self.request, self.setup, self.response)


@pytest.fixture(scope="module")
def talk():
    """One talk, listened to by all tests."""
    if library is None:
        pytest.skip("openmined-psi is not installed: pip install lvdaitong[psi]")
    return Talk(HERE, THERE)


def flipped(message, place):
    """A message with one byte changed."""
    return message[:place] + bytes([message[place] ^ 255]) + message[place + 1 :]


def test_the_asking_party_learns_what_both_have(talk):
    found = talk.asking.found(talk.setup, talk.response)
    assert list(found.matched) == sorted(IDS[20:50])
    assert found.matched.name == "entity_id"


def test_the_counts_are_those_of_matching_in_the_open(talk):
    import pandas as pd

    openly = matching(pd.Series(HERE, dtype="str"), pd.Series(THERE, dtype="str"))
    assert talk.asking.found(talk.setup, talk.response).overlap == openly.overlap


def test_only_bytes_go_between_them_and_no_id_is_in_these(talk):
    for message in talk.messages:
        assert isinstance(message, bytes)
        for one in IDS:
            assert one.encode() not in message
            assert bytes.fromhex(one) not in message


def test_two_talks_of_the_same_lists_have_no_point_in_common(talk):
    again = Talk(HERE, THERE)

    def points(one):
        return set(library.Request.FromString(one.request).encrypted_elements)

    assert not points(talk) & points(again)


def test_the_order_of_the_lists_does_not_show_in_the_messages(talk):
    turned = Asking(HERE[::-1] + HERE[:5], secret=talk.asking.secret)
    assert turned.request() == talk.request


def test_the_asking_party_can_go_on_in_another_process(talk):
    later = Asking(HERE, secret=talk.asking.secret)
    assert len(later.found(talk.setup, talk.response).matched) == 30


@needed
@pytest.mark.parametrize("secret", [b"", b"abc", bytes(32), b"\xff" * 32])
def test_what_is_no_secret_is_refused(secret):
    with pytest.raises(RequestError, match="the secret is none"):
        Asking(HERE, secret=secret)


def test_a_repeated_request_has_the_same_answer_and_another_one_none(talk):
    assert talk.answering.respond(talk.request) == talk.response
    with pytest.raises(RequestError, match="another request was answered already"):
        talk.answering.respond(Asking(HERE[1:]).request())


@needed
def test_a_request_about_few_firms_is_refused():
    answering = Answering(THERE)
    with pytest.raises(RequestError, match="fewer than 19 firms"):
        answering.respond(Asking(HERE[:18]).request())


@needed
def test_one_firm_asked_for_again_and_again_counts_once():
    request = library.Request.FromString(Asking(HERE[:1]).request())
    request.encrypted_elements.extend([request.encrypted_elements[0]] * 40)
    with pytest.raises(RequestError, match="fewer than 19 firms"):
        Answering(THERE).respond(request.SerializeToString())


@needed
@pytest.mark.parametrize("common", [0, 9])
def test_few_matches_are_not_told_apart_from_none(common):
    talk = Talk(IDS[:30], IDS[30 - common : 60])
    with pytest.raises(ModelError, match=r"fewer than 10 firms .* possibly none"):
        talk.asking.found(talk.setup, talk.response)


def test_damaged_messages_are_refused(talk):
    asking = talk.asking
    for setup, response in (
        (talk.setup[:-5], talk.response),
        (b"", talk.response),
        (talk.response, talk.setup),
        (talk.setup, talk.response[:-5]),
        (talk.setup, b""),
        (talk.setup, flipped(talk.response, 2)),
    ):
        with pytest.raises(RequestError):
            asking.found(setup, response)
    for request in (b"", b"none", talk.request[:-3], talk.setup, flipped(talk.request, 4)):
        with pytest.raises(RequestError):
            Answering(THERE).respond(request)


def test_the_response_to_another_request_is_refused(talk):
    other = Talk(HERE[:40], THERE)
    with pytest.raises(RequestError, match="answers 40 ids, and 50 were asked"):
        talk.asking.found(talk.setup, other.response)


@needed
@pytest.mark.parametrize("party", [Asking, Answering])
def test_lists_without_ids_are_refused(party):
    with pytest.raises(RequestError, match="found no id"):
        party([])
    for odd in (None, float("nan"), 5):
        with pytest.raises(RequestError, match="found values of type"):
            party([*HERE, odd])


def test_a_repr_shows_neither_matches_nor_firms(talk):
    shown = repr(talk.asking.found(talk.setup, talk.response))
    assert IDS[20] not in shown
    assert "30" not in shown


def test_without_the_library_it_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **others):
        if name.startswith("private_set_intersection"):
            raise ImportError(name)
        return real(name, *rest, **others)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ModelError, match="pip install"):
        Asking(HERE)
