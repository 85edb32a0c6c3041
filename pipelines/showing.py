"""What a run shows on the terminal: the figures, a table of firms, and one full answer."""

from typing import Any

from rich.console import Console
from rich.table import Table

from pipelines.run import Ran
from pipelines.summary import OracleComparison, Summary
from serving.wording import RESULTS, result_label

FIRMS_SHOWN = 12
MARK = {
    "PASS": "[green]符合[/green]",
    "FAIL": "[red]不符合[/red]",
    "UNKNOWN": "[yellow]待补充[/yellow]",
    "NOT_APPLICABLE": "[dim]不适用[/dim]",
}
MEASURES = (
    "recommendation_list",
    "interest_subsidy",
    "vat_exemption",
    "renewal_without_repayment",
    "government_guarantee",
)
COLUMNS = {"企业": 18, "评分": 4, "等级": 4, "PD": 6, "绿色": 6}
COLUMNS |= dict.fromkeys(("名单", "贴息", "免税", "续贷", "担保"), 6)
"""Short names and the widths that they must not lose; the measures are 1, 2, 3, 4 and 6."""


def as_record(ran: Ran) -> dict[str, Any]:
    """The run for machines: figures, checks, one answer, and where the tables lie."""
    summary = ran.summary
    told = summary.validation
    return {
        "recipe": summary.recipe,
        "as_of": summary.as_of.isoformat(),
        "policy_status": summary.answer["policy_status"],
        "model": summary.credit_label,
        "validation": {
            "kind": told.kind,
            **{
                name: {"value": one.value, "low": one.low, "high": one.high}
                for name, one in told.figures.items()
            },
            "calibration": told.calibration,
        },
        "oracle": _oracle_record(summary.oracle),
        "green_kappa": summary.green.kappa.value if summary.green else None,
        "checks": {check.number: not check.refuses for check in summary.checks},
        "firms": len(summary.scores),
        "seconds": summary.seconds,
        "scores": str(ran.scores),
        "report": str(ran.report),
        "answer": summary.answer,
    }


def _oracle_record(oracle: OracleComparison | None) -> dict[str, Any] | None:
    if oracle is None:
        return None
    return {
        "oracle_gini": oracle.oracle_gini,
        "model_gini": oracle.model_gini,
        "reached": oracle.reached,
        "best_feature": oracle.best_feature,
        "best_alone": oracle.best_alone,
    }


def show_run(ran: Ran, console: Console) -> None:
    """Print the run for a person."""
    _show_figures(ran.summary, console)
    console.print(_firms(ran.summary))
    _show_answer(ran.summary.answer, console)
    console.print(f"\n结果表 {ran.scores}\n报告   {ran.report}", soft_wrap=True)


def _show_figures(summary: Summary, console: Console) -> None:
    told = summary.validation
    console.rule(f"{summary.title_zh}  {summary.as_of}  {summary.credit_label}")
    read, refused = (
        sum(getattr(one, name) for one in summary.receipts) for name in ("rows_read", "quarantined")
    )
    console.print(
        f"归集 {read:,} 行，接收 {read - refused:,} 行，隔离 {refused:,} 行；特征 {len(summary.features)} 个"
    )
    console.print(told.said_zh)
    console.print("  ".join(f"{name.upper()} {one}" for name, one in told.figures.items()), highlight=False)
    console.print(
        f"预测/实际违约率 {told.calibration:.2f}；检查 {sum(check.passed for check in summary.checks)}/{len(summary.checks)} 项通过"
    )
    if summary.green:
        console.print(
            f"绿色等级（交叉验证）二次加权 kappa {summary.green.kappa}，相差不超过一级 {summary.green.within_one:.1%}"
        )
    if summary.oracle:
        _show_oracle(summary.oracle, console)


def _show_oracle(oracle: OracleComparison, console: Console) -> None:
    console.print(
        f"理论最优排序 Gini {oracle.oracle_gini:.3f}；模型 {oracle.model_gini:.3f}，达到 {oracle.reached:.0%}（要求至少 75%）；"
        f"最强单一特征 {oracle.best_feature} 仅达 {oracle.best_alone:.0%}（要求低于 60%）"
    )


def _firms(summary: Summary) -> Table:
    table = Table(
        title="部分企业（按评分等距抽取）；名单、贴息、免税、续贷、担保为措施一、二、三、四、六",
        box=None,
        header_style="bold",
        pad_edge=False,
        title_justify="left",
    )
    for name, width in COLUMNS.items():
        table.add_column(name, no_wrap=True, min_width=width)
    table.add_column("首要原因", no_wrap=True, overflow="ellipsis")
    ranked = summary.scores.sort_values("score", ascending=False, kind="stable")
    step = max(1, len(ranked) // FIRMS_SHOWN)
    for entity, row in ranked.iloc[::step].head(FIRMS_SHOWN).iterrows():
        grade = _word(row["official_grade"]) or _word(row["predicted_grade"]) or "—"
        marks = [MARK[row[measure]] for measure in MEASURES]
        reason = _word(row["reason_1"]) or "—"
        table.add_row(
            str(entity), str(row["score"]), row["band"], f"{row['pd_12m']:.2%}", grade, *marks, reason
        )
    return table


def _word(value: Any) -> str | None:
    """A cell's text; None where it is missing, as None or as NaN."""
    return value if isinstance(value, str) else None


def _show_answer(answer: dict[str, Any], console: Console) -> None:
    credit, green = answer["credit"], answer["green"]
    console.rule(f"一份完整答复  {answer['entity_id']}  {answer['as_of']}")
    console.print(
        f"评分 [bold]{credit['score']}[/bold]  等级 {credit['band']}  违约概率 {credit['pd_12m']:.2%}  模型 {credit['model']}"
    )
    for reason in credit["reasons"]:
        console.print(
            f"  {reason['points']:+.0f} 分  {reason['text_zh']}  [dim]{reason['source']}[/dim]",
            highlight=False,
        )
    for reason in credit["strengths"]:
        console.print(
            f"  {reason['points']:+.0f} 分  {reason['text_zh']}  [dim]{reason['source']}[/dim]",
            highlight=False,
        )
    said = {"official": "官方评价", "predicted": "模型预测，仅供参考", None: "暂无信息"}[
        green["grade_source"]
    ]
    console.print(f"绿色等级 {green['grade_used'] or '—'}（{said}）")
    for finding in answer["findings"]:
        mark = MARK[finding["result"]].replace(RESULTS[finding["result"]], result_label(finding))
        console.print(f"措施{finding['number']} {mark}  {finding['text_zh']}", highlight=False)
    if answer["data"]["gaps"]:
        console.print("暂无数据：" + "、".join(gap["zh"] for gap in answer["data"]["gaps"]))
    console.print(f"[bold]{answer['notice_zh']}[/bold]")
