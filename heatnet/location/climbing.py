"""Climb to the top of a smooth surface over a few numbers, each within its bounds.

Quasi-Newton steps (Broyden, Fletcher, Goldfarb, Shanno), projected on the bounds and halved until they gain; where
gains drown in rounding, whole steps as long as the slope falls (D. P. Bertsekas, Projected Newton methods for
optimization problems with simple constraints, 1982). Sums run in one order, so that digits do not hang on threads.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import numpy as np

from heatnet._arrays import Floats, Truths
from heatnet.failure.positive_definite import inverse as inverse_of

_MOST_STEPS, _LONGEST_STEP, _LEAST_GAIN = 200, 2.0, 1e-6
SHORT_STEP, _LEAST_STEP = 1e-6, 1e-11
_SAME_HILL, _FLAT = 0.1, 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A place on the surface: where it is, how high, how it slopes, and about how sharply it bends (a matrix)."""

    at: Floats
    height: float
    slope: Floats
    bend: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Top:
    """A top: where it is, how high, and how far a slope there leads (a matrix) for the numbers that may move."""

    at: Floats
    height: float
    reach: Floats
    free: Truths


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """The least and the largest value of each number."""

    least: Floats
    largest: Floats

    def free(self, here: Place) -> Truths:
        """Return which numbers may move: those not held at a bound by the slope."""
        held = (here.at <= self.least) & (here.slope <= 0) | (here.at >= self.largest) & (here.slope >= 0)
        return ~held

    def moved(self, at: Floats, step: Floats) -> Floats:
        """Return where a step leads within the bounds."""
        return np.clip(at + step, self.least, self.largest)


def top_of(
    place: Callable[[Floats], Place],
    box: Box,
    start: Floats,
    tops: Sequence[Top] = (),
    like: Top | None = None,
    short_step: float = SHORT_STEP,
) -> Top:
    """Return the top of the hill on which `start` stands; close to one of the known `tops` it is that one.

    `like` is the top of a similar hill, whose bend serves until this one's is known. A step below `short_step` is the
    last one, taken without a look at the place to which it leads.
    """
    climb = _climbed(box, start, tops, like, short_step)
    at = next(climb)
    while True:
        try:
            at = climb.send(place(at))
        except StopIteration as end:
            found: Top = end.value
            return found


def tops_of(
    places: Callable[[Sequence[Floats]], Sequence[Place]], box: Box, starts: Sequence[Floats], short_step: float
) -> list[Top]:
    """Return the top of each start; those that stand on one hill have the top that the first of them found.

    They climb side by side, so that all places of a round are looked at together.
    """
    found: list[Top | None] = [None] * len(starts)
    known: list[list[Top]] = [[] for _ in starts]  # to each those of the starts before it
    climbs = [_climbed(box, start, tops, None, short_step) for start, tops in zip(starts, known, strict=True)]
    asked = {k: next(climb) for k, climb in enumerate(climbs)}
    while asked:
        for k, here in zip(list(asked), places(list(asked.values())), strict=True):
            try:
                asked[k] = climbs[k].send(here)
            except StopIteration as end:
                found[k] = end.value
                for tops in known[k + 1 :]:
                    tops.append(end.value)
                del asked[k]
    firsts: list[Top] = []
    for top in found:
        assert top is not None
        firsts.append(next((one for one in firsts if _is_close(top.at, one)), top))
    return firsts


def _climbed(
    box: Box, start: Floats, tops: Sequence[Top], like: Top | None, short_step: float
) -> Generator[Floats, Place, Top]:
    """Ask for one place after the other on the way up and return the top."""
    here = yield start
    was_free = box.free(here)
    if like is None or len(like.free) != len(start):
        inverse = _inverse_bend(here, was_free)
    else:
        inverse = _among(like.reach, here, like.free, was_free)
    for _ in range(_MOST_STEPS):
        for top in tops:
            if _is_close(here.at, top):
                return top
        free = box.free(here)
        if not free.any():
            break
        if (free != was_free).any():
            inverse, was_free = _among(inverse, here, was_free, free), free
        there_at = _ahead(box, here, inverse, free)
        if np.abs(there_at - here.at).max() < short_step:
            return Top(there_at, here.height, inverse, free)
        there = yield there_at
        if ((there_at - here.at) * here.slope).sum() >= _LEAST_GAIN:
            there = yield from _gaining(here, there)
        if there.height - here.height < _LEAST_GAIN and _steepest(box, there) >= _steepest(box, here):
            break
        inverse = _bfgs(inverse, there.at - here.at, np.where(free, here.slope - there.slope, 0.0))
        here = there
    return Top(here.at, here.height, inverse, was_free)


def _gaining(here: Place, there: Place) -> Generator[Floats, Place, Place]:
    """Ask for places on the way back from there, each half as far, and return the first one that is higher."""
    while there.height <= here.height and np.abs(there.at - here.at).max() > _LEAST_STEP:
        there = yield (here.at + there.at) / 2
    return there


def _is_close(at: Floats, top: Top) -> bool:
    return bool(len(at)) and bool(np.abs(at - top.at).max() < _SAME_HILL)


def _ahead(box: Box, here: Place, inverse: Floats, free: Truths) -> Floats:
    """Return where a step leads; straight up where the quasi-Newton step would lead down."""
    try:
        ahead = box.moved(here.at, _step(inverse, here, free, box))
    except np.linalg.LinAlgError:  # rounding has taken the bend of what stops at a wall
        ahead = here.at
    if ((ahead - here.at) * here.slope).sum() <= 0:
        plain = np.diag(np.where(free, 1 / np.diagonal(here.bend), 0.0))
        ahead = box.moved(here.at, _step(plain, here, free, box))
    return ahead


def _inverse_bend(here: Place, free: Truths) -> Floats:
    """Return the inverse of the bend among the free numbers, 0 for the others."""
    inverse = np.zeros_like(here.bend)
    if free.any():
        inverse[np.ix_(free, free)] = inverse_of(here.bend[np.ix_(free, free)])
    return inverse


def _among(inverse: Floats, here: Place, were_free: Truths, free: Truths) -> Floats:
    """Return the inverse of the bend among the free numbers from that among those that were free before."""
    now = inverse.copy()
    for k in np.flatnonzero(were_free & ~free):  # held from here on: nothing moves with it
        if now[k, k] > 0:
            now -= now[:, k, None] * now[k] / now[k, k]
        now[k], now[:, k] = 0.0, 0.0
    for k in np.flatnonzero(free & ~were_free):
        now[k, k] = 1 / here.bend[k, k]
    return now


def _step(inverse: Floats, here: Place, free: Truths, box: Box) -> Floats:
    """Return the step to the top of the bend; numbers that would leave the box stop at its wall, others go along."""
    whole = np.where(free, (np.where(free, inverse, 0.0) * here.slope).sum(axis=1), 0.0)
    stopped, step = np.zeros(len(free), dtype=bool), whole
    for _ in range(len(free)):
        there = here.at + step
        beyond = free & ~stopped & ((there < box.least) | (there > box.largest))
        if not beyond.any():
            break
        stopped |= beyond
        wall = np.where(there < box.least, box.least, box.largest) - here.at
        short = (wall - whole)[stopped]
        push = (inverse_of(inverse[np.ix_(stopped, stopped)]) * short).sum(axis=1)
        step = whole + (inverse[:, stopped] * push).sum(axis=1)
    clipped: Floats = np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)
    return clipped


def _steepest(box: Box, here: Place) -> float:
    """Return the largest slope along which one may still climb."""
    return float(np.abs(np.where(box.free(here), here.slope, 0.0)).max())


def _bfgs(inverse: Floats, step: Floats, change: Floats) -> Floats:
    """Return the inverse curvature after a step over which the slope fell by `change`."""
    along = float((step * change).sum())
    if along <= 1e-14:
        return inverse
    turned = (inverse * change).sum(axis=1)
    weight = 1 + float((change * turned).sum()) / along
    cross = turned[:, None] * step
    turned_inverse: Floats = inverse + (weight * step[:, None] * step - cross - cross.T) / along
    return turned_inverse
