"""What the map of a page is drawn from, as JSON: whole numbers where that will do, each text once.

A page of 30,000 segments stays at a few MB so. Of a larger network the segments of the plan and the best of the
ranking are drawn, and the page says so.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats, Ints, Objects
from heatnet.assessment.candidates import communities
from heatnet.assessment.results import Assessment
from heatnet.language import money_unit, words
from heatnet.network import Network
from heatnet.planning import Plan
from heatnet.report.places import asset_places
from heatnet.report.privacy import cold_places, told_reasons
from heatnet.report.words import word

MOST_SEGMENTS = 30_000
_PER_M = 10  # coordinates are whole decimetres
_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def map_data(
    assessment: Assessment, plan: Plan | None, language: str, told: pd.Series[Any] | None = None
) -> tuple[str, dict[str, int]]:
    """Return the map of a ranking and a plan as JSON that may stand in a script of a page, and what it leaves out.

    Parameters
    ----------
    assessment : Assessment
        What is drawn; nodes without coordinates are not.
    plan : Plan, optional
        Whose cures and jobs are marked.
    language : str
        Language of reasons and words.
    told : Series, optional
        The reasons of all assets as they may go round, where they are known.

    Returns
    -------
    tuple of str and dict
        The JSON is empty where nothing has coordinates. The dict: ``not_drawn`` (segments whose ends have no
        coordinates), ``not_shown`` (segments that are too many), ``cold_hidden`` (cold visits of which too few lie
        near each other).
    """
    network, ranking = assessment.network, assessment.ranking
    place = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    ends = _ends(network)
    is_placed = np.isfinite(place[ends]).all(axis=(1, 2))
    missing = int((~is_placed[: network.n_segments]).sum())
    if not is_placed.any():
        return "", {"not_drawn": missing, "not_shown": 0, "cold_hidden": 0}
    shown = _shown_assets(network, ranking, plan, is_placed)
    origin = np.floor(np.nanmin(place[ends[shown]], axis=(0, 1)))
    rows = ranking.loc[network.asset_ids[shown]]
    cold, hidden = _cold(assessment, origin)
    data = {
        "words": dict(words("page", language)),
        "money": {"scale": money_unit(language)[0]},
        "xy": _whole(place[ends[shown]].reshape(len(shown), 4) - np.tile(origin, 2)),
        "bends": _bends(network, place, origin, shown),
        "station": (shown >= network.n_segments).astype(int).tolist(),
        "id": rows.index.tolist(),
        **_coded(assessment, shown, language),
        **_numbers(rows),
        "reason": _phrases(_told(assessment, rows.index, language, told), words("reasons", language)["join"]),
        **_plan_data(plan, rows.index, language),
        "sources": _points(network, network.source_nodes, place, origin),
        "valves": _valves(network, place, origin, shown),
        "cold": cold,
    }
    drawn = int((shown < network.n_segments).sum())
    left_out = {"not_drawn": missing, "not_shown": network.n_segments - missing - drawn, "cold_hidden": hidden}
    return safe_json(data), left_out


def _told(assessment: Assessment, ids: pd.Index[Any], language: str, told: pd.Series[Any] | None) -> pd.Series[Any]:
    return told_reasons(assessment, ids, language) if told is None else told.loc[ids]


def safe_json(data: Any) -> str:
    r"""Return data as JSON that may stand inside a script of a page: no text in it can end the script.

    Examples
    --------
    >>> print(safe_json(["</script>\u2028"]))
    ["\u003c/script\u003e\u2028"]
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter, code in _UNSAFE.items():
        text = text.replace(letter, code)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _ends(network: Network) -> Ints:
    """Return the two nodes of each asset; a station's are one."""
    stations = network.station_nodes
    return np.concatenate([np.stack([network.from_node, network.to_node], axis=1), np.stack([stations] * 2, axis=1)])


def _bends(network: Network, place: Floats, origin: Floats, shown: Ints) -> dict[str, list[int]]:
    """Return the corners of the segments that are no straight lines, from their beginning on, by place in `shown`."""
    xy, start = network.lines
    is_bent = np.append(np.diff(start) > 2, np.zeros(len(network.station_nodes), dtype=bool))
    found = {}
    for at in np.flatnonzero(is_bent[shown]).tolist():
        segment = int(shown[at])
        points = xy[start[segment] : start[segment + 1]]
        begin = place[network.from_node[segment]]
        if np.hypot(*(points[0] - begin)) > np.hypot(*(points[-1] - begin)):
            points = points[::-1]
        found[str(at)] = _whole((points[1:-1] - origin).reshape(-1))
    return found


def _shown_assets(network: Network, ranking: pd.DataFrame, plan: Plan | None, is_placed: npt.NDArray[np.bool_]) -> Ints:
    """Return the assets to draw, by id: all, or those of the plan, the stations and the best of the ranking."""
    order = network.asset_positions(ranking.index)
    order = order[is_placed[order]]
    if len(order) > MOST_SEGMENTS:
        planned = set() if plan is None else set(network.asset_positions(plan.cures.index).tolist())
        is_first = np.isin(order, list(planned)) | (order >= network.n_segments)
        order = np.concatenate([order[is_first], order[~is_first]])[: max(MOST_SEGMENTS, int(is_first.sum()))]
    return order[np.argsort(network.asset_names[order].astype(str), kind="stable")]


def _coded(assessment: Assessment, shown: Ints, language: str) -> dict[str, Any]:
    """Return the columns of text: each text once, and its number in every row (-1: none)."""
    network = assessment.network
    grade = assessment.ranking["grade"].reindex(network.asset_ids).to_numpy(dtype=object)
    columns: dict[str, Objects] = {
        "place": asset_places(network, language).to_numpy(dtype=object),
        "community": communities(network),
        "grade": grade,
    }
    coded: dict[str, Any] = {}
    for name, values in columns.items():
        codes, texts = pd.factorize(values[shown], sort=True)
        coded[name] = {"code": codes.tolist(), "text": [str(text) for text in texts]}
    return coded


def _numbers(rows: pd.DataFrame) -> dict[str, list[Any]]:
    """Return what the map is coloured by and what it tells of an asset; null where nothing is known."""
    per_m = (rows["worth"] / rows["length_m"]).to_numpy(dtype=np.float64)
    share = rows["short_share"] if "short_share" in rows else pd.Series(np.nan, index=rows.index)
    lost = rows["households_lost"].to_numpy(dtype=np.float64)
    carries = np.where(np.isnan(share.to_numpy(dtype=np.float64)), np.where(lost > 0, 0.0, 1.0), share)
    columns: dict[str, tuple[Any, int]] = {
        "worth_m": (per_m, 1),
        "faults": (rows["past_faults"], 0),
        "ill": (rows["impaired_prob"], 3),
        "share": (carries, 3),
        "laid": (rows["laid_year"], 0),
        "length": (rows["length_m"], 1),
        "dn": (rows["diameter_mm"], 0),
        "rank": (rows["rank"], 0),
        "worth": (rows["worth"], 0),
        "cost": (rows["cost"], 0),
        "expected": (rows["faults_mean"], 4),
        "lost": (lost, 0),
    }
    return {name: _rounded(values, decimals) for name, (values, decimals) in columns.items()}


def _rounded(values: Any, decimals: int) -> list[Any]:
    numbers = np.round(np.asarray(values, dtype=np.float64), decimals)
    if not decimals and np.isfinite(numbers).all():
        whole: list[Any] = numbers.astype(np.int64).tolist()
        return whole
    return [None if number != number else int(number) if not decimals else number for number in numbers.tolist()]


def _phrases(reasons: pd.Series[Any], join: str) -> dict[str, Any]:
    """Return the phrases that reasons are joined of, each once, and the numbers of those of each reason."""
    parts = [str(reason).split(join) for reason in reasons]
    flat = [phrase for phrases in parts for phrase in phrases]
    codes, texts = pd.factorize(np.array(flat, dtype=object))
    stops = np.cumsum([len(phrases) for phrases in parts]).tolist()
    numbers = codes.tolist()
    of_reason = [numbers[start:stop] for start, stop in zip([0, *stops], stops, strict=False)]
    return {"join": join, "text": [str(text) for text in texts], "of": of_reason}


def _plan_data(plan: Plan | None, ids: pd.Index[Any], language: str) -> dict[str, Any]:
    """Return the job and measure of every asset (-1: none), and the jobs."""
    if plan is None:
        return {"job": [-1] * len(ids), "measure": {"code": [-1] * len(ids), "text": []}, "jobs": []}
    cures = plan.cures[~plan.cures.index.duplicated()]
    names = plan.jobs.index.tolist()
    number = {name: at for at, name in enumerate(names)}
    job = [number.get(name, -1) for name in cures["job_id"].reindex(ids)]
    codes, kinds = pd.factorize(cures["measure"].reindex(ids).to_numpy(dtype=object), sort=True)
    measure = {"code": codes.tolist(), "text": [word(str(kind), language) for kind in kinds]}
    measure["kind"] = [str(kind) for kind in kinds]
    return {"job": job, "measure": measure, "jobs": [str(name) for name in names]}


def _points(network: Network, nodes: Ints, place: Floats, origin: Floats) -> list[list[Any]]:
    names = network.nodes["name"].iloc[nodes].tolist()
    ids = network.node_ids[nodes].tolist()
    found = []
    for node, one, name in sorted(zip(nodes.tolist(), ids, names, strict=True), key=lambda row: str(row[1])):
        if np.isfinite(place[node]).all():
            found.append([*_whole(place[node] - origin), str(one if pd.isna(name) else name)])
    return found


def _valves(network: Network, place: Floats, origin: Floats, shown: Ints) -> list[int]:
    """Return x, y and state (1: can be turned) of each valve of the segments drawn, one behind the other."""
    ends = np.stack([network.from_node, network.to_node])
    nodes = ends[network.valve_end, network.valve_segment]
    is_in = np.isin(network.valve_segment, shown) & np.isfinite(place[nodes]).all(axis=1)
    found = np.column_stack([_rint(place[nodes[is_in]] - origin), network.valve_operable[is_in].astype(np.int64)])
    return np.unique(found, axis=0).reshape(-1).tolist()


def _cold(assessment: Assessment, origin: Floats) -> tuple[list[int], int]:
    """Return x, y, side and count of the squares with cold homes of last winter, and how many are in none."""
    network, buildings = assessment.network, assessment.location.buildings
    nodes = network.node_positions(buildings.index)
    place = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)[nodes]
    found = cold_places(place[:, 0], place[:, 1], buildings["cold_visits"].to_numpy(dtype=np.int64))
    rows = np.column_stack([found.x_m - origin[0], found.y_m - origin[1], found.side_m])
    return np.column_stack([_rint(rows), found.count]).reshape(-1).tolist(), found.hidden


def _whole(metres: Floats) -> list[int]:
    whole: list[int] = _rint(metres).reshape(-1).tolist()
    return whole


def _rint(metres: Floats) -> Ints:
    return np.rint(metres * _PER_M).astype(np.int64)
