"""From winter to winter: what one winter said is where the next one begins.

An impairment is still there in the next winter with probability ``stay``, less what works in between have taken away
(``kept``); else the asset is as likely ill as any of its kind (the base). So the prior of a winter is

    stay * kept * posterior of the winter before + (1 - stay * kept) * base.

Each posterior is exact for its winter; between winters assets are taken as independent, which costs little (the
joint posterior of three winters finds .004 to .010 more of the ill length). The building itself, the last element of
its path, is carried from winter to winter alike: else a riser that is ill year after year would be new evidence
against the pipes before it each winter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from heatnet._arrays import Floats
from heatnet._freed import give_back
from heatnet.location.base import Attributes, Base, Found, learned_base
from heatnet.location.climbing import SHORT_STEP
from heatnet.location.groups import Stretches
from heatnet.location.posterior import Location
from heatnet.location.teaching import Teaching, Winter, looked_at_together, teaching_winters
from heatnet.location.watched import Learned, WatchedWinter

NOTHING_GIVEN = (None, None, None)
_LARGEST_PRIOR = 1.0 - 1e-9
_LEAST_HAZARD = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Filtered:
    """What all winters say.

    Parameters
    ----------
    location : Location
        The posterior of the last winter.
    posteriors : tuple of array of float
        Per winter and asset: probability that the asset was ill, given this winter and those before.
    base : array of float
        Per asset: chance to be ill with nothing known of the winter before.
    """

    location: Location
    posteriors: tuple[Floats, ...]
    base: Floats

    def smoothed(self, winters: Sequence[Winter], stay: float) -> tuple[Floats, ...]:
        """Return the same given the later winters too, assets taken one by one (backwards from the last)."""
        told = [self.posteriors[-1]]
        for winter, before in zip(reversed(winters[1:]), reversed(self.posteriors[:-1]), strict=True):
            remains = stay * winter.kept
            from_ill = remains + (1 - remains) * self.base
            then = before * from_ill + (1 - before) * (1 - remains) * self.base
            if_ill = np.divide(before * from_ill, then, out=np.zeros_like(then), where=then > 0)
            if_well = np.divide(before * (1 - from_ill), 1 - then, out=np.zeros_like(then), where=then < 1)
            told.append(told[-1] * if_ill + (1 - told[-1]) * if_well)
        return tuple(reversed(told))


def filtered(
    winters: Sequence[Winter], default: Floats, *, stay: float, attributes: Attributes | None, learns: bool = True
) -> Filtered:
    """Return what all winters say, the base learned from them.

    Parameters
    ----------
    winters : sequence of Winter
        In order, one for each season from the first to the last.
    default : array of float
        Per asset: the chance to be ill before anything is learned.
    stay : float
        Probability that an impairment is still there in the next winter, if nothing is done.
    attributes : Attributes, optional
        Classes of assets that may differ; None: one factor for all.
    learns : bool
        Whether the base is learned; else it is the default.
    """
    attributes = Attributes((), (), ()) if attributes is None else attributes
    base = Base.plain(default, attributes)
    learned: list[Learned | None] = [None] * len(winters)
    told: pd.DataFrame | None = None
    together = looked_at_together(winters)
    teaching = teaching_winters(together)
    known_base = teaching.base_of(base)
    if learns and any(len(winter.seen.evidence.node) for winter in winters):
        known_base, found = learned_base(known_base, partial(_found, teaching, stay, learned))
        base = base.with_factors(known_base.factors)
        told = base.effects(teaching.found_of_all(found, len(default)))
    elif teaching.assets is not None:
        for _ in steps_through(teaching.winters, known_base.prior(), stay, learned, n_nodes=teaching.n_nodes):
            pass  # to learn the rates
    if teaching.assets is None:
        together = teaching.winters  # their stretches are told apart already
    del teaching  # of a large network what follows needs the memory
    chance = base.prior()
    posteriors: list[Floats] = []
    # The tables tell of the last winter's own visits.
    for step in steps_through([*together[:-1], *winters[-1:]], chance, stay, learned):
        posteriors.append(step.posterior)
        if len(posteriors) < len(winters):
            del step  # what is known of all stretches is as large as the network: one winter's at a time
            give_back()
    location = step.seen.location(step.prior, step.known, step.rate, step.own, told)
    return Filtered(location, tuple(posteriors), chance)


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One winter while the filter goes through: what was known before it and what is after it."""

    winter: Winter
    seen: WatchedWinter
    prior: Floats
    own: Floats
    known: Stretches
    rate: Learned
    posterior: Floats


def steps_through(
    winters: Sequence[Winter],
    chance: Floats,
    stay: float,
    learned: list[Learned | None],
    *,
    short_step: float | None = None,
    with_causes: bool = True,
    n_nodes: int | None = None,
) -> Iterator[Step]:
    """Yield the winters in order with their posteriors; rates that are not known are learned and kept.

    With a `short_step` all are learned, until a step is as short as this. `n_nodes` are those that the winters know of;
    None: all.
    """
    posterior, own_after, seen = chance, np.zeros(0), None
    for place, winter in enumerate(winters):
        seen = winter.seen.watched(seen)
        base_own = np.full(seen.network.n_nodes if n_nodes is None else n_nodes, seen.asked.building_prior)
        remains = stay * winter.kept
        prior = np.minimum(remains * posterior + (1 - remains) * chance, _LARGEST_PRIOR) if place else chance
        own = stay * own_after + (1 - stay) * base_own if place else base_own
        known = seen.known(prior, with_causes=with_causes, for_tables=with_causes and winter is winters[-1])
        rate = learned[place]
        if short_step is not None or rate is None:
            before = learned[place - 1] if place and rate is not None else None
            rate = learned[place] = seen.learned(known, NOTHING_GIVEN, own, rate, short_step or SHORT_STEP, before)
        told = seen.beliefs(known, rate, own)
        posterior, own_after = seen.impaired_prob(prior, known, told), own.copy()
        own_after[seen.evidence.node] = told.own_impaired()
        yield Step(winter, seen, prior, own, known, rate, posterior)
        del known, told


def _found(
    teaching: Teaching, stay: float, learned: list[Learned | None], base: Base, short_step: float | None
) -> Found:
    """Return how often assets behind which somebody was visited fell ill anew over the winters, and could have.

    Words do not enter, as they do not enter the rates: where a main of most of the city is ill and is not recognised,
    words for the network would be laid on thousands of pipes, and the more of them are thought ill the more so.
    """
    chance, hazard = base.prior(), np.maximum(base.hazards(), _LEAST_HAZARD)
    causes = hazard / -np.expm1(-hazard)  # latent causes of one illness
    ill, chances = np.zeros((2, len(chance)))
    steps = steps_through(
        teaching.winters, chance, stay, learned, short_step=short_step, with_causes=False, n_nodes=teaching.n_nodes
    )
    for place, (step, told) in enumerate(zip(steps, teaching.told, strict=True)):
        anew = 1 - stay * step.winter.kept if place else np.ones(len(chance))
        with np.errstate(invalid="ignore", divide="ignore"):
            is_ill = np.where(step.prior > 0, step.posterior * anew * chance / step.prior, 0.0)
            is_well = (1 - step.posterior) * anew * (1 - chance) / (1 - step.prior)
        ill += np.where(told, is_ill * causes, 0.0)
        chances += np.where(told, is_ill + is_well, 0.0)
    return Found(ill, chances)
