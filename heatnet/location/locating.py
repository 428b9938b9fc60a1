"""`locate_faults`: the posterior of every asset from the visits of one season."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints
from heatnet.errors import HeatnetError
from heatnet.location.evidence import CallsMode, Evidence, season_evidence
from heatnet.location.groups import GroupTree, group_tree
from heatnet.location.messages import Beliefs, beliefs, log_clear_paths
from heatnet.location.rates import learned_rates
from heatnet.network import Network, computed_in_id_order
from heatnet.reachability.paths import SupplyPaths, supply_paths
from heatnet.schema import text_values
from heatnet.season import checked_season

PAIR_RATE_PER_KM, SINGLE_RATE_PER_KM, STATION_PRIOR = 0.1, 0.05, 0.03
_COUNT_BITS = 31


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Location:
    """What the visits of one season say about the assets.

    Parameters
    ----------
    assets : DataFrame
        Index ``asset_id`` (segments, then stations, in table order). ``impaired_prob``: probability that the asset was
        impaired, given the visits; ``visits`` and ``cold_visits``: visits at buildings whose path holds it (with
        ``calls="households"`` cold calls are among them); ``ambiguity_group``: the smallest id among the assets that no
        observation can tell apart, missing where no observed building hangs; ``group_prob``: probability that at least
        one of the group was impaired.
    buildings : DataFrame
        Index ``building_id``. ``impaired_prob``: probability that the building itself (riser, balance, envelope) was
        impaired; ``path_prob``: that anything on its path or the building itself was, missing where no path reaches it;
        ``visits``, ``cold_visits``; ``calls``: cold calls among them that were counted against households.
    p_clear, p_impaired : float
        Probability that a visit is cold where nothing, or something, on the path is impaired: as given or as learned.
    c_clear, c_impaired : float
        Cold calls per household and season in the two cases; NaN where calls were not counted against households.
    season : int
        The season of the visits.
    calls : str
        ``visits`` or ``households``.
    prior : Series
        By ``asset_id``: probability before any visit.
    building_prior : float
        The same for each building itself.
    network : Network
        The network.
    """

    assets: pd.DataFrame
    buildings: pd.DataFrame
    p_clear: float
    p_impaired: float
    c_clear: float
    c_impaired: float
    season: int
    calls: CallsMode
    prior: pd.Series[Any]
    building_prior: float
    network: Network

    def __repr__(self) -> str:
        return (
            f"Location(season {self.season}, {int(self.buildings['visits'].sum())} visits, "
            f"p_clear {self.p_clear:.3f}, p_impaired {self.p_impaired:.3f})"
        )


@computed_in_id_order
def locate_faults(
    network: Network,
    visits: pd.DataFrame,
    *,
    season: int,
    prior: pd.Series[Any] | None = None,
    p_clear: float | None = None,
    p_impaired: float | None = None,
    calls: CallsMode = "visits",
    building_prior: float = 0.0,
) -> Location:
    """Return the probability that each asset was impaired, given the visits of a season.

    Over the season each asset is impaired or not, independently, with its prior. A visit is cold with probability
    `p_impaired` if anything on the supply path of its building is impaired, else `p_clear`, independently. The answer
    is the exact posterior of this model. Nothing is cleaned; `clean_visits` does that.

    Parameters
    ----------
    network : Network
        The network.
    visits : DataFrame
        Visits; only ``building_id``, ``visited_on`` and ``is_cold`` enter (and ``channel`` with
        ``calls="households"``). Rows of other seasons, with an empty ``is_cold``, at buildings that are unknown or that
        no path reaches are left out.
    season : int
        Calendar year in which the season starts.
    prior : Series, optional
        By ``asset_id``, in [0, 1); other ids in it are ignored. None: `default_prior`.
    p_clear, p_impaired : float, optional
        Rates of cold visits, ``p_clear < p_impaired``. None: learned, as if 10 more visits had been made to clear
        buildings (1 cold) and 10 to impaired ones (6 cold).
    calls : str
        ``visits``: each row is one visit whatever its channel. ``households``: hotline and app rows are calls; over the
        season a building of h households makes Poisson(h c) cold calls, with c learned for clear and
        impaired buildings. Buildings without a call count too; calls that are not cold, and those of buildings without
        households, are left out. Without a single cold call nothing is concluded from silence.
    building_prior : float
        In [0, 1): probability that a building itself (riser, balance, envelope) makes its homes cold.

    Returns
    -------
    Location
        The posterior by asset and building, and the rates.

    Raises
    ------
    HeatnetError
        When `p_clear` is not below `p_impaired`, a prior lies outside [0, 1) or lacks an asset, or the visits cannot
        be read.

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
    season = checked_season(season)
    if calls not in ("visits", "households"):
        raise HeatnetError(f"calls is {calls!r}; give 'visits' or 'households'.")
    if not 0 <= building_prior < 1:
        raise HeatnetError(f"building_prior is {building_prior!r}; give a probability from 0 to below 1.")
    given_prior = _checked_prior(network, prior)
    paths = supply_paths(network)
    evidence = season_evidence(network, paths, visits, season=season, calls=calls)
    seen_below, cold_below, observed_below = _sums_below(network, paths, evidence)
    tree = group_tree(network, paths, evidence.node, observed_below, given_prior)
    by_group = np.argsort(tree.group_of_building)
    tree, evidence = tree.with_buildings(by_group), evidence.sorted_by(by_group)
    rates = learned_rates(tree, evidence, building_prior, p_clear=p_clear, p_impaired=p_impaired)
    told = beliefs(tree, evidence, rates, building_prior)
    last_asset = paths.last_asset[network.building_nodes]
    path_clear = np.exp(log_clear_paths(paths, tree, told, given_prior)[last_asset])
    path_clear[last_asset < 0] = np.nan
    counted = evidence.calls.any()
    return Location(
        assets=_asset_table(network, tree, told, given_prior, seen_below, cold_below),
        buildings=_building_table(network, evidence, told, building_prior, path_clear),
        p_clear=rates.p_clear,
        p_impaired=rates.p_impaired,
        c_clear=rates.c_clear if counted else float("nan"),
        c_impaired=rates.c_impaired if counted else float("nan"),
        season=season,
        calls=calls,
        prior=pd.Series(given_prior, index=network.asset_ids, name="prior"),
        building_prior=float(building_prior),
        network=network,
    )


def default_prior(network: Network) -> pd.Series[Any]:
    """Return the probability that each asset is impaired over a season, before anything is known of it.

    ``1 - exp(-0.1 km)`` for a pair row, ``1 - exp(-0.05 km)`` for a single one, 0.03 for a station.

    Examples
    --------
    >>> network = Network(
    ...     pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"]}),
    ...     pd.DataFrame({"segment_id": ["s"], "from_node": "A", "to_node": "B", "length_m": 1000, "diameter_mm": 80}))
    >>> default_prior(network).round(4).to_dict()
    {'s': 0.0952}
    """
    return pd.Series(_default_prior(network), index=network.asset_ids, name="prior")


def _default_prior(network: Network) -> Floats:
    per_km = np.where(network.in_supply & network.in_return, PAIR_RATE_PER_KM, SINGLE_RATE_PER_KM)
    segments = -np.expm1(-per_km * network.length_m / 1000)
    stations = np.full(len(network.station_nodes), STATION_PRIOR)
    return np.concatenate([segments, stations])


def _checked_prior(network: Network, prior: pd.Series[Any] | None) -> Floats:
    if prior is None:
        return _default_prior(network)
    if not isinstance(prior, pd.Series):
        raise HeatnetError(f"prior is a {type(prior).__name__}; give a pandas Series by asset_id.")
    ids = pd.Index(text_values(pd.Series(prior.index)))
    if ids.has_duplicates:
        raise HeatnetError(f"prior names {_first(ids[ids.duplicated()])} more than once; give one value per asset.")
    place = ids.get_indexer(network.asset_ids)
    if (place < 0).any():
        raise HeatnetError(f"prior lacks {_first(network.asset_ids[place < 0])}; give a value for every asset.")
    values: Floats = pd.to_numeric(prior, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)[place]
    outside = ~((values >= 0) & (values < 1))
    if outside.any():
        named = _first(network.asset_ids[outside])
        raise HeatnetError(f"prior of {named} is not a number from 0 to below 1; correct it.")
    return values


def _first(ids: pd.Index[Any]) -> str:
    """Return the first five ids and the count, for a message."""
    noun = "asset" if len(ids) == 1 else "assets"
    return f"{', '.join(str(name) for name in ids[:5])}{', ...' if len(ids) > 5 else ''} ({len(ids)} {noun})"


def _sums_below(network: Network, paths: SupplyPaths, evidence: Evidence) -> tuple[Ints, Ints, Ints]:
    """Return, per asset, visits and cold visits, and a number that grows with every observed building behind it."""
    seen, cold = (evidence.visits + evidence.calls), (evidence.cold_visits + evidence.calls)
    both = np.zeros(network.n_nodes, dtype=np.int64)
    both[evidence.node] = (seen.astype(np.int64) << _COUNT_BITS) + cold.astype(np.int64)
    both_below = paths.subtree_sum(both)  # two counts in one pass
    if seen.all():
        return both_below >> _COUNT_BITS, both_below & (2**_COUNT_BITS - 1), both_below
    is_observed = np.zeros(network.n_nodes, dtype=np.int64)
    is_observed[evidence.node] = 1
    return both_below >> _COUNT_BITS, both_below & (2**_COUNT_BITS - 1), paths.subtree_sum(is_observed)


def _asset_table(
    network: Network, tree: GroupTree, told: Beliefs, prior: Floats, seen_below: Ints, cold_below: Ints
) -> pd.DataFrame:
    in_group = np.flatnonzero(tree.group_of_asset >= 0)
    group = tree.group_of_asset[in_group]
    posterior, group_prob = prior.copy(), prior.copy()
    with np.errstate(divide="ignore"):
        posterior[in_group] = told.of_members(group, np.log(prior[in_group]))
    group_prob[in_group] = told.of_members(np.arange(len(tree)), tree.log_any)[group]
    smallest = _smallest_names(network, in_group, group)
    return pd.DataFrame(
        {
            "impaired_prob": posterior,
            "visits": seen_below,
            "cold_visits": cold_below,
            "ambiguity_group": smallest.array.take(tree.group_of_asset, allow_fill=True),
            "group_prob": group_prob,
        },
        index=network.asset_ids,
    )


def _smallest_names(network: Network, assets: Ints, group: Ints) -> pd.Index[Any]:
    """Return, per group, the smallest id as text among its assets."""
    by_group = np.argsort(group, kind="stable")
    names = network.asset_names[assets[by_group]]
    first = np.flatnonzero(np.diff(group[by_group], prepend=-1))
    smallest = np.minimum.reduceat(names, first) if len(first) else names
    return pd.Index(smallest, dtype=network.asset_ids.dtype)


def _building_table(
    network: Network, evidence: Evidence, told: Beliefs, building_prior: float, path_clear: Floats
) -> pd.DataFrame:
    place = np.full(network.n_nodes, -1, dtype=np.int64)
    place[network.building_nodes] = np.arange(len(network.building_nodes))
    seen = place[evidence.node]
    own, path_prob = np.full(len(path_clear), building_prior), 1 - path_clear * (1 - building_prior)
    own[seen], path_prob[seen] = told.of_buildings(building_prior), -np.expm1(told.log_clear_building)
    visits, cold, calls = np.zeros((3, len(path_clear)), dtype=np.int64)
    visits[seen] = evidence.visits + evidence.calls
    cold[seen] = evidence.cold_visits + evidence.calls
    calls[seen] = evidence.calls
    return pd.DataFrame(
        {
            "impaired_prob": own,
            "path_prob": path_prob,
            "visits": visits,
            "cold_visits": cold,
            "calls": calls,
        },
        index=network.node_ids[network.building_nodes].rename("building_id"),
    )
