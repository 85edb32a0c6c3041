import pytest

from features.errors import ModelError
from models.lab.texts import refuse_identifiers

CODE = "91330502MA29K00168"
KEYED = "ab" * 32


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"企业 {CODE} 违约", "a unified social credit code"),
        (CODE.lower(), "a unified social credit code"),
        (f'"id": "{KEYED}"', "a keyed identifier"),
        ("持有人 11010519491231002X", "a citizen's number"),
        ("电话 13812345678", "a mobile number"),
        ("loan L-0042 is late", "the name of a loan or a firm"),
    ],
)
def test_an_identifier_is_refused_by_its_kind_and_line_and_never_repeated(text, kind):
    with pytest.raises(ModelError, match=rf"line 2 holds {kind}") as caught:
        refuse_identifiers(f"header\n{text}\n", named=["L-0042", ""])
    for secret in (CODE, KEYED, "11010519491231002X", "13812345678", "L-0042"):
        assert secret not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "AUC 0.7831 [0.7369, 0.8241], 1,826 loans",
        "91330502MA29K00169 has a wrong check character",
        "leaf_value=-0.13812345678901 0.15912345678",
        "110105194912310021 has a wrong check character",
        f"{KEYED}0 is longer than a keyed identifier",
        "",
    ],
)
def test_figures_and_what_only_looks_alike_pass(text):
    refuse_identifiers(text)


@pytest.mark.parametrize("number", ["0.019502143216787018", "-1.110105194912310038"])
def test_digits_behind_a_decimal_point_name_nobody(number):
    """Both numbers have right check digits; the trees of one model hold thousands of numbers."""
    refuse_identifiers(f"leaf_value=0.25 {number} 0.5")


@pytest.mark.parametrize("text", ["见.{}", "v1.0: {}", "{}.5", "({})", "编号{}，"])
def test_a_code_is_found_whatever_stands_beside_it(text):
    with pytest.raises(ModelError, match="a unified social credit code"):
        refuse_identifiers(text.format("91330502MA29K00168"))
