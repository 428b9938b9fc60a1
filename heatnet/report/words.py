"""The columns of a programme of works: the form in which each is shown; their words stand in `heatnet.language`."""

from __future__ import annotations

from dataclasses import dataclass

from heatnet.language import note, worded, words


@dataclass(frozen=True, slots=True)
class Form:
    """How a column is shown: the form of its cells and its width in characters.

    Forms: text, long (wrapped text), count, length (one decimal), sum (money, hours), year, date, share (0 to 1), rate.
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
    "works_cost": Form("sum", 13),
    "job_cost": Form("sum", 13),
    "cost": Form("sum", 13),
    "total_cost": Form("sum", 13),
    "benefit": Form("sum", 14),
    "households_shut": Form("count", 12),
    "fund": Form("text", 10),
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
