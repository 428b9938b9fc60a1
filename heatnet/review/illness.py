"""What the winter after the works says of illness and of cold homes behind the treated assets.

Illness. Had nothing been done, an asset that was ill with probability ``p`` the winter before would be so with
``q = s*p + (1 - s)*base``, s the persistence; after the cure with ``min(r*q, 1)``. The probability of
all the visits of that winter, as `heatnet.location` gives it exactly, is the likelihood of r and s. Assets that nothing
told apart are one unit: it was ill with the probability that any of them was.

Cold homes. A home is cold with ``p_impaired`` where anything on its path is ill, else with ``p_clear``. What would have
come without the cure, D, sums this over the visits made: what is not treated is ill as the winter after says, a treated
unit with its own q, independently. So the spread of D is that of the illnesses that nobody will ever see. A treated
main of more than a tenth of the homes tells of the city rather than of its cure: only homes behind others are counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints, Truths
from heatnet.location import Location, clean_visits, default_prior
from heatnet.location.evidence import Rates, state_logs
from heatnet.location.groups import stretches
from heatnet.location.messages import Beliefs, Seen, beliefs, log_evidence
from heatnet.location.states import path_states
from heatnet.location.watched import Asked, Learned, WatchedWinter, watched_winter
from heatnet.location.winters import BUILDING_PRIOR
from heatnet.network import BUILDING
from heatnet.review.ratios import Chances
from heatnet.value import Settings

_LARGEST_PROB = 0.99
_WIDE_SHARE = 0.1
_LEAST_NOISE = 0.05
_LEVELS = (0.5, 1.0, 2.0, 4.0, 8.0)
_NOTHING_GIVEN = (None, None, None)


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Assets that nothing told apart in the winter before, and all of them treated alike, taken as one.

    Parameters
    ----------
    first : array of int
        The asset that stands for each unit.
    was_ill : array
        Probability that any asset of the unit was ill the winter before.
    base : array
        Probability that any would be ill with nothing known of that winter.
    """

    first: Ints
    was_ill: Floats
    base: Floats

    @classmethod
    def of(cls, group: Ints, told_apart: Ints, ill: tuple[Floats, Floats], base: Floats) -> Units:
        """Return the units: assets alike in `group` (the winter before) and in `told_apart` (what is asked now).

        `ill` holds the probability of each asset and of its group; a group's is shared out to its units by those of
        their assets.
        """
        of_asset, of_group = ill
        _, group = np.unique(group, return_inverse=True)
        _, first, unit = np.unique(
            group * (int(told_apart.max(initial=0)) + 2) + told_apart, return_index=True, return_inverse=True
        )
        whole = np.bincount(group, weights=of_asset)[group[first]]
        share = np.bincount(unit, weights=of_asset) / np.where(whole > 0, whole, 1.0)
        clear = np.bincount(unit, weights=np.log1p(-np.minimum(base, _LARGEST_PROB)))
        return cls(first, np.minimum(of_group[first] * share, 1.0), -np.expm1(clear))

    def without(self, stays: float) -> Floats:
        """Return the probability of each unit to be ill had nothing been done."""
        return np.minimum(stays * self.was_ill + (1.0 - stays) * self.base, _LARGEST_PROB)


@dataclass(frozen=True, eq=False)
class After:
    """The winter before the works, and what was seen in the winter after.

    Parameters
    ----------
    seen : WatchedWinter
        What was seen in the winter after.
    before : DataFrame
        Index asset_id: ``impaired_prob``, ``ambiguity_group``, ``group_prob`` of the winter before.
    base : array
        Per asset: chance to be ill with nothing known.
    own : array
        Per node: chance of a building itself to be ill.
    stays : float
        Persistence with which the rates of cold visits are learned.
    """

    seen: WatchedWinter
    before: pd.DataFrame
    base: Floats
    own: Floats
    stays: float

    @classmethod
    def of(cls, visits: pd.DataFrame, season: int, past: Location, settings: Settings) -> After:
        """Return what the visits of a season say where it begins as the one before, `past`, ended."""
        network, stays = past.network, settings.persistence
        cleaned = clean_visits(visits, network, room_min_c=settings.room_min_c, heating_from=settings.heating_from)
        asked = Asked(calls=past.calls, building_prior=BUILDING_PRIOR)
        seen = watched_winter(network, cleaned, season=season, asked=asked)
        own = np.full(network.n_nodes, BUILDING_PRIOR)
        were = past.buildings["impaired_prob"].to_numpy(dtype=np.float64)
        own[network.building_nodes] = stays * were + (1.0 - stays) * BUILDING_PRIOR
        factor = 1.0 if past.learned is None else float(past.learned["factor"].iloc[0])
        base = np.minimum(default_prior(network).to_numpy(dtype=np.float64) * factor, _LARGEST_PROB)
        return cls(seen, past.assets, base, own, stays)

    @cached_property
    def level(self) -> float:
        """How much more often assets fall ill than the winters before have taught, by all visits of this one.

        A mean over five levels, a factor of two believed as likely as of a half and rarer than none, as if nothing had
        been done: a treated asset that was not known to be ill weighs no more than an untreated one.
        """
        nobody = np.zeros(self.seen.network.n_assets, dtype=bool)
        units = self._units(nobody, nobody, self.base)
        logs = []
        for level in _LEVELS:
            base = np.minimum(level * units.base, _LARGEST_PROB)
            chance = Units(units.first, units.was_ill, base).without(self.stays)
            logs.append(self.log_likelihood(self.prior(units, chance)) - np.log2(level) ** 2 / 2.0)
        weights = np.exp(np.array(logs) - max(logs))
        return float((weights * np.array(_LEVELS)).sum() / weights.sum())

    def units(self, treated: Truths, other: Truths) -> Units:
        """Return the units; assets treated, assets treated otherwise and untreated ones are never in one."""
        return self._units(treated, other, np.minimum(self.level * self.base, _LARGEST_PROB))

    def _units(self, treated: Truths, other: Truths, base: Floats) -> Units:
        names = self.before["ambiguity_group"].where(
            self.before["ambiguity_group"].notna(), self.before.index.to_series()
        )
        group = pd.factorize(names)[0].astype(np.int64)
        told_apart = (self.seen.tree.group_of_asset + 1) * 3 + np.where(treated, 2, np.where(other, 1, 0))
        ill = tuple(self.before[name].to_numpy(dtype=np.float64) for name in ("impaired_prob", "group_prob"))
        return Units.of(group, told_apart, (ill[0], ill[1]), base)

    def prior(self, units: Units, chance: Floats) -> Floats:
        """Return per asset the chance of the unit for which it stands, 0 for the others."""
        prior = np.zeros(self.seen.network.n_assets)
        prior[units.first] = np.minimum(chance, _LARGEST_PROB)
        return prior

    @cached_property
    def is_narrow(self) -> Truths:
        """Per asset: at most a tenth of the homes hang on it."""
        network = self.seen.network
        homes = self.seen.paths.subtree_sum((network.node_kind == BUILDING).astype(np.int64))
        narrow: Truths = homes <= _WIDE_SHARE * len(network.building_nodes)
        return narrow

    @cached_property
    def learned(self) -> Learned:
        """The rates of cold visits, learned as if nothing had been done."""
        nobody = np.zeros(self.seen.network.n_assets, dtype=bool)
        units = self._units(nobody, nobody, self.base)
        known = self.seen.known(self.prior(units, units.without(self.stays)), with_causes=False, for_tables=False)
        return self.seen.learned(known, _NOTHING_GIVEN, self.own)

    @cached_property
    def _at_buildings(self) -> Seen:
        states = self.seen.known(self.base, with_causes=False, for_tables=False).states
        logs = state_logs(self.seen.evidence, self.learned.rates, states, cause_error=None)
        return Seen(*logs, self.own[self.seen.evidence.node])

    def log_likelihood(self, prior: Floats) -> float:
        """Return the log probability of all that was seen."""
        known = self.seen.known(prior, with_causes=False, for_tables=False)
        return log_evidence(self.seen.tree, known, self._at_buildings)

    def told(self, units: Units, chance: Floats, treated: Truths) -> tuple[Floats, Beliefs]:
        """Return, per observed building, how probably nothing untreated on its path nor itself is ill; and all beliefs.

        Treated assets are told from others as stations are from segments where crews' words count: those of a stretch
        are taken together, for it has one station at most.
        """
        tree, states = self.seen.tree, path_states(dose=False, causes=True)
        stretch = np.where(treated[units.first], tree.group_of_asset[units.first], -1)
        inside, holder = np.unique(stretch, return_index=True)
        inside, holder = inside[inside >= 0], units.first[holder[inside >= 0]]
        prior = self.prior(units, np.where(stretch >= 0, 0.0, chance))
        clear = np.log1p(-np.minimum(chance, _LARGEST_PROB))
        together = np.bincount(stretch + 1, weights=clear, minlength=len(tree) + 1)[1:]
        prior[holder] = np.minimum(-np.expm1(together[inside]), _LARGEST_PROB)
        apart = replace(tree, is_station=np.isin(tree.members, holder))
        logs = state_logs(self.seen.evidence, self.learned.rates, states, cause_error=None)
        own = self.own[self.seen.evidence.node]
        found = beliefs(apart, stretches(apart, states, prior, for_tables=False), Seen(*logs, own))
        is_well = found.of_building + np.log1p(-own) + logs[0] - found.seen.total
        others_clear: Floats = np.exp(is_well[0]) + np.exp(is_well[states.station])
        return np.minimum(others_clear, 1.0), found


@dataclass(frozen=True, slots=True, eq=False)
class ColdHomes:
    """Cold visits behind treated assets: those that came, and what would have come without the cure.

    Parameters
    ----------
    came, visits : float
        Cold visits and calls; all visits, and households that could call.
    noise : float
        Variance of their ratio that comes from the chance of single visits, times the cold visits that came.
    without : Chances
        What would have come: of what is certain and of what hangs on each treated unit.
    """

    came: float
    visits: float
    noise: float
    without: Chances


def cold_homes(after: After, treated: Truths, units: Units, chance: Floats, now: Floats) -> ColdHomes | None:
    """Return the cold visits at buildings with a treated asset on their path, None where nobody was visited there.

    `chance` and `now` are the probability of each unit to be ill, had nothing been done and as it was treated.
    """
    seen, paths, treated = after.seen, after.seen.paths, treated & after.is_narrow
    evidence, rates = seen.evidence, after.learned.rates
    last = paths.last_asset[evidence.node]
    untold = np.zeros(len(treated), dtype=bool)
    chosen = paths.forest.path_sum(treated.astype(np.float64), untold)[last] > 0
    if not (evidence.visits + evidence.callers)[chosen].any():
        return None
    is_well, told = after.told(units, now, treated)
    q = np.where(treated, after.prior(units, chance), 0.0)
    none_ill = is_well * np.exp(paths.forest.path_sum(np.log1p(-q), untold)[last])
    well, ill = _expected(evidence.visits, evidence.callers, rates)
    at_nodes = np.zeros(seen.network.n_nodes)
    at_nodes[evidence.node[chosen]] = ((ill - well) * none_ill)[chosen]
    hangs = paths.subtree_sum(at_nodes) / (1.0 - q)
    marked = np.flatnonzero(q > 0.0)
    expected = float((ill - (ill - well) * none_ill)[chosen].sum())
    visits, cold, calls = (of[chosen].sum() for of in (evidence.visits, evidence.cold_visits, evidence.calls))
    came = float(cold + calls)
    alone = 1.0 - float(cold) ** 2 / (float(visits) * came) if cold else 1.0
    of_rates = _noise_of_rates(told, evidence.visits, rates, (none_ill, chosen), (came, expected))
    return ColdHomes(
        came=came,
        visits=float(visits + evidence.callers[chosen].sum()),
        noise=max(alone + of_rates, _LEAST_NOISE),
        without=Chances(expected - float((q * hangs)[marked].sum()), q[marked], hangs[marked]),
    )


def _expected(visits: Floats, callers: Floats, rates: Rates) -> tuple[Floats, Floats]:
    """Return the cold visits and calls to be expected of each building with a clear and with an ill path."""
    return visits * rates.p_clear + callers * rates.c_clear, visits * rates.p_impaired + callers * rates.c_impaired


def _noise_of_rates(
    told: Beliefs, visits: Floats, rates: Rates, behind: tuple[Floats, Truths], cold: tuple[float, float]
) -> float:
    """Return what not knowing the rates adds to the noise; less than nothing where most visits are those behind.

    With ``Y`` that came, ``D`` that would have come, the rates ``k`` (clear, ill) learned from ``n`` visits of which
    ``y`` count in Y and ``d`` in D, the variance of ``log(Y/D)`` is ``var(Y)/Y**2 + sum p(1-p)/n * (d**2/D**2 -
    2*y*d/(Y*D))``: what is counted in both cannot part them.
    """
    none_ill, chosen = behind
    came, expected = cold[0] + 0.5, cold[1]
    clear = np.exp(told.clear_buildings())
    noise = 0.0
    for rate, now, without in (
        (rates.p_clear, clear, none_ill),
        (rates.p_impaired, 1.0 - clear, 1.0 - none_ill),
    ):
        n, y, d = ((visits * of).sum() for of in (now, now * chosen, without * chosen))
        noise += rate * (1.0 - rate) / (float(n) + 10.0) * float(came * (d / expected) ** 2 - 2.0 * y * d / expected)
    return noise
