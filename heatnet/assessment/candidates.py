"""The cures that assets offer to a planner: renewals, and what fits an illness better where it pays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints, Objects
from heatnet.consequence import Homes, guess_households, time_constants
from heatnet.errors import HeatnetError
from heatnet.network import Network
from heatnet.network.positions import ranks_of
from heatnet.reachability import isolation_sections, valve_value
from heatnet.value import Settings
from heatnet.value.measures import part_renewals, renewals, soft_measures, valve_repairs

MEASURES = ("renew", "part", "clean", "balance", "valve")
_WORTH = ("measure", "removes", "worth", "worth_faults", "worth_heat", "worth_cold", "cost", "ratio")
_RANKED = (
    "asset_kind",
    "cold_household_hours",
    "length_m",
    "diameter_mm",
    "street",
    "community",
    "measure_first",
    "impaired_prob",
    "stay",
    "past_faults",
    "cold_visits",
    "households_behind",
)


def candidate_rows(
    network: Network,
    ranking: pd.DataFrame,
    settings: Settings,
    climate: Floats,
    *,
    measures: tuple[str, ...],
    part_m: pd.Series[Any] | None,
) -> pd.DataFrame:
    """Return a row per asset and measure; `Assessment.candidates` says what its columns mean."""
    unknown = [measure for measure in measures if measure not in MEASURES]
    if unknown:
        raise HeatnetError(f"{', '.join(unknown)}: no such measure; give some of {', '.join(MEASURES)}.")
    if ("part" in measures) != (part_m is not None):
        raise HeatnetError("Measure part and part_m, the metres renewed of each segment, go together.")
    assets = ranking.reindex(network.asset_ids)
    values, prices = settings.values, settings.prices
    whole = assets[[*_RANKED]].join(renewals(assets, values, prices)[[*_WORTH]])
    whole = whole.assign(
        **_of_tables(network), accepted_on=acceptance(network), households_shut=assets["households_lost"], valve_id=None
    )
    rows = []
    if "renew" in measures:
        rows.append(whole)
    if part_m is not None:
        rows.append(part_renewals(whole, part_m))
    soft = soft_measures(assets, values, prices)
    rows.append(_beside(whole, soft[soft["measure"].isin([name for name in ("clean", "balance") if name in measures])]))
    if "valve" in measures:
        rows.append(_beside(whole, valve_repairs(_risk_saved(network, assets, settings, climate), values, prices)))
    table = pd.concat(rows)
    place = network.asset_ids.get_indexer(table.index)
    return table.iloc[np.argsort(place, kind="stable")].rename_axis("asset_id")


def _beside(whole: pd.DataFrame, offered: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a measure that is worth its cost, with what stands of the asset beside it."""
    pays = offered[(offered["worth"] >= offered["cost"]) & (offered["worth"] > 0)]
    rows = whole.loc[pays.index]
    return rows.assign(**{name: pays[name] for name in pays.columns if name in rows.columns}, measure_first=False)


def _of_tables(network: Network) -> dict[str, Any]:
    """Return what only the tables say: end nodes, owner, section."""
    segments, stations = network.segments, network.nodes.iloc[network.station_nodes]
    none = np.full(len(stations), None)
    has_valves = len(network.valve_segment) > 0
    sections = isolation_sections(network).to_numpy(dtype=object) if has_valves else np.full(len(segments), None)
    columns = {
        "from_node": np.concatenate([segments["from_node"].to_numpy(dtype=object), none]),
        "to_node": np.concatenate([segments["to_node"].to_numpy(dtype=object), none]),
        "owner": np.concatenate([segments["owner"].to_numpy(dtype=object), stations["owner"].to_numpy(dtype=object)]),
        "section_id": np.concatenate([sections, none]),
    }
    return {name: pd.Series(values, index=network.asset_ids).infer_objects() for name, values in columns.items()}


def communities(network: Network) -> Objects:
    """Return the community of each asset: of a segment that of its end nodes, of two the first as text."""
    codes, names = coded_words(network.nodes["community"])
    order = np.argsort(names[:-1], kind="stable")
    place = np.append(ranks_of(order), len(order))[codes]  # the last of all: unknown
    smaller = np.minimum(place[network.from_node], place[network.to_node])
    texts: Objects = np.append(names[order], names[-1:])
    communities: Objects = texts[np.concatenate([smaller, place[network.station_nodes]])]
    return communities


def coded_words(words: pd.Series[Any]) -> tuple[Ints, Objects]:
    """Return the code of each word, -1 where it is missing, and the different words, behind them what missing is.

    Few words stand in a million rows: each is made Python text once.

    Examples
    --------
    >>> codes, words = coded_words(pd.Series(["b", None, "a", "b"], dtype=object))
    >>> codes.tolist(), words.tolist()
    ([0, -1, 1, 0], ['b', 'a', None])
    """
    codes, distinct = pd.factorize(words)
    missing = words.iloc[[int(np.argmin(codes))]].tolist() if len(codes) and codes.min() < 0 else [None]
    texts = np.empty(len(distinct) + 1, dtype=object)
    texts[:-1], texts[-1] = distinct.to_numpy(dtype=object), missing[0]
    return codes.astype(np.int64), texts


def acceptance(network: Network) -> pd.Series[Any]:
    """Return the day of acceptance of each asset; NaT: unknown."""
    stations = network.nodes["accepted_on"].iloc[network.station_nodes]
    both = pd.concat([network.segments["accepted_on"], stations], ignore_index=True)
    days = pd.to_datetime(both).astype("datetime64[s]").to_numpy()
    return pd.Series(days, index=network.asset_ids, name="accepted_on")


def _risk_saved(network: Network, assets: pd.DataFrame, settings: Settings, climate: Floats) -> pd.DataFrame:
    """Return, per stuck valve, the outage risk a season that the smaller sections take away once it turns.

    A home in an outage costs by the hours of the outage and its own time constant. So the outages of one length are
    weighed together, each home with what such an outage costs it.
    """
    homes = Homes(climate, settings.t_start_c, settings.t_cold_c, settings.reheat)
    nodes, values = network.nodes, settings.values
    households = guess_households(nodes)["households"].to_numpy() * nodes["priority"].to_numpy(dtype=np.float64)
    rate, hours = assets["faults_mean"] * assets["outage_share"], assets["outage_h"].to_numpy(dtype=np.float64)
    constants, constant_of = np.unique(time_constants(network), return_inverse=True)
    parts = []
    for time in np.unique(hours).tolist():
        money = homes.cold_hours(time, constants)[constant_of] * values.cold_hour + time * values.no_heat_hour
        weighed = Network(nodes.assign(households=households * money), network.segments, network.valves)
        saved = valve_value(weighed, rates=rate.where(hours == time, 0.0))
        parts.append(saved[saved["measure"] == "repair"][["segment_id", "valve_id", "households_saved"]])
    if not parts:
        return pd.DataFrame({"segment_id": [], "valve_id": [], "risk_saved": []})
    saved = pd.concat(parts).groupby(["segment_id", "valve_id"], sort=True)[["households_saved"]].sum()
    return saved.reset_index().rename(columns={"households_saved": "risk_saved"})
