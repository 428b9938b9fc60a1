"""The commands for a plan that was made before: made again in mid-summer, and held beside another."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from heatnet.cli.commands import main
from heatnet.cli.guarding import refuse_inputs
from heatnet.cli.options import MOST_STATIONS, Amount, Place, language_option
from heatnet.cli.telling import summary_line
from heatnet.errors import HeatnetError
from heatnet.inventory.reading import read_digs
from heatnet.inventory.staging import hash_of
from heatnet.inventory.writing import write_csv
from heatnet.language import note, worded
from heatnet.planning import compare, replan
from heatnet.saving.plans import PLAN_FILE, read_plan, write_replan


@main.command(name="replan")
@click.argument("plan_dir", type=Place("folder"))
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day that can still be planned.")
@click.option("--done", multiple=True, metavar="JOB", help="A finished job; default: those that were to end before.")
@click.option("--started", multiple=True, metavar="JOB[=DAY]", help="A job at work, with the day on which it now ends.")
@click.option("--digs", type=Place("file"), help="Table of digs in place of the plan's.")
@click.option("--budget", type=Amount(0.0), help="Most money for the whole summer, in place of the plan's.")
@click.option("--max-km", type=Amount(0.0), help="Most route length of the whole summer, in place of the plan's.")
@click.option("--max-stations", type=click.IntRange(0, MOST_STATIONS), help="Most stations, in place of the plan's.")
@language_option
@click.option("-o", "--output", type=Place("folder"), required=True, help="Folder of the results, another one.")
def replan_command(plan_dir: Path, digs: Path | None, output: Path, language: str, **options: Any) -> None:
    """Plan the rest of a summer anew.

    PLAN_DIR is what heatnet plan wrote, with a calendar. Jobs done and started stay; the output folder gets cures.csv,
    jobs.csv, changes.csv, plan.json and run.json.
    """
    _refuse_same(plan_dir, output)
    refuse_inputs([output / name for name in ("changes.csv", "cures.csv", "jobs.csv")], [digs] if digs else [])
    asked = _asked(options)
    new_digs: dict[str, Any] = {} if digs is None else {"digs": read_digs(digs)}
    again = replan(read_plan(plan_dir), **asked, **new_digs)
    inputs = {file.name: hash_of(file) for file in (plan_dir / PLAN_FILE, *([digs] if digs else []))}
    write_replan(again, output, {"inputs": inputs, "settings": {name: _said(one) for name, one in asked.items()}})
    click.echo(summary_line(again.plan, output / "cures.csv", language))
    click.echo(worded(note("cli.replanned", lost=again.benefit_lost, cost=again.cost_added), language))


@main.command(name="compare")
@click.argument("a_dir", type=Place("folder"))
@click.argument("b_dir", type=Place("folder"))
@click.option("-o", "--output", type=Place("file"), help="Write every cure of both plans to this CSV file.")
@language_option
def compare_command(a_dir: Path, b_dir: Path, output: Path | None, language: str) -> None:
    """Say what entered and what left from one plan to another, and why.

    A_DIR and B_DIR are what heatnet plan or heatnet replan wrote.
    """
    found = compare(read_plan(a_dir), read_plan(b_dir), language=language)
    if output:
        refuse_inputs([output], [folder / name for folder in (a_dir, b_dir) for name in _names(folder)])
        write_csv(found.cures, output)
    click.echo(found.to_text(), nl=False)


def _names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir() if file.is_file())


def _asked(options: dict[str, Any]) -> dict[str, Any]:
    """Return the keywords of `replan` that were given."""
    started = dict(one.partition("=")[::2] for one in options.pop("started"))
    kept: dict[str, Any] = {name: value for name, value in options.items() if value not in (None, ())}
    if started:
        ends = {job: day for job, day in started.items() if day}
        if ends and len(ends) < len(started):
            raise HeatnetError("--started: give a day for every job (J001=2026-06-30), or for none")
        kept["started"] = ends or tuple(started)
    return kept


def _said(value: Any) -> Any:
    if isinstance(value, datetime):
        return str(value.date())
    return list(value) if isinstance(value, tuple) else value


def _refuse_same(plan_dir: Path, output: Path) -> None:
    if output.exists() and plan_dir.exists() and output.samefile(plan_dir):
        raise HeatnetError(f"{output} holds the plan that is made again: name another folder, so that both stay")
