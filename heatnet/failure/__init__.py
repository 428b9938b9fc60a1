"""How often each asset will fail: a model of faults fitted to their history."""

from heatnet.failure.ageing import ageing_law
from heatnet.failure.model import FailureModel, fit_failure_model
from heatnet.failure.statistics import FailureStatistics, failure_statistics

__all__ = ["FailureModel", "FailureStatistics", "ageing_law", "failure_statistics", "fit_failure_model"]
