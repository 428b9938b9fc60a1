"""Learn what a thermometer shows in clear and in impaired homes, from the season's readings themselves.

A reading has a logistic distribution around a mean by state of the path (nothing, one thing, more impaired), the means
falling, with one scale. Its logarithm is concave, so a colder room never speaks against an impairment; its tails are
heavier than the normal ones, so one odd thermometer does not outvote a street. Means and scale maximise the probability
of everything seen with the rates of cold visits held, as if 10 more rooms had been read in each state, half of them 1
degC above and half below 21, 18 and 15.5 degC.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from heatnet._arrays import Floats
from heatnet.location.climbing import SHORT_STEP, Box, Place, Top, top_of
from heatnet.location.evidence import Evidence, Rates, ReadingRates, Readings, state_logs
from heatnet.location.groups import GroupTree, Stretches
from heatnet.location.ladders import Ladder, block_diagonal
from heatnet.location.messages import Seen, beliefs

EXTRA_READINGS, EXTRA_MEANS_C, EXTRA_SPREAD_C = 10.0, (21.0, 18.0, 15.5), 1.0
_COLDEST_C, _WARMEST_C = -60.0, 60.0
_SCALES_C = (0.05, 10.0)
_START_SCALE_C = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class _Surface:
    """The log probability of everything seen as a function of the means (falling) and the log of the scale."""

    tree: GroupTree
    known: Stretches
    evidence: Evidence
    readings: Readings
    building_prior: float | Floats
    rates: Rates
    means: Ladder

    @property
    def box(self) -> Box:
        low, high = (math.log(scale) for scale in _SCALES_C)
        return Box(np.r_[self.means.box.least, low], np.r_[self.means.box.largest, high])

    def reading_rates(self, free: Floats) -> ReadingRates:
        means = (-self.means.rungs(free[:-1])).tolist()
        return ReadingRates((means[0], means[1], means[-1]), math.exp(free[-1]))

    def place(self, free: Floats) -> Place:
        rates = self.reading_rates(free)
        logs = state_logs(self.evidence, self.rates, self.known.states, cause_error=None, reading_rates=rates)
        told = beliefs(self.tree, self.known, Seen(*logs, self.building_prior))
        weights = told.counts()
        n = len(self.means.base)
        height = float(told.log_evidence) + float(self.evidence.log_likelihoods(self.rates, rates)[n - 1].sum())
        slope, bend, of_scale, bend_of_scale = np.zeros(n), np.zeros(n), 0.0, 0.0
        for k in range(n):
            extra = EXTRA_MEANS_C[k] + np.array([-EXTRA_SPREAD_C, EXTRA_SPREAD_C])
            read_c = np.r_[self.readings.read_c, extra]
            weight = np.r_[weights[k][self.readings.building], np.full(2, EXTRA_READINGS / 2)]
            away = (read_c - rates.means_c[k]) / rates.scale_c
            pull = np.tanh(away / 2)
            slope[k] = -float((weight * pull).sum()) / rates.scale_c  # the rungs are minus the means
            bend[k] = float(weight.sum()) / (3 * rates.scale_c**2)
            of_scale += float((weight * (away * pull - 1)).sum())
            bend_of_scale += 1.43 * float(weight.sum())
            height += EXTRA_READINGS / 2 * float(rates.log_densities(extra)[k].sum())
        return Place(
            free,
            height,
            np.r_[self.means.of_free(slope), of_scale],
            block_diagonal([self.means.bend_of_free(bend), np.array([[bend_of_scale]])]),
        )


def learned_readings(
    tree: GroupTree,
    known: Stretches,
    evidence: Evidence,
    building_prior: float | Floats,
    rates: Rates,
    near: Top | None = None,
    short_step: float = SHORT_STEP,
    like: Top | None = None,
) -> tuple[ReadingRates, Top]:
    """Return the means and the scale that make what was seen most probable, the rates of cold visits held; their top.

    `near` is the top of a slightly different prior, from which to start. The last step is below `short_step`. `like` is
    the top of another winter, whose bend is much like this one's.
    """
    assert evidence.readings is not None
    n = 3 if known.states.dose else 2
    means = Ladder.of([None] * n, (-_WARMEST_C, -_COLDEST_C))
    counted = Evidence(
        evidence.node,
        evidence.visits,
        evidence.cold_visits,
        evidence.calls,
        evidence.callers,
        readings=evidence.readings,
    )
    surface = _Surface(tree, known, counted, evidence.readings, building_prior, rates, means)
    start = np.r_[means.start([-mean for mean in EXTRA_MEANS_C[:n]]), math.log(_START_SCALE_C)]
    top = top_of(
        surface.place, surface.box, start if near is None else near.at, like=like or near, short_step=short_step
    )
    return surface.reading_rates(top.at), top
