"""Planted troubles: what goes wrong in a city from a month on, each told by one YAML file.

A city with a trouble equals the quiet city of the same seed in all that had become known before the month.
"""

from features.city.troubles.declared import Trouble, asked, trouble_named, troubles

__all__ = ["Trouble", "asked", "trouble_named", "troubles"]
