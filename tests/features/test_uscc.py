import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.uscc import ALPHABET, are_valid, is_valid, normalise, normalise_all, with_checks


@pytest.mark.parametrize(
    "code",
    [
        "91350100M000100Y43",
        "91110108551385082Q",
        "91440300708461136T",
        "91130600738737199K",
        "91330502MA2B00000N",
        "91330502730000010H",
    ],
)
def test_published_codes_are_valid_also_those_that_end_in_a_letter(code: str) -> None:
    assert is_valid(code)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("91350100M000100Y44", "wrong check character"),
        ("91350100M000100Y4", "too short"),
        ("9135010OM000100Y43", "the letter O is not in the alphabet"),
        ("91350100M0001I0Y43", "the letter I is not in the alphabet"),
        ("91350100M0S0100Y43", "the letter S is not in the alphabet"),
        ("91350100V000100Y43", "the letter V is not in the alphabet"),
        ("91350100M000100Z43", "the letter Z is not in the alphabet"),
        ("91330502MA29K00268", "wrong check character of the organisation code"),
        ("", "empty"),
    ],
)
def test_a_code_with_a_fault_is_not_valid(code: str, why: str) -> None:
    assert not is_valid(code), why


def test_spaces_full_width_and_lower_case_are_normalised() -> None:
    assert normalise(" ９１330502ma29k00168\t") == "91330502MA29K00168"
    tidy = normalise_all(pd.Series(["91330502MA29K00168", " 91330502ma29k00168", None]))
    assert tidy.tolist()[:2] == ["91330502MA29K00168"] * 2
    assert pd.isna(tidy.iloc[2])


@given(st.text(alphabet=ALPHABET, min_size=8, max_size=8), st.integers(0, 999_999))
def test_a_completed_code_is_valid_and_one_changed_digit_makes_it_invalid(letters: str, region: int) -> None:
    code = with_checks(pd.Series([f"91{region:06d}{letters}"])).item()
    assert is_valid(code)
    place = 3
    changed = code[:place] + str((int(code[place]) + 1) % 10) + code[place + 1 :]
    assert not is_valid(changed)


def test_missing_codes_are_not_valid() -> None:
    assert are_valid(pd.Series(["91330502MA29K00168", None], dtype="str")).tolist() == [True, False]


@given(st.text(alphabet=ALPHABET + "IOSVZa０", min_size=17, max_size=19))
def test_one_code_and_a_column_of_codes_are_judged_alike(code: str) -> None:
    assert is_valid(code) == are_valid(pd.Series([code], dtype="str")).item()


@given(st.text(alphabet=ALPHABET, min_size=10, max_size=10), st.integers(0, 999999))
def test_any_shape_of_a_code_is_judged_alike(letters: str, region: int) -> None:
    code = f"91{region:06d}{letters}"
    assert is_valid(code) == are_valid(pd.Series([code], dtype="str")).item()
