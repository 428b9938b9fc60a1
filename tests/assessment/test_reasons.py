"""Each reason tells the numbers of its own row, what weighs most first."""

import numpy as np
import pandas as pd
import pytest

from heatnet.assessment.reasons import reasons
from heatnet.errors import HeatnetError

ROWS = pd.DataFrame(
    {
        "asset_kind": ["segment", "segment", "station"],
        "length_m": [84.0, 20.4, np.nan],
        "laid_year": [1989.0, np.nan, np.nan],
        "past_faults": [3, 0, 1],
        "past_seasons": [6, 6, 6],
        "visits": [14, 0, 1],
        "cold_visits": [9, 0, 1],
        "winters_ill": [3, 0, 1],
        "group_size": [3, 5, 1],
        "buildings_lost": [8, 0, 1],
        "households_lost": [640.0, 0.0, 30.0],
        "outage_hours": [10.0, 1.0, 1.0],
        "chronic_hours": [50.0, 0.0, 0.0],
    },
    index=pd.Index(["S1", "S2", "T1"], name="asset_id"),
)


def test_a_reason_begins_with_what_weighs_most_and_tells_its_numbers() -> None:
    assert reasons(ROWS).tolist() == [
        "9 of 14 visited homes behind it cold; no visit tells it from 2 assets in line with it; "
        "probably ill 3 winters running; laid 1989; 3 faults in 6 seasons on 84 m; "
        "its outage cuts off 640 households in 8 buildings",
        "laying year unknown; no faults in 6 seasons on 20 m; its outage cuts off no building",
        "1 fault in 6 seasons; its outage cuts off 30 households in 1 building; 1 of 1 visited homes behind it cold",
    ]


def test_reasons_in_chinese_tell_the_same_numbers() -> None:
    assert reasons(ROWS, language="zh").tolist() == [
        "其后走访14户次，9户次不热；与同线另2处设施无法区分；可能连续3个采暖年度供热不良；1989年敷设；84米管段6个采暖年度故障3次；停运影响8栋楼640户",
        "敷设年份不明；20米管段6个采暖年度故障0次；停运不影响任何楼栋",
        "6个采暖年度故障1次；停运影响1栋楼30户；其后走访1户次，1户次不热",
    ]


def test_other_languages_are_refused() -> None:
    with pytest.raises(HeatnetError, match="language"):
        reasons(ROWS, language="fr")
