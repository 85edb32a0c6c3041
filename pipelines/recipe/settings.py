"""Settings of the credit model that a recipe may change; what each does stands with `CreditModel`."""

from typing import Any

from features.errors import RecipeError

WHOLE = {"n_estimators", "num_leaves", "max_depth", "min_data_in_leaf", "random_state"}
SHARES = {"learning_rate", "feature_fraction", "long_run_rate"}
"""Above 0, at most 1."""

MANNERS = ("auto", "platt", "isotonic")
WORDS = {*WHOLE, *SHARES, "lambda_l2", "calibration"}


def model_settings(place: str, raw: Any) -> dict[str, float | str]:
    """The settings under a recipe's word `model`; none where it is absent.

    Raises:
        RecipeError: A setting is unknown, or has a value that cannot be.
    """
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise RecipeError(f"{place}: model is '{raw}', expected a mapping such as n_estimators: 300")
    if unknown := sorted(map(str, set(raw) - WORDS)):
        raise RecipeError(
            f"{place}: model: unknown setting {unknown[0]}; expected {', '.join(sorted(WORDS))}"
        )
    for name, value in raw.items():
        if wanted := _wanted(name, value):
            raise RecipeError(f"{place}: model: {name} is '{value}', expected {wanted}")
    return dict(raw)


def _wanted(name: str, value: Any) -> str | None:
    """What the setting should have been; None where it is well."""
    if name == "calibration":
        return None if value in MANNERS else " or ".join(MANNERS)
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    if name in WHOLE:
        least = 0 if name == "random_state" else 1
        return (
            None if numeric and isinstance(value, int) and value >= least else f"a whole number from {least}"
        )
    if name in SHARES:
        return None if numeric and 0 < value <= 1 else "a number above 0, at most 1"
    return None if numeric and value >= 0 else "a number from 0"
