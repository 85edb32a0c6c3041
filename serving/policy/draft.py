"""The draft for comment, word for word."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from serving.policy.exact_yaml import read_exact_yaml

FILE = Path(__file__).parent / "draft.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What the draft says of one measure.

    Attributes:
        title: Its first sentence.
        text: The others.
        bodies: Who is responsible.
    """

    title: str
    text: str
    bodies: tuple[str, ...]


@lru_cache(maxsize=1)
def wording() -> Mapping[int, Wording]:
    """The draft's wording by the number of the measure, 1 to 10."""
    measures = read_exact_yaml(FILE)["measures"]
    return {number: Wording(**{**said, "bodies": tuple(said["bodies"])}) for number, said in measures.items()}
