"""JSON put together from parts that were written before: the same bytes as if it were written anew."""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


class Written(str):
    """A value's JSON text, to be put into a larger one as it is."""

    __slots__ = ()


def written(value: Any) -> Written:
    """A value as JSON text; a mapping may have parts that are written already.

    Raises:
        ValueError: A number in it is not finite.

    >>> written({"grade": "绿", "parts": listed([Written('{"a": 1}')])})
    '{"grade": "绿", "parts": [{"a": 1}]}'
    """
    if type(value) is not dict or Written not in map(type, value.values()):
        return Written(_ENCODER.encode(value))
    parts = [
        f"{_name(name)}: {part if type(part) is Written else _ENCODER.encode(part)}"
        for name, part in value.items()
    ]
    return Written(f"{{{', '.join(parts)}}}")


@lru_cache(maxsize=1024)
def _name(name: str) -> str:
    return _ENCODER.encode(name)


def listed(parts: Iterable[Written]) -> Written:
    """Written values as a list."""
    return Written(f"[{', '.join(parts)}]")


def extended(whole: Written, more: Mapping[str, Any]) -> Written:
    """A written object with further members, none of which it has.

    >>> extended(Written('{"a": 1}'), {"b": None})
    '{"a": 1, "b": null}'
    """
    told = written(dict(more))
    if len(whole) == len("{}") or len(told) == len("{}"):
        return told if len(whole) == len("{}") else whole
    return Written(f"{whole[:-1]}, {told[1:]}")


def read(parts: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an object's parts, those read that were written."""
    return {name: json.loads(part) if type(part) is Written else part for name, part in parts.items()}
