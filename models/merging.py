"""Several boosters as one: the weighted sum of their margins, in LightGBM's own text."""

import re
from collections.abc import Sequence

import lightgbm as lgb
import numpy as np

_TREE = re.compile(r"^Tree=\d+\n", re.MULTILINE)
_SCALED = re.compile(r"^(leaf_value|internal_value)=(.*)$", re.MULTILINE)


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
    trees = [tree for text in texts for tree in _trees(text)]
    blocks = [f"Tree={place}\n{_scaled(tree, share)}" for place, tree in enumerate(trees)]
    sizes = " ".join(str(len(block.encode())) for block in blocks)
    text = f"{head}tree_sizes={sizes}\n\n{''.join(blocks)}end of trees\n\n{settings}"
    return lgb.Booster(model_str=text)


def _trees(text: str) -> list[str]:
    body = text[: text.index("\nend of trees") + 1]
    return _TREE.split(body)[1:]


def _scaled(tree: str, share: float) -> str:
    def times(found: re.Match[str]) -> str:
        values = np.array(found[2].split(), dtype=np.float64) * share
        return f"{found[1]}={' '.join(map(repr, values.tolist()))}"

    return _SCALED.sub(times, tree)
