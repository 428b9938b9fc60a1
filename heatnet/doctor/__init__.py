"""What is doubtful in a network and its records, as findings."""

from heatnet.doctor.checking import check_faults, check_network, check_visits

__all__ = ["check_faults", "check_network", "check_visits"]
