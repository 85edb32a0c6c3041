from dataclasses import replace

from models.green.checks import CHECKS, run_check, run_checks


def test_a_sound_model_passes_every_gate(evidence):
    checks = run_checks(evidence)
    assert [one.number for one in checks] == list(CHECKS) == [f"G{one:02d}" for one in range(1, 13)]
    assert not [one.finding for one in checks if one.refuses]
    assert all(one.finding and one.finding_zh for one in checks)


def test_what_cannot_be_asked_is_said_so(evidence):
    alone = replace(evidence, later=None, champion=None, refit=None)
    assert [one.number for one in run_checks(alone) if not one.asked] == ["G08", "G09", "G10"]


def test_without_a_row_held_out_every_check_fails(evidence):
    nothing = replace(evidence, judged=evidence.judged.where(evidence.judged.truth > 9))
    assert run_check("G02", nothing).refuses
