"""Jobs of more worth start earlier."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatnet.planning import PlanRules, Prices, Summer
from heatnet.planning.model.building import build_model
from heatnet.planning.model.candidates import candidate_table, priced_table
from heatnet.planning.model.jobs import jobs_of
from heatnet.planning.schedule.early import best_first, worth_of

PRICES = Prices(cost_per_m=(10.0, 0.0), job_cost=500.0, station_cost=2000.0)


def model_of(summer, lengths=(100.0, 100.0, 100.0), worth=(1.0, 3.0, 2.0)):
    table = pd.DataFrame(
        {
            "asset_id": ["p1", "p2", "p3"],
            "asset_kind": "segment",
            "worth": worth,
            "length_m": lengths,
            "from_node": ["a", "c", "e"],
            "to_node": ["b", "d", "f"],
            "street": ["Ash", "Birch", "Cedar"],
        }
    )
    return build_model(priced_table(candidate_table(table), PRICES), PlanRules(summer=summer, min_ratio=0.0), PRICES)[0]


def test_with_room_enough_the_best_come_first():
    model = model_of(Summer("2026-05-01", "2026-06-30", test_days=0, crews=1))
    jobs = jobs_of(model, np.arange(3))
    assert [worth_of(model, job) for job in jobs] == [1.0, 3.0, 2.0]
    # Nine days each.
    assert best_first(model, jobs, [0, 9, 18]) == (18, 0, 9)


def test_where_placing_by_worth_leaves_a_job_out_only_like_jobs_change_places():
    # Two crews, 18 days: jobs of 18, 9 and 9 days fit only with the two short ones behind each other.
    model = model_of(Summer("2026-05-01", "2026-05-18", test_days=0, crews=2), lengths=(325.0, 100.0, 100.0))
    jobs = jobs_of(model, np.arange(3))
    assert [job.days for job in jobs] == [18, 9, 9]
    # By worth p2 and p3 would take a crew each and leave no 18 days for p1.
    assert best_first(model, jobs, [0, 9, 0]) == (0, 0, 9)
