"""What outages mean in homes: how often they come, how long they last, how cold it is."""

WORDS = {
    "share_assumed": "Assumed, as no faults are recorded: {share:.1%} of faults cut homes off while heating runs.",
    "share_upper_bound": "Upper bound: no outage hours are recorded, so each of the faults dated in heating time counts as an outage ({share:.1%} of {faults:,} {faults:fault|faults}).",
    "share_learned": "{share:.1%} of faults cut homes off while heating runs, learned from {faults:,} {faults:fault|faults}.",
    "climate_assumed": "Assumed, not measured: a dry continental winter as in the Hexi corridor, 183 days from 15 October to 15 April, daily means from -20 to 14 degC, mean -2.5 degC, five days below -14.5 degC.",
    "outage_time_from_records": "Outage times: the network's own records, shrunk by diameter class towards a Russian norm for the repair plus {lead_h:g} h to find, isolate, drain and fill.",
    "outage_time_from_norm": "Outage times: a Russian norm by diameter for the repair (8 to 30 h; 8 h assumed for a station) plus {lead_h:g} h to find, isolate, drain and fill; no outages are recorded.",
}
