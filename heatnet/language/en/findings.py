"""Words of the findings of rows that are set aside."""

WORDS = {
    "unknown_building": "{column} names no building; set aside",
    "unknown_asset": "{column} names no asset; set aside",
    "unknown_segment": "{column} names no segment of the network; set aside",
    "unknown_station": "{column} names no station; set aside",
    "unknown_street": "{column} names no street of the segments; set aside",
    "visit_without_date": "{column} is missing; set aside",
    "fault_without_date": "{column} is missing; set aside",
    "work_without_date": "{column} is missing; set aside",
    "dig_without_date": "{column} is missing; set aside",
    "fault_without_place": "{column} names no asset, no place; set aside",
    "fault_far_away": "{column} lies more than {nearest_m:g} m from every segment; set aside",
    "fault_before_laying": "{column} lies before laid_year of its asset; set aside",
    "makeup_unknown": "{column} is unknown; set aside",
    "fault_outside_seasons": "{column} lies outside the seasons {first} to {last}; set aside",
    "work_without_kind": "{column} is missing; taken as a renewal",
}
