"""What the visits of past winters say."""

WORDS = {
    "no_visits": "No visits of season {season} on record: chronic cold is unknown, not zero.",
    "rates": "{visits:,} {visits:visit|visits} of season {season}: cold with probability {p_clear:.3f} where nothing on the way is impaired, {p_impaired:.3f} where something is.",
    "calls": "Hotline and app rows count as calls of all households ({calls:,} cold {calls:one|ones}).",
    "persistence": "An impairment is still there in the next season with probability {persistence}, an assumption.",
    "probability": "{asset} was impaired with probability {after:.3f} ({before:.3f} before the visits).",
    "group": "No visit can tell these {count} apart: {assets:first 5}; at least one of them was impaired with probability {prob:.3f}.",
    "nothing_behind": "No visited building hangs on it, so its probability is that from before the visits.",
    "behind": "Behind it {seen}; {if_clear:.1f} would be if nothing were impaired, {if_impaired:.1f} if something were.",
    "speak": "{speak_for} {speak_for:building speaks|buildings speak} for something impaired on its path and {against} against.",
    "beside": "At its neighbours on the same path, {seen}.",
    "suspect_before": "Before it on the path, {asset} is the most suspect ({prob:.3f}).",
    "suspect_behind": "Behind it, {asset} is the most suspect ({prob:.3f}).",
    "seen_visits": "{cold:,} of {visits:,} visits were cold",
    "seen_calls": "{calls:,} cold {calls:call|calls} came from {households:,} {households:household|households}",
    "seen_both": "{of_visits} and {of_calls}",
}
