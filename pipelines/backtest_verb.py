"""The verb `backtest`: history replayed, with the model retrained as a policy says."""

from typing import Annotated, Any

import typer

from pipelines.terminal import AsJson, RecipeName, console, day_of, print_json, show, steps


def backtest(
    context: typer.Context,
    *,
    recipe: RecipeName,
    first: Annotated[str, typer.Option("--from", help="Day of the first model, YYYY-MM-DD.")],
    last: Annotated[str, typer.Option("--to", help="Last day of applications, YYYY-MM-DD.")],
    policy: Annotated[
        list[str] | None,
        typer.Option(
            help="When to retrain: never, yearly, quarterly or on-alert; repeat for more. "
            "never is always among them, to compare with."
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(help="Day until which outcomes count in the end; the lake's newest by default."),
    ] = None,
    lgd: Annotated[float | None, typer.Option(help="Loss given default, a share of the exposure.")] = None,
    approve: Annotated[
        float | None, typer.Option(help="Share of applications that would be approved.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Replay history month by month, retraining as each policy says: Gini, calibration and loss of each.

    A step sees what was known on its day and nothing else. The registry is neither read nor changed.

    Example: lvdaitong backtest --recipe city --from 2024-06-30 --to 2025-06-30 --policy quarterly
    """
    from pipelines.backtesting.backtest import Asked
    from pipelines.backtesting.backtest import backtest as replayed
    from pipelines.backtesting.files import as_record, write_backtest
    from pipelines.backtesting.parameters import with_own
    from pipelines.recipe import load_recipe

    parameters = with_own(loss_given_default=lgd, approve_share=approve)
    asked = Asked(
        day_of(first, "--from"),
        day_of(last, "--to"),
        tuple(policy or ("quarterly",)),
        day_of(as_of),
        parameters,
    )
    found = replayed(context.obj, load_recipe(recipe), asked, steps())
    files = write_backtest(context.obj, found)
    if as_json:
        print_json(as_record(found) | {"files": {name: str(path) for name, path in files.items()}})
        return
    show([_line(one) for one in found.policies], as_json=False)
    console().print(f"{files['page']}", soft_wrap=True)


def _line(one: Any) -> dict[str, Any]:
    """A policy as a row of the terminal's table."""
    from pipelines.backtesting.page import rate_with_interval, with_interval
    from pipelines.backtesting.policies import POLICIES

    return {
        "策略": POLICIES[one.walk.policy],
        "重训次数": len(one.walk.taught) - 1,
        "可评判": one.judged,
        "坏样本": one.bads,
        "Gini": with_interval(one.gini),
        "预测÷实际": with_interval(one.calibration, 2),
        "实际损失率": rate_with_interval(one.loss.came_rate if one.loss else None),
    }
