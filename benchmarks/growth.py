"""Every step from the drawing of a city to its plan, one after the other in one process.

python -m benchmarks.growth 100000      the steps at one size, as they finish
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import heatnet as hn
from benchmarks.measuring import Run, timed
from heatnet.consequence.climate import default_climate
from heatnet.doctor.checking import check_inventory
from heatnet.inventory.reading import Inventory, read_inventory
from heatnet.inventory.records import records_before
from heatnet.inventory.writing import write_inventory
from heatnet.reachability.paths import supply_paths
from heatnet.report.outputs import write_ranking
from heatnet.synthetic import City, make_city

SEASON = 2026
CITY_KM, CITY_STATIONS, CITY_SEGMENTS = 1854.0, 83, 26_000
CURED_KM, CURED_STATIONS = 44.52, 4


def city_of(segments: int) -> City:
    """Return the default city, smaller or larger in every way."""
    share = segments / CITY_SEGMENTS
    return make_city(length_km=CITY_KM * share, stations=max(round(CITY_STATIONS * share), 1))


def write_parquet(tables: Any, folder: Path) -> None:
    """Write the tables as an inventory of Parquet files."""
    folder.mkdir(parents=True)
    for name, table in tables.items():
        table.drop(columns="household_id", errors="ignore").to_parquet(folder / f"{name}.parquet")


def written_city(folder: str, segments: int, parquet: bool = False) -> Callable[[], None]:
    """Job: write a city into ``csv`` and, if wanted, into ``parquet`` of a folder."""

    def write() -> None:
        city = city_of(segments)
        write_inventory(city.tables, Path(folder) / "csv")
        if parquet:
            write_parquet(city.tables, Path(folder) / "parquet")

    return write


def steps_of_a_city(folder: str, segments: int) -> Callable[[], dict[str, Any]]:
    """Job: all steps, each timed by itself; the first one says how many segments there are."""

    def take_all() -> dict[str, Any]:
        with tempfile.TemporaryDirectory(dir=folder) as own:
            return {"steps": [{"step": name, **asdict(run)} for name, run in steps_taken(segments, Path(own))]}

    return take_all


def steps_taken(segments: int, folder: Path) -> Iterator[tuple[str, Run]]:
    """Yield every step and what it took. The network's arrays are made by the first step that needs them."""
    yield from _steps_of_drawing(segments, folder)
    yield "read it from Parquet", timed(lambda: read_inventory(folder / "parquet"))[0]
    run, tables = timed(lambda: read_inventory(folder / "csv"))
    yield "read it from CSV", run
    yield from _steps_on_the_network(tables)
    yield from _steps_of_the_list(tables, folder)


def _steps_of_drawing(segments: int, folder: Path) -> Iterator[tuple[str, Run]]:
    run, city = timed(lambda: city_of(segments))
    yield "draw", replace(run, answer={"segments": len(city.segments)})
    yield "write the inventory as CSV", timed(lambda: write_inventory(city.tables, folder / "csv"))[0]
    write_parquet(city.tables, folder / "parquet")


def _steps_on_the_network(tables: Inventory) -> Iterator[tuple[str, Run]]:
    network, records = tables.network, _records(tables)
    yield "check_inventory", timed(lambda: check_inventory(network, **records))[0]
    yield "supply_loss", timed(lambda: hn.supply_loss(network))[0]
    yield "isolation_sections", timed(lambda: hn.isolation_sections(network))[0]
    yield "supply_paths", timed(lambda: supply_paths(network))[0]
    past = records_before(SEASON, **records)
    run, visits = timed(lambda: hn.clean_visits(past.visits, network))
    yield "clean_visits", run
    heard = {"season": SEASON - 1, "calls": "households", "dose": True, "cause_error": 0.2}
    yield "locate_faults", timed(lambda: hn.locate_faults(network, visits, **heard))[0]
    seasons = {"first_season": past.first_season(SEASON), "last_season": SEASON - 1}
    run, history = timed(
        lambda: hn.asset_seasons(network, past.faults, works=past.works, makeup=past.makeup, **seasons)
    )
    yield "asset_seasons", run
    run, model = timed(lambda: hn.fit_failure_model(history))
    yield "fit_failure_model", run
    run, expected = timed(lambda: model.expected_faults(network, season=SEASON))
    yield "expected_faults", run
    yield "cold_hours", timed(lambda: hn.cold_hours(network, climate=default_climate()))[0]
    rates = expected["faults_mean"]
    yield "reliability", timed(lambda: hn.reliability(network, rates, climate=default_climate()))[0]


def _steps_of_the_list(tables: Inventory, folder: Path) -> Iterator[tuple[str, Run]]:
    settings = hn.Settings(capacity=False)
    run, assessment = timed(lambda: hn.assess(tables.network, season=SEASON, **_records(tables), settings=settings))
    yield "assess, ten winters, no capacity", run
    share = tables.network.n_segments / CITY_SEGMENTS
    limits = {"max_km": CURED_KM * share, "max_stations": max(round(CURED_STATIONS * share), 1)}
    yield "plan_cures", timed(lambda: hn.plan_cures(assessment, digs=tables.digs, **limits))[0]
    yield "write the ranking as CSV", timed(lambda: write_ranking(assessment.ranking, folder / "ranking.csv"))[0]


def _records(tables: Inventory) -> dict[str, Any]:
    return {name: getattr(tables, name) for name in ("visits", "faults", "works", "makeup")}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="heatnet-growth-") as folder:
        for name, run in steps_taken(int(sys.argv[1]), Path(folder)):
            print(
                f"{name:28s} {run.wall_s:9.3f} s, {run.cpu_s:9.3f} s of processor, peak {run.peak_mb:6.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    main()
