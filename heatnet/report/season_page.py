"""A season in review as one page to read in a browser without a network; needs the extra ``report``."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from heatnet.inventory.accounts import account_sentences
from heatnet.inventory.staging import whole_file
from heatnet.report.page import rendered
from heatnet.report.places import asset_places
from heatnet.report.season_tables import (
    Told,
    captures,
    changes,
    cures_done,
    effects,
    open_assets,
    quantities,
    states,
    sums,
    surprises,
    tenths,
    totals,
    unplanned,
    verdicts,
    worths,
)
from heatnet.report.sections.blocks import Block, Figures, Section, Sentences, SideBySide, Signatures
from heatnet.report.words import label
from heatnet.review.in_review import SeasonReview

SHOWN = ("new", "dropped", "carried_over", "done_again", "done")
"""Changes in the list, in the order in which they are read."""


def write_season_page(review: SeasonReview, path: Path, *, accounts: pd.DataFrame) -> None:
    """Write a season in review as one HTML file that loads nothing, in the language of the review.

    Parameters
    ----------
    review : SeasonReview
        What `review_season` returns.
    path : Path
        The file.
    accounts : DataFrame
        What became of the rows of each table.

    Raises
    ------
    HeatnetError
        The file cannot be written.
    MissingExtraError
        jinja2 is not installed.
    """
    told = Told(review, asset_places(review.assessment.network, review.language))
    sections = [
        _summary(told, accounts),
        Section("done", told.say("planned_done"), (quantities(told), unplanned(told), cures_done(told))),
        _forecast(told),
        Section("surprises", told.say("surprises"), (surprises(told),), caption=told.say("surprises_caption")),
        _changes(told),
        _problems(told),
        _effects(told),
    ]
    title = told.say("title", season=review.season, next=review.season + 1)
    subtitle = told.say("subtitle", version=version("heatnet"))
    text = rendered(sections, review.language, title=title, subtitle=subtitle)
    with whole_file(path) as stage:
        stage.write_text(text + "\n", encoding="utf-8", errors="replace", newline="\n")


def _summary(told: Told, accounts: pd.DataFrame) -> Section:
    review, language = told.review, told.language
    lines = tuple(account_sentences(accounts, language))
    blocks: tuple[Block, ...] = (
        Figures(tuple(_figures(told))),
        verdicts(told),
        Sentences(tuple(review.told()), title=told.say("notes")),
        Signatures(tuple(label(key, language) for key in ("prepared", "checked", "approved")), label("date", language)),
        Sentences(lines, title=label("accounts", language)),
    )
    return Section("summary", told.say("summary"), blocks)


def _figures(told: Told) -> list[tuple[str, str]]:
    """Return the numbers that everybody looks for."""
    review = told.review
    figures, forecast = review.figures, review.forecast
    planned, done = (figures[name].astype(float).to_dict() for name in ("planned", "done"))
    found = [
        (f"{done['cures']:,.0f}", told.say("figure_done", planned=int(planned["cures"]))),
        (f"{done['km']:,.2f}", told.say("figure_km", planned=float(planned["km"]))),
    ]
    for outcome, key in (("faults", "figure_faults"), ("cold_visits", "figure_cold")):
        if outcome in forecast.index:
            row = {name: float(forecast[name][outcome]) for name in ("expected", "low", "high")}
            found.append((f"{forecast['came'][outcome]:,.0f}", told.say(key, **row)))
    caught = review.capture["0.024"]
    if not np.isnan(caught["heatnet"]):  # there were faults
        found.append((f"{caught['heatnet']:.1%}", told.say("figure_capture", age=float(caught["age"]))))
    homes, problems, still = review.in_all
    found.append((f"{homes:,}", told.say("figure_visited")))
    found.append((f"{problems:,}", told.say("figure_problems", open=still)))
    before = review.earlier["state"].value_counts()
    proven, back = (int(before.get(state, 0)) for state in ("proven", "came_back"))
    cured = proven + back + int(before.get("cured", 0))
    if cured:
        found.append((f"{proven:,}", told.say("figure_held", cured=cured, back=back)))
    return found


def _forecast(told: Told) -> Section:
    known = [table for table in (tenths(told, "faults"), tenths(told, "cold_visits")) if table is not None]
    sides: tuple[Block, ...] = (SideBySide(tuple(known[:1]), tuple(known[1:])),)
    caught = (captures(told), Sentences((told.say("capture_caption"),)))
    return Section("forecast", told.say("forecast"), (sums(told), *caught, *sides), is_new_page=True)


def _changes(told: Told) -> Section:
    counts = told.review.changes["change"].value_counts()
    said = tuple(
        told.say("changes_all", count=int(counts[change]), change=told.say(f"change_{change}"))
        for change in SHOWN
        if change in counts.index
    )
    blocks: tuple[Block, ...] = (Sentences(said or (told.say("nothing"),)), changes(told, SHOWN))
    return Section("changes", told.say("changes"), blocks, is_new_page=True)


def _problems(told: Told) -> Section:
    review = told.review
    blocks: tuple[Block, ...] = (
        SideBySide(
            (states(told, review.problems.table, "problems_now"),),
            (states(told, review.earlier.table, "problems_before"),),
        ),
        SideBySide((totals(told, "community"),), (totals(told, "month"),)),
        open_assets(told),
        Sentences((told.say("ledger_caption"),)),
    )
    return Section("problems", told.say("problems"), blocks, is_new_page=True)


def _effects(told: Told) -> Section:
    table, effect = effects(told), told.review.effect
    if table is None or effect is None:
        return Section("effects", told.say("effects"), (Sentences((told.say("no_effect"),)),))
    caption = told.say("effects_caption", first=effect.seasons[0], last=effect.seasons[-1])
    worth = worths(told)
    blocks: tuple[Block, ...] = (*([worth] if worth is not None else []), table)
    return Section("effects", told.say("effects"), blocks, caption=caption)
