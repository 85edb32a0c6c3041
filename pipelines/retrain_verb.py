"""The verb `retrain`: a challenger of the newest sample, and a page that recommends; a person promotes."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from pipelines.terminal import AsJson, RecipeName, console, day_of, print_json, steps

ADVICE = {"promote": "建议上线", "keep": "建议保留现任模型", "investigate": "建议先调查"}


def retrain(
    context: typer.Context,
    *,
    as_of: Annotated[str, typer.Option("--as-of", help="Day until which data count, YYYY-MM-DD.")],
    recipe: RecipeName = "city",
    again: Annotated[
        bool, typer.Option("--again", help="Begin anew though that day is done, or another recipe's.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Learn a challenger, compare it with the champion, score every firm in its shadow, and recommend.

    It never promotes: 'lvdaitong models promote' does, by a named person. Killed anywhere, the same command
    goes on after the last step that was done; a day that is done is not done again.

    Example: lvdaitong retrain --as-of 2026-10-31 --recipe city
    """
    from pipelines.recipe import load_recipe
    from pipelines.retraining.retrain import retrain as retrain_all

    done = retrain_all(
        context.obj, load_recipe(recipe), day_of(as_of), steps(), lambda: datetime.now(UTC), again=again
    )
    if as_json:
        print_json({"fresh": done.fresh, "folder": str(done.folder), **done.record})
        return
    _tell(done)


def _tell(done: Any) -> None:
    record = done.record
    if not done.fresh:
        console().print(f"{record['as_of']} 的重训练已完成，本次未做任何事（--again 重做）", soft_wrap=True)
    lines = [
        f"{ADVICE[record['advice']]}：现任 {record['champion']}，挑战者 {record['challenger'] or '未登记'}",
        *(f"· {one['zh']}" for one in record["reasons"]),
        f"{done.folder / 'recommendation.html'}",
    ]
    if record["advice"] == "promote":
        lines.append(f"由有权人上线：{record['promote']}")
    for line in lines:
        console().print(line, soft_wrap=True, highlight=False, markup=False)
