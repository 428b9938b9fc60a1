"""A season in review: planned against done, forecast against what came, what surprised, what changes in the list."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from heatnet._typed import typed
from heatnet.assessment.composing import assess
from heatnet.assessment.results import Assessment
from heatnet.errors import HeatnetError, InfeasiblePlanError
from heatnet.inventory import Inventory
from heatnet.inventory.records import DAY_OF
from heatnet.language import Note, checked_language, note, worded
from heatnet.planning import Plan
from heatnet.review.carried_out import KIND_OF, carried_out, renewed_before, unplanned_works, works_between
from heatnet.review.effect import CureEffect, cure_effect
from heatnet.review.forecasts import calibrated, captured, cold_forecast, fault_forecast, summed
from heatnet.review.ledger import ProblemLedger, ledger_of
from heatnet.review.relisted import list_changes, plan_again
from heatnet.review.seasons import MEASURES
from heatnet.review.states import PastWinters
from heatnet.review.surprises import Told, surprises
from heatnet.season import checked_season, heating_interval, season_of, season_start
from heatnet.value import Settings

SUMMERS = 3
"""Summers whose cures are looked at together: one alone tells little."""
GRACE_DAYS = 14
"""Records that end so many days before heating ends are taken for those of the whole winter."""
RANKED = (
    "rank", "asset_kind", "length_m", "laid_year", "past_faults", "faults_mean", "faults_low", "faults_high",
    "faults_after", "visits", "cold_visits", "worth_faults", "worth_heat", "worth_cold",
)  # fmt: skip
"""Columns of last summer's ranking that a review needs."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SeasonReview:
    """A season in review; made by `review_season`.

    Attributes
    ----------
    season : int
        The season, by the calendar year in which it starts.
    done : DataFrame
        Each cure of the plan and what became of it (`heatnet.review.carried_out.carried_out`).
    unplanned : DataFrame
        Works of the summer that no plan named.
    figures : DataFrame
        Index ``quantity`` (cures, km, stations, cost, worth): ``planned``, ``done`` (of these, in time and as planned),
        ``share``. Cost and worth are those of the plan.
    forecast : DataFrame
        Index ``outcome`` (faults, cold_visits): ``expected``, ``low``, ``high``, ``came``, ``ratio``.
    capture : DataFrame
        Index ``method`` (list, heatnet, age, past_faults, random): share of the season's faults on the best-ranked 1,
        2.4, 5, 10 and 20 % of the length, and standard errors; segments that were not renewed.
    calibration : DataFrame
        Index ``outcome``, ``group``: ``count``, ``expected``, ``came``, ``ratio``, by tenths.
    surprises : DataFrame
        Index ``number``: the largest surprises, with ``why``.
    changes : DataFrame
        Index asset_id: what changed in the list, and why (`heatnet.review.relisted.list_changes`).
    problems, earlier : ProblemLedger
        The problems of the season; those of the season before, as the season has left them.
    effect : CureEffect or None
        What the cures of the last summers did; None: none is recorded.
    worth : DataFrame or None
        Worth of last summer's cures, as foreseen and as `effect` has seen such cures (`CureEffect.worth`).
    assessment : Assessment
        This year's ranking.
    plan : Plan or None
        This year's list within last year's limits; None: they cannot be kept.
    notes : tuple of Note
        What the reader must know.
    language : str
        Language of the sentences.
    """

    season: int
    done: pd.DataFrame
    unplanned: pd.DataFrame
    figures: pd.DataFrame
    forecast: pd.DataFrame
    capture: pd.DataFrame
    calibration: pd.DataFrame
    surprises: pd.DataFrame
    changes: pd.DataFrame
    problems: ProblemLedger
    earlier: ProblemLedger
    effect: CureEffect | None
    worth: pd.DataFrame | None
    assessment: Assessment
    plan: Plan | None
    notes: tuple[Note, ...]
    language: str = field(default="en")

    def __repr__(self) -> str:
        done = int((self.done["state"] == "done").sum())
        return f"SeasonReview(season {self.season}, {done} of {len(self.done)} cures done)"

    @property
    def in_all(self) -> tuple[int, int, int]:
        """Households visited, problems found and problems still open in the season."""
        totals = self.problems.totals()
        names = ("households_visited", "problems_found", "problems_open")
        whole = (totals.index.get_level_values(0) == "all") & (totals.index.get_level_values(1) == "all")
        visited, found, still = (int(totals[name].to_numpy()[whole].sum()) for name in names)
        return visited, found, still

    def told(self) -> list[str]:
        """Return `notes` as sentences."""
        return [worded(said, self.language) for said in self.notes]


@typed
def review_season(
    inventory: Inventory,
    plan: Plan,
    *,
    season: int,
    ranking: pd.DataFrame | None = None,
    language: str = "en",
    rng: int | np.random.Generator = 0,
) -> SeasonReview:
    """Return what became of a plan, of its forecast and of the problems, once the winter is over.

    Parameters
    ----------
    inventory : Inventory
        Network and records, those of the season among them.
    plan : Plan
        The plan of the summer before the season.
    season : int
        The season under review: the one that the plan was made for.
    ranking : DataFrame, optional
        The ranking on which the plan rests, index asset_id. Where it is not given it is made again from the records
        before the season, and a note says so.
    language : str
        One of `heatnet.language.languages`.
    rng : int or numpy Generator
        Seed of all draws.

    Returns
    -------
    SeasonReview
        Tables, and notes on what they rest on.

    Raises
    ------
    HeatnetError
        Nothing is recorded of the season, or a table cannot be used.

    Examples
    --------
    >>> import heatnet as hn
    >>> from heatnet.inventory import inventory_of
    >>> city = hn.synthetic.make_city(length_km=6, stations=1, rng=1)
    >>> known = inventory_of(city.network, {name: city.tables[name] for name in ("visits", "faults", "works")})
    >>> plan = hn.plan_cures(hn.assess(known, season=2025), max_km=0.3)
    >>> review_season(known, plan, season=2025).forecast.index.tolist()
    ['faults', 'cold_visits']
    """
    season, language = checked_season(season), checked_language(language)
    known = inventory.in_id_order
    settings = known.settings or Settings()
    notes = _what_is_recorded(known, season, settings)
    draws = np.random.default_rng(rng)
    seeds = draws.integers(0, 2**31, size=2)
    if ranking is None:
        ranking = assess(known, season=season, rng=int(seeds[0])).ranking
        notes.append(note("review.ranked_again", season=season))
    ranking = _usable(ranking)
    lost = sorted(set(ranking.index) - set(known.network.asset_ids))
    if lost:
        notes.append(note("review.gone", count=len(lost), ids=tuple(lost)))
    since = _first_day(plan, season, settings)
    done = carried_out(plan.cures, known, season=season, since=since)
    faults = fault_forecast(ranking, known, renewed_before(known, season=season, since=since), season)
    renewed = int(faults["is_renewed"].sum())
    if renewed:
        notes.append(note("review.renewed_left_out", count=renewed))
    winters = PastWinters(known, settings)
    cold = cold_forecast(winters, season, draws)
    told = Told(known, plan, ranking, faults, cold, season, since)
    assessment = assess(known, season=season + 1, language=language, rng=int(seeds[1]))
    effect = _effect(known, season, settings.room_min_c)
    now, said = _listed(plan, assessment)
    notes += said
    days = {str(asset): day.date() for asset, day in done["done_on"][done["state"].isin(["done", "done_late"])].items()}
    ranks = (ranking["rank"], assessment.ranking["rank"])
    return SeasonReview(
        season=season,
        done=done,
        unplanned=unplanned_works(plan.cures, known, season=season, since=since),
        figures=_figures(done),
        forecast=summed(faults, cold),
        capture=captured(faults, season, draws),
        calibration=calibrated(faults, cold),
        surprises=surprises(told, language=language),
        changes=list_changes(plan, plan if now is None else now, ranks, days, language=language),
        problems=ledger_of(winters, season, now),
        earlier=ledger_of(winters, season - 1, plan),
        effect=effect,
        worth=None if effect is None else _worth(effect, known, season, since, ranking),
        assessment=assessment,
        plan=now,
        notes=tuple(notes),
        language=language,
    )


def _what_is_recorded(known: Inventory, season: int, settings: Settings) -> list[Note]:
    """Return notes on how far the records reach; refuse a season of which there are none."""
    days: dict[str, pd.Series[Any]] = {}
    for name, day in DAY_OF.items():
        table = getattr(known, name)
        if table is not None:
            days[name] = table[day][known.judged[name].is_used].dropna()
    of_winter = [days[name] for name in ("visits", "faults") if name in days]
    last = max((one.max() for one in days.values() if len(one)), default=None)
    if not any((season_of(one) == season).any() for one in of_winter):
        until = "none" if last is None else str(last.date())
        raise HeatnetError(
            f"season {season} has no visit and no fault that can be used: there is nothing to review "
            f"(last record: {until}); give the season that the plan was made for, once its winter is over"
        )
    notes = [
        note("review.no_table", table=name) for name in ("visits", "faults", "works") if not len(days.get(name, ()))
    ]
    _, heated = heating_interval(season, heating_from=settings.heating_from, heating_to=settings.heating_to)
    if last is not None and last < heated - pd.Timedelta(days=GRACE_DAYS):
        notes.append(note("review.unfinished", day=last.date(), end=heated.date()))
    return notes


def _usable(ranking: pd.DataFrame) -> pd.DataFrame:
    lacking = [name for name in RANKED if name not in ranking.columns]
    if lacking:
        raise HeatnetError(f"ranking has no column {', '.join(lacking)}: give what assess returns, or leave it out")
    return ranking.set_index(ranking.index.astype(str).astype(object).rename("asset_id"))


def _first_day(plan: Plan, season: int, settings: Settings) -> pd.Timestamp:
    """Return the first day of the summer's work: of its calendar, else the day after heating ended."""
    summer = plan.request.summer
    if summer is not None:
        return pd.Timestamp(summer.first_day)
    _, last = heating_interval(season - 1, heating_from=settings.heating_from, heating_to=settings.heating_to)
    return last + pd.Timedelta(days=1)


def _listed(plan: Plan, assessment: Assessment) -> tuple[Plan | None, list[Note]]:
    """Return this year's list within last year's limits, None where they cannot be kept, and what to say of it."""
    try:
        return plan_again(plan, assessment), [note("review.same_limits")]
    except InfeasiblePlanError as error:
        return None, [note("review.no_list", why=str(error))]


def _figures(done: pd.DataFrame) -> pd.DataFrame:
    is_done = (done["state"] == "done").to_numpy(dtype=bool)
    is_renewal = done["measure"].map(KIND_OF).eq("renewal").to_numpy(dtype=bool)
    is_segment = (done["asset_kind"] == "segment").to_numpy(dtype=bool)
    money = {name: done[name].to_numpy(dtype=np.float64) for name in ("cost", "worth") if name in done.columns}
    metres = np.where(is_renewal & is_segment, done["length_m"].to_numpy(dtype=np.float64), 0.0)
    counted = {
        "cures": np.ones(len(done)),
        "km": np.nan_to_num(metres) / 1000.0,
        "stations": (is_renewal & ~is_segment).astype(np.float64),
        **money,
    }
    rows = {name: (float(values.sum()), float(values[is_done].sum())) for name, values in counted.items()}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["planned", "done"]).rename_axis("quantity")
    return table.assign(share=(table["done"] / table["planned"]).where(table["planned"] > 0))


def _worth(
    effect: CureEffect, known: Inventory, season: int, since: pd.Timestamp, ranking: pd.DataFrame
) -> pd.DataFrame:
    """Return what last summer's cures were thought to be worth, and what cures such as these have been worth."""
    works = works_between(known, since, season_start(season) - pd.Timedelta(days=1))
    cured = {kind: tuple(sorted(set(works["asset_id"][works["kind"] == kind]))) for kind in MEASURES}
    settings = known.settings or Settings()
    return replace(effect, cured=cured).worth(ranking, values=settings.values)


def _effect(known: Inventory, season: int, room_min_c: float) -> CureEffect | None:
    """Return the effect of the cures of the last summers, None where none is recorded."""
    if known.works is None:
        return None
    used = known.works[known.judged["works"].is_used]
    summers = season_of(used["done_on"][(used["kind"] != "repair").to_numpy(dtype=bool)]) + 1.0
    seasons = [year for year in range(season - SUMMERS + 1, season + 1) if (summers == year).any()]
    return cure_effect(known, seasons=seasons, room_min_c=room_min_c) if seasons else None
