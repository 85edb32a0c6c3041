"""Watching a model: how it does as labels come, what has moved, and what needs a person."""
