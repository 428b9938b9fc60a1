"""What an assessment rests on, and the reason of each rank."""

WORDS = {
    "served_is_connected": "“供到”仅指连通；未校核管道和水泵的输送能力。",
    "households_area_m2": "{buildings:,}栋楼中有{count:,}栋的户数按面积（m²）/100估计。",
    "households_load_kw": "{buildings:,}栋楼中有{count:,}栋的户数按负荷（kW）/5估计。",
    "households_nothing": "{buildings:,}栋楼中有{count:,}栋的户数不明，按0计。",
    "unserved": "{buildings:,}栋楼中有{count:,}栋与完好管网不连通，不计入停热影响。",
    "explain_rank": "{asset} 排名第{rank}，预计受冷{cold_household_hours:,.0f}户·小时：其中停热{outage_hours:,.0f}，长期不热{chronic_hours:,.0f}。",
    "explain_reason": "{reason}。",
    "explain_measure": "查明{what}，名次将在第{best}至第{worst}之间。",
    "its_condition": "其实际状况（供热不良或正常）",
    "its_rate_of_faults": "其故障率",
}
