"""The phrases from which the reason of each rank is joined."""

WORDS = {
    "claim_first": "claim first (under warranty)",
    "flush_first": "flush first",
    "balance_first": "balance first",
    "measure_first": "measure first",
    "faults": "{past_faults:no faults|# fault|# faults} in {past_seasons:# season|# seasons} on {length_m:.0f} m: {worth_faults:,.0f}",
    "station_faults": "{past_faults:no faults|# fault|# faults} in {past_seasons:# season|# seasons}: {worth_faults:,.0f}",
    "no_records": "faults of its kind: {worth_faults:,.0f}",
    "cold": "{cold_visits:.0f} of {visits:.0f} visited homes cold, {cold_homes:,.0f} homes if it is ill ({impaired_prob:.2f}): {worth_cold:,.0f}",
    "cold_elsewhere": "{cold_visits:.0f} of {visits:.0f} visited homes cold, hardly because of it",
    "warm": "{visits:# visited home|# visited homes} warm",
    "cold_unvisited": "nobody behind it was visited, {cold_homes:,.0f} homes cold if it is ill ({impaired_prob:.2f} as of its kind): {worth_cold:,.0f}",
    "heat": "loses {heat_loss_w_m:.0f} W/m: {worth_heat:,.0f}",
    "around": "its surroundings fail {surroundings_factor:.1f} times as often as usual",
    "laid": "laid {laid_year:.0f}",
    "laid_unknown": "laying year unknown",
    "group": "no visit tells it from {others:# asset|# assets} in line with it",
    "winters": "probably ill {winters_ill:.0f} winters running",
    "lost": "its outage cuts off {households_lost:,.0f} households in {buildings_lost:# building|# buildings}",
    "none_lost": "its outage cuts off no building",
    "join": "; ",
}
