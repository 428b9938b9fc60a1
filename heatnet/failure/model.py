"""The failure model: fitted to histories, it says how often each asset will fail in a season to come."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import gammaincinv

from heatnet._arrays import Floats
from heatnet._freed import give_back
from heatnet._typed import typed
from heatnet.errors import HeatnetError
from heatnet.failure.attributes import ASKED_OF_ASSETS, log_length, modelled_attributes, size_of
from heatnet.failure.memory import Memory, Recorded, learn_memory
from heatnet.failure.rates import Rates, fit_rates
from heatnet.failure.recording import first_recorded
from heatnet.failure.renewed import renewed_faults
from heatnet.failure.statistics import FailureStatistics, failure_statistics, life_attributes
from heatnet.failure.summary import effects_table, summary_text
from heatnet.failure.surroundings import ASKED_OF_ASSETS as PLACES
from heatnet.failure.surroundings import Surroundings, surroundings
from heatnet.history.assets import asset_table
from heatnet.history.exposure import History
from heatnet.network import Network
from heatnet.season import checked_season

_LOW, _HIGH = 0.05, 0.95


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FailureModel:
    """How often assets fail; fitted by `fit_failure_model`.

    ::

        faults of asset i in season t  ~  Poisson(u_i * mu_it)
        mu_it = size_i * at_risk_it * law(age_it) * exp(x_i'b + age_it'a + level_t)
        u_i   ~  Gamma(shape k_i, mean 1),   k_i = k * (length_i / 100 m)**d
        E[u_i | past] = (k_i + sum_s w_s n_is) / (k_i + sum_s w_s mu_is),   w_s = 0.5**((t - s) / half_life)
        faults_mean = mu_it * E[u_i | past] * near_i**p * street_i**q * exp(c)

    ``size`` is km of route (1 of a station), ``law`` the ageing law (`heatnet.failure.ageing_law`, twice for a pair;
    0.03 a season for a station), x the attributes, ``near = exp(tanh(log((1 + recorded) / (1 + expected))))`` of the
    faults of the segments around, ``street`` the same of the street, the asset itself left out. b, a and the levels
    maximise a negative binomial likelihood times normal priors; k, d, p, q, c and the half-life maximise the
    likelihood of every past season given the seasons before it. Without records all of it is the prior: the ageing law.

    The negative binomial regression with its Gamma factor is the empirical Bayes model of road safety (Hauer 1997); the
    ageing law is that of Russian practice for heat networks. Unlike the first, old faults fade and neighbours speak.

    Attributes
    ----------
    histories : tuple of History
        What it was given; seasons before faults were recorded in earnest are left out of the fit
        (`heatnet.failure.recording`).
    statistics : FailureStatistics
        Faults and time at risk by cohort and season.
    rates, memory
        Fitted parameters.

    Examples
    --------
    >>> nodes = pd.DataFrame({"node_id": ["A", "B"], "kind": ["source", "building"]})
    >>> pipes = {"segment_id": ["S"], "from_node": ["A"], "to_node": ["B"], "length_m": [1000.0]}
    >>> pipes |= {"diameter_mm": [200.0], "laid_year": [2010.0]}
    >>> network = Network(nodes, pd.DataFrame(pipes))
    >>> from heatnet.history.exposure import asset_seasons
    >>> model = fit_failure_model(asset_seasons(network, None, first_season=2015, last_season=2019))
    >>> columns = ["faults_mean", "faults_low", "faults_high", "fault_prob"]
    >>> model.expected_faults(network, season=2020)[columns].round(3).to_dict("records")
    [{'faults_mean': 0.1, 'faults_low': 0.004, 'faults_high': 0.307, 'fault_prob': 0.091}]
    """

    histories: tuple[History, ...]
    statistics: FailureStatistics
    rates: Rates
    memory: Memory
    known: tuple[pd.DataFrame, ...]

    def __repr__(self) -> str:
        last = max(history.last_season for history in self.histories)
        return (
            f"FailureModel({len(self.histories)} histories, {self.statistics.faults.sum():.0f} faults, "
            f"until season {last})"
        )

    @typed
    def expected_faults(self, network: Network, *, season: int) -> pd.DataFrame:
        """Return faults to be expected of every asset in a season.

        Only records of earlier seasons are used: where the histories reach into `season` or beyond, the model is
        fitted anew to what was recorded before it.

        Parameters
        ----------
        network : Network
            Its assets; those that a history knows (by id) bring their own past and surroundings with them. Of several
            histories the one that knows most of the ids is taken.
        season : int
            The season, a whole one.

        Returns
        -------
        DataFrame
            Index asset_id in the order of `network.asset_ids`: ``faults_mean`` (expected number), ``faults_low`` and
            ``faults_high`` (the rate lies between them with probability 90 %: uncertainty of the coefficients, of the
            asset's own factor and of the season's level; not the chance of the count itself), ``fault_prob`` (at
            least one fault); and what `faults_mean` is the product of: ``faults_of_kind`` (of an asset with these
            attributes), ``own_factor`` (its own recorded faults), ``surroundings_factor`` (those around it).
        """
        season = checked_season(season)
        if any(history.last_season >= season for history in self.histories):
            earlier = [history.until(season - 1) for history in self.histories]
            return fit_failure_model(earlier).expected_faults(network, season=season)
        assets = asset_table(network, ASKED_OF_ASSETS)
        number, known = self._known_of(assets, season)
        attributes = modelled_attributes(assets, known["makeup_m3_per_m"].to_numpy(dtype=np.float64), number)
        if number >= 0:
            attributes["laid_year"] = self._laid_year(assets, number)
        mean, variance = self.rates.forecast(attributes, season)
        shape = self.memory.shape(log_length(attributes))
        recorded, expected = known["recorded"].to_numpy(), known["expected"].to_numpy()
        own = (shape + recorded) / (shape + expected)
        around = self.memory.surroundings_factor(known["log_near"].to_numpy(), known["log_street"].to_numpy())
        relative_variance = (1.0 + 1.0 / (shape + recorded)) * (1.0 + variance) - 1.0
        factors = {"faults_of_kind": mean, "own_factor": own, "surroundings_factor": around}
        forecast = _interval(mean * own * around, 1.0 / relative_variance) | factors
        return pd.DataFrame({name: _placed(values, assets) for name, values in forecast.items()}, network.asset_ids)

    def faults_after(
        self, network: Network, *, season: int, life: int = 30, station_life: int = 20, fault_growth: float = 0.03
    ) -> pd.Series[float]:
        """Return faults a season to be expected of every asset once it is renewed, mean over its life.

        The rate of an asset of the same kind and place, its own factor and that of its surroundings at 1, at each age
        from 0 to life - 1, divided by ``(1 + fault_growth)**age``. It may be more than what is expected of the asset
        now; then its renewal avoids no fault.

        Parameters
        ----------
        network : Network
            Its assets.
        season : int
            The first season after the renewal.
        life, station_life : int
            Seasons over which the mean is taken, of a segment and of a station.
        fault_growth : float
            Growth of the rate of what is not renewed, from season to season.

        Returns
        -------
        Series
            ``faults_after`` by asset_id in the order of `network.asset_ids`.
        """
        if any(history.last_season >= season for history in self.histories):
            earlier = fit_failure_model([history.until(season - 1) for history in self.histories])
            return earlier.faults_after(
                network, season=season, life=life, station_life=station_life, fault_growth=fault_growth
            )
        assets = asset_table(network, ASKED_OF_ASSETS)
        number, known = self._known_of(assets, season)
        attributes = modelled_attributes(assets, known["makeup_m3_per_m"].to_numpy(dtype=np.float64), number)
        faults = renewed_faults(
            self.rates, attributes, season, life=life, station_life=station_life, growth=1.0 + fault_growth
        )
        return pd.Series(_placed(faults, assets), index=network.asset_ids, name="faults_after")

    def effects(self) -> pd.DataFrame:
        """Return how much each attribute raises the rate.

        Returns
        -------
        DataFrame
            Index attribute, value: ``factor`` on the rate against the mean of all assets whose attribute is known (of a
            number: per doubling), ``factor_low``, ``factor_high`` (90 %), ``faults`` recorded, ``exposure`` in km x
            seasons (stations: seasons).
        """
        return effects_table(self.rates, self.statistics)

    def summary(self) -> str:
        """Return what the model has learned, and what the data cannot tell, in plain sentences."""
        return summary_text(self.histories, self.statistics, self.rates, self.memory)

    def _known_of(self, assets: pd.DataFrame, season: int) -> tuple[int, pd.DataFrame]:
        """Return the number of the history that knows most of the assets (-1: none), and what it knows of each."""
        shared = [_shared_count(known.index, assets.index) for known in self.known]
        number = int(np.argmax(shared)) if max(shared) > 0 else -1
        table = self.known[max(number, 0)].reindex(assets.index if number >= 0 else assets.index[:0])
        table = table.reindex(assets.index)
        gap = season - 1 - self.histories[max(number, 0)].last_season
        fade = 0.5 ** (gap / self.memory.half_life)
        past = table.drop(columns="makeup_m3_per_m").fillna(0.0)
        past[["recorded", "expected"]] *= fade
        return number, past.assign(makeup_m3_per_m=table["makeup_m3_per_m"])

    def _laid_year(self, assets: pd.DataFrame, number: int) -> Floats:
        """Return laying years of the network, later where the history knows of a renewal after it."""
        history = self.histories[number]
        renewed = history.renewals.groupby("asset")["new_laid_year"].last()
        after = np.full(history.n_assets, np.nan)
        after[renewed.index.to_numpy(dtype=np.int64)] = renewed.to_numpy(dtype=np.float64)
        ids = history.asset_ids
        if not ids.equals(assets.index):
            after = pd.Series(after, index=ids).reindex(assets.index).to_numpy(dtype=np.float64)
        laid: Floats = np.fmax(assets["laid_year"].to_numpy(dtype=np.float64), after)
        return laid


def _placed(values: Floats, assets: pd.DataFrame) -> Floats:
    """Return values of the rows of an asset table in the order of the network's assets."""
    placed = np.empty(len(values))
    placed[assets["position"].to_numpy(dtype=np.int64)] = values
    return placed


def _shared_count(known: pd.Index[Any], ids: pd.Index[Any]) -> int:
    return len(ids) if known.equals(ids) else int((known.get_indexer(ids) >= 0).sum())


@typed
def fit_failure_model(history: History | Sequence[History]) -> FailureModel:
    """Fit the failure model to one history, or to those of several networks at once.

    Parameters
    ----------
    history : History or sequence of History
        From `asset_seasons`. Networks fitted together share the effects of attributes, age and season; each has its
        own level.

    Returns
    -------
    FailureModel
        Its equations stand at the top of its description.

    Raises
    ------
    HeatnetError
        When no history is given.

    Examples
    --------
    >>> from heatnet import asset_seasons, examples
    >>> history = asset_seasons(examples.one_main(), None, first_season=2015, last_season=2019)
    >>> fit_failure_model(history).expected_faults(examples.one_main(), season=2020).index.tolist()
    ['S']
    """
    given = (history,) if isinstance(history, History) else tuple(history)
    if not given:
        raise HeatnetError("No history is given: build at least one with asset_seasons.")
    histories = tuple(_since_recorded(history) for history in given)
    lives = [life_attributes(history, number) for number, history in enumerate(histories)]
    pairs = zip(histories, lives, strict=True)
    parts = [failure_statistics(history, attributes=attributes)[0] for history, attributes in pairs]
    statistics = reduce(operator.add, parts)
    rates = fit_rates(statistics, np.ones(len(statistics.cohorts)))
    give_back()
    around = [surroundings(asset_table(history.network, PLACES)) for history in histories]
    give_back()
    memory = learn_memory(_expectations(rates, histories, lives, around))
    rates = fit_rates(statistics, _information(statistics, rates, memory), near=rates)
    give_back()
    recorded = _expectations(rates, histories, lives, around)
    memory = learn_memory(recorded, half_lives=(memory.half_life,))
    known = tuple(_known(record, memory.half_life) for record in recorded)
    return FailureModel(given, statistics, rates, memory, known)


def _since_recorded(history: History) -> History:
    """Leave out the seasons before faults were recorded in earnest."""
    faults = history.lives.faults.sum(axis=0).astype(np.float64)
    exposure = history.lives.seasons_at_risk.sum(axis=0).astype(np.float64)
    return history.since(history.first_season + first_recorded(faults, exposure)) if len(faults) else history


def _expectations(
    rates: Rates, histories: Sequence[History], lives: Sequence[pd.DataFrame], around: Sequence[Surroundings]
) -> list[Recorded]:
    recorded = []
    for history, attributes, neighbours in zip(histories, lives, around, strict=True):
        expected = rates.expected(attributes, history.seasons, history.lives.seasons_at_risk)
        recorded.append(Recorded(history, expected, neighbours))
    return recorded


def _information(statistics: FailureStatistics, rates: Rates, memory: Memory) -> Floats:
    """Return the information of a cohort's fault against a Poisson one: 1 / (1 + expected faults per asset / shape)."""
    size = np.maximum(size_of(statistics.cohorts), np.finfo(float).tiny)[:, None]
    expected = rates.expected(statistics.cohorts, statistics.seasons, statistics.exposure / size).sum(axis=1)
    shape = memory.shape(log_length(statistics.cohorts))
    information: Floats = 1.0 / (1.0 + expected / statistics.assets / shape)
    return information


def _known(recorded: Recorded, half_life: float) -> pd.DataFrame:
    """Return what is known of each asset when the last season has ended."""
    past = recorded.past_at_end(half_life)
    return pd.DataFrame(
        {
            "recorded": past.recorded,
            "expected": past.expected,
            "log_near": past.log_near,
            "log_street": past.log_street,
            "makeup_m3_per_m": recorded.history.water.mean(),
        },
        index=recorded.history.asset_ids,
    )


def _interval(mean: Floats, shape: Floats) -> dict[str, Floats]:
    """Return mean, 90 % interval and probability of at least one fault where the rate follows a Gamma distribution."""
    return {
        "faults_mean": mean,
        "faults_low": np.minimum(mean * gammaincinv(shape, _LOW) / shape, mean),
        "faults_high": np.maximum(mean * gammaincinv(shape, _HIGH) / shape, mean),
        "fault_prob": -np.expm1(-shape * np.log1p(mean / shape)),
    }
