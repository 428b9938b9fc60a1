"""The command for the time after the winter: what became of a plan, of its forecast and of the problems."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from heatnet.cli.commands import main
from heatnet.cli.guarding import refuse_inputs
from heatnet.cli.options import Place, inventory_argument, language_option, seed_option, settings_option
from heatnet.cli.telling import print_accounts
from heatnet.errors import HeatnetError
from heatnet.inventory import read_inventory
from heatnet.inventory.accounts import mostly_set_aside
from heatnet.inventory.staging import hash_of
from heatnet.language import Note, note, worded
from heatnet.report.outputs import run_record
from heatnet.saving.plans import PLAN_FILE, planned_season, read_plan, read_ranking
from heatnet.season import FIRST_SEASON, LAST_SEASON
from heatnet.value import Settings, settings_data

if TYPE_CHECKING:
    from heatnet.review.in_review import SeasonReview


@main.command(name="review")
@inventory_argument
@click.option(
    "--plan", "plan_dir", type=Place("folder"), required=True, metavar="OLD_DIR", help="What heatnet plan wrote then."
)
@click.option(
    "--season",
    type=click.IntRange(FIRST_SEASON, LAST_SEASON),
    required=True,
    help="Season under review, by its first year: the one that the plan was made for.",
)
@language_option
@seed_option
@settings_option
@click.option("-o", "--output", type=Place("folder"), required=True, help="Folder of the results, another one.")
def review_command(
    inventory: Path, plan_dir: Path, season: int, language: str, seed: int, settings_file: Path | None, output: Path
) -> None:
    """Look back on a plan once its winter is over.

    Planned against done, forecast against what came, the largest surprises, what changes in the list, the ledger of
    problems, and whether the cures held: tables as CSV, review.html and run.json in the output folder.
    """
    from heatnet.report.season_files import REVIEW_FILES, write_review
    from heatnet.review.in_review import review_season

    _refuse_plans(output, plan_dir)
    last, ranking, planned = read_plan(plan_dir), read_ranking(plan_dir), planned_season(plan_dir)
    tables = read_inventory(inventory, settings=settings_file)
    inputs = [*tables.files, *([settings_file] if settings_file else []), *plan_dir.iterdir()]
    refuse_inputs([output / name for name in REVIEW_FILES], inputs)
    review = review_season(tables, last, season=season, ranking=ranking, language=language, rng=seed)
    accounts = review.assessment.accounts
    print_accounts(accounts, language)
    settings = settings_data(tables.settings or Settings())
    asked = {"season": season, "seed": seed, "language": language, "settings": settings}
    record = run_record(tables.files, asked, accounts, tables.understood)
    record["plan"] = {"season": planned, PLAN_FILE: hash_of(plan_dir / PLAN_FILE)}
    left_out = write_review(review, output, record, accounts=accounts)
    if planned not in (None, season):
        left_out.append(note("review.other_season", planned=planned, season=season))
    changed = [said for said in last.notes if said.key == "planning.changed_since"]
    _tell([*changed, *review.notes, *left_out], language)
    click.echo(_summary_line(review, output))
    sys.exit(int(bool(mostly_set_aside(accounts))))


def _refuse_plans(output: Path, plan_dir: Path) -> None:
    """Refuse a folder that holds a plan: its record would be written over."""
    if (output / PLAN_FILE).exists() or (output.exists() and plan_dir.exists() and output.samefile(plan_dir)):
        raise HeatnetError(f"{output} holds a plan, whose run.json would be written over: name another folder")


def _tell(notes: list[Note], language: str) -> None:
    for said in notes:
        click.echo(worded(note("cli.note", said=worded(said, language)), language), err=True)


def _summary_line(review: SeasonReview, output: Path) -> str:
    _, found, still = review.in_all
    done, planned = int((review.done["state"] == "done").sum()), len(review.done)
    values = {"done": done, "planned": planned, "found": found, "open": still}
    return worded(note("review.written", file=str(output), **values), review.language)
