"""A ranking and a plan as a GeoPackage: layers with their styles, that QGIS shows as they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Floats
from heatnet._typed import typed
from heatnet.assessment.results import Assessment
from heatnet.errors import HeatnetError
from heatnet.interop.geoframes import courses_of, places_of
from heatnet.interop.geopackage import MapLayer, Shape, write_geopackage
from heatnet.inventory.staging import PathLike, whole_file
from heatnet.language import checked_language, note, worded
from heatnet.network import Network
from heatnet.planning import Plan
from heatnet.report.qgis_styles import LINE, POINT, style_of
from heatnet.report.shutdowns import Shutdowns

_RED, _ORANGE, _GREY, _BLUE, _GREEN = (
    "190,30,45,255",
    "240,140,30,255",
    "150,150,150,255",
    "40,90,170,255",
    "30,130,80,255",
)
_MEASURES = {"renew": _RED, "part": _ORANGE, "clean": _BLUE, "balance": _GREEN, "valve": "120,70,150,255"}
Shapes = list[list[Floats]]


@typed
def write_gis(
    assessment_or_plan: Assessment | Plan,
    path: PathLike,
    *,
    assessment: Assessment | None = None,
    language: str | None = None,
) -> None:
    """Write a ranking or a plan as a GeoPackage (``.gpkg``) with layers and styles, whole or not at all.

    Parameters
    ----------
    assessment_or_plan : Assessment or Plan
        What was ranked, or what was chosen.
    path : path
        The file, which ends in ``.gpkg``; replaced if it exists.
    assessment : Assessment, optional
        What a plan was made of; by default the one that was planned. A plan of a table needs it.
    language : str, optional
        Of titles and legends, one of `heatnet.language.languages`; by default that of the assessment.

    Raises
    ------
    HeatnetError
        The file does not end in ``.gpkg`` or cannot be written, a plan of a table comes without its assessment, or the
        network's grid (`Network.crs`) is none that PROJ knows.

    Notes
    -----
    Layers: ``assets`` (segments with all columns of the ranking), ``stations`` (the same), ``sources``,
    ``measure_first`` (a point for each place to read or visit); of a plan ``cures`` (segments), ``station_cures``,
    ``jobs`` (a trench is one shape of all its segments; a station's job has none) and ``valves_to_close`` (a point for
    each valve of each job). Courses are those of the map that was read, else straight; what has no coordinates is a row
    without a shape. The styles stand in the table ``layer_styles``, where QGIS looks for them. The same input gives the
    same bytes. Coordinates are in the network's own grid (`Network.crs`, unknown where it came from no map).

    Examples
    --------
    >>> import tempfile
    >>> import heatnet as hn
    >>> city = hn.synthetic.make_city(length_km=6.0, stations=1, rng=1)
    >>> with tempfile.TemporaryDirectory() as home:
    ...     hn.write_gis(hn.assess(city.network, season=2026), f"{home}/ranking.gpkg")
    """
    file = Path(path)
    if file.suffix.casefold() != ".gpkg":
        raise HeatnetError(f"{file}: a GeoPackage is a file that ends in .gpkg")
    plan = assessment_or_plan if isinstance(assessment_or_plan, Plan) else None
    known: Any = assessment_or_plan if plan is None else assessment or plan.request.source
    if not isinstance(known, Assessment):
        raise HeatnetError(
            "A plan of a table knows no network: give the assessment, write_gis(plan, path, assessment=...)."
        )
    told = replace(known, language=checked_language(language or known.language))
    with whole_file(file) as stage:
        write_layers(told, plan, told.measure_first, stage)


def write_layers(assessment: Assessment, plan: Plan | None, measure_first: pd.DataFrame, path: Path) -> None:
    """Write what `write_gis` writes, in the language of the assessment, with a list of places that is there already.

    Raises
    ------
    HeatnetError
        The network's grid is none that PROJ knows, or the file cannot be written.
    """
    layers = _Layers(assessment, measure_first)
    write_geopackage(layers.of(plan), path, crs=assessment.network.crs)


class _Layers:
    """The layers of a ranking and of a plan, in one language."""

    def __init__(self, assessment: Assessment, measure_first: pd.DataFrame) -> None:
        self.assessment, self.language = assessment, assessment.language
        self.places_to_measure = measure_first[measure_first["net_worth"] > 0]
        self.network: Network = assessment.network.in_id_order
        self.places = places_of(self.network)
        stations = [self.places[at] for at in self.network.station_nodes.tolist()]
        self.courses: Shapes = [*courses_of(self.network), *stations]

    def of(self, plan: Plan | None) -> list[MapLayer]:
        """Return all layers, those of the plan last, which lie on top."""
        ranking = self.assessment.ranking
        grades = [(grade, grade, colour, width) for grade, colour, width in (("A", _RED, 0.9), ("B", _ORANGE, 0.7))]
        others = ("", self.words("other"), _GREY, 0.4)
        is_segment = (ranking["asset_kind"] == "segment").to_numpy(dtype=bool)
        dots = [(value, words, colour, width * 5) for value, words, colour, width in [*grades, others]]
        layers = [
            self.layer("assets", ranking[is_segment], "LINESTRING", style_of(LINE, [*grades, others], field="grade")),
            self.layer(
                "stations", ranking[~is_segment], "POINT", style_of(POINT, dots, field="grade", label="asset_id")
            ),
            self.sources(),
            self.measure_first(),
        ]
        return layers if plan is None else [*layers, *self.of_plan(plan)]

    def words(self, key: str) -> str:
        return worded(note(f"gis.{key}"), self.language)

    def layer(self, name: str, table: pd.DataFrame, shape: Shape, style: str) -> MapLayer:
        """Return a layer of assets by id."""
        at = self.network.asset_positions(table.index).tolist()
        return MapLayer(name, _told(table), shape, [self.courses[one] for one in at], self.words(name), style)

    def sources(self) -> MapLayer:
        nodes = self.network.nodes
        at = self.network.source_nodes
        table = nodes.loc[at, ["node_id", "name"]] if "name" in nodes.columns else nodes.loc[at, ["node_id"]]
        style = style_of(POINT, [("", self.words("sources"), "20,20,20,255", 4.5)], label="node_id")
        places = [self.places[one] for one in at.tolist()]
        return MapLayer("sources", table, "POINT", places, self.words("sources"), style)

    def measure_first(self) -> MapLayer:
        """Return a point for each place where a gauge is read or a home visited before digging, if that is worth it."""
        table = self.places_to_measure
        asked = table["visit_at"].where(table["action"] != "read", table["read_at"]).tolist()
        named = [[node for node in str(places or "").split(", ") if node] for places in asked]
        nodes = [node for names in named for node in names]
        shapes = [self.places[at] if at >= 0 else [] for at in self.network.node_positions(nodes).tolist()]
        points = table.iloc[np.repeat(np.arange(len(table)), [len(names) for names in named])].reset_index()
        points.insert(1, "node_id", nodes)
        actions = [("read", self.words("read"), _BLUE, 3.0), ("visit", self.words("visit"), _GREEN, 3.0)]
        style = style_of(POINT, actions, field="action")
        return MapLayer("measure_first", points, "POINT", shapes, self.words("measure_first"), style)

    def of_plan(self, plan: Plan) -> list[MapLayer]:
        cures = plan.cures.sort_index(key=lambda ids: ids.astype(object)).sort_values("job_id", kind="stable")
        is_segment = (cures["asset_kind"] == "segment").to_numpy(dtype=bool)
        classes = [(name, self.words(name), colour, 1.4) for name, colour in _MEASURES.items()]
        dots = [(name, words, colour, 5.0) for name, words, colour, _ in classes]
        at_of = self.assets_of_jobs(cures)
        return [
            self.jobs(plan, at_of),
            self.layer("cures", cures[is_segment], "LINESTRING", style_of(LINE, classes, field="measure")),
            self.layer(
                "station_cures", cures[~is_segment], "POINT", style_of(POINT, dots, field="measure", label="job_id")
            ),
            self.valves(at_of),
        ]

    def jobs(self, plan: Plan, at_of: dict[str, list[int]]) -> MapLayer:
        jobs = plan.jobs.sort_index(kind="stable")
        pipes = [[at for at in at_of.get(job, []) if at < self.network.n_segments] for job in jobs.index]
        shapes: Shapes = [[part for at in of_job for part in self.courses[at]] for of_job in pipes]
        style = style_of(LINE, [("", self.words("jobs"), "255,210,60,160", 3.2)], label="job_id")
        return MapLayer("jobs", _told(jobs), "MULTILINESTRING", shapes, self.words("jobs"), style)

    def assets_of_jobs(self, cures: pd.DataFrame) -> dict[str, list[int]]:
        """Return the positions of the assets of each job, in the order of the cures."""
        at, of_job = self.network.asset_positions(cures.index), cures["job_id"]
        found: dict[str, list[int]] = {str(job): [] for job in of_job.dropna().unique()}
        is_known = (at >= 0) & of_job.notna().to_numpy(dtype=bool)
        for job, place in zip(of_job.to_numpy(dtype=object)[is_known].tolist(), at[is_known].tolist(), strict=True):
            found[str(job)].append(place)
        return found

    def valves(self, at_of: dict[str, list[int]]) -> MapLayer:
        """Return a point for each valve that a job's shutdown needs closed."""
        network = self.network
        table = network.valves.set_index("valve_id")[["segment_id", "node_id"]].astype(object)
        shutdowns = Shutdowns(network)
        closed = []
        for job, at in sorted(at_of.items()):
            found = [name for names in shutdowns.valves(np.unique(at)) for name in names.split(", ")]
            closed += [(job, name) for name in sorted(found)]
        points = pd.DataFrame(closed, columns=["job_id", "valve_id"], dtype=object)
        points = points.join(table, on="valve_id")
        shapes = [self.places[at] for at in network.node_positions(points["node_id"]).tolist()]
        style = style_of(POINT, [("", self.words("valves_to_close"), "0,0,0,255", 2.4)], label="valve_id")
        return MapLayer("valves_to_close", points, "POINT", shapes, self.words("valves_to_close"), style)


def _told(table: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that say something to a reader; notes are worded where the table was made."""
    return table.loc[:, [str(name).isidentifier() for name in table.columns]]
