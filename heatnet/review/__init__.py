"""After the winter: which problems are answered for, and whether the cures held."""

from heatnet.review.effect import CureEffect, cure_effect
from heatnet.review.ledger import ProblemLedger, problem_ledger

__all__ = ["CureEffect", "ProblemLedger", "cure_effect", "problem_ledger"]
