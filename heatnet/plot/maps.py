"""Maps: the network coloured by anything, a plan on it, what an outage leaves to whom."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Objects
from heatnet.assessment.results import Assessment
from heatnet.errors import HeatnetError
from heatnet.hydraulics.supply import heat_shares, served_buildings
from heatnet.network import Network
from heatnet.planning.plan import Plan
from heatnet.plot.canvas import Letters, axes_for

_MEASURES = {
    "renew": "tab:red",
    "part": "tab:orange",
    "clean": "tab:blue",
    "balance": "tab:green",
    "valve": "tab:purple",
}
_QUIET, _THIN, _THICK = "0.75", 0.6, 2.0


def network_map(
    what: Network | Assessment,
    values: pd.Series[Any] | str | None = None,
    *,
    plan: Plan | None = None,
    ax: Any = None,
    language: str = "en",
) -> Any:
    """Return the network drawn on its coordinates, coloured by values, with the cures of a plan.

    Parameters
    ----------
    what : Network or Assessment
        What to draw; segments without a place are left out.
    values : Series or str, optional
        Numbers by ``asset_id``, or a column of the assessment's ranking: low ones pale, high ones dark. Missing: grey.
    plan : Plan, optional
        Its cures are drawn over it, coloured by measure.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.
    language : str
        Of the words.

    Returns
    -------
    matplotlib.axes.Axes
        In metres, north up, one metre as long both ways.

    Raises
    ------
    HeatnetError
        No segment has coordinates, or the ranking has no such column.
    """
    network = what.network if isinstance(what, Assessment) else what
    numbers, name = _numbers(what, network, values)
    ax, letters = axes_for(ax, (8.0, 7.0)), Letters(language)
    _draw_segments(ax, network, letters, numbers, name)
    _draw_nodes(ax, network, letters)
    if plan is not None:
        _draw_cures(ax, network, plan, letters)
    ax.legend(loc="best")
    _finish(ax, letters, title=letters.words("map_title"))
    return ax


def outage_map(network: Network, asset_id: str, *, ax: Any = None, language: str = "en") -> Any:
    """Return who still gets how much heat in the outage of an asset: buildings by heat share, the asset in black.

    Parameters
    ----------
    network : Network
        With heads and loads as `outage_supply` takes them.
    asset_id : str
        The segment or station that is out, by the section that its valves drain.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.
    language : str
        Of the words.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    HeatnetError
        There is no such asset, no segment has coordinates, or no steady flow was found for the outage.
    """
    ordered = network.in_id_order
    asset = int(ordered.asset_positions(pd.Index([asset_id]))[0])
    if asset < 0:
        raise HeatnetError(f"{asset_id!r} is neither a segment nor a station of the network.")
    shares = heat_shares(ordered)
    case = int(shares.asset_case[asset])
    if not shares.is_solved[case]:
        raise HeatnetError(f"No steady flow was found for the outage of {asset_id!r}: nothing is known of it.")
    ax, letters = axes_for(ax, (8.0, 7.0)), Letters(language)
    _draw_segments(ax, ordered, letters)
    buildings = served_buildings(ordered)
    share = np.ones(ordered.n_nodes)
    nodes, low = shares.of_case(case)
    share[nodes] = low
    place = ordered.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    points = ax.scatter(
        *place[buildings].T, c=share[buildings], cmap="RdYlBu", vmin=0.0, vmax=1.0, s=14, zorder=3, plotnonfinite=False
    )
    bar = ax.figure.colorbar(points, ax=ax, shrink=0.7)
    letters.label(bar.ax, ylabel=letters.words("heat_share"))
    if asset < ordered.n_segments:
        ax.plot(*ordered.lines.of(asset).T, color="black", linewidth=3.0, zorder=4)
    else:
        ax.plot(*place[[ordered.station_nodes[asset - ordered.n_segments]]].T, "s", color="black", zorder=4)
    _finish(ax, letters, title=letters.words("outage_title", asset=asset_id))
    return ax


def _numbers(what: Network | Assessment, network: Network, values: Any) -> tuple[Floats | None, str]:
    """Return a number per segment, or None, and what they are called."""
    if values is None:
        return None, ""
    if isinstance(values, str):
        if not isinstance(what, Assessment) or values not in what.ranking:
            raise HeatnetError(
                f"values is {values!r}: give a column of an assessment's ranking, or a Series by asset_id."
            )
        values = what.ranking[values]
    numbers = values.reindex(network.segment_ids).to_numpy(dtype=np.float64, na_value=np.nan)
    return numbers, str(values.name or "")


def _draw_segments(ax: Any, network: Network, letters: Letters, numbers: Floats | None = None, name: str = "") -> None:
    from matplotlib import colormaps
    from matplotlib.collections import LineCollection

    lines = network.lines
    drawn = np.flatnonzero(np.diff(lines.start) > 0)
    if not len(drawn):
        raise HeatnetError("No segment has coordinates: nodes need x_m and y_m, or segments a geometry, for a map.")
    courses: list[Any] = [lines.of(k) for k in drawn.tolist()]
    if numbers is None:
        ax.add_collection(LineCollection(courses, colors=_QUIET, linewidths=_THIN))
    else:
        order = np.argsort(np.where(np.isnan(numbers[drawn]), -np.inf, numbers[drawn]), kind="stable")
        values: Any = np.ma.masked_invalid(numbers[drawn][order])
        colours = colormaps["viridis_r"].with_extremes(bad=_QUIET)
        many = LineCollection([courses[k] for k in order.tolist()], array=values, cmap=colours, linewidths=1.2)
        ax.add_collection(many)
        bar = ax.figure.colorbar(many, ax=ax, shrink=0.7)
        letters.label(bar.ax, ylabel=letters.heading(name))
    ax.autoscale_view()


def _draw_nodes(ax: Any, network: Network, letters: Letters) -> None:
    place = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    for nodes, mark, key in ((network.source_nodes, "s", "sources"), (network.station_nodes, "D", "stations")):
        if len(nodes):
            ax.plot(*place[nodes].T, mark, color="black", markersize=4, linestyle="none", label=letters.words(key))


def _draw_cures(ax: Any, network: Network, plan: Plan, letters: Letters) -> None:
    from matplotlib.collections import LineCollection

    cures, lines = plan.cures, network.lines
    ids: Objects = np.asarray(cures.index, dtype=object)
    position = network.asset_positions(pd.Index(ids))
    place = network.nodes[["x_m", "y_m"]].to_numpy(dtype=np.float64)
    for measure, colour in _MEASURES.items():
        chosen = position[(cures["measure"] == measure).to_numpy() & (position >= 0)]
        courses: list[Any] = [lines.of(k) for k in chosen[chosen < network.n_segments].tolist()]
        nodes = network.station_nodes[chosen[chosen >= network.n_segments] - network.n_segments]
        if courses:
            label = letters.named(f"values.{measure}")
            ax.add_collection(LineCollection(courses, colors=colour, linewidths=_THICK, label=label, zorder=3))
        if len(nodes):
            ax.plot(*place[nodes].T, "o", color=colour, markersize=8, fillstyle="none", linestyle="none", zorder=3)


def _finish(ax: Any, letters: Letters, *, title: str) -> None:
    ax.set_aspect("equal")
    ax.ticklabel_format(useOffset=False, style="plain")
    letters.label(ax, title=title, xlabel=letters.words("east"), ylabel=letters.words("north"))
