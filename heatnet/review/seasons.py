"""One summer's works and the winter after: what came to each asset, and what would have come without."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Ints, Truths
from heatnet.failure import fit_failure_model
from heatnet.history.exposure import asset_seasons
from heatnet.inventory import Inventory
from heatnet.inventory.records import Records
from heatnet.network import Network
from heatnet.review.blame import Winter
from heatnet.review.illness import After
from heatnet.season import season_of, season_start
from heatnet.value import Settings

MEASURES = ("renewal", "repair", "cleaning", "balancing")
_CURES = ("renewal", "cleaning", "balancing")
_YEARS_APART = 5


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """Faults to be expected of each asset in a season.

    Parameters
    ----------
    mean, variance : array
        Had nothing been done: their number, and the variance of the rate.
    renewed : array
        Once it is renewed, as the assessment foresees them; never more.
    """

    mean: Floats
    variance: Floats
    renewed: Floats


@dataclass(frozen=True, eq=False)
class Summer:
    """The works between one season's start and the next, and the records around them.

    Parameters
    ----------
    known : Inventory
        Network (rows by id) and records.
    season : int
        The season after the works.
    room_min_c : float
        A room below it is cold.
    """

    known: Inventory
    season: int
    room_min_c: float

    @property
    def network(self) -> Network:
        """The network, rows by id."""
        return self.known.network

    @cached_property
    def measure_of(self) -> dict[str, Truths]:
        """Per measure: the assets on which it, and no stronger one, was done in the summer."""
        works, n_assets = self.known.works, self.network.n_assets
        done = {measure: np.zeros(n_assets, dtype=bool) for measure in MEASURES}
        if works is None:
            return done
        judged = self.known.judged["works"]
        usable = judged.is_used & (season_of(works["done_on"]) == self.season - 1).to_numpy(dtype=bool)
        stronger = np.zeros(n_assets, dtype=bool)
        for measure in ("renewal", "cleaning", "balancing", "repair"):
            done[measure][judged.place[usable & (works["kind"] == measure).to_numpy(dtype=bool)]] = True
            done[measure] &= ~stronger
            stronger |= done[measure]
        return done

    @property
    def is_cured(self) -> Truths:
        """Assets renewed, cleaned or balanced."""
        renewal, cleaning, balancing = (self.measure_of[measure] for measure in _CURES)
        return renewal | cleaning | balancing

    @cached_property
    def was_cured(self) -> Truths:
        """Assets renewed, cleaned or balanced in one of the five summers before: no yardstick for what works do."""
        works, marked = self.known.works, np.zeros(self.network.n_assets, dtype=bool)
        if works is None:
            return marked
        judged = self.known.judged["works"]
        season = season_of(works["done_on"]).to_numpy(dtype=np.float64)
        recent = (season < self.season - 1) & (season >= self.season - 1 - _YEARS_APART)
        marked[judged.place[judged.is_used & recent & works["kind"].isin(_CURES).to_numpy(dtype=bool)]] = True
        return marked

    @cached_property
    def faults_after(self) -> Ints:
        """Faults of each asset in the season."""
        faults = self.known.faults
        if faults is None:
            return np.zeros(self.network.n_assets, dtype=np.int64)
        judged = self.known.judged["faults"]
        of_season = judged.is_used & (season_of(faults["found_on"]) == self.season).to_numpy(dtype=bool)
        return np.bincount(judged.place[of_season], minlength=self.network.n_assets).astype(np.int64)

    @cached_property
    def faults_forecast(self) -> Forecast:
        """Faults to be expected of each asset had nothing been done.

        Forecast from the records before the season, as `assess` does; the summer's renewals are unmade: where the table
        of segments already knows the new pipe, the year of the old one is unknown.
        """
        known, start = self.known.records(), season_start(self.season)
        before = known.before(self.season)
        works = None if before.works is None else before.works[before.works["done_on"] < season_start(self.season - 1)]
        unmade = self._unmade(known)
        history = asset_seasons(
            unmade,
            before.faults,
            first_season=before.first_season(self.season),
            last_season=self.season - 1,
            works=works,
        )
        model = fit_failure_model(history)
        forecast = model.expected_faults(unmade, season=start.year)
        mean = forecast["faults_mean"].to_numpy(dtype=np.float64)
        spread = (forecast["faults_high"] - forecast["faults_low"]).to_numpy(dtype=np.float64) / 3.29
        renewed = model.faults_after(unmade, season=start.year).to_numpy(dtype=np.float64)
        return Forecast(mean, spread**2, np.minimum(renewed, mean))

    def _unmade(self, known: Records) -> Network:
        """Return the network without the laying years of renewals in this summer and after it."""
        works, network = known.works, self.network
        if works is None:
            return network
        later = works[(works["kind"] == "renewal") & (works["done_on"] >= season_start(self.season - 1))]
        segments = network.segments
        renewed_in = later.groupby("asset_id")["done_on"].min().dt.year.reindex(segments["segment_id"]).to_numpy()
        is_new = segments["laid_year"].to_numpy(dtype=np.float64) >= renewed_in - 1.0
        laid = segments["laid_year"].mask(pd.Series(is_new, index=segments.index))
        return Network(network.nodes, segments.assign(laid_year=laid), network.valves)

    @cached_property
    def after(self) -> After | None:
        """The winter before the works and the one after; None where one of them has no visits.

        What works of earlier summers did is what is asked, so each is taken to have left half of an illness.
        """
        visits = self.known.visits
        if visits is None:
            return None
        usable = visits[self.known.judged["visits"].is_used]
        seasons = season_of(usable["visited_on"]).to_numpy(dtype=np.float64)
        if not all((seasons == season).any() for season in (self.season - 1, self.season)):
            return None
        settings = Settings(room_min_c=self.room_min_c)
        records = self.known.records()
        if records.works is not None:
            cures = records.works[(records.works["kind"] != "repair").to_numpy(dtype=bool)]
            records = replace(records, works=cures.assign(kind="cleaning"))
        before = Winter.past(self.network, records, self.season - 1, settings)
        return After.of(usable, self.season, before.location, settings)
