"""Why a scorecard left variables out, for Chinese readers: the model itself says it in English alone."""

import re

SAID = (
    (r"all values are missing", "全部取值缺失"),
    (r"all values are the same", "全部取值相同"),
    (
        r"its information value of (\S+) is below what chance gives so many bins, (\S+)",
        r"信息值 \1 低于同样箱数凭偶然即可达到的 \2",
    ),
    (r"its information value of (\S+) is below (\S+)", r"信息值 \1 低于 \2"),
    (
        r"beside the others it moves no score by half a point in its own direction",
        "与其他变量并用时，按其应有方向对任何评分的影响都不足半分",
    ),
    (r"the solver found no bins in the declared direction \((.*)\)", r"求解器未找到符合声明方向的分箱（\1）"),
    (r"the solver found no bins of any shape \((.*)\)", r"求解器未找到任何形状的分箱（\1）"),
    (r"the solver found no groups of categories \((.*)\)", r"求解器未找到类别分组（\1）"),
    (
        r"the solver found no two groups of categories whose bad rates differ",
        "求解器未找到违约率不同的两组类别",
    ),
)
"""What a sentence of the model looks like, and its Chinese."""


def why_left_out(sentence: str, lang: str) -> str:
    """A sentence of the model in the page's language; as it stands where nobody has put it into Chinese yet.

    >>> why_left_out("its information value of 0.0012 is below 0.0200", "zh")
    '信息值 0.0012 低于 0.0200'
    >>> why_left_out("all values are missing", "en")
    'all values are missing'
    """
    if lang == "en":
        return sentence
    for told, zh in SAID:
        if re.fullmatch(told, sentence):
            return re.sub(told, zh, sentence)
    return sentence
