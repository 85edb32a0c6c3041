"""The text of a native booster in parts: what stands before the trees, each tree line by line, the rest."""

import re
from dataclasses import dataclass, replace
from typing import Self

from features.errors import ModelError

Tree = dict[str, str]
"""A tree as LightGBM writes it: name of a line → what it says, in the order of the lines."""

KEPT_PARAMETERS = ("boosting", "objective", "num_leaves", "max_depth", "min_data_in_leaf", "lambda_l2")
"""What a receiver may know of the training; paths of files, seeds and machines stay behind."""


@dataclass(frozen=True, slots=True)
class BoosterText:
    """A booster's text that can be changed line by line and written again.

    Attributes:
        head: Lines before the trees, their sizes left out.
        trees: The trees.
        tail: Lines behind the trees.
    """

    head: str
    trees: list[Tree]
    tail: str

    @classmethod
    def read(cls, text: str) -> Self:
        """The parts of a text.

        Raises:
            ModelError: It is no text of a booster.
        """
        head, sized, rest = text.partition("tree_sizes=")
        trees, ended, tail = rest.partition("end of trees\n")
        if not (sized and ended):
            raise ModelError("no text of a LightGBM booster: it has no trees")
        blocks = re.split(r"(?m)^Tree=\d+\n", trees)[1:]
        return cls(head, [_lines(block) for block in blocks], tail)

    def write(self) -> str:
        """The text again; sizes of the trees are counted anew, as LightGBM cuts them apart by these."""
        blocks = [
            f"Tree={place}\n" + "".join(f"{name}={said}\n" for name, said in tree.items()) + "\n\n"
            for place, tree in enumerate(self.trees)
        ]
        sizes = " ".join(str(len(block.encode())) for block in blocks)
        return f"{self.head}tree_sizes={sizes}\n\n{''.join(blocks)}end of trees\n{self.tail}"

    @property
    def parameters(self) -> dict[str, str]:
        """Parameters of the training that the text tells."""
        return dict(re.findall(r"(?m)^\[(\w+): (.*)\]$", self.tail))

    @property
    def ranges(self) -> list[str]:
        """What is told of the values of each column; `none` or an endless range tells nothing."""
        found = re.search(r"(?m)^feature_infos=(.*)$", self.head)
        return found[1].split() if found else []

    def without_ranges(self) -> "BoosterText":
        """With ranges of columns that tell nothing."""
        told = " ".join("none" if one == "none" else "[-inf:inf]" for one in self.ranges)
        return replace(self, head=re.sub(r"(?m)^feature_infos=.*$", f"feature_infos={told}", self.head))

    def of_few_parameters(self) -> "BoosterText":
        """Without the parameters that a receiver need not know.

        Raises:
            ModelError: The booster read words itself, and its text lists all of them.
        """
        words = re.search(r"(?m)^pandas_categorical:(.*)$", self.tail)
        if words and words[1].strip() not in ("", "null", "[]"):
            raise ModelError(
                "the booster's text lists the words of its columns; train it on codes, as CreditModel does"
            )
        kept = [f"[{name}: {said}]\n" for name, said in self.parameters.items() if name in KEPT_PARAMETERS]
        tail = re.sub(
            r"(?ms)^parameters:\n.*?^end of parameters$",
            f"parameters:\n{''.join(kept)}end of parameters",
            self.tail,
        )
        return replace(self, tail=tail)


def _lines(block: str) -> Tree:
    pairs = (line.partition("=") for line in block.splitlines() if line)
    return {name: said for name, _, said in pairs}


def numbers(tree: Tree, name: str) -> list[float]:
    """The numbers of a line; none where the tree has no such line."""
    return [float(one) for one in tree.get(name, "").split()]


def asks(tree: Tree) -> bool:
    """Whether the tree asks a question; one of a single leaf does not."""
    return bool(tree.get("left_child", "").strip())
