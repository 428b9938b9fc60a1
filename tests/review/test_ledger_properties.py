"""What holds of every ledger: each cold visit and fault once, states that move forward, no say for order and ids."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import heatnet as hn
from heatnet.review import ProblemLedger, problem_ledger
from heatnet.review.ledger import STATES
from heatnet.season import season_of
from tests.location_oracle import random_network

SEASON = 2023
FORWARD = {state: place for place, state in enumerate(STATES[:6])}  # found to proven
HEATING_END, SEASON_END, NEXT_HEATING_END = (pd.Timestamp(day) for day in ("2024-04-16", "2024-10-15", "2025-04-16"))


@dataclass(frozen=True)
class Rules:
    under_way: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Request:
    rules: Rules


@dataclass(frozen=True)
class SomePlan:
    """As much of a plan as a ledger looks at."""

    cures: pd.DataFrame
    request: Request


@dataclass(frozen=True)
class Drawn:
    network: hn.Network
    visits: pd.DataFrame
    faults: pd.DataFrame
    works: pd.DataFrame
    plan: SomePlan

    def ledger(self, plan: Any = None) -> ProblemLedger:
        return problem_ledger(self.network, self.visits, self.faults, self.works, plan, season=SEASON)

    def until(self, day: pd.Timestamp, works_until: pd.Timestamp) -> "Drawn":
        visits, faults, works = self.visits, self.faults, self.works
        return replace(
            self,
            visits=visits[visits["visited_on"] < day],
            faults=faults[faults["found_on"] < day],
            works=works[works["done_on"] < works_until],
        )


def days(rng: np.random.Generator, count: int) -> pd.Series:
    """Days of three heating years."""
    return pd.Series(pd.Timestamp("2023-10-16") + pd.to_timedelta(rng.integers(0, 3 * 365, count), "D"))


def drawn(seed: int) -> Drawn:
    rng = np.random.default_rng(seed)
    network = random_network(rng)
    odd = network.length_m + rng.random(network.n_segments)  # of two ways of equal resistance ids choose
    network = network.replace(segments=network.segments.assign(length_m=odd))
    buildings = [*network.node_ids[network.building_nodes], "nowhere"]
    count, n_faults, n_works = (int(rng.integers(0, most)) for most in (150, 15, 15))
    visited_on = days(rng, count)
    solved_after = pd.to_timedelta(rng.integers(1, 40, count), "D")
    visits = pd.DataFrame(
        {
            "visit_id": [f"V{i:03}" for i in range(count)],
            "building_id": rng.choice(buildings, count),
            "visited_on": visited_on,
            "is_cold": rng.random(count) < rng.choice([0.2, 0.6]),
            "cause": rng.choice(["household", "network", "closed", "unknown"], count, p=[0.1, 0.3, 0.1, 0.5]),
            "household_id": rng.choice(["1", "2", "3"], count),
            "resolved_on": (visited_on + solved_after).where(rng.random(count) < 0.6),
        }
    )
    assets = [*network.asset_ids, "none"]
    faults = pd.DataFrame(
        {"fault_id": [f"F{i:02}" for i in range(n_faults)], "found_on": days(rng, n_faults),
         "asset_id": rng.choice(assets, n_faults), "outage_h": rng.choice([0.0, 6.0], n_faults)}
    )  # fmt: skip
    works = pd.DataFrame(
        {"work_id": [f"W{i:02}" for i in range(n_works)], "asset_id": rng.choice(assets, n_works),
         "done_on": days(rng, n_works), "kind": rng.choice(["renewal", "repair", "cleaning", "balancing"], n_works)}
    )  # fmt: skip
    chosen = rng.choice(network.asset_ids, len(network.asset_ids) // 2 + 1, replace=False)
    plan = SomePlan(pd.DataFrame(index=pd.Index(sorted(chosen), name="asset_id")), Request(Rules()))
    return Drawn(network, visits, faults, works, plan)


def cold_of_season(visits: pd.DataFrame) -> int:
    return int((visits["is_cold"] & (season_of(visits["visited_on"]) == SEASON)).sum())


@settings(max_examples=6)
@given(st.integers(0, 10**6))
def test_each_cold_visit_and_fault_is_part_of_one_row_and_of_no_other(seed: int) -> None:
    city = drawn(seed)
    ledger = city.ledger(city.plan)
    assert ledger.index.is_unique
    assert (ledger["visits"].sum(), ledger["faults"].sum()) == (
        cold_of_season(city.visits),
        int((season_of(city.faults["found_on"]) == SEASON).sum()),
    )
    assert ((ledger["visits"] > 0) | (ledger["faults"] > 0) | (ledger["kind"] == "finding")).all()


@settings(max_examples=4)
@given(st.integers(0, 10**6))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    city = drawn(seed)
    tables = (getattr(city.network, name).sample(frac=1, random_state=seed) for name in ("nodes", "segments", "valves"))
    records = {name: getattr(city, name).sample(frac=1, random_state=seed) for name in ("visits", "faults", "works")}
    again = replace(city, network=hn.Network(*tables), **records).ledger(city.plan)
    pd.testing.assert_frame_equal(again.table, city.ledger(city.plan).table)
    pd.testing.assert_frame_equal(again.totals(), city.ledger(city.plan).totals())


@settings(max_examples=3)
@given(st.integers(0, 10**6))
def test_states_move_forward_or_come_back_as_time_goes_on(seed: int) -> None:
    whole = drawn(seed)
    begun = replace(whole.plan, request=Request(Rules(frozenset(whole.plan.cures.index))))
    spring = whole.until(SEASON_END, HEATING_END)
    told = [
        spring.ledger(),
        spring.ledger(whole.plan),
        spring.ledger(begun),
        whole.until(SEASON_END, SEASON_END).ledger(begun),
        whole.until(pd.Timestamp("2025-10-15"), NEXT_HEATING_END).ledger(begun),
        whole.ledger(begun),
    ]
    for before, after in pairwise(told):
        assert before.index.tolist() == after.index.tolist()
        for problem, was, now in zip(before.index, before["state"], after["state"], strict=True):
            is_kept = was == now or now == "came_back"
            assert is_kept or (was in FORWARD and now in FORWARD and FORWARD[now] > FORWARD[was]), (problem, was, now)
        for column in ("kind", "opened_on", "community", "assets", "households", "visits", "faults", "handed_to"):
            assert before[column].tolist() == after[column].tolist()


def renamed(city: Drawn, rng: np.random.Generator) -> tuple[Drawn, dict[str, str]]:
    """Return the city with other ids in another order, and the old name of each new one."""
    network = city.network
    old = [*network.node_ids, *network.segment_ids]
    new = dict(zip(old, [f"n{k:04}" for k in rng.permutation(len(old))], strict=True))
    tables = {name: getattr(network, name).copy() for name in ("nodes", "segments", "valves")}
    for table in tables.values():
        for column in ("node_id", "segment_id", "from_node", "to_node"):
            if column in table.columns:
                table[column] = table[column].map(new)
    records = {
        name: table.assign(**{column: table[column].map(lambda one: new.get(one, one))})
        for name, table, column in (
            ("visits", city.visits, "building_id"),
            ("faults", city.faults, "asset_id"),
            ("works", city.works, "asset_id"),
        )
    }
    cures = city.plan.cures.rename(index=new)
    other = Drawn(
        network=hn.Network(*(table.sample(frac=1, random_state=1) for table in tables.values())),
        plan=replace(city.plan, cures=cures),
        **{name: table.sample(frac=1, random_state=2) for name, table in records.items()},
    )
    return other, {new_name: old_name for old_name, new_name in new.items()}


def contents(ledger: ProblemLedger, names: dict[str, str]) -> list[tuple[Any, ...]]:
    """Return the rows without their ids, assets by their old names, in an order of their own."""
    columns = ("kind", "state", "opened_on", "closed_on", "community", "households", "visits", "faults", "handed_to")
    rows = []
    for _, row in ledger.table.iterrows():
        assets = sorted(names.get(one, one) for one in row["assets"].split())
        rows.append((*(str(row[column]) for column in columns), row["reason"], *assets))
    return sorted(rows)


@settings(max_examples=4)
@given(st.integers(0, 10**6))
def test_the_names_of_things_do_not_matter(seed: int) -> None:
    city = drawn(seed)
    other, names = renamed(city, np.random.default_rng(seed))
    same = {one: one for one in names.values()}
    assert contents(other.ledger(other.plan), names) == contents(city.ledger(city.plan), same)
    pd.testing.assert_frame_equal(other.ledger().totals(), city.ledger().totals())
