"""The verb `recommend`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.terminal import AsJson, console, day_of, print_json, show, steps

SHOWN = 20
"""Firms of a list on the terminal; the files have them all."""


def recommend(
    context: typer.Context,
    *,
    district: Annotated[str, typer.Option(help="GB/T 2260 code of the district, or its name.")],
    as_of: Annotated[str, typer.Option("--as-of", help="The day of the question, YYYY-MM-DD.")],
    out: Annotated[
        Path | None, typer.Option(help="Where to write; by default below the home's reports.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write measure 1's list of a district: whom to recommend, to visit, not to recommend; and what is open.

    Example: lvdaitong recommend --district 330521 --as-of 2026-10-31
    """
    from pipelines.recommendation.files import as_record
    from pipelines.recommendation.lists import recommend as judge
    from pipelines.recommendation.page import write_recommendations

    working = steps()
    with working.step("every firm of the district by measure 1"):
        found = judge(context.obj, district, day_of(as_of).date())
    files = write_recommendations(context.obj, found, out)
    if as_json:
        print_json(as_record(found) | {"files": {name: str(path) for name, path in files.items()}})
        return
    _tell(found, files)


def _tell(found: Any, files: dict[str, Path]) -> None:
    from pipelines.recommendation.files import LISTS

    out = console()
    for name, zh in LISTS.items():
        rows = getattr(found, name)
        out.print(f"[bold]{zh}[/bold] {len(rows):,} 户；排序：{found.rules[name]}", soft_wrap=True)
        if rows:
            show([_LINES[name](row) for row in rows[:SHOWN]], as_json=False)
        if len(rows) > SHOWN:
            out.print(f"… 其余 {len(rows) - SHOWN:,} 户见 {files['firms']}", soft_wrap=True)
    late = sum(one.status == "OVERDUE" for one in found.open)
    out.print(f"[bold]未办结的推荐[/bold] {len(found.open):,} 笔，其中已逾期 {late:,} 笔", soft_wrap=True)
    if found.open:
        show([_open(one) for one in found.open[:SHOWN]], as_json=False)
    out.print(f"{files['page']}", soft_wrap=True)


def _passed(row: dict[str, Any]) -> dict[str, Any]:
    amount = "—" if row["need_cny"] is None else f"{float(row['need_cny']):,.2f} 元"
    return _first(row) | {
        "融资需求": amount,
        "首次获知": _shown(row["need_since"]),
        "评分": _shown(row["score"]),
        "未办结的推荐": _shown(row["open_since"]),
    }


def _to_visit(row: dict[str, Any]) -> dict[str, Any]:
    return _first(row) | {"缺少的事实": "、".join(row["missing"]), "最近走访": _shown(row["visited_on"])}


def _refused(row: dict[str, Any]) -> dict[str, Any]:
    return _first(row) | {"未满足的条件": "、".join(row["failed"])}


def _first(row: dict[str, Any]) -> dict[str, Any]:
    return {"序": row["rank"], "企业代码": row["entity_id"]}


def _open(one: Any) -> dict[str, Any]:
    from serving.policy.measures.recommendation_list import STATUS_ZH

    return {
        "推荐编号": one.record_id,
        "企业代码": one.entity_id,
        "银行": one.bank,
        "推荐日期": _shown(one.recommended_on),
        "最迟审批日": _shown(one.due_date),
        "状态": STATUS_ZH[one.status] if one.status else "无法推算",
    }


def _shown(value: Any) -> str:
    return "—" if value is None else str(value)


_LINES = {"passed": _passed, "to_visit": _to_visit, "refused": _refused}
