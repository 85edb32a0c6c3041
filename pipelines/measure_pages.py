"""A Chinese page for each measure: the draft's words, clauses, numbers of law, facts, amounts and cases.

The cases stand under `tests/`, which is not shipped, so the pages are made from a checkout.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from features.yaml_text import read_yaml
from pipelines.markdown import joined, table
from pipelines.measure_cases import Case, Cases, cases_of, used_by
from serving.policy import MEASURES
from serving.policy.clause import Clause
from serving.policy.draft import wording
from serving.policy.facts import KINDS, NAMES_ZH
from serving.policy.kinds import Result
from serving.policy.law import Parameters, default_parameters
from serving.policy.measure import Measure
from serving.policy.measures import central_bank_tools, product_tags
from serving.policy.parameter import Parameter
from serving.policy.tag import Tag
from serving.policy.what_if.grid import DAYS, FEN, RATES
from serving.policy.what_if.lever import HOLDS_ZH, Lever, levers, value_in_words
from serving.wording import AMOUNTS, BENEFICIARIES, RESULTS, numeral

FOLDER = "measures"
SMALL_TABLE = 8
TAGS = {"central_bank_tools": central_bank_tools.TAGS, "product_tags": product_tags.TAGS}
COMMAND = "lvdaitong catalog --write docs --cases tests/serving/policy/cases"
GENERATED = f"本页由程序生成，请勿手工修改；更新请运行 `{COMMAND}`。"
EXACT = "计算全程不取整，只在给出时四舍五入到分；不能判断的金额为空，绝不以 0.00 代替。"
STANDING = "各项措施均为**征求意见稿**，系统结果只是估算，最终以主管部门、银行核定为准。"


def measure_pages(cases: Path) -> dict[str, str]:
    """The page of every measure, and the list of them: file name → Markdown.

    Args:
        cases: The folder with the cases of the measures.

    Raises:
        ParameterError: A measure has no file of cases there; the message names it.
    """
    pages = {_file_of(measure): _page(measure, cases_of(cases, measure.key)) for measure in MEASURES}
    return {f"{FOLDER}/README.md": _overview()} | pages


def write_measure_pages(folder: Path, cases: Path) -> list[Path]:
    """Write every page into a folder, which is made where it is not there; the files written.

    Raises:
        ParameterError: A measure has no file of cases.
    """
    pages = measure_pages(cases)
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (folder / name).write_text(text, "utf-8")
    return [folder / name for name in pages]


def _file_of(measure: Measure) -> str:
    return f"{FOLDER}/{measure.number:02d}-{measure.key.replace('_', '-')}.md"


def _overview() -> str:
    rows = [
        [
            f"[措施{numeral(one.number)}]({Path(_file_of(one)).name})",
            one.title_zh,
            one.authority_zh,
            _gains(one),
        ]
        for one in MEASURES
    ]
    titles = ["措施", "名称", "核定单位", "受益方"]
    return joined(["# 十条措施", GENERATED, STANDING, table(titles, rows)])


def _page(measure: Measure, cases: Cases) -> str:
    said, used = wording()[measure.number], used_by(measure, cases.each)
    return joined(
        [
            f"# 措施{numeral(measure.number)} {measure.title_zh}",
            GENERATED,
            f"{STANDING}本措施由{measure.authority_zh}核定，{_gains(measure)}。",
            "## 原文",
            f"> {numeral(measure.number)}、{said.title}。{said.text}",
            f"责任单位：{'、'.join(said.bodies)}",
            *_clauses("适用范围", measure.applies),
            *_clauses("条件", measure.clauses),
            *_numbers(used.numbers),
            *_facts(used.facts),
            *_tags(TAGS.get(measure.key, ())),
            *_workings(measure, cases),
            *_cases(measure, cases),
        ]
    )


def _gains(measure: Measure) -> str:
    return BENEFICIARIES.get(measure.beneficiary, measure.beneficiary)


# ---------------------------------------------------------------- clauses
def _clauses(title: str, clauses: Sequence[Clause]) -> list[str]:
    if not clauses:
        return []
    titles = ["条款", "要求", "前提", "所需事实", "缺失时", "依据"]
    return [f"## {title}", table(titles, [_clause(one) for one in clauses])]


def _clause(one: Clause) -> list[str]:
    return [
        f"`{one.name}`",
        _asked(one),
        "；".join(_guards(one)),
        "、".join(NAMES_ZH.get(name, name) for name in one.needs),
        one.presumed or ("待补充" if one.needs else ""),
        one.cites,
    ]


def _guards(one: Clause) -> list[str]:
    return [] if one.when is None else [*_guards(one.when), _asked(one.when)]


def _asked(one: Clause) -> str:
    """What a clause asks for; numbers by their names, because their values depend on the day."""
    return one.zh.format(_Names())


class _Names:
    """Stands in for the law in a text: a number is told by its name."""

    def __getitem__(self, name: str) -> str:
        return f"〔{default_parameters().by_name[name].zh}〕"


# ---------------------------------------------------------------- numbers of law
def _numbers(names: Iterable[str]) -> list[str]:
    shown = [default_parameters().by_name[name] for name in names if not name.startswith("policy_")]
    if not shown:
        return []
    titles = ["数字", "参数", "值", "单位", "确定程度", "依据"]
    return ["## 数字", table(titles, [_number(one) for one in shown])]


def _number(one: Parameter) -> list[str]:
    words = _words()
    certainty, unit = words["certainties"][one.certainty], words["units"][one.unit]
    return [one.zh, f"`{one.name}`", "<br>".join(_dated(one)), unit, certainty, one.cites]


def _dated(one: Parameter) -> Iterator[str]:
    """Each value with its first day; nothing after something is an end, nothing at first was never set."""
    for place, (day, value) in enumerate(zip(one.days, one.values, strict=True)):
        yield f"{day} 起：{'终止' if value is None and place else _in_words(one, value)}"


def _in_words(one: Parameter, value: Any) -> str:
    """A value; of a small table what stands in it."""
    if one.unit != "table" or len(value) > SMALL_TABLE:
        return one.in_words(value)
    return "、".join(entry["zh"] if isinstance(entry, Mapping) else str(entry) for entry in value.values())


# ---------------------------------------------------------------- facts
def _facts(names: Iterable[str]) -> list[str]:
    rows = [_fact(levers()[name]) for name in names]
    if not rows:
        return []
    return ["## 所需事实", table(["事实", "字段", "填写", "能否改变"], rows)]


def _fact(one: Lever) -> list[str]:
    who = f"（{one.who}）" if one.who else ""
    return [NAMES_ZH[one.fact], f"`{one.fact}`", _kind_of(one), HOLDS_ZH[one.hold] + who]


def _kind_of(one: Lever) -> str:
    named = {FEN: "money", RATES: "rate", DAYS: "date"}
    if one.grid is not None:
        return _words()["kinds"][named.get(one.grid, "count")]
    if not one.words:
        return _words()["kinds"]["code"]
    flag = isinstance(one.words[0], bool)
    return _words()["kinds"]["flag"] if flag else "、".join(_word(one.fact, word) for word in one.words)


def _word(fact: str, word: str) -> str:
    return f"{value_in_words(fact, word)} `{word}`"


# ---------------------------------------------------------------- tags, amounts
def _tags(tags: Sequence[Tag]) -> list[str]:
    rows = [[f"`{one.name}`", one.zh, one.cites] for one in tags]
    return ["## 标签", table(["标签", "名称", "依据"], rows)] if rows else []


def _workings(measure: Measure, cases: Cases) -> list[str]:
    expected = {name for case in cases.each for name in case.expect.get("amounts", {})}
    named = "、".join(f"{zh} `{name}`" for name, zh in AMOUNTS.items() if name in expected)
    told = [f"估算金额：{named}。{EXACT}"] if named else ["本措施不产生金额。"]
    return ["## 算法", *told, _words()["workings"][measure.key]]


# ---------------------------------------------------------------- cases
def _cases(measure: Measure, cases: Cases) -> list[str]:
    zh = {one.name: _asked(one) for one in (*measure.applies, *measure.clauses)}
    titles = ["案例", "查询日", "与基准不同之处", "应得结果"]
    rows = [[case.name, str(case.as_of), _differs(case), _expected(case, zh)] for case in cases.each]
    common = f"基准事实：{_given(cases.background)}。"
    return ["## 案例", common, table(titles, rows)]


def _differs(case: Case) -> str:
    law = [f"{_parameter(name).zh}＝{_value_of(name, value)}" for name, value in case.law.items()]
    return "；".join(filter(None, [_given(case.changed), *(f"法规数值：{one}" for one in law)]))


def _given(facts: Mapping[str, Any]) -> str:
    return "；".join(f"{NAMES_ZH[name]}＝{_fact_in_words(name, value)}" for name, value in facts.items())


def _fact_in_words(name: str, value: Any) -> str:
    return value_in_words(name, None if value is None else KINDS[name].read(value))


def _parameter(name: str) -> Parameter:
    return default_parameters().by_name[name]


def _value_of(name: str, value: Any) -> str:
    replaced: Parameters = default_parameters().with_values(**{name: value})
    return _parameter(name).in_words(replaced.by_name[name].values[0])


def _expected(case: Case, zh: Mapping[str, str]) -> str:
    expect = case.expect
    told = [f"**{RESULTS[Result(expect['result'])]}**"]
    told += [f"未满足：{zh[name]}" for name in expect.get("failed", ())]
    told += (
        [f"缺少：{'、'.join(NAMES_ZH[name] for name in expect['missing'])}"] if expect.get("missing") else []
    )
    told += [f"{AMOUNTS[name]} {_amount(amount)}" for name, amount in expect.get("amounts", {}).items()]
    told += [f"注明：{text}" for text in expect.get("assumes", ())]
    return "；".join(told)


def _amount(amount: str | None) -> str:
    return "为空" if amount is None else f"{Decimal(amount):,.2f} 元"


@cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = read_yaml((files("pipelines") / "measure_pages.yaml").read_text("utf-8"))
    return words
