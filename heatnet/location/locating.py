"""`locate_faults`: the posterior of every asset from the visits of one season."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._arrays import Floats, Ints
from heatnet._typed import typed
from heatnet.errors import HeatnetError
from heatnet.location.climbing import Top
from heatnet.location.evidence import CallsMode, Evidence, Rates, ReadingRates, season_evidence, state_logs
from heatnet.location.groups import GroupTree, Stretches, group_tree, stretches
from heatnet.location.messages import Beliefs, Seen, beliefs, log_clear_paths
from heatnet.location.rates import has_one_hill, learned_rates
from heatnet.location.readings import learned_readings
from heatnet.location.states import path_states
from heatnet.network import Network
from heatnet.reachability.paths import SupplyPaths, supply_paths
from heatnet.schema import text_values
from heatnet.season import checked_season

PAIR_RATE_PER_KM, SINGLE_RATE_PER_KM, STATION_PRIOR = 0.1, 0.05, 0.03
EFFECT_COLUMNS = ("assets", "expected", "found", "factor")
_COUNT_BITS = 31
_LARGEST_CAUSE_ERROR = 2 / 3


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
    p_clear, p_impaired, p_double : float
        Probability that a visit is cold where nothing, one thing, or more on the path is impaired: as given or as
        learned. Without a dose the last two are equal.
    c_clear, c_impaired, c_double : float
        Cold calls per household and season in the same cases; NaN where calls were not counted against households.
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
    dose : bool
        Whether two or more impaired things were told from one.
    cause_error : float or None
        Probability that a crew's word names a wrong cause; None: words did not count.
    reading_means_c : tuple of float or None
        Mean room temperature where nothing, one thing, or more on the path is impaired; None: readings did not count.
    reading_scale_c : float or None
        Scale of the logistic distribution around it.
    learned : DataFrame or None
        What the prior was learned from; `effects` returns it.
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
    p_double: float = float("nan")
    c_double: float = float("nan")
    dose: bool = False
    cause_error: float | None = None
    reading_means_c: tuple[float, float, float] | None = None
    reading_scale_c: float | None = None
    learned: pd.DataFrame | None = None

    def in_order_of(self, network: Network) -> Location:
        """Return the same with the rows in the order of this network's tables."""
        if network is self.network:
            return self
        return replace(
            self,
            assets=network.in_table_order(self.assets),
            buildings=network.in_table_order(self.buildings),
            prior=network.in_table_order(self.prior),
            network=network,
        )

    def effects(self) -> pd.DataFrame:
        """Return what the prior learned from the network's own winters, one row per class of assets.

        Returns
        -------
        DataFrame
            Index ``attribute``, ``value`` (the first row: all assets). ``assets``; ``expected``: assets falling ill in
            all winters by `default_prior`; ``found``: by what the visits said; ``factor``: by which the class differs
            from the default (first row), or from what the other attributes say (the others). Empty where the prior was
            given.
        """
        if self.learned is None:
            index = pd.MultiIndex.from_arrays([[], []], names=["attribute", "value"])
            return pd.DataFrame({name: pd.Series(dtype=float) for name in EFFECT_COLUMNS}).set_index(index)
        return self.learned.copy()

    def __repr__(self) -> str:
        return (
            f"Location(season {self.season}, {int(self.buildings['visits'].sum())} visits, "
            f"p_clear {self.p_clear:.3f}, p_impaired {self.p_impaired:.3f})"
        )


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
    given_prior = _checked_prior(ordered, prior)
    known = winter.known(given_prior)
    return winter.location(given_prior, known, winter.learned(known, given)).in_order_of(network)


@dataclass(frozen=True, slots=True)
class Asked:
    """How the visits of a winter are read; `locate_faults` says what each means."""

    calls: CallsMode = "visits"
    building_prior: float = 0.0
    dose: bool = False
    cause_error: float | None = None
    temperatures: bool = False

    def __post_init__(self) -> None:
        if self.calls not in ("visits", "households"):
            raise HeatnetError(f"calls is {self.calls!r}; give 'visits' or 'households'.")
        if not 0 <= self.building_prior < 1:
            raise HeatnetError(f"building_prior is {self.building_prior!r}; give a probability from 0 to below 1.")
        if self.cause_error is not None and not 0 < self.cause_error < _LARGEST_CAUSE_ERROR:
            raise HeatnetError(
                f"cause_error is {self.cause_error!r}; give the probability that a word names a wrong cause, above 0 "
                "and below 2/3, or None to leave the words out."
            )


@dataclass(frozen=True, slots=True)
class Learned:
    """The rates of a winter: of visits and calls, and of readings where these count."""

    rates: Rates
    readings: ReadingRates | None = None
    tops: tuple[Top | None, Top | None] = (None, None)


@dataclass(frozen=True, slots=True, eq=False)
class WatchedWinter:
    """What was seen in one winter, ready to be read with any prior."""

    network: Network
    paths: SupplyPaths
    season: int
    asked: Asked
    evidence: Evidence
    tree: GroupTree
    seen_below: Ints
    cold_below: Ints

    @property
    def is_well_watched(self) -> bool:
        """Whether so much was seen that it does not matter from where rates are sought."""
        return has_one_hill(self.tree)

    def known(self, prior: Floats, *, with_causes: bool = True) -> Stretches:
        """Return what is known of the stretches before anything was seen."""
        causes = with_causes and self.asked.cause_error is not None
        return stretches(self.tree, path_states(dose=self.asked.dose, causes=causes), prior)

    def learned(
        self,
        known: Stretches,
        given: tuple[float | None, float | None, float | None],
        own: Floats | None = None,
        near: Learned | None = None,
    ) -> Learned:
        """Return the rates that make what was seen most probable; words do not enter."""
        if known.states.has_station[-1]:
            counted = path_states(dose=self.asked.dose, causes=False)
            known = known.told_apart_less(counted)
        own_prior = self.asked.building_prior if own is None else own[self.evidence.node]
        start = None if near is None else (near.rates, near.tops[0])
        rates, top = learned_rates(self.tree, known, self.evidence, own_prior, given, start)
        if self.evidence.readings is None:
            return Learned(rates, tops=(top, None))
        near_top = None if near is None else near.tops[1]
        readings, top_c = learned_readings(self.tree, known, self.evidence, own_prior, rates, near_top)
        return Learned(rates, readings, (top, top_c))

    def beliefs(self, known: Stretches, learned: Learned, own: Floats | None = None) -> Beliefs:
        """Return what the visits say, exactly; `own` are priors of buildings themselves, by node."""
        error = self.asked.cause_error if known.states.has_station[-1] else None
        logs = state_logs(self.evidence, learned.rates, known.states, cause_error=error, reading_rates=learned.readings)
        own_prior = self.asked.building_prior if own is None else own[self.evidence.node]
        return beliefs(self.tree, known, Seen(*logs, own_prior))

    def impaired_prob(self, prior: Floats, known: Stretches, told: Beliefs) -> Floats:
        """Return the posterior of every asset."""
        posterior, weights = prior.copy(), told.weights()
        posterior[self.tree.members] = _summed(known.of_members, weights[:, self.tree.member_group])
        return posterior

    def location(
        self,
        prior: Floats,
        known: Stretches,
        learned: Learned,
        own: Floats | None = None,
        effects: pd.DataFrame | None = None,
    ) -> Location:
        """Return the posterior by asset and building as tables."""
        told, network, rates = self.beliefs(known, learned, own), self.network, learned.rates
        last_asset = self.paths.last_asset[network.building_nodes]
        path_clear = np.exp(log_clear_paths(self.paths, self.tree, known, told, prior)[last_asset])
        path_clear[last_asset < 0] = np.nan
        counted = self.evidence.calls.any()
        own_prior = np.full(len(last_asset), self.asked.building_prior) if own is None else own[network.building_nodes]
        return Location(
            assets=_asset_table(self, known, told, prior),
            buildings=_building_table(network, self.evidence, told, own_prior, path_clear),
            p_clear=rates.p_clear,
            p_impaired=rates.p_impaired,
            p_double=rates.p_double,
            c_clear=rates.c_clear if counted else float("nan"),
            c_impaired=rates.c_impaired if counted else float("nan"),
            c_double=rates.c_double if counted else float("nan"),
            season=self.season,
            calls=self.asked.calls,
            prior=pd.Series(prior, index=network.asset_ids, name="prior"),
            building_prior=float(self.asked.building_prior),
            network=network,
            dose=self.asked.dose,
            cause_error=self.asked.cause_error,
            reading_means_c=None if learned.readings is None else learned.readings.means_c,
            reading_scale_c=None if learned.readings is None else learned.readings.scale_c,
            learned=effects,
        )


def watched_winter(network: Network, visits: pd.DataFrame, *, season: int, asked: Asked) -> WatchedWinter:
    """Return what was seen in a winter, with the stretches that it tells apart."""
    paths = supply_paths(network)
    evidence = season_evidence(
        network,
        paths,
        visits,
        season=season,
        calls=asked.calls,
        words=asked.cause_error is not None,
        temperatures=asked.temperatures,
    )
    seen_below, cold_below, observed_below = _sums_below(network, paths, evidence)
    tree = group_tree(network, paths, evidence.node, observed_below)
    by_group = np.argsort(tree.group_of_building)
    tree, evidence = tree.with_buildings(by_group), evidence.sorted_by(by_group)
    return WatchedWinter(network, paths, season, asked, evidence, tree, seen_below, cold_below)


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
    seen, cold = evidence.seen, (evidence.cold_visits + evidence.calls)
    both = np.zeros(network.n_nodes, dtype=np.int64)
    both[evidence.node] = (seen.astype(np.int64) << _COUNT_BITS) + cold.astype(np.int64)
    both_below = paths.subtree_sum(both)  # two counts in one pass
    if seen.all():
        return both_below >> _COUNT_BITS, both_below & (2**_COUNT_BITS - 1), both_below
    is_observed = np.zeros(network.n_nodes, dtype=np.int64)
    is_observed[evidence.node] = 1
    return both_below >> _COUNT_BITS, both_below & (2**_COUNT_BITS - 1), paths.subtree_sum(is_observed)


def _asset_table(winter: WatchedWinter, known: Stretches, told: Beliefs, prior: Floats) -> pd.DataFrame:
    network, tree = winter.network, winter.tree
    weights = told.weights()
    posterior, group_prob = prior.copy(), prior.copy()
    group = tree.member_group
    posterior[tree.members] = _summed(known.of_members, weights[:, group])
    of_any = _summed(known.moves[1:], weights[1:])
    of_segments = _summed(known.of_segments, weights)
    is_apart = _stations_apart(winter)
    # A station that words tell from the pipes around it is a group of its own, the pipes another one.
    label = group + np.where(is_apart[group] & tree.is_station, len(tree), 0)
    alone = is_apart[group] & tree.is_station
    group_prob[tree.members] = np.where(
        alone, posterior[tree.members], np.where(is_apart[group], of_segments[group], of_any[group])
    )
    smallest, place = _smallest_names(network, tree.members, label)
    names = np.full(network.n_assets, -1, dtype=np.int64)
    names[tree.members] = place
    return pd.DataFrame(
        {
            "impaired_prob": posterior,
            "visits": winter.seen_below,
            "cold_visits": winter.cold_below,
            "ambiguity_group": smallest.array.take(names, allow_fill=True),
            "group_prob": group_prob,
        },
        index=network.asset_ids,
    )


def _summed(logs: Floats, weights: Floats) -> Floats:
    """Return the sum over the states of what something has in each, times how likely the visits make it."""
    total = np.zeros(logs.shape[1])
    for log, weight in zip(logs, weights, strict=True):
        with np.errstate(invalid="ignore"):
            total += np.exp(np.fmax(log + weight, -np.inf))
    return np.minimum(total, 1.0)


def _stations_apart(winter: WatchedWinter) -> npt.NDArray[np.bool_]:
    """Return the stretches with a station behind which a crew's word was heard."""
    tree, evidence = winter.tree, winter.evidence
    is_apart = np.zeros(len(tree), dtype=bool)
    words = [words.sum(axis=0) for words in (evidence.visit_words, evidence.call_words) if words is not None]
    if not words:
        return is_apart
    heard = np.zeros(len(tree))
    heard[tree.group_of_building] = sum(words)
    heard = tree.forest.subtree_sum(heard)
    station_groups = tree.member_group[tree.is_station]
    is_apart[station_groups] = heard[station_groups] > 0
    return is_apart


def _smallest_names(network: Network, assets: Ints, label: Ints) -> tuple[pd.Index[Any], Ints]:
    """Return the smallest id as text of each label, and the place among these of each asset's label."""
    _, place = np.unique(label, return_inverse=True)
    by_label = np.argsort(place, kind="stable")
    names = network.asset_names[assets[by_label]]
    first = np.flatnonzero(np.diff(place[by_label], prepend=-1))
    smallest = np.minimum.reduceat(names, first) if len(first) else names
    return pd.Index(smallest, dtype=network.asset_ids.dtype), place.astype(np.int64)


def _building_table(
    network: Network, evidence: Evidence, told: Beliefs, own_prior: Floats, path_clear: Floats
) -> pd.DataFrame:
    place = np.full(network.n_nodes, -1, dtype=np.int64)
    place[network.building_nodes] = np.arange(len(network.building_nodes))
    seen = place[evidence.node]
    own, path_prob = own_prior.copy(), 1 - path_clear * (1 - own_prior)
    own[seen], path_prob[seen] = told.own_impaired(), -np.expm1(np.minimum(told.clear_buildings(), 0.0))
    visits, cold, calls = np.zeros((3, len(path_clear)), dtype=np.int64)
    visits[seen] = evidence.seen
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
