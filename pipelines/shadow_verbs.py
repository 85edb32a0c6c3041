"""The verb `shadow report`: how a challenger's answers would have differed from those that were given."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from pipelines.records_at import IsDemo, open_records
from pipelines.terminal import AsJson, console, print_json, show

shadow = typer.Typer(
    help="The challenger beside the champion in the service: recorded, never shown.", no_args_is_help=True
)


@shadow.command("report")
def shadow_report(
    context: typer.Context,
    *,
    challenger: Annotated[
        str | None, typer.Option(help="Only this version, such as sme_credit/4; all by default.")
    ] = None,
    is_demo: IsDemo = False,
    as_json: AsJson = False,
) -> None:
    """Tell how far the challenger's scores lie from those that were answered: bands, points, what moved most.

    Example: lvdaitong shadow report --challenger sme_credit/4
    """
    from contextlib import closing

    from serving.shadow.report import differences

    with closing(open_records(context.obj, is_demo=is_demo)) as records:
        found = differences(records.engine, challenger)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    if not found:
        console().print("没有影子记录：服务中没有挑战者，或还没有人查询", soft_wrap=True)
    for one in found:
        _tell(one)


def _tell(one: Any) -> None:
    console().print(
        f"现任 {one.champion} 与挑战者 {one.challenger}：{one.first} 至 {one.last}，{one.answers:,} 次作答，"
        f"{one.firms:,} 户企业，另有 {one.unrecorded:,} 次没有影子记录",
        soft_wrap=True,
        highlight=False,
    )
    quantiles = "，".join(f"{float(share):.0%} {points:+d}" for share, points in one.points.items())
    console().print(
        f"换档 {one.band_migration:.1%}，换两档以上 {one.far_migration:.1%}；平均违约概率 "
        f"{one.mean_pd['champion']:.2%} → {one.mean_pd['challenger']:.2%}；分数变动分位数 {quantiles}",
        soft_wrap=True,
        highlight=False,
    )
    rows = [
        {"现任\\挑战者": band, **dict(zip(one.bands, counts, strict=True))}
        for band, counts in zip(one.bands, one.matrix, strict=True)
    ]
    show(rows, as_json=False)
    far = [
        {
            "答复": row["audit_id"],
            "现任": f"{row['champion_score']} {row['champion_band']}",
            "挑战者": f"{row['score']} {row['band']}",
        }
        for row in one.farthest
    ]
    show(far, as_json=False)
