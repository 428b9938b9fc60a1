"""A small part of the damaged files, odd arguments and killed runs that the seeded scripts of benchmarks/ make."""

import importlib.util
import shutil
from pathlib import Path

import numpy as np
import pytest

from benchmarks.kills import contents, kill_plans
from benchmarks.mutations import judged_cases
from benchmarks.odd_arguments import judged_calls

needs_parquet = pytest.mark.skipif(importlib.util.find_spec("pyarrow") is None, reason="some cases are Parquet files")


@needs_parquet
@pytest.mark.parametrize(("kind", "count"), [("read", 150), ("run", 6)])
def test_damaged_files_and_tables_are_read_or_refused_in_plain_words(kind: str, count: int) -> None:
    judged = judged_cases(kind, count, seed=7)
    assert not judged.faults, judged.report()
    assert judged.outcomes["used"] > 0
    assert judged.outcomes["refused"] > 0


@needs_parquet
def test_odd_arguments_are_used_or_refused_in_plain_words() -> None:
    judged = judged_calls(150, seed=7)
    assert not judged.faults, judged.report()
    assert judged.outcomes["refused"] > 0


def test_a_killed_plan_leaves_whole_files_and_the_next_run_the_rest(tmp_path: Path, fixtures: Path) -> None:
    shutil.copytree(fixtures / "tree", tmp_path / "city")
    seen = kill_plans(tmp_path, 1, np.random.default_rng(2))
    assert {
        what: count for what, count in seen.items() if count and what not in ("killed", "finished first", "mixed")
    } == {}
    assert all(not name.startswith(".") for name in contents(tmp_path / "plan"))
