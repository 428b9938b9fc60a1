"""From the residents' visits to the assets that were impaired."""

from heatnet.location.locating import Location, default_prior, locate_faults

__all__ = ["Location", "default_prior", "locate_faults"]
