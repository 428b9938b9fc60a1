"""Past seasons forecast from the records before them, and what a ranking would have caught."""

from heatnet.validation.backtesting import Backtest, backtest

__all__ = ["Backtest", "backtest"]
