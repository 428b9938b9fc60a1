"""What an assessment holds: the ranking, what it rests on, and the candidates it offers to a planner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from heatnet.failure import FailureModel
from heatnet.history.exposure import History
from heatnet.inventory.accounts import Fates, accounts_of
from heatnet.language import Note, worded
from heatnet.location import Location
from heatnet.location.winters import Winters
from heatnet.network import Network
from heatnet.reachability import isolation_sections

_OF_SEGMENTS = ("length_m", "diameter_mm", "from_node", "to_node", "street", "owner", "accepted_on")


_FIRST_COLUMNS = (
    "rank",
    "rank_low",
    "rank_high",
    "asset_kind",
    "length_m",
    "faults_mean",
    "fault_prob",
    "impaired_prob",
    "households_lost",
    "cold_household_hours",
    "outage_hours",
    "chronic_hours",
    "grade",
    "reason",
)


def in_reading_order(ranking: pd.DataFrame) -> pd.DataFrame:
    """Return the ranking with the columns that everybody reads in front, the others behind as they were."""
    return ranking[[*_FIRST_COLUMNS, *(name for name in ranking.columns if name not in _FIRST_COLUMNS)]]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Assessment:
    """The ranking of all assets for one coming season, and what it rests on; made by `assess`.

    Attributes
    ----------
    network : Network
        What was assessed.
    season : int
        The coming season, by the calendar year in which it starts.
    ranking : DataFrame
        Index asset_id, best cure first: ``rank``, ``rank_low``, ``rank_high`` (90 % interval over drawn
        futures), ``asset_kind``, ``length_m``, ``faults_mean`` (faults expected in the season), ``faults_low``,
        ``faults_high``, ``fault_prob`` (at least one), ``impaired_prob``, ``buildings_lost``, ``households_lost``
        (what an outage cuts off), ``repair_h``, ``cold_household_hours`` (expected in the season, weighted by the
        buildings' ``priority``) = ``outage_hours`` + ``chronic_hours``, ``hours_low``, ``hours_high``, ``grade``,
        ``reason`` and more.
    notes : tuple of Note
        What was assumed because the inventory does not say; `assumptions` gives them as sentences.
    findings : DataFrame
        Records that were left out or read with doubt.
    history, model, winters
        The recorded faults, the failure model fitted to them, and what the past winters' visits say.
    language : str
        Language of the reasons and assumptions.
    fates : mapping
        By table: what became of each of its rows; `accounts` adds them up.
    """

    network: Network
    season: int
    ranking: pd.DataFrame
    notes: tuple[Note, ...]
    findings: pd.DataFrame
    history: History
    model: FailureModel
    winters: Winters
    language: str = "en"
    fates: Mapping[str, Fates] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Assessment(season {self.season}, {len(self.ranking)} assets, best cure {self._best()})"

    def _best(self) -> str:
        return str(self.ranking.index[0]) if len(self.ranking) else "none"

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What was assumed, one sentence each, in the assessment's language."""
        return tuple(worded(said, self.language) for said in self.notes)

    @property
    def accounts(self) -> pd.DataFrame:
        """What became of the rows of each table.

        Index table: ``rows`` in the file, ``used``, ``not_asked_for`` (of another season, cleaned by a stated rule),
        ``set_aside`` (a defect of the row), whose sum is ``rows``, and ``reasons``.
        """
        return accounts_of(self.fates)

    @property
    def location(self) -> Location:
        """What last winter's visits say."""
        return self.winters.location

    def candidates(self) -> pd.DataFrame:
        """Return the assets as candidates for `plan_cures`, in the order of the network's tables.

        Returns
        -------
        DataFrame
            Index asset_id: ``asset_kind``, ``cold_household_hours``, ``length_m``, ``diameter_mm``, ``from_node``,
            ``to_node``, ``street``, ``community`` (of a segment: that of its end nodes, of two the first as text),
            ``owner``, ``accepted_on``, ``section_id`` (of a segment, where there are valves) and ``households_shut``
            (what the outage of its section, or of the station, cuts off). Unknown: missing.
        """
        network = self.network
        nodes, segments = network.nodes, network.segments
        stations = nodes.iloc[network.station_nodes]
        community = nodes["community"].to_numpy(dtype=object)
        ends = pd.DataFrame({"a": community[network.from_node], "b": community[network.to_node]}, dtype=object)
        columns: dict[str, Any] = {
            "asset_kind": network.asset_kind,
            "cold_household_hours": self.ranking["cold_household_hours"].reindex(network.asset_ids).to_numpy(),
        }
        for name in _OF_SEGMENTS:
            other = stations[name] if name in stations.columns else pd.Series([None] * len(stations), dtype=object)
            columns[name] = np.concatenate([segments[name].to_numpy(dtype=object), other.to_numpy(dtype=object)])
        columns["community"] = np.concatenate([_first_of_two(ends), stations["community"].to_numpy(dtype=object)])
        has_valves = len(network.valve_segment) > 0
        sections = isolation_sections(network).to_numpy(dtype=object) if has_valves else np.full(len(segments), None)
        columns["section_id"] = np.concatenate([sections, np.full(len(stations), None)])
        columns["households_shut"] = self.ranking["households_lost"].reindex(network.asset_ids).to_numpy()
        table = pd.DataFrame(columns, index=network.asset_ids).infer_objects()
        numbers = {name: pd.to_numeric(table[name]).astype("float64") for name in ("length_m", "diameter_mm")}
        return table.assign(**numbers, accepted_on=pd.to_datetime(table["accepted_on"]).astype("datetime64[s]"))


def told_of_assets(network: Network, history: History) -> pd.DataFrame:
    """Return what the tables tell of each asset, in the order of the network.

    Returns
    -------
    DataFrame
        Index asset_id: ``asset_kind``, ``street``, ``length_m`` (route; missing at a station),
        ``pipe_length_m`` (a pair counts twice), ``diameter_mm``, ``laid_year``, ``past_faults``, ``past_seasons``
        (seasons at risk with records).
    """
    segments, n_stations = network.segments, len(network.station_nodes)
    unknown = np.full(n_stations, np.nan)
    pipes = network.in_supply.astype(np.float64) + network.in_return
    return pd.DataFrame(
        {
            "asset_kind": network.asset_kind,
            "street": np.concatenate([segments["street"].to_numpy(dtype=object), np.full(n_stations, None)]),
            "length_m": np.concatenate([network.length_m, unknown]),
            "pipe_length_m": np.concatenate([network.length_m * pipes, unknown]),
            "diameter_mm": np.concatenate([network.diameter_mm, unknown]),
            "laid_year": np.concatenate([segments["laid_year"].to_numpy(dtype=np.float64), unknown]),
            "past_faults": history.counts.sum(axis=1).reindex(network.asset_ids).to_numpy(),
            "past_seasons": (history.seasons_at_risk > 0).sum(axis=1).reindex(network.asset_ids).to_numpy(),
        },
        index=network.asset_ids,
    )


def _first_of_two(ends: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Return the smaller text of each row, the known one where the other is missing, missing where both are."""
    a, b = ends["a"], ends["b"]
    a, b = a.where(a.notna(), b), b.where(b.notna(), a)
    smaller = [one if pd.isna(one) or one <= other else other for one, other in zip(a, b, strict=True)]
    return np.array([*smaller, None], dtype=object)[:-1]
