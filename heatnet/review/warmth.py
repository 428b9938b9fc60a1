"""What is left of illness and of cold homes after the cures of some summers, and how long illness stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.stats import beta

from heatnet._arrays import Floats, Truths
from heatnet.review.illness import After, ColdHomes, Units, cold_homes
from heatnet.review.ratios import NOTHING_KNOWN, Chances, Ratio, ratio_by_likelihood, ratio_of_sums

_LARGEST = 5.0
_FOLLOWED = 10.0
_ROOTS_OF_ALL, _ROOTS_OF_CLASS = (np.linspace(0.0, np.sqrt(_LARGEST), count) for count in (17, 13))
_LEAST_WEIGHT = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Treated:
    """The assets treated in one summer, among those treated otherwise and not at all."""

    after: After
    treated: Truths
    other: Truths
    units: Units = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", self.after.units(self.treated, self.other))

    def chance(self, stays: float, ratio: float, usual: float) -> Floats:
        """Return the probability of each unit to be ill: treated ones by `ratio`, others by `usual`."""
        left = np.where(self.treated[self.units.first], ratio, np.where(self.other[self.units.first], usual, 1.0))
        return np.minimum(left * self.units.without(stays), 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Warmth:
    """What the winters after say of the effect of a measure and of persistence.

    Parameters
    ----------
    parts : tuple of Treated
        The summers whose winters before and after have visits.
    usual : float
        What other cures leave.
    stays, weights : array
        Values of the persistence, and how probable they are.
    left : Ratio
        What the measure leaves of illness.
    """

    parts: tuple[Treated, ...]
    usual: float
    stays: Floats
    weights: Floats
    left: Ratio

    @classmethod
    def of_all(cls, parts: Sequence[Treated], *, usual: float, believed: float) -> Warmth:
        """Return the effect; the persistence is learned with it, as if ten ill assets had been followed before."""
        thirds = (np.arange(3) + 0.5) / 3.0
        stays = beta.ppf(thirds, _FOLLOWED * believed, _FOLLOWED * (1.0 - believed))
        return cls._read(tuple(parts), usual, np.asarray(stays), _ROOTS_OF_ALL)

    def of_class(self, in_class: Truths) -> Warmth:
        """Return the effect for a class of assets, with the persistence as learned from all."""
        parts = tuple(
            Treated(part.after, part.treated & in_class, part.other | (part.treated & ~in_class))
            for part in self.parts
            if (part.treated & in_class).any()
        )
        usual = self.left.ratio if np.isfinite(self.left.ratio) else self.usual
        return self._read(parts, usual, np.array([self.persistence]), _ROOTS_OF_CLASS)

    @classmethod
    def _read(cls, parts: tuple[Treated, ...], usual: float, stays: Floats, roots: Floats) -> Warmth:
        logs = np.zeros((len(stays), len(roots)))
        for part in parts:
            for j, stay in enumerate(stays.tolist()):
                for i, root in enumerate(roots.tolist()):
                    prior = part.after.prior(part.units, part.chance(stay, root**2, usual))
                    logs[j, i] += part.after.log_likelihood(prior)
        top = logs.max(initial=-np.inf) if parts else 0.0
        weights = np.exp(logs - top).sum(axis=1)
        weights /= weights.sum()
        of_root = np.log(np.maximum(np.exp(logs - top).sum(axis=0), 1e-300))
        stay = float((stays * weights).sum())
        meaning = _meaning(parts, stay, usual, roots)
        left = ratio_by_likelihood(roots, of_root, meaning) if meaning[-1] > 0.0 else NOTHING_KNOWN
        return cls(parts, usual, stays, weights, left)

    @property
    def persistence(self) -> float:
        """Probability that an illness is still there in the next winter, if nothing is done."""
        return float((self.stays * self.weights).sum())

    def cold_share(self) -> tuple[Ratio, int]:
        """Return the cold visits behind treated assets over those that would have come, and the visits."""
        now = self.left.ratio if np.isfinite(self.left.ratio) else self.usual
        without = []
        told: list[ColdHomes] = []
        for stay, weight in zip(self.stays.tolist(), self.weights.tolist(), strict=True):
            if weight < _LEAST_WEIGHT:
                continue
            told = [homes for part in self.parts if (homes := self._cold_homes(part, stay, now)) is not None]
            if not told:
                return NOTHING_KNOWN, 0
            chances = Chances(
                sum(homes.without.certain for homes in told),
                np.concatenate([homes.without.prob for homes in told]),
                np.concatenate([homes.without.amount for homes in told]),
            )
            values, probs = chances.spread_out()
            without.append((values, probs * weight))
        came = sum(homes.came for homes in told)
        noise = sum(homes.noise * (homes.came + 1.0) for homes in told) / (came + len(told))
        return ratio_of_sums(came, noise, without), int(sum(homes.visits for homes in told))

    def _cold_homes(self, part: Treated, stay: float, now: float) -> ColdHomes | None:
        chances = (part.chance(stay, 1.0, self.usual), part.chance(stay, now, self.usual))
        return cold_homes(part.after, part.treated, part.units, *chances)


def _meaning(parts: Sequence[Treated], stay: float, usual: float, roots: Floats) -> Floats:
    """Return the ill treated units over those without the cure, for each root of r; 0 where there are none."""
    q = [part.chance(stay, 1.0, usual)[part.treated[part.units.first]] for part in parts]
    without = np.concatenate(q) if q else np.zeros(0)
    if not without.sum() > 0.0:
        return np.zeros(len(roots))
    ill = np.array([np.minimum(root**2 * without, 1.0).sum() for root in roots.tolist()])
    return ill / float(without.sum())
