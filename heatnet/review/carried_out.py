"""Planned against done: which cures of a plan were carried out, and which works nobody had planned."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Truths
from heatnet.inventory import Inventory
from heatnet.season import season_end, season_start

KIND_OF = {"renew": "renewal", "part": "renewal", "clean": "cleaning", "balance": "balancing", "valve": "repair"}
"""The kind of work that carries out a measure."""
STATES = ("done", "done_otherwise", "done_late", "not_done", "not_in_network")
_SHOWN = ("job_id", "asset_kind", "measure", "street", "community", "length_m", "cost", "worth", "start_on", "end_on")


def carried_out(cures: pd.DataFrame, known: Inventory, *, season: int, since: date | pd.Timestamp) -> pd.DataFrame:
    """Return each cure of a plan with what became of it.

    Parameters
    ----------
    cures : DataFrame
        `Plan.cures`.
    known : Inventory
        Network and works.
    season : int
        The season that the plan was made for.
    since : date
        First day of the summer's work.

    Returns
    -------
    DataFrame
        Index asset_id, in the order of the plan: its job, measure, place, length, money and days, and ``state``: done
        (work of the planned kind, before the season began), done_otherwise (of another kind), done_late (after it
        began), not_done, not_in_network (the network knows no such asset any more); ``done_on``, ``kind`` of the work,
        ``done_m`` (metres; missing: the record does not say).

    Examples
    --------
    >>> import heatnet as hn
    >>> from heatnet.inventory import inventory_of
    >>> network = hn.examples.line()
    >>> works = pd.DataFrame({"work_id": ["W"], "asset_id": network.asset_ids[:1], "done_on": "2025-07-01"})
    >>> cures = pd.DataFrame({"measure": "renew"}, index=[network.asset_ids[0], "gone"])
    >>> known = inventory_of(network, {"works": works})
    >>> carried_out(cures, known, season=2025, since=pd.Timestamp("2025-05-01"))["state"].tolist()
    ['done', 'not_in_network']
    """
    works = works_between(known, since, season_end(season))
    by_asset = {str(asset): rows for asset, rows in works.groupby("asset_id", sort=False)}
    in_network = set(known.network.asset_ids)
    rows = []
    for asset, measure in zip(cures.index.astype(str), cures["measure"], strict=True):
        kind = KIND_OF.get(str(measure), "")
        told = _became(by_asset.get(asset), kind, season) if asset in in_network else {"state": "not_in_network"}
        rows.append({"done_on": pd.NaT, "kind": None, "done_m": np.nan, **told})
    became = pd.DataFrame(rows, index=cures.index, columns=["state", "done_on", "kind", "done_m"])
    became["done_on"] = pd.to_datetime(became["done_on"]).astype("datetime64[s]")
    planned = cures[[name for name in _SHOWN if name in cures.columns]]
    return planned.join(became.astype({"done_m": np.float64})).rename_axis("asset_id")


def unplanned_works(cures: pd.DataFrame, known: Inventory, *, season: int, since: date | pd.Timestamp) -> pd.DataFrame:
    """Return the works of the summer, repairs aside, on assets that the plan did not name.

    Returns
    -------
    DataFrame
        Index work_id: ``asset_id``, ``kind``, ``done_on``, ``length_m``; by day.
    """
    works = works_between(known, since, season_start(season) - pd.Timedelta(days=1))
    other = ~works["asset_id"].isin(cures.index.astype(str)) & (works["kind"] != "repair")
    return works[other.to_numpy(dtype=bool)].set_index("work_id")[["asset_id", "kind", "done_on", "length_m"]]


def renewed_before(known: Inventory, *, season: int, since: date | pd.Timestamp) -> Truths:
    """Return, by asset, whether it was renewed in the summer before a season; rows in the order of the network."""
    works = works_between(known, since, season_start(season) - pd.Timedelta(days=1))
    renewed = works["asset_id"][(works["kind"] == "renewal").to_numpy(dtype=bool)]
    return np.asarray(known.network.asset_ids.isin(sorted(set(renewed))), dtype=bool)


def works_between(known: Inventory, first: date | pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """Return the works that can be used from the first to the last day, oldest first."""
    works = known.works
    if works is None:
        columns: dict[str, Any] = {"work_id": [], "asset_id": [], "kind": [], "length_m": []}
        return pd.DataFrame({**columns, "done_on": pd.to_datetime([])})
    in_time = (works["done_on"] >= pd.Timestamp(first)) & (works["done_on"] <= last)
    chosen = known.judged["works"].is_used & in_time.to_numpy(dtype=bool)
    return works[chosen].sort_values(["done_on", "work_id"], kind="stable", ignore_index=True)


def _became(works: pd.DataFrame | None, kind: str, season: int) -> dict[str, Any]:
    if works is None:
        return {"state": "not_done"}
    in_time = (works["done_on"] < season_start(season)).to_numpy(dtype=bool)
    as_planned = (works["kind"] == kind).to_numpy(dtype=bool)
    otherwise = works["kind"].isin(["renewal", "cleaning", "balancing"]).to_numpy(dtype=bool) & ~as_planned
    for state, chosen in (
        ("done", as_planned & in_time),
        ("done_otherwise", otherwise & in_time),
        ("done_late", as_planned & ~in_time),
    ):
        if chosen.any():
            rows = works[chosen]
            metres = rows["length_m"].sum(min_count=1)
            return {
                "state": state,
                "done_on": rows["done_on"].iloc[-1],
                "kind": str(rows["kind"].iloc[-1]),
                "done_m": metres,
            }
    return {"state": "not_done"}
