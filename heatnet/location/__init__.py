"""From the residents' visits to the assets that were impaired, and where to look next."""

from heatnet.location.cleaning import clean_visits, visit_findings
from heatnet.location.explaining import LocationExplanation, explain_location
from heatnet.location.locating import locate_faults
from heatnet.location.next_visits import suggest_visits
from heatnet.location.posterior import Location
from heatnet.location.priors import default_prior
from heatnet.location.seasons import Persistence, persistence
from heatnet.location.separating import what_separates

__all__ = [
    "Location",
    "LocationExplanation",
    "Persistence",
    "clean_visits",
    "default_prior",
    "explain_location",
    "locate_faults",
    "persistence",
    "suggest_visits",
    "visit_findings",
    "what_separates",
]
