"""What is written is read back as it was; what is damaged or mixed is refused in plain words."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import heatnet as hn
from heatnet.cli import main
from heatnet.saving.data import as_data, from_data

DISTRICT = Path(__file__).parents[2] / "fixtures" / "district"
SUMMER = hn.Summer("2026-05-01", "2026-09-20", crews=2)


@pytest.fixture(scope="module")
def assessment() -> hn.Assessment:
    return hn.assess(hn.read_inventory(DISTRICT), season=2026)


@pytest.fixture(scope="module")
def plan(assessment: hn.Assessment) -> hn.Plan:
    return hn.plan_cures(assessment, max_km=3, digs=hn.read_digs(DISTRICT), summer=SUMMER)


def assert_same(one: Any, other: Any, where: str = "") -> None:
    """Compare two values part by part, types included."""
    assert type(one) is type(other), where
    if isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, other, obj=where)
    elif isinstance(one, pd.Series):
        pd.testing.assert_series_equal(one, other)
    elif isinstance(one, np.ndarray):
        assert one.dtype == other.dtype, where
        np.testing.assert_array_equal(one, other)
    elif isinstance(one, hn.Network):
        for name in ("nodes", "segments", "valves", "set_aside", "crs"):
            assert_same(getattr(one, name), getattr(other, name), f"{where}.{name}")
    elif dataclasses.is_dataclass(one):
        for field in dataclasses.fields(one):
            if field.name == "source":  # the assessment is kept by itself
                continue
            assert_same(getattr(one, field.name), getattr(other, field.name), f"{where}.{field.name}")
    elif isinstance(one, tuple):
        assert len(one) == len(other), where
        for mine, theirs in zip(one, other, strict=True):
            assert_same(mine, theirs, where)
    elif isinstance(one, dict):
        assert list(one) == list(other), where
        for key in one:
            assert_same(one[key], other[key], f"{where}.{key}")
    else:
        assert one == other or one != one, where


def test_a_plan_read_back_is_the_plan(plan: hn.Plan, tmp_path: Path) -> None:
    hn.write_plan(plan, tmp_path)
    back = hn.read_plan(tmp_path)
    assert_same(plan, back)
    asset = str(plan.cures.index[0])
    assert back.why(asset) == plan.why(asset)
    assert_same(hn.replan(plan, today="2026-06-10"), hn.replan(back, today="2026-06-10"))
    assert set(hn.plan_changes(plan, back)["change"]) == {"carried over"}


def test_an_assessment_read_back_is_the_assessment(assessment: hn.Assessment, tmp_path: Path) -> None:
    hn.write_assessment(assessment, tmp_path)
    back = hn.read_assessment(tmp_path)
    assert_same(assessment, back)
    first = str(assessment.ranking.index[0])
    assert str(hn.explain(back, first)) == str(hn.explain(assessment, first))
    assert_same(assessment.candidates(), back.candidates())


def test_equal_results_leave_equal_bytes(plan: hn.Plan, assessment: hn.Assessment, tmp_path: Path) -> None:
    again = hn.plan_cures(assessment, max_km=3, digs=hn.read_digs(DISTRICT), summer=SUMMER)
    hn.write_plan(plan, tmp_path / "a")
    hn.write_plan(hn.read_plan(tmp_path / "a"), tmp_path / "b")
    hn.write_plan(again, tmp_path / "c")
    for name in ("plan.json", "cures.csv", "jobs.csv", "run.json"):
        assert len({(tmp_path / folder / name).read_bytes() for folder in "abc"}) == 1, name


@pytest.mark.parametrize("name", ["cures.csv", "jobs.csv", "plan.json"])
def test_a_mixed_folder_is_refused_and_the_file_is_named(plan: hn.Plan, tmp_path: Path, name: str) -> None:
    hn.write_plan(plan, tmp_path)
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes() + b"\n")
    with pytest.raises(hn.HeatnetError, match=rf"is mixed: {name} .*run\.json"):
        hn.read_plan(tmp_path)


def test_a_folder_without_its_record_is_mixed(plan: hn.Plan, tmp_path: Path) -> None:
    hn.write_plan(plan, tmp_path)
    (tmp_path / "run.json").unlink()
    with pytest.raises(hn.HeatnetError, match="is mixed"):
        hn.read_plan(tmp_path)


def test_a_workbook_that_was_written_into_is_said_and_the_plan_is_read(plan: hn.Plan, tmp_path: Path) -> None:
    hn.write_plan(plan, tmp_path)
    (tmp_path / "plan.xlsx").write_bytes(b"remarks of the office")
    back = hn.read_plan(tmp_path)
    assert "plan.xlsx" in str(back.notes[0])
    assert_same(plan.cures, back.cures)


def test_a_later_version_is_refused(plan: hn.Plan, tmp_path: Path) -> None:
    hn.write_plan(plan, tmp_path)
    _replaced(tmp_path, b'"version":1', b'"version":2')
    with pytest.raises(hn.HeatnetError, match="version 2; this heatnet reads version 1"):
        hn.read_plan(tmp_path)


def _replaced(folder: Path, old: bytes, new: bytes) -> None:
    """Change the saved plan and its record, as somebody would who knows of both."""
    from heatnet.inventory.staging import hash_of

    record = json.loads((folder / "run.json").read_text())
    (folder / "plan.json").write_bytes((folder / "plan.json").read_bytes().replace(old, new))
    record["files"]["plan.json"] = hash_of(folder / "plan.json")
    (folder / "run.json").write_text(json.dumps(record))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_file_gives_only_heatnets_own_errors(tmp_path: Path, data: st.DataObject) -> None:
    table = pd.DataFrame({"asset_kind": "station", "cold_household_hours": [1.0]}, index=["s1"])
    hn.write_plan(hn.plan_cures(table.rename_axis("asset_id"), summer=SUMMER), tmp_path)
    whole = (tmp_path / "plan.json").read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    damage = data.draw(st.sampled_from([b"", b"{", b"]", b"0", b'"', b"null", b"\xff", b"[[[[", b'{"Plan":{}}']))
    cut = data.draw(st.integers(0, 40))
    (tmp_path / "plan.json").write_bytes(whole)
    _replaced(tmp_path, whole, whole[:place] + damage + whole[place + cut :])
    with contextlib.suppress(hn.HeatnetError):  # anything else is a fault
        hn.read_plan(tmp_path)


CELLS = st.one_of(st.none(), st.booleans(), st.integers(-(2**60), 2**60), st.floats(), st.text())


@given(st.recursive(CELLS, lambda inner: st.one_of(st.tuples(inner, inner), st.dictionaries(st.text(), inner))))
def test_values_come_back_as_they_were(value: Any) -> None:
    text = json.dumps(as_data(value, {}), allow_nan=False)
    assert_same(value, from_data(json.loads(text), {}))


def test_what_is_no_value_of_heatnet_is_not_saved() -> None:
    with pytest.raises(hn.HeatnetError, match="is not saved"):
        as_data((1, {2}), {})


def test_what_names_an_unknown_class_makes_nothing() -> None:
    with pytest.raises(hn.HeatnetError, match="'os'"):
        from_data({"os": {"path": "/"}}, {})


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1.5, float("nan"), float("inf")], "b": ["x", None, "'"]}, index=pd.Index(["1", "2", "3"])),
        pd.DataFrame({"d": pd.to_datetime(["2026-01-02", None]), "n": pd.array([1, None], dtype="Int64")}),
        pd.DataFrame({2020: [True, False], 2021: [np.float32(0.1), np.float32(0.2)]}),
        pd.DataFrame({"a": pd.Series([], dtype=float)}),
    ],
)
def test_tables_come_back_with_their_types(frame: pd.DataFrame) -> None:
    back = from_data(json.loads(json.dumps(as_data(frame, {}), allow_nan=False)), {})
    pd.testing.assert_frame_equal(frame, back)


def test_the_command_line_plans_replans_and_compares(tmp_path: Path) -> None:
    run = CliRunner()
    first, second = str(tmp_path / "april"), str(tmp_path / "july")
    days = ["--first-day", "2026-05-01", "--last-day", "2026-09-20", "--crews", "2"]
    planned = run.invoke(main, ["plan", str(DISTRICT), "--season", "2026", "--max-km", "3", *days, "-o", first])
    assert planned.exit_code == 0, planned.output
    april = hn.read_plan(first)
    done = str(april.jobs.index[0])
    args = ["--today", "2026-06-10", "--done", done, "--max-km", "2", "-o", second]
    again = run.invoke(main, ["replan", first, *args])
    assert again.exit_code == 0, again.output
    expected = hn.replan(april, today="2026-06-10", done=[done], max_km=2)
    assert_same(expected.plan, hn.read_plan(second))
    compared = run.invoke(main, ["compare", first, second, "-o", str(tmp_path / "cures.csv")])
    assert compared.exit_code == 0
    assert "max_km was 3.0, is 2.0" in compared.output
    table = pd.read_csv(tmp_path / "cures.csv")
    left = set(april.cures.index) - set(expected.plan.cures.index)
    assert set(table["asset_id"][table["change"] == "left"]) == left != set()
    onto_itself = run.invoke(main, ["replan", first, "--today", "2026-06-10", "-o", first])
    assert onto_itself.exit_code == 2
    assert "name another folder" in onto_itself.output
