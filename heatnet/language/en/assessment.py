"""What an assessment rests on, and the reason of each rank."""

WORDS = {
    "served_is_connected": "Served means connected; whether pipes and pumps carry enough is not checked.",
    "households_area_m2": "Households of {count:,} of {buildings:,} {buildings:building|buildings} are guessed from area_m2/100.",
    "households_load_kw": "Households of {count:,} of {buildings:,} {buildings:building|buildings} are guessed from load_kw/5.",
    "households_nothing": "Households of {count:,} of {buildings:,} {buildings:building|buildings} are unknown and counted as 0.",
    "unserved": "{count:,} of {buildings:,} {buildings:building|buildings} are not served by the intact network and count in no loss.",
    "explain_rank": "{asset} is number {rank} with {cold_household_hours:,.0f} cold household-hours expected: {outage_hours:,.0f} by outages, {chronic_hours:,.0f} by chronic cold.",
    "explain_reason": "{reason}.",
    "explain_measure": "To know {what} would put it between number {best} and {worst}.",
    "its_condition": "its condition (impaired or sound)",
    "its_rate_of_faults": "its rate of faults",
}
