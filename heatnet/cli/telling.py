"""What a run says while it works and at its end: steps on a terminal, notes on standard error, one line of result."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from tqdm import tqdm

from heatnet._progress import Heard
from heatnet.assessment.composing import STEPS
from heatnet.assessment.results import Assessment
from heatnet.inventory.accounts import account_sentences
from heatnet.language import Note, note, worded
from heatnet.planning import Plan

if TYPE_CHECKING:
    import pandas as pd

    from heatnet.batch import NetworkScore


def _bar(unit: str, total: int | None = None) -> tqdm:  # type: ignore[type-arg]
    """Return a bar that shows on a terminal only."""
    is_seen = sys.stderr is not None and sys.stderr.isatty()
    return tqdm(total=total, unit=unit, disable=not is_seen, leave=False)


class Steps(Heard):
    """Shows each step of an assessment on a terminal; nothing elsewhere."""

    def __init__(self) -> None:
        super().__init__("heatnet", _bar("step", STEPS))


class Networks(Heard):
    """Shows how a run over many networks gets on: a bar on a terminal, plain lines elsewhere."""

    def __init__(self, as_json: bool) -> None:
        super().__init__("heatnet.batch", _bar("network"))
        self.scored = self.total = 0
        self._as_json = as_json

    def emit(self, record: logging.LogRecord) -> None:
        self._bar.set_description(record.getMessage())
        if self._bar.disable:
            click.echo(record.getMessage(), err=True)

    def tell(self, result: NetworkScore) -> None:
        """Say what became of a network."""
        self.scored, self.total = self.scored + (result.status == "scored"), result.total
        self._bar.total = result.total
        self._bar.update()
        if self._as_json:
            click.echo(json.dumps({**result.summary, "done": result.done, "total": result.total}, ensure_ascii=False))
        if self._bar.disable or result.status != "scored":
            what = "scored" if result.reason is None else f"{result.status}: {result.reason}"
            self._bar.clear()
            click.echo(f"{result.done}/{result.total} {result.name} {what}", err=True)


def print_accounts(accounts: pd.DataFrame, language: str) -> None:
    """Print what became of every row, before anything else is said."""
    for sentence in account_sentences(accounts, language):
        click.echo(sentence)


def tell_notes(assessment: Assessment, chosen: Plan | None = None, more: Sequence[Note | str] = ()) -> None:
    """Say on standard error what was assumed, how the plan was made, and whatever else there is to know."""
    language = assessment.language
    for said in [*assessment.notes, *(chosen.notes if chosen else ()), *more]:
        click.echo(worded(note("cli.note", said=worded(said, language)), language), err=True)


def summary_line(chosen: Plan, file: Path | str, language: str) -> str:
    """Return what a plan comes to, in one line."""
    cures = chosen.cures
    planned = note(
        "cli.planned",
        file=str(file),
        cures=len(cures),
        jobs=len(chosen.jobs),
        km=chosen.km,
        stations=int((chosen.renewed["asset_kind"] == "station").sum()),
    )
    has_worth = "worth" in cures.columns
    gains = note(
        "cli.gains_worth" if has_worth else "cli.gains_hours",
        benefit=chosen.benefit,
        bound=chosen.bound,
        gap=chosen.gap if round(chosen.bound) != round(chosen.benefit) else 0.0,  # as the two are printed
        **({"worth": float(cures["worth"].sum()), "cost": chosen.cost} if has_worth else {}),
    )
    return worded(note("cli.result", planned=planned, gains=gains), language)
