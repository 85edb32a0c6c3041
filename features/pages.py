"""The templates of the pages that people read, set up in one way for every floor."""

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined


def templates_of(*packages: str) -> Environment:
    """The templates of some packages, those of the first before those of the next.

    Whatever a page is given is text and never markup, and a name that it was not given is an error.

    >>> templates_of("features").from_string("{{ name }}").render(name="<b>")
    '&lt;b&gt;'

    Args:
        packages: Packages with a folder `templates`.
    """
    return Environment(
        loader=ChoiceLoader([PackageLoader(package) for package in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
