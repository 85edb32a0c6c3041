"""Whether the model that is registered says what was validated: to the bit, however it is asked."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol, Self, cast

import numpy as np

from models.checks.verdict import Verdict, graded, not_asked
from models.evidence import Evidence
from models.scored import ScoredClassifier

SINGLE = 20
"""Rows that are asked one by one."""


class Kept(Protocol):
    """A model that writes itself into a folder and reads itself back."""

    def save(self, folder: Path) -> None:
        """Write the model's files."""
        ...

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The model that `save` wrote."""
        ...


def scores_alike_everywhere(evidence: Evidence) -> Verdict:
    """Batch, single and reloaded scores agree to the bit."""
    table = evidence.held_out.table
    with TemporaryDirectory() as folder:
        cast("Kept", evidence.model).save(Path(folder))
        again = cast("ScoredClassifier", cast("Kept", type(evidence.model)).load(Path(folder)))
        reloaded = again.predict_proba(table)[:, 1]
    batch = evidence.model.predict_proba(table)[:, 1]
    few = table.head(SINGLE)
    single = np.array([evidence.model.predict_proba(few.iloc[[row]])[0, 1] for row in range(len(few))])
    differ = int((reloaded != batch).sum()) + int((single != batch[: len(few)]).sum())
    told = "agree" if not differ else "differ"
    return Verdict(
        graded(fail=differ > 0),
        f"batch, single and reloaded scores {told}",
        f"批量、单笔与重新加载的评分{'逐位一致' if not differ else '不一致'}",
        {"differ": differ, "rows": len(table)},
    )


def is_reproducible(evidence: Evidence) -> Verdict:
    """Training twice on the same rows gives the same files, byte by byte."""
    return same_twice(evidence.model, evidence.refit)


def same_twice(model: object, refit: Callable[[], object] | None) -> Verdict:
    """Whether a model and one trained anew on the same rows write the same files.

    Args:
        model: What was trained; it has `save(folder)`.
        refit: Trains it anew; None where that was not offered.
    """
    if refit is None:
        return not_asked("the training was not offered for a second time", "未提供重复训练")
    first, second = _files(model), _files(refit())
    differ = sorted(name for name in {*first, *second} if first.get(name) != second.get(name))
    return Verdict(
        graded(fail=bool(differ)),
        f"trained twice: {', '.join(differ)} differ" if differ else "trained twice: the same bytes",
        f"两次训练：{'、'.join(differ)} 不同" if differ else "两次训练所得文件逐字节相同",
        {"differ": len(differ), "bytes": sum(map(len, first.values()))},
    )


def _files(model: object) -> dict[str, bytes]:
    """What the model writes: name → content."""
    with TemporaryDirectory() as folder:
        cast("Kept", model).save(Path(folder))
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(Path(folder).rglob("*"))
            if path.is_file()
        }
