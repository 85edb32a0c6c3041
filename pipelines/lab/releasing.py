"""release: the pooled model leaves the lab, made harmless and attacked first; and so does the report.

out/<number>-model/booster.txt   LightGBM's own text, made harmless
out/<number>-model/model.json    everything but the trees
out/<number>-model/about.json    purpose, last day, columns by side, what it is worth
out/<number>-model/README.txt    the same in Chinese, for whoever opens the folder
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from features.errors import RequestError
from features.staging import staged
from models.credit import CreditModel
from models.delong import auc_difference, auc_interval
from models.lab.attacks import Attack
from models.lab.disclosure import review_export
from models.lab.harmless import save_harmless
from models.lab.sample import Sample
from pipelines.lab.agreement import PLATFORM
from pipelines.lab.contribution import contribution_of, refuse_other_key
from pipelines.lab.export_model import Dealt, ForExport
from pipelines.lab.gate import release
from pipelines.lab.interval_words import said
from pipelines.lab.judged import estimate_record
from pipelines.lab.platform_side import POOLED_FILE
from pipelines.lab.pooling import MODEL_FOLDER, fields_of, figures_of, sample_of
from pipelines.lab.project import Clock, Project, now
from pipelines.lab.report import FILE_NAMES, write_lab_report
from pipelines.steps import Steps

ABOUT, README = "about.json", "README.txt"

README_TEXT = """绿贷通联合实验室 · 联合模型

项目：{project}
用途：{purpose}（{legal_basis}）
数据截至：{lab_day}；有效期至：{expires_on}（含当日）
字段：平台 {platform} 个，银行 {bank} 个；名称见 about.json
后期贷款上的 AUC：{auc}（这些企业更早的贷款可能参与过训练）

booster.txt 是 LightGBM 自身的文本格式，model.json 是其余全部内容；
用 models.credit.CreditModel.load(文件夹) 读取。文件不含可执行内容。
违约概率与评分只是参考，不构成授信决定；每个叶节点都不少于协议约定的最小户数。
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A model that left.

    Attributes:
        place: Where it lies.
        about: What its `about.json` says.
        disclosure: What disclosure control found, as the ledger has it.
    """

    place: Path
    about: Mapping[str, Any]
    disclosure: Mapping[str, Any]


def release_model(
    project: Project, key: bytes, *, to: str, by: str, clock: Clock = now, steps: Steps | None = None
) -> Released:
    """Let the model of both sides leave through the gate: LightGBM's own text and JSON, never a pickle.

    Args:
        project: Whose pooling.
        key: The project's key.
        to: Party that gets it; a bank gets a model of the platform's columns and its own.
        by: Who lets it leave.
        clock: Tells the time.
        steps: Told of every step.

    Raises:
        AgreementError: The agreement does not allow it.
        RequestError: Pooling was not run, or a bank contributed anew since; the key is another one.
        ModelError: Too few firms to learn from, or no question parts enough of them.
        DisclosureError: An attack came too far, or a file tells too much; nothing leaves.
    """
    working = steps or Steps()
    figures = figures_of(project)
    smallest = project.agreement.smallest_cell
    with project.act("release", by=by, clock=clock, fields=fields_of(project), route="pooled") as act:
        project.agreement.party(to)
        refuse_other_key(project, key)
        with working.step("both sides' columns as of each application"):
            sample = sample_of(project, key, pd.Timestamp(figures["lab_day"]))
            rows = Dealt.of(project, key, sample, figures)
        folder = act.staging / "model"
        with working.step("the model that leaves"):
            table = columns_for(project, sample, to)
            made = ForExport.of(rows, table, smallest)
            save_harmless(made.model, folder, smallest)
            about = _about(project, made, figures)
            (folder / ABOUT).write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", "utf-8")
            (folder / README).write_text(_readme(about), "utf-8")
        with working.step("the attacks on it"):
            found = made.attacked(folder, smallest)
        act.noted |= {"to": to, "lab_day": figures["lab_day"], "above": found["above"]}
        place = release(
            project,
            folder,
            kind="model",
            to=to,
            what=f"pooled model as of {figures['lab_day']}",
            how_fine=f"leaves of at least {smallest} firms, no ranges, no exact counts",
            disclosure=found,
            by=by,
            clock=clock,
            zh={
                "what": f"联合模型（数据截至 {figures['lab_day']}）",
                "how_fine": f"每个叶节点不少于 {smallest} 户，不含取值范围和准确户数",
            },
        )
    return Released(place=place, about=about, disclosure=found)


def release_report(project: Project, *, to: str, lang: str = "zh", by: str, clock: Clock = now) -> Path:
    """Let the report on the last pooling leave; a bank's holds its own rows alone.

    Raises:
        RequestError: Pooling was not run, or before tables were attacked.
        AgreementError, DisclosureError: As of `gate.release`.
    """
    figures, smallest = figures_of(project), project.agreement.smallest_cell
    project.agreement.party(to)
    if not figures.get("attacks"):
        raise RequestError(
            f"project '{project.name}': its tables were not attacked yet; run 'lab pool' again"
        )
    attacks = [Attack.from_record(one) for one in figures["attacks"]]
    with staged(project.home) as staging:
        folder = staging / "report"
        folder.mkdir()
        bank = None if to == PLATFORM else to
        write_lab_report(project, folder / FILE_NAMES[lang], lang=lang, bank=bank)
        found = review_export(folder, smallest, kind="report", attacks=attacks)
        day = f"{clock():%Y-%m-%d}"
        return release(
            project,
            folder,
            kind="report",
            to=to,
            what=f"report of {day}",
            how_fine=f"no count below {smallest}",
            disclosure=found.as_record(),
            by=by,
            clock=clock,
            zh={"what": f"{day} 的报告", "how_fine": f"少于 {smallest} 户或笔的数不显示"},
        )


def columns_for(project: Project, sample: Sample, to: str) -> pd.DataFrame:
    """Both sides' columns; a bank gets none that only another bank has."""
    if to == PLATFORM:
        return sample.pooled
    brought = contribution_of(project, to)
    own = {sample.bank_names[name] for name in (brought.columns if brought else ()) if name in sample.bank}
    return sample.pooled[[name for name in sample.pooled if name in sample.platform or name in own]]


def _about(project: Project, made: ForExport, figures: Mapping[str, Any]) -> dict[str, Any]:
    """What the model is, and what it is worth."""
    return {
        "project": project.name,
        "purpose": str(project.agreement.purpose),
        "legal_basis": project.agreement.legal_basis,
        "expires_on": project.agreement.valid.last.isoformat(),
        "lab_day": figures["lab_day"],
        "labels": figures.get("labels", "own"),
        "columns": made.columns_by_side(),
        "later_loans": _worth(project, made),
    }


def _worth(project: Project, made: ForExport) -> dict[str, Any]:
    """How well it ranks the loans of the test, and beside the model that stays on the same ones.

    Both have seen older loans of these firms; `lab pool` tells what models that had not are worth.
    """
    rows, folder = made.rows, project.inside / POOLED_FILE.parent / MODEL_FOLDER
    bad, groups = rows.sample.bad[rows.test], rows.sample.groups[rows.test]
    said = made.model.decision_function(made.table[rows.test])
    told = {"auc": estimate_record(auc_interval(bad, said, groups))}
    if not (folder / "model.json").is_file():
        return told
    kept = CreditModel.load(folder)
    stays = kept.decision_function(rows.sample.pooled.loc[rows.test, kept.encoder_.inputs])
    less = auc_difference(bad, said, stays, groups)
    return told | {"auc_less_that_of_the_model_inside": estimate_record(less)}


def _readme(about: Mapping[str, Any]) -> str:
    return README_TEXT.format(
        **{name: about[name] for name in ("project", "purpose", "legal_basis", "expires_on", "lab_day")},
        platform=len(about["columns"]["platform"]),
        bank=len(about["columns"]["bank"]),
        auc=said(about["later_loans"]["auc"]),
    )
