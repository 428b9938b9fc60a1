"""Did the cures hold: what came after them beside what would have come without."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from heatnet._arrays import Truths
from heatnet._typed import typed
from heatnet.consequence.classes import asset_classes
from heatnet.errors import HeatnetError
from heatnet.inventory import Inventory, inventory_of
from heatnet.network import Network
from heatnet.review.money import worth_seen
from heatnet.review.ratios import NOTHING_KNOWN, Ratio, ratio_of_counts
from heatnet.review.seasons import MEASURES, Summer
from heatnet.review.warmth import Treated, Warmth
from heatnet.season import checked_season
from heatnet.value import Settings, Values

OUTCOMES = ("faults", "impaired", "cold_share")
ALL = "all"
_PRIOR_SPREAD = 0.25
_SPREADS_OF_90 = 3.29
_LEAST_SPREAD = 1e-6
_FEWEST_CASES = 10


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CureEffect:
    """What the cures of past summers did; made by `cure_effect`.

    Attributes
    ----------
    table : DataFrame
        A row per ``measure`` (renewal, repair, cleaning, balancing), ``outcome`` (faults, impaired, cold_share) and
        ``diameter`` class (``all``, the classes, station): ``ratio`` (what came after over what would have come
        without the cure; 1: no effect), ``low``, ``high`` (90 %), ``cases`` (assets treated; cold_share: visits behind
        them), ``verdict`` (helped, harmed, cannot tell yet).
    persistence : float
        Share of ill, untreated assets that were ill again the winter after, learned with the effect.
    seasons : tuple of int
        The seasons after the works.
    faults_left : float
        Share of the faults that the failure model foresaw to be left of the renewed assets; NaN where none was renewed.
    cured : mapping
        Per measure: the ids of the assets treated.
    """

    table: pd.DataFrame
    persistence: float
    seasons: tuple[int, ...]
    faults_left: float = float("nan")
    cured: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __repr__(self) -> str:
        told = self.table[self.table["verdict"] != "cannot tell yet"]
        return f"CureEffect(seasons {self.seasons[0]} to {self.seasons[-1]}, {len(told)} of {len(self.table)} told)"

    def settings(self, settings: Settings | None = None) -> Settings:
        """Return settings that have learned from the effect, for the next `assess`.

        Parameters
        ----------
        settings : Settings, optional
            What is believed before; the defaults.

        Returns
        -------
        Settings
            ``renew_removes`` (what renewals left of illness), ``clean_removes`` (the same of cleanings and balancings),
            ``renew_faults`` (what renewals left of faults over `faults_left`) and ``persistence``, each shrunk to what
            was believed before by its own interval.

        Examples
        --------
        >>> table = pd.DataFrame([("cleaning", "impaired", "all", 0.2, 0.1, 0.3, 60, "helped")],
        ...     columns=["measure", "outcome", "diameter", "ratio", "low", "high", "cases", "verdict"])
        >>> round(CureEffect(table, 0.7, (2025,)).settings().values.clean_removes, 2)
        0.78
        """
        old = Settings() if settings is None else settings
        values = old.values
        renewed = self._shrunk(("renewal",), "impaired", 1.0 - values.renew_removes)
        cleaned = self._shrunk(("cleaning", "balancing"), "impaired", 1.0 - values.clean_removes)
        faults = values.renew_faults
        if self.faults_left > 0.0:
            faults = self._shrunk(("renewal",), "faults", values.renew_faults, unit=self.faults_left)
        learned = replace(
            values,
            renew_removes=float(np.clip(1.0 - renewed, 0.0, 1.0)),
            clean_removes=float(np.clip(1.0 - cleaned, 0.0, 1.0)),
            renew_faults=max(faults, 0.0),
        )
        return replace(old, values=learned, persistence=self.persistence)

    def worth(self, ranking: pd.DataFrame, *, values: Values | None = None) -> pd.DataFrame:
        """Return what the cures were thought to be worth beside what they turned out to be, in money of then.

        Parameters
        ----------
        ranking : DataFrame
            ``Assessment.ranking`` of the assessment before the works.
        values : Values, optional
            The values of that assessment; the defaults.

        Returns
        -------
        DataFrame
            Index measure (renewal, cleaning, balancing): ``cures`` (those that the ranking knows), ``foreseen``,
            ``seen``, ``low``, ``high``: seen with what is left of faults and of illness at the ends of their intervals.
            Less heat lost counts as foreseen. NaN and infinite where nothing can be told.

        Raises
        ------
        HeatnetError
            A column is missing.

        Notes
        -----
        The formula stands in `heatnet.review.money`.
        """
        left = {
            (measure, outcome): self.left(measure, outcome)
            for measure in ("renewal", "cleaning", "balancing")
            for outcome in ("faults", "impaired")
        }
        cured = {measure: self.cured.get(measure, ()) for measure in MEASURES}
        return worth_seen(ranking, cured, left, Values() if values is None else values)

    def left(self, measure: str, outcome: str) -> Ratio:
        """Return the ratio of a measure and an outcome over all diameters, `NOTHING_KNOWN` where there is no row."""
        rows = self.table
        row = rows[(rows["measure"] == measure) & (rows["outcome"] == outcome) & (rows["diameter"] == ALL)]
        if not len(row):
            return NOTHING_KNOWN
        return Ratio(*(float(row[name].iloc[0]) for name in ("ratio", "low", "high")))

    def _shrunk(self, measures: Sequence[str], outcome: str, believed: float, *, unit: float = 1.0) -> float:
        """Return the mean of a normal belief after what was seen of each measure, normal as wide as its interval."""
        weight, total = _PRIOR_SPREAD**-2, believed * _PRIOR_SPREAD**-2
        for measure in measures:
            seen = self.left(measure, outcome)
            if np.isfinite(seen.ratio) and np.isfinite(seen.high):
                precision = max((seen.high - seen.low) / unit / _SPREADS_OF_90, _LEAST_SPREAD) ** -2
                weight, total = weight + precision, total + precision * seen.ratio / unit
        return total / weight


@typed
def cure_effect(
    network: Network | Inventory,
    works: pd.DataFrame | None = None,
    faults: pd.DataFrame | None = None,
    visits: pd.DataFrame | None = None,
    *,
    seasons: Iterable[int],
    room_min_c: float = 18.0,
) -> CureEffect:
    """Return what past cures did to faults, illness and cold homes.

    The worst of a winter get better by themselves, so that before and after cannot be compared. Each treated asset is
    compared with what would have come without: faults with the forecast from the records before, scaled as it came true
    for untreated assets of like forecast; illness and cold homes with untreated assets that were as likely ill in the
    winter before.

    Parameters
    ----------
    network : Network or Inventory
        The network; of an inventory its records are used.
    works, faults, visits : DataFrame, optional
        Records.
    seasons : iterable of int
        The seasons after the works: works from the start of the season before to its end count for each.
    room_min_c : float
        A room below this temperature in degC is cold.

    Returns
    -------
    CureEffect
        ``table``, ``persistence``, ``settings()``.

    Raises
    ------
    HeatnetError
        A table cannot be used, or no season is given.

    Notes
    -----
    The formulas of the intervals stand in `heatnet.review.ratios`.

    Examples
    --------
    >>> import heatnet as hn
    >>> network = hn.examples.line()
    >>> works = pd.DataFrame({"work_id": ["W"], "asset_id": network.asset_ids[:1], "done_on": "2024-07-01"})
    >>> effect = cure_effect(network, works, seasons=[2024])
    >>> effect.table.query("measure == 'renewal'")["verdict"].unique().tolist()
    ['cannot tell yet']
    """
    asked = tuple(sorted({checked_season(season) for season in seasons}))
    if not asked:
        raise HeatnetError("seasons is empty; give the seasons after the works, e.g. [2024, 2025].")
    known = inventory_of(network, {"works": works, "faults": faults, "visits": visits})
    records = {name: getattr(known, name) for name in ("works", "faults", "visits")}
    known = inventory_of(known.network.in_id_order, records)
    summers = [Summer(known, season, room_min_c) for season in asked]
    codes, labels = asset_classes(known.network, by_level=False)
    classes = {ALL: np.ones(len(codes), dtype=bool)} | {label: codes == k for k, label in enumerate(labels)}
    together = _warmth(summers, [summer.is_cured for summer in summers], 1.0)
    rows = []
    for measure in MEASURES:
        warmth = _warmth_of(summers, measure, together)
        for label, in_class in classes.items():
            cases = sum(int((summer.measure_of[measure] & in_class).sum()) for summer in summers)
            if not cases and label != ALL:
                continue
            of_class = warmth if label == ALL else warmth.of_class(in_class)
            told = {
                "faults": (_fault_ratio(summers, measure, in_class), cases),
                "impaired": (of_class.left, cases),
                "cold_share": of_class.cold_share(),
            }
            for outcome, (ratio, count) in told.items():
                rows.append(
                    (measure, outcome, label, ratio.ratio, ratio.low, ratio.high, count, _verdict(ratio, count))
                )
    columns = ["measure", "outcome", "diameter", "ratio", "low", "high", "cases", "verdict"]
    return CureEffect(
        pd.DataFrame(rows, columns=columns), together.persistence, asked, _faults_left(summers), _cured(summers)
    )


def _cured(summers: Sequence[Summer]) -> dict[str, tuple[str, ...]]:
    """Return per measure the ids of the assets treated in any of the summers."""
    return {
        measure: tuple(
            sorted({str(name) for summer in summers for name in summer.network.asset_ids[summer.measure_of[measure]]})
        )
        for measure in MEASURES
    }


def _faults_left(summers: Sequence[Summer]) -> float:
    """Return the share of the faults of renewed assets that the failure model foresaw to be left, NaN for none."""
    without = after = 0.0
    for summer in summers:
        renewed = summer.measure_of["renewal"]
        if summer.known.faults is None or not renewed.any():
            continue
        without += float(summer.faults_forecast.mean[renewed].sum())
        after += float(summer.faults_forecast.renewed[renewed].sum())
    return after / without if without > 0.0 else float("nan")


def _verdict(ratio: Ratio, cases: int) -> str:
    if cases < _FEWEST_CASES:
        return "cannot tell yet"
    return "helped" if ratio.high < 1.0 else "harmed" if ratio.low > 1.0 else "cannot tell yet"


def _fault_ratio(summers: Sequence[Summer], measure: str, in_class: Truths) -> Ratio:
    """Return faults of the treated assets over their forecast, scaled as it came true for untreated ones."""
    came = expected = variance = 0.0
    spread: list[tuple[float, float]] = []
    for summer in summers:
        treated = summer.measure_of[measure] & in_class
        if summer.known.faults is None or not treated.any():
            continue
        forecast, of_rate = summer.faults_forecast.mean, summer.faults_forecast.variance
        untreated = (
            ~summer.is_cured & ~summer.was_cured & (~summer.measure_of["repair"] if measure == "repair" else True)
        )
        bounds = np.unique(np.quantile(forecast[treated], [0.25, 0.5, 0.75]))
        stratum = np.searchsorted(bounds, forecast)
        count = len(bounds) + 1
        seen = np.bincount(stratum[untreated], weights=summer.faults_after[untreated], minlength=count)
        foreseen = np.bincount(stratum[untreated], weights=forecast[untreated], minlength=count)
        scale = (seen + 2.0) / (foreseen + 2.0)
        by_stratum = scale * np.bincount(stratum[treated], weights=forecast[treated], minlength=count)
        came += float(summer.faults_after[treated].sum())
        expected += float(by_stratum.sum())
        variance += float(
            (scale[stratum[treated]] ** 2 * of_rate[treated]).sum() + (by_stratum**2 / (seen + 2.0)).sum()
        )
        mean = scale[stratum[untreated]] * forecast[untreated]
        spread.append((float(((summer.faults_after[untreated] - mean) ** 2).sum()), float(mean.sum())))
    dispersion = sum(square for square, _ in spread) / max(sum(mean for _, mean in spread), 1e-9) if spread else 1.0
    return ratio_of_counts(came, expected, variance, max(dispersion, 1.0))


def _warmth(summers: Sequence[Summer], treated: Sequence[Truths], usual: float) -> Warmth:
    """Return what the winters after say of assets treated in each summer."""
    parts = [
        Treated(summer.after, marked, summer.is_cured & ~marked)
        for summer, marked in zip(summers, treated, strict=True)
        if summer.after is not None
    ]
    return Warmth.of_all(parts, usual=usual, believed=Settings().persistence)


def _warmth_of(summers: Sequence[Summer], measure: str, together: Warmth) -> Warmth:
    """Return the same for a measure; what other cures left of illness is what all together did."""
    treated = [summer.measure_of[measure] for summer in summers]
    if all((summer.is_cured == marked).all() for summer, marked in zip(summers, treated, strict=True)):
        return together
    usual = together.left.ratio if np.isfinite(together.left.ratio) else 1.0
    return _warmth(summers, treated, usual)
