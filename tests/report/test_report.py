"""Figures show the numbers of the tables, or the extra that is missing is named."""

import builtins
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import heatnet as hn
from heatnet.planning import Plan, Summer, plan_cures
from heatnet.report import capture_figure, gantt_figure


def test_the_capture_figure_shows_the_table_or_names_the_extra(fixtures: Path) -> None:
    network = hn.read_network(fixtures / "tree")
    faults = pd.DataFrame({"fault_id": ["F"], "found_on": ["2016-01-01"], "asset_id": ["S3"]})
    result = hn.backtest(network, seasons=[2015], faults=faults)
    if importlib.util.find_spec("matplotlib") is None:
        with pytest.raises(hn.MissingExtraError, match=r"heatnet\[report\]"):
            capture_figure(result)
        return
    axes = capture_figure(result).axes[0]
    lines = {container.get_label(): container[0] for container in axes.containers}
    assert set(lines) == set(result.capture.index)
    drawn = np.asarray(lines["oracle"].get_ydata(), dtype=np.float64)
    np.testing.assert_allclose(drawn, 100 * result.capture.loc["oracle"].to_numpy())


def _plan(**rules: Any) -> Plan:
    """Two trenches and a station."""
    candidates = pd.DataFrame(
        {
            "asset_kind": ["segment", "segment", "station"],
            "cold_household_hours": [50.0, 45.0, 40.0],
            "length_m": [100.0, 250.0, None],
            "diameter_mm": [200.0, 200.0, None],
            "street": ["Ash", "Birch", None],
        },
        index=pd.Index(["p1", "p2", "s1"], name="asset_id"),
    )
    return plan_cures(candidates, **rules)


def test_the_calendar_is_drawn_as_a_figure_with_a_bar_per_job() -> None:
    plan = _plan(summer=Summer("2026-05-01", "2026-06-30", crews=1))
    if importlib.util.find_spec("matplotlib") is None:
        with pytest.raises(hn.MissingExtraError, match=r"heatnet\[report\]"):
            gantt_figure(plan)
        return
    axes = gantt_figure(plan).axes[0]
    assert [bar.get_width() for bar in axes.patches] == plan.jobs["days"].tolist()
    first = pd.Timestamp("2026-05-01")
    assert [bar.get_x() for bar in axes.patches] == (plan.jobs["start_on"] - first).dt.days.tolist()


def test_a_plan_without_a_summer_has_no_calendar_to_draw() -> None:
    with pytest.raises(hn.HeatnetError, match="no calendar"):
        gantt_figure(_plan())


def test_without_matplotlib_the_calendar_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_matplotlib(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    real = builtins.__import__
    plan = _plan(summer=Summer("2026-05-01", "2026-06-30"))
    monkeypatch.setattr(builtins, "__import__", no_matplotlib)
    with pytest.raises(hn.MissingExtraError, match=r"heatnet\[report\]"):
        gantt_figure(plan)
