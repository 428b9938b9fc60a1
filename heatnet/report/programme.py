"""A plan as the sheets of a programme of works: what was asked, what comes of it, and the tables in working order."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Any

import pandas as pd

from heatnet.assessment.results import Assessment
from heatnet.inventory.accounts import account_sentences, mostly_set_aside
from heatnet.language import checked_language, worded
from heatnet.planning import Plan
from heatnet.report.facts import Fact, facts_asked, facts_of_result
from heatnet.report.places import asset_places
from heatnet.report.privacy import told_reasons
from heatnet.report.words import COLUMNS_OF, label, word

SHOWN_ROWS = 100  # of the ranking and of what is left out; all of the ranking is in ranking.csv
_OF_RANKING = (
    "diameter_mm",
    "laid_year",
    "pipe_length_m",
    "rank",
    "grade",
    "ratio",
    "measure_first",
    "cold_household_hours",
    "reason",
)
_TOTALLED = (
    "cures",
    "length_m",
    "pipe_length_m",
    "works_cost",
    "job_cost",
    "cost",
    "total_cost",
    "worth",
    "benefit",
    "net_benefit",
)


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One table of the programme; its columns are names of `words.COLUMNS`, its cells are in the reader's words."""

    key: str
    title: str
    caption: str
    table: pd.DataFrame
    totals: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Programme:
    """What an office signs, in one language; the first `mostly_set_aside` sentences of the accounts are warnings."""

    language: str
    title: str
    subtitle: str
    facts: Mapping[str, list[Fact]]
    sentences: Mapping[str, list[str]]
    sheets: tuple[Sheet, ...]
    mostly_set_aside: int = 0


def programme(
    assessment: Assessment,
    plan: Plan,
    *,
    language: str = "en",
    accounts: pd.DataFrame | None = None,
    measure: pd.DataFrame | None = None,
) -> Programme:
    """Return a plan as the sheets of a programme of works.

    Parameters
    ----------
    assessment : Assessment
        What was ranked; says what the plan's candidates do not.
    plan : Plan
        What was chosen.
    language : str
        One of `heatnet.language.languages`.
    accounts : DataFrame, optional
        What became of the rows of each table in the whole run; by default `Assessment.accounts`.
    measure : DataFrame, optional
        `Assessment.measure_first` in that language, where it is known.

    Raises
    ------
    HeatnetError
        heatnet has no words in the language.
    """
    checked_language(language)
    season = assessment.season
    jobs, cures = in_working_order(plan, assessment.ranking)
    cures["reason"] = told_reasons(assessment, cures.index.intersection(assessment.ranking.index), language)
    cures["owner"] = cures["owner"].where(cures["owner"] != company_of(assessment))
    sheets = [
        _job_sheet(assessment, jobs, plan, language),
        _sheet("cures", _numbered(cures), language, caption="cures_caption"),
        _measure_sheet(assessment, language, measure),
        _sheet("claims", _best_first(to_claim(assessment, plan)), language, caption="claims_caption"),
        _left_out_sheet(assessment, plan, language),
        _ranking_sheet(assessment, plan, language),
    ]
    return Programme(
        language=language,
        title=label("title", language, year=season),
        subtitle=label("subtitle", language, year=season, next=season + 1, version=version("heatnet")),
        facts={"asked": facts_asked(plan.request, language), "result": facts_of_result(plan, jobs, cures, language)},
        sentences={
            "accounts": account_sentences(assessment.accounts if accounts is None else accounts, language),
            "notes": [worded(said, language) for said in plan.notes],
            "assumptions": [worded(said, language) for said in assessment.notes],
            "unknown": [label(f"unknown_{key}", language) for key in _unknown(assessment)],
            "meaning": [label(f"says_{key}", language) for key in _meanings(plan)],
        },
        sheets=tuple(sheet for sheet in sheets if len(sheet.table)),
        mostly_set_aside=len(mostly_set_aside(assessment.accounts if accounts is None else accounts)),
    )


def _unknown(assessment: Assessment) -> list[str]:
    """Return what the plan does not know: what pipes carry, where capacity was not computed, and the rest."""
    is_computed = assessment.ranking.get("households_short", pd.Series(dtype="float64")).notna().any()
    return [*([] if is_computed else ["served"]), "streets", "records"]


def _meanings(plan: Plan) -> list[str]:
    of_benefit = ["worth", "net_benefit", "ratio"] if plan.request.has_worth else ["benefit"]
    return [*of_benefit, "length", "job", "shut", "grade", "money"]


def in_working_order(plan: Plan, ranking: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return jobs and cures in the order of the work, each with what an engineer looks for beside it.

    Jobs go by start and crew, without a calendar by benefit, the greatest first; cures job by job, those that have no
    job last. Cures gain what the ranking says of their assets; jobs gain ``pipe_length_m`` and ``community`` (of their
    cures, each once), ``diameter_min_mm``, ``diameter_max_mm`` and ``assets``.
    """
    cures = plan.cures.join(ranking[[name for name in _OF_RANKING if name in ranking and name not in plan.cures]])
    of_job = cures.groupby("job_id")
    communities, assets = _of_jobs(cures["job_id"], cures["community"]), _of_jobs(cures["job_id"], cures.index)
    jobs = plan.jobs.assign(
        community=pd.Series({job: ", ".join(sorted(set(names))) for job, names in communities.items()}, dtype=object),
        diameter_min_mm=of_job["diameter_mm"].min(),
        diameter_max_mm=of_job["diameter_mm"].max(),
        pipe_length_m=of_job["pipe_length_m"].sum(),
        assets=pd.Series({job: " ".join(names) for job, names in assets.items()}, dtype=object),
    )
    jobs = jobs.rename_axis("job_id").reset_index()
    jobs = jobs.sort_values(["start_on", "crew", "benefit", "job_id"], ascending=[True, True, False, True])
    turn = pd.Series(range(len(jobs)), index=jobs["job_id"], dtype="int64")
    places = cures["job_id"].map(turn).fillna(len(jobs))
    return jobs.set_index("job_id"), cures.iloc[places.argsort(kind="stable")].copy()


def _of_jobs(jobs: pd.Series[Any], values: Iterable[Any]) -> dict[str, list[str]]:
    """Return the known values of each job, in their order."""
    found: dict[str, list[str]] = {}
    for job, value in zip(jobs, values, strict=True):
        if not pd.isna(job) and not pd.isna(value):
            found.setdefault(job, []).append(str(value))
    return found


def _range(least: float, most: float) -> str | None:
    """Return ``80`` or ``80–150``; nothing where no value is known. The long dash keeps spreadsheets from dates."""
    if math.isnan(least):
        return None
    return f"{least:g}" if least == most else f"{least:g}–{most:g}"


def _best_first(claims: pd.DataFrame) -> pd.DataFrame:
    return claims.sort_index().sort_values("cold_household_hours", ascending=False, kind="stable")


def _numbered(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(number=range(1, len(table) + 1))


def _sheet(key: str, table: pd.DataFrame, language: str, caption: str, **filled: object) -> Sheet:
    """Return a sheet of the columns of its list that tell something, with totals where there are sums to make."""
    rows = table.reset_index()
    if "worth" in rows.columns:  # the benefit is money then, what the least return asks being taken off
        rows = rows.rename(columns={"benefit": "net_benefit"})
    known = [name for name in COLUMNS_OF[key] if name in rows.columns and rows[name].notna().any()]
    rows = rows[known]
    for name in ("job_kind", "asset_kind", "measure", "problem"):
        if name in rows.columns:
            rows[name] = [_as_words(value, language) for value in rows[name]]
    if "measure_first" in rows.columns:
        rows["measure_first"] = [word("yes", language) if is_marked else "" for is_marked in rows["measure_first"]]
    totals = {name: float(rows[name].sum()) for name in rows.columns if name in _TOTALLED and key in ("jobs", "cures")}
    return Sheet(key, label(key, language), label(caption, language, **filled), rows, totals)


def job_places(assessment: Assessment, jobs: pd.DataFrame, language: str) -> pd.Series[Any]:
    """Return what people call the place of each job: a street, or the name of a station."""
    places = asset_places(assessment.network, language)
    named = jobs["street"].astype(object).fillna(label("no_street", language))
    stations = jobs["assets"].map(lambda asset: places.get(asset, asset))
    return named.where(jobs["job_kind"] != "station", stations)


def company_of(assessment: Assessment) -> str | None:
    """Return who owns most of the network's length, the first as text of equal ones; None where nobody says."""
    lengths = assessment.network.segments.groupby("owner", sort=True)["length_m"].sum()
    return str(lengths.idxmax()) if len(lengths) else None


def to_claim(assessment: Assessment, plan: Plan) -> pd.DataFrame:
    """Return the claims of a plan behind which there is something to claim: a fault, or cold homes."""
    told = assessment.ranking[["past_faults", "cold_visits"]].reindex(plan.claims.index)
    return plan.claims[((told > 0) | told.isna()).any(axis=1).to_numpy(dtype=bool)]


def _as_words(value: Any, language: str) -> Any:
    """Return a kind or measure, or several of them separated by commas, as the reader says them."""
    return ", ".join(word(part, language) for part in value.split(", ")) if isinstance(value, str) else value


def _job_sheet(assessment: Assessment, jobs: pd.DataFrame, plan: Plan, language: str) -> Sheet:
    table = _numbered(jobs).rename(columns={"cost": "total_cost"})
    ends = zip(jobs["diameter_min_mm"], jobs["diameter_max_mm"], strict=True)
    table["diameters_mm"] = [_range(least, most) for least, most in ends]
    of_station = jobs["assets"].where(jobs["job_kind"] == "station")
    table["place"] = job_places(assessment, jobs, language)
    table["works_cost"] = table["total_cost"] - table["job_cost"]
    table["grade"] = plan.cures.join(assessment.ranking["grade"]).groupby("job_id")["grade"].min()
    if "worth" in table.columns:
        table["ratio"] = table["worth"] / table["total_cost"].where(table["total_cost"] > 0)
    for name in ("length_m", "pipe_length_m"):
        table[name] = table[name].where(of_station.isna())
    caption = "jobs_undated" if plan.request.summer is None else "jobs_dated"
    return _sheet("jobs", table, language, caption)


def _measure_sheet(assessment: Assessment, language: str, measure: pd.DataFrame | None) -> Sheet:
    """Return where to measure before digging, as far as knowing is worth its cost."""
    table = replace(assessment, language=language).measure_first if measure is None else measure
    table = table.rename(columns={"cost": "action_cost"})
    worthwhile = table[table["net_worth"] > 0]
    shown = worthwhile.head(SHOWN_ROWS)
    return _sheet("measure", shown, language, "measure_caption", shown=len(shown), all=len(worthwhile))


def _left_out_sheet(assessment: Assessment, plan: Plan, language: str) -> Sheet:
    """Return what could not be planned, but for the claims, which have a sheet of their own."""
    out = plan.left_out[~plan.left_out.index.isin(plan.claims.index)].rename(columns={"reason": "why_out"})
    table = out.join(assessment.ranking.drop(columns="reason")).sort_values("rank").head(SHOWN_ROWS)
    table["why_out"] = [worded(said, language) for said in table["why_out"]]
    return _sheet("left_out", table, language, "left_out_caption", shown=len(table), all=len(out))


def _ranking_sheet(assessment: Assessment, plan: Plan, language: str) -> Sheet:
    best = assessment.ranking.head(SHOWN_ROWS)
    table = best.assign(job_id=plan.cures["job_id"], reason=told_reasons(assessment, best.index, language))
    return _sheet("ranking", table, language, "ranking_caption", shown=len(table), all=len(assessment.ranking))
