"""After the winter: which problems are answered for, and whether the cures held."""

from heatnet.review.ledger import ProblemLedger, problem_ledger

__all__ = ["ProblemLedger", "problem_ledger"]
