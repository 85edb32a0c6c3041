"""The embedded city: synthetic firms of Huzhou whose best possible ranking is known."""

from features.city.build import make_city
from features.city.manifest import FileFacts, Manifest

__all__ = ["FileFacts", "Manifest", "make_city"]
