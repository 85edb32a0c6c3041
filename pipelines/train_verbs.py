"""The verb `train`: a model from a table of one's own, or from what was collected."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from features.errors import RequestError
from pipelines import train_options as words
from pipelines.terminal import AsJson, RecipeName, console, day_of, print_json, steps

if TYPE_CHECKING:
    from models.checks import Override

train = typer.Typer(help="Train, check, report and register a model.", no_args_is_help=True)


@train.command("credit")
def credit(
    context: typer.Context,
    table: words.Table = None,
    label: words.Label = None,
    recipe: words.Lake = None,
    as_of: words.AsOf = None,
    challenger: words.Challenger = False,
    bad: words.Bad = None,
    time: words.Time = None,
    group: words.Group = None,
    drop: words.Drop = None,
    category: words.Category = None,
    segment: words.Segment = None,
    gap_months: words.GapMonths = 0,
    model: words.Kind = "boosting",
    rejects: words.Rejects = None,
    reject_manner: words.RejectManner = None,
    thresholds: words.Thresholds = None,
    lang: words.Lang = "zh",
    out: words.Out = None,
    by: words.OverrideBy = None,
    why: words.OverrideWhy = None,
    as_json: AsJson = False,
) -> None:
    """A credit model from any table, or from the lake: the same model, checks and report.

    Example: lvdaitong train credit --table loans.csv --label defaulted --time applied --group firm
    """
    given: dict[str, Any] = {"override": _override(by, why), "limits": thresholds, "lang": lang}
    if recipe is not None and table is None and label is None:
        record = _of_lake(context.obj, recipe, as_of, challenger=challenger, **given)
    elif table is None or label is None or recipe is not None:
        raise RequestError("expected --table FILE with --label COL, or --recipe NAME alone")
    else:
        columns = {"drop": drop, "category": category, "segment": segment}
        roles = {"label": label, "bad": bad, "time": time, "group": group, **columns}
        given |= {"model": model, "gap_months": gap_months, "out": out}
        record = _of_table(context.obj, table, roles, given | {"rejects": rejects, "manner": reject_manner})
    _tell(record, as_json=as_json)


def _of_table(home: Any, table: Any, roles: dict[str, Any], wishes: dict[str, Any]) -> dict[str, Any]:
    from pipelines.own_table import Roles
    from pipelines.own_training import Wishes, train_own

    said: dict[str, Any] = {
        name: tuple(told) if isinstance(told, list) else told
        for name, told in roles.items()
        if told is not None
    }
    return train_own(home, table, Roles(**said), Wishes(**wishes), steps())


def _of_lake(home: Any, recipe: str, as_of: str | None, **wishes: Any) -> dict[str, Any]:
    from pipelines.lake_training import credit_of_lake
    from pipelines.recipe import load_recipe

    return credit_of_lake(home, load_recipe(recipe), day_of(as_of), steps(), **wishes)


@train.command("green")
def green(
    context: typer.Context,
    recipe: RecipeName,
    as_of: Annotated[str | None, typer.Option(help="Day until which data count, YYYY-MM-DD.")] = None,
    challenger: Annotated[bool, typer.Option(help="Stand beside the champion, not in its place.")] = False,
    by: words.OverrideBy = None,
    why: words.OverrideWhy = None,
    as_json: AsJson = False,
) -> None:
    """The green grade model from the official grades that were collected.

    Example: lvdaitong train green --recipe city
    """
    from pipelines.lake_training import green_of_lake
    from pipelines.recipe import load_recipe

    told = green_of_lake(
        context.obj,
        load_recipe(recipe),
        day_of(as_of),
        steps(),
        challenger=challenger,
        override=_override(by, why),
    )
    if as_json:
        print_json(told)
        return
    kappa = told["figures"]["kappa"]
    console().print(
        f"{told['firms']:,} firms; kappa {kappa['value']:.3f} [{kappa['low']:.3f}, {kappa['high']:.3f}]; "
        f"registered as {told['model']}",
        soft_wrap=True,
        highlight=False,
    )


def _override(by: str | None, why: str | None) -> "Override | None":
    """A person's word that failed checks are accepted; None where nobody gives it."""
    if by is None and why is None:
        return None
    from models.checks import Override

    return Override(by or "", why or "")


def _tell(record: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(record)
        return
    shown = (
        f"{name.upper()} {one['value']:.3f} [{one['low']:.3f}, {one['high']:.3f}]"
        for name, one in record["figures"].items()
    )
    passed = sum(record["checks"].values())
    for line in (
        record["judged"],
        "  ".join(shown),
        f"{passed} of {len(record['checks'])} checks passed",
        *(_beside(one) for one in record.get("rejects", ())),
        f"registered as {record['model']}; report {record['report']}",
    ):
        console().print(line, soft_wrap=True, highlight=False)


def _beside(one: dict[str, Any]) -> str:
    gain = one["gain"]
    against = (
        ""
        if one["manner"] == "accepted"
        else f", {gain['value']:+.3f} [{gain['low']:+.3f}, {gain['high']:+.3f}]"
    )
    return f"rejected applicants, {one['manner']}: {one['rows']:,} rows, AUC {one['auc']:.3f}{against}"
