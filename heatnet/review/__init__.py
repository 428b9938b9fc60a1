"""After the winter: which problems are answered for, and whether the cures held."""

from heatnet.review.effect import CureEffect, cure_effect
from heatnet.review.in_review import SeasonReview, review_season
from heatnet.review.ledger import ProblemLedger, problem_ledger

__all__ = ["CureEffect", "ProblemLedger", "SeasonReview", "cure_effect", "problem_ledger", "review_season"]
