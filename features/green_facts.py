"""What is known of firms' environment on a day, as read by a person: value, date, office, age, staleness.

A yearly or monthly fact is stale once the next one should have arrived: its cycle and its source's usual lag
after its own date. Facts of events (penalties, licences) do not go stale; what stands, stands.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from features.catalogue import source_named
from features.green_bands import LEVELS_ZH, carbon_efficiency_grade, carbon_intensity_level
from features.session import Session

CYCLES = {"yearly": 366, "quarterly": 92, "monthly": 31}
"""Days between two facts, by the frequency of the source."""

COLUMNS = (
    *("entity_id", "indicator", "zh", "en", "value", "unit", "told_zh"),
    *("date", "source", "department", "age_days", "stale"),
)

Known = Mapping[str, Any]
"""What a query tells of a firm: `value`, `date`, and what else the indicator asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One readable fact.

    Attributes:
        name: Its name.
        zh: Chinese name.
        en: English name.
        source: Where it comes from.
        column: SQL of the value; rows without one are not asked.
        unit: Of the value.
        where: SQL condition on the rows.
        beside: SQL of what is told with it, such as the scheme of a grade.
        tell: Chinese words for a value, by what is told beside it and the day; the value itself for None.
    """

    name: str
    zh: str
    en: str
    source: str
    column: str
    unit: str = ""
    where: str = "TRUE"
    beside: str = "NULL"
    tell: Callable[[Any, Any, date], str] | None = None


SCHEMES = {"ZJ": "浙江办法", "CN2013": "国家2013年试行办法", "JS": "江苏办法"}
PERMITS = {"KEY": "重点管理", "SIMPLIFIED": "简化管理", "REGISTERED": "登记管理"}


def _scheme(grade: Any, scheme: Any, _day: date) -> str:
    return f"{grade} 级（{SCHEMES.get(str(scheme), '评价体系不明')}）"


def _efficiency(value: Any, _beside: Any, day: date) -> str:
    return f"K={value:g}，{carbon_efficiency_grade(value, day)} 级"


def _intensity(value: Any, _beside: Any, day: date) -> str:
    level = carbon_intensity_level(value, day)
    return f"L={value:g} 吨/万元，{LEVELS_ZH[(level or 1) - 1]}"


def _flag(value: Any, _beside: Any, _day: date) -> str:
    return "是" if value else "否"


def _expiry(value: Any, _beside: Any, day: date) -> str:
    last = pd.Timestamp(value).date()
    return f"有效期至 {last}" + ("（已过期）" if last < day else "")


INDICATORS = (
    Indicator(
        name="env_credit", zh="环境信用等级", en="Environmental credit grade", source="environment",
        column="env_credit_grade", beside="env_credit_scheme", tell=_scheme,
    ),
    Indicator(
        name="permit_class", zh="排污许可管理类别", en="Class of the discharge permit", source="environment",
        column="permit_class", tell=lambda value, _beside, _day: PERMITS.get(str(value), str(value)),
    ),
    Indicator(
        name="iso14001", zh="ISO14001认证", en="ISO 14001 certificate", source="environment",
        column="iso14001", unit="flag", tell=_flag,
    ),
    Indicator(
        name="carbon_efficiency_k", zh="碳效等级", en="Carbon efficiency K", source="carbon_code",
        column="carbon_eff_k", unit="ratio", tell=_efficiency,
    ),
    Indicator(
        name="carbon_intensity_l", zh="碳强度", en="Carbon intensity L", source="carbon_code",
        column="carbon_intensity_l", unit="t per 10k CNY", tell=_intensity,
    ),
    Indicator(
        name="energy_per_output", zh="单位产值能耗", en="Energy per output", source="carbon_code",
        column="energy_per_output", unit="tce per 10k CNY",
        tell=lambda value, _beside, _day: f"{value:g} 吨标准煤/万元",
    ),
    Indicator(
        name="output_per_mu_class", zh="亩均评价等级", en="Output-per-mu class", source="output_per_mu",
        column="output_per_mu_class", tell=lambda value, _beside, _day: f"{value} 类",
    ),
    Indicator(
        name="green_factory", zh="绿色工厂", en="Green factory", source="output_per_mu",
        column="green_factory", unit="flag", tell=_flag,
    ),
    Indicator(
        name="environmental_penalty", zh="最近一次环保处罚", en="Newest environmental penalty",
        source="administrative_penalty", column="severity", beside="fine_cny", where="authority = 'EEB'",
        tell=lambda value, fine, _day: {"SEVERE": "严重", "GENERAL": "一般", "MINOR": "轻微"}[str(value)]
        + (f"，罚款 {fine:,.2f} 元" if pd.notna(fine) else "，罚款金额不明"),
    ),
    Indicator(
        name="environmental_licence", zh="环保许可有效期", en="Validity of the environmental licence",
        source="administrative_licence", column="expiry_date",
        where="authority = 'EEB' AND (ended_date IS NULL OR ended_date > as_of)", tell=_expiry,
    ),
)  # fmt: skip
"""Every indicator that is told, in order."""


def green_facts(
    session: Session, firms: Sequence[str], day: date, there: frozenset[str] | None = None
) -> pd.DataFrame:
    """What is known of each firm's environment, a row a firm and known indicator.

    Args:
        session: Whose rows to read; its spine is set anew.
        firms: Their ids.
        day: The as-of day: nothing that arrived later is told.
        there: Sources that the lake holds; those of all indicators for None.

    Returns:
        `entity_id`, `indicator`, `zh`, `en`, `value` (as stored, text), `unit`, `told_zh` (as an officer
        reads it), `date` (of the fact), `source`, `department`, `age_days`, `stale` (missing for facts of
        events). An indicator that is not known has no row.
    """
    session.set_spine(pd.DataFrame({"entity_id": list(firms), "as_of": pd.Timestamp(day)}))
    known = [_told(session, one, day) for one in INDICATORS if there is None or one.source in there]
    parts = [part for part in known if len(part)]
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    facts = pd.concat(parts, ignore_index=True)  # indicators in their order; stable sorting keeps it
    return facts.sort_values("entity_id", kind="stable", ignore_index=True)[list(COLUMNS)]


def _told(session: Session, one: Indicator, day: date) -> pd.DataFrame:
    """What an indicator tells of the firms that have it."""
    source = source_named(one.source)
    newest = "(event_date, record_id)"
    found = session.ask(
        source,
        f"SELECT entity_id, arg_max({one.column}, {newest}) AS value, "  # noqa: S608 - names stand above
        f"arg_max({one.beside}, {newest}) AS beside, max(event_date) AS date FROM {{known}} "
        f"WHERE {one.column} IS NOT NULL AND {one.where} GROUP BY entity_id",
    ).reset_index()
    cycle = CYCLES.get(source.frequency)
    dates = pd.to_datetime(found["date"])
    ages = (pd.Timestamp(day) - dates).dt.days
    tell = one.tell or (lambda value, _beside, _day: str(value))
    told = [tell(value, beside, day) for value, beside in zip(found["value"], found["beside"], strict=True)]
    return pd.DataFrame(
        {
            "entity_id": found["entity_id"],
            "indicator": one.name,
            "zh": one.zh,
            "en": one.en,
            "value": found["value"].astype("str"),
            "unit": one.unit,
            "told_zh": pd.Series(told, dtype="str"),
            "date": dates.dt.date,
            "source": one.source,
            "department": source.department,
            "age_days": ages,
            "stale": pd.array(
                [None] * len(found) if cycle is None else ages > cycle + source.usual_lag_days,
                dtype="boolean",
            ),
        }
    )


def coverage_of_facts(facts: pd.DataFrame, firms: int) -> pd.DataFrame:
    """How many of the firms have each indicator, and how many of those facts are stale.

    Returns:
        By indicator: `firms` that have it, `share` of all, `stale` among them, `newest` date.
    """
    grouped = facts.groupby("indicator", sort=False)
    table = pd.DataFrame(
        {
            "firms": grouped["entity_id"].nunique(),
            "stale": grouped["stale"].sum().astype("int64"),
            "newest": grouped["date"].max(),
        }
    ).reindex([one.name for one in INDICATORS])
    table[["firms", "stale"]] = table[["firms", "stale"]].fillna(0).astype("int64")
    return table.assign(share=table["firms"] / max(firms, 1))
