"""Counts and exposure of each asset in each season, and the records placed on the assets."""

from heatnet.history.exposure import History, asset_seasons

__all__ = ["History", "asset_seasons"]
