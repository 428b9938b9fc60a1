"""Curves: what a ranking would have caught, whether its numbers held, what more money buys."""

from __future__ import annotations

from typing import Any

import pandas as pd

from heatnet.language import money_unit
from heatnet.plot.canvas import Letters, axes_for
from heatnet.validation.backtesting import METHODS, Backtest
from heatnet.validation.capture import SHARES

_COLOURS = {
    "heatnet": "tab:red",
    "age": "tab:blue",
    "past_faults": "tab:orange",
    "random": "tab:grey",
    "oracle": "tab:green",
}


def capture(result: Backtest, *, ax: Any = None, language: str = "en") -> Any:
    """Return the share of the faults that each ranking would have caught, by share of length: a line per method.

    Bars are one standard error over redrawn sets of segments.

    Parameters
    ----------
    result : Backtest
        Of `backtest`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.
    language : str
        Of the words.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    """
    ax, letters = axes_for(ax), Letters(language)
    shares = [100.0 * share for share in SHARES]
    for method, caught, error in zip(METHODS, result.capture.to_numpy(), result.standard_error.to_numpy(), strict=True):
        name = letters.named(f"values.{method}")
        ax.errorbar(
            shares, 100.0 * caught, yerr=100.0 * error, label=name, color=_COLOURS[method], marker="o", capsize=2
        )
    ax.set(xlim=(0.0, None), ylim=(0.0, 100.0))
    ax.legend()
    letters.label(
        ax,
        title=letters.words("capture_title", first=result.seasons[0], last=result.seasons[-1]),
        xlabel=letters.words("capture_length"),
        ylabel=letters.words("capture_faults"),
    )
    return ax


def calibration(result: Backtest, *, ax: Any = None, language: str = "en") -> Any:
    """Return faults found against faults expected, in groups of segments from the least to the most expected.

    Each group expects the same; points on the line hold what was promised.

    Parameters
    ----------
    result : Backtest
        Of `backtest`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.
    language : str
        Of the words.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax, letters = axes_for(ax), Letters(language)
    groups = result.calibration.index.to_numpy()
    observed, expected = (result.calibration[name].to_numpy(dtype=float) for name in ("observed", "expected"))
    ax.bar(groups, observed, color="tab:red", alpha=0.6, label=letters.words("observed"))
    ax.plot(groups, expected, color="black", marker="_", label=letters.words("expected"))
    ax.set(xticks=groups, ylim=(0.0, None))
    ax.legend()
    letters.label(
        ax,
        title=letters.words("calibration_title"),
        xlabel=letters.words("calibration_group"),
        ylabel=letters.words("faults"),
    )
    return ax


def frontier(table: pd.DataFrame, *, ax: Any = None, language: str = "en") -> Any:
    """Return what more money buys: the benefit of the best plan of each budget, and what no plan can exceed.

    Parameters
    ----------
    table : DataFrame
        Of `plan_frontier`: index budget, columns benefit and bound.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a figure of its own.
    language : str
        Of the words.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax, letters = axes_for(ax), Letters(language)
    unit = money_unit(letters.language)[0]
    budgets = table.index.to_numpy(dtype=float) / unit
    ax.plot(budgets, table["benefit"].to_numpy(dtype=float), marker="o", color="tab:red", label=letters.words("plan"))
    ax.plot(budgets, table["bound"].to_numpy(dtype=float), linestyle=":", color="black", label=letters.words("bound"))
    ax.set(xlim=(0.0, None), ylim=(0.0, None))
    ax.legend()
    letters.label(
        ax,
        title=letters.words("frontier_title"),
        xlabel=letters.words("budget"),
        ylabel=letters.words("benefit"),
    )
    return ax
