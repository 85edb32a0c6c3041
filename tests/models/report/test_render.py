import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from features.errors import ModelError
from models.credit import CreditModel
from models.evidence import Rows
from models.report import Bilingual, render, write_model_report
from models.report.left_out import why_left_out
from models.scale import Bands, Scale
from models.scorecard import WoeScorecard

CJK = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
EVERY = [("full", "zh"), ("full", "en"), ("bare", "zh"), ("bare", "en")]
HOSTILE = "<script>alert('x')</script>$a$ \"b\" </style>"
SECTIONS_EN = [
    "1 Purpose and limits",
    "2 Sample and label",
    "3 Exclusions",
    "4 Features",
    "5 Method and parameters",
    "6 Ranking and calibration",
    "7 Out of time and by segment",
    "8 Bands",
    "9 Stability by month",
    "10 What moves scores",
    "11 Against the champion",
    "12 Model checks",
    "13 Reject inference",
    "14 Monitoring thresholds",
    "15 Versions and digests",
    "16 Approvals",
    "Appendix: all features",
]
VOID = {"meta", "br", "input"}


class Outline(HTMLParser):
    """Open tags that must be closed, headings, ids, and the text that a reader sees."""

    def __init__(self, page):
        super().__init__()
        self.open, self.headings, self.ids, self.seen = [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):  # noqa: D102 - the parser's own
        self.ids += [value for name, value in attrs if name == "id"]
        if tag == "h2":
            self.headings.append("")
        if tag not in VOID:
            self.open.append((tag, dict(attrs)))

    def handle_endtag(self, tag):  # noqa: D102 - the parser's own
        assert self.open, tag
        assert self.open.pop()[0] == tag

    def handle_data(self, data):  # noqa: D102 - the parser's own
        tags = [tag for tag, _ in self.open]
        if "h2" in tags:
            self.headings[-1] += data
        told_in_chinese = any(attrs.get("lang") == "zh-CN" for tag, attrs in self.open if tag != "html")
        if "style" not in tags and not told_in_chinese:
            self.seen.append(data)


def text_of(page):
    """What a reader sees, in one line."""
    return " ".join(" ".join(Outline(page).seen).split())


def section(page, name):
    """What a reader sees of one section."""
    part = page[page.index(f'<section id="{name}">') :]
    return text_of(part[: part.index("</section>") + len("</section>")])


@pytest.mark.parametrize("kind", EVERY)
def test_every_tag_is_closed_and_every_id_there_once(pages, kind):
    outline = Outline(pages[kind])
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids))
    links = re.findall(r'(?:href="|url\()#([^")]+)', pages[kind])
    assert set(links) <= set(outline.ids)


@pytest.mark.parametrize("kind", EVERY)
def test_sections_stand_in_their_order(pages, kind):
    headings = Outline(pages[kind]).headings
    assert [re.match(r"\d*", one)[0] for one in headings] == [re.match(r"\d*", one)[0] for one in SECTIONS_EN]
    if kind[1] == "en":
        assert headings == SECTIONS_EN


@pytest.mark.parametrize("kind", [("full", "en"), ("bare", "en")])
def test_the_english_page_holds_no_chinese_but_names_of_laws(pages, kind):
    # what the dossier itself says in Chinese alone stays Chinese
    told = re.sub("自定义原因|王工|样本期短|负债率|长期|销售额|在行业中的位置", "", text_of(pages[kind]))
    assert not CJK.search(told), told[max(0, CJK.search(told).start() - 60) :][:120]
    labels = re.findall(r'aria-label="([^"]+)"', pages[kind])
    assert labels
    assert not CJK.search(" ".join(labels))


@pytest.mark.parametrize("kind", EVERY)
def test_nothing_comes_from_outside_and_nothing_runs(pages, kind):
    page = pages[kind]
    assert set(re.findall(r"https?://[^\"\s<]+", page)) <= {"http://www.w3.org/2000/svg"}
    for word in ("<script", "<link", "@import", "<img", "<iframe", "javascript:"):
        assert word not in page
    assert len(page.encode()) < 1_500_000


def test_the_same_dossier_gives_the_same_bytes(full, pages):
    assert render(full, "zh") == pages["full", "zh"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_summary_tells_what_how_good_and_what_not(pages, full, lang):
    told = section(pages["full", lang], "summary")
    bads = int(full.evidence.held_out.bad.sum())
    assert {"zh": "评分不是授信决定。", "en": "A score is never a decision."}[lang] in told
    assert "900" in told
    assert str(bads) in told
    assert "2 / 4" in told  # of five checks one could not be asked
    assert len(re.findall(r"0\.\d{3} – 0\.\d{3}", told)) >= 3


def test_a_failed_check_stands_on_the_first_page_unless_somebody_answers_for_it(full, pages):
    assert "C03" not in section(pages["full", "zh"], "summary")
    assert "未通过（特批）" in section(pages["full", "zh"], "checks")
    assert "王工 对 C03 负责放行，理由：样本期短" in section(pages["full", "zh"], "checks")
    failed = render(replace(full, overrides=()), "zh")
    assert "C03 预测违约率与实际相符" in section(failed, "summary")
    assert "没有特批。" in section(failed, "checks")


def test_checks_come_by_number_with_findings_in_the_pages_language(pages):
    told, english = section(pages["full", "zh"], "checks"), section(pages["full", "en"], "checks")
    assert re.findall(r"C\d\d", told)[:5] == ["C01", "C02", "C03", "C09", "C12"]
    assert "比值 0.60" in told
    assert "ratio 0.60" in english
    assert "C09 评分分布稳定 提示" in told
    assert "C12 重新训练得到同样的文件 无从检查" in told


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sample", "未提供标签规则"),
        ("sample", "没有账龄曲线"),
        ("sample", "没有迁移率表"),
        ("sample", "未提供好、坏、灰"),
        ("exclusions", "不能断定没有剔除"),
        ("features", "特征稳定性（PSI）无从计算"),
        ("method", "未提供训练参数"),
        ("segments", "分群与公平性无从判断"),
        ("segments", "分月表现无从给出"),
        ("stability", "没有按月稳定性"),
        ("champion", "没有现任模型"),
        ("checks", "未提供检查结果"),
        ("rejects", "未做拒绝推断"),
        ("monitoring", "未设监控阈值"),
        ("versions", "未记录软件版本"),
        ("versions", "未记录模型文件的摘要"),
        ("versions", "未记录数据摘要"),
        ("approvals", "未指定签署人"),
    ],
)
def test_what_is_not_there_is_said_to_be_missing(pages, name, said):
    assert said in section(pages["bare", "zh"], name)


def test_cross_validation_takes_its_auc_from_the_folds(pages):
    told = section(pages["bare", "en"], "ranking")
    assert "AUC 0.812" in told
    assert "no later sample" in section(pages["bare", "en"], "summary")


def test_what_was_given_is_shown(pages):
    page = pages["full", "zh"]
    assert "自定义原因 3" in section(page, "exclusions")
    assert "表现期未结束或未报送至期末 77" in section(page, "exclusions")
    assert "合计 80" in section(page, "exclusions")
    assert "灰样本（不确定） 31" in section(page, "sample")
    assert "企业层面取各行最差" in section(page, "sample")
    assert "depth = 4" in section(page, "method")
    assert "f2" * 32 in section(page, "versions")
    assert "-0.010" in section(page, "rejects")
    assert "不用于房地产企业" in section(page, "purpose")
    assert "不用于房地产企业" in section(page, "summary")


def test_unknown_is_never_shown_as_zero(pages):
    page = section(pages["full", "zh"], "sample")
    assert "2024Q3 150 3.0% 6.0% — —" in page  # not yet seen so far
    assert "61-90 — — — — — —" in page  # nobody was there


def test_the_champion_is_compared_on_the_rows_that_it_can_read(pages):
    told = section(pages["full", "zh"], "champion")
    assert "895 行" in told
    assert "其余 5 行" in told
    assert "本模型排序更好" in told


def test_segments_speak_the_pages_language_with_unknown_as_such(pages):
    told, english = section(pages["full", "zh"], "segments"), section(pages["full", "en"], "segments")
    assert "微型" in told
    assert "未知" in told
    assert "micro" in english
    assert "AUCs differ by up to" in english


def test_points_and_bands_are_the_models_own(full, firms):
    own = CreditModel(
        n_estimators=30,
        scale=Scale(base=500, odds=30, pdo=40),
        band_floors=Bands(("优", "良", "差"), (480, 400)),
    ).fit(firms.table, firms.bad)
    page = render(replace(full, evidence=replace(full.evidence, model=own)))
    assert "30 比 1 时为 500 分" in section(page, "method")
    told = section(page, "bands")
    assert "优 ≥ 480" in told
    assert "良 400 – 479" in told
    assert "差 &lt; 400" not in told
    assert "差 < 400" in told


def test_a_scorecard_shows_its_table_of_points_and_what_was_left_out(full):
    train = full.evidence.train
    train = replace(train, table=train.table.assign(always=1.0))
    held_out = replace(full.evidence.held_out, table=full.evidence.held_out.table.assign(always=1.0))
    card = WoeScorecard(meanings=full.evidence.model.meanings, refined=False).fit(train.table, train.bad)
    told = section(
        render(replace(full, evidence=replace(full.evidence, model=card, train=train, held_out=held_out))),
        "method",
    )
    assert "证据权重评分卡" in told
    assert "变量 分箱 部分 数量 违约 违约率 WoE IV 分值" in told
    assert "（平均企业）" in told
    assert "负债率 < " in told
    assert "缺失" in told
    assert f"未入选的 {len(card.failed_)} 个变量及原因" in told
    assert why_left_out(card.failed_["always"], "zh") in told


def test_few_bads_are_said_to_be_few_and_many_are_not(full, pages):
    assert "小样本提示" not in section(pages["full", "zh"], "summary")
    bad = np.zeros(900, dtype=int)
    bad[:: 900 // 30][:30] = 1
    held_out = replace(full.evidence.held_out, bad=bad)
    page = render(replace(full, evidence=replace(full.evidence, held_out=held_out)))
    assert "小样本提示：验证样本仅含 30 个违约。" in section(page, "summary")
    assert "不能断定" in section(page, "summary")  # these bads are drawn by lot


@pytest.mark.parametrize("outcome", [0, 1])
def test_one_outcome_alone_is_told_and_breaks_nothing(full, outcome):
    held_out = replace(full.evidence.held_out, bad=np.full(900, outcome))
    page = render(replace(full, evidence=replace(full.evidence, held_out=held_out)))
    assert "无法判断排序与校准" in section(page, "ranking")
    assert "没有现任模型，或它读不了这批样本" in section(page, "champion")
    assert "inf" not in text_of(page)
    assert "nan" not in text_of(page)


def test_hostile_names_do_no_harm(full):
    def renamed(rows):
        segments = pd.DataFrame({HOSTILE: np.where(np.arange(len(rows)) % 2, HOSTILE, "b")})
        return replace(rows, table=rows.table.rename(columns={"debt": HOSTILE}), segments=segments)

    train, held_out = renamed(full.evidence.train), renamed(full.evidence.held_out)
    model = CreditModel(n_estimators=20).fit(train.table, train.bad)
    evidence = replace(full.evidence, model=model, train=train, held_out=held_out)
    page = render(
        replace(
            full, evidence=evidence, title=Bilingual(HOSTILE), version=HOSTILE, parameters={HOSTILE: HOSTILE}
        )
    )
    assert "<script" not in page
    assert page.count("</style>") == 1
    assert Outline(page).open == []
    assert section(page, "method").count(HOSTILE) == 2  # the parameter and its value, as text


def test_a_column_that_nobody_has_and_one_that_never_changes_are_shown(full):
    def widened(rows: Rows) -> Rows:
        return replace(rows, table=rows.table.assign(never=np.nan, always=1.0))

    train, held_out = widened(full.evidence.train), widened(full.evidence.held_out)
    model = CreditModel(n_estimators=20).fit(train.table, train.bad)
    page = render(replace(full, evidence=replace(full.evidence, model=model, train=train, held_out=held_out)))
    told = section(page, "appendix")
    assert "never" in told
    assert "always" in told


def test_the_whole_table_is_folded_on_screen_and_open_in_print(pages):
    page = pages["full", "zh"]
    style = page[page.index("<style>") : page.index("</style>")]
    screen, paper = style.split("@media print", 1)
    assert ".folded { display:none; }" in screen
    assert ".folded { display:block; }" in paper


def test_every_page_of_paper_carries_name_and_version(pages):
    page = pages["full", "en"]
    assert 'counter(page) " / " counter(pages)' in page
    assert r"sme\5f credit\2f 3" in page
    assert r"Small\2d firm credit model" in page


def test_a_model_that_is_not_registered_says_so_in_either_language(bare):
    assert "sme_credit · 未登记" in text_of(render(replace(bare, version="")))
    assert "sme_credit · not registered" in text_of(render(replace(bare, version=""), "en"))


def test_the_page_is_written_whole_into_a_folder_or_under_a_name(bare, pages, tmp_path):
    path = write_model_report(tmp_path / "new" / "folder", bare, lang="en")
    assert path == tmp_path / "new" / "folder" / "model-report.en.html"
    assert path.read_text("utf-8") == pages["bare", "en"]
    named = write_model_report(tmp_path / "mine.html", bare)
    assert named == tmp_path / "mine.html"
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["mine.html"]


def test_a_place_that_cannot_be_written_is_named(bare, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ModelError, match=r"file.*cannot be written"):
        write_model_report(tmp_path / "file" / "folder", bare)


def test_a_language_that_is_not_there_is_refused(bare, tmp_path):
    with pytest.raises(ModelError, match="no words for language 'fr'; there are: zh, en"):
        write_model_report(tmp_path, bare, lang="fr")
    assert list(tmp_path.iterdir()) == []
