"""What was seen at the buildings over a season: counts of visits and calls, and how likely they are in either state."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints
from heatnet.network import BUILDING, Network
from heatnet.reachability.paths import SupplyPaths
from heatnet.schema import VISITS, conform_leniently, raise_problems
from heatnet.season import season_of

CallsMode = Literal["visits", "households"]
CALL_CHANNELS = ("hotline", "app")
_WHAT_ENTERS = VISITS.only("building_id", "visited_on", "channel", "is_cold", "room_temp_c")


@dataclass(frozen=True, slots=True)
class Rates:
    """How often clear and impaired buildings are found cold.

    Parameters
    ----------
    p_clear, p_impaired : float
        Probability that a visit is cold where nothing, or something, on the path is impaired.
    c_clear, c_impaired : float
        Cold calls per household and season where nothing, or something, on the path is impaired; 0 where calls are
        not counted.
    """

    p_clear: float
    p_impaired: float
    c_clear: float = 0.0
    c_impaired: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Counts per observed building, all arrays of one length.

    Parameters
    ----------
    node : array of int
        Node position of the building.
    visits, cold_visits : array of float
        Visits of the season, and the cold ones among them.
    calls : array of float
        Cold calls of the season, where calls are counted against households.
    callers : array of float
        Households that could have called; 0 where calls are not counted.
    """

    node: Ints
    visits: Floats
    cold_visits: Floats
    calls: Floats
    callers: Floats

    def sorted_by(self, order: Ints) -> Evidence:
        """Return the same buildings in another order."""
        return Evidence(
            self.node[order], self.visits[order], self.cold_visits[order], self.calls[order], self.callers[order]
        )

    def log_likelihoods(self, rates: Rates) -> tuple[Floats, Floats]:
        """Return, per building, the log probability of what was seen if clear and if impaired (up to one constant)."""
        warm = self.visits - self.cold_visits
        is_called = self.callers.any()
        clear, impaired = (
            _times(self.cold_visits, math.log(p) if p > 0 else -math.inf)
            + _times(warm, math.log1p(-p) if p < 1 else -math.inf)
            + (_times(self.calls, math.log(c) if c > 0 else -math.inf) - self.callers * c if is_called else 0.0)
            for p, c in ((rates.p_clear, rates.c_clear), (rates.p_impaired, rates.c_impaired))
        )
        return clear, impaired


def _times(counts: Floats, log_rate: float) -> Floats:
    """Return the log probability of so many events; none of the impossible ones costs nothing."""
    return counts * log_rate if math.isfinite(log_rate) else np.where(counts > 0, log_rate, 0.0)


def conformed_visits(visits: pd.DataFrame) -> pd.DataFrame:
    """Return the visits in standard form; a missing or repeated `visit_id` is no obstacle.

    Raises
    ------
    HeatnetError
        When another column is missing or holds values that cannot be read.
    """
    conformed, problems = conform_leniently(visits, VISITS)
    raise_problems([problem for problem in problems if problem.column != "visit_id"], {})
    return conformed


def _what_enters(visits: pd.DataFrame) -> pd.DataFrame:
    """Return the visits with the columns that enter in standard form; what is wrong is told as of the whole table."""
    conformed, problems = conform_leniently(visits, _WHAT_ENTERS)
    return conformed_visits(visits) if problems else conformed


def season_evidence(
    network: Network, paths: SupplyPaths, visits: pd.DataFrame, *, season: int, calls: CallsMode
) -> Evidence:
    """Return what the visits of a season say about the buildings that a path reaches.

    Rows of other seasons, with an empty `is_cold`, at unknown or unreached buildings are left out; with
    ``calls="households"`` also calls that are not cold and calls from buildings without households.
    """
    table = _what_enters(visits)
    node = network.node_positions(table["building_id"])
    enters = (season_of(table["visited_on"]) == season).to_numpy(dtype=bool) & (node >= 0)
    enters &= (paths.last_asset[node] >= 0) & (network.node_kind[node] == BUILDING)
    enters &= table["is_cold"].notna().to_numpy(dtype=bool)
    cold = table["is_cold"].fillna(False).to_numpy(dtype=bool)
    is_call = np.zeros(len(table), dtype=bool)
    if calls == "households":
        is_call = table["channel"].isin(CALL_CHANNELS).to_numpy(dtype=bool)
    counts = np.zeros((3, network.n_nodes))
    for row, chosen in enumerate((enters & ~is_call, enters & ~is_call & cold, enters & is_call & cold)):
        counts[row] = np.bincount(node[chosen], minlength=network.n_nodes)
    callers = np.zeros(network.n_nodes)
    if calls == "households":
        callers = np.where(paths.last_asset >= 0, network.households, 0.0)
        counts[2, callers == 0] = 0.0
        if not counts[2].any():
            callers[:] = 0.0  # without a single call their rate is unknown, and silence says nothing
    observed = np.flatnonzero((counts[0] > 0) | (callers > 0))
    seen, cold_seen, called = counts[:, observed]
    return Evidence(observed, seen, cold_seen, called, callers[observed])
