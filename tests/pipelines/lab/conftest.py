"""What the tests of the lab share: an agreement, a clock that can be moved, a project."""

from datetime import UTC, datetime

import pytest

from pipelines.lab.project import Project

AGREEMENT = """\
project: huzhou-2026
purpose: TRAINING
legal_basis: 联合建模协议（草案第八条），企业授权用途为模型训练
parties:
  platform: {name: 绿贷通平台, fields: ["*"]}
  banks:
    湖州银行: {name: 湖州银行股份有限公司, fields: [account_inflow_cny, line_utilisation_share]}
applications: {from: 2022-01-01, to: 2026-10-31}
valid: {from: 2026-01-01, to: 2026-12-31}
smallest_cell: 10
key_holder: platform
routes: [pooled, sub_scores, stacking]
exports: [model, report, sub_scores, log_odds]
"""


class Clock:
    """Tells the time that it was given."""

    def __init__(self, day="2026-11-23"):
        self.set(day)

    def set(self, day):
        """Let it be noon of that day in China."""
        self.time = datetime.fromisoformat(f"{day}T04:00:00").replace(tzinfo=UTC)

    def __call__(self):
        """The time."""
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def agreement_file(tmp_path):
    """A function that writes the agreement, with some of its text replaced."""

    def write(*changes):
        text = AGREEMENT
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        file = tmp_path / "agreement.yaml"
        file.write_text(text, "utf-8")
        return file

    return write


@pytest.fixture
def project(home, agreement_file, clock):
    """An open project."""
    return Project.create(home, agreement_file(), by="王敏", clock=clock)
