"""Log-in through an OpenID Connect issuer: a small one is started here, which can also lie."""

import base64
import json
import threading
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.testclient import TestClient

from features.errors import RequestError
from serving.access.event import CONSOLE
from serving.access.issuer_calls import IssuerCalls, IssuerGone, is_safe
from serving.access.oidc import Attempt, Issuer
from serving.access.refusals import Refused
from serving.settings import Settings

CLIENT, SECRET, SUBJECT = "lvdaitong", "an issuer's secret: + and %", "subject-of-officer"


class SmallIssuer:
    """An issuer that knows one person and tells what a test lets it tell."""

    def __init__(self, key, other_key):
        self.key, self.other_key = key, other_key
        self.codes, self.asked, self.served = {}, [], []
        self.claims, self.header, self.description, self.answer = {}, {"kid": "one"}, {}, None
        self.signing, self.algorithm = key, "RS256"
        handler = type("Handler", (_Handler,), {"issuer": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def authorize(self, address):
        """What a person's browser does at the issuer: log in there and come back with a code."""
        asked = dict(parse_qsl(urlsplit(address).query))
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {"state": asked["state"], "code": code}

    def redeem(self, form, authorization):
        """The token endpoint, strict as RFC 6749 and 7636 want it."""
        asked = self.codes.pop(form.get("code", ""), None)
        expected = base64.b64encode(b"lvdaitong:an+issuer%27s+secret%3A+%2B+and+%25").decode()
        proof = base64.urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=")
        if (
            asked is None
            or authorization != f"Basic {expected}"
            or form["redirect_uri"] != asked["redirect_uri"]
            or proof.decode() != asked["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        now = datetime.now(UTC)
        claims = {
            "iss": self.address, "sub": SUBJECT, "aud": CLIENT, "nonce": asked["nonce"],
            "iat": now, "exp": now + timedelta(minutes=5),
        } | self.claims  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        token = jwt.encode(claims, self.signing, algorithm=self.algorithm, headers=self.header)
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": token}

    def describe(self):
        """OpenID Connect Discovery 1.0."""
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
        } | self.description

    def keys(self):
        """Its public keys; the key for encryption must not be taken for a signature."""
        signing = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        other = jwt.algorithms.RSAAlgorithm.to_jwk(self.other_key.public_key(), as_dict=True)
        return {"keys": [signing | {"kid": "one", "use": "sig"}, other | {"kid": "two", "use": "enc"}]}


class _Handler(BaseHTTPRequestHandler):
    issuer: SmallIssuer

    def do_GET(self):
        self.issuer.served.append(self.path)
        told = {"/.well-known/openid-configuration": self.issuer.describe, "/keys": self.issuer.keys}
        self._tell(200, told[self.path]())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = dict(parse_qsl(body))
        self.issuer.asked.append(form)
        self._tell(*(self.issuer.answer or self.issuer.redeem(form, self.headers["Authorization"])))

    def _tell(self, status, told):
        self.send_response(status)
        if status == 302:
            self.send_header("Location", told)
            told = {}
        self.end_headers()
        self.wfile.write(told if isinstance(told, bytes) else json.dumps(told).encode())

    def log_message(self, *_):
        """Nothing."""


@pytest.fixture
def kind():
    """What is kept is tested elsewhere, in both databases."""
    return "sqlite"


@pytest.fixture(scope="session")
def keys():
    """Two RSA keys."""
    return [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2)]


@pytest.fixture
def issuer(keys):
    """A running issuer."""
    made = SmallIssuer(*keys)
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def access(opened, facts, issuer):
    """Doors that know the issuer; the officer is linked."""
    settings = {"oidc_issuer": issuer.address, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    made = facts.with_accounts(opened(**settings))
    made.accounts.link("officer", SUBJECT, by=CONSOLE)
    return made


def go(browser, issuer, wanted="/page", **changed):
    """Through the issuer and back, as a browser goes."""
    sent = browser.get("/login/oidc", params={"next": wanted})
    assert sent.status_code == 303
    back = issuer.authorize(sent.headers["location"]) | changed
    return browser.get(
        "/login/oidc/back", params={name: text for name, text in back.items() if text is not None}
    )


def test_a_linked_person_comes_in_and_is_led_on(browser, issuer, noted):
    answer = go(browser, issuer, "/page?a=1")
    assert answer.status_code == 200
    assert 'content="0;url=/page?a=1"' in answer.text
    assert browser.get("/page").json()["account"] == "officer"
    assert (noted[-1].kind, noted[-1].actor, noted[-1].detail["by"]) == ("log-in", "officer", "oidc")


def test_the_log_in_page_offers_it_and_only_where_it_is_set(browser, opened, facts):
    assert "/login/oidc?next=/" in browser.get("/login").text
    with TestClient(facts.app_over(opened())) as other:
        assert "oidc" not in other.get("/login").text
        assert other.get("/login/oidc").status_code == 404
        assert other.get("/login/oidc/back").status_code == 404


def test_what_is_asked_of_the_issuer_is_a_code_with_pkce_and_nonce(browser):
    sent = browser.get("/login/oidc")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(sent.headers["location"]).query).items()}
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "https://service.test/login/oidc/back"
    assert len(asked["state"]) == len(asked["nonce"]) == len(asked["code_challenge"]) == 43
    cookie = sent.headers["set-cookie"].lower()
    assert "__host-lvdaitong-oidc=" in cookie
    assert "samesite=lax" in cookie
    assert "httponly" in cookie
    assert asked["state"] != browser.get("/login/oidc").headers["location"]


def test_it_leads_to_own_paths_only(browser, issuer):
    assert 'content="0;url=/"' in go(browser, issuer, "//evil.example").text


LIES = {
    "wrong audience": {"aud": "another-service"},
    "shared audience that was not made for us": {"aud": [CLIENT, "another"], "azp": "another"},
    "shared audience that does not say for whom": {"aud": [CLIENT, "another"]},
    "made for another service": {"azp": "another"},
    "wrong nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "nonce that is no text": {"nonce": 7},
    "expired": {"exp": datetime(2026, 1, 1, tzinfo=UTC)},
    "no expiry": {"exp": None},
    "not yet issued": {"iat": datetime(2099, 1, 1, tzinfo=UTC)},
    "another issuer": {"iss": "https://evil.example"},
    "unknown subject": {"sub": "a stranger"},
    "no subject": {"sub": None},
    "empty subject": {"sub": ""},
    "subject with a zero": {"sub": "a\x00b"},
}


@pytest.mark.parametrize("claims", LIES.values(), ids=LIES)
def test_an_id_token_that_is_not_for_us_now_is_refused(browser, issuer, claims, noted):
    issuer.claims = claims
    answer = go(browser, issuer)
    assert answer.status_code == 401
    assert "统一身份认证没有通过" in answer.text
    assert "__Host-lvdaitong" not in browser.cookies
    assert (noted[-1].kind, noted[-1].outcome) == ("log-in", "refused")
    assert browser.get("/page").status_code == 303


def test_algorithm_none_is_refused(browser, issuer):
    issuer.signing, issuer.algorithm = None, "none"
    assert go(browser, issuer).status_code == 401


def test_a_shared_secret_in_place_of_a_key_is_refused(browser, issuer):
    issuer.signing, issuer.algorithm = SECRET * 3, "HS256"
    assert go(browser, issuer).status_code == 401


def test_another_key_of_the_same_name_is_refused(browser, issuer, keys):
    issuer.signing = keys[1]
    assert go(browser, issuer).status_code == 401


@pytest.mark.parametrize("kid", ["two", "three", ""])
def test_a_key_that_is_not_for_signatures_or_not_known_is_refused(browser, issuer, keys, kid):
    issuer.signing, issuer.header = keys[1], {"kid": kid}
    assert go(browser, issuer).status_code == 401


@pytest.mark.parametrize("token", ["", "x.y.z", None, 7, {"a": 1}])
def test_something_that_is_no_id_token_is_refused(browser, issuer, token):
    issuer.answer = 200, {"id_token": token}
    assert go(browser, issuer).status_code == 401


@pytest.mark.parametrize("changed", [{"state": "another"}, {"state": None}, {"state": "\u00e9"}])
def test_an_answer_to_another_attempt_is_refused_before_the_issuer_is_asked(browser, issuer, changed):
    assert go(browser, issuer, **changed).status_code == 401
    assert issuer.asked == []


@pytest.mark.parametrize(
    "changed", [{"code": None}, {"code": "invented"}, {"iss": "https://evil.example"}], ids=str
)
def test_an_answer_without_a_good_code_is_refused(browser, issuer, changed):
    assert go(browser, issuer, **changed).status_code == 401


def test_an_answer_in_another_browser_is_refused(app, browser, issuer):
    back = issuer.authorize(browser.get("/login/oidc").headers["location"])
    with TestClient(app, base_url="https://service.test") as victim:
        assert victim.get("/login/oidc/back", params=back).status_code == 401
        victim.cookies.set("__Host-lvdaitong-oidc", "nonsense", domain="service.test", path="/")
        assert victim.get("/login/oidc/back", params=back).status_code == 401
    assert issuer.asked == []


def test_an_answer_works_once(browser, issuer):
    back = issuer.authorize(browser.get("/login/oidc").headers["location"])
    cookie = browser.cookies["__Host-lvdaitong-oidc"]
    assert browser.get("/login/oidc/back", params=back).status_code == 200
    assert "__Host-lvdaitong-oidc" not in browser.cookies
    browser.cookies.set("__Host-lvdaitong-oidc", cookie, domain="service.test", path="/")
    assert browser.get("/login/oidc/back", params=back).status_code == 401


def test_a_disabled_account_does_not_come_in_through_the_issuer(browser, issuer, access):
    access.accounts.disable("officer", by=CONSOLE)
    assert go(browser, issuer).status_code == 401


@pytest.mark.parametrize(
    "answer",
    [(500, {}), (302, "https://evil.example/"), (200, b"no JSON"), (200, []), (200, b"\xff\xfe")],
    ids=str,
)
def test_an_issuer_that_answers_nonsense_is_told_as_down(browser, issuer, answer):
    issuer.answer = answer
    assert go(browser, issuer).status_code == 503


def test_an_issuer_that_is_gone_is_told_as_down_and_passwords_still_work(browser, issuer, facts):
    issuer.server.shutdown()
    issuer.server.server_close()
    answer = browser.get("/login/oidc")
    assert answer.status_code == 503
    assert facts.log_in(browser).status_code == 303


@pytest.mark.parametrize(
    "description",
    [
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": "http://evil.example/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
    ],
    ids=str,
)
def test_a_description_of_another_issuer_or_without_encryption_is_not_followed(browser, issuer, description):
    issuer.description = description
    assert browser.get("/login/oidc").status_code == 503


def test_description_and_keys_are_asked_for_once_an_hour(issuer):
    seconds = [0.0]
    calls = IssuerCalls(issuer.address, CLIENT, SECRET, lambda: seconds[0])
    for _ in range(3):
        assert calls.key("one").key_id == "one"
    assert len(issuer.served) == 2
    for _ in range(5):
        with pytest.raises(Refused):
            calls.key("unknown")
    assert len(issuer.served) == 2
    seconds[0] = 31
    with pytest.raises(Refused):
        calls.key("unknown")
    assert issuer.served[2:] == ["/keys"]
    seconds[0] = 3700
    calls.key("one")
    assert len(issuer.served) == 5


def test_keys_that_are_no_keys_are_told_as_down(issuer, monkeypatch):
    calls = IssuerCalls(issuer.address, CLIENT, None)
    for told in ({}, {"keys": 7}, {"keys": []}, {"keys": [7]}):
        monkeypatch.setattr(issuer, "keys", lambda told=told: told)
        with pytest.raises(IssuerGone):
            calls.key("one")
        calls = IssuerCalls(issuer.address, CLIENT, None)


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://issuer.example", True),
        ("http://127.0.0.1:9000", True),
        ("http://localhost/x", True),
        ("http://issuer.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("file:///etc/passwd", False),
        ("ftp://127.0.0.1", False),
        ("", False),
    ],
)
def test_only_encrypted_addresses_and_this_machine_s_are_called(address, safe):
    assert is_safe(address) is safe


def test_settings_that_lack_half_of_it_do_not_start():
    assert Issuer.of(Settings()) is None
    with pytest.raises(RequestError, match="CLIENT_ID"):
        Issuer.of(Settings(oidc_issuer="https://issuer.example"))
    with pytest.raises(RequestError, match="https"):
        Issuer.of(Settings(oidc_issuer="http://issuer.example", oidc_client_id=CLIENT))


@pytest.mark.parametrize(
    "text",
    [None, "", "x", "bm8ganNvbg==", "e30=", "W10=", "MQ==", "eyJzdGF0ZSI6MX0=", "\u00e9", "A" * 9000],
    ids=repr,
)
def test_a_cookie_that_holds_no_attempt_is_none(text):
    assert Attempt.from_cookie(text) is None


def test_an_attempt_comes_back_from_its_cookie():
    attempt = Attempt.new("/page?x=绿")
    assert Attempt.from_cookie(attempt.as_cookie()) == attempt
