"""Pictures show the numbers of the tables, in both languages, without a warning."""

import builtins
import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import heatnet as hn
from heatnet.planning import Plan, Summer, plan_cures
from heatnet.plot.canvas import chinese_font

pytest.importorskip("matplotlib", reason="the extra plot is not installed: no picture can be drawn")

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


@pytest.fixture(scope="module")
def assessment() -> hn.Assessment:
    district = Path(__file__).parents[2] / "fixtures" / "district"
    return hn.assess(hn.read_inventory(district), season=2026, settings=hn.Settings(capacity=False))


def drawn(ax: Any) -> bytes:
    """Draw everything: letters that no font has would warn here, and warnings are errors."""
    stream = io.BytesIO()
    ax.figure.savefig(stream, format="png")
    return stream.getvalue()


@LANGUAGES
def test_capture_is_a_line_per_method_with_the_shares_of_the_table(fixtures: Path, language: str) -> None:
    network = hn.read_network(fixtures / "tree")
    faults = pd.DataFrame({"fault_id": ["F"], "found_on": ["2016-01-01"], "asset_id": ["S3"]})
    result = hn.backtest(network, seasons=[2015], faults=faults)
    ax = hn.plot.capture(result, language=language)
    lines = [np.asarray(container[0].get_ydata(), dtype=float) for container in ax.containers]
    np.testing.assert_allclose(lines, 100 * result.capture.to_numpy())
    assert drawn(ax)
    bars = hn.plot.calibration(result, language=language)
    np.testing.assert_allclose([bar.get_height() for bar in bars.patches], result.calibration["observed"])
    np.testing.assert_allclose(bars.lines[0].get_ydata(), result.calibration["expected"])
    assert drawn(bars)


def two_trenches_and_a_station(**rules: Any) -> Plan:
    candidates = pd.DataFrame(
        {
            "asset_kind": ["segment", "segment", "station"],
            "cold_household_hours": [50.0, 45.0, 40.0],
            "length_m": [100.0, 250.0, None],
            "diameter_mm": [200.0, 200.0, None],
            "street": ["柏树街", "Birch", None],
        },
        index=pd.Index(["p1", "p2", "s1"], name="asset_id"),
    )
    return plan_cures(candidates, **rules)


@LANGUAGES
def test_the_calendar_has_a_bar_per_job_on_its_days(language: str) -> None:
    plan = two_trenches_and_a_station(summer=Summer("2026-05-01", "2026-06-30", crews=1))
    ax = hn.plot.gantt(plan, language=language)
    assert [bar.get_width() for bar in ax.patches] == plan.jobs["days"].tolist()
    first = pd.Timestamp("2026-05-01")
    assert [bar.get_x() for bar in ax.patches] == (plan.jobs["start_on"] - first).dt.days.tolist()
    assert drawn(ax)


def test_a_plan_without_a_summer_has_no_calendar_to_draw() -> None:
    with pytest.raises(hn.HeatnetError, match="no calendar"):
        hn.plot.gantt(two_trenches_and_a_station())


@LANGUAGES
def test_the_frontier_shows_benefit_and_bound_by_budget(language: str) -> None:
    table = pd.DataFrame({"benefit": [0.0, 5.0, 8.0], "bound": [0.0, 5.5, 8.0]}, index=pd.Index([0.0, 1e5, 2e5]))
    ax = hn.plot.frontier(table, language=language)
    unit = 10_000.0 if language == "zh" and ax.get_xlabel() != "budget, thousands" else 1000.0
    np.testing.assert_allclose(ax.lines[0].get_xdata(), [0.0, 1e5 / unit, 2e5 / unit])
    np.testing.assert_allclose([line.get_ydata() for line in ax.lines], [[0, 5, 8], [0, 5.5, 8]])
    assert drawn(ax)


@LANGUAGES
def test_parts_of_the_risk_add_up_to_the_risk(assessment: hn.Assessment, language: str) -> None:
    ax = hn.plot.risk_parts(assessment, "asset_kind", language=language)
    unit = 1000.0 if ax.get_xlabel().endswith("thousands") else 10_000.0
    kinds = assessment.ranking["asset_kind"].nunique()
    ends = [bar.get_x() + bar.get_width() for bar in ax.patches[-kinds:]]
    by_kind = assessment.ranking.groupby("asset_kind")["risk"].sum().sort_values(ascending=False)
    np.testing.assert_allclose(ends, by_kind / unit)
    assert drawn(ax)


@LANGUAGES
def test_ageing_shows_every_kilometre_whose_year_is_known(assessment: hn.Assessment, language: str) -> None:
    ax = hn.plot.ageing(assessment, language=language)
    pipes = assessment.ranking[
        assessment.ranking["laid_year"].notna() & (assessment.ranking["asset_kind"] == "segment")
    ]
    assert sum(bar.get_height() for bar in ax.patches) == pytest.approx(pipes["length_m"].sum() / 1000)
    rate = ax.figure.axes[-1].lines[0].get_ydata()
    lengths = [bar.get_height() for bar in ax.patches]
    assert (rate * lengths).sum() / 100 == pytest.approx(pipes["faults_mean"].sum())
    assert drawn(ax)


@LANGUAGES
def test_a_map_has_every_segment_in_its_colour_and_the_cures_on_top(assessment: hn.Assessment, language: str) -> None:
    plan = plan_cures(assessment, max_km=1.0, max_stations=1)
    ax = hn.plot.network_map(assessment, "faults_mean", plan=plan, language=language)
    many, *cures = ax.collections
    values = np.sort(np.asarray(many.get_array().compressed()))
    expected = assessment.ranking.reindex(assessment.network.segment_ids)["faults_mean"]
    np.testing.assert_allclose(values, np.sort(expected.dropna()))
    renewed = plan.cures.query("measure == 'renew' and asset_kind == 'segment'")
    assert len(cures[0].get_paths()) == len(renewed)
    assert drawn(ax)


def test_a_plain_map_and_values_by_asset(assessment: hn.Assessment) -> None:
    network = assessment.network
    assert len(hn.plot.network_map(network).collections[0].get_paths()) == network.n_segments
    few = pd.Series({network.segment_ids[0]: 1.0}, name="mine")
    ax = hn.plot.network_map(network, few)
    assert ax.collections[0].get_array().count() == 1
    with pytest.raises(hn.HeatnetError, match="no_such_column"):
        hn.plot.network_map(assessment, "no_such_column")


def test_a_network_without_coordinates_has_no_map() -> None:
    with pytest.raises(hn.HeatnetError, match="coordinates"):
        hn.plot.network_map(hn.examples.line())


@LANGUAGES
def test_the_map_of_an_outage_shows_the_heat_share_of_every_building(language: str) -> None:
    network = hn.examples.twin_mains()
    nodes = network.nodes.assign(x_m=[0.0, 100.0, 200.0][: len(network.nodes)], y_m=0.0)
    placed = hn.Network(nodes, network.segments, network.valves)
    ax = hn.plot.outage_map(placed, "S", language=language)
    points = ax.collections[1]
    supply = hn.outage_supply(placed)
    assert len(points.get_offsets()) == (nodes["kind"] == "building").sum()
    assert float(points.get_array()[0]) == pytest.approx(float(supply.loc["S", "flow_share"]) ** 0.4)
    assert drawn(ax)
    with pytest.raises(hn.HeatnetError, match="no_such"):
        hn.plot.outage_map(placed, "no_such")


def test_names_in_letters_that_no_font_has_become_boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heatnet.plot.canvas.chinese_font", lambda: None)
    plan = two_trenches_and_a_station(summer=Summer("2026-05-01", "2026-06-30", crews=1))
    ax = hn.plot.gantt(plan, language="zh")
    labels = [text.get_text() for text in ax.get_yticklabels()]
    assert any("\u25a1\u25a1\u25a1" in label for label in labels)
    assert ax.get_title() == "Works of summer 2026"
    assert drawn(ax)


def test_axes_that_are_given_are_drawn_onto() -> None:
    from matplotlib.figure import Figure

    mine = Figure().add_subplot()
    table = pd.DataFrame({"benefit": [1.0], "bound": [1.0]}, index=[1.0])
    assert hn.plot.frontier(table, ax=mine) is mine


PICTURES = {
    "gantt": lambda known, plan: hn.plot.gantt(plan),
    "risk_parts": lambda known, plan: hn.plot.risk_parts(known),
    "ageing": lambda known, plan: hn.plot.ageing(known),
    "network_map": lambda known, plan: hn.plot.network_map(known),
    "frontier": lambda known, plan: hn.plot.frontier(pd.DataFrame({"benefit": [1.0], "bound": [1.0]}, index=[1.0])),
}


@pytest.mark.parametrize("name", PICTURES)
def test_without_matplotlib_the_extra_is_named(
    name: str, assessment: hn.Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_matplotlib(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    real = builtins.__import__
    plan = two_trenches_and_a_station(summer=Summer("2026-05-01", "2026-06-30"))
    monkeypatch.setattr(builtins, "__import__", no_matplotlib)
    chinese_font.cache_clear()
    with pytest.raises(hn.MissingExtraError, match=r"heatnet\[plot\]"):
        PICTURES[name](assessment, plan)
