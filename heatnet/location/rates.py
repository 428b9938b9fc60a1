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
import numpy.typing as npt

from heatnet.errors import HeatnetError
from heatnet.location.evidence import Evidence, Rates
from heatnet.location.groups import GroupTree
from heatnet.location.messages import beliefs

Floats = npt.NDArray[np.float64]

EXTRA_VISITS, EXTRA_COLD_CLEAR, EXTRA_COLD_IMPAIRED = 10.0, 1.0, 6.0
EXTRA_CALLS, IMPAIRED_CALL_FACTOR = 1.0, 4.0
_LEAST_RATE = 1e-12
_STEP = 1e-6
_FEWEST_GROUPS_OF_ONE_HILL = 5000
_MOST_STEPS, _LONGEST_STEP, _LEAST_GAIN = 60, 2.0, 1e-8
_RATE_BOUNDS, _DISTANCE_BOUNDS = (-20.0, 20.0), (-15.0, 2.7)


@dataclass(frozen=True, slots=True)
class _Pair:
    """A rate of clear and a rate of impaired buildings on the scale on which they are learned, the first the lower.

    Free coordinates: the lower rate and the log of the distance; with one rate fixed only the log of the distance; tied
    rates have none.
    """

    low: float | None
    high: float | None

    @property
    def n_free(self) -> int:
        return (self.low is None) + (self.high is None)

    def rates(self, free: Floats) -> tuple[float, float]:
        if self.low is not None and self.high is not None:
            return self.low, self.high
        distance = math.exp(free[-1])
        if self.high is not None:
            return self.high - distance, self.high
        low = float(free[0]) if self.low is None else self.low
        return low, low + distance

    def slope(self, free: Floats, by_low: float, by_high: float) -> list[float]:
        """Return the derivatives by the free coordinates, given those by the two rates."""
        if not self.n_free:
            return []
        distance = math.exp(free[-1])
        if self.high is not None:
            return [-by_low * distance]
        return ([by_low + by_high] if self.low is None else []) + [by_high * distance]

    def bounds(self) -> list[tuple[float, float]]:
        """Return how far the free coordinates may go, well inside what floating point can tell from 0 and 1."""
        return ([_RATE_BOUNDS] if self.n_free == 2 else []) + ([_DISTANCE_BOUNDS] if self.n_free else [])

    def start(self, low: float, high: float) -> list[float]:
        low = low if self.low is None else self.low
        high = high if self.high is None else self.high
        if not self.n_free:
            return []
        distance = math.log(max(high - low, 0.1))
        return [low, distance] if self.n_free == 2 else [distance]


@dataclass(frozen=True, slots=True, eq=False)
class _Surface:
    """The log probability of everything seen as a function of the free rates, with its slope."""

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

    def value_and_slope(self, free: Floats) -> tuple[float, Floats]:
        rates, seen = self.rates(free), self.evidence
        told = beliefs(self.tree, seen, rates, self.building_prior)
        value, by_rate = told.log_evidence, []
        clear = np.exp(told.log_clear_building)
        impaired = -np.expm1(told.log_clear_building)
        for weight, p, cold in (
            (clear, rates.p_clear, EXTRA_COLD_CLEAR),
            (impaired, rates.p_impaired, EXTRA_COLD_IMPAIRED),
        ):
            value += cold * math.log(p) + (EXTRA_VISITS - cold) * math.log1p(-p)
            by_rate.append(float((weight * (seen.cold_visits - seen.visits * p)).sum()) + cold - EXTRA_VISITS * p)
        for weight, c, factor in (
            (clear, rates.c_clear, 1.0),
            (impaired, rates.c_impaired, IMPAIRED_CALL_FACTOR),
        ):
            if self.call_rate > 0:
                households = EXTRA_CALLS / (factor * self.call_rate)
                value += EXTRA_CALLS * math.log(c) - households * c
                by_rate.append(float((weight * (seen.calls - seen.callers * c)).sum()) + EXTRA_CALLS - households * c)
            else:
                by_rate.append(0.0)
        n = self.visits.n_free
        slope = self.visits.slope(free[:n], *by_rate[:2]) + self.calls.slope(free[n:], *by_rate[2:])
        return value, np.array(slope)


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
        (surface, *_highest(surface))
        for surface in (
            _Surface(tree, evidence, building_prior, visits, calls, call_rate)
            for visits, calls in product(_visit_pairs(evidence, p_clear, p_impaired), _call_pairs(call_rate))
        )
    ]
    surface, _, free = max(tops, key=lambda top: top[1])
    best = surface.rates(_polished(surface, free))
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


def _highest(surface: _Surface) -> tuple[float, Floats]:
    """Return the highest value found from several starts, and where it is, but for the last digits.

    With few visits the surface may have several hills, so each start is followed; with many one hill towers.
    """
    if not surface.visits.n_free + surface.calls.n_free:
        free = np.empty(0)
        return surface.value_and_slope(free)[0], free
    starts = [(surface.value_and_slope(start)[0], start) for start in _starts(surface)]
    if len(surface.tree) > _FEWEST_GROUPS_OF_ONE_HILL:
        starts = [max(starts, key=lambda start: start[0])]
    return max((_climbed(surface, start) for _, start in starts), key=lambda top: top[0])


def _starts(surface: _Surface) -> Iterator[Floats]:
    """Yield where to start: around the share of cold visits, close to it, and far from it."""
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
        visits = surface.visits.start(_logit(low), _logit(high))
        yield np.array(visits + surface.calls.start(base + math.log(c_low), base + math.log(c_high)))


def _climbed(surface: _Surface, start: Floats) -> tuple[float, Floats]:
    """Return value and place of the top of the hill on which `start` stands, but for the last digits.

    Quasi-Newton steps (Broyden, Fletcher, Goldfarb, Shanno), halved until they gain.
    """
    low, high = np.array(surface.visits.bounds() + surface.calls.bounds()).T
    free, (value, slope) = start, surface.value_and_slope(start)
    inverse = np.diag(_spread(surface) ** 2)
    for _ in range(_MOST_STEPS):
        step = (inverse * slope).sum(axis=1)
        step *= min(1.0, _LONGEST_STEP / max(float(np.abs(step).max()), 1e-300))
        gained = False
        for _ in range(30):
            trial = np.clip(free + step, low, high)
            trial_value, trial_slope = surface.value_and_slope(trial)
            if trial_value > value:
                gained = True
                break
            step = step / 2
        if not gained:
            break
        inverse = _bfgs(inverse, trial - free, slope - trial_slope)
        gain = trial_value - value
        free, value, slope = trial, trial_value, trial_slope
        if gain < _LEAST_GAIN:
            break
    return value, free


def _spread(surface: _Surface) -> Floats:
    """Return about how far each free coordinate may be off, as a first guess of the curvature."""
    visits, calls = float(surface.evidence.visits.sum()), float(surface.evidence.calls.sum())
    spread: Floats = np.repeat(
        [1 / math.sqrt(4 + 0.1 * visits), 1 / math.sqrt(4 + 0.1 * calls)], [surface.visits.n_free, surface.calls.n_free]
    )
    return spread


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


def _polished(surface: _Surface, free: Floats) -> Floats:
    """Return the point after Newton steps on the slope, as long as they bring it nearer to nil."""
    if not len(free):
        return free
    slope = surface.value_and_slope(free)[1]
    for _ in range(8):
        if np.abs(slope).max() < 1e-11:
            break
        steps = _STEP * np.eye(len(free))
        curvature = np.array([surface.value_and_slope(free + step)[1] - slope for step in steps]) / _STEP
        curvature = (curvature + curvature.T) / 2
        if np.linalg.eigvalsh(curvature).max() > -1e-6:
            break  # no top here: the rates run together or away
        trial = free - np.linalg.solve(curvature, slope)
        trial_slope = surface.value_and_slope(trial)[1]
        if np.abs(trial_slope).max() >= np.abs(slope).max():
            break
        free, slope = trial, trial_slope
    return free


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


def _logit(p: float) -> float:
    p = min(max(p, _LEAST_RATE), 1 - _LEAST_RATE)
    return math.log(p) - math.log1p(-p)


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
