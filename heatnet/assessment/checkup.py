"""All that is doubtful in an inventory, with what only outages and flows can tell: as `assess` will judge it."""

from __future__ import annotations

import pandas as pd

from heatnet.consequence import outage_time, visits_in_outages
from heatnet.doctor.checking import check_inventory
from heatnet.errors import HeatnetError
from heatnet.hydraulics import steady_flow
from heatnet.inventory import Inventory
from heatnet.language import note
from heatnet.reachability import outages
from heatnet.schema.findings import all_findings, findings_at, worded_findings
from heatnet.value import Settings


def checked_inventory(inventory: Inventory, *, language: str = "en") -> pd.DataFrame:
    """Return the findings of `check_inventory`, visits that a recorded outage explains, and weak ends of the network.

    Parameters
    ----------
    inventory : Inventory
        What was read.
    language : str
        One of `heatnet.language.languages`.

    Returns
    -------
    DataFrame
        Columns as in `check_network`, errors first.
    """
    found = [
        check_inventory(inventory, language=language),
        _explained(inventory, language),
        _weak_ends(inventory, language),
    ]
    return all_findings(found)


def _explained(inventory: Inventory, language: str) -> pd.DataFrame:
    """Return visits that say cold of a home which a recorded outage had cut off, as `assess` sets them aside."""
    ordered = inventory.in_id_order
    records, settings = ordered.records(), inventory.settings or Settings()
    if records.visits is None or records.faults is None or not len(records.visits) or not len(records.faults):
        return all_findings([])
    heating = (settings.heating_from, settings.heating_to)
    lasts = outage_time(
        ordered.network, faults=records.faults, lead_h=settings.lead_h, heating_from=heating[0], heating_to=heating[1]
    )
    explained = visits_in_outages(
        ordered.network,
        records.visits,
        records.faults,
        outages(ordered.network),
        usual_outage_h=lasts["outage_h"].to_numpy(),
        lead_h=settings.lead_h,
        heating=heating,
    )
    message = note("assessment.visit_in_outage", column="visited_on")
    ids = records.visits["visit_id"][explained]
    return worded_findings(
        all_findings([findings_at("note", "visit_in_outage", "visits", "visited_on", ids, message)]), language
    )


def _weak_ends(inventory: Inventory, language: str) -> pd.DataFrame:
    """Return consumers that the intact network leaves short; nothing where no flow can be reckoned."""
    try:
        found = steady_flow(inventory.network, language=language).findings
    except HeatnetError:
        return all_findings([])
    return found[found["rule"] == "weak_end"]
