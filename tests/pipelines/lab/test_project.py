import pytest

from features.errors import RequestError, SourceError
from pipelines.lab.agreement import AgreementError
from pipelines.lab.project import Project


def acts(project):
    return [(one.act, one.outcome) for one in project.lines]


def write(act, name="figures.json", text="{}"):
    made = act.staging / name
    made.write_text(text, "utf-8")
    return made


def test_what_an_act_keeps_takes_its_place_and_the_ledger_tells_of_it(project, clock):
    with project.act("train", by="王敏", clock=clock, purpose="TRAINING", route="pooled") as act:
        act.keep(write(act), project.inside / "figures.json")
        act.noted["loans"] = 1200
    assert (project.inside / "figures.json").read_text("utf-8") == "{}"
    line = project.lines[-1]
    assert (line.act, line.outcome, line.by, line.noted) == ("train", "done", "王敏", {"loans": 1200})


def test_a_folder_that_is_kept_takes_the_place_of_an_older_one(project, clock):
    for text in ("old", "new"):
        with project.act("train", by="王敏", clock=clock) as act:
            (act.staging / "model").mkdir()
            write(act, "model/booster.txt", text)
            act.keep(act.staging / "model", project.inside / "model")
    assert (project.inside / "model" / "booster.txt").read_text("utf-8") == "new"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"purpose": "POST_LOAN"}, "purpose 'POST_LOAN' was not agreed on"),
        ({"fields": {"湖州银行": ["salary_cny"]}}, "did not approve: salary_cny"),
        ({"fields": {"工商银行": []}}, "is no party"),
        ({"route": "other"}, "route 'other' was not agreed on"),
    ],
)
def test_what_the_agreement_does_not_allow_is_refused_and_recorded(project, clock, words, told):
    with pytest.raises(AgreementError, match=told), project.act("train", by="王敏", clock=clock, **words):
        pytest.fail("it was begun")
    line = project.lines[-1]
    assert (line.act, line.outcome) == ("train", "refused")
    assert told in line.noted["why"]


def test_an_agreement_that_expires_half_way_leaves_nothing_behind(project, clock):
    clock.set("2026-12-31")

    def outlast():
        with project.act("train", by="王敏", clock=clock) as act:
            act.keep(write(act), project.inside / "figures.json")
            clock.set("2027-01-01")

    with pytest.raises(AgreementError, match="expired on 2026-12-31"):
        outlast()
    assert not project.inside.exists()
    assert not list(project.home.staging.glob("*/*"))
    assert acts(project)[-1] == ("train", "refused")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (SourceError("91330502MA29K00168 is odd"), "SourceError"),
        (ZeroDivisionError("1"), "interrupted or unexpected"),
    ],
)
def test_an_act_that_fails_leaves_nothing_and_is_recorded_by_its_kind_alone(project, clock, error, kind):
    def fail():
        with project.act("contribute", by="王敏", clock=clock) as act:
            act.keep(write(act), project.inside / "tape.parquet")
            act.noted["rows"] = 5
            raise error

    with pytest.raises(type(error)):
        fail()
    assert not project.inside.exists()
    line = project.lines[-1]
    assert (line.outcome, line.noted) == ("failed", {"kind": kind})


def test_nothing_is_done_by_nobody(project, clock):
    with pytest.raises(RequestError, match="who does it"), project.act("train", by=" ", clock=clock):
        pytest.fail("it was begun")


def test_a_closed_project_keeps_its_ledger_and_exports_but_nothing_inside(project, clock):
    with project.act("train", by="王敏", clock=clock) as act:
        act.keep(write(act), project.inside / "figures.json")
    project.close(by="王敏", why="到期", clock=clock)
    assert not project.inside.exists()
    with pytest.raises(AgreementError, match="was closed"), project.act("train", by="王敏", clock=clock):
        pytest.fail("it was begun")
    with pytest.raises(RequestError, match="was closed before"):
        project.close(by="王敏", why="到期", clock=clock)
    assert acts(project) == [("open", "done"), ("train", "done"), ("close", "done"), ("train", "refused")]


@pytest.mark.usefixtures("project")
def test_a_project_is_opened_once_and_not_after_its_agreement_ended(home, agreement_file, clock):
    with pytest.raises(RequestError, match="project 'huzhou-2026' exists"):
        Project.create(home, agreement_file(), by="王敏", clock=clock)
    clock.set("2027-01-01")
    with pytest.raises(AgreementError, match="expired on 2026-12-31, today is 2027-01-01"):
        Project.create(home, agreement_file(("huzhou-2026", "huzhou-2027")), by="王敏", clock=clock)
    assert not (home.lab / "huzhou-2027").exists()


def test_an_agreement_edited_after_the_opening_is_not_gone_by(home, project):
    file = project.folder / "agreement.yaml"
    file.write_text(file.read_text("utf-8").replace("smallest_cell: 10", "smallest_cell: 3"), "utf-8")
    with pytest.raises(AgreementError, match="is not the agreement that project 'huzhou-2026' was opened on"):
        Project.open(home, "huzhou-2026")


@pytest.mark.usefixtures("project")
def test_a_project_that_is_not_there_is_answered_with_those_that_are(home):
    with pytest.raises(RequestError, match=r"no project 'other' in .*; there are: huzhou-2026"):
        Project.open(home, "other")


def test_the_key_in_force_is_the_one_named_last(project, clock):
    assert project.fingerprint is None
    for found in ("sm3:1111", "sm3:2222"):
        with project.act("key", by="王敏", clock=clock) as act:
            act.noted["fingerprint"] = found
    assert project.fingerprint == "sm3:2222"
