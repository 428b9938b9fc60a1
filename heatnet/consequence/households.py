"""Households of each building where the inventory does not say: a guess, marked as one."""

from __future__ import annotations

import numpy as np
import pandas as pd

AREA_PER_HOUSEHOLD_M2 = 100.0
LOAD_PER_HOUSEHOLD_KW = 5.0


def guess_households(nodes: pd.DataFrame) -> pd.DataFrame:
    """Return households of every node, recorded or guessed building by building.

    ``area_m2 / 100`` where the households are missing, else ``load_kw / 5``, else 0: 100 m2 and 5 kW a household are
    round numbers for flats in a cold dry climate (50 W/m2), assumptions to be replaced by the utility's accounts. A
    guess keeps its fraction of a household. An area or load of 0 says nothing.

    Parameters
    ----------
    nodes : DataFrame
        The network's table of nodes (`Network.nodes`).

    Returns
    -------
    DataFrame
        Index node_id in the order of `nodes`; ``households`` (0 at nodes that are no buildings), ``is_guessed`` (not
        recorded), ``basis``: recorded, area_m2, load_kw, nothing (no figure at all: counted as 0), or "" at nodes that
        are no buildings.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["A", "B", "C"], "kind": "building", "households": [60, None, None],
    ...                       "area_m2": [None, 2500, None], "load_kw": [None, None, 40]})
    >>> guess_households(nodes)  # doctest: +NORMALIZE_WHITESPACE
             households  is_guessed     basis
    node_id
    A              60.0       False  recorded
    B              25.0        True   area_m2
    C               8.0        True   load_kw
    """
    is_building = (nodes["kind"] == "building").to_numpy(dtype=bool)
    recorded, area, load = (nodes[name].to_numpy(dtype=np.float64) for name in ("households", "area_m2", "load_kw"))
    by_basis = [~is_building, ~np.isnan(recorded), area > 0, load > 0]
    households = np.select(by_basis, [0.0, recorded, area / AREA_PER_HOUSEHOLD_M2, load / LOAD_PER_HOUSEHOLD_KW], 0.0)
    basis = np.select(by_basis, ["", "recorded", "area_m2", "load_kw"], "nothing").astype(object)
    is_guessed = is_building & (basis != "recorded")
    index = pd.Index(nodes["node_id"], name="node_id")
    return pd.DataFrame({"households": households, "is_guessed": is_guessed, "basis": basis}, index=index)
