"""Each reason tells the numbers of its own row, in money and in people, what is worth most first."""

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
        "impaired_prob": [0.8, 0.02, 0.5],
        "cold_homes": [120.0, 40.0, 15.0],
        "heat_loss_w_m": [np.nan, 162.0, np.nan],
        "surroundings_factor": [1.0, 2.04, 1.49],
        "worth_faults": [38000.0, 10.0, 900.0],
        "worth_cold": [61000.0, 40.0, 800.0],
        "worth_heat": [0.0, 5000.0, 0.0],
        "measure_first": [False, False, False],
        "soft_pays": [True, False, True],
        "is_claim": [False, False, False],
    },
    index=pd.Index(["S1", "S2", "T1"], name="asset_id"),
)


def test_a_reason_begins_with_what_is_worth_most_and_tells_its_numbers() -> None:
    assert reasons(ROWS).tolist() == [
        "flush first; 9 of 14 visited homes cold, 120 homes if it is ill (0.80): 61,000; 3 faults in 6 seasons on 84 m"
        ": 38,000; its outage cuts off 640 households in 8 buildings; laid 1989; no visit tells it from 2 assets in "
        "line with it; probably ill 3 winters running",
        "loses 162 W/m: 5,000; nobody behind it was visited, 40 homes cold if it is ill (0.02 as of its kind): 40; "
        "no faults in 6 seasons on 20 m: 10; its surroundings fail 2.0 times as often as usual; its outage cuts off no "
        "building; laying year unknown",
        "1 fault in 6 seasons: 900; 1 of 1 visited homes cold, 15 homes if it is ill (0.50): 800; "
        "its outage cuts off 30 households in 1 building",
    ]


def test_what_is_to_be_done_before_digging_comes_first() -> None:
    both = ROWS.assign(measure_first=True)
    assert reasons(both).iloc[0].startswith("flush first; measure first; 9 of 14")
    assert reasons(both.assign(is_claim=True)).iloc[0].startswith("claim first (under warranty); 9 of 14")
    station = ROWS.assign(worth_cold=2000.0).loc[["T1"]]
    assert reasons(station).iloc[0].startswith("balance first; 1 of 1")


def test_reasons_in_chinese_tell_the_same_numbers() -> None:
    assert reasons(ROWS, language="zh").tolist() == [
        "先冲洗；其后走访14户次、9户次不热，若供热不良（概率0.80）约120户受冷：61,000元；84米管段6个采暖年度故障3次：38,000元；"
        "停运影响8栋楼640户；1989年敷设；走访无法将其与同线另2处设施区分；可能连续3个采暖年度供热不良",
        "每米热损失162W：5,000元；其后无走访，若供热不良（按同类概率0.02）约40户受冷：40元；"
        "20米管段6个采暖年度故障0次：10元；周边故障为通常的2.0倍；停运不影响任何楼栋；敷设年份不明",
        "6个采暖年度故障1次：900元；其后走访1户次、1户次不热，若供热不良（概率0.50）约15户受冷：800元；停运影响1栋楼30户",
    ]


def test_other_languages_are_refused() -> None:
    with pytest.raises(HeatnetError, match="language"):
        reasons(ROWS, language="fr")


def test_cold_homes_that_others_explain_are_told_without_money() -> None:
    text = reasons(ROWS.assign(worth_cold=10.0)).iloc[0]
    assert "9 of 14 visited homes cold, hardly because of it" in text
    assert "all warm" not in reasons(ROWS.assign(cold_visits=0)).iloc[0]
    assert "14 visited homes warm" in reasons(ROWS.assign(cold_visits=0)).iloc[0]


def test_homes_that_an_outage_leaves_a_part_of_their_heat_are_told_with_the_part() -> None:
    short = ROWS.assign(households_short=[5075.0, 0.0, 30.0], short_share=[0.22, np.nan, 0.0])
    english, chinese = reasons(short), reasons(short, language="zh")
    assert "its outage leaves 5,075 households 22% of their heat" in english.iloc[0]
    assert "5,075户只剩22%的供热" in chinese.iloc[0]
    assert "leaves" not in english.iloc[1] + english.iloc[2]
