"""What an assessment holds: the ranking, what it rests on, and the candidates it offers to a planner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Floats
from heatnet._cards import card
from heatnet.assessment.candidates import candidate_rows, coded_words, communities
from heatnet.assessment.measuring import measure_first_table
from heatnet.assessment.renewed import is_old_row
from heatnet.failure import FailureModel
from heatnet.history.exposure import History
from heatnet.inventory.accounts import Fates, accounts_of
from heatnet.language import Note, heading, worded
from heatnet.location import Location
from heatnet.location.winters import Winters
from heatnet.network import Network
from heatnet.value import Prices, Settings
from heatnet.value.knowing import total_ratio

_BEST_SHOWN = 10
FIRST_COLUMNS = (
    "rank",
    "rank_low",
    "rank_high",
    "asset_kind",
    "length_m",
    "worth",
    "worth_faults",
    "worth_heat",
    "worth_cold",
    "cost",
    "ratio",
    "ratio_alone",
    "risk",
    "repair_risk",
    "outage_risk",
    "cold_risk",
    "heat_risk",
    "faults_mean",
    "faults_after",
    "fault_prob",
    "impaired_prob",
    "households_lost",
    "households_short",
    "cold_household_hours",
    "outage_hours",
    "no_heat_hours",
    "chronic_hours",
    "severity",
    "stay",
    "community",
    "measure_first",
    "grade",
    "reason",
)


def in_reading_order(ranking: pd.DataFrame) -> pd.DataFrame:
    """Return the ranking with the columns that everybody reads in front, the others behind as they were."""
    names = [*FIRST_COLUMNS, *(name for name in ranking.columns if name not in FIRST_COLUMNS)]
    return side_by_side([ranking[name] for name in names])


def side_by_side(parts: Iterable[pd.DataFrame | pd.Series[Any]]) -> pd.DataFrame:
    """Return the columns of tables of one index as one table that shares them: many columns are not copied."""
    tables = [part.to_frame() if isinstance(part, pd.Series) else part for part in parts]
    return pd.DataFrame({name: table[name] for table in tables for name in table.columns}, copy=False)


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
        Index asset_id, best cure first: ``rank``, ``rank_low``, ``rank_high`` (90 % interval over drawn futures),
        ``asset_kind``, ``length_m``; in money of today the ``worth`` of a renewal over its life = ``worth_faults`` +
        ``worth_heat`` + ``worth_cold``, its ``cost`` (without job cost), ``ratio`` = worth / cost, by which the order
        goes, ``ratio_alone`` (with job cost); in money a season the ``risk`` of doing nothing = ``repair_risk`` +
        ``outage_risk`` + ``cold_risk`` + ``heat_risk``; ``faults_mean`` (expected in the season), ``faults_after``
        (a season, once renewed), ``fault_prob`` (at least one), ``impaired_prob`` (last winter), ``households_lost``
        (what an outage cuts off), ``households_short`` (what it leaves with too little
        heat; missing where nobody computed what pipes carry); a season, households
        weighted by the buildings' ``priority``: ``cold_household_hours`` = ``outage_hours`` + ``chronic_hours``, and
        ``no_heat_hours``; ``severity`` (1: as cold as usual), ``stay`` (probability that an impairment lasts a season),
        ``community``, ``measure_first`` (look before digging), ``grade``, ``reason`` and more.
    notes : tuple of Note
        What was assumed because the inventory does not say; `assumptions` gives them as sentences.
    findings : DataFrame
        Records that were left out or read with doubt.
    history, model, winters
        The recorded faults, the failure model fitted to them, and what the past winters' visits say.
    settings : Settings
        Prices, values and all else that was set.
    climate : array
        Outdoor temperatures of the heating time, degC.
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
    settings: Settings
    climate: Floats
    language: str = "en"
    fates: Mapping[str, Fates] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Assessment(season {self.season}, {len(self.ranking)} assets, best cure {self._best()})"

    def _repr_html_(self) -> str:
        best = self.ranking.head(_BEST_SHOWN)
        names = ("street", "length_m", "worth", "cost", "ratio", "grade", "reason")
        heads = [heading(name, self.language) for name in ("rank", "asset_id", *names)]
        forms = {"length_m": ",.0f", "worth": ",.0f", "cost": ",.0f", "ratio": ".2f"}
        columns = [
            ["" if pd.isna(cell) else format(cell, forms.get(name, "")) for cell in best[name]] for name in names
        ]
        rows = zip(best["rank"].astype(str), best.index.astype(str), *columns, strict=True)
        facts = [("season", str(self.season)), ("assets", f"{len(self.ranking):,}")]
        facts += [(name, f"{self.ranking[name].sum():,.0f}") for name in ("worth", "cost", "risk")]
        return card("Assessment", facts, heads, rows)

    def explore(self, plan: Any = None, *, language: str | None = None) -> Any:
        """Return the ranking as a map to work with in a notebook, without internet.

        Colours by worth per metre, faults, probability of illness, supply share and age; filters; the pointer is told
        the reason.

        Parameters
        ----------
        plan : Plan, optional
            Its cures and jobs are marked and listed beside the map.
        language : str, optional
            By default that of the assessment.

        Returns
        -------
        heatnet.report.exploring.MapPage
            A notebook shows it; `save` writes it as a page.

        Raises
        ------
        HeatnetError
            No segment has coordinates, or heatnet has no words in the language.
        MissingExtraError
            jinja2 is not installed.

        Examples
        --------
        >>> from heatnet.synthetic import make_city
        >>> from heatnet import assess
        >>> assess(make_city(length_km=6, stations=1, rng=1).network, season=2026).explore()  # doctest: +SKIP
        """
        # The room of pages stands above this one: it is looked up when somebody asks for a map.
        return import_module("heatnet.report.exploring").explored(self, plan, language or self.language)

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

    @property
    def total_ratio(self) -> float:
        """Total worth / total cost of all renewals: what digging anywhere returns, and the default `min_ratio`."""
        return total_ratio(self.ranking)

    @property
    def measure_first(self) -> pd.DataFrame:
        """What to read or whom to visit before digging, most worth knowing first (`measure_first_table`)."""
        return measure_first_table(
            self.network, self.ranking, self.location, self.settings.prices, self.total_ratio, self.language
        )

    def candidates(
        self,
        measures: Iterable[str] = ("renew", "clean", "balance"),
        *,
        part_m: pd.Series[Any] | None = None,
        prices: Prices | None = None,
    ) -> pd.DataFrame:
        """Return the cures that assets offer to `plan_cures`, in the order of the network's tables.

        Parameters
        ----------
        measures : iterable of str
            Of renew, clean (segments), balance (stations), valve (the repair of a stuck one), part (with `part_m`).
            All but renewals and parts of them are offered only where they are worth their cost.
        part_m : Series, optional
            By asset_id: metres of a segment that measure ``part`` renews.
        prices : Prices, optional
            In place of those of the settings.

        Returns
        -------
        DataFrame
            Index asset_id, a row per asset and measure: ``asset_kind``, ``measure``, ``removes`` (share of the cold
            hours that it takes away), ``worth``, ``worth_faults``, ``worth_heat``, ``worth_cold``, ``cost``, ``ratio``,
            ``cold_household_hours``, ``length_m``, ``diameter_mm``, ``from_node``, ``to_node``, ``street``,
            ``community`` (of a segment: that of its end nodes, of two the first as text), ``owner``, ``accepted_on``,
            ``section_id`` (of a segment, where there are valves), ``households_shut`` (what the outage of its section,
            or of the station, cuts off), ``measure_first``, ``impaired_prob``, ``stay``, ``past_faults``,
            ``cold_visits``, ``households_behind``, ``valve_id`` (of measure valve). Unknown: missing.

        Raises
        ------
        HeatnetError
            A measure is unknown, or `part_m` names no asset or no length of it.
        """
        settings = self.settings if prices is None else self.settings.replace(prices=prices)
        return candidate_rows(
            self.network, self.ranking, settings, self.climate, measures=tuple(measures), part_m=part_m
        )


def told_of_assets(network: Network, history: History) -> pd.DataFrame:
    """Return what the tables tell of each asset, in the order of the network.

    Returns
    -------
    DataFrame
        Index asset_id: ``asset_kind``, ``street``, ``length_m`` (route; missing at a station),
        ``pipe_length_m`` (a pair counts twice), ``diameter_mm``, ``heat_loss_w_m`` (missing where it is that of a pipe
        renewed since), ``laid_year``, ``community``,
        ``past_faults``, ``past_seasons`` (seasons at risk with records).
    """
    segments, n_stations = network.segments, len(network.station_nodes)
    streets, street_words = coded_words(segments["street"])
    unknown = np.full(n_stations, np.nan)
    pipes = network.in_supply.astype(np.float64) + network.in_return
    measured = segments["heat_loss_w_m"].to_numpy(dtype=np.float64)
    heat_loss = np.where(is_old_row(network, history), np.nan, measured)
    return pd.DataFrame(
        {
            "asset_kind": network.asset_kind,
            "street": np.concatenate([street_words[streets], np.full(n_stations, None)]),
            "community": communities(network),
            "length_m": np.concatenate([network.length_m, unknown]),
            "pipe_length_m": np.concatenate([network.length_m * pipes, unknown]),
            "diameter_mm": np.concatenate([network.diameter_mm, unknown]),
            "heat_loss_w_m": np.concatenate([heat_loss, unknown]),
            "laid_year": np.concatenate([segments["laid_year"].to_numpy(dtype=np.float64), unknown]),
            "past_faults": history.past_faults.reindex(network.asset_ids).to_numpy(),
            "past_seasons": history.past_seasons.reindex(network.asset_ids).to_numpy(),
        },
        index=network.asset_ids,
    )
