"""What the visits say about one asset, in counts and plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Ints
from heatnet._typed import typed
from heatnet.errors import HeatnetError
from heatnet.language import Note, checked_language, joined, note, worded
from heatnet.location.evidence import Evidence, Rates
from heatnet.location.posterior import Location
from heatnet.reachability.paths import SupplyPaths, supply_paths

_BESIDE = ("beside_visits", "beside_cold_visits", "beside_calls", "beside_households")


@dataclass(frozen=True, slots=True, eq=False)
class LocationExplanation:
    """What the visits of a season say about one asset.

    Parameters
    ----------
    asset_id : str
        The asset.
    prior, impaired_prob : float
        Probability that it was impaired, before and after the visits.
    group : tuple of str
        The assets that no observation can tell apart from it, itself included, in the order of the path; only the asset
        itself where no observed building hangs on it.
    group_prob : float
        Probability that at least one of them was impaired.
    visits, cold_visits : int
        Visits at buildings whose path holds the asset, calls included.
    calls, households : int
        Cold calls among them, and households that could have called; 0 where calls are not counted against households.
    cold_if_clear, cold_if_impaired : float
        Cold visits (and calls) to be expected with nothing and with something impaired: the visits that are no calls
        times the rate of visits, and the households times the rate of calls.
    beside_visits, beside_cold_visits, beside_calls, beside_households : int
        The same at the buildings that share the path up to this group, but not the group. Many cold ones speak
        for a trouble further up.
    suspect_before, suspect_behind : str or None
        The asset with the highest probability on the path before the group, and among those behind it; None: there
        is none.
    buildings : DataFrame
        Index ``building_id``, the observed buildings behind it: ``visits``, ``cold_visits``, ``calls``, ``households``
        (as above), ``odds_factor``: how many times likelier what was seen there is with something impaired than
        without; above 1 it speaks for an impairment on its path, below 1 against it. Those that speak for it come
        first.
    notes : tuple of Note
        The explanation as notes; `sentences` words them.
    language : str
        Language of the sentences.
    """

    asset_id: str
    prior: float
    impaired_prob: float
    group: tuple[str, ...]
    group_prob: float
    visits: int
    cold_visits: int
    calls: int
    households: int
    cold_if_clear: float
    cold_if_impaired: float
    beside_visits: int
    beside_cold_visits: int
    beside_calls: int
    beside_households: int
    suspect_before: str | None
    suspect_behind: str | None
    buildings: pd.DataFrame
    notes: tuple[Note, ...]
    language: str = "en"

    @property
    def sentences(self) -> tuple[str, ...]:
        """The explanation in words, a sentence each."""
        return tuple(worded(said, self.language) for said in self.notes)

    def __str__(self) -> str:
        return joined(self.notes, self.language)


@typed
def explain_location(location: Location, asset_id: str, *, language: str = "en") -> LocationExplanation:
    """Return which visits speak for and against one asset, in counts and plain words.

    Parameters
    ----------
    location : Location
        What `locate_faults` returned.
    asset_id : str
        A segment or station of its network.
    language : str
        Language of the sentences, one of `heatnet.language.languages`.

    Returns
    -------
    LocationExplanation
        Every count can be checked in the table of visits.

    Raises
    ------
    HeatnetError
        When the network has no such asset, or heatnet does not speak the language.

    Examples
    --------
    >>> from heatnet.examples import fork, fork_visits
    >>> from heatnet.location import locate_faults
    >>> location = locate_faults(fork(), fork_visits(), season=2023, p_clear=0.2, p_impaired=0.7)
    >>> for sentence in explain_location(location, "b").sentences:
    ...     print(sentence)
    b was impaired with probability 0.147 (0.020 before the visits).
    Behind it 2 of 2 visits were cold; 0.4 would be if nothing were impaired, 1.4 if something were.
    1 building speaks for something impaired on its path and 0 against.
    At its neighbours on the same path, 0 of 1 visits were cold.
    Before it on the path, main is the most suspect (0.286).
    """
    asset = int(location.network.asset_positions([asset_id])[0])
    if asset < 0:
        raise HeatnetError(f"{asset_id!r} is no segment or station of the network; see location.assets.index.")
    network, paths = location.network, supply_paths(location.network)
    row: dict[Any, Any] = location.assets.iloc[asset].to_dict()
    behind = _members_below(paths, asset)
    buildings = _observed_behind(location, paths, behind)
    group = _group_of(location, paths, asset)
    before = _path_to(paths, int(group[0]))[:-1]
    around = _observed_behind(location, paths, _members_below(paths, before[-1])) if before else buildings
    beside = around.drop(index=buildings.index)
    visits, cold, calls, households = _counts(buildings)
    cold_if_clear, cold_if_impaired = (
        (visits - calls) * p + (households * c if households else 0.0)
        for p, c in ((location.p_clear, location.c_clear), (location.p_impaired, location.c_impaired))
    )
    explanation = LocationExplanation(
        asset_id=asset_id,
        prior=float(location.prior.iloc[asset]),
        impaired_prob=float(row["impaired_prob"]),
        group=tuple(str(name) for name in network.asset_ids[group]),
        group_prob=float(row["group_prob"]),
        visits=visits,
        cold_visits=cold,
        calls=calls,
        households=households,
        cold_if_clear=cold_if_clear,
        cold_if_impaired=cold_if_impaired,
        **dict(zip(_BESIDE, _counts(beside), strict=True)),
        suspect_before=_most_suspect(location, before),
        suspect_behind=_most_suspect(location, np.setdiff1d(behind, group)),
        buildings=buildings,
        notes=(),
        language=checked_language(language),
    )
    return replace(explanation, notes=tuple(_notes(location, explanation)))


def _members_below(paths: SupplyPaths, asset: int) -> Ints:
    """Return the asset and all behind it."""
    is_it = np.zeros(len(paths.parent_asset))
    is_it[asset] = 1.0
    return np.flatnonzero(paths.forest.path_sum(is_it, np.zeros(len(is_it), dtype=bool)) > 0)


def _path_to(paths: SupplyPaths, asset: int) -> list[int]:
    path = [asset]
    while paths.parent_asset[path[-1]] >= 0:
        path.append(int(paths.parent_asset[path[-1]]))
    return path[::-1]


def _group_of(location: Location, paths: SupplyPaths, asset: int) -> Ints:
    label = location.assets["ambiguity_group"].iloc[asset]
    if pd.isna(label):
        return np.array([asset], dtype=np.int64)
    members = np.flatnonzero((location.assets["ambiguity_group"] == label).to_numpy(dtype=bool))
    is_member = np.isin(paths.order, members)
    return paths.order[is_member]


def _most_suspect(location: Location, assets: Ints | list[int]) -> str | None:
    if not len(assets):
        return None
    rows = location.assets.iloc[np.asarray(assets, dtype=np.int64)]
    best = rows.index[rows["impaired_prob"] == rows["impaired_prob"].max()]
    return str(min(best))


def _counts(buildings: pd.DataFrame) -> list[int]:
    return [int(buildings[column].sum()) for column in ("visits", "cold_visits", "calls", "households")]


def _observed_behind(location: Location, paths: SupplyPaths, behind: Ints) -> pd.DataFrame:
    """Return the observed buildings whose path ends at one of these assets; those that speak for them come first."""
    network = location.network
    nodes = network.building_nodes[np.isin(paths.last_asset[network.building_nodes], behind)]
    table = location.buildings.loc[network.node_ids[nodes]]
    calls = table["calls"].to_numpy(dtype=np.float64)
    counts_calls = not np.isnan(location.c_clear)
    callers = network.households[nodes] if counts_calls else np.zeros(len(nodes))
    seen = Evidence(
        nodes,
        table["visits"].to_numpy(dtype=np.float64) - calls,
        table["cold_visits"].to_numpy(dtype=np.float64) - calls,
        calls,
        callers,
    )
    call_rates = (location.c_clear, location.c_impaired, location.c_double) if counts_calls else (0.0, 0.0, 0.0)
    rates = Rates(location.p_clear, location.p_impaired, location.p_double, *call_rates)
    clear, impaired, _ = seen.log_likelihoods(rates)
    with np.errstate(over="ignore", invalid="ignore"):
        factor = np.exp(impaired - clear)
    observed = table[["visits", "cold_visits", "calls"]].assign(households=callers, odds_factor=factor)
    observed = observed[(observed["visits"] > 0).to_numpy() | (callers > 0)]
    by_name = observed.sort_index(kind="stable")
    return by_name.sort_values("odds_factor", ascending=False, kind="stable")


def _notes(location: Location, about: LocationExplanation) -> Iterator[Note]:
    yield note("location.probability", asset=about.asset_id, after=about.impaired_prob, before=about.prior)
    if len(about.group) > 1:
        yield note("location.group", count=len(about.group), assets=about.group, prob=about.group_prob)
    if about.buildings.empty:
        yield note("location.nothing_behind")
    else:
        seen = _seen(about.visits, about.cold_visits, about.calls, about.households)
        yield note("location.behind", seen=seen, if_clear=about.cold_if_clear, if_impaired=about.cold_if_impaired)
        factor = about.buildings["odds_factor"]
        yield note("location.speak", speak_for=int((factor > 1).sum()), against=int((factor < 1).sum()))
    if about.beside_visits or about.beside_households:
        yield note("location.beside", seen=_seen(*(getattr(about, name) for name in _BESIDE)))
    prob = location.assets["impaired_prob"]
    if about.suspect_before is not None:
        yield note("location.suspect_before", asset=about.suspect_before, prob=prob[about.suspect_before])
    if about.suspect_behind is not None:
        yield note("location.suspect_behind", asset=about.suspect_behind, prob=prob[about.suspect_behind])


def _seen(visits: int, cold_visits: int, calls: int, households: int) -> Note:
    of_visits = note("location.seen_visits", cold=cold_visits - calls, visits=visits - calls)
    if not households:
        return of_visits
    of_calls = note("location.seen_calls", calls=calls, households=households)
    return note("location.seen_both", of_visits=of_visits, of_calls=of_calls) if visits > calls else of_calls
