"""Odd arguments to the public functions.

``python -m benchmarks.odd_arguments [count] [seed] [first]``: each call is a sound one but for one or two arguments.
Nothing but heatnet's own errors may come out, or a TypeError for an argument that no type allows; nothing may hang. The
kinds of TypeError are listed beside the faults, to be looked through.
"""

from __future__ import annotations

import contextlib
import inspect
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import heatnet as hn
from benchmarks.judging import Judged
from benchmarks.mutations import base_tables, damaged_table
from benchmarks.oddities import ODD_CELLS, ODD_TEXTS

SEASON = 2026
# fmt: off
ODD_VALUES: tuple[Any, ...] = (
    *ODD_CELLS, *(text for text in ODD_TEXTS if len(text) < 1000),
    "x", "2026-02-30", "2026-05-01", "en", "zh", "xx", "section", "segment", "0001-01-01", "10-15", "02-30", "13-01",
    0.5, 1, 2, 2026, 1e-300, -0.0, 10**400, range(3), range(10**6), iter([1]), slice(1), [None], ["S1"], {"S1"},
    {"S1": "2026-05-01"}, {None: None}, {"A": np.nan}, pd.DataFrame(), pd.DataFrame({"a": [1]}),
    pd.Series(dtype=float), pd.Series([0.5], index=["S1"]), pd.Series(["x"], index=["S1"]),
    pd.Series([0.1, 0.2], index=["S1", "S1"]), np.array([[1.0]]), np.array(["S1"]), np.random.default_rng(0),
    lambda: 1, type, Exception("x"), ..., NotImplemented,
)
# fmt: on
# A city that is asked for is built, however long it takes; these are too long for here, not wrong.
_MOST = {"length_km": 5.0, "stations": 2}


@dataclass(frozen=True)
class Sound:
    """A function and arguments that are sound."""

    call: Callable[..., Any]
    subjects: tuple[Any, ...] = ()
    given: Mapping[str, Any] = ()  # type: ignore[assignment]

    def usual(self, name: str) -> Any:
        """Return what stands for an argument that is not given."""
        if name in inspect.signature(self.call).parameters:
            usual = inspect.signature(self.call).parameters[name].default
            return None if usual is inspect.Parameter.empty else usual
        return getattr(hn.PlanRules(), name, None)

    def names(self) -> list[str]:
        """Return the names of all arguments: subjects by place, the others by name."""
        found = [str(place) for place in range(len(self.subjects))]
        for name, parameter in list(inspect.signature(self.call).parameters.items())[len(self.subjects) :]:
            if parameter.kind is parameter.VAR_KEYWORD:
                found += [field for field in hn.PlanRules.__dataclass_fields__ if field not in found]
            elif name != "rules":
                found.append(name)
        return found


def sound_calls(folder: Path) -> list[Sound]:
    """Return a sound call of every public function."""
    base = base_tables()[2]
    network = hn.Network(base["nodes"], base["segments"], base.get("valves"))
    visits, faults, works = base["visits"], base["faults"], base["works"]
    hn.write_inventory(base, folder / "inv")
    inventory = hn.read_inventory(folder / "inv")
    records = {"visits": visits, "faults": faults, "works": works}
    assessment = hn.assess(inventory, season=SEASON)
    summer = hn.Summer("2026-05-01", "2026-09-30", crews=2)
    rules = {"max_km": 1.0, "summer": summer}
    plan = hn.plan_cures(assessment, **rules)
    history = hn.asset_seasons(network, faults, first_season=2020, last_season=2025)
    location = hn.locate_faults(network, visits, season=2025)
    asset, home = str(assessment.ranking.index[0]), str(visits["building_id"].iloc[0])
    climate = [-10.0, 0.0, 5.0]
    readers = (hn.read_network, hn.read_inventory, hn.read_visits, hn.read_faults, hn.read_works, hn.read_digs)
    calls = [
        *(Sound(reader, (folder / "inv",)) for reader in readers),
        Sound(hn.Network, (base["nodes"], base["segments"], base.get("valves"))),
        Sound(hn.check_network, (network,)),
        Sound(hn.check_inventory, (network,), records),
        Sound(hn.check_visits, (visits, network)),
        Sound(hn.check_faults, (faults, network)),
        Sound(hn.clean_visits, (visits, network)),
        Sound(hn.visit_findings, (visits, network)),
        Sound(hn.locate_faults, (network, visits), {"season": 2025}),
        Sound(hn.suggest_visits, (location, 3)),
        Sound(hn.persistence, ([location, hn.locate_faults(network, visits, season=2024)],)),
        Sound(hn.explain_location, (location, asset)),
        Sound(hn.asset_seasons, (network, faults), {"first_season": 2020, "last_season": 2025}),
        Sound(hn.fit_failure_model, (history,)),
        Sound(hn.fit_failure_model(history).expected_faults, (network,), {"season": SEASON}),
        Sound(hn.supply_loss, (network,)),
        Sound(hn.isolation_sections, (network,)),
        Sound(hn.supply_path, (network, home)),
        Sound(hn.critical_pairs, (network,)),
        Sound(hn.valve_value, (network,)),
        Sound(hn.cold_hours, (network,), {"climate": climate}),
        Sound(hn.reliability, (network, 0.1), {"climate": climate}),
        Sound(hn.assess, (inventory,), {"season": SEASON}),
        Sound(hn.assess, (network,), {"season": SEASON, **records}),
        Sound(hn.explain, (assessment, asset)),
        Sound(hn.plan_cures, (assessment,), rules),
        Sound(hn.plan_cures, (assessment.candidates(),), rules),
        Sound(hn.plan_frontier, (assessment, [1e5, 1e6])),
        Sound(hn.plan_years, (assessment,), {"summers": [summer], "budget": 1e6}),
        Sound(hn.check_plan, (plan, assessment), rules),
        Sound(hn.replan, (plan, assessment), {"today": "2026-06-01"}),
        Sound(hn.plan_changes, (plan, plan)),
        Sound(hn.plan_from_tables, (plan.cures, plan.jobs)),
        Sound(hn.Summer, ("2026-05-01", "2026-09-30")),
        Sound(hn.Prices),
        Sound(hn.Values),
        Sound(hn.Settings),
        Sound(hn.PlanRules),
        Sound(hn.backtest, (network,), {"seasons": [2025], **records}),
        Sound(hn.write_inventory, (base, folder / "copy")),
        Sound(hn.write_report, (assessment, plan, folder / "report.html")),
        Sound(_scored, (folder / "inv",), {"season": SEASON}),
        Sound(hn.synthetic.make_city, (), {"length_km": 2.0, "stations": 1}),
    ]
    return calls + _of_later_rooms(network, base, assessment)


def _of_later_rooms(network: hn.Network, base: Mapping[str, pd.DataFrame], assessment: hn.Assessment) -> list[Sound]:
    """Return calls of functions that not every version has."""
    visits, faults, works = base["visits"], base["faults"], base["works"]
    asset = str(assessment.ranking.index[0])
    calls = {
        "steady_flow": ((network,), {}),
        "outage_supply": ((network,), {}),
        "outage_time": ((network,), {"faults": faults}),
        "reinforcements": ((network, asset), {}),
        "problem_ledger": ((network, visits, faults, works), {"season": SEASON}),
        "cure_effect": ((network, works, faults), {"seasons": [2024, 2025]}),
    }
    return [Sound(getattr(hn, name), *given) for name, given in calls.items() if hasattr(hn, name)]


def _scored(paths: Any, *, season: Any = None, workers: Any = 1, cluster: Any = None, rng: Any = 0) -> None:
    """Score to the end; more processes than one are asked for elsewhere."""
    if isinstance(workers, int | float | np.number) and not isinstance(workers, bool) and 1 < workers < 1000:
        return
    list(hn.score(paths, season=season, workers=workers, cluster=cluster, rng=rng))


def odd_call(calls: list[Sound], seed: int, number: int) -> tuple[str, Callable[[], Any]]:
    """Return a call with one or two odd arguments, and its name."""
    rng = np.random.default_rng([seed, number, 2])
    sound = calls[number % len(calls)]
    subjects, given = list(sound.subjects), dict(sound.given)
    chosen = []
    for name in rng.choice(sound.names() or ["0"], size=int(rng.integers(1, 3))):
        before = subjects[int(name)] if name.isdigit() and subjects else given.get(name, sound.usual(name))
        value = _odd(before, rng)
        if isinstance(value, int | float) and abs(value) > 1 and name in _MOST and value < 1e9:
            value = min(value, _MOST[name])
        chosen.append(f"{name}={repr(value)[:60]}")
        if name.isdigit():
            subjects = [*sound.subjects[: int(name)], value, *subjects[int(name) + 1 :]]
        else:
            given[name] = value
    label = getattr(sound.call, "__qualname__", str(sound.call))
    return f"{number} {label}({', '.join(chosen)})", lambda: sound.call(*subjects, **given)


def _odd(before: Any, rng: np.random.Generator) -> Any:
    if isinstance(before, pd.DataFrame) and rng.random() < 0.8:
        return damaged_table(before, rng)
    alike = [value for value in ODD_VALUES if _is_alike(before, value)]
    if alike and rng.random() < 0.8:
        return alike[int(rng.integers(len(alike)))]
    return ODD_VALUES[int(rng.integers(len(ODD_VALUES)))]


def _is_alike(before: Any, value: Any) -> bool:
    """Whether a value is of a kind with the sound one; for those unknown numbers, texts and tables are."""
    for kinds in ((bool, np.bool_), (int, float, np.number), (str,), (list, tuple, set, range), (pd.Series,), (dict,)):
        if isinstance(before, kinds):
            return isinstance(value, kinds)
    return before is None and isinstance(value, int | float | str | pd.DataFrame | pd.Series | list)


def judged_calls(count: int, seed: int = 0, first: int = 0) -> Judged:
    """Make calls with odd arguments, and keep what became of each."""
    judged = Judged()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        calls = sound_calls(Path(folder))
        for number in range(first, first + count):
            name, call = odd_call(calls, seed, number)
            judged.judge(name, call, types_allowed=True)
            os.chdir(folder)
    return judged


def main() -> None:
    """Print what became of the calls."""
    count, seed, first = (*sys.argv[1:], *("500", "0", "0")[len(sys.argv) - 1 :])
    begun = time.perf_counter()
    print(f"odd arguments, seed {seed}, from {first}: {judged_calls(int(count), int(seed), int(first)).report()}")
    print(f"{time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
