"""The official grades and what they are called."""

GRADES = ("NON", "LIGHT", "MEDIUM", "DEEP")
"""Lowest first."""

GRADES_ZH = {"NON": "非绿", "LIGHT": "浅绿", "MEDIUM": "中绿", "DEEP": "深绿"}


def grade_zh(grade: object) -> str:
    """The Chinese name of a grade; other ordered classes speak for themselves.

    >>> grade_zh("DEEP"), grade_zh(3)
    ('深绿', '3')
    """
    return GRADES_ZH.get(str(grade), str(grade))
