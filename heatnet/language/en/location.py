"""What the visits of past winters say."""

WORDS = {
    "no_visits": "No visits of season {season} on record: chronic cold is unknown, not zero.",
    "rates": "{visits:,} {visits:visit|visits} of season {season}: cold with probability {p_clear:.3f} where nothing on the way is impaired, {p_impaired:.3f} where something is.",
    "calls": "Hotline and app rows count as calls of all households ({calls:,} cold {calls:one|ones}).",
    "persistence": "An impairment is still there in the next season with probability {persistence}, an assumption.",
    "diagnose_first": "Diagnose first (balance, strainer, riser): {stations:first 5}; the chronic cold behind {count:it|them} is kept out of the ranking.",
}
