"""How often assets of this network fall ill in a winter, learned from the network's own winters.

The chance that an asset is found ill anew is ``1 - exp(-h f g)``: h from `default_prior` (``1 - exp(-h)``), f one
factor for the whole network, g the product of a factor per attribute (age, diameter, material, faults, make-up water).
Over the winters the visits say how many assets of a class fell ill; which ones they do not know for sure, so the
factors are learned jointly with the posteriors (A. P. Dempster, N. M. Laird, D. B. Rubin, 1977), with the steps
stretched as R. Varadhan and C. Roland (2008) do. Each factor is shrunk to 1: as if `EXTRA_ALL` more ill assets had been
expected and found in the network, `EXTRA_CLASS` in each class.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints
from heatnet.location.climbing import SHORT_STEP
from heatnet.location.posterior import EFFECT_COLUMNS

EXTRA_ALL, EXTRA_CLASS = 3.0, 5.0
ROUNDS, SWEEPS = 3, 2
_LONGEST_STRETCH = 16.0
_WIDEST_FACTOR = 5.0
_LARGEST_PRIOR = 1.0 - 1e-9
_ROUGH_STEP = 0.03  # of rates that are learned again with a better base


@dataclass(frozen=True, slots=True, eq=False)
class Attributes:
    """The classes of assets, attribute by attribute.

    Parameters
    ----------
    names : tuple of str
        The attributes.
    values : tuple of tuple of str
        Per attribute: its classes.
    classes : tuple of array of int
        Per attribute and asset: its class, -1 where it has none.
    """

    names: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    classes: tuple[Ints, ...]

    @classmethod
    def of(cls, columns: Mapping[str, tuple[Sequence[str], Ints]]) -> Attributes:
        """Return the classes from words and, per asset, the place of its word, -1 where it has none.

        Classes are in the order of their texts. Words of no asset are none; an attribute of one class tells nothing.
        """
        names, values, classes = [], [], []
        for name, (words, places) in columns.items():
            is_used = np.bincount(places + 1, minlength=len(words) + 1)[1:] > 0
            found = sorted(word for word, used in zip(words, is_used.tolist(), strict=True) if used)
            if len(found) > 1:
                number = {word: k for k, word in enumerate(found)}
                names.append(name)
                values.append(tuple(found))
                classes.append(np.array([*(number.get(word, -1) for word in words), -1], dtype=np.int64)[places])
        return cls(tuple(names), tuple(values), tuple(classes))


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What the winters say of each asset: how often it fell ill anew, and how often it could have.

    The first counts latent causes, of which an ill asset may have several.
    """

    ill: Floats
    chances: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """The factors, as logarithms: of the whole network first, then class by class."""

    hazard: Floats
    attributes: Attributes
    factors: Floats

    @classmethod
    def plain(cls, default: Floats, attributes: Attributes) -> Base:
        """Return the default prior as it is."""
        n = 1 + sum(len(values) for values in attributes.values)
        return cls(-np.log1p(-default), attributes, np.zeros(n))

    def with_factors(self, factors: Floats) -> Base:
        """Return the same with other factors, none of a class beyond `_WIDEST_FACTOR`."""
        limit = np.log(_WIDEST_FACTOR)
        return Base(self.hazard, self.attributes, np.r_[factors[:1], np.clip(factors[1:], -limit, limit)])

    def hazards(self) -> Floats:
        """Return, per asset, the hazard with all factors."""
        log_factor = np.full(len(self.hazard), self.factors[0])
        for classes, of_class in self._by_attribute():
            log_factor = log_factor + np.append(of_class, 0.0)[classes]
        hazards: Floats = self.hazard * np.exp(log_factor)
        return hazards

    def prior(self) -> Floats:
        """Return, per asset, the chance to be ill with nothing known of the winter before."""
        prior: Floats = np.minimum(-np.expm1(-self.hazards()), _LARGEST_PRIOR)
        return prior

    def learned_from(self, found: Found) -> Base:
        """Return the factors that what was found makes most probable, attribute after attribute."""
        factors = self.factors.copy()
        for _ in range(SWEEPS):
            now = self.with_factors(factors)
            expected = found.chances * now.hazards()
            change = np.log((found.ill.sum() + EXTRA_ALL) / (expected.sum() + EXTRA_ALL * np.exp(factors[0])))
            factors[0] += change
            expected = expected * np.exp(change)
            start = 1
            for classes, of_class in now._by_attribute():
                stop, has = start + len(of_class), classes >= 0
                ill = np.bincount(classes[has], found.ill[has], minlength=len(of_class))
                would = np.bincount(classes[has], expected[has], minlength=len(of_class)) / np.exp(of_class)
                new = np.log((ill + EXTRA_CLASS) / (would + EXTRA_CLASS))
                expected = expected * np.exp(np.append(new - of_class, 0.0)[classes])
                factors[start:stop] = new
                start = stop
        return self.with_factors(factors)

    def effects(self, found: Found) -> pd.DataFrame:
        """Return the table of `Location.effects`."""
        rows = [("all", "all", np.ones(len(self.hazard), dtype=bool), self.factors[0])]
        start = 1
        pairs = zip(self.attributes.names, self.attributes.values, self.attributes.classes, strict=True)
        for name, values, classes in pairs:
            for k, value in enumerate(values):
                rows.append((name, value, classes == k, self.factors[start + k]))
            start += len(values)
        by_default = found.chances * self.hazard
        effects = [
            (int(has.sum()), float(by_default[has].sum()), float(found.ill[has].sum()), float(np.exp(factor)))
            for _, _, has, factor in rows
        ]
        index = pd.MultiIndex.from_tuples([(name, value) for name, value, _, _ in rows], names=["attribute", "value"])
        return pd.DataFrame(effects, columns=list(EFFECT_COLUMNS), index=index)

    def _by_attribute(self) -> list[tuple[Ints, Floats]]:
        start, parts = 1, []
        for values, classes in zip(self.attributes.values, self.attributes.classes, strict=True):
            parts.append((classes, self.factors[start : start + len(values)]))
            start += len(values)
        return parts


def learned_base(base: Base, found_with: Callable[[Base, float | None], Found]) -> tuple[Base, Found]:
    """Return the base that the winters make most probable, and what they say with it.

    `found_with(base, short_step)` goes through the winters with a base. It learns the rates of visits anew until a step
    is as short as this (`heatnet.location.climbing.top_of`); with None they stay.
    """
    found = found_with(base, _ROUGH_STEP)
    for _ in range(ROUNDS):
        first = base.learned_from(found)
        second = first.learned_from(found_with(first, None))
        step = first.factors - base.factors
        bend = (second.factors - first.factors) - step
        size, turned = float((step**2).sum()), float((bend**2).sum())
        stretch = -min(max(np.sqrt(size / turned), 1.0), _LONGEST_STRETCH) if turned > 0 else -1.0
        base = base.with_factors(base.factors - 2 * stretch * step + stretch**2 * bend)
        found = found_with(base, None)
    base = base.learned_from(found)
    return base, found_with(base, SHORT_STEP)
