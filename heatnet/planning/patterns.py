"""All ways to work on one small street: which options together, what they bring, take and whether they fit the days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from heatnet._arrays import Floats, Ints, Truths
from heatnet.planning.calendar import Task, search_calendar
from heatnet.planning.model import Model
from heatnet.planning.shutdowns import Shut
from heatnet.planning.streets import StreetRule

PATTERN_LIMIT = 512
FIT_STEPS = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """Patterns of one unit: which of its options are chosen (patterns x options), benefit, use of the rows."""

    chosen: Truths
    benefit: Floats
    use: Floats


@dataclass(slots=True)
class StreetFit:
    """Remembers which job lengths fit which rule, one job at a time."""

    seen: dict[tuple[StreetRule, bool, tuple[int, ...]], bool] = field(default_factory=dict)

    def fits(self, rule: StreetRule, days: Sequence[int], *, in_turn: bool) -> bool:
        """Whether jobs of these lengths fit the street's days; a search that is cut short counts as a fit."""
        key = (rule, in_turn, tuple(sorted(days)))
        if key not in self.seen:
            if in_turn:
                tasks = [Task("", one, rule) for one in key[2]]
                found, proven = search_calendar(tasks, (0,), steps=FIT_STEPS)
                self.seen[key] = found is not None or not proven
            else:
                self.seen[key] = all(rule.earliest(one) is not None for one in key[2])
        return self.seen[key]


def pattern_counts(model: Model) -> Floats:
    """Number of patterns of each unit, before any is dropped."""
    per_asset = np.bincount(model.asset) + 1.0
    must = np.zeros(len(per_asset), dtype=bool)
    must[model.asset[model.is_must]] = True
    per_asset[must] -= 1
    first = np.unique(model.asset, return_index=True)[1]
    logs = np.bincount(model.unit[first], weights=np.log2(per_asset), minlength=len(model.units))
    return np.asarray(np.exp2(np.minimum(logs, 1000.0)), dtype=np.float64)


def units_with_loops(model: Model) -> list[int]:
    """Units whose trenches close a loop: more segments than nodes less connected pieces."""
    first = np.unique(model.asset[model.is_trench], return_index=True)[1]
    trench = np.flatnonzero(model.is_trench)[first]
    a, b, unit = model.node_a[trench], model.node_b[trench], model.unit[trench]
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
    """Whether some pattern of a unit may not fit its days."""
    one = model.units[unit]
    if model.window is None or one.rule is None:
        return False
    options = one.options[model.is_trench[one.options] | model.is_station[one.options]]
    if not model.shutdowns.allows(model.shuts(options.tolist())):
        return True
    return int((model.days[options] + one.setup_days).sum()) > one.rule.row_days


def enumerate_patterns(model: Model, unit: int, fit: StreetFit) -> Patterns:
    """Every pattern of a unit that fits its days, the empty one first (unless something there is a must)."""
    one = model.units[unit]
    options = one.options
    chosen = _choices(model.asset[options], model.is_must[options])
    labels = job_labels(model, options, chosen)
    trenches = _trench_counts(labels)
    if is_tight(model, unit):
        keep = _fitting(model, unit, chosen, labels, fit)
        chosen, trenches = chosen[keep], trenches[keep]
    benefit = chosen @ model.benefit[options]
    use = chosen @ model.use[options] + trenches[:, None] * model.job_use[unit]
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


def job_labels(model: Model, options: Ints, chosen: Truths) -> Ints:
    """Job of each chosen trench in each pattern, as the smallest node it reaches; -1 where none is chosen."""
    trench = model.is_trench[options]
    nodes, ends = np.unique(np.stack([model.node_a[options], model.node_b[options]]), return_inverse=True)
    ends = ends.reshape(2, -1)
    label = np.broadcast_to(np.arange(len(nodes)), (len(chosen), len(nodes))).copy()
    places = np.flatnonzero(trench)
    changed = True
    while changed:
        changed = False
        for place in places:
            a, b = ends[0, place], ends[1, place]
            least = np.minimum(label[:, a], label[:, b])
            moves = chosen[:, place] & (label[:, a] != label[:, b])
            if moves.any():
                label[moves, a] = label[moves, b] = least[moves]
                changed = True
    jobs = np.where(chosen & trench, label[:, ends[0]], -1)
    return np.asarray(jobs, dtype=np.int64)


def _trench_counts(labels: Ints) -> Ints:
    if not labels.shape[1]:
        return np.zeros(len(labels), dtype=np.int64)
    ordered = np.sort(labels, axis=1)
    is_new = np.concatenate([ordered[:, :1] >= 0, (np.diff(ordered, axis=1) > 0) & (ordered[:, 1:] >= 0)], axis=1)
    return np.asarray(is_new.sum(axis=1), dtype=np.int64)


def _fitting(model: Model, unit: int, chosen: Truths, labels: Ints, fit: StreetFit) -> Truths:
    """Which patterns fit the days of a unit; patterns with the same jobs are tried once."""
    one = model.units[unit]
    if one.rule is None:
        return np.ones(len(chosen), dtype=bool)
    options = one.options
    days = np.where(labels >= 0, model.days[options], 0)
    is_first = np.zeros(chosen.shape, dtype=bool)
    lengths = np.where(chosen & model.is_station[options], model.days[options], 0)
    for place in range(chosen.shape[1]):
        mine = labels[:, place]
        is_first[:, place] = (mine >= 0) & (labels[:, :place] != mine[:, None]).all(axis=1)
        together = (days * (labels == mine[:, None])).sum(axis=1) + one.setup_days
        lengths[:, place] += np.where(is_first[:, place], together, 0)
    rule = one.rule
    keep = np.asarray(lengths.sum(axis=1) <= rule.row_days)
    doubtful = np.flatnonzero(~keep)
    sets, which = np.unique(-np.sort(-lengths[doubtful], axis=1), axis=0, return_inverse=True)
    fits = [fit.fits(rule, row[row > 0].tolist(), in_turn=one.street is not None) for row in sets]
    keep[doubtful] = np.array(fits, dtype=bool)[which.reshape(-1)]
    if model.shutdowns.limit is not None:
        keep &= _shuts_few(model, options, labels)
    return keep


def _shuts_few(model: Model, options: Ints, labels: Ints) -> Truths:
    """Which patterns hold no trench that alone shuts more households than are allowed."""
    sections = model.shuts(options[model.is_trench[options]].tolist())
    places = [np.flatnonzero((model.section[options] == name) & model.is_trench[options]) for name, _ in sections]
    keep = np.ones(len(labels), dtype=bool)
    for place in range(labels.shape[1] if sections else 0):
        mine = (labels == labels[:, [place]]) & (labels[:, [place]] >= 0)
        touched = np.stack([mine[:, one].any(axis=1) for one in places], axis=1)
        sets, which = np.unique(touched, axis=0, return_inverse=True)
        shut = [[one for one, is_shut in zip(sections, row, strict=True) if is_shut] for row in sets.tolist()]
        keep &= np.array([model.shutdowns.allows(one) for one in shut], dtype=bool)[which.reshape(-1)]
    return keep


def jobs_in(model: Model, unit: int, options: Ints, labels: Ints) -> list[tuple[int, frozenset[Shut]]]:
    """Days and shut sections of each job of a pattern, longest first."""
    groups: dict[tuple[bool, int], list[int]] = {}
    for option, label in zip(options.tolist(), labels.tolist(), strict=True):
        if model.is_station[option]:
            groups[True, option] = [option]
        elif label >= 0:
            groups.setdefault((False, label), []).append(option)
    setup = model.units[unit].setup_days
    jobs = [
        (int(model.days[group].sum()) + (0 if is_station else setup), model.shuts(group))
        for (is_station, _), group in groups.items()
    ]
    return [(days, frozenset(shuts)) for days, shuts in sorted(jobs, key=lambda job: (-job[0], job[1]))]
