from datetime import date

import pytest

from pipelines.lab.agreement import AgreementError, read_agreement


def test_an_agreement_is_read_with_its_parties_ranges_and_defaults(agreement_file):
    found = read_agreement(agreement_file())
    assert (found.project, found.purpose, found.smallest_cell) == ("huzhou-2026", "TRAINING", 10)
    assert list(found.banks) == ["湖州银行"]
    assert found.valid.last == date(2026, 12, 31)
    assert (found.fineness.points, found.fineness.log_odds) == (1.0, 0.01)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("project: huzhou-2026", "project: Huzhou 2026", "project: "),
        ("purpose: TRAINING", "purpose: MARKETING", "purpose: "),
        (
            "legal_basis: 联合建模协议（草案第八条），企业授权用途为模型训练\n",
            "",
            "legal_basis: Field required",
        ),
        (
            "valid: {from: 2026-01-01",
            "valid: {from: 2027-01-01",
            "'to' 2026-12-31 is before 'from' 2027-01-01",
        ),
        ("smallest_cell: 10", "smallest_cell: 1", "smallest_cell: "),
        ("key_holder: platform", "key_holder: 张三", "key_holder '张三' is no party"),
        ("routes: [pooled, sub_scores, stacking]", "routes: [magic]", "routes.0: "),
        ("exports: [model", "exports: [rows", "exports.0: "),
        ("smallest_cell: 10", "smallest_cell: 10\nsecret: 1", "secret: Extra inputs"),
        ("    湖州银行: {name", "    platform: {name", "no bank may be called 'platform'"),
        ("parties:", "parties: [", "cannot be read"),
    ],
)
def test_what_cannot_be_agreed_on_is_named_by_its_place(agreement_file, old, new, told):
    file = agreement_file((old, new))
    with pytest.raises(AgreementError) as caught:
        read_agreement(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert told in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(AgreementError, match=r"none\.yaml: cannot be read"):
        read_agreement(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("day", "allowed"), [("2025-12-31", 0), ("2026-01-01", 1), ("2026-12-31", 1), ("2027-01-01", 0)]
)
def test_it_is_in_force_from_its_first_to_its_last_day(agreement_file, day, allowed):
    agreement = read_agreement(agreement_file())
    if allowed:
        agreement.refuse_day(date.fromisoformat(day))
        return
    with pytest.raises(AgreementError, match=r"begins on 2026-01-01|expired on 2026-12-31"):
        agreement.refuse_day(date.fromisoformat(day))


def test_fields_that_a_party_did_not_approve_are_refused_by_name(agreement_file):
    agreement = read_agreement(agreement_file())
    agreement.refuse_fields({"platform": ["anything"], "湖州银行": ["account_inflow_cny"]})
    with pytest.raises(AgreementError, match="1 fields that '湖州银行' did not approve: salary_cny"):
        agreement.refuse_fields({"湖州银行": ["account_inflow_cny", "salary_cny"]})
    with pytest.raises(AgreementError, match="'工商银行' is no party; its parties are platform, 湖州银行"):
        agreement.refuse_fields({"工商银行": []})


def test_another_purpose_or_route_is_refused(agreement_file):
    agreement = read_agreement(agreement_file(("routes: [pooled, sub_scores, stacking]", "routes: [pooled]")))
    agreement.refuse_purpose("TRAINING")
    agreement.refuse_purpose(None)
    with pytest.raises(AgreementError, match="purpose 'PRE_LOAN' was not agreed on; it is 'TRAINING'"):
        agreement.refuse_purpose("PRE_LOAN")
    agreement.refuse_route("pooled")
    with pytest.raises(AgreementError, match="route 'stacking' was not agreed on; agreed are pooled"):
        agreement.refuse_route("stacking")
