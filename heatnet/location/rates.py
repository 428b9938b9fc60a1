"""Learn how often clear and impaired buildings are found cold, from the season's visits themselves.

The rates maximise the probability of everything seen given the prior, as if a few more visits had been made:
10 to clear buildings, 1 of them cold, and 10 to impaired ones, 6 of them cold; the rate of clear buildings is at most
that of impaired ones. Call rates likewise: as if clear buildings had made one more call at the mean rate
and impaired ones one more at four times the mean rate.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from heatnet._arrays import Floats
from heatnet.errors import HeatnetError
from heatnet.location.evidence import Evidence, Rates
from heatnet.location.groups import GroupTree
from heatnet.location.messages import beliefs, log_evidence

EXTRA_VISITS, EXTRA_COLD_CLEAR, EXTRA_COLD_IMPAIRED = 10.0, 1.0, 6.0
EXTRA_CALLS, IMPAIRED_CALL_FACTOR = 1.0, 4.0
_LEAST_RATE = 1e-12
_FEWEST_GROUPS_OF_ONE_HILL = 5000
_MOST_STEPS, _LONGEST_STEP, _LEAST_STEP, _LEAST_GAIN = 100, 2.0, 1e-11, 1e-6
_LEAST_DISTANCE, _SAME_HILL, _FLAT, _RATE_BOUNDS = 0.1, 0.1, 1e-5, (-20.0, 20.0)
_START_BOUNDS = (-6.0, 6.0)


@dataclass(frozen=True, slots=True)
class _Pair:
    """A rate of clear and a rate of impaired buildings on the scale on which they are learned, the first the lower.

    None: free; both are given where they are tied.
    """

    low: float | None
    high: float | None

    @property
    def n_free(self) -> int:
        return (self.low is None) + (self.high is None)

    def rates(self, free: Floats) -> tuple[float, float]:
        return float(free[0]) if self.low is None else self.low, float(free[-1]) if self.high is None else self.high

    def of_free(self, of_low: float, of_high: float) -> list[float]:
        """Return of two numbers those that belong to free rates."""
        return ([of_low] if self.low is None else []) + ([of_high] if self.high is None else [])

    def start(self, low: float, high: float) -> list[float]:
        """Return these rates, moved apart where they are too near each other or on the wrong side of a given one."""
        if self.high is not None:
            return self.of_free(min(low, self.high - _LEAST_DISTANCE), self.high)
        return self.of_free(low, max(high, (low if self.low is None else self.low) + _LEAST_DISTANCE))

    def share_of(self, step: Floats, free: Floats) -> float:
        """Return how much of a step may be taken: it leaves a tenth of the distance between the two rates."""
        if not self.n_free:
            return 1.0
        low, high = self.rates(free)
        by_low, by_high = _Pair(None if self.low is None else 0.0, None if self.high is None else 0.0).rates(step)
        return min(1.0, 0.9 * (high - low) / max(by_low - by_high, 1e-300))


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """A place on the surface: the free rates, the log probability there, its slope, and about how sharply it bends.

    The bend is that of the surface if it were known which buildings are impaired.
    """

    free: Floats
    value: float
    slope: Floats
    bend: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Surface:
    """The log probability of everything seen as a function of the free rates."""

    tree: GroupTree
    evidence: Evidence
    building_prior: float
    visits: _Pair
    calls: _Pair
    call_rate: float

    def rates(self, free: Floats) -> Rates:
        low, high = self.visits.rates(free[: self.visits.n_free])
        c_low, c_high = self.calls.rates(free[self.visits.n_free :])
        return Rates(_sigmoid(low), _sigmoid(high), math.exp(c_low), math.exp(c_high))

    def value(self, free: Floats) -> float:
        """Return the log probability alone, in half the time of `place`."""
        rates = self.rates(free)
        return log_evidence(self.tree, self.evidence, rates, self.building_prior) + self._log_extra(rates)

    def place(self, free: Floats) -> _Place:
        rates, seen = self.rates(free), self.evidence
        told = beliefs(self.tree, seen, rates, self.building_prior)
        clear, impaired = np.exp(told.log_clear_building), -np.expm1(told.log_clear_building)
        slope, bend = [], []
        for weight, p, extra_cold in (
            (clear, rates.p_clear, EXTRA_COLD_CLEAR),
            (impaired, rates.p_impaired, EXTRA_COLD_IMPAIRED),
        ):
            visits = float((weight * seen.visits).sum()) + EXTRA_VISITS
            slope.append(float((weight * seen.cold_visits).sum()) + extra_cold - visits * p)
            bend.append(visits * p * (1 - p))
        for weight, c, factor in ((clear, rates.c_clear, 1.0), (impaired, rates.c_impaired, IMPAIRED_CALL_FACTOR)):
            extra = EXTRA_CALLS / (factor * self.call_rate) if self.call_rate else 0.0
            households = float((weight * seen.callers).sum()) + extra
            slope.append(float((weight * seen.calls).sum()) + EXTRA_CALLS - households * c)
            bend.append(households * c)
        of_free = [
            np.array(self.visits.of_free(*numbers[:2]) + self.calls.of_free(*numbers[2:])) for numbers in (slope, bend)
        ]
        return _Place(free, told.log_evidence + self._log_extra(rates), *of_free)

    def _log_extra(self, rates: Rates) -> float:
        """Return the log probability of the visits and calls that count as if they had been made."""
        value = 0.0
        for p, cold in ((rates.p_clear, EXTRA_COLD_CLEAR), (rates.p_impaired, EXTRA_COLD_IMPAIRED)):
            value += cold * math.log(p) + (EXTRA_VISITS - cold) * math.log1p(-p)
        if self.call_rate:
            for c, factor in ((rates.c_clear, 1.0), (rates.c_impaired, IMPAIRED_CALL_FACTOR)):
                value += EXTRA_CALLS * (math.log(c) - c / (factor * self.call_rate))
        return value

    def share_of(self, step: Floats, free: Floats) -> float:
        """Return how much of a step may be taken at once."""
        n = self.visits.n_free
        return min(self.visits.share_of(step[:n], free[:n]), self.calls.share_of(step[n:], free[n:]))


def learned_rates(
    tree: GroupTree,
    evidence: Evidence,
    building_prior: float,
    *,
    p_clear: float | None = None,
    p_impaired: float | None = None,
) -> Rates:
    """Return the rates that maximise the probability of everything seen; given ones stay as they are.

    Raises
    ------
    HeatnetError
        When a given rate is not a number from 0 to 1 (strictly between, where the other one is to be learned), or
        `p_clear` is not below `p_impaired`.
    """
    _check_given(p_clear, p_impaired)
    call_rate = _share(float(evidence.calls.sum()), float(evidence.callers.sum()))
    if p_clear is not None and p_impaired is not None and not call_rate:
        return Rates(float(p_clear), float(p_impaired))
    tops = [
        (surface, _highest(surface))
        for surface in (
            _Surface(tree, evidence, building_prior, visits, calls, call_rate)
            for visits, calls in product(_visit_pairs(evidence, p_clear, p_impaired), _call_pairs(call_rate))
        )
    ]
    surface, top = max(tops, key=lambda found: found[1].value)
    best = surface.rates(top.free)
    given = (best.p_clear if p_clear is None else float(p_clear), best.p_impaired if p_impaired is None else p_impaired)
    return Rates(given[0], float(given[1]), *((best.c_clear, best.c_impaired) if call_rate else (0.0, 0.0)))


def _check_given(p_clear: float | None, p_impaired: float | None) -> None:
    for name, rate in (("p_clear", p_clear), ("p_impaired", p_impaired)):
        if rate is not None and not 0 <= rate <= 1:
            raise HeatnetError(f"{name} is {rate!r}; give a probability from 0 to 1, or None to learn it.")
    if p_clear is not None and p_impaired is not None:
        if p_clear >= p_impaired:
            raise HeatnetError(
                f"p_clear ({p_clear:g}) is not below p_impaired ({p_impaired:g}); a visit behind something impaired "
                "must be cold more often. Swap them, or leave them out to learn them."
            )
        return
    for name, rate in (("p_clear", p_clear), ("p_impaired", p_impaired)):
        if rate is not None and not 0 < rate < 1:
            raise HeatnetError(f"{name} is {rate!r}; with the other rate to be learned it must lie between 0 and 1.")


def _visit_pairs(evidence: Evidence, p_clear: float | None, p_impaired: float | None) -> Iterator[_Pair]:
    """Yield the pairs to try: rates apart, then, where one is free, both equal."""
    low, high = (None if p is None else _logit(p) for p in (p_clear, p_impaired))
    yield _Pair(low, high)
    if low is None and high is None:
        extra_cold = EXTRA_COLD_CLEAR + EXTRA_COLD_IMPAIRED
        tied = (evidence.cold_visits.sum() + extra_cold) / (evidence.visits.sum() + 2 * EXTRA_VISITS)
        yield _Pair(_logit(tied), _logit(tied))
    elif low is None or high is None:
        given = low if low is not None else high
        yield _Pair(given, given)


def _call_pairs(call_rate: float) -> Iterator[_Pair]:
    if not call_rate:
        yield _Pair(-math.inf, -math.inf)
        return
    yield _Pair(None, None)
    yield _Pair(math.log(call_rate), math.log(call_rate))


def _highest(surface: _Surface) -> _Place:
    """Return the highest place found from several starts.

    With few visits the surface may have several hills, so each start is followed; with many one hill towers.
    """
    starts = list(_starts(surface))
    if len(starts) > 1 and len(surface.tree) > _FEWEST_GROUPS_OF_ONE_HILL:
        starts = [max(starts, key=surface.value)]
    tops: list[_Place] = []
    for start in starts:
        tops.append(_top(surface, surface.place(start), tops))
    return max(tops, key=lambda top: top.value)


def _starts(surface: _Surface) -> Iterator[Floats]:
    """Yield where to start: around the share of cold visits, close to it, and far from it."""
    if not surface.visits.n_free + surface.calls.n_free:
        yield np.empty(0)
        return
    share = _share(float(surface.evidence.cold_visits.sum()), float(surface.evidence.visits.sum()))
    base = math.log(surface.call_rate) if surface.call_rate else 0.0
    for low, high, c_low, c_high in (
        (share / 2, 0.5 + share / 2, 0.5, 3.0),
        (0.8 * share, 0.2 + 0.8 * share, 0.8, 1.5),
        (share / 10, 0.9, 0.2, 10.0),
        (0.05, 0.97, 0.1, 3.0),
        (0.3 + share / 2, 0.95, 0.9, 10.0),
        (0.02, 0.3, 0.5, 1.5),
    ):
        visits = surface.visits.start(*np.clip([_logit(low), _logit(high)], *_START_BOUNDS).tolist())
        yield np.array(visits + surface.calls.start(base + math.log(c_low), base + math.log(c_high)))


def _top(surface: _Surface, start: _Place, tops: list[_Place]) -> _Place:
    """Return the top of the hill on which `start` stands; close to one of the known `tops` it is that one.

    Quasi-Newton steps (Broyden, Fletcher, Goldfarb, Shanno), halved until they gain; where gains drown in rounding,
    whole steps as long as the slope falls.
    """
    if not len(start.free):
        return start
    here, inverse, gain = start, np.diag(1 / start.bend), math.inf
    for _ in range(_MOST_STEPS):
        for top in tops:
            if np.abs(here.free - top.free).max() < _SAME_HILL and np.abs(top.slope).max() < _FLAT:
                return top
        step = np.clip((inverse * here.slope).sum(axis=1), -_LONGEST_STEP, _LONGEST_STEP)
        if (step * here.slope).sum() <= 0:  # cut short in one direction only, it would lead down
            inverse = np.diag(1 / here.bend)
            step = np.clip(here.slope / here.bend, -_LONGEST_STEP, _LONGEST_STEP)
        if gain < _LEAST_GAIN and np.abs(step).max() < _LEAST_STEP:
            break
        share = surface.share_of(step, here.free)
        if gain < _LEAST_GAIN and share < 1:
            break  # the rates run together
        there = surface.place(np.clip(here.free + share * step, *_RATE_BOUNDS))
        if gain < _LEAST_GAIN and np.abs(there.slope).max() >= np.abs(here.slope).max():
            break
        while gain >= _LEAST_GAIN and there.value <= here.value and np.abs(there.free - here.free).max() > _LEAST_STEP:
            there = surface.place((here.free + there.free) / 2)
        gain = there.value - here.value
        moved = there.free - here.free
        inverse = _bfgs(inverse, moved, here.slope - there.slope)
        here = there
    return here


def _bfgs(inverse: Floats, step: Floats, change: Floats) -> Floats:
    """Return the inverse curvature after a step over which the slope fell by `change`."""
    along = float((step * change).sum())
    if along <= 1e-14:
        return inverse
    turned = (inverse * change).sum(axis=1)
    weight = 1 + float((change * turned).sum()) / along
    cross = np.outer(turned, step)
    turned_inverse: Floats = inverse + (weight * np.outer(step, step) - cross - cross.T) / along
    return turned_inverse


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


def _logit(p: float) -> float:
    p = min(max(p, _LEAST_RATE), 1 - _LEAST_RATE)
    return math.log(p) - math.log1p(-p)


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
