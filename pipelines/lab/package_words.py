"""What a bank's analyst reads first: what a package is, what to run, how long it may be used."""

from collections.abc import Mapping
from typing import Any

FILE = "README.txt"

SHOWN_FIELDS = 12

ROUTES = {
    ("sub_scores", None): "平台分项得分（sub_scores）：平台各主题给出一个整数分，由银行与本行字段一并建模",
    (
        "stacking",
        "platform",
    ): "对数几率叠加（stacking，平台在前）：平台先给出对数几率，银行在其上学习要增加的部分",
    ("stacking", "bank"): "对数几率叠加（stacking，银行在前）：银行先建模，平台再在其上学习要增加的部分",
}

FILES = {
    "loans.parquet": "贵行贷款的切分：贷款与企业均为加密标识，训练或检验、折号、结果标签（仅贵行自己的）",
    "sub_scores.parquet": "每笔贷款申请前一月末的各主题分项得分；训练期的分数出自未见过该企业的模型",
    "log_odds.parquet": "每笔贷款的平台对数几率；训练期的数出自未见过该企业的模型",
}

TEXT = """绿贷通联合实验室 · 交银行运行的包

项目：{project}
银行：{bank}
方式：{route}
数据日：{as_of}
有效期至：{expires_on}（含当日；过期后程序拒绝运行）

一、里面有什么
{files}
  package.json  版本、切分、最小单元格、密钥指纹、各文件的哈希与封印；改动任何一处程序都会拒绝

二、怎么运行（在行内机器上，不需要网络；程序本身拒绝联网）
  lvdaitong --home 行内目录 lab half --package 本文件夹 --table 本行数据表 --key 密钥文件 --out 回传文件夹
  需要更强的隔离时：unshare -rn lvdaitong --home 行内目录 lab half …

  本行数据表：CSV 或 Parquet，列 entity_id（统一社会信用代码）、as_of（该行数据的日期）与本行字段。
  每笔贷款取该企业申请日及之前最新、且不超过十二个月的一行。

三、约定
  用途：{purpose}（{legal_basis}）
  可用的本行字段：{fields}
  少于 {smallest_cell} 户的数不外传；回传的对数几率取整到 {log_odds}
  {returns}
"""


def words(told: Mapping[str, Any], names: list[str]) -> str:
    """The text beside a package.

    Args:
        told: What the package says of itself.
        names: Files in it.
    """
    may = told["may"]
    return TEXT.format(
        project=told["project"],
        bank=told["bank"],
        route=ROUTES[told["route"], told["first"]],
        as_of=told["as_of"],
        expires_on=told["expires_on"],
        files="\n".join(f"  {name}  {FILES[name]}" for name in names),
        purpose=may["purpose"],
        legal_basis=may["legal_basis"],
        fields=_listed(may["fields"]),
        smallest_cell=told["smallest_cell"],
        log_odds=told["fineness"]["log_odds"],
        returns=(
            "模型本身可以随结果交回（--with-model），其叶子不少于最小单元格"
            if may["return_model"]
            else "模型本身留在行内，不交回"
        ),
    )


def _listed(fields: list[str]) -> str:
    if fields == ["*"]:
        return "全部"
    more = f" 等 {len(fields)} 项" if len(fields) > SHOWN_FIELDS else ""
    return "、".join(fields[:SHOWN_FIELDS]) + more


def how_fine(route: str, first: str | None, fineness: Mapping[str, Any]) -> dict[str, str]:
    """How fine a package tells, in English and in Chinese."""
    if route == "sub_scores":
        steps = f"{fineness['points']:g}"
        en, zh = f"sub-scores in steps of {steps} points", f"子评分以 {steps} 分为一级"
    elif first == "bank":
        en, zh = "no scores", "不含得分"
    else:
        steps = f"{fineness['log_odds']:g}"
        en, zh = f"log-odds in steps of {steps}", f"对数几率以 {steps} 为一级"
    return {"en": f"keyed loans of this bank alone, {en}", "zh": f"仅本行贷款（加密标识），{zh}"}
