"""Words of the findings of what is used but doubtful."""

WORDS = {
    "building_not_served": "not served (that is connected; capacity is not checked): {reason}",
    "isolated_node": "{column} joins no segment",
    "source_feeds_nothing": "{column} touches the secondary level only; a source feeds the primary level",
    "no_source": "no node is a source: nothing is served",
    "laid_year_before_1930": "{column} lies before {earliest}",
    "laid_year_in_future": "{column} lies after {latest}, in the future",
    "diameter_grows_downstream": "diameter_mm grows downstream: {here:g} mm behind {there:g} mm of {upstream}",
    "diameter_unusual": "{column} is no usual pipe diameter in mm",
    "length_below_distance": "{column} is shorter than the line between its ends",
    "households_missing": "{column} is unknown; counts as 0 unless area or load stands in",
    "households_missing_everywhere": (
        "{column} is unknown for all {rows} rows; counts as 0 unless area or load stands in"
    ),
    "laid_year_missing": "{column} is unknown; taken at the mean",
    "laid_year_missing_everywhere": "{column} is unknown for all {rows} rows; taken at the mean",
    "households_at_no_building": "{column} stand at a node that is no building; they count for nothing",
    "resolved_before_visit": "{column} lies before visited_on",
    "room_temp_unlikely": "{column} is no room temperature in degC",
    "visit_outside_heating": "{column} lies outside 15 October to 15 April",
    "work_longer_than_asset": "{column} is more than the length of the asset; taken as the whole of it",
    "visit_cold_but_warm_room": "{column} is warm enough, yet the home was cold",
    "street_spelled_twice": "{count} segments lie on one street that is written in several ways: {spellings}; a dig or ban on one is none on the other",
    "coordinates_in_degrees": "x_m, y_m are degrees, not metres: give them in metres, or under the headings longitude and latitude",
}
