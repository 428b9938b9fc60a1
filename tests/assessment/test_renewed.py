"""What was measured on a pipe before its renewal tells of the old pipe, and is no worth of renewing the new one."""

import pandas as pd
import pytest

import heatnet as hn


def heat_worth(laid_year: float | None, *works: tuple[str, float | None, str]) -> tuple[float, list[str]]:
    """The worth against lost heat of renewing S, 500 m with 200 W/m, and what is said of old pipes."""
    network = hn.examples.one_main()
    rows = network.segments.assign(laid_year=laid_year, heat_loss_w_m=200.0)
    table = pd.DataFrame(works, columns=["done_on", "length_m", "kind"]).assign(asset_id="S")
    table.insert(0, "work_id", [f"W{i}" for i in range(len(table))])
    assessment = hn.assess(network.replace(segments=rows), season=2026, works=table if len(table) else None)
    said = [one for one in assessment.assumptions if "before its renewal" in one]
    return float(assessment.ranking.at["S", "worth_heat"]), said


@pytest.mark.parametrize("laid_year", [1985, None])
def test_a_renewed_pipe_whose_row_tells_of_the_old_one_loses_no_measured_heat(laid_year: float | None) -> None:
    old, said = heat_worth(laid_year)
    assert old > 0
    assert said == []
    worth, said = heat_worth(laid_year, ("2025-07-01", None, "renewal"))
    assert worth == 0
    assert said[0].startswith("The measured heat loss of 1 pipe (S) is that of the pipe before its renewal")


@pytest.mark.parametrize(
    ("laid_year", "work"),
    [
        (2025, ("2025-07-01", None, "renewal")),  # the row is up to date
        (1985, ("2025-07-01", 100.0, "renewal")),  # a fifth of it
        (1985, ("2025-07-01", None, "cleaning")),
        (1985, ("2026-11-01", None, "renewal")),  # after the season began
    ],
)
def test_other_rows_stay_as_they_were_measured(laid_year: float | None, work: tuple[str, float | None, str]) -> None:
    assert heat_worth(laid_year, work) == (heat_worth(laid_year)[0], [])


def test_parts_that_are_most_of_a_pipe_together_count_as_the_whole() -> None:
    halves = [(f"{year}-07-01", 200.0, "renewal") for year in (2023, 2024)]
    assert heat_worth(1985, *halves)[0] == 0
