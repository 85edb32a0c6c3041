"""Private matching: two homes, three files between them, and nothing small told by either."""

import json
import stat

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from features.errors import ModelError, RequestError, SourceError
from features.home import Home
from features.keyed import keyed_ids, write_keyed
from features.uscc import with_checks
from pipelines.lab.agreement import AgreementError
from pipelines.lab.intersection import answer, ask, found, listed, matched
from pipelines.lab.project import Project
from pipelines.lab.verbs import lab

pytest.importorskip("private_set_intersection")

KEY = bytes(range(32))
CODES = with_checks(pd.Series([f"91330502MA{number:06X}" for number in range(90)]))
app = typer.Typer()
app.add_typer(lab, name="lab")


class Party:
    """A party in a home of its own, with its list."""

    def __init__(self, folder, agreement, clock, codes):
        folder.mkdir()
        self.folder, self.clock = folder, clock
        self.project = Project.create(Home(folder / "home"), agreement, by="王敏", clock=clock)
        self.file = folder / "firms.csv"
        pd.DataFrame({"entity_id": codes}).to_csv(self.file, index=False)

    @property
    def said(self):
        """Key, person and clock."""
        return {"key": KEY, "by": "王敏", "clock": self.clock}

    @property
    def own(self):
        """Its firms, keyed."""
        return listed(self.project.home, KEY, self.file)

    def ask(self):
        """A request."""
        ask(self.project, self.own, self.folder / "request", **self.said)
        return self.folder / "request" / "request.psi"

    def answer(self, request, name="answer"):
        """An answer."""
        told = answer(self.project, self.own, request, self.folder / name, **self.said)
        return told, self.folder / name


@pytest.fixture
def bank(tmp_path, agreement_file, clock):
    """The bank knows firms 0 to 49, one of them twice, and one code that is none."""
    codes = [*CODES[:50], CODES[0], "91330502MA29K00160"]
    return Party(tmp_path / "bank", agreement_file(), clock, codes)


@pytest.fixture
def platform(tmp_path, agreement_file, clock):
    """The platform knows firms 20 to 89."""
    return Party(tmp_path / "platform", agreement_file(), clock, CODES[20:])


def test_the_asking_party_learns_the_firms_that_both_know_and_both_ledgers_tell_of_it(bank, platform):
    request = bank.ask()
    told_there, folder = platform.answer(request)
    told = found(bank.project, folder, **bank.said)
    assert sorted(matched(bank.project, KEY)) == sorted(keyed_ids(CODES[20:50], KEY))
    assert (told["left"], told["right"], told["matched"]) == (50, 70, 30)
    assert (told["duplicates"], told["invalid"]) == ("<10", "<10")
    assert (told["left_only"], told["left_rate"]) == (20, 0.6)
    assert (told_there["listed"], told_there["answered_before"]) == (70, 0)
    for party, steps in ((bank, ["ask", "found"]), (platform, ["answer"])):
        assert [one.noted["step"] for one in party.project.lines if one.act == "match"] == steps
    asked = next(one.noted["request"] for one in bank.project.lines if one.act == "match")
    assert asked == platform.project.lines[-1].noted["request"]


def test_neither_a_code_nor_a_keyed_id_nor_the_secret_leaves_or_is_noted(bank, platform):
    request = bank.ask()
    secret = bank.project.inside / "match" / "asked" / "secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    _, folder = platform.answer(request)
    messages = b"".join(one.read_bytes() for one in [request, *folder.iterdir()])
    ledgers = "".join(str(one.noted) for one in [*bank.project.lines, *platform.project.lines])
    for code, keyed in zip(CODES, keyed_ids(CODES, KEY), strict=True):
        assert code.encode() not in messages
        assert keyed.encode() not in messages
        assert bytes.fromhex(keyed) not in messages
        assert keyed not in ledgers
    assert secret.read_bytes() not in messages
    found(bank.project, folder, **bank.said)
    assert not secret.exists()


@pytest.mark.parametrize("known", [0, 1, 9])
def test_no_match_one_match_and_few_matches_are_refused_alike(bank, platform, known):
    codes = with_checks(pd.Series([f"91330502MB{number:06X}" for number in range(40)]))
    pd.DataFrame({"entity_id": [*codes, *CODES[20 : 20 + known]]}).to_csv(bank.file, index=False)
    _, folder = platform.answer(bank.ask())
    with pytest.raises(ModelError) as told:
        found(bank.project, folder, **bank.said)
    assert str(told.value).startswith("fewer than 10 firms are on both lists, possibly none")
    assert not (bank.project.inside / "match" / "found").exists()
    assert (bank.project.lines[-1].outcome, bank.project.lines[-1].noted) == (
        "failed",
        {"kind": "ModelError"},
    )


def test_a_list_that_asks_about_single_firms_is_not_answered(bank, platform):
    pd.DataFrame({"entity_id": CODES[:18]}).to_csv(bank.file, index=False)
    with pytest.raises(RequestError, match="asks about fewer than 19 firms"):
        platform.answer(bank.ask())
    assert not (platform.folder / "answer").exists()
    assert platform.project.lines[-1].outcome == "failed"


def test_a_second_answer_says_that_it_is_one(bank, platform):
    request = bank.ask()
    platform.answer(request)
    told, _ = platform.answer(request, "again")
    assert told["answered_before"] == 1
    assert platform.project.lines[-1].noted["answered_before"] == 1


def test_another_key_an_answer_to_nothing_and_a_damaged_message_are_refused(bank, platform, tmp_path):
    with pytest.raises(RequestError, match="no request waits for an answer"):
        found(bank.project, tmp_path, **bank.said)
    request = bank.ask()
    with pytest.raises(RequestError, match="exists; name a folder"):
        bank.ask()
    _, folder = platform.answer(request)
    (folder / "response.psi").write_bytes(b"broken")
    with pytest.raises(RequestError, match="the response is damaged"):
        found(bank.project, folder, **bank.said)
    with pytest.raises(SourceError, match="cannot be read"):
        platform.answer(tmp_path / "none.psi", "other")
    keyed = tmp_path / "keyed.parquet"
    write_keyed(pd.DataFrame({"entity_id": keyed_ids(CODES, bytes(32))}), keyed, bytes(32))
    with pytest.raises(RequestError, match="different keys"):
        listed(bank.project.home, KEY, keyed)


def test_an_agreement_that_expires_half_way_sends_and_keeps_nothing(bank, clock):
    clock.set("2026-12-31")

    def midnight():
        moment = clock()
        clock.set("2027-01-01")
        return moment

    with pytest.raises(AgreementError, match="expired on 2026-12-31"):
        ask(bank.project, bank.own, bank.folder / "out", key=KEY, by="王敏", clock=midnight)
    assert not (bank.folder / "out").exists()
    assert not (bank.project.inside / "match").exists()
    assert bank.project.lines[-1].outcome == "refused"


def test_the_verb_goes_through_all_three_steps(bank, platform, agreement_file, tmp_path):
    key = tmp_path / "project.key"
    key.write_text(KEY.hex(), "ascii")
    for party in (bank, platform):
        file = agreement_file(("to: 2026-12-31", "to: 2126-12-31"))
        party.project = Project.create(Home(party.folder / "live"), file, by="王敏")

    def run(party, *words):
        said = ["lab", "match", "huzhou-2026", *words, "--by", "王敏", "--key", key, "--json"]
        told = CliRunner().invoke(app, [str(one) for one in said], obj=party.project.home)
        if told.exception:
            raise told.exception
        return json.loads(told.output)

    out, back = tmp_path / "to-platform", tmp_path / "to-bank"
    assert run(bank, "ask", "--list", bank.file, "--out", out)["listed"] == 50
    run(platform, "answer", "--list", platform.file, "--request", out / "request.psi", "--out", back)
    assert run(bank, "found", "--answer", back)["matched"] == 30
    with pytest.raises(RequestError, match="expected ask --out FOLDER"):
        run(bank, "answer")
