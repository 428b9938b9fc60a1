"""Every rule of a plan checked anew; shares nothing with the solver."""

from heatnet.planning.check.checking import check_plan

__all__ = ["check_plan"]
