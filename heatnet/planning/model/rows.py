"""Candidate rows as one summer sees them: days, cost with savings, and those that nothing could hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints, Truths
from heatnet.language import Note, note
from heatnet.planning.model.candidates import TRENCH_MEASURES
from heatnet.planning.model.summers import Terms
from heatnet.planning.summer import Summer


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of the candidates, with what one summer makes of each; `index` is their place among all candidates."""

    table: pd.DataFrame
    index: Ints
    is_segment: Truths
    is_trench: Truths
    days: Ints
    cost: Floats

    def kept(self, keep: Truths) -> Rows:
        """Return the rows to keep."""
        return Rows(
            self.table[keep].reset_index(drop=True),
            self.index[keep],
            self.is_segment[keep],
            self.is_trench[keep],
            self.days[keep],
            self.cost[keep],
        )


def rows_of(table: pd.DataFrame, terms: Terms) -> Rows:
    """Return rows with their days and their cost in this summer."""
    is_segment = (table["asset_kind"] == "segment").to_numpy()
    is_trench = is_segment & table["measure"].isin(TRENCH_MEASURES).to_numpy()
    shared = {street: terms.is_shared(street) for street in table["street"].unique()}
    saves = np.array([shared[street] for street in table["street"].tolist()], dtype=bool) & (is_trench | ~is_segment)
    price = table["price"].to_numpy(dtype="float64")
    cost = np.where(saves, price * (1 - terms.prices.dig_saving), price)
    index = np.arange(len(table), dtype=np.int64)
    return Rows(table, index, is_segment, is_trench, _days(table, is_segment, is_trench, terms.summer), cost)


def _days(table: pd.DataFrame, is_segment: Truths, is_trench: Truths, summer: Summer | None) -> Ints:
    days = np.zeros(len(table), dtype=np.int64)
    if summer is not None:
        days[~is_segment] = summer.station_days
        length = table["length_m"].to_numpy()[is_trench]
        days[is_trench] = np.maximum(1, np.ceil(length / summer.metres_per_day)).astype(np.int64)
    return days


def misfits_of(rows: Rows, terms: Terms) -> dict[int, Note]:
    """Return rows that not even a job of their own could hold, with the reason."""
    misfit: dict[int, Note] = {}
    if terms.streets is None:
        return misfit
    streets = rows.table["street"].tolist()
    shut = rows.table["households_shut"].to_numpy(dtype="float64")
    rules = {street: terms.streets.of(street) for street in dict.fromkeys(streets)}
    days = (rows.days + np.where(rows.is_trench, terms.setup_days, 0)).astype(np.int64).tolist()
    has_days: dict[tuple[int, int], bool] = {}  # by rule, which most streets share, and days
    for one in np.flatnonzero(rows.is_trench | ~rows.is_segment).tolist():
        rule = rules[streets[one]]
        asked = id(rule), days[one]
        if asked not in has_days:
            has_days[asked] = rule.earliest(days[one]) is not None
        if rule.is_closed:
            misfit[one] = note("planning.out_closed_street")
        elif not has_days[asked]:
            misfit[one] = note("planning.out_no_days")
        elif terms.shutdowns.limit is not None and not terms.shutdowns.allows([("", float(shut[one]))]):
            misfit[one] = note("planning.out_too_many_shut")
    for one in np.flatnonzero(~rows.is_trench & rows.is_segment).tolist():
        if not rules[streets[one]].runs:  # banned all summer: nobody flushes there either
            misfit[one] = note("planning.out_no_days")
    return misfit
