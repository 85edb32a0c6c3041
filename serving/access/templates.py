"""The templates of the log-in; they share nothing with the page but its looks."""

from features.pages import templates_of

TEMPLATES = templates_of("serving")
