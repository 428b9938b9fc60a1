"""Words for why a building is not served."""

WORDS = {
    "both_layers": "supply and return",
    "supply": "supply",
    "return": "return",
    "no_segment": "no segment joins it",
    "no_source": "not joined to a source in {where}",
    "dead_stations": "joined in {where} only to stations that no source feeds in supply and return",
    "no_live_station": "not joined to a live station in {where}",
    "closed_valve": "{why}; a closed valve that cannot be turned is in the way",
}
