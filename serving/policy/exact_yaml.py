"""YAML without floats: decimals stay decimals, and a key that is written twice is an error."""

from collections.abc import Hashable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from serving.policy.errors import ParameterError

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C library's, where PyYAML has it


class _ExactLoader(_Loader):
    """The safe loader, with `Decimal` in the place of float."""


def _decimal(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Decimal:
    text = str(loader.construct_scalar(node)).replace("_", "")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise yaml.YAMLError(f"found {text}, expected a decimal number") from None


def _mapping_without_doubles(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
    for key in keys:
        if keys.count(key) > 1:
            raise yaml.YAMLError(f"{key} is written twice (near line {node.start_mark.line + 1})")
    return loader.construct_mapping(node, deep=True)


_ExactLoader.add_constructor("tag:yaml.org,2002:float", _decimal)
_ExactLoader.add_constructor("tag:yaml.org,2002:map", _mapping_without_doubles)


def read_exact_yaml(path: Path) -> Any:
    """The content of a YAML file.

    Raises:
        ParameterError: The file is missing or is not YAML; the message names it.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_ExactLoader)  # noqa: S506 - a safe loader
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ParameterError(f"{path}: {' '.join(str(error).split())}") from error
