"""The plan: cures, jobs, what they bring, what they cost, and how far from the best possible it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from heatnet._cards import card
from heatnet.errors import HeatnetError
from heatnet.language import Note, note, worded
from heatnet.planning import gantt
from heatnet.planning.rules import PlanRules
from heatnet.planning.summer import Summer
from heatnet.value.settings import Prices


@dataclass(frozen=True, slots=True)
class Decay:
    """What is left of a worth that is put off by a summer: of faults, heat and cold homes, and of money."""

    faults: float = 1.0
    heat: float = 1.0
    stay: float = 1.0


NO_DECAY = Decay()
_JOBS_SHOWN = 10

CURE_COLUMNS = (
    "job_id",
    "asset_kind",
    "measure",
    "street",
    "length_m",
    "cost",
    "benefit",
    "start_on",
    "end_on",
)
JOB_COLUMNS = (
    "job_kind",
    "street",
    "cures",
    "length_m",
    "job_cost",
    "cost",
    "benefit",
    "days",
    "crew",
    "start_on",
    "end_on",
    "dig_id",
)


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """What was asked for: the candidates, the rules, the prices and the least ratio, so that a plan can be made again.

    `least_ratio` is the `min_ratio` of the rules, or what stands for None; `is_assessed`: prices are in the costs;
    `source`: the assessment whose candidates were planned, None of a table; a map needs its network.
    """

    table: pd.DataFrame
    rules: PlanRules
    prices: Prices
    least_ratio: float = 0.0
    is_assessed: bool = False
    decay: Decay = NO_DECAY
    source: Any = field(default=None, repr=False)

    @property
    def has_worth(self) -> bool:
        """Whether the candidates are weighed in money."""
        return "worth" in self.table.columns

    @property
    def summer(self) -> Summer | None:
        """Working days and crews."""
        return self.rules.summer


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A summer's programme of works.

    Parameters
    ----------
    cures : pandas.DataFrame
        Index asset_id: job_id (missing for a measure without a job), asset_kind, measure, street, length_m, cost
        (money, without job cost), benefit (cold household-hours; with worth: worth less the least ratio times the
        cost), start_on, end_on (NaT without a summer); then from_node, to_node, community, owner, fund; with worth
        also worth, ratio (worth/cost) and measure_first.
    jobs : pandas.DataFrame
        Index job_id: job_kind (trench, station), street, cures (how many), length_m, job_cost, cost (total),
        benefit, days, crew (missing when crews have no limit), start_on, end_on, dig_id; then fund (who pays the
        job cost, where there are funds) and households_shut (cut off while the job's sections are drained, each section
        once, missing where not given; an upper bound where sections share households). With worth also worth, ratio
        (worth/cost), households (the most homes behind one of its cures), area (communities), problem (faults, heat,
        cold: what most of the worth is) and measure. A job's benefit is less the least ratio times its job cost.
    benefit, bound, gap, cost, worth : float
        Cold household-hours avoided, or money where the candidates have worth; what no feasible plan exceeds;
        ``(bound - benefit)/max(abs(bound), abs(benefit))``, 0 where they are equal; money; worth of all cures, 0 where
        nobody says.
    binding : tuple of str
        Limits that hold the plan back: raising one would bring more.
    notes : tuple of Note
        What the reader must know, such as that the prices are not theirs.
    left_out : pandas.DataFrame
        Index asset_id: reason why the asset could not be planned at all.
    claims : pandas.DataFrame
        Index asset_id: assets accepted less than two heating times ago; the contractor's, not paid.
    standing : pandas.DataFrame
        Index asset_id: how each asset stands at the prices of the limits; `why` reads it.
    request : Request
        What was asked for.
    """

    cures: pd.DataFrame
    jobs: pd.DataFrame
    benefit: float
    bound: float
    cost: float
    notes: tuple[Note, ...]
    left_out: pd.DataFrame = field(repr=False)
    claims: pd.DataFrame = field(repr=False)
    standing: pd.DataFrame = field(repr=False)
    request: Request = field(repr=False)
    worth: float = 0.0
    binding: tuple[str, ...] = ()

    @property
    def gap(self) -> float:
        """Return the share of the bound that the plan may still miss."""
        return gap_of(self.benefit, self.bound)

    @property
    def renewed(self) -> pd.DataFrame:
        """Cures that renew: what kilometres and stations count."""
        return self.cures[self.cures["measure"] == "renew"]

    @property
    def km(self) -> float:
        """Kilometres of route renewed."""
        renewed = self.renewed
        return float(renewed["length_m"][renewed["asset_kind"] == "segment"].sum()) / 1000

    @property
    def paying_jobs(self) -> int:
        """How many jobs return more than they cost."""
        return int((self.jobs["worth"] > self.jobs["cost"]).sum()) if "worth" in self.jobs.columns else 0

    def _repr_html_(self) -> str:
        counts = [("km of route renewed", f"{self.km:,.2f}"), ("jobs", f"{len(self.jobs):,}")]
        counts += [("cures", f"{len(self.cures):,}"), ("cost", f"{self.cost:,.0f}"), ("gap", f"{self.gap:.2%}")]
        if self.request.has_worth:
            counts.append(("worth", f"{self.worth:,.0f}"))
        counts.append(("held back by", ", ".join(self.binding) or "nothing"))
        names = [name for name in ("job_kind", "street", "length_m", "cost", "worth", "start_on") if name in self.jobs]
        best = self.jobs.sort_values("benefit", ascending=False, kind="stable").head(_JOBS_SHOWN)
        forms = {"length_m": ",.0f", "cost": ",.0f", "worth": ",.0f", "start_on": "%Y-%m-%d"}
        columns = [
            ["" if pd.isna(cell) else format(cell, forms.get(name, "")) for cell in best[name]] for name in names
        ]
        return card("Plan", counts, ["job_id", *names], zip(best.index.astype(str), *columns, strict=True))

    def explore(self, assessment: Any = None, *, language: str | None = None) -> Any:
        """Return the plan as a map to work with in a notebook, without internet, its jobs listed beside it.

        Parameters
        ----------
        assessment : Assessment, optional
            What was ranked; by default the one that was planned. A plan of a table needs it.
        language : str, optional
            By default that of the assessment.

        Returns
        -------
        heatnet.report.exploring.MapPage
            A notebook shows it; `save` writes it as a page.

        Raises
        ------
        HeatnetError
            Nobody knows where the assets lie.
        MissingExtraError
            jinja2 is not installed.
        """
        known = self.request.source if assessment is None else assessment
        if not hasattr(known, "explore"):
            raise HeatnetError("A plan of a table knows no network: give the assessment, plan.explore(assessment).")
        return known.explore(self, language=language)

    def why(self, asset_id: str, *, language: str = "en") -> str:
        """Return one sentence: why an asset is in or out, and the cost at which that would turn.

        Raises
        ------
        HeatnetError
            When the asset was no candidate, or heatnet does not speak the language.
        """
        return worded(self.why_note(str(asset_id)), language)

    def knows(self, asset_id: str) -> bool:
        """Return whether an asset was a candidate, so that `why` has an answer."""
        return any(asset_id in table.index for table in (self.cures, self.claims, self.left_out, self.standing))

    def why_note(self, asset_id: str) -> Note:
        """Return what `why` says, in no language yet."""
        if asset_id in self.claims.index:
            return note("planning.why_claim", asset=asset_id)
        if asset_id in self.left_out.index:
            return note("planning.why_out", asset=asset_id, reason=self.left_out.at[asset_id, "reason"])
        if asset_id not in self.standing.index:
            raise HeatnetError(f"{asset_id} was no candidate of this plan: check the id.")
        row = self.standing.loc[[asset_id]].iloc[0]
        if row["reason"] is not None:
            return note("planning.why_out", asset=asset_id, reason=row["reason"])
        is_in = asset_id in self.cures.index
        return _standing_note(
            asset_id, row, is_in=is_in, least_ratio=self.request.least_ratio, of_worth=self.request.has_worth
        )

    def gantt_text(self, *, width: int = 100) -> str:
        """Return the calendar as text, a line per job; raises HeatnetError for a plan without a summer."""
        return gantt.gantt_text(self.jobs, self.request.summer, width=width)


def gap_of(benefit: float, bound: float) -> float:
    """Return the share of the bound that a plan may still miss; 0 where benefit and bound are equal.

    Examples
    --------
    >>> gap_of(75.0, 100.0), gap_of(-10.0, -5.0), gap_of(0.0, 0.0)
    (0.25, 0.5, 0.0)
    """
    size = max(abs(bound), abs(benefit))
    return (bound - benefit) / size if bound != benefit else 0.0


def _standing_note(asset_id: str, row: pd.Series, *, is_in: bool, least_ratio: float, of_worth: bool) -> Note:
    cost, margin = float(row["cost"]), float(row["margin"])
    gross = float(row["worth"]) if of_worth else float(row["benefit"])
    place, unit = "in" if is_in else "out", "worth_" if of_worth else ""

    def why(turning: str, **values: Any) -> Note:
        return note(f"planning.why_{unit}{place}_{turning}", asset=asset_id, benefit=gross, cost=cost, **values)

    if row["is_must"]:
        return note(f"planning.why_{unit}must", asset=asset_id, margin=margin)
    # One unit of money more costs what the budget's price says, and what it has to return.
    price = float(row["money_price"]) + least_ratio
    if is_in == (margin > 0) and price > 0:
        turn = cost + margin / price
        return why("cost", turn=turn) if is_in or turn >= 0 else why("at_no_cost")
    turn = max(0.0, gross - margin)
    return why("benefit" if is_in == (margin > 0) else "near", turn=turn)
