"""The phrases from which the reason of each rank is joined."""

WORDS = {
    "claim_first": "先索赔（质保期内）",
    "flush_first": "先冲洗",
    "balance_first": "先调平衡",
    "measure_first": "先测量",
    "faults": "{length_m:.0f}米管段{past_seasons:.0f}个采暖年度故障{past_faults:.0f}次：{worth_faults:,.0f}元",
    "station_faults": "{past_seasons:.0f}个采暖年度故障{past_faults:.0f}次：{worth_faults:,.0f}元",
    "no_records": "同类设施的故障：{worth_faults:,.0f}元",
    "cold": "其后走访{visits:.0f}户次、{cold_visits:.0f}户次不热，若供热不良（概率{impaired_prob:.2f}）约{cold_homes:,.0f}户受冷：{worth_cold:,.0f}元",
    "cold_elsewhere": "其后走访{visits:.0f}户次、{cold_visits:.0f}户次不热，多非其所致",
    "warm": "其后走访{visits:.0f}户次均热",
    "cold_unvisited": "其后无走访，若供热不良（按同类概率{impaired_prob:.2f}）约{cold_homes:,.0f}户受冷：{worth_cold:,.0f}元",
    "heat": "每米热损失{heat_loss_w_m:.0f}W：{worth_heat:,.0f}元",
    "around": "周边故障为通常的{surroundings_factor:.1f}倍",
    "laid": "{laid_year:.0f}年敷设",
    "laid_unknown": "敷设年份不明",
    "group": "走访无法将其与同线另{others:.0f}处设施区分",
    "winters": "可能连续{winters_ill:.0f}个采暖年度供热不良",
    "lost": "停运影响{buildings_lost:.0f}栋楼{households_lost:,.0f}户",
    "none_lost": "停运不影响任何楼栋",
    "join": "；",
}
