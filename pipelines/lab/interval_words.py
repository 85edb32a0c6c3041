"""A figure with its interval, as the terminal and texts show it."""


def said(figure: dict[str, float | None], *, share: bool = False) -> str:
    """A figure with its interval; a dash where there is none."""
    shown = ["—" if one is None else f"{one:.0%}" if share else f"{one:.3f}" for one in figure.values()]
    return f"{shown[0]} [{shown[1]}, {shown[2]}]"
