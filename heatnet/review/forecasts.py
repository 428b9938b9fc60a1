"""Forecast against what came: faults of each asset, cold visits of each building, and what the list would have met.

Assets that the summer renewed are left out of what tells of the forecast: it was made as if nobody would touch them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Truths
from heatnet.inventory import Inventory
from heatnet.network import Network
from heatnet.review.blame import Winter
from heatnet.review.states import PastWinters
from heatnet.season import season_of
from heatnet.validation.capture import (
    SHARES,
    RankedSeason,
    bootstrap_capture,
    calibration,
    capture,
    ranked_season,
)

METHODS = ("list", "heatnet", "age", "past_faults", "random")
GROUPS = 10
_DRAWS = 200
_WIDTH = 1.645  # of a normal distribution, from the middle to the ends of 90 %


def fault_forecast(ranking: pd.DataFrame, known: Inventory, is_renewed: Truths, season: int) -> pd.DataFrame:
    """Return what was expected of each asset that ranking and network both know, and what came.

    Returns
    -------
    DataFrame
        Index asset_id, ascending: ``rank``, ``asset_kind``, ``length_m``, ``laid_year``, ``past_faults``; ``expected``
        (faults; of a renewed asset those of the new pipe), ``variance`` of that rate, ``came`` (missing where no fault
        was ever recorded: then nobody knows), ``is_renewed``.
    """
    network, faults = known.network, known.faults
    came = np.full(network.n_assets, np.nan)
    if faults is not None and known.judged["faults"].is_used.any():
        judged = known.judged["faults"]
        chosen = judged.is_used & (season_of(faults["found_on"]) == season).to_numpy(dtype=bool)
        came = np.bincount(judged.place[chosen], minlength=network.n_assets).astype(np.float64)
    told = pd.DataFrame({"came": came, "is_renewed": is_renewed}, index=network.asset_ids)
    rows = ranking[ranking.index.isin(network.asset_ids)].join(told)
    new = rows["is_renewed"].to_numpy(dtype=bool)
    spread = ((rows["faults_high"] - rows["faults_low"]) / (2.0 * _WIDTH)).to_numpy(dtype=np.float64)
    table = rows[["rank", "asset_kind", "length_m", "laid_year", "past_faults", "came", "is_renewed"]].assign(
        expected=np.where(new, rows["faults_after"], rows["faults_mean"]).astype(np.float64),
        variance=np.where(new, 0.0, spread**2),
    )
    return table.sort_index(key=lambda ids: ids.astype(object)).rename_axis("asset_id")


def is_known(faults: pd.DataFrame) -> bool:
    """Return whether it is known which faults came: some fault was recorded at some time."""
    return bool(faults["came"].notna().any())


def captured(faults: pd.DataFrame, season: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return the share of the faults on the best-ranked share of length, segments that were not renewed only.

    Returns
    -------
    DataFrame
        Index ``method`` (list: the order of the list, by worth per cost; heatnet: by expected faults per metre; age,
        past_faults; random: the mean of all orders), columns share of length; then ``standard_error_`` of each.
    """
    rows = faults[(faults["asset_kind"] == "segment") & ~faults["is_renewed"].to_numpy(dtype=bool)]
    length = rows["length_m"].to_numpy(dtype=np.float64)
    age = season - rows["laid_year"].to_numpy(dtype=np.float64)
    usual = np.nanmean(age) if np.isfinite(age).any() else 0.0
    scores = {
        "list": -rows["rank"].to_numpy(dtype=np.float64),
        "heatnet": rows["expected"].to_numpy(dtype=np.float64) / length,
        "age": np.where(np.isnan(age), usual, age),
        "past_faults": rows["past_faults"].to_numpy(dtype=np.float64) / length,
        "random": np.zeros(len(rows)),
    }
    came = rows["came"].fillna(0.0).to_numpy(dtype=np.float64)
    ranked: Mapping[str, list[RankedSeason]] = {
        method: [ranked_season(score, length, came)] for method, score in scores.items()
    }
    drawn = bootstrap_capture(ranked, rng=rng)
    names = [f"{share:g}" for share in SHARES]
    table = pd.DataFrame([capture(ranked[method]) for method in METHODS], index=list(METHODS), columns=names)
    errors = pd.DataFrame([_spread(drawn[method]) for method in METHODS], index=list(METHODS), columns=names)
    return table.join(errors.add_prefix("standard_error_")).rename_axis("method")


def _spread(drawn: Floats) -> Floats:
    """Return the standard deviation over redrawn sets of assets; those without a fault tell nothing."""
    known = drawn[np.isfinite(drawn).all(axis=1)]
    return known.std(axis=0).round(12) if len(known) > 1 else np.full(drawn.shape[1], np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class ColdForecast:
    """What last winter let expect of this one's visits.

    Attributes
    ----------
    foreseen : Winter
        The winter as it was foreseen: no visit of it is known, works before it are.
    seen : Winter
        The winter with its visits.
    buildings : DataFrame
        Index building_id: ``visits``, ``came`` (cold ones), ``chance`` (of a visit to be cold), ``expected``.
    low, high : float
        The range that holds nine in ten draws of all cold visits.
    """

    foreseen: Winter
    seen: Winter
    buildings: pd.DataFrame
    low: float
    high: float


def cold_forecast(winters: PastWinters, season: int, rng: np.random.Generator) -> ColdForecast | None:
    """Return the cold visits that were to be expected, and those that came; None where nobody was visited.

    An asset is ill with ``stay*kept*p + (1 - stay*kept)*base``, p from the winters before, kept what works have left;
    a visit is cold with p_clear, p_impaired or p_double of the winter before, as none, one or more of its path are.
    Calls counted against all households of a building are no part of it.
    """
    if winters.known.visits is None:
        return None
    seen, last = winters.of(season), winters.of(season - 1).location
    told = seen.location.buildings
    visits = (told["visits"] - told["calls"]).to_numpy(dtype=np.float64)
    came = (told["cold_visits"] - told["calls"]).to_numpy(dtype=np.float64)
    if not visits.sum() > 0:
        return None
    before = winters.known.records().before(season)
    foreseen = Winter.past(winters.known.network, before, season, winters.settings)
    rates = np.array([last.p_clear, last.p_impaired, last.p_double])
    ill, own = _ill(foreseen)
    chance = _cold_chance(foreseen, ill, own, rates)
    table = pd.DataFrame({"visits": visits, "came": came, "chance": chance, "expected": visits * chance}, told.index)
    draws = _drawn_totals(foreseen, (ill, own), rates, visits.astype(np.int64), rng)
    low, high = np.quantile(draws, [0.05, 0.95]).tolist()
    return ColdForecast(foreseen, seen, table[table["visits"] > 0], low, high)


def _ill(foreseen: Winter) -> tuple[Floats, Floats]:
    """Return the probability of each asset and of each building itself to be ill."""
    location = foreseen.location
    ill = location.assets["impaired_prob"].to_numpy(dtype=np.float64)
    own = location.buildings["impaired_prob"].fillna(0.0).to_numpy(dtype=np.float64)
    return np.minimum(ill, 1.0 - 1e-9), np.minimum(own, 1.0 - 1e-9)


def _behind(winter: Winter, values: Floats) -> Floats:
    """Return the sum of a value over the path of each building."""
    along = winter.paths.forest.path_sum(values, np.zeros(len(values), dtype=bool))
    return np.asarray(np.append(along, 0.0)[winter.paths.last_asset[winter.network.building_nodes]], dtype=np.float64)


def _cold_chance(winter: Winter, ill: Floats, own: Floats, rates: Floats) -> Floats:
    none = np.exp(_behind(winter, np.log1p(-ill))) * (1.0 - own)
    one = none * (_behind(winter, ill / (1.0 - ill)) + own / (1.0 - own))
    one = np.minimum(one, 1.0 - none)
    chance: Floats = rates[0] * none + rates[1] * one + rates[2] * (1.0 - none - one)
    return chance


def _drawn_totals(
    winter: Winter, ill: tuple[Floats, Floats], rates: Floats, visits: np.ndarray, rng: np.random.Generator
) -> Floats:
    """Return the cold visits of drawn winters: what is ill is drawn, then each visit."""
    totals = np.zeros(_DRAWS)
    for draw in range(_DRAWS):
        state, own = (rng.random(len(prob)) < prob for prob in ill)
        count = np.minimum(_behind(winter, state.astype(np.float64)) + own, 2.0).astype(np.int64)
        totals[draw] = rng.binomial(visits, np.clip(rates[count], 0.0, 1.0)).sum()
    return totals


def calibrated(faults: pd.DataFrame, cold: ColdForecast | None) -> pd.DataFrame:
    """Return expected and found by tenths, from the lowest expectation up.

    Returns
    -------
    DataFrame
        Index ``outcome`` (faults, cold_visits), ``group``: ``count`` (assets, in groups of equal expected sum; visits,
        in groups of as many), ``expected``, ``came``, ``ratio``.
    """
    rows = faults[~faults["is_renewed"].to_numpy(dtype=bool)]
    parts = []
    if is_known(faults):
        told = calibration(rows["expected"].to_numpy(), rows["came"].to_numpy(), groups=GROUPS)
        parts.append(told.rename(columns={"assets": "count", "observed": "came"}).assign(outcome="faults"))
    if cold is not None:
        homes = cold.buildings.sort_values(["chance"], kind="stable")
        until = homes["visits"].cumsum() - homes["visits"] / 2.0
        tenth = (until / homes["visits"].sum() * GROUPS).to_numpy(dtype=np.float64).astype(np.int64)
        sums = homes.groupby(np.minimum(tenth, GROUPS - 1) + 1)[["visits", "expected", "came"]].sum()
        sums = sums.reindex(range(1, GROUPS + 1), fill_value=0.0)
        ratio = (sums["came"] / sums["expected"]).where(sums["expected"] > 0)
        parts.append(sums.rename(columns={"visits": "count"}).assign(ratio=ratio, outcome="cold_visits"))
    if not parts:
        return pd.DataFrame(
            columns=["count", "expected", "came", "ratio"],
            index=pd.MultiIndex.from_arrays([[], []], names=["outcome", "group"]),
            dtype=np.float64,
        )
    table = pd.concat([part.rename_axis("group").reset_index() for part in parts], ignore_index=True)
    return table.set_index(["outcome", "group"])[["count", "expected", "came", "ratio"]]


def summed(faults: pd.DataFrame, cold: ColdForecast | None) -> pd.DataFrame:
    """Return by ``outcome``: ``expected``, ``low``, ``high`` (90 % of what the forecast allows), ``came``, ``ratio``.

    Faults of assets that were not renewed; their range is that of independent assets.
    """
    rows = faults[~faults["is_renewed"].to_numpy(dtype=bool)]
    expected, came = float(rows["expected"].sum()), float(rows["came"].sum())
    half = _WIDTH * float(np.sqrt(expected + rows["variance"].sum()))
    told = {"faults": (expected, max(expected - half, 0.0), expected + half, came)} if is_known(faults) else {}
    if cold is not None:
        homes = cold.buildings
        told["cold_visits"] = (float(homes["expected"].sum()), cold.low, cold.high, float(homes["came"].sum()))
    columns = ["expected", "low", "high", "came"]
    table = pd.DataFrame.from_dict(told, orient="index", columns=columns).rename_axis("outcome")
    return table.assign(ratio=(table["came"] / table["expected"]).where(table["expected"] > 0))


def members_of(network: Network, winter: Winter) -> pd.Series[str]:
    """Return the group of each asset, itself where no visit hangs on it."""
    groups = winter.location.assets["ambiguity_group"]
    return groups.where(groups.notna(), pd.Series(network.asset_ids, index=groups.index)).astype(object)
