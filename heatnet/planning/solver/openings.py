"""How far the programme is opened, and how each option stands at the prices of the limits."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from heatnet._arrays import Floats, Ints
from heatnet.planning.model.building import Model, priced
from heatnet.planning.solver.dual import Dual, Relaxation
from heatnet.planning.solver.patterns import (
    PATTERN_LIMIT,
    Fit,
    Patterns,
    enumerate_patterns,
    is_tight,
    pattern_counts,
    units_with_loops,
)

ALL_PATTERNS = 20_000
EXACT_PATTERNS = 3_000
ODD_PATTERN_LIMIT, ODD_PATTERNS = 16_384, 300_000
# Share of the bound that open patterns may lose, and how many stay open: first few, then more; the last only where
# no plan was found.
OPENINGS = ((0.001, 300), (1.0, 2_000), (math.inf, 6_000), (math.inf, 20_000))


def enumerated_units(model: Model, fit: Fit) -> dict[int, Patterns]:
    """Return patterns of all small units of a small model; of a large one, only where trees are not exact."""
    counts = pattern_counts(model)
    small = counts <= PATTERN_LIMIT
    if counts[small].sum() <= ALL_PATTERNS:
        wanted = np.flatnonzero(small).tolist()
    else:
        loops = set(units_with_loops(model))
        odd = [one for one in range(len(counts)) if one in loops or is_tight(model, one)]
        odd = sorted((one for one in odd if counts[one] <= ODD_PATTERN_LIMIT), key=lambda one: (counts[one], one))
        wanted = [
            one for one, sum_so_far in zip(odd, np.cumsum(counts[odd]), strict=True) if sum_so_far <= ODD_PATTERNS
        ]
    return {unit: enumerate_patterns(model, unit, fit) for unit in wanted}


def opening(relaxation: Relaxation, dual: Dual, *, most: float, options: int) -> float:
    """Return the loss up to which patterns stay open: so that few enough are; infinite where all are few enough."""
    losses = [np.maximum(0.0, -_margins_on_trees(relaxation, dual.prices)[1])]
    value = relaxation.benefit - relaxation.use @ dual.prices
    if len(value):
        sizes = np.diff(np.append(relaxation.starts, len(value)))
        losses.append(np.repeat(np.maximum.reduceat(value, relaxation.starts), sizes) - value)
    every = np.sort(np.concatenate(losses))
    if len(every) <= EXACT_PATTERNS:
        return math.inf
    spare = options + int((every <= 0).sum())
    return most if len(every) <= spare else min(most, float(every[spare]))


def margins(model: Model, relaxation: Relaxation, prices: Floats) -> Floats:
    """Return the best value of each option's unit with the option in, less that without its asset, at these prices."""
    margin = np.zeros(len(model.options))
    options, values = _margins_on_trees(relaxation, prices)
    margin[options] = values
    for number, unit in enumerate(relaxation.units.tolist()):
        places = model.units[unit].options
        margin[places] = _margins_in(relaxation.parts[number], prices, model.options.asset[places])
    return margin


def _margins_in(part: Patterns, prices: Floats, asset: Ints) -> Floats:
    value = part.benefit - priced(part.use, prices)
    margin = np.zeros(len(asset))
    for place in range(len(asset)):
        without = ~part.chosen[:, asset == asset[place]].any(axis=1)
        best_in = value[part.chosen[:, place]].max(initial=-np.inf)
        best_out = value[without].max(initial=-np.inf)
        margin[place] = best_in - best_out if np.isfinite(best_out) else best_in
    return margin


def _margins_on_trees(relaxation: Relaxation, prices: Floats) -> tuple[Ints, Floats]:
    """Return options on trees, and for each the best value with it in less the best with its asset out."""
    offers = relaxation.offers(prices)
    edge_margin = relaxation.forest.margins(offers.gain, relaxation.job_price(prices))
    edge = relaxation.edge_of_trench
    behind = offers.value[offers.trench][edge] - offers.value[relaxation.trench]
    return (
        np.concatenate([relaxation.trench, relaxation.flat]),
        np.concatenate([edge_margin[edge] - behind, offers.value[relaxation.flat]]),
    )


def why_infeasible(model: Model) -> str:
    """Return what asks too much, for a message."""
    least = []
    for number, limit in enumerate(model.limits):
        if limit.kind == "min_km":
            there = 0.0 - math.fsum(model.use[:, number].tolist()) / limit.per
            least.append(f"{limit.name} wants {-limit.most:g} km of {there:g} km that may be planned")
    wishes = "; ".join(least) if least else "the musts alone exceed them"
    return f"No plan was found that keeps the limits: {wishes}. Lower the minima or raise the other limits."


def has_no_pattern(enumerated: Mapping[int, Patterns]) -> bool:
    """Return whether a unit with a must has no pattern that fits its days."""
    return any(not len(part.benefit) for part in enumerated.values())
