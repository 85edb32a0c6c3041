import pytest

from features.errors import ModelError
from models.monitoring.limits import in_force, limits, shipped


def test_every_threshold_says_its_unit_and_where_it_comes_from():
    assert all(one.unit and one.cites and one.zh for one in shipped().values())


def test_a_home_may_have_its_own_with_who_decided_so(tmp_path):
    own = tmp_path / "monitor.yaml"
    assert limits(own) == limits()
    own.write_text("psi_act: {value: 0.3, cites: Model committee 2026-09-01}")
    assert limits(own) == limits() | {"psi_act": 0.3}
    told = in_force(own)["psi_act"]
    assert (told.cites, told.zh, told.unit) == ("Model committee 2026-09-01", "", "PSI")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("psi: {value: 0.3, cites: x}", "no threshold 'psi'; there are: calib|no threshold 'psi'"),
        ("psi_act: 0.3", "expected value, and in cites who decided so and when"),
        ("psi_act: {value: -1, cites: x}", "expected a number from 0, in PSI"),
        ("[1", "thresholds cannot be read"),
        ("3", "expected thresholds by name"),
    ],
)
def test_a_file_that_is_none_is_one_line(tmp_path, text, line):
    own = tmp_path / "monitor.yaml"
    own.write_text(text)
    with pytest.raises(ModelError, match=line):
        limits(own)
