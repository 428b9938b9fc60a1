"""What was seen at the buildings over a season: visits, calls, words and readings, and how likely they are."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints, Truths
from heatnet.location.states import CLEAR, ONE, TWO, PathStates
from heatnet.network import BUILDING, Network
from heatnet.network.positions import is_sorted
from heatnet.reachability.paths import SupplyPaths
from heatnet.schema import VISITS, conform_leniently, raise_problems
from heatnet.season import season_of

CallsMode = Literal["visits", "households"]
CALL_CHANNELS = ("hotline", "app")
WORDS = ("own", "station", "network")
"""What the crews' word on a cold row names as its cause; household and building mean own."""
WORD_OF_CAUSE = {"household": 0, "building": 0, "station": 1, "network": 2}
_WHAT_ENTERS = VISITS.only("building_id", "visited_on", "channel", "is_cold", "room_temp_c")
_WITH_WORDS = VISITS.only("building_id", "visited_on", "channel", "is_cold", "room_temp_c", "cause")


@dataclass(frozen=True, slots=True)
class Rates:
    """How often buildings are found cold.

    Parameters
    ----------
    p_clear, p_impaired, p_double : float
        Probability that a visit is cold where nothing, one thing, or more on the path is impaired; without a dose the
        last two are equal.
    c_clear, c_impaired, c_double : float
        Cold calls per household and season in the same cases; 0 where calls are not counted.
    """

    p_clear: float
    p_impaired: float
    p_double: float
    c_clear: float = 0.0
    c_impaired: float = 0.0
    c_double: float = 0.0

    @property
    def of_visits(self) -> tuple[float, float, float]:
        """The probabilities for none, one, and two or more."""
        return self.p_clear, self.p_impaired, self.p_double

    @property
    def of_calls(self) -> tuple[float, float, float]:
        """The calls per household for none, one, and two or more."""
        return self.c_clear, self.c_impaired, self.c_double


@dataclass(frozen=True, slots=True)
class ReadingRates:
    """What a room's thermometer shows: a logistic distribution, whose logarithm is concave.

    Parameters
    ----------
    means_c : tuple of float
        Mean where nothing, one thing, or more on the path is impaired, degC, falling.
    scale_c : float
        Scale in degC; the standard deviation is ``pi/sqrt(3)`` times that.
    """

    means_c: tuple[float, float, float]
    scale_c: float

    def log_densities(self, read_c: Floats) -> Floats:
        """Return the log density of each reading in the three cases, shape (3, readings).

        Examples
        --------
        >>> ReadingRates((21.0, 18.0, 15.0), 1.0).log_densities(np.array([21.0])).round(3).tolist()
        [[-1.386], [-3.097], [-6.005]]
        """
        away = np.abs(read_c - np.array(self.means_c)[:, None]) / self.scale_c
        densities: Floats = -away - 2 * np.log1p(np.exp(-away)) - math.log(self.scale_c)
        return densities


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """Room temperatures read, each in place of whether its visit was cold.

    Parameters
    ----------
    building : array of int
        Per reading: its building, a place in the arrays of `Evidence`; ascending.
    read_c : array of float
        The temperature, degC.
    visits, cold_visits : array of float
        Per building: visits that count by their reading, and the cold ones among them.
    without_word : array of float
        Per building: rows with a reading of which is not known whether they were cold.
    """

    building: Ints
    read_c: Floats
    visits: Floats
    cold_visits: Floats
    without_word: Floats

    def sorted_by(self, order: Ints) -> Readings:
        """Return the same readings, the buildings in another order."""
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        building = place[self.building]
        by_building = np.argsort(building, kind="stable")
        return Readings(
            building[by_building],
            self.read_c[by_building],
            self.visits[order],
            self.cold_visits[order],
            self.without_word[order],
        )

    def at(self, place: Ints, n: int) -> Readings:
        """Return the same with each building at its place among `n`, those of place -1 left out."""
        building = place[self.building]
        is_kept = building >= 0
        return Readings(
            building[is_kept],
            self.read_c[is_kept],
            _placed(self.visits, place, n),
            _placed(self.cold_visits, place, n),
            _placed(self.without_word, place, n),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Counts per observed building, all arrays of one length.

    Parameters
    ----------
    node : array of int
        Node position of the building.
    visits, cold_visits : array of float
        Visits of the season of which is known whether they were cold, and the cold ones among them.
    calls : array of float
        Cold calls of the season, where calls are counted against households.
    callers : array of float
        Households that could have called; 0 where calls are not counted.
    visit_words, call_words : array of float, optional
        Shape (3, buildings): crews' words of each of `WORDS` on the cold visits, on the cold calls.
    readings : Readings, optional
        Room temperatures, where they count.
    """

    node: Ints
    visits: Floats
    cold_visits: Floats
    calls: Floats
    callers: Floats
    visit_words: Floats | None = None
    call_words: Floats | None = None
    readings: Readings | None = None

    @property
    def seen(self) -> Floats:
        """Rows of each building that count in some way."""
        rows = self.visits + self.calls
        return rows if self.readings is None else rows + self.readings.without_word

    def sorted_by(self, order: Ints) -> Evidence:
        """Return the same buildings in another order."""
        return Evidence(
            self.node[order],
            self.visits[order],
            self.cold_visits[order],
            self.calls[order],
            self.callers[order],
            None if self.visit_words is None else self.visit_words[:, order],
            None if self.call_words is None else self.call_words[:, order],
            None if self.readings is None else self.readings.sorted_by(order),
        )

    @property
    def is_observed(self) -> Truths:
        """Per building: whether anything was seen there, or somebody could have called."""
        return (self.seen > 0) | (self.callers > 0)

    def at(self, nodes: Ints) -> Evidence:
        """Return what was seen at these buildings (node positions, ascending): elsewhere than known of, nothing."""
        place = np.searchsorted(nodes, self.node)
        place[np.append(nodes, -1)[place] != self.node] = -1
        ordered = self
        if self.readings is not None and not is_sorted(self.node):
            order = np.argsort(self.node)
            ordered, place = self.sorted_by(order), place[order]
        n, words = len(nodes), (ordered.visit_words, ordered.call_words)
        of_visits, of_calls = (None if of is None else np.array([_placed(row, place, n) for row in of]) for of in words)
        return Evidence(
            nodes,
            _placed(ordered.visits, place, n),
            _placed(ordered.cold_visits, place, n),
            _placed(ordered.calls, place, n),
            _placed(ordered.callers, place, n),
            of_visits,
            of_calls,
            None if ordered.readings is None else ordered.readings.at(place, n),
        )

    def counted_alone(self) -> Evidence:
        """Return the same without words and readings: what rates of visits and calls are learned from."""
        return replace(self, visit_words=None, call_words=None, readings=None)

    def log_likelihoods(self, rates: Rates, reading_rates: ReadingRates | None = None) -> Floats:
        """Return, per building, the log probability of visits, calls and readings, up to a constant.

        Shape (3, buildings): where nothing, one thing, or more on the path is impaired. With `reading_rates` visits
        with a reading count by it.
        """
        cold, visits = self.cold_visits, self.visits
        is_called = self.callers.any()
        if reading_rates is not None and self.readings is not None:
            cold, visits = cold - self.readings.cold_visits, visits - self.readings.visits
        rows = [
            _times(cold, math.log(p) if p > 0 else -math.inf)
            + _times(visits - cold, math.log1p(-p) if p < 1 else -math.inf)
            + (_times(self.calls, math.log(c) if c > 0 else -math.inf) - self.callers * c if is_called else 0.0)
            for p, c in zip(rates.of_visits, rates.of_calls, strict=True)
        ]
        if reading_rates is not None and self.readings is not None:
            n, densities = len(self.node), reading_rates.log_densities(self.readings.read_c)
            rows = [
                row + np.bincount(self.readings.building, density, minlength=n)
                for row, density in zip(rows, densities, strict=True)
            ]
        return np.array(rows)


def _placed(counts: Floats, place: Ints, n: int) -> Floats:
    """Return the counts at their places, nil elsewhere; those of place -1 are left out."""
    placed = np.zeros(n + 1)
    placed[place] = counts
    return placed[:n]


def word_logs(evidence: Evidence, rates: Rates, cause_error: float, *, count: int, kinds: tuple[bool, ...]) -> Floats:
    """Return, per building, the log probability of the crews' words on its cold rows.

    A row is cold for its own reasons with probability ``o = p_clear/p``, p that of the state (calls: ``c_clear/c``),
    else because of one of the kinds of impaired elements on the path, each alike. The word is the true one with
    probability 1 - e, each of the other two with e/2.

    Parameters
    ----------
    evidence : Evidence
        With words.
    rates : Rates
        Of visits and calls.
    cause_error : float
        Probability e that a word names a wrong cause.
    count : int
        `CLEAR`, `ONE` or `TWO`: how many elements are impaired.
    kinds : tuple of bool
        Whether the building itself, a station, a segment is impaired.
    """
    total = np.zeros(len(evidence.node))
    for words, of_state in ((evidence.visit_words, rates.of_visits), (evidence.call_words, rates.of_calls)):
        if words is None:
            continue
        own = 1.0 if count == CLEAR or not of_state[count] > 0 else of_state[CLEAR] / of_state[count]
        n_kinds = sum(kinds)
        for word, is_present in enumerate(kinds):
            because = (1 - own) / n_kinds if is_present and n_kinds else 0.0
            true = because + (own if word == 0 else 0.0)
            total = total + words[word] * math.log((1 - cause_error) * true + cause_error / 2 * (1 - true))
    return total


def state_logs(
    evidence: Evidence,
    rates: Rates,
    states: PathStates,
    *,
    cause_error: float | None,
    reading_rates: ReadingRates | None = None,
) -> tuple[Floats, Floats]:
    """Return the log probability of all that was seen at each building, by the state of its path.

    Two arrays of shape (states, buildings): the building itself is not impaired, and it is. The probability of counts
    and readings under the worst state is taken out of all of them: only ratios matter, and large sums stay exact.
    """
    by_count = evidence.log_likelihoods(rates, reading_rates)
    top = TWO if states.dose else ONE
    level = by_count[top].copy()
    with np.errstate(invalid="ignore"):
        level = np.where(np.isneginf(level), by_count.max(axis=0), level)
        level = np.where(np.isneginf(level), 0.0, level)
        by_count = by_count - level
    both = []
    for is_own in (False, True):
        rows = []
        for state in range(len(states)):
            count = states.with_one_more(state) if is_own else states.counts[state]
            row = by_count[count]
            if cause_error is not None:
                kinds = (is_own, states.has_station[state], states.has_segment[state])
                row = row + word_logs(evidence, rates, cause_error, count=count, kinds=kinds)
            rows.append(row)
        both.append(np.array(rows))
    return both[0], both[1]


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


def what_enters(visits: pd.DataFrame, with_words: bool) -> pd.DataFrame:
    """Return the visits with the columns that enter in standard form; what is wrong is told as of the whole table."""
    conformed, problems = conform_leniently(visits, _WITH_WORDS if with_words else _WHAT_ENTERS)
    return conformed_visits(visits) if problems else conformed


def season_evidence(
    network: Network,
    paths: SupplyPaths,
    table: pd.DataFrame,
    *,
    season: int,
    calls: CallsMode,
    words: bool = False,
    temperatures: bool = False,
    node: Ints | None = None,
) -> Evidence:
    """Return what the visits of a season, in standard form, say about the buildings that a path reaches.

    Rows of other seasons, with an empty `is_cold` (and, with `temperatures`, without a reading), at unknown or
    unreached buildings are left out; with ``calls="households"`` also calls that are not cold and calls from buildings
    without households. Calls counted against households stay calls whatever the thermometer said.
    """
    in_season = (season_of(table["visited_on"]) == season).to_numpy(dtype=bool)
    if not in_season.all():
        table = table[in_season]
    node = network.node_positions(table["building_id"])
    enters = node >= 0
    enters &= (paths.last_asset[node] >= 0) & (network.node_kind[node] == BUILDING)
    is_known = table["is_cold"].notna().to_numpy(dtype=bool)
    cold = table["is_cold"].fillna(False).to_numpy(dtype=bool)
    is_call = np.zeros(len(table), dtype=bool)
    if calls == "households":
        is_call = table["channel"].isin(CALL_CHANNELS).to_numpy(dtype=bool)
    callers = np.zeros(network.n_nodes)
    of_calls = enters & is_known & is_call & cold
    if calls == "households":
        callers = np.where(paths.last_asset >= 0, network.households, 0.0)
        of_calls &= callers[node] > 0
        if not of_calls.any():
            callers[:] = 0.0  # without a single call their rate is unknown, and silence says nothing
    of_visits = enters & is_known & ~is_call
    read_c = table["room_temp_c"].to_numpy(dtype=np.float64)
    is_read = enters & ~is_call & ~np.isnan(read_c) & temperatures
    counted = np.bincount(node[of_visits | is_read], minlength=network.n_nodes)
    observed = np.flatnonzero((counted > 0) | (callers > 0))

    word = word_of(table["cause"]) if words else None

    def count(rows: Truths) -> Floats:
        counts: Floats = np.bincount(node[rows], minlength=network.n_nodes)[observed].astype(np.float64)
        return counts

    return Evidence(
        observed,
        count(of_visits),
        count(of_visits & cold),
        count(of_calls),
        callers[observed],
        visit_words=_words_of(word, of_visits & cold, count),
        call_words=_words_of(word, of_calls, count),
        readings=_readings_of(is_read, is_known, cold, node, read_c, observed) if is_read.any() else None,
    )


def word_of(causes: pd.Series[str]) -> Ints:
    """Return the place of each word in `WORDS`, -1 where it says nothing."""
    codes, found = pd.factorize(causes)
    places: Ints = np.array([*(WORD_OF_CAUSE.get(word, -1) for word in found), -1], dtype=np.int64)[codes]
    return places


def _words_of(word: Ints | None, rows: Truths, count: Callable[[Truths], Floats]) -> Floats | None:
    if word is None:
        return None
    of_words = np.array([count(rows & (word == k)) for k in range(len(WORDS))])
    return of_words if of_words.any() else None


def _readings_of(
    is_read: Truths, is_known: Truths, cold: Truths, node: Ints, read_c: Floats, observed: Ints
) -> Readings:
    """Return the readings sorted by building and temperature, whatever the order of the rows."""
    rows = np.flatnonzero(is_read)
    rows = rows[np.lexsort((read_c[rows], node[rows]))]
    building = np.searchsorted(observed, node[rows])
    known, known_cold = is_known[rows], (is_known & cold)[rows]
    counts = [
        np.bincount(building[those], minlength=len(observed)).astype(np.float64)
        for those in (known, known_cold, ~known)
    ]
    return Readings(building, read_c[rows], counts[0], counts[1], counts[2])
