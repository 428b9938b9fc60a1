"""What an assessment rests on, and the reason of each rank."""

WORDS = {
    "served_by_capacity": "Outages are judged by what pipes and pumps still carry: a steady flow with the heads given or worked out; pump curves, heights and temperatures are not in it.",
    "flow_unknown": "No steady flow was found for the outage of {count:# asset|# assets}; there homes count as cut off or not.",
    "served_is_connected": "Served means connected; whether pipes and pumps carry enough is not checked.",
    "households_area_m2": "Households of {count:,} of {buildings:,} {buildings:building|buildings} are guessed from area_m2/100.",
    "households_load_kw": "Households of {count:,} of {buildings:,} {buildings:building|buildings} are guessed from load_kw/5.",
    "households_nothing": "Households of {count:,} of {buildings:,} {buildings:building|buildings} are unknown and counted as 0.",
    "unserved": "{count:,} of {buildings:,} {buildings:building|buildings} are not served by the intact network and count in no loss.",
    "explain_rank": "{asset} is number {rank}: its renewal is worth {worth:,.0f} and costs {cost:,.0f}; doing nothing costs {risk:,.0f} a season.",
    "explain_reason": "{reason}.",
    "explain_measure": "To know {what} would put it between number {best} and {worst}.",
    "visit_homes": "{visits} {visits:visit|visits} to {buildings}.",
    "read_station": "Read pressure and temperature on both sides of {station}.",
    "read_gauges": "Read pressure and temperature at {first} and {second}.",
    "visit_in_outage": "{column} lies in an outage that had cut the building off; set aside",
    "values_assumed": "Values in money are heatnet's defaults, not yours: an hour in the cold {cold_hour:g}, an hour without heat {no_heat_hour:g}, a GJ {heat_gj:g}; `heatnet settings` prints all.",
    "its_condition": "its condition (impaired or sound)",
    "its_rate_of_faults": "its rate of faults",
    "no_visits_used": "None of the {rows:,} visits read is used for season {season}: chronic cold is unknown, not zero.",
    "share_assumed": "Assumed, as none of the {rows:,} faults read can be used: {share:.1%} of faults cut homes off while heating runs.",
    "outage_time_from_norm": "Outage times: a Russian norm by diameter for the repair (8 to 30 h; 8 h assumed for a station) plus {lead_h:g} h to find, isolate, drain and fill; none of the {rows:,} faults read can be used.",
}
