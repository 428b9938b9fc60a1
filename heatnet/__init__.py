"""Plan the summer renewal of a district-heating network (冬病夏治)."""

__version__ = "0.1.0"
