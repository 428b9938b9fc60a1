"""What was seen in one winter, ready to be read with any prior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints, Truths
from heatnet.errors import HeatnetError
from heatnet.location.climbing import SHORT_STEP, Top
from heatnet.location.evidence import CallsMode, Evidence, Rates, ReadingRates, season_evidence, state_logs, what_enters
from heatnet.location.groups import GroupTree, Stretches, group_tree, stretches
from heatnet.location.messages import Beliefs, Seen, beliefs, log_clear_paths
from heatnet.location.posterior import Location
from heatnet.location.rates import learned_rates
from heatnet.location.readings import learned_readings
from heatnet.location.states import path_states
from heatnet.location.tables import asset_table, building_table, summed
from heatnet.network import Network
from heatnet.reachability.paths import SupplyPaths, supply_paths

_COUNT_BITS = 31
_LARGEST_CAUSE_ERROR = 2 / 3


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
class SeenWinter:
    """What was seen in one winter; of a large network its stretches fill much memory and are told apart when asked."""

    network: Network
    paths: SupplyPaths
    season: int
    asked: Asked
    evidence: Evidence

    def at(self, nodes: Ints) -> SeenWinter:
        """Return the winter as if these buildings (node positions, ascending), and no others, had been looked at."""
        return SeenWinter(self.network, self.paths, self.season, self.asked, self.evidence.at(nodes))

    def watched(self, like: SeenWinter | None = None) -> WatchedWinter:
        """Return the winter with the stretches that it tells apart.

        Where the same buildings were observed in a winter that it is `like`, its stretches are those of that one.
        """
        evidence = self.evidence
        if isinstance(like, WatchedWinter) and np.array_equal(np.sort(like.evidence.node), evidence.node):
            order, tree = np.searchsorted(evidence.node, like.evidence.node), like.tree
        else:
            is_observed = np.zeros(self.network.n_nodes, dtype=np.int64)
            is_observed[evidence.node] = 1
            tree = group_tree(self.network, self.paths, evidence.node, self.paths.subtree_sum(is_observed))
            order = np.argsort(tree.group_of_building)
            tree = tree.with_buildings(order)
        return WatchedWinter(self.network, self.paths, self.season, self.asked, evidence.sorted_by(order), tree)


@dataclass(frozen=True, slots=True, eq=False)
class WatchedWinter(SeenWinter):
    """What was seen in one winter, ready to be read with any prior."""

    tree: GroupTree

    def watched(self, like: SeenWinter | None = None) -> WatchedWinter:  # noqa: ARG002 - its stretches are there
        """Return itself."""
        return self

    def is_told_of(self) -> Truths:
        """Return, per asset, whether anybody was observed behind it."""
        observed = np.zeros(len(self.tree))
        observed[self.tree.group_of_building] = self.evidence.is_observed
        of_group = np.append(self.tree.forest.subtree_sum(observed) > 0, False)
        told: Truths = of_group[self.tree.group_of_asset]
        return told

    def known(self, prior: Floats, *, with_causes: bool = True, for_tables: bool = True) -> Stretches:
        """Return what is known of the stretches before anything was seen, also what only tables tell."""
        causes = with_causes and self.asked.cause_error is not None
        return stretches(self.tree, path_states(dose=self.asked.dose, causes=causes), prior, for_tables=for_tables)

    def learned(
        self,
        known: Stretches,
        given: tuple[float | None, float | None, float | None],
        own: Floats | None = None,
        near: Learned | None = None,
        short_step: float = SHORT_STEP,
        like: Learned | None = None,
    ) -> Learned:
        """Return the rates that make what was seen most probable, to a `short_step`; words do not enter.

        `near` are those of a slightly different prior, `like` those of a winter much like this one.
        """
        if known.states.has_station[-1]:
            counted = path_states(dose=self.asked.dose, causes=False)
            known = known.told_apart_less(counted)
        own_prior = self.asked.building_prior if own is None else own[self.evidence.node]
        start = None if near is None else (near.rates, near.tops[0])
        bend, bend_c = (None, None) if like is None else like.tops
        rates, top = learned_rates(self.tree, known, self.evidence, own_prior, given, start, short_step, bend)
        if self.evidence.readings is None:
            return Learned(rates, tops=(top, None))
        near_top = None if near is None else near.tops[1]
        readings, top_c = learned_readings(
            self.tree, known, self.evidence, own_prior, rates, near_top, short_step, bend_c
        )
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
        posterior[self.tree.members] = summed(known.of_members, weights, self.tree.member_group)
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
        assets = asset_table(network, self.tree, self.evidence, known, told, prior)
        for place, (name, counts) in enumerate(_counts_below(self.paths, self.evidence).items()):
            assets.insert(1 + place, name, counts)
        return Location(
            assets=assets,
            buildings=building_table(network, self.evidence, told, own_prior, path_clear),
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


def watched_winter(
    network: Network, visits: pd.DataFrame, *, season: int, asked: Asked, paths: SupplyPaths | None = None
) -> WatchedWinter:
    """Return what was seen in a winter, with the stretches that it tells apart."""
    table = what_enters(visits, asked.cause_error is not None)
    paths = supply_paths(network) if paths is None else paths
    return seen_winter(network, paths, table, season=season, asked=asked).watched()


def seen_winter(
    network: Network, paths: SupplyPaths, table: pd.DataFrame, *, season: int, asked: Asked, node: Ints | None = None
) -> SeenWinter:
    """Return what was seen in a winter, from visits in standard form; `node` are the positions of their buildings."""
    evidence = season_evidence(
        network,
        paths,
        table,
        season=season,
        calls=asked.calls,
        words=asked.cause_error is not None,
        temperatures=asked.temperatures,
        node=node,
    )
    return SeenWinter(network, paths, season, asked, evidence)


def _counts_below(paths: SupplyPaths, evidence: Evidence) -> dict[str, Ints]:
    """Return, per asset, the rows that were seen behind it, and the cold ones."""
    both = np.zeros(len(paths.last_asset), dtype=np.int64)
    cold = (evidence.cold_visits + evidence.calls).astype(np.int64)
    both[evidence.node] = (evidence.seen.astype(np.int64) << _COUNT_BITS) + cold
    below = paths.subtree_sum(both)  # two counts in one pass
    return {"visits": below >> _COUNT_BITS, "cold_visits": below & (2**_COUNT_BITS - 1)}
