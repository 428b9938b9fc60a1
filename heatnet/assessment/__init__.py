"""All steps composed: the ranking of the assets, its reasons and what it rests on."""

from heatnet.assessment.composing import assess
from heatnet.assessment.explanation import Explanation, explain
from heatnet.assessment.results import Assessment

__all__ = ["Assessment", "Explanation", "assess", "explain"]
