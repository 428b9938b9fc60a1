"""How long homes are without heat: the network's own records, a norm by diameter, a formula by valve distance."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats
from heatnet._typed import typed
from heatnet.consequence.asset_values import values_by_asset
from heatnet.consequence.classes import asset_classes, diameter_class
from heatnet.errors import HeatnetError
from heatnet.network import Network, computed_in_id_order
from heatnet.schema import FAULTS, conform
from heatnet.season import is_heating

# A Russian norm for the repair of heating mains, hours by diameter class (`classes.DIAMETER_LABELS`).
NORM_REPAIR_H = (8.0, 13.0, 20.0, 24.0, 30.0)
# Assumed: a pump, a heat exchanger or a switchboard replaced from stock takes as long as the repair of a small pipe.
STATION_REPAIR_H = 8.0
# Assumed hours of an outage beside the repair itself: find, isolate, drain, fill.
DEFAULT_LEAD_H = 6.0
# How many outages the table (or formula) weighs against the network's own records.
PRIOR_RECORDS = 5.0


def norm_repair_h(diameter_mm: npt.ArrayLike) -> Floats:
    """Return hours of a repair after a Russian norm: 8, 13, 20, 24, 30 h below 225, 450, 750, 950 mm and above.

    The norm assumes crews, machines and pipe in stock as a Russian utility has them; `outage_time` corrects it by the
    network's own records.

    Parameters
    ----------
    diameter_mm : array-like of float
        Diameters, mm.

    Examples
    --------
    >>> norm_repair_h([100, 225, 500, 800, 1200])
    array([ 8., 13., 20., 24., 30.])
    """
    return np.array(NORM_REPAIR_H)[diameter_class(diameter_mm)]


def formula_repair_h(diameter_mm: npt.ArrayLike, valve_distance_m: npt.ArrayLike) -> Floats:
    """Return hours of a repair by diameter and the distance between closed valves, to be drained and filled.

    ``6 * (1 + (0.5 + 0.0015 * l_m) * D_m**1.2)``, a Russian rule for mains. It overstates small pipes: 6.2 to 6.4 h at
    100 to 200 mm, where 5 h are published.

    Parameters
    ----------
    diameter_mm : array-like of float
        Diameters, mm.
    valve_distance_m : array-like of float
        Length of pipe between the closed valves, m, >= 0.

    Examples
    --------
    >>> formula_repair_h([1000, 1000, 600, 600], [2000, 3000, 2000, 3000]).round(1)
    array([27. , 36. , 17.4, 22.3])
    """
    diameter_m = np.asarray(diameter_mm, dtype=np.float64) / 1000.0
    distance_m = np.asarray(valve_distance_m, dtype=np.float64)
    return np.asarray(6.0 * (1.0 + (0.5 + 0.0015 * distance_m) * diameter_m**1.2), dtype=np.float64)


@typed
@computed_in_id_order
def outage_time(
    network: Network,
    *,
    faults: pd.DataFrame | None = None,
    valve_distance_m: float | pd.Series[Any] | None = None,
    lead_h: float = DEFAULT_LEAD_H,
    heating_from: str = "10-15",
    heating_to: str = "04-15",
) -> pd.DataFrame:
    """Return hours until heat is back, per asset: the network's own records, shrunk by diameter class to a table.

    The table is the norm by diameter (`norm_repair_h`), or the formula (`formula_repair_h`) where `valve_distance_m` is
    given, for stations 8 h (an assumption), plus `lead_h` to find, isolate, drain and fill. Each record (`outage_h`
    where it is above 0, else `repair_h` + `lead_h`) is compared with the table's hours for its asset. The mean of
    these ratios over all segments, with 5 records at ratio 1 added, is the city's ratio; the mean over a diameter
    class, with 5 records at the city's ratio added, is the ratio of the class; hours = table x ratio of the class.
    Stations form a class of their own, shrunk towards 1.

    Only faults found in the heating time and not by a test count: nobody hurries with what a test finds in summer.

    Parameters
    ----------
    network : Network
        The network.
    faults : DataFrame, optional
        Table of faults; ``outage_h`` and ``repair_h`` missing or 0 = unknown. Rows that name no asset of the network
        are left out.
    valve_distance_m : float or Series by asset_id, optional
        Length of pipe between the closed valves of each segment, m, > 0 (stations need a value too; it is not used).
    lead_h : float
        Hours of an outage beside the repair, 0 or more.
    heating_from, heating_to : str
        First and last day of heating, ``"MM-DD"``.

    Returns
    -------
    DataFrame
        Index asset_id; ``outage_h``; ``basis``: records, norm, formula, or assumption (stations without records);
        ``records``: own records of the asset's class (0 with basis records: only the city's ratio is its own).

    Raises
    ------
    HeatnetError
        When a value is missing, not finite or out of range.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"]})
    >>> segments = pd.DataFrame(
    ...     {"segment_id": ["S", "T"], "from_node": "A", "to_node": "B", "length_m": 50, "diameter_mm": [100, 300]}
    ... )
    >>> outage_time(Network(nodes, segments))  # doctest: +NORMALIZE_WHITESPACE
              outage_h basis  records
    asset_id
    S             14.0  norm        0
    T             19.0  norm        0
    """
    if isinstance(lead_h, bool) or not (np.isfinite(lead_h) and lead_h >= 0):
        raise HeatnetError(f"lead_h is {lead_h!r}: give hours, 0 or more.")
    codes, labels = asset_classes(network, by_level=False)
    if valve_distance_m is None:
        of_segments, basis = norm_repair_h(network.diameter_mm), "norm"
    else:
        distance_m = values_by_asset(network, valve_distance_m, "valve_distance_m", above_zero=True)
        of_segments = formula_repair_h(network.diameter_mm, distance_m[: network.n_segments])
        basis = "formula"
    n_stations = len(network.station_nodes)
    table_h = np.concatenate([of_segments, np.full(n_stations, STATION_REPAIR_H)]) + lead_h
    bases = np.array([basis] * network.n_segments + ["assumption"] * n_stations, dtype=object)
    assets, hours = _own_records(network, faults, lead_h, (heating_from, heating_to))
    ratio, count = _class_ratios(codes[assets], hours / table_h[assets], len(labels))
    has_segments, has_stations = bool(count[:-1].any()), bool(count[-1])
    bases[: network.n_segments] = "records" if has_segments else basis
    bases[network.n_segments :] = "records" if has_stations else "assumption"
    return pd.DataFrame(
        {"outage_h": table_h * ratio[codes], "basis": bases, "records": count[codes]}, index=network.asset_ids
    )


def outage_hours(network: Network, outage_h: float | pd.Series[Any] | None) -> Floats:
    """Return hours of an outage per asset position: the ones given, checked, or the norm by diameter and the lead.

    Raises
    ------
    HeatnetError
        When `outage_h` lacks an asset or holds a value that is not finite and above 0.
    """
    if outage_h is None:
        return outage_time(network)["outage_h"].to_numpy(dtype=np.float64)
    return values_by_asset(network, outage_h, "outage_h", above_zero=True)


def recorded_outage_h(faults: pd.DataFrame, lead_h: float) -> Floats:
    """Return hours of each recorded outage: `outage_h` above 0, else `repair_h` + `lead_h`; NaN where unknown.

    Examples
    --------
    >>> faults = pd.DataFrame({"outage_h": [10.0, 0.0, None], "repair_h": [6.0, 6.0, None]})
    >>> recorded_outage_h(faults, 6.0).tolist()
    [10.0, 12.0, nan]
    """
    outage, repair = (faults[name].to_numpy(dtype=np.float64) for name in ("outage_h", "repair_h"))
    return np.where(outage > 0, outage, np.where(repair > 0, repair + lead_h, np.nan))


def _own_records(
    network: Network, faults: pd.DataFrame | None, lead_h: float, heating: tuple[str, str]
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return asset positions and hours of the usable records."""
    if faults is None:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    records = conform(faults, FAULTS)
    assets = network.asset_positions(records["asset_id"])
    hours = recorded_outage_h(records, lead_h)
    in_heating = is_heating(records["found_on"], heating_from=heating[0], heating_to=heating[1])
    usable = (assets >= 0) & (hours > 0) & in_heating & (records["found_by"] != "test").to_numpy(dtype=bool)
    return assets[usable], hours[usable]


def _class_ratios(
    classes: npt.NDArray[np.int64], ratios: Floats, n_classes: int
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Return the shrunk mean ratio of each class (the last one: stations, on their own) and its number of records."""
    count = np.bincount(classes, minlength=n_classes)
    # In order of size, so that the sum does not hang on the order of the rows.
    order = np.lexsort((ratios, classes))
    total = np.bincount(classes[order], weights=ratios[order], minlength=n_classes)
    of_city = (total[:-1].sum() + PRIOR_RECORDS) / (count[:-1].sum() + PRIOR_RECORDS)
    towards = np.append(np.full(n_classes - 1, of_city), 1.0)
    return (total + PRIOR_RECORDS * towards) / (count + PRIOR_RECORDS), count
