"""From the residents' visits to the assets that were impaired."""

from heatnet.location.cleaning import clean_visits, visit_findings
from heatnet.location.locating import Location, default_prior, locate_faults

__all__ = ["Location", "clean_visits", "default_prior", "locate_faults", "visit_findings"]
