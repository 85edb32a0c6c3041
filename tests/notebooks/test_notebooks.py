"""The notebooks run from top to bottom on a small home, hold no logic, and are kept without outputs."""

import ast
import json
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parents[1] / "notebooks"
NAMES = [path.name for path in sorted(FOLDER.glob("*.ipynb"))]
LARGEST = 32_000
"""Bytes of a notebook; one with a plot left in it is larger."""

SMALL = """\
from models.credit import CreditModel

MAKERS = {"CreditModel": lambda meanings: CreditModel(meanings=meanings, n_estimators=30)}
SETTINGS = Settings(makers=MAKERS, folds=2, test_months=12, rounds=50)
SMALLEST = 3
"""
"""What a small lab needs in the place of the first notebook's parameters."""

MADE = """\
import sys
from pathlib import Path

sys.path.insert(0, {here!r})
import small_home

small_home.make(Path({folder!r}))
sys.path.pop(0)
%reset -f
"""
"""The kernel's first cell."""

LOGIC = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.If, ast.While, ast.With, ast.Global)
OURS = {"features", "models", "serving", "pipelines"}
THEIRS = {"pandas", "IPython"}
STANDARD = {"dataclasses", "datetime", "functools", "html", "json", "os", "pathlib", "shutil", "tempfile"}


def notebook(name):
    """A notebook as it is kept."""
    return nbformat.read(FOLDER / name, as_version=4)


def code_of(name):
    """The source of its code cells."""
    return [cell.source for cell in notebook(name).cells if cell.cell_type == "code"]


def outputs_of(cells):
    """All outputs of cells, in their order."""
    return [output for cell in cells for output in cell.get("outputs", [])]


def shown(cells):
    """What cells show as text: printed, or as HTML."""
    told = [output.get("text") or output.get("data", {}).get("text/html", "") for output in outputs_of(cells)]
    return "\n".join(told)


def plots(cells):
    """The plots that cells show."""
    found = [output.get("data", {}).get("image/svg+xml") for output in outputs_of(cells)]
    return [svg for svg in found if svg]


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The cells of every notebook after one kernel went through all of them, its names forgotten in between.

    One kernel makes the home and reads all four: loading the libraries is most of what a notebook costs.
    """
    folder, scratch = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("scratch")
    books = {name: notebook(name) for name in NAMES}
    for book in books.values():
        book.cells.append(nbformat.v4.new_code_cell("%reset -f"))
    first = books[NAMES[0]]
    at = next(
        place for place, cell in enumerate(first.cells) if "parameters" in cell.metadata.get("tags", [])
    )
    first.cells.insert(at + 1, nbformat.v4.new_code_cell(SMALL))
    made = nbformat.v4.new_code_cell(MADE.format(here=str(HERE), folder=str(folder)))
    together = nbformat.v4.new_notebook(
        cells=[made, *(cell for book in books.values() for cell in book.cells)]
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LVDAITONG_HOME", str(folder / "home"))
        patch.setenv("LVDAITONG_CITY", str(folder / "city"))
        patch.setenv("LVDAITONG_RECIPE", str(folder / "city.yaml"))
        patch.setenv("OMP_NUM_THREADS", "1")
        patch.setenv("TMPDIR", str(scratch))
        place = {"metadata": {"path": str(FOLDER)}}
        NotebookClient(
            together, kernel_name="python3", timeout=300, allow_errors=True, resources=place
        ).execute()
    assert outputs_of([made]) == [], "the home was made"
    cells = {name: [cell for cell in book.cells if cell.cell_type == "code"] for name, book in books.items()}
    return cells, folder, scratch


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_to_its_end_without_a_warning(ran, name):
    cells = ran[0][name]
    told = outputs_of(cells)
    errors = [f"{one.ename}: {one.evalue}" for one in told if one.output_type == "error"]
    assert not errors, errors[0]
    assert [one.text for one in told if one.output_type == "stream" and one.name == "stderr"] == []
    assert all(cell.execution_count for cell in cells)


def test_the_bank_analyst_is_refused_once_and_sees_the_gain_and_the_ledger(ran):
    cells = ran[0][NAMES[0]]
    told = shown(cells)
    assert "did not approve: salary_payments_cny" in told
    for word in ("平台单独", "银行单独", "联合", "完成", "拒绝", "is not what left by line", "联合建模报告"):
        assert word in told
    assert "恢复之后： []" in told
    assert len(plots(cells)) == 5


def test_the_challenger_is_compared_promoted_by_name_and_rolled_back(ran):
    cells = ran[0][NAMES[1]]
    told = shown(cells)
    for word in (
        "sme_credit/1",
        "sme_credit/2",
        "C07",
        "AUC 之差",
        "王敏",
        "1 → 2",
        "演示：退回",
        "换档的企业占",
    ):
        assert word in told
    assert "被拒绝：" in told, "nobody promotes without a name"
    assert len(plots(cells)) == 3


def test_an_answer_comes_with_reasons_ten_measures_and_is_no_decision(ran):
    cells = ran[0][NAMES[2]]
    told = shown(cells)
    for word in ("DRAFT", "is_decision: False", "被拒绝：", "REFUSED", "ANSWERED", "不构成授信决定"):
        assert word in told
    (measures,) = [one for one in map(shown, ([cell] for cell in cells)) if "说明" in one and "估算" in one][
        :1
    ]
    assert measures.count("<tr>") == 1 + 10
    assert "再读一字不差： True" in told
    assert "日志完整： True" in told
    assert len(plots(cells)) == 2


def test_green_grades_are_told_with_kappa_confusion_and_what_moves_them(ran):
    cells = ran[0][NAMES[3]]
    told = shown(cells)
    for word in ("覆盖率", "二次加权 kappa", "官方 ↓", "时间外", "否决项", "秩相关", "等级只"):
        assert word in told
    assert len(plots(cells)) == 3


def test_plots_name_fonts_that_the_reader_may_have_and_hold_none(ran):
    for cells in ran[0].values():
        for svg in plots(cells):
            assert "sans-serif" in svg
            assert "<image" not in svg
            assert "<glyph" not in svg


def test_the_notebooks_leave_the_home_and_the_machine_as_they_were(ran):
    _, folder, scratch = ran
    files = [path for path in (folder / "home").rglob("*") if path.is_file()]
    written = {str(path): path.stat().st_mtime_ns for path in files}
    assert written == json.loads((folder / "made.json").read_text("utf-8"))
    assert list(scratch.glob("lvdaitong-*")) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_kept_without_what_it_showed(name):
    text, book = (FOLDER / name).read_text("utf-8"), notebook(name)
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert len(text.encode()) < LARGEST
    assert not re.search(r"/(?:home|work|tmp|Users|root)/|[A-Z]:\\\\", text), "a path of some machine"
    assert not re.search(r"\b9[123][0-9]{4}[0-9A-Z]{12}\b", text), "a credit code"


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_has_no_logic_of_its_own(name):
    for source in code_of(name):
        found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, LOGIC)]
        assert not found, f"{type(found[0]).__name__} in line {found[0].lineno} of {source}"


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_imports_the_packages_pandas_and_little_else(name):
    for source in code_of(name):
        nodes = list(ast.walk(ast.parse(source)))
        tops = {
            one.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for one in node.names
        }
        tops |= {str(node.module).split(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)}
        assert tops <= OURS | THEIRS | STANDARD
        names = [one.name for node in nodes if isinstance(node, ast.ImportFrom) for one in node.names]
        assert not [one for one in names if one.startswith("_")], "only what is public"


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_speaks_chinese_and_takes_its_home_from_one_cell(name):
    book = notebook(name)
    for cell in book.cells:
        if cell.cell_type == "markdown":
            assert re.search(r"[\u4e00-\u9fff]{4}", cell.source), cell.source
    (parameters,) = [cell for cell in book.cells if "parameters" in cell.metadata.get("tags", [])]
    assert 'os.environ.get("LVDAITONG_HOME", "../var/demo/home")' in parameters.source
    assert sum("LVDAITONG_HOME" in source for source in code_of(name)) == 1


def test_there_are_the_four():
    assert [name[:2] for name in NAMES] == ["01", "02", "03", "04"]
