"""Learn how often buildings are found cold, from the season's visits themselves.

The rates maximise the probability of everything seen given the prior, as if a few more visits had been made: 10 to
clear buildings, 1 of them cold, 10 to impaired ones, 6 of them cold, and, where a dose is asked for, 10 to buildings
behind two or more impaired things, 8 of them cold; no rate is below the one before. Call rates likewise: as if
impaired buildings had made one more call at four times the mean rate, doubly impaired ones at six times that, and as
if of four clear households and an impaired one, two of which called, one of each kind had. What is clear is so held
against what is impaired rather than against the mean: where a main of most of the city is ill, nobody is clear.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from heatnet._arrays import Floats
from heatnet.errors import HeatnetError
from heatnet.location.climbing import SHORT_STEP, Box, Place, Top, top_of, tops_of
from heatnet.location.evidence import Evidence, Rates, state_logs
from heatnet.location.groups import GroupTree, Stretches
from heatnet.location.ladders import Ladder, block_diagonal
from heatnet.location.messages import Beliefs, Seen, beliefs, log_evidence

EXTRA_VISITS, EXTRA_COLD = 10.0, (1.0, 6.0, 8.0)
EXTRA_CALLS, CALL_FACTORS = 1.0, (1.0, 4.0, 6.0)
_NAMES = ("p_clear", "p_impaired", "p_double")
_LEAST_RATE = 1e-12
_FEWEST_GROUPS_OF_ONE_HILL = 5000
_MOST_GROUPS_SIDE_BY_SIDE = 3000
_RATE_BOUNDS = (-20.0, 20.0)
_START_BOUNDS = (-6.0, 6.0)
_CLOSE = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class _Surface:
    """The log probability of everything seen as a function of the free rates."""

    tree: GroupTree
    known: Stretches
    evidence: Evidence
    building_prior: float | Floats
    visits: Ladder
    calls: Ladder
    call_rate: float

    @property
    def box(self) -> Box:
        return Box(
            np.r_[self.visits.box.least, self.calls.box.least], np.r_[self.visits.box.largest, self.calls.box.largest]
        )

    def rates(self, free: Floats) -> Rates:
        n = self.visits.n_free
        p = [_sigmoid(rung) for rung in self.visits.rungs(free[:n]).tolist()]
        c = [math.exp(rung) for rung in self.calls.rungs(free[n:]).tolist()]
        return Rates(p[0], p[1], p[-1], *((c[0], c[1], c[-1]) if self.call_rate else (0.0, 0.0, 0.0)))

    def seen(self, rates: Rates) -> Seen:
        return Seen(*state_logs(self.evidence, rates, self.known.states, cause_error=None), self.building_prior)

    def height(self, free: Floats) -> float:
        """Return the log probability alone, in half the time of `place`."""
        rates = self.rates(free)
        return log_evidence(self.tree, self.known, self.seen(rates)) + self._log_rest(rates)

    def place(self, free: Floats) -> Place:
        rates = self.rates(free)
        told = beliefs(self.tree, self.known, self.seen(rates))
        return self._place_of(free, rates, float(told.log_evidence), self._told_sums(told))

    def places(self, frees: Sequence[Floats]) -> list[Place]:
        """Return several places at once, in little more than the time of one where the tree is small."""
        if len(frees) == 1 or len(self.tree) > _MOST_GROUPS_SIDE_BY_SIDE:
            return [self.place(free) for free in frees]
        rates = [self.rates(free) for free in frees]
        seen = [self.seen(of) for of in rates]
        own = self.building_prior
        side_by_side = Seen(
            np.stack([one.if_own_clear for one in seen], axis=-1),
            np.stack([one.if_own_impaired for one in seen], axis=-1),
            own[:, None] if isinstance(own, np.ndarray) else own,
        )
        told = beliefs(self.tree, replace(self.known, steps=self.known.steps[..., None]), side_by_side)
        heights, sums = np.asarray(told.log_evidence).tolist(), self._told_sums(told)
        return [self._place_of(frees[i], rates[i], heights[i], sums[..., i]) for i in range(len(frees))]

    def _told_sums(self, told: Beliefs) -> Floats:
        """Return, by what is counted (visits, cold ones, households, calls) and by state, how many are in the state."""
        weights, seen = told.counts()[: len(self.visits.base)], self.evidence
        return np.array(
            [
                (weights * (of if weights.ndim == of.ndim + 1 else of[:, None])).sum(axis=1)
                for of in (seen.visits, seen.cold_visits, seen.callers, seen.calls)
            ]
        )

    def _place_of(self, free: Floats, rates: Rates, log_evidence: float, sums: Floats) -> Place:
        slope, bend = np.zeros((2, 2, len(self.visits.base)))
        for k, (all_visits, cold_visits, households, calls) in enumerate(sums.T.tolist()):
            p, c = rates.of_visits[k], rates.of_calls[k]
            visits = all_visits + EXTRA_VISITS
            slope[0, k] = cold_visits + EXTRA_COLD[k] - visits * p
            bend[0, k] = visits * p * (1 - p)
            if self.call_rate:
                slope[1, k] = calls - households * c
                bend[1, k] = households * c
        if self.call_rate:
            _, extra_slope, extra_bend = self._extra_calls(rates)
            slope[1] += extra_slope
            bend[1] += extra_bend
        ladders = (self.visits, self.calls)
        return Place(
            free,
            log_evidence + self._log_rest(rates),
            np.concatenate([ladder.of_free(row) for ladder, row in zip(ladders, slope, strict=True)]),
            block_diagonal([ladder.bend_of_free(row) for ladder, row in zip(ladders, bend, strict=True)]),
        )

    def _log_rest(self, rates: Rates) -> float:
        """Return the log probability of what `Seen` leaves out and of what counts as if it had been seen."""
        top = self.evidence.log_likelihoods(rates)[len(self.visits.base) - 1]
        value = float(top.sum())
        for k in range(len(self.visits.base)):
            p = rates.of_visits[k]
            value += EXTRA_COLD[k] * math.log(p) + (EXTRA_VISITS - EXTRA_COLD[k]) * math.log1p(-p)
        return value + self._extra_calls(rates)[0] if self.call_rate else value

    def _extra_calls(self, rates: Rates) -> tuple[float, Floats, Floats]:
        """Return the log probability of the calls that count as if they had been made, its slope and its bend."""
        n = len(self.visits.base)
        log_c, share = np.log(rates.of_calls[:n]), _share_of_clear(rates)
        expected = np.array(rates.of_calls[:n]) / (np.array(CALL_FACTORS[:n]) * self.call_rate)
        value = float((log_c - expected)[1:].sum()) + math.log(share) + math.log1p(-share)
        slope, bend = 1 - expected, expected.copy()
        slope[0], bend[0] = 1 - 2 * share, 2 * share * (1 - share)
        slope[1] -= slope[0]
        bend[1] += bend[0]
        return EXTRA_CALLS * value, EXTRA_CALLS * slope, EXTRA_CALLS * bend


def learned_rates(
    tree: GroupTree,
    known: Stretches,
    evidence: Evidence,
    building_prior: float | Floats,
    given: Sequence[float | None],
    near: tuple[Rates, Top | None] | None = None,
    short_step: float = SHORT_STEP,
    like: Top | None = None,
) -> tuple[Rates, Top | None]:
    """Return the rates that maximise the probability of everything seen, and their top; given ones stay as they are.

    `given` holds `p_clear`, `p_impaired` and `p_double`; the last one counts only where the states tell a dose. `near`
    are rates from which to start, such as those of a slightly different prior; else several starts are followed.
    The last step is below `short_step`. `like` is the top of another winter, whose bend is much like this one's.

    Raises
    ------
    HeatnetError
        When a given rate is not a number from 0 to 1 (strictly between, where another one is to be learned), or
        `p_clear` is not below `p_impaired`, or `p_double` is below it.
    """
    of_visits = tuple(given) if known.states.dose else tuple(given[:2])
    _check_given(of_visits)
    call_rate = _share(float(evidence.calls.sum()), float(evidence.callers.sum()))
    if not call_rate:
        found = [float(p) for p in of_visits if p is not None]
        if len(found) == len(of_visits):
            return Rates(found[0], found[1], found[-1]), None
    ladder = Ladder.of([None if p is None else _logit(p) for p in of_visits], _RATE_BOUNDS)
    calls = Ladder.of([None if call_rate else 0.0] * len(of_visits), _RATE_BOUNDS)
    surface = _Surface(tree, known, evidence.counted_alone(), building_prior, ladder, calls, call_rate)
    top = _highest(surface, near, short_step, like)
    best = surface.rates(top.at)
    p = [of if g is None else float(g) for of, g in zip(best.of_visits, given, strict=True)]
    return Rates(p[0], p[1], p[2] if known.states.dose else p[1], *best.of_calls), top


def _check_given(given: Sequence[float | None]) -> None:
    named = dict(zip(_NAMES, given, strict=False))
    for name, rate in named.items():
        if rate is not None and not 0 <= rate <= 1:
            raise HeatnetError(f"{name} is {rate!r}; give a probability from 0 to 1, or None to learn it.")
    known = [(name, rate) for name, rate in named.items() if rate is not None]
    for (lower, low), (upper, high) in pairwise(known):
        if low > high or (low == high and lower == "p_clear"):
            raise HeatnetError(
                f"{lower} ({low:g}) is not below {upper} ({high:g}); a visit behind something impaired "
                "must be cold more often. Swap them, or leave them out to learn them."
            )
    if len(known) == len(given):
        return
    for name, rate in known:
        if not 0 < rate < 1:
            raise HeatnetError(f"{name} is {rate!r}; with another rate to be learned it must lie between 0 and 1.")


def _highest(
    surface: _Surface, near: tuple[Rates, Top | None] | None, short_step: float, like: Top | None = None
) -> Top:
    """Return the highest place found from several starts, or from one that is known to be near.

    With few visits the surface may have several hills, so each start is followed. With many one hill towers, or
    one more beside it: where a main of most of the city is ill, what passes for clear may be behind one ill thing.
    """
    if near is not None:
        rates, top = near
        n_free = surface.visits.n_free + surface.calls.n_free
        start = top.at if top is not None and len(top.at) == n_free else _start_at(surface, rates)
        return top_of(surface.place, surface.box, start, like=like or top, short_step=short_step)
    starts = list(_starts(surface))
    has_one_hill = len(surface.tree) > _FEWEST_GROUPS_OF_ONE_HILL
    if len(starts) > 1 and has_one_hill:
        starts = [max(starts, key=surface.height)]
    tops = tops_of(surface.places, surface.box, starts, short_step)
    if has_one_hill:
        starts = list(_start_a_rung_up(surface, surface.rates(tops[0].at)))
        tops += [top_of(surface.place, surface.box, start, tops, short_step=short_step) for start in starts]
    return max(tops, key=lambda top: top.height)


def _starts(surface: _Surface) -> Iterator[Floats]:
    """Yield where to start: around the share of cold visits, close to it, far from it, and with all rates equal."""
    if not surface.visits.n_free + surface.calls.n_free:
        yield np.empty(0)
        return
    share = _share(float(surface.evidence.cold_visits.sum()), float(surface.evidence.visits.sum()))
    base = math.log(surface.call_rate) if surface.call_rate else 0.0
    n = len(surface.visits.base)
    for low, high, c_low, c_high in (
        (share / 2, 0.5 + share / 2, 0.5, 3.0),
        (0.8 * share, 0.2 + 0.8 * share, 0.8, 1.5),
        (share / 10, 0.9, 0.2, 10.0),
        (0.05, 0.97, 0.1, 3.0),
        (0.3 + share / 2, 0.95, 0.9, 10.0),
        (0.02, 0.3, 0.5, 1.5),
    ):
        wanted = np.clip([_logit(p) for p in (low, high, (1 + high) / 2)], *_START_BOUNDS).tolist()
        calls = [base + math.log(c) for c in (c_low, c_high, 1.5 * c_high)]
        yield np.r_[surface.visits.start(wanted[:n]), surface.calls.start(calls[:n])]
    extra = EXTRA_VISITS * n
    tied = (share * float(surface.evidence.visits.sum()) + sum(EXTRA_COLD[:n])) / (
        float(surface.evidence.visits.sum()) + extra
    )
    yield np.r_[surface.visits.start([_logit(tied)] * n, apart=0.0), surface.calls.start([base] * n, apart=0.0)]


def _start_at(surface: _Surface, near: Rates) -> Floats:
    n = len(surface.visits.base)
    unknown = surface.call_rate or 1.0
    calls = [math.log(max(c or unknown, _LEAST_RATE)) for c in near.of_calls]
    start: Floats = np.r_[
        surface.visits.start([_logit(p) for p in near.of_visits[:n]], apart=_CLOSE),
        surface.calls.start(calls[:n], apart=_CLOSE),
    ]
    return start


def _start_a_rung_up(surface: _Surface, found: Rates) -> Iterator[Floats]:
    """Yield where everything is one impaired element worse off than found, if clear homes are cold unusually often."""
    n, usual = len(surface.visits.base), EXTRA_COLD[0] / EXTRA_VISITS
    if surface.visits.n_free < n or not surface.known.states.dose or found.p_clear <= usual:
        return
    clear, impaired, _ = found.of_visits
    calls = (found.c_clear / CALL_FACTORS[1], found.c_clear, found.c_impaired)
    yield _start_at(surface, Rates(usual, clear, impaired, *calls))


def _share_of_clear(rates: Rates) -> float:
    """Return the share of clear homes in the calls of so many of them as should call as often as one impaired one."""
    calls = CALL_FACTORS[1] * rates.c_clear
    return calls / (calls + rates.c_impaired)


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


def _logit(p: float) -> float:
    p = min(max(p, _LEAST_RATE), 1 - _LEAST_RATE)
    return math.log(p) - math.log1p(-p)


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
