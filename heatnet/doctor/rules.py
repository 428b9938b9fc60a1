"""Every rule of the doctor once, as data: how bad it is, what it means, what to do, and what `check --fix` does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from heatnet.language import note, worded
from heatnet.schema.findings import Severity

Repair = Literal["", "emptied", "replaced", "set_aside"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes
    ----------
    name : str
        As it stands in findings; ``doctor.about_<name>`` and ``doctor.remedy_<name>`` are its words.
    severity : {"error", "warning", "note"}
        An error is left out or unserved, a warning is used but likely wrong, a note is worth knowing.
    table : str
        Whose rows it judges.
    repair : {"", "emptied", "replaced", "set_aside"}
        What `check --fix` does with the cell or the row; empty: only somebody who knows the place can tell.
    """

    name: str
    severity: Severity
    table: str
    repair: Repair = ""


RULES = (
    Rule("building_not_served", "error", "nodes"),
    Rule("no_source", "error", "nodes"),
    Rule("coordinates_in_degrees", "error", "nodes"),
    Rule("isolated_node", "warning", "nodes"),
    Rule("isolated_part", "warning", "nodes"),
    Rule("near_duplicate_node", "warning", "nodes"),
    Rule("dangling_end", "note", "nodes"),
    Rule("overshoot", "warning", "nodes"),
    Rule("source_feeds_nothing", "warning", "nodes"),
    Rule("station_without_primary", "warning", "nodes"),
    Rule("households_at_no_building", "warning", "nodes", "emptied"),
    Rule("households_missing", "note", "nodes"),
    Rule("weak_end", "warning", "nodes"),
    Rule("parallel_duplicate", "warning", "segments"),
    Rule("loop_on_secondary", "note", "segments"),
    Rule("diameter_grows_downstream", "warning", "segments"),
    Rule("diameter_unusual", "warning", "segments"),
    Rule("laid_year_before_1930", "warning", "segments", "emptied"),
    Rule("laid_year_in_future", "warning", "segments", "emptied"),
    Rule("laid_year_missing", "note", "segments"),
    Rule("length_below_distance", "warning", "segments", "replaced"),
    Rule("length_far_above_distance", "warning", "segments"),
    Rule("length_unlike_drawing", "warning", "segments"),
    Rule("street_spelled_twice", "warning", "segments", "replaced"),
    Rule("unknown_segment", "error", "valves", "set_aside"),
    Rule("unknown_building", "error", "visits", "set_aside"),
    Rule("visit_repeated", "note", "visits", "set_aside"),
    Rule("visit_in_outage", "note", "visits"),
    Rule("resolved_before_visit", "warning", "visits", "emptied"),
    Rule("room_temp_unlikely", "warning", "visits", "emptied"),
    Rule("visit_cold_but_warm_room", "warning", "visits"),
    Rule("visit_outside_heating", "note", "visits"),
    Rule("unknown_asset", "error", "faults", "set_aside"),
    Rule("fault_without_place", "error", "faults", "set_aside"),
    Rule("fault_far_away", "error", "faults", "set_aside"),
    Rule("fault_in_degrees", "error", "faults", "set_aside"),
    Rule("fault_before_laying", "warning", "faults", "set_aside"),
    Rule("work_longer_than_asset", "warning", "works", "emptied"),
    Rule("unknown_street", "error", "digs", "set_aside"),
    Rule("dig_ends_before_start", "error", "digs", "set_aside"),
    Rule("unknown_station", "error", "makeup", "set_aside"),
    Rule("makeup_unknown", "error", "makeup", "set_aside"),
)
BY_NAME = {rule.name: rule for rule in RULES}


def rule_table(language: str = "en") -> pd.DataFrame:
    """Return every rule with its words.

    Parameters
    ----------
    language : str
        One of `heatnet.language.languages`.

    Returns
    -------
    DataFrame
        Index rule: ``severity``, ``table``, ``explanation``, ``remedy``, ``repair`` (what `check --fix` does).

    Examples
    --------
    >>> rule_table().loc["dangling_end", ["severity", "explanation"]].tolist()
    ['note', 'a pipe ends at a junction where nothing goes on']
    """
    columns = {
        "severity": [rule.severity for rule in RULES],
        "table": [rule.table for rule in RULES],
        "explanation": [worded(note(f"doctor.about_{rule.name}"), language) for rule in RULES],
        "remedy": [worded(note(f"doctor.remedy_{rule.name}"), language) for rule in RULES],
        "repair": [rule.repair for rule in RULES],
    }
    return pd.DataFrame(columns, index=pd.Index([rule.name for rule in RULES], name="rule", dtype=object))
