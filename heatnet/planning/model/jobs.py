"""From options to jobs: the one place that knows which options share a trench."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatnet._arrays import Ints, Truths
from heatnet.planning.model.building import Model
from heatnet.planning.model.options import Options, trenches_of
from heatnet.planning.model.shutdowns import Shut
from heatnet.planning.model.streets import StreetRule


@dataclass(frozen=True, slots=True)
class Job:
    """One trench or one station that wants days.

    Its street (None: nameless, or a station without one), its length in days, when it may run (None: no summer), the
    sections it shuts (none where nobody limits that); then its unit, its options in their order, and whether it is a
    trench.
    """

    street: str | None
    days: int
    rule: StreetRule | None
    shuts: tuple[Shut, ...] = ()
    unit: int = -1
    options: tuple[int, ...] = ()
    is_trench: bool = True


def trench_labels(options: Options, places: Ints, chosen: Truths) -> Ints:
    """Return the trench of each of some options in many choices at once, as the smallest node it reaches.

    -1 where an option is not chosen or opens no trench.
    """
    trench = options.is_trench[places]
    nodes, ends = np.unique(np.stack([options.node_a[places], options.node_b[places]]), return_inverse=True)
    ends = ends.reshape(2, -1)
    label = np.broadcast_to(np.arange(len(nodes)), (len(chosen), len(nodes))).copy()
    changed = True
    while changed:
        changed = False
        for place in np.flatnonzero(trench):
            a, b = ends[0, place], ends[1, place]
            least = np.minimum(label[:, a], label[:, b])
            moves = chosen[:, place] & (label[:, a] != label[:, b])
            if moves.any():
                label[moves, a] = label[moves, b] = least[moves]
                changed = True
    jobs = np.where(chosen & trench, label[:, ends[0]], -1)
    return np.asarray(jobs, dtype=np.int64)


def jobs_of(model: Model, chosen: Ints) -> tuple[Job, ...]:
    """Return jobs of a choice, in the order of units; trenches by their first option, then stations."""
    options = model.options
    stations = np.sort(chosen[options.is_station[chosen]])
    groups = [(group, True) for group in trenches_of(options, chosen)]
    groups += [(np.array([station]), False) for station in stations.tolist()]
    groups.sort(key=lambda one: (int(options.unit[one[0][0]]), not one[1], int(one[0][0])))
    return tuple(job_of(model, group, is_trench=is_trench) for group, is_trench in groups)


def job_of(model: Model, group: Ints, *, is_trench: bool) -> Job:
    """Return the job of options that share a trench, or of a station."""
    number = int(model.options.unit[group[0]])
    unit = model.units[number]
    days = int(model.options.days[group].sum()) + (unit.setup_days if is_trench else 0)
    places = tuple(group.tolist())
    return Job(unit.street, days, unit.rule, model.shuts(places), number, places, is_trench)
