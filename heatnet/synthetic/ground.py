"""What makes a pipe of a drawn city fail: its age, what it is made of, how it lies and in what ground.

Faults of a segment in a season are Poisson with the rate::

    0.005 * (length_m / 100) ** 0.9 * age * material * insulation * laying * soil * flooded * crossing
         * (diameter_mm / 100) ** -0.3 * frailty,        age = 0.25 + (years in the ground / 25) ** 1.6

where `frailty`, lognormal with mean 1, is what no inventory tells and stays with the asset for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from heatnet._arrays import Floats, Ints, Truths
from heatnet.synthetic.blocks import Blocks
from heatnet.synthetic.layout import Layout
from heatnet.synthetic.pipes import LANE, MAIN, TRUNK

MATERIALS = ("steel", "galvanized steel", "PE-RT")
INSULATIONS = ("polyurethane", "rock wool", "perlite", "none")
LAYINGS = ("direct_buried", "duct", "tunnel", "overhead")
SOILS = ("low", "medium", "high")
_MATERIAL_FACTOR = np.array([1.0, 1.5, 0.45])
_INSULATION_FACTOR = np.array([1.0, 1.35, 1.7, 1.5])
_LAYING_FACTOR = np.array([1.0, 1.15, 0.5, 0.7])
_SOIL_FACTOR = np.array([0.7, 1.0, 1.7])
_FLOODED_FACTOR, _CROSSING_FACTOR = 2.2, 1.3
_BASE_RATE = 0.005
_FRAILTY_SD = 0.7
_STATION_RATE = 0.03


@dataclass(frozen=True, slots=True)
class Ground:
    """State of every segment: year of laying, codes of the words above, and its lasting frailty."""

    laid_year: Floats
    material: Ints
    insulation: Ints
    laying: Ints
    soil: Ints
    is_flooded: Truths
    is_crossing: Truths
    frailty: Floats
    fixed: Floats  # the part of the rate that renewal does not change: length, diameter, ground, frailty

    def fault_rate(self, season: int) -> Floats:
        """Return the expected faults of each segment in a season."""
        rate = _MATERIAL_FACTOR.take(self.material)
        rate *= _INSULATION_FACTOR.take(self.insulation)
        rate *= _LAYING_FACTOR.take(self.laying)
        rate *= self.fixed
        rate *= _age_factor(season + 0.5 - self.laid_year)
        return rate

    def renewed(self, rng: np.random.Generator, segments: Ints, year: int, diameter_mm: Floats) -> Ground:
        """Return the state after these segments were laid anew."""
        laid_year, material = self.laid_year.copy(), self.material.copy()
        insulation, laying = self.insulation.copy(), self.laying.copy()
        laid_year[segments] = year
        is_plastic = (diameter_mm[segments] <= 150) & (rng.random(len(segments)) < 0.4)
        material[segments] = np.where(is_plastic, 2, 0)
        insulation[segments] = 0
        laying[segments] = np.where(laying[segments] == 1, 0, laying[segments])
        return replace(self, laid_year=laid_year, material=material, insulation=insulation, laying=laying)


def station_rate(frailty: Floats, built_year: Floats, season: int) -> Floats:
    """Return the expected faults of each station in a season."""
    rate: Floats = _STATION_RATE * frailty * _age_factor(season + 0.5 - built_year)
    return rate


def frailties(rng: np.random.Generator, count: int) -> Floats:
    """Draw lasting factors with mean 1."""
    drawn: Floats = np.exp(rng.normal(-0.5 * _FRAILTY_SD**2, _FRAILTY_SD, count))
    return drawn


def block_years(rng: np.random.Generator, blocks: Blocks, latest: int) -> Floats:
    """Draw the decade in which each block was built: the middle of the city first."""
    years = 1981.0 + 29.0 * blocks.distance + rng.normal(0.0, 4.0, blocks.count)
    drawn: Floats = np.rint(np.clip(years, 1972.0, latest - 3.0))
    return drawn


def draw_ground(rng: np.random.Generator, layout: Layout, block_year: Floats, latest: int) -> Ground:
    """Draw the state of all segments before the first season; pipes of one run are alike."""
    pipes = layout.pipes
    n_runs = int(pipes.run.max()) + 1
    laid_year = _laid_years(rng, layout, block_year, n_runs, latest)
    old, older = laid_year < 2002, laid_year < 1995
    draw = rng.random((5, n_runs))[:, pipes.run]
    on_secondary = ~layout.is_primary
    material = np.where(on_secondary & older & (draw[0] < 0.45), 1, 0)
    plastic = on_secondary & (laid_year >= 2010) & (layout.diameter_mm <= 200) & (draw[0] < 0.35)
    material = np.where(plastic, 2, material)
    insulation = np.where(older & (draw[1] < 0.8), np.where(draw[1] < 0.3, 2, 1), 0)
    insulation = np.where(old & ~older & (draw[1] < 0.3), 1, insulation)
    insulation = np.where(~old & on_secondary & (draw[1] > 0.97), 3, insulation)
    laying = np.where(draw[2] < np.where(older, 0.75, 0.07), 1, 0)
    laying = np.where(draw[2] > 0.97, 3, laying)
    laying = np.where(~on_secondary & (laid_year >= 2010) & (draw[2] > 0.9), 2, laying)
    soil, is_flooded = _soil(rng, layout, draw[3], draw[4])
    crossing_share = np.select([pipes.role == MAIN, np.isin(pipes.role, [TRUNK, LANE])], [0.08, 0.012], 0.0)
    is_crossing = rng.random(layout.n_segments) < crossing_share
    frailty = frailties(rng, layout.n_segments)
    lasting = _SOIL_FACTOR[soil] * np.where(is_flooded, _FLOODED_FACTOR, 1.0)
    lasting = lasting * np.where(is_crossing, _CROSSING_FACTOR, 1.0) * frailty
    size = (layout.length_m / 100.0) ** 0.9 * (layout.diameter_mm / 100.0) ** -0.3
    return Ground(
        laid_year=laid_year,
        material=material,
        insulation=insulation,
        laying=laying,
        soil=soil,
        is_flooded=is_flooded,
        is_crossing=is_crossing,
        frailty=frailty,
        fixed=_BASE_RATE * size * lasting,
    )


def _laid_years(rng: np.random.Generator, layout: Layout, block_year: Floats, n_runs: int, latest: int) -> Floats:
    """Return laying years: a little after the block's, of mains those of their part of the city; some are renewed."""
    pipes = layout.pipes
    x, y = pipes.x_m[pipes.from_node], pipes.y_m[pipes.from_node]
    away = np.hypot(x - pipes.x_m.mean(), y - pipes.y_m.mean())
    main_year = 1983.0 + 28.0 * away / max(float(away.max()), 1.0)
    block = np.maximum(pipes.block[pipes.from_node], pipes.block[pipes.to_node])
    year = np.where(block < 0, main_year, block_year[block]) + rng.normal(1.0, 2.0, n_runs)[pipes.run]
    was_renewed = (year < latest - 24) & (rng.random(n_runs)[pipes.run] < 0.4)
    renewed_year = latest - np.floor(rng.random(n_runs) * 16.0)[pipes.run]
    laid: Floats = np.rint(np.clip(np.where(was_renewed, renewed_year, year), 1965.0, latest))
    return laid


def _soil(rng: np.random.Generator, layout: Layout, by_run: Floats, by_run_too: Floats) -> tuple[Ints, Truths]:
    """Return corrosive ground in wide patches; water along a river across the city and in a few places elsewhere."""
    pipes = layout.pipes
    x, y = pipes.x_m[pipes.from_node], pipes.y_m[pipes.from_node]
    phase = rng.uniform(0.0, 2.0 * np.pi, 3)
    patches = np.sin(x / 1900.0 + phase[0]) + np.cos(y / 1500.0 + phase[1]) + 1.2 * (by_run - 0.5)
    soil = np.searchsorted([-0.6, 0.8], patches)
    to_river = np.abs((x - x.mean()) * np.cos(phase[2]) + (y - y.mean()) * np.sin(phase[2]))
    is_flooded = by_run_too < np.where(to_river < 220.0, 0.35, 0.02)
    return soil.astype(np.int64), is_flooded


def _age_factor(years: Floats) -> Floats:
    factor: Floats = 0.25 + (np.maximum(years, 0.0) / 25.0) ** 1.6
    return factor
