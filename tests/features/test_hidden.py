"""A hidden package is not found, and is there again afterwards."""

import importlib
import sys

import pytest

from features.hidden import hidden


def test_a_hidden_package_is_not_found_and_what_was_imported_before_is_there_again():
    json = importlib.import_module("json")
    with hidden("json"), pytest.raises(ImportError):
        importlib.import_module("json.decoder")
    assert sys.modules["json"] is json


def test_a_package_that_was_not_imported_leaves_no_trace():
    sys.modules.pop("this", None)
    with hidden("this"), pytest.raises(ImportError):
        importlib.import_module("this")
    assert "this" not in sys.modules
