"""What is measured against what: sections of comparisons, each of two jobs on the same input.

This module names the jobs and imports none of them; see `benchmarks.measuring`.
"""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.measuring import Job, job, python

RUNS, QUICK_RUNS = 3, 2
# Size of the city to runs; the largest sizes take minutes.
GROWTH_RUNS = {10_000: 3, 30_000: 3, 100_000: 2, 300_000: 1, 1_000_000: 1}
QUICK_GROWTH_RUNS = {1_000: 2, 3_000: 1, 10_000: 1, 30_000: 1, 100_000: 1}
MANY_RUNS = 7  # of what takes a second or two
READ_ALL = "import glob; [pandas.read_csv(name, low_memory=False) for name in glob.glob('FOLDER/csv/*.csv')]"
EXTRAS = ("bokeh", "duckdb", "geopandas", "jinja2", "matplotlib", "openpyxl", "pyarrow", "pyogrio", "pyproj", "shapely")
CORE_ONLY = f"import sys; sys.modules.update(dict.fromkeys({EXTRAS})); "
HEATNET = ("-c", "from heatnet.cli import main; main()")


@dataclass(frozen=True, slots=True)
class Target:
    """A bound on the ratio, on our elapsed seconds (``s``) or on our peak memory (``GB``)."""

    value: float
    unit: str = ""
    is_least: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """One row: what is measured, against which peer, how many runs of each; ``needs`` are the peer's packages."""

    what: str
    ours: Job
    peer: Job | None
    against: str = ""
    runs: int = RUNS
    needs: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Comparisons with a heading; ``prepare`` writes their inputs into a folder."""

    title: str
    note: str
    comparisons: tuple[Comparison, ...]
    prepare: Job | None = None


def sections(quick: bool) -> dict[str, Section]:
    """Return all sections by name, with smaller inputs where it has to be quick."""
    return {
        "imports": _imports(),
        "reading": _reading(60_000 if quick else 1_000_000),
        "maps": _maps(30_000 if quick else 300_000),
        "reachability": _reachability(quick),
        "consequence": _consequence(20_000 if quick else 200_000),
        "location": _location(20_000 if quick else 200_000),
        "failure": _failure(*((2_000, 60_000) if quick else (16_000, 1_000_000))),
        "planning": _planning((500, 2_500) if quick else (2_500, 25_000), 20),
        "cold_plan": _cold_plan(6_000 if quick else 26_000),
        "batch": _batch(6 if quick else 200),
    }


def _imports() -> Section:
    rows = (
        Comparison(
            "`import heatnet`",
            python("-c", "import heatnet"),
            python("-c", "import pandas, scipy.sparse"),
            "`import pandas, scipy.sparse`",
            MANY_RUNS,
            targets=(Target(1.5),),
        ),
    )
    return Section("Import", "Whole processes, start of Python included.", rows)


def _reading(segments: int) -> Section:
    plain = job("reading:plain_csv")
    rows = [
        Comparison(
            f"`read_inventory`, {kind}",
            job("reading:inventory", kind=kind),
            plain,
            "`pandas.read_csv`",
            targets=(Target(most),),
        )
        for kind, most in (("csv", 3.0), ("parquet", 2.0))
    ]
    rank = (*HEATNET, "rank", "FOLDER/csv", "--season", "2026", "-o", "FOLDER/ranking.csv")
    without = python(*rank, "--settings", "FOLDER/settings.toml")
    targets = (Target(60.0, "s"), Target(2.5, "GB"))
    what = "`heatnet rank`, CSV, whole process"
    rows.append(Comparison(f"{what}, without capacity", without, None, runs=1, targets=targets))
    rows.append(Comparison(f"{what}, capacity included", python(*rank), None, runs=1))
    note = (
        f"The drawn city with {_count(segments)} segments: nodes, segments, valves and ten winters of records, read, "
        "checked and made a network; plain pandas reads the same CSV files and checks nothing."
    )
    prepare = job("reading:written", segments=segments)
    return Section("One large inventory", note, tuple(rows), prepare)


def _maps(lines: int) -> Section:
    rows = (
        Comparison(
            f"`read_network`, {_count(lines)} lines that name no nodes",
            job("maps:lines_joined"),
            job("maps:lines_read"),
            "`pyogrio.read_dataframe`, which joins nothing",
            needs=("geopandas", "pyogrio"),
        ),
        Comparison(
            "`from_epanet`, PacificCity (9,660 links)",
            job("maps:model"),
            job("maps:model_read"),
            "`wntr.network.WaterNetworkModel`",
            needs=("wntr",),
        ),
    )
    note = (
        "Lines of a street grid, their ends up to 0.3 m apart, in a GeoPackage; a hydraulic model of the shared data "
        "(where it is not there, 9,660 pipes in a row written as .inp)."
    )
    return Section("Maps and models", note, rows, prepare=job("maps:written", lines=lines))


def _reachability(quick: bool) -> Section:
    small, large = ("city-3k", "city-25k") if quick else ("city-10k", "city-200k")
    peers = [
        (small, "networkx_removals", "networkx, one removal at a time", (), ()),
        (small, "wntr_sections", "`wntr` `valve_segments`, sections only", ("wntr", "six"), ()),
        (large, "networkx_bridges", "`networkx.bridges`", (), ()),
        (large, "rustworkx_bridges", "`rustworkx.bridges`", ("rustworkx",), (Target(1.0),)),
        (large, "igraph_bridges", "`igraph` `bridges`", ("igraph",), ()),
        (f"{large}-split", "rustworkx_bridges", "`rustworkx.bridges`", ("rustworkx",), (Target(2.0),)),
        ("chain-30k" if quick else "chain-300k", "rustworkx_bridges", "`rustworkx.bridges`", ("rustworkx",), ()),
        ("star-30k" if quick else "star-300k", "rustworkx_bridges", "`rustworkx.bridges`", ("rustworkx",), ()),
    ]
    rows = [
        Comparison(
            f"`supply_loss`, {case}",
            job("reachability:losses", case=case),
            job(f"reachability:{function}", case=case),
            words,
            needs=needs,
            targets=most,
        )
        for case, function, words, needs, most in peers
    ]
    note = (
        "`supply_loss` by sections: households and buildings lost in every outage, on both levels, in supply and "
        "return. Bridges of one layer are less than that. All build their graph within the time, from tables that are "
        "ready. In `split` cities two rows in a hundred are single supply and return pipes; a `chain` is one line, a "
        "`star` one hub. Removal one at a time is extrapolated from twenty removals."
    )
    return Section("What every outage takes away", note, tuple(rows))


def _consequence(segments: int) -> Section:
    given = {"segments": segments, "constants": 20}
    rows = [
        Comparison(
            f"`{name}`, {words}",
            job(f"consequence:{name}_job", repairs_differ=differ, **given),
            job("consequence:supply_loss_job", **given),
            "`supply_loss`",
        )
        for name in ("cold_hours", "reliability")
        for words, differ in (("repair times of the norm", False), ("all repair times differ", True))
    ]
    note = (
        f"A made-up city of {_count(segments)} segments with twenty time constants of cooling and 365 temperatures, "
        "beside the losses alone that these hours are made from."
    )
    return Section("Hours in the cold", note, tuple(rows))


def _location(segments: int) -> Section:
    rows = [
        Comparison(
            f"`locate_faults`, {words}, {shape}",
            job("location:located", shape=shape, segments=segments, learned=learned),
            job("location:scipy_paths", shape=shape, segments=segments),
            "scipy's `connected_components` and `dijkstra`",
        )
        for shape in ("line", "street with stubs", "bushy")
        for words, learned in (("rates given", False), ("rates learned", True))
    ]
    rows.append(
        Comparison(
            f"`locate_faults`, a winter of the drawn city with {_count(5 * segments)} segments, dose and causes",
            job("location:located_winter", segments=5 * segments),
            None,
            runs=3,
            targets=(Target(2.0, "s"),),
        )
    )
    note = f"{_count(segments)} segments and {_count(round(segments * 0.18255))} visits; scipy only searches the graph."
    return Section("What the visits say", note, tuple(rows))


def _failure(assets: int, most: int) -> Section:
    given = {"assets": assets, "seasons": 26}
    rows = (
        Comparison(
            "count, `fit_failure_model` and `expected_faults`",
            job("failure:forecast", **given),
            job("failure:statsmodels_forecast", **given),
            "statsmodels' Poisson GLM, fit and predict",
            needs=("statsmodels",),
        ),
        Comparison(
            f"`fit_failure_model`, {_count(most)} assets in ten seasons",
            job("failure:fitted", assets=most, seasons=10),
            None,
            runs=3,
            targets=(Target(20.0, "s"), Target(2.0, "GB")),
        ),
    )
    note = (
        f"{_count(assets)} assets in 26 seasons. The peer gets the table of assets and seasons ready made, and makes "
        "dummies of material, laying, soil, decade, season and diameter; it has no effect of the single asset."
    )
    return Section("How often assets fail", note, rows)


def _planning(sizes: tuple[int, ...], limit_s: float) -> Section:
    rows = [
        Comparison(
            f"`plan_cures` with its calendar, {_count(size)} segments, {words}",
            job("planning:planned", kind=kind, segments=size),
            job("planning:solved_whole", kind=kind, segments=size, limit_s=limit_s),
            "`scipy.optimize.milp` without a calendar",
        )
        for size in sizes
        for kind, words in (("money", "money binds"), ("crews", "crews bind"))
    ]
    note = (
        "The peer solves the whole programme of segments, trenches and limits to a gap of 0.02 %, which heatnet asks "
        f"of its own programmes too, or stops after {limit_s:g} s; gap and benefit reached stand beside (heatnet / "
        "peer). It knows no days, no digs and no bans: its benefit may be more than any plan can have."
    )
    return Section("The plan of a summer", note, tuple(rows))


def _cold_plan(segments: int) -> Section:
    limits = ("--season", "2026", "--max-km", "44.52", "--max-stations", "4")
    rows = [
        Comparison(
            f"`heatnet plan`, cold process, {words}",
            python("-c", f"{without}from heatnet.cli import main; main()", "plan", "FOLDER/csv", *limits, "-o", out),
            python("-c", f"{without}import pandas, scipy.sparse, networkx; {READ_ALL}"),
            "`import pandas, scipy.sparse, networkx` and reading its tables with pandas",
            MANY_RUNS,
            targets=targets,
        )
        for words, without, out, targets in (
            ("core packages", CORE_ONLY, "FOLDER/core", (Target(5.0),)),
            ("all files written", "", "FOLDER/plan", ()),
        )
    ]
    note = (
        f"The drawn city with {_count(segments)} segments and ten winters of records; whole processes. With the core "
        "packages alone there is no workbook and no page; the extras are then hidden from both sides."
    )
    return Section("From files to a plan", note, tuple(rows), prepare=job("growth:written_city", segments=segments))


def _batch(networks: int) -> Section:
    rows = (
        Comparison(
            f"`score`, {networks} networks, 1 worker",
            job("batch:scored", workers=1),
            job("batch:scored", workers=2),
            "the same with 2 workers",
            1,
            targets=(Target(1.9, is_least=True),),
        ),
        Comparison(
            f"`score`, {networks} networks, finished before",
            job("batch:scored_again"),
            job("batch:scored", workers=2),
            "the first time, 2 workers",
            1,
        ),
    )
    note = "Networks of about 1,500 segments (110 km) with their records, as CSV; memory is that of the first process."
    return Section("Many networks", note, rows, job("batch:written_towns", networks=networks))


def _count(number: int) -> str:
    return f"{number:,}"
