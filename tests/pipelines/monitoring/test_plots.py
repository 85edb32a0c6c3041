from models.monitoring.month import MonthFigures, Population
from pipelines.monitoring.plots import psi_plot


def scored(*told: tuple[int, float]) -> list[MonthFigures]:
    """Months of 2026 from January on: which version answered, and its PSI."""
    return [
        MonthFigures(
            as_of=f"2026-{place:02d}-28",
            population=Population(model=f"sme_credit/{version}", firms=40, score_psi=[psi, 0.01]),
        )
        for place, (version, psi) in enumerate(told, 1)
    ]


def test_the_curve_is_that_of_the_champion_that_answers_now():
    history = scored((1, 0.30), (1, 0.31), (2, 0.02), (2, 0.12))
    drawn = psi_plot(history, 0.1, 0.25)
    assert drawn is not None
    assert "2026-03" in drawn
    assert "2026-02" not in drawn
    assert drawn == psi_plot(history[2:], 0.1, 0.25)


def test_the_first_month_of_a_new_champion_is_no_curve():
    assert psi_plot(scored((1, 0.30), (1, 0.31), (2, 0.12)), 0.1, 0.25) is None
    assert psi_plot([MonthFigures(as_of="2026-01-28")], 0.1, 0.25) is None
