"""Titles and legends of the layers of a GeoPackage."""

WORDS = {
    "assets": "Pipes by grade",
    "stations": "Stations by grade",
    "sources": "Sources",
    "measure_first": "Measure first",
    "cures": "Cures",
    "station_cures": "Cures of stations",
    "jobs": "Jobs",
    "valves_to_close": "Valves to close",
    "other": "C",
    "read": "Read a gauge",
    "visit": "Visit a home",
    "renew": "Renew",
    "part": "Renew a part",
    "clean": "Flush",
    "balance": "Balance",
    "valve": "Repair a valve",
}
