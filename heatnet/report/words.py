"""The columns of a programme of works: the form in which each is shown; their words stand in `heatnet.language`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from heatnet.language import heading, money_unit, note, worded, words


@dataclass(frozen=True, slots=True)
class Form:
    """How a column is shown: the form of its cells and its width in characters.

    Forms: text, long (wrapped text), count, length (one decimal), sum (hours, prices), money (in the unit people count
    in), km, year, date, share (0 to 1), gap, rate, ratio.
    """

    form: str
    width: int


COLUMNS = {
    "number": Form("count", 5),
    "job_id": Form("text", 9),
    "asset_id": Form("text", 12),
    "job_kind": Form("text", 9),
    "asset_kind": Form("text", 9),
    "measure": Form("text", 11),
    "place": Form("text", 20),
    "street": Form("text", 18),
    "community": Form("text", 14),
    "from_node": Form("text", 11),
    "to_node": Form("text", 11),
    "diameter_mm": Form("count", 10),
    "diameters_mm": Form("text", 10),
    "length_m": Form("length", 11),
    "pipe_length_m": Form("length", 11),
    "laid_year": Form("year", 8),
    "crew": Form("count", 7),
    "start_on": Form("date", 11),
    "end_on": Form("date", 11),
    "days": Form("count", 10),
    "cures": Form("count", 8),
    "works_cost": Form("money", 13),
    "job_cost": Form("money", 13),
    "cost": Form("money", 13),
    "total_cost": Form("money", 13),
    "benefit": Form("sum", 14),
    "households_shut": Form("count", 12),
    "fund": Form("text", 16),
    "dig_id": Form("text", 9),
    "owner": Form("text", 12),
    "assets": Form("long", 56),
    "rank": Form("count", 8),
    "rank_low": Form("count", 9),
    "rank_high": Form("count", 9),
    "grade": Form("text", 7),
    "reason": Form("long", 96),
    "why_out": Form("long", 46),
    "faults_mean": Form("rate", 10),
    "impaired_prob": Form("share", 11),
    "households_lost": Form("count", 11),
    "cold_household_hours": Form("sum", 14),
    "accepted_on": Form("date", 11),
    "station_id": Form("text", 12),
    "visits": Form("count", 9),
    "cold_visits": Form("count", 9),
    "near_cold_share": Form("share", 11),
    "far_cold_share": Form("share", 11),
    "chronic_hours": Form("sum", 16),
    "worth": Form("money", 13),
    "worth_faults": Form("money", 13),
    "worth_heat": Form("money", 13),
    "worth_cold": Form("money", 13),
    "ratio": Form("ratio", 9),
    "ratio_alone": Form("ratio", 11),
    "net_benefit": Form("money", 13),
    "risk": Form("money", 13),
    "repair_risk": Form("money", 12),
    "outage_risk": Form("money", 12),
    "cold_risk": Form("money", 12),
    "heat_risk": Form("money", 12),
    "households_short": Form("count", 11),
    "outage_hours": Form("sum", 13),
    "no_heat_hours": Form("sum", 13),
    "measure_first": Form("text", 9),
    "severity": Form("ratio", 9),
    "households": Form("count", 10),
    "problem": Form("text", 12),
    "what_to_do": Form("long", 56),
    "asset_count": Form("count", 8),
    "group_prob": Form("share", 12),
    "households_behind": Form("count", 10),
    "action_cost": Form("money", 11),
    "knowing_worth": Form("money", 13),
    "net_worth": Form("money", 13),
    "name": Form("text", 24),
    "when": Form("text", 14),
    "arrangement": Form("text", 12),
    "turn": Form("long", 60),
    "building_count": Form("count", 8),
    "length_km": Form("km", 9),
    "area_m2": Form("sum", 12),
    "old_share": Form("share", 9),
    "past_faults": Form("count", 8),
    "visit_share": Form("text", 18),
    "job_count": Form("count", 8),
    "sizes": Form("text", 15),
    "served": Form("count", 10),
    "project": Form("long", 30),
    "location": Form("long", 40),
    "content": Form("long", 34),
    "area": Form("ratio", 9),
    "investment": Form("money", 11),
    "owner_of": Form("text", 18),
    "contractor": Form("text", 12),
    "deadline": Form("text", 13),
    "acceptance": Form("text", 9),
    "problem_said": Form("long", 24),
    "evidence": Form("long", 44),
    "effect": Form("long", 30),
    "otherwise": Form("long", 64),
    "project_count": Form("count", 9),
    "station_count": Form("count", 9),
    "from_words": Form("long", 24),
    "from_xy": Form("text", 14),
    "to_words": Form("long", 24),
    "to_xy": Form("text", 14),
    "valves": Form("long", 28),
    "notify": Form("long", 30),
    "began_on": Form("text", 10),
    "finished_on": Form("text", 10),
    "remarks": Form("text", 12),
    "stuck_valves": Form("count", 8),
}


COLUMNS_OF = {  # which columns each sheet shows, in this order, where they tell something
    "jobs": (
        "number",
        "job_id",
        "job_kind",
        "measure",
        "place",
        "community",
        "crew",
        "start_on",
        "end_on",
        "days",
        "cures",
        "length_m",
        "pipe_length_m",
        "diameters_mm",
        "works_cost",
        "job_cost",
        "total_cost",
        "worth",
        "ratio",
        "net_benefit",
        "benefit",
        "problem",
        "households",
        "households_shut",
        "grade",
        "fund",
        "dig_id",
        "assets",
    ),
    "cures": (
        "number",
        "job_id",
        "asset_id",
        "asset_kind",
        "measure",
        "street",
        "community",
        "from_node",
        "to_node",
        "diameter_mm",
        "length_m",
        "pipe_length_m",
        "laid_year",
        "start_on",
        "end_on",
        "cost",
        "worth",
        "ratio",
        "net_benefit",
        "benefit",
        "rank",
        "grade",
        "measure_first",
        "owner",
        "fund",
        "reason",
    ),
    "measure": (
        "what_to_do",
        "assets",
        "asset_count",
        "group_prob",
        "households_behind",
        "worth",
        "action_cost",
        "knowing_worth",
        "net_worth",
    ),
    "claims": ("asset_id", "asset_kind", "measure", "street", "accepted_on", "worth", "cold_household_hours"),
    "left_out": (
        "rank",
        "asset_id",
        "asset_kind",
        "street",
        "length_m",
        "worth",
        "cost",
        "ratio",
        "cold_household_hours",
        "why_out",
    ),
    "ranking": (
        "rank",
        "rank_low",
        "rank_high",
        "asset_id",
        "asset_kind",
        "street",
        "length_m",
        "diameter_mm",
        "laid_year",
        "worth",
        "worth_faults",
        "worth_heat",
        "worth_cold",
        "cost",
        "ratio",
        "risk",
        "faults_mean",
        "impaired_prob",
        "households_lost",
        "households_short",
        "cold_household_hours",
        "measure_first",
        "grade",
        "job_id",
        "reason",
    ),
}


def label(key: str, language: str, /, **values: object) -> str:
    """Return a label of the programme in a language.

    Examples
    --------
    >>> label("title", "en", year=2026), label("jobs", "zh")
    ('Programme of works, summer 2026', '施工项目')
    """
    return worded(note(f"report.{key}", **values), language)


def word(value: str, language: str) -> str:
    """Return a kind, measure or method as a reader's word; other text as it is.

    Examples
    --------
    >>> word("clean", "zh"), word("blast", "zh")
    ('清洗', 'blast')
    """
    return words("values", language).get(value, value)


_DECIMALS = {"count": ",.0f", "length": ",.1f", "sum": ",.0f", "km": ",.2f", "year": ".0f", "share": ".1%"}
_DECIMALS |= {"gap": ".2%", "rate": ".3f", "ratio": ",.2f"}


def column_heading(name: str, language: str) -> str:
    """Return the heading of a column, with the unit where it is money.

    Examples
    --------
    >>> column_heading("worth", "zh"), column_heading("worth", "en")
    ('效益现值 (万元)', 'Worth over its life, thousand')
    """
    text = heading(name, language)
    return label("in_unit", language, text=text) if COLUMNS[name].form == "money" else text


def in_unit(value: Any, form: str, language: str) -> Any:
    """Return a value of a form in the unit of its heading: money as people count it, all else as it is."""
    is_money = form == "money" and value is not None and not isinstance(value, str) and not pd.isna(value)
    return value / money_unit(language)[0] if is_money else value


def shown(value: Any, form: str, language: str = "en") -> str:
    """Return a value as it is read: thousands separated, days without time, nothing for what is missing.

    Examples
    --------
    >>> shown(1234.56, "sum"), shown(pd.Timestamp("2026-05-01"), "date"), shown(None, "text"), shown(0.5, "share")
    ('1,235', '2026-05-01', '', '50.0%')
    >>> shown(1234567.0, "money", "zh"), shown(1234567.0, "money", "en")
    ('123.46', '1,234.6')
    """
    if isinstance(value, str):
        return value
    if value is None or pd.isna(value):
        return ""
    if form == "date":
        return f"{value:%Y-%m-%d}"
    if form == "money":
        scale, number_format = money_unit(language)
        return format(value / scale, number_format)
    return format(value, _DECIMALS[form]) if form in _DECIMALS else str(value)
