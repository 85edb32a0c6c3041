"""The verbs of the split route: package for the bank, the bank's half, both together, sub-scores by month."""

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from features.home import Home
from pipelines.lab.interval_words import said
from pipelines.terminal import AsJson, console, day_of, print_json, show, steps

if TYPE_CHECKING:
    from models.lab.sample import Side
    from pipelines.lab.package import Makers, SplitRoute

Name = Annotated[str, typer.Argument(help="Name of the project.")]
Bank = Annotated[str, typer.Option("--bank", help="Which bank, by the name that the agreement has for it.")]
By = Annotated[str, typer.Option("--by", help="Who does it; the ledger keeps the name.")]
KeyFile = Annotated[
    Path | None, typer.Option("--key", help="File with the project's key [LVDAITONG_LAB_KEY_<PROJECT>].")
]
Trees = Annotated[
    int | None, typer.Option("--trees", min=5, help="Most trees of a model; its own bound without it.")
]

SIDES_ZH = {"platform": "平台单独", "bank": "银行单独", "joint": "两半合并作答", "pooled": "合并建模"}
FIGURES_ZH = {"auc": "AUC", "ks": "KS", "lift_10": "前10%提升", "calibration": "校准比"}


def lab_package(
    context: typer.Context,
    name: Name,
    *,
    bank: Bank,
    route: Annotated[str, typer.Option(help="sub_scores, or stacking of log-odds.")],
    first: Annotated[
        str | None, typer.Option(help="With stacking: platform or bank, whichever says its log-odds first.")
    ] = None,
    as_of: Annotated[str, typer.Option("--as-of", help="The lab's day, YYYY-MM-DD.")],
    by: By,
    key: KeyFile = None,
    trees: Trees = None,
    as_json: AsJson = False,
) -> None:
    """Write the package that a bank carries home: its loans' split and the platform's side, keyed.

    Example: lvdaitong lab package huzhou-2026 --bank 湖州银行 --route sub_scores --as-of 2026-10-31 --by 王敏
    """
    from dataclasses import replace

    from features.errors import RequestError
    from features.keyed import keyed_ids
    from pipelines.lab.package import Order, write_package
    from pipelines.lab.platform_side import loans_of
    from pipelines.lab.project import Project

    if route not in ("sub_scores", "stacking") or first not in (None, "platform", "bank"):
        raise RequestError(
            f"--route '{route}' --first '{first}': expected sub_scores, or stacking with platform or bank "
            "first"
        )
    chosen: SplitRoute = "stacking" if route == "stacking" else "sub_scores"
    side: Side | None = "platform" if first == "platform" else "bank" if first == "bank" else None
    project, order = Project.open(context.obj, name), Order(bank=bank, route=chosen, first=side)
    secret, day = key_of(key, name), day_of(as_of)
    working = steps()
    with working.step("the loans with the platform's columns"):
        known = loans_of(project, secret, day, month_ends=order.route == "sub_scores")
        # keyed as pooling keys them, so that both deal the same groups into the same folds
        sample = replace(known, groups=keyed_ids(known.groups, secret))
    with working.step("the platform's side"):
        parcel = write_package(
            project, sample, sample.folds(day), order,
            key=secret, as_of=day, by=by, makers=_makers(trees),
        )  # fmt: skip
    _tell({"package": parcel.id, "folder": str(parcel.folder), **parcel.told["split"]}, as_json=as_json)


def lab_half(
    context: typer.Context,
    *,
    package: Annotated[Path, typer.Option(help="The folder that the lab wrote.")],
    table: Annotated[
        Path, typer.Option(help="The bank's own rows, CSV or Parquet: entity_id, as_of and its columns.")
    ],
    key: Annotated[Path, typer.Option(help="File with the project's key.")],
    out: Annotated[Path, typer.Option(help="Folder for what goes back; not there yet.")],
    home: Annotated[Path | None, typer.Option(help="The bank's own home; else that of lvdaitong.")] = None,
    on: Annotated[str | None, typer.Option(help="The day of the question, YYYY-MM-DD; today.")] = None,
    with_model: Annotated[
        bool, typer.Option("--with-model", help="Return the model, too, where the agreement says so.")
    ] = False,
    trees: Trees = None,
    as_json: AsJson = False,
) -> None:
    """Learn the bank's half, at the bank: no network, no other process, the bank's columns stay there.

    Example: lvdaitong lab half --package 0007-sub_scores --table own.csv --key huzhou.key --out returned
    """
    from features.keyed import read_key
    from pipelines.lab.half import run_half
    from pipelines.lab.project import now
    from serving.records.moments import day_in_china

    moment = now()
    made = run_half(
        Home(home) if home else context.obj,
        package,
        table,
        out,
        key=read_key(key, os.environ, package.name),
        now=moment,
        on=day_of(on, "--on").date() if on else day_in_china(moment),
        with_model=with_model,
        makers=_makers(trees),
    )
    told = made.returned.told
    if as_json:
        print_json({**told, "returned": str(out), "model_at": str(made.model), "left_out": made.left_out})
        return
    _show_figures(told["judged"])
    if made.left_out:
        console().print(f"协议未列、未使用的字段：{'、'.join(made.left_out)}", soft_wrap=True)
    console().print(f"回传 {out}；模型留在 {made.model}", soft_wrap=True)


def lab_combine(
    context: typer.Context,
    name: Name,
    *,
    returned: Annotated[Path, typer.Option("--returned", help="The folder that the bank's half wrote.")],
    by: By,
    key: KeyFile = None,
    trees: Trees = None,
    as_json: AsJson = False,
) -> None:
    """Put both halves together, and tell what the split costs against pooling.

    Example: lvdaitong lab combine huzhou-2026 --returned returned --by 王敏
    """
    from pipelines.lab.combining import combine
    from pipelines.lab.platform_side import pooled_answers
    from pipelines.lab.project import Project

    project, secret = Project.open(context.obj, name), key_of(key, name)
    with steps().step("both halves together"):
        found = combine(
            project, returned,
            key=secret, by=by, pooled=pooled_answers(project, secret), makers=_makers(trees),
        )  # fmt: skip
    if as_json:
        print_json(found.told)
        return
    _show_figures(found.told["judged"])
    gap = found.told["gap"]
    told = [f"{gap['said_zh']}：{said(gap['auc'])}"]
    if gap["to"] == "pooled":
        told.append(f"保留份额 {said(gap['recovered'], share=True)}")
    console().print("；".join(told), soft_wrap=True)
    console().print(f"{found.place / 'combined.json'}", soft_wrap=True)


def lab_sub_scores(
    context: typer.Context,
    name: Name,
    *,
    bank: Bank,
    month: Annotated[str, typer.Option(help="The month, YYYY-MM; its last day counts.")],
    by: By,
    firms: Annotated[
        Path | None, typer.Option(help="Keyed Parquet of the firms asked about; its package's without it.")
    ] = None,
    key: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """Let the sub-scores of a month end leave for a bank: what its half reads in live use.

    Example: lvdaitong lab sub-scores huzhou-2026 --bank 湖州银行 --month 2026-10 --by 王敏
    """
    import pandas as pd

    from pipelines.lab.contribution import newest_day
    from pipelines.lab.monthly import firms_in, month_of, write_month
    from pipelines.lab.platform_side import columns_of
    from pipelines.lab.project import Project

    project, secret = Project.open(context.obj, name), key_of(key, name)
    place = write_month(
        project,
        bank,
        month_of(month),
        partial(columns_of, project, secret),
        key=secret,
        newest=pd.Timestamp(newest_day(project.home)),
        by=by,
        firms=firms_in(firms, secret) if firms else None,
    )
    _tell({"folder": str(place), "month": month}, as_json=as_json)


def key_of(file: Path | None, project: str) -> bytes:
    """The project's key, from a file or the environment."""
    from features.keyed import read_key

    return read_key(file, os.environ, project)


def _makers(trees: int | None) -> "Makers | None":
    from pipelines.lab.package import makers_of

    return None if trees is None else makers_of(trees)


def _show_figures(judged: dict[str, Any]) -> None:
    rows = [
        {"答案": SIDES_ZH[name]} | {FIGURES_ZH[one]: said(figure) for one, figure in told.items()}
        for name, told in judged["figures"].items()
    ]
    show(rows, as_json=False)
    for pair, told in judged["gains"].items():
        one, _, other = pair.partition(" - ")
        console().print(f"{SIDES_ZH[one]} − {SIDES_ZH[other]}：AUC {said(told['auc'])}", soft_wrap=True)


def _tell(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(told)
    else:
        console().print("  ".join(f"{name}: {value}" for name, value in told.items()), soft_wrap=True)
