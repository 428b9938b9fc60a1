import numpy as np
import pandas as pd
import pytest

from heatnet.consequence import formula_repair_h, norm_repair_h, outage_time
from heatnet.errors import HeatnetError
from heatnet.network import Network


def fleet() -> Network:
    """Two small pipes, one of 500 mm, one station."""
    nodes = pd.DataFrame({"node_id": ["A", "T", "B"], "kind": ["source", "station", "building"]})
    segments = pd.DataFrame(
        {
            "segment_id": ["M", "P", "Q"],
            "from_node": ["A", "T", "T"],
            "to_node": ["T", "B", "B"],
            "length_m": 100.0,
            "diameter_mm": [500.0, 100.0, 100.0],
            "level": ["primary", "secondary", "secondary"],
        }
    )
    return Network(nodes, segments)


def repairs(*rows: tuple[str, str, float | None, str | None]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["asset_id", "found_on", "repair_h", "found_by"])
    return table.assign(fault_id=[f"f{i}" for i in range(len(table))])


def test_the_norm_steps_up_at_its_four_diameters() -> None:
    assert norm_repair_h([50, 224.9, 225, 449, 450, 749, 750, 949, 950, 1400]).tolist() == [
        *(8, 8, 13, 13, 20, 20, 24, 24, 30, 30)
    ]


def test_the_formula_gives_the_published_table() -> None:
    # published: 27 and 36 h at 1 m with 2 and 3 km between valves, 17.4 and 22.3 h at 0.6 m
    assert formula_repair_h(1000, [2000, 3000]).tolist() == pytest.approx([27, 36])
    assert formula_repair_h(600, [2000, 3000]).round(1).tolist() == [17.4, 22.3]


def test_the_formula_overstates_small_pipes_as_its_source_says() -> None:
    assert formula_repair_h([100, 200], 0).round(1).tolist() == [6.2, 6.4]  # 5 h published


def test_without_records_repairs_follow_the_norm_and_stations_an_assumption() -> None:
    table = outage_time(fleet())
    assert table["outage_h"].to_dict() == {"M": 26, "P": 14, "Q": 14, "T": 14}
    assert table["basis"].to_dict() == {"M": "norm", "P": "norm", "Q": "norm", "T": "assumption"}
    pd.testing.assert_frame_equal(table, outage_time(fleet(), faults=repairs()))


def test_own_records_are_shrunk_by_class_towards_the_city() -> None:
    # five repairs of 100 mm of 22 h, 28 with the lead, against 14: ratio 2. City: (5*2 + 5)/(5 + 5) = 1.5; small pipes:
    # (10 + 5*1.5)/10 = 1.75.
    table = outage_time(fleet(), faults=repairs(*[("P", "2021-01-05", 22.0, None)] * 5))
    assert table["outage_h"].to_dict() == pytest.approx({"M": 26 * 1.5, "P": 24.5, "Q": 24.5, "T": 14})
    assert table["records"].to_dict() == {"M": 0, "P": 5, "Q": 5, "T": 0}
    assert table["basis"].to_dict() == {"M": "records", "P": "records", "Q": "records", "T": "assumption"}


def test_recorded_hours_of_an_outage_stand_before_those_of_the_repair() -> None:
    faults = repairs(*[("P", "2021-01-05", 22.0, None)] * 3).assign(outage_h=[28.0, 0.0, None])
    table = outage_time(fleet(), faults=faults)  # 28 h in each case
    assert (
        table["outage_h"].to_dict()
        == outage_time(fleet(), faults=faults.drop(columns="outage_h"))["outage_h"].to_dict()
    )
    longer = outage_time(fleet(), faults=faults.assign(outage_h=[42.0, 0.0, None]))
    assert (longer["outage_h"][["M", "P", "Q"]] > table["outage_h"][["M", "P", "Q"]]).all()


def test_what_is_not_repair_is_added_to_every_norm() -> None:
    assert outage_time(fleet(), lead_h=0.0)["outage_h"].to_dict() == {"M": 20, "P": 8, "Q": 8, "T": 8}
    for wrong in (-1.0, float("nan"), True):
        with pytest.raises(HeatnetError, match="lead_h"):
            outage_time(fleet(), lead_h=wrong)


def test_stations_learn_from_stations_only() -> None:
    # five repairs of 1 h, 7 with the lead, against 14 h: (5*0.5 + 5)/10 = 0.75
    table = outage_time(fleet(), faults=repairs(*[("T", "2021-01-05", 1.0, "operation")] * 5))
    assert table["outage_h"].to_dict() == {"M": 26, "P": 14, "Q": 14, "T": 10.5}
    assert table["basis"].to_dict() == {"M": "norm", "P": "norm", "Q": "norm", "T": "records"}


def test_many_records_outweigh_the_norm() -> None:
    table = outage_time(fleet(), faults=repairs(*[("P", "2021-01-05", 5.0, None)] * 2000))
    assert table.loc["P", "outage_h"] == pytest.approx(11, abs=0.02)


def test_summer_tests_and_unknown_assets_teach_nothing_about_winter_repairs() -> None:
    idle = [
        ("P", "2021-07-05", 400.0, "inspection"),
        ("P", "2021-01-05", 400.0, "test"),
        ("P", "2021-01-05", 0.0, None),
        ("P", "2021-01-05", None, None),
        ("gone", "2021-01-05", 400.0, None),
        (None, "2021-01-05", 400.0, None),
    ]
    pd.testing.assert_frame_equal(outage_time(fleet(), faults=repairs(*idle)), outage_time(fleet()))


def test_with_valve_distances_the_formula_takes_the_place_of_the_norm() -> None:
    table = outage_time(fleet(), valve_distance_m=pd.Series({"M": 2000, "P": 100, "Q": 1, "T": 1}))
    # 500 mm: 0.5**1.2 = 0.435275; 6*(1 + 3.5*0.435275) = 15.1408
    assert table.loc["M", "outage_h"] == pytest.approx(21.1408, abs=1e-4)
    assert table["basis"].tolist() == ["formula"] * 3 + ["assumption"]
    with pytest.raises(HeatnetError, match=r"valve_distance_m.*1 asset: T"):
        outage_time(fleet(), valve_distance_m=pd.Series({"M": 2000, "P": 100, "Q": 1}))


def test_the_order_of_the_records_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    rows = [(str(rng.choice(["M", "P", "T"])), "2021-02-01", float(rng.integers(1, 40)), None) for _ in range(20)]
    there, back = outage_time(fleet(), faults=repairs(*rows)), outage_time(fleet(), faults=repairs(*rows[::-1]))
    pd.testing.assert_frame_equal(there, back, rtol=1e-12)
