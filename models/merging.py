"""Several boosters as one: the weighted sum of their margins, in LightGBM's own text."""

from collections.abc import Sequence

import lightgbm as lgb
import pyarrow as pa
import pyarrow.compute as pc

LINE, NUMBERED, VALUES = "\n", "\nTree=", "_value="


def merged(boosters: Sequence[lgb.Booster], rounds: int, share: float) -> lgb.Booster:
    """One booster whose margin is the sum of the boosters' margins, each times `share`.

    LightGBM cannot average boosters, but a leaf's value is the only thing in its text that scales. What comes
    back has been read from text, so saving and reloading it changes no bit.

    Args:
        boosters: Trained on the same columns with the same bins.
        rounds: How many trees of each are taken.
        share: What each margin counts; 1 / number of boosters for their mean.

    Returns:
        Their trees, those of the first booster first.
    """
    texts = [booster.model_to_string(num_iteration=rounds) for booster in boosters]
    head, _, rest = texts[0].partition("tree_sizes=")
    settings = rest[rest.index("parameters:\n") :]
    trees = _scaled("".join(_trees(text) for text in texts), share).split(NUMBERED)[1:]
    blocks = [f"Tree={place}\n{tree.partition(LINE)[2]}\n" for place, tree in enumerate(trees)]
    sizes = " ".join(str(len(block.encode())) for block in blocks)
    text = f"{head}tree_sizes={sizes}\n\n{''.join(blocks)}end of trees\n\n{settings}"
    return lgb.Booster(model_str=text)


def _trees(text: str) -> str:
    """The part of a booster's text that tells its trees."""
    return text[text.index(NUMBERED) : text.index("\nend of trees")]


def _scaled(text: str, share: float) -> str:
    """The same text; `leaf_value` and `internal_value` are the lines that a margin is made of."""
    before, *parts = text.split(VALUES)
    lines = [part.partition(LINE) for part in parts]
    times = _times([values for values, _, _ in lines], share)
    told = (f"{values}{end}{rest}" for values, (_, end, rest) in zip(times, lines, strict=True))
    return VALUES.join([before, *told])


def _times(lines: list[str], share: float) -> list[str]:
    """Lines of numbers, each number times `share`; all at once, as writing numbers is what takes long."""
    words = pc.ascii_split_whitespace(pa.array([line for line in lines if line], pa.string()))
    numbers = pc.multiply(words.flatten().cast(pa.float64()), share)
    # as many digits as tell a number from its neighbours
    scaled = pa.ListArray.from_arrays(words.offsets, numbers.cast(pa.string()))
    told = iter(pc.binary_join(scaled, " ").to_pylist())
    return [next(told) if line else "" for line in lines]  # a tree of one leaf has no nodes within
