"""Many inventories in one run: one failure model for all, resumed where it stopped, on one core, many, or a cluster."""

from heatnet.batch.scoring import NetworkScore, score

__all__ = ["NetworkScore", "score"]
