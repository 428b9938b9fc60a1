"""What is expected of an asset after its renewal."""

import pandas as pd

import heatnet as hn


def test_a_pipe_laid_last_year_is_not_worth_renewing_for_its_early_defects() -> None:
    nodes = pd.DataFrame(
        {"node_id": list("ABC"), "kind": ["source", "building", "building"], "households": [0, 40, 40]}
    )
    segments = pd.DataFrame(
        {
            "segment_id": ["new", "old"],
            "from_node": "A",
            "to_node": ["B", "C"],
            "length_m": 100.0,
            "diameter_mm": 100.0,
            "laid_year": [2025, 1985],
        }
    )
    ranking = hn.assess(hn.Network(nodes, segments), season=2026).ranking
    assert ranking.loc["new", "worth_faults"] < 1e-6 * ranking.loc["old", "worth_faults"]
    assert (ranking["faults_after"] <= ranking["faults_mean"]).all()
    assert ranking.loc["old", "faults_after"] < ranking.loc["old", "faults_mean"]
