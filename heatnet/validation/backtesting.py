"""How the ranking would have done: each past season forecast from the records before it, by the code that ships.

For every season asked for, `assess` is called with the records cut at the season's start; its expected faults per metre
rank the segments that lay in the ground then, and the faults found in that season say how many of them a summer's work
on the best-ranked share of length would have met. The same is done for a ranking by age, by past faults per metre, at
random, and by the faults themselves (the oracle).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Floats
from heatnet._progress import shows_progress
from heatnet._typed import typed
from heatnet.assessment.composing import assess
from heatnet.errors import HeatnetError
from heatnet.history.exposure import asset_seasons
from heatnet.inventory import Inventory, inventory_of
from heatnet.inventory.records import Records
from heatnet.network import Network
from heatnet.season import season_of
from heatnet.validation.capture import (
    SHARES,
    RankedSeason,
    bootstrap_capture,
    brier_score,
    calibration,
    capture,
    log_score,
    ranked_season,
)

_LOG = logging.getLogger(__name__)
METHODS = ("heatnet", "age", "past_faults", "random", "oracle")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Backtest:
    """How past seasons would have been forecast; made by `backtest`.

    Attributes
    ----------
    seasons : tuple of int
        The seasons forecast.
    capture : DataFrame
        Index method (heatnet, age, past_faults, random, oracle), columns share of length: share of the seasons' faults
        on the best-ranked share of length, 0 to 1; NaN where no fault was found.
    standard_error : DataFrame
        The same shape: standard error over redrawn sets of segments.
    lead : DataFrame
        Columns share of length: ``difference`` of heatnet and past_faults, and its ``standard_error`` (paired).
    without_past_faults, with_past_faults : DataFrame
        `capture` among the segments that had no fault, or had one, before the season.
    calibration : DataFrame
        Index group (1: lowest expectation): ``assets``, ``expected``, ``observed``, ``ratio`` (observed/expected).
    scores : DataFrame
        Index season and ``all``: ``expected``, ``observed``, ``ratio``, ``brier_score``, ``log_score`` of `fault_prob`.
    """

    seasons: tuple[int, ...]
    capture: pd.DataFrame
    standard_error: pd.DataFrame
    lead: pd.DataFrame
    without_past_faults: pd.DataFrame
    with_past_faults: pd.DataFrame
    calibration: pd.DataFrame
    scores: pd.DataFrame

    def __repr__(self) -> str:
        first, last = self.seasons[0], self.seasons[-1]
        return f"Backtest(seasons {first} to {last}, {self.scores['observed'].loc['all']:.0f} faults)"

    def to_text(self) -> str:
        """Return the tables as plain text: what each method caught, with standard errors; how true the totals are."""
        cells = [
            [f"{caught:.3f} +- {error:.3f}" for caught, error in zip(row, errors, strict=True)]
            for row, errors in zip(self.capture.to_numpy(), self.standard_error.to_numpy(), strict=True)
        ]
        shown = pd.DataFrame(cells, index=self.capture.index, columns=[f"{share:.1%}" for share in SHARES])
        total = self.scores.loc["all"]
        return (
            f"Share of {total['observed']:.0f} faults on the best-ranked share of length, seasons {self.seasons[0]} to "
            f"{self.seasons[-1]}, each forecast from the records before it:\n{shown.to_string()}\n"
            f"Expected {total['expected']:.1f}, observed {total['observed']:.0f}: ratio {total['ratio']:.2f}.\n"
        )


@typed
@shows_progress("heatnet.validation.backtesting", unit="season")
def backtest(
    network: Network | Inventory,
    *,
    seasons: Iterable[int],
    faults: pd.DataFrame | None = None,
    visits: pd.DataFrame | None = None,
    works: pd.DataFrame | None = None,
    makeup: pd.DataFrame | None = None,
    rng: int | np.random.Generator = 0,
    progress: bool = False,  # noqa: ARG001 - the decorator shows the bar
) -> Backtest:
    """Forecast past seasons from the records before them and compare with the faults found.

    Parameters
    ----------
    network : Network or Inventory
        Today's network, of an inventory with its records but for the tables given beside it; a segment takes part
        in the seasons from its ``laid_year`` on, in all where that is unknown.
    seasons : iterable of int
        The seasons to forecast, each by the calendar year in which it starts.
    faults : DataFrame, optional
        Table of faults, those of the seasons to forecast among them; may stand in the inventory.
    visits, works, makeup : DataFrame, optional
        Tables of these names: what `assess` takes.
    rng : int or numpy Generator
        Seed of the random ranking and of the standard errors.
    progress : bool
        Whether a bar shows how far it is.

    Returns
    -------
    Backtest
        What each method would have caught, and how true the expected numbers were.

    Raises
    ------
    HeatnetError
        No season is given, one lies outside the records, there are no faults to compare with, or a table cannot be
        used.

    Examples
    --------
    >>> from heatnet.synthetic import make_city
    >>> city = make_city(length_km=20, stations=1, rng=4)
    >>> result = backtest(city.network, seasons=[2023, 2024], faults=city.faults, works=city.works)
    >>> result.capture.shape, list(result.capture.index)
    ((5, 5), ['heatnet', 'age', 'past_faults', 'random', 'oracle'])
    """
    try:
        asked = sorted({int(season) for season in seasons})
    except (TypeError, ValueError, OverflowError) as error:
        raise HeatnetError(f"seasons are {seasons!r}; give years, such as [2016, 2017]") from error
    if not asked:
        raise HeatnetError("backtest needs at least one season, such as seasons=[2016, 2017]")
    inventory = inventory_of(network, {"visits": visits, "faults": faults, "works": works, "makeup": makeup})
    if inventory.faults is None:
        raise HeatnetError("backtest needs faults: there is no table of faults to compare a forecast with")
    _refuse_unrecorded(asked, inventory.records())
    generator = np.random.default_rng(rng)
    forecasts = pd.concat([_forecast(inventory, season, asked, generator) for season in asked], ignore_index=True)
    segments = forecasts[forecasts["asset_kind"] == "segment"]
    had_faults = segments["past_faults"] > 0
    ranked = _ranked(segments)
    drawn = bootstrap_capture(ranked, rng=generator)
    lead = drawn["heatnet"] - drawn["past_faults"]
    captured = _captures(ranked)
    return Backtest(
        seasons=tuple(asked),
        capture=captured,
        standard_error=_table({name: captures.std(axis=0) for name, captures in drawn.items()}),
        lead=pd.DataFrame(
            [(captured.loc["heatnet"] - captured.loc["past_faults"]).to_numpy(), lead.std(axis=0)],
            index=["difference", "standard_error"],
            columns=list(SHARES),
        ),
        without_past_faults=_captures(_ranked(segments[~had_faults])),
        with_past_faults=_captures(_ranked(segments[had_faults])),
        calibration=calibration(forecasts["faults_mean"].to_numpy(), forecasts["faults"].to_numpy()),
        scores=_scores(forecasts),
    )


def latest_seasons(inventory: Inventory, *, before: int, count: int) -> list[int]:
    """Return the latest seasons before a coming one that can be forecast and compared, earliest first.

    Those in which faults may have been recorded and before which some were: from the season after that of the first
    fault to that of the last record of all.

    Parameters
    ----------
    inventory : Inventory
        What is known.
    before : int
        The coming season; it is none of them.
    count : int
        How many at most; there may be fewer, or none.

    Examples
    --------
    >>> from heatnet.synthetic import make_city
    >>> city = make_city(length_km=20, stations=1, rng=4)
    >>> inventory = inventory_of(city.network, {"faults": city.faults})
    >>> latest_seasons(inventory, before=2026, count=2)
    [2024, 2025]
    """
    found = _recorded(inventory.records())
    if not found:
        return []
    first, last = found
    known = range(first + 1, min(last, before - 1) + 1)
    return list(known[-count:]) if count else []


def _recorded(records: Records) -> tuple[int, int] | None:
    """Return the season of the first fault and that of the last record of all; None where there is no fault."""
    dated = ((records.faults, "found_on"), (records.visits, "visited_on"), (records.works, "done_on"))
    recorded = [season_of(table[day]).dropna() for table, day in dated if table is not None]
    if records.faults is None or not len(recorded[0]):
        return None
    return int(recorded[0].min()), int(max(part.max() for part in recorded if len(part)))


def _refuse_unrecorded(seasons: list[int], records: Records) -> None:
    """Refuse seasons of which nothing can be recorded: before the first fault, or after the last record of all."""
    found = _recorded(records)
    if not found:
        raise HeatnetError("the table of faults holds none that can be used: nothing to compare a forecast with")
    first, last = found
    outside = [str(season) for season in seasons if not first <= season <= last]
    if outside:
        named = ", ".join([*outside[:5], *(["..."] if len(outside) > 5 else [])])
        raise HeatnetError(f"no records of {len(outside)} seasons ({named}): the records run from {first} to {last}")


def _forecast(inventory: Inventory, season: int, asked: list[int], generator: np.random.Generator) -> pd.DataFrame:
    """Return the assets of one season with their forecast, the baselines' scores and the faults found."""
    _LOG.info("season %d", season, extra={"total": len(asked)})
    ranking = assess(inventory, season=season).ranking
    records = inventory.records()
    found = asset_seasons(
        inventory.network, records.faults, first_season=season, last_season=season, works=records.works
    ).counts[season]
    ranked = ranking.sort_index(key=lambda ids: ids.astype(object))
    age = season - ranked["laid_year"]
    table = pd.DataFrame(
        {
            "season": season,
            "asset": np.arange(len(ranked)),
            "asset_kind": ranked["asset_kind"],
            "length_m": ranked["length_m"],
            "past_faults": ranked["past_faults"],
            "faults_mean": ranked["faults_mean"],
            "fault_prob": ranked["fault_prob"],
            "faults": found.reindex(ranked.index),
            "score_heatnet": ranked["faults_mean"] / ranked["length_m"],
            "score_age": age.fillna(age.mean()).fillna(0.0),
            "score_past_faults": ranked["past_faults"] / ranked["length_m"],
            "score_random": generator.random(len(ranked)),
            "score_oracle": found.reindex(ranked.index) / ranked["length_m"],
        }
    )
    return table[~(ranked["laid_year"] > season)]


def _ranked(segments: pd.DataFrame) -> dict[str, list[RankedSeason]]:
    """Return the segments of each season in the order of each method."""
    return {
        method: [
            ranked_season(
                rows[f"score_{method}"].to_numpy(dtype=np.float64),
                rows["length_m"].to_numpy(dtype=np.float64),
                rows["faults"].to_numpy(dtype=np.float64),
                rows["asset"].to_numpy(dtype=np.int64),
            )
            for _, rows in segments.groupby("season")
        ]
        for method in METHODS
    }


def _captures(ranked: dict[str, list[RankedSeason]]) -> pd.DataFrame:
    empty = np.full(len(SHARES), np.nan)
    return _table({name: capture(seasons) if seasons else empty for name, seasons in ranked.items()})


def _table(rows: dict[str, Floats]) -> pd.DataFrame:
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(SHARES))
    return table.rename_axis(index="method", columns="length_share")


def _scores(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Return how true the expected numbers and probabilities were, by season and over all."""
    groups: list[tuple[Any, pd.DataFrame]] = [*forecasts.groupby("season"), ("all", forecasts)]
    rows = {
        name: {
            "expected": rows["faults_mean"].sum(),
            "observed": rows["faults"].sum(),
            "ratio": rows["faults"].sum() / rows["faults_mean"].sum() if len(rows) else np.nan,
            "brier_score": brier_score(rows["fault_prob"].to_numpy(), rows["faults"].to_numpy()),
            "log_score": log_score(rows["fault_prob"].to_numpy(), rows["faults"].to_numpy()),
        }
        for name, rows in groups
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("season")
