"""Figures show the numbers of the tables, or the extra that is missing is named."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import heatnet as hn
from heatnet.report import capture_figure


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
