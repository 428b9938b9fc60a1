"""All ways to work on one small street: which options together, what they bring, take and whether they fit the days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import sparse

from heatnet._arrays import Floats, Ints, Truths
from heatnet.planning.model.building import Model
from heatnet.planning.model.jobs import trench_labels
from heatnet.planning.model.streets import StreetRule

PATTERN_LIMIT = 512


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """Patterns of one unit: which of its options are chosen (patterns x options), benefit, use of the rows."""

    chosen: Truths
    benefit: Floats
    use: Floats


class Fit(Protocol):
    """Return whether jobs of some lengths fit the days of a street, one job at a time where they run in turn."""

    def __call__(self, rule: StreetRule, days: Sequence[int], *, in_turn: bool) -> bool:
        """Return True where they fit, or where nobody knows."""


def pattern_counts(model: Model) -> Floats:
    """Return the number of patterns of each unit, before any is dropped."""
    per_asset = np.bincount(model.options.asset) + 1.0
    per_asset[model.options.must_assets()] -= 1
    first = np.unique(model.options.asset, return_index=True)[1]
    logs = np.bincount(model.options.unit[first], weights=np.log2(per_asset), minlength=len(model.units))
    return np.asarray(np.exp2(np.minimum(logs, 1000.0)), dtype=np.float64)


def units_with_loops(model: Model) -> list[int]:
    """Return units whose trenches close a loop: more segments than nodes less connected pieces."""
    first = np.unique(model.options.asset[model.options.is_trench], return_index=True)[1]
    trench = np.flatnonzero(model.options.is_trench)[first]
    a, b, unit = model.options.node_a[trench], model.options.node_b[trench], model.options.unit[trench]
    n_nodes = int(max(a.max(initial=-1), b.max(initial=-1))) + 1
    joins = sparse.coo_array((np.ones(len(a)), (a, b)), shape=(n_nodes, n_nodes))
    pieces, piece = sparse.csgraph.connected_components(joins, directed=False)
    owner = np.zeros(n_nodes, dtype=np.int64)
    owner[a] = owner[b] = unit
    piece_owner = np.zeros(pieces, dtype=np.int64)
    piece_owner[piece] = owner
    n_units = len(model.units)
    edges, nodes, parts = (np.bincount(one, minlength=n_units) for one in (unit, owner, piece_owner))
    has_edges = edges > 0
    return np.flatnonzero(has_edges & (edges > nodes - parts)).tolist()


def is_tight(model: Model, unit: int) -> bool:
    """Return whether some pattern of a unit may not fit its days."""
    one = model.units[unit]
    if (model.options.length_m[one.options[model.options.is_trench[one.options]]] < model.min_job_m).any():
        return True
    if model.window is None or one.rule is None:
        return False
    options = one.options[model.options.is_trench[one.options] | model.options.is_station[one.options]]
    if not model.shutdowns.allows(model.shuts(options.tolist())):
        return True
    return int((model.options.days[options] + one.setup_days).sum()) > one.rule.row_days


def enumerate_patterns(model: Model, unit: int, fit: Fit) -> Patterns:
    """Return every pattern of a unit that fits its days, the empty one first (unless something there is a must)."""
    one = model.units[unit]
    options = one.options
    chosen = _choices(model.options.asset[options], model.options.is_must[options])
    labels = trench_labels(model.options, options, chosen)
    trenches = _trench_counts(labels)
    if is_tight(model, unit):
        keep = _fitting(model, unit, chosen, labels, fit)
        chosen, labels, trenches = chosen[keep], labels[keep], trenches[keep]
    of_option, of_job = model.use[options], model.job_use[unit]
    limits = np.flatnonzero((of_option != 0).any(axis=0) | (of_job != 0))  # most others are of other places
    benefit = trenches * model.job_benefit[unit]
    taken = trenches[:, None] * of_job[limits]
    # Option by option, so that the sums do not hang on the number of threads.
    for place, option in enumerate(options.tolist()):
        benefit += chosen[:, place] * model.options.benefit[option]
        taken += chosen[:, [place]] * of_option[place, limits]
    use = np.zeros((len(chosen), len(of_job)))
    use[:, limits] = taken
    bans = [row for row, limit in enumerate(model.limits) if limit.ban_days and limit.period == one.period]
    if bans and one.street is None:
        lengths = _job_days(model, unit, chosen, labels)
        for row in bans:
            use[:, row] = np.maximum(use[:, row], model.limits[row].beside_ban(lengths).sum(axis=1))
    return Patterns(chosen, benefit, use)


def _choices(asset: Ints, is_must: Truths) -> Truths:
    rows = np.zeros((1, len(asset)), dtype=bool)
    for one in np.unique(asset):
        places = np.flatnonzero(asset == one)
        offers = [] if is_must[places[0]] else [rows]
        for place in places:
            with_it = rows.copy()
            with_it[:, place] = True
            offers.append(with_it)
        rows = np.concatenate(offers)
    return rows


def _trench_counts(labels: Ints) -> Ints:
    if not labels.shape[1]:
        return np.zeros(len(labels), dtype=np.int64)
    ordered = np.sort(labels, axis=1)
    is_new = np.concatenate([ordered[:, :1] >= 0, (np.diff(ordered, axis=1) > 0) & (ordered[:, 1:] >= 0)], axis=1)
    return np.asarray(is_new.sum(axis=1), dtype=np.int64)


def _fitting(model: Model, unit: int, chosen: Truths, labels: Ints, fit: Fit) -> Truths:
    """Return which patterns fit the days of a unit; patterns with the same jobs are tried once."""
    one = model.units[unit]
    options = one.options
    long_enough = _long_enough(model, options, labels)
    if one.rule is None:
        return long_enough
    lengths = _job_days(model, unit, chosen, labels)
    rule = one.rule
    keep = np.asarray(lengths.sum(axis=1) <= rule.row_days)
    doubtful = np.flatnonzero(~keep)
    sets, which = np.unique(-np.sort(-lengths[doubtful], axis=1), axis=0, return_inverse=True)
    fits = [fit(rule, row[row > 0].tolist(), in_turn=one.street is not None) for row in sets]
    keep[doubtful] = np.array(fits, dtype=bool)[which.reshape(-1)]
    if model.shutdowns.limit is not None:
        keep &= _shuts_few(model, options, labels)
    return keep & long_enough


def _job_days(model: Model, unit: int, chosen: Truths, labels: Ints) -> Ints:
    """Return the days of each job of each pattern, at the place of its first option; 0 elsewhere."""
    one = model.units[unit]
    of_option = model.options.days[one.options]
    days = np.where(labels >= 0, of_option, 0)
    lengths = np.where(chosen & model.options.is_station[one.options], of_option, 0)
    for place in range(chosen.shape[1]):
        mine = labels[:, place]
        is_first = (mine >= 0) & (labels[:, :place] != mine[:, None]).all(axis=1)
        together = (days * (labels == mine[:, None])).sum(axis=1) + one.setup_days
        lengths[:, place] += np.where(is_first, together, 0)
    return np.asarray(lengths, dtype=np.int64)


def _long_enough(model: Model, options: Ints, labels: Ints) -> Truths:
    """Return which patterns hold no trench shorter than `min_job_m`."""
    keep = np.ones(len(labels), dtype=bool)
    for place in range(labels.shape[1] if model.min_job_m else 0):
        mine = labels[:, [place]]
        metres = np.zeros(len(labels))
        for other, option in enumerate(options.tolist()):
            metres += (labels[:, other] == mine[:, 0]) * model.options.length_m[option]
        keep &= (mine[:, 0] < 0) | (metres >= model.min_job_m)
    return keep


def _shuts_few(model: Model, options: Ints, labels: Ints) -> Truths:
    """Return which patterns hold no trench that alone shuts more households than are allowed."""
    sections = model.shuts(options[model.options.is_trench[options]].tolist())
    places = [
        np.flatnonzero((model.options.section[options] == name) & model.options.is_trench[options])
        for name, _ in sections
    ]
    keep = np.ones(len(labels), dtype=bool)
    for place in range(labels.shape[1] if sections else 0):
        mine = (labels == labels[:, [place]]) & (labels[:, [place]] >= 0)
        touched = np.stack([mine[:, one].any(axis=1) for one in places], axis=1)
        sets, which = np.unique(touched, axis=0, return_inverse=True)
        shut = [[section for section, is_shut in zip(sections, row, strict=True) if is_shut] for row in sets.tolist()]
        keep &= np.array([model.shutdowns.allows(one) for one in shut], dtype=bool)[which.reshape(-1)]
    return keep
