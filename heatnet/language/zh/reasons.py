"""The phrases from which the reason of each rank is joined."""

WORDS = {
    "laid": "{laid_year:.0f}年敷设",
    "laid_unknown": "敷设年份不明",
    "faults": "{length_m:.0f}米管段{past_seasons:.0f}个采暖年度故障{past_faults:.0f}次",
    "station_faults": "{past_seasons:.0f}个采暖年度故障{past_faults:.0f}次",
    "visits": "其后走访{visits:.0f}户次，{cold_visits:.0f}户次不热",
    "group": "与同线另{others:.0f}处设施无法区分",
    "winters": "可能连续{winters_ill:.0f}个采暖年度供热不良",
    "lost": "停运影响{buildings_lost:.0f}栋楼{households_lost:.0f}户",
    "none_lost": "停运不影响任何楼栋",
    "join": "；",
}
