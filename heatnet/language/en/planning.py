"""What a plan tells its reader, and why an asset is out of it."""

WORDS = {
    "default_prices": "Prices are heatnet's defaults, not yours: set prices before you trust any sum of money.",
    "no_summer_no_warranty": "Without a summer nobody can say which assets are still under warranty: all are planned.",
    "no_summer_no_digs": "Without a summer no dig or ban counts: give summer to plan with them.",
    "priced_as_renewals": "{count:,} {count:measure|measures} that open no trench have no cost of their own and are priced as renewals.",
    "out_no_fund": "no fund with a budget pays for it",
    "out_owner": "belongs to another owner",
    "out_warranty": "still under the contractor's warranty",
    "out_under_way": "already under way",
    "out_never": "forbidden by you",
    "out_closed_street": "its street is closed after an earlier dig",
    "out_no_days": "its job fits no open days of the summer",
    "out_budget": "it alone costs more than the budget leaves",
    "out_max_km": "it alone is longer than max_km leaves",
    "out_max_stations": "no station may be renewed",
    "out_crew_days": "it alone takes more days than the crews have",
    "out_too_many_shut": "its shutdown alone cuts off more households than may be shut together",
    "why_out": "{asset} is out: {reason}.",
}
