"""`locate_faults`: the posterior of every asset from the visits of one season."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from heatnet._typed import typed
from heatnet.location.evidence import CallsMode
from heatnet.location.posterior import Location
from heatnet.location.priors import checked_prior
from heatnet.location.samples import sampled_nodes
from heatnet.location.watched import Asked, watched_winter
from heatnet.network import Network
from heatnet.season import checked_season


@typed
def locate_faults(  # noqa: PLR0913 - the public contract
    network: Network,
    visits: pd.DataFrame,
    *,
    season: int,
    prior: pd.Series[Any] | None = None,
    p_clear: float | None = None,
    p_impaired: float | None = None,
    p_double: float | None = None,
    dose: bool = False,
    calls: CallsMode = "visits",
    building_prior: float = 0.0,
    cause_error: float | None = None,
    temperatures: bool = False,
) -> Location:
    """Return the probability that each asset was impaired, given the visits of a season.

    Over the season each asset is impaired or not, independently, with its prior. A visit is cold with probability
    `p_impaired` if anything on the supply path of its building is impaired (with a dose `p_double` if two or more are),
    else `p_clear`, independently. The answer is the exact posterior of this model. Nothing is cleaned; `clean_visits`
    does that.

    Parameters
    ----------
    network : Network
        The network.
    visits : DataFrame
        Visits; only ``building_id``, ``visited_on`` and ``is_cold`` enter (and ``channel`` with
        ``calls="households"``, ``cause`` with `cause_error`, ``room_temp_c`` with `temperatures`). Rows of other
        seasons, with an empty ``is_cold``, at buildings that are unknown or that no path reaches are left out.
    season : int
        Calendar year in which the season starts.
    prior : Series, optional
        By ``asset_id``, in [0, 1); other ids in it are ignored. None: `default_prior`.
    p_clear, p_impaired, p_double : float, optional
        Rates of cold visits, ``p_clear < p_impaired <= p_double``. None: learned, as if 10 more visits had been made to
        clear buildings (1 cold), 10 to impaired ones (6 cold) and 10 to doubly impaired ones (8 cold). A given
        `p_double` asks for a dose.
    dose : bool
        Whether two or more impaired things on a path make its homes colder than one.
    calls : str
        ``visits``: each row is one visit whatever its channel. ``households``: hotline and app rows are calls; over the
        season a building of h households makes Poisson(h c) cold calls, with c learned for clear and
        impaired buildings. Buildings without a call count too; calls that are not cold, and those of buildings without
        households, are left out. Without a single cold call nothing is concluded from silence.
    building_prior : float
        In [0, 1): probability that a building itself (riser, balance, envelope) makes its homes cold.
    cause_error : float, optional
        Above 0 and below 2/3: probability that the crew's word on a cold row (``household`` and ``building``: own,
        ``station``, ``network``) names another cause than the true one. None: words do not count.
    temperatures : bool
        Whether a visit with a ``room_temp_c`` counts by it rather than by cold or not: a logistic distribution by state
        of the path, its means falling, learned as if 10 more rooms had been read in each state. Calls counted against
        households stay calls.

    Returns
    -------
    Location
        The posterior by asset and building, and the rates.

    Raises
    ------
    HeatnetError
        When `p_clear` is not below `p_impaired`, or `p_double` is, a prior lies outside [0, 1) or lacks an asset,
        `cause_error` is out of range, or the visits cannot be read.

    Examples
    --------
    Two buildings behind one main; both are cold in every visit, so the main is to blame rather than both branches.

    >>> network = Network(
    ...     pd.DataFrame({"node_id": ["A", "J", "B", "C"], "kind": ["source", "junction", "building", "building"]}),
    ...     pd.DataFrame({"segment_id": ["main", "b", "c"], "from_node": ["A", "J", "J"], "to_node": ["J", "B", "C"],
    ...                   "length_m": [1000, 200, 200], "diameter_mm": [200, 80, 80]}))
    >>> visits = pd.DataFrame({"visit_id": ["1", "2", "3", "4"], "building_id": ["B", "B", "C", "C"],
    ...                        "visited_on": "2024-01-10", "is_cold": True})
    >>> location = locate_faults(network, visits, season=2023, p_clear=0.2, p_impaired=0.7)
    >>> location.assets["impaired_prob"].round(3).to_dict()
    {'main': 0.913, 'b': 0.035, 'c': 0.035}
    """
    given = (p_clear, p_impaired, p_double)
    asked = Asked(calls, building_prior, dose or p_double is not None, cause_error, temperatures)
    ordered = network.in_id_order
    winter = watched_winter(ordered, visits, season=checked_season(season), asked=asked)
    given_prior = checked_prior(ordered, prior)
    known = winter.known(given_prior)
    chosen = sampled_nodes(ordered, winter.paths, [winter.evidence.node])
    if chosen is None:
        learned = winter.learned(known, given)
    else:
        few = winter.at(np.flatnonzero(chosen)).watched()
        learned = few.learned(few.known(given_prior, with_causes=False, for_tables=False), given)
    return winter.location(given_prior, known, learned).in_order_of(network)
