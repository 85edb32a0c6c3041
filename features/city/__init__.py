"""The embedded city: synthetic firms of Huzhou whose best possible ranking is known."""

from features.city.build import make_city
from features.city.manifest import FileFacts, Manifest
from features.city.troubles import Trouble, trouble_named

__all__ = ["FileFacts", "Manifest", "Trouble", "make_city", "trouble_named"]
