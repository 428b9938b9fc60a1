"""Results drawn as matplotlib figures."""

from __future__ import annotations

from typing import Any

from heatnet.errors import MissingExtraError
from heatnet.validation.backtesting import METHODS, Backtest
from heatnet.validation.capture import SHARES

_COLOURS = {
    "heatnet": "tab:red",
    "age": "tab:blue",
    "past_faults": "tab:orange",
    "random": "tab:grey",
    "oracle": "tab:green",
}


def capture_figure(result: Backtest) -> Any:
    """Return the capture curves of a backtest as a matplotlib Figure: a line per method, bars of one standard error.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    """
    figure, axes = _figure((7.0, 5.0))
    shares = [100.0 * share for share in SHARES]
    rows = zip(METHODS, result.capture.to_numpy(), result.standard_error.to_numpy(), strict=True)
    for method, caught, error in rows:
        colour = _COLOURS[method]
        axes.errorbar(shares, 100.0 * caught, yerr=100.0 * error, label=method, color=colour, marker="o", capsize=2)
    first, last = result.seasons[0], result.seasons[-1]
    axes.set(
        xlabel="best-ranked share of route length, %",
        ylabel="share of the season's faults on it, %",
        title=f"Seasons {first} to {last}, each forecast from the records before it",
        xlim=(0.0, None),
        ylim=(0.0, 100.0),
    )
    axes.legend()
    return figure


def _figure(size_in: tuple[float, float]) -> tuple[Any, Any]:
    """Return an empty figure and its axes, drawn without a screen."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("report", "drawing a figure") from error
    figure = Figure(figsize=size_in, layout="constrained")
    return figure, figure.add_subplot()
