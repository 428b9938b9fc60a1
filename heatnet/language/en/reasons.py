"""The phrases from which the reason of each rank is joined."""

WORDS = {
    "laid": "laid {laid_year:.0f}",
    "laid_unknown": "laying year unknown",
    "faults": "{past_faults:no faults|# fault|# faults} in {past_seasons:# season|# seasons} on {length_m:.0f} m",
    "station_faults": "{past_faults:no faults|# fault|# faults} in {past_seasons:# season|# seasons}",
    "visits": "{cold_visits:.0f} of {visits:.0f} visited homes behind it cold",
    "group": "no visit tells it from {others:# asset|# assets} in line with it",
    "winters": "probably ill {winters_ill:.0f} winters running",
    "lost": "its outage cuts off {households_lost:.0f} households in {buildings_lost:# building|# buildings}",
    "none_lost": "its outage cuts off no building",
    "join": "; ",
}
