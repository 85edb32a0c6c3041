"""A city's own numbers of law: files in its home that replace those of the package, without touching code."""

from pathlib import Path

from features.home import Home
from serving.policy import Parameters
from serving.policy.law import default_parameters

FOLDER = "policy"


def folder_of(home: Home) -> Path:
    """Where a city puts its files: one a number, by the name and in the form of the package's own."""
    return home.root / FOLDER


def numbers_of(home: Home) -> Parameters:
    """The numbers of law that hold in a home: the package's, with the city's in their places.

    Raises:
        ParameterError: A file of the city is not as it must be, or replaces nothing; the message names it.
    """
    folder = folder_of(home)
    return default_parameters().replaced_from(folder) if folder.is_dir() else default_parameters()
