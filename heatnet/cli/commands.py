"""The commands: each reads, calls and writes."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
import pandas as pd

import heatnet
from heatnet._freed import give_back
from heatnet.assessment.checkup import checked_inventory
from heatnet.assessment.composing import assess
from heatnet.assessment.results import Assessment
from heatnet.cli.guarding import UNUSABLE, PlainErrors, refuse_inputs, refuse_inventory_files
from heatnet.cli.options import (
    MOST_CREWS,
    MOST_KM,
    MOST_PAST,
    MOST_STATIONS,
    MOST_WORKERS,
    Amount,
    Place,
    Source,
    inventory_argument,
    keep_option,
    language_option,
    season_option,
    seed_option,
    settings_option,
)
from heatnet.cli.telling import Networks, Steps, print_accounts, summary_line, tell_notes
from heatnet.doctor.repairs import repaired, write_repaired
from heatnet.errors import HeatnetError
from heatnet.inventory import Inventory, read_inventory
from heatnet.inventory.accounts import accounts_of, heading_sentences, mostly_set_aside, planned_fates
from heatnet.inventory.converting import FORMS, Form, convert_inventory
from heatnet.inventory.template import write_template
from heatnet.inventory.writing import refuse_inventory, write_csv, write_inventory
from heatnet.language import Note, note, worded
from heatnet.planning import Plan, Summer, plan_cures
from heatnet.report.check_page import write_check_page
from heatnet.report.effects import default_season, effects
from heatnet.report.outputs import (
    BACKTEST_FILES,
    PLAN_FILES,
    run_record,
    write_backtest,
    write_plan_to_database,
    write_programme,
    write_ranking,
)
from heatnet.schema.findings import summary_of
from heatnet.season import FIRST_SEASON, LAST_SEASON
from heatnet.validation.backtesting import Backtest, backtest, latest_seasons
from heatnet.value import settings_data, settings_text


@click.group(cls=PlainErrors, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(heatnet.__version__, prog_name="heatnet")
def main() -> None:
    """Plan the summer renewal of a district-heating network: which pipes and stations, why, how sure, in which order.

    An INVENTORY is a folder with the tables nodes and segments and, where there are any, valves, visits, faults, works,
    digs and makeup, as .csv, .parquet or .xlsx; one .xlsx or .gpkg with a sheet or layer for each table; lines alone
    (.shp, .geojson); a model (.inp of EPANET, .json of pandapipes); or a database (its file, or postgresql://...).
    """


@main.command()
@click.argument("folder", type=Place("folder"))
@click.option("--km", type=Amount(1.0, MOST_KM), default=1854.0, show_default=True, help="Route length.")
@click.option(
    "--stations", type=click.IntRange(1, MOST_STATIONS), default=83, show_default=True, help="Heat-exchange stations."
)
@seed_option
def demo(folder: Path, km: float, stations: int, seed: int) -> None:
    """Write the sample city as an inventory.

    It is synthetic: no real place, no real people.
    """
    from heatnet.synthetic import make_city

    refuse_inventory(folder)
    city = make_city(length_km=km, stations=stations, rng=seed)
    write_inventory(city.tables, folder)
    click.echo(f"{folder}: a synthetic city, {city.network}")


@main.command()
@inventory_argument
@click.option("-o", "--output", type=Place("file"), help="Write every finding to this CSV file.")
@click.option("--html", "page", type=Place("file"), help="Write a page with a map, and what each does to the ranking.")
@click.option("--fix", "copy", type=Place("folder"), help="Write a repaired copy into this folder, with a log of it.")
@keep_option
@language_option
@settings_option
def check(inventory: Path, output: Path | None, keep: tuple[str, ...], language: str, **options: Any) -> None:
    """Print what is doubtful in INVENTORY.

    First what became of every row; exit code 1 where a finding is an error or most of a table is set aside.
    """
    files = [file for file in (output, options["page"]) if file]
    for file in files:
        refuse_inventory_files(file, inventory)
    tables = _read(inventory, options["settings_file"], keep, outputs=files)
    findings = checked_inventory(tables, language=language)
    if output:
        write_csv(findings, output)
    print_accounts(tables.accounts, language)
    click.echo("".join(f"{line}\n" for line in heading_sentences(tables.understood, language)), nl=False)
    click.echo("\n".join(summary_of(findings, language)) or worded(note("accounts.no_findings"), language))
    _look_and_repair(tables, findings, options["page"], options["copy"], language)
    sys.exit(int((findings["severity"] == "error").any() or bool(mostly_set_aside(tables.accounts))))


def _look_and_repair(
    tables: Inventory, findings: pd.DataFrame, page: Path | None, copy: Path | None, language: str
) -> None:
    """Write the page and the repaired copy, where they are asked for."""
    if page:
        try:
            effect = effects(tables, findings, season=default_season(tables))
        except HeatnetError:
            effect = None  # nothing can be ranked: the page tells what is wrong all the same
        write_check_page(tables, findings, effect, page, language=language)
    if copy:
        done = repaired(tables, language=language)
        write_repaired(done, copy)
        said = note("cli.fixed", folder=str(copy), changes=len(done.changes), aside=len(done.set_aside))
        click.echo(worded(said, language))


@main.command()
@inventory_argument
@season_option
@click.option("-o", "--output", type=Place("file"), required=True, help="CSV file of the ranking.")
@language_option
@seed_option
@settings_option
def rank(inventory: Path, season: int, output: Path, seed: int, language: str, settings_file: Path | None) -> None:
    """Rank every asset of INVENTORY.

    By what its renewal returns per money spent, with the range of each rank and a reason.
    """
    refuse_inventory_files(output, inventory)
    # In the order of ids at once: of a large inventory no second one, in the order of its files, stays in memory.
    tables = _read(inventory, settings_file, outputs=[output]).in_id_order
    assessment = _assessed(tables, season, seed, language)
    del tables  # of a large inventory the records are not kept while the ranking is written
    give_back()
    print_accounts(assessment.accounts, language)
    write_ranking(assessment.ranking, output)
    tell_notes(assessment)
    click.echo(worded(note("cli.ranked", file=str(output), assets=len(assessment.ranking)), language))
    sys.exit(int(bool(mostly_set_aside(assessment.accounts))))


@main.command()
@inventory_argument
@season_option
@click.option("--max-km", type=Amount(0.0), help="Most route length to renew.")
@click.option("--max-stations", type=click.IntRange(0, MOST_STATIONS), help="Most stations to renew.")
@click.option("--budget", type=Amount(0.0), help="Most money to spend.")
@click.option("--min-job-m", type=Amount(0.0), default=0.0, help="No trench shorter than this, m.")
@click.option(
    "--first-day", type=click.DateTime(["%Y-%m-%d"]), help="First working day; with --last-day a calendar is made."
)
@click.option("--last-day", type=click.DateTime(["%Y-%m-%d"]), help="Day by which pressure tests are finished.")
@click.option("--crews", type=click.IntRange(1, MOST_CREWS), help="Crews at work at the same time.")
@click.option(
    "--backtest",
    "past",
    type=click.IntRange(0, MOST_PAST),
    default=0,
    show_default=True,
    metavar="N",
    help="Forecast the last N winters too, each from the records before it, and show on the page how well.",
)
@language_option
@seed_option
@settings_option
@click.option("-o", "--output", type=Source("folder"), required=True, help="Folder, or postgresql://...?schema=NAME.")
def plan(inventory: Path, season: int, seed: int, language: str, output: Path | str, **options: Any) -> None:
    """Plan the summer before a season.

    A programme of works in the output folder: cures.csv, jobs.csv, ranking.csv, measure_first.csv and run.json;
    plan.xlsx, plan.gpkg and report.html where their extras are installed.
    """
    tables = _read(inventory, options.pop("settings_file"), outputs=_plan_files(output))
    summer = _summer(options.pop("first_day"), options.pop("last_day"), options.pop("crews"))
    assessment = _assessed(tables, season, seed, language)
    accounts = accounts_of(planned_fates(assessment.fates, tables.fates, has_calendar=summer is not None))
    print_accounts(accounts, language)
    past = options.pop("past")
    chosen = plan_cures(assessment, digs=tables.records().digs, summer=summer, **options)
    tested, untested = _backtested(tables, season, past, seed)
    settings = {
        "season": season,
        "seed": seed,
        "language": language,
        "summer": str(summer),
        "backtest": past,
        **options,
    }
    settings["settings"] = settings_data(assessment.settings)
    record = run_record(tables.files, settings, accounts, tables.understood)
    place, left_out = _write_plan(
        assessment, chosen, output, record, language=language, accounts=accounts, tested=tested
    )
    tell_notes(assessment, chosen, more=[*untested, *left_out])
    click.echo(summary_line(chosen, place, language))
    sys.exit(int(bool(mostly_set_aside(accounts))))


def _plan_files(output: Path | str) -> list[Path]:
    return [output / name for name in PLAN_FILES] if isinstance(output, Path) else []


def _backtested(tables: Inventory, season: int, count: int, seed: int) -> tuple[Backtest | None, list[Note]]:
    """Return how the last winters would have been forecast, and what to say where there are fewer than asked for."""
    seasons = latest_seasons(tables, before=season, count=count)
    said = [note("cli.fewer_backtested", count=len(seasons), asked=count)] if len(seasons) < count else []
    if not seasons:
        return None, said
    return backtest(tables, seasons=seasons, rng=seed, progress=sys.stderr.isatty()), said


def _write_plan(
    assessment: Assessment,
    chosen: Plan,
    output: Path | str,
    record: dict[str, Any],
    *,
    language: str,
    accounts: pd.DataFrame,
    tested: Backtest | None,
) -> tuple[Path | str, list[Note]]:
    """Write a plan into a folder or a database; return where its cures are, and what was left out."""
    if isinstance(output, Path):
        left_out = write_programme(
            assessment, chosen, output, record, language=language, accounts=accounts, backtest=tested
        )
        return output / "cures.csv", left_out
    return write_plan_to_database(assessment, chosen, output, record, language=language, backtest=tested), []


@main.command()
@inventory_argument
@click.option("-o", "--output", type=Place("inventory"), required=True, help="Folder, or a file that ends in .xlsx.")
@click.option("--form", type=click.Choice(FORMS), help="By default xlsx for a file that ends so, else csv.")
@keep_option
@language_option
def convert(inventory: Path, output: Path, form: Form | None, keep: tuple[str, ...], language: str) -> None:
    """Write INVENTORY in heatnet's own form.

    Standard headings, units and words; residents' data are left out.
    """
    tables = read_inventory(inventory, keep=keep)
    print_accounts(tables.accounts, language)
    written = convert_inventory(tables, output, form=form, keep=keep)
    click.echo(worded(note("cli.converted", file=str(output), tables=tuple(written)), language))


@main.command()
@click.option("-o", "--output", type=Place("file"), required=True, help="Workbook to write: a file that ends in .xlsx.")
@language_option
def template(output: Path, language: str) -> None:
    """Write an empty workbook for an office to fill.

    Headings with units, words to choose from and an example row, which is not read.
    """
    write_template(output, language=language)
    click.echo(worded(note("cli.template", file=str(output)), language))


@main.command(name="backtest")
@inventory_argument
@click.option("--seasons", required=True, help="Seasons to forecast, such as 2015-2018 or 2016,2018.")
@seed_option
@settings_option
@click.option("-o", "--output", type=Place("folder"), help="Folder of the results.")
def backtest_command(inventory: Path, seasons: str, seed: int, output: Path | None, settings_file: Path | None) -> None:
    """Forecast past seasons and compare with the faults.

    Each season from the records before it alone.
    """
    tables = _read(inventory, settings_file, outputs=[output / name for name in BACKTEST_FILES] if output else [])
    if tables.faults is None:
        raise HeatnetError(f"{inventory} holds no table of faults: nothing to compare a forecast with")
    result = backtest(tables, seasons=_seasons(seasons), rng=seed)
    if output:
        write_backtest(result, output)
    click.echo(result.to_text(), nl=False)


def _seasons(text: str) -> list[int]:
    """Return the seasons of a text such as 2015-2018 or 2016,2018."""
    match = re.fullmatch(r"(\d{4})-(\d{4})", text.strip())
    if match:
        return list(range(int(match[1]), int(match[2]) + 1))
    if not re.fullmatch(r"\d{4}(,\d{4})*", text.strip()):
        raise HeatnetError(f"--seasons is {text!r}; write 2015-2018 or 2016,2018")
    return [int(word) for word in text.strip().split(",")]


@main.command()
@click.argument("inventories", nargs=-1, required=True, metavar="INVENTORY...")
@click.option(
    "--season",
    type=click.IntRange(FIRST_SEASON, LAST_SEASON),
    help="Coming season; default: after the latest record of all.",
)
@click.option(
    "--workers", type=click.IntRange(1, MOST_WORKERS), default=1, show_default=True, help="Processes on this machine."
)
@click.option(
    "--cluster", metavar="ADDRESS", help="Running Dask scheduler to use instead, such as tcp://10.0.0.7:8786."
)
@click.option("--json", "as_json", is_flag=True, help="Print each network as a line of JSON as it finishes.")
@seed_option
@settings_option
@click.option("-o", "--output", type=Place("folder"), required=True, help="Folder of the results.")
def score(
    inventories: tuple[str, ...], output: Path, as_json: bool, seed: int, settings_file: Path | None, **options: Any
) -> None:
    """Score many inventories with one failure model.

    Run again, it goes on where it stopped.

    INVENTORY is a folder, a pattern such as 'towns/*', a Parquet dataset partitioned by network_id, or a database
    (postgresql://...?schema=TOWN).
    """
    from heatnet.batch import score as score_all

    with Networks(as_json) as networks:
        for result in score_all(inventories, output=output, rng=seed, settings=settings_file, **options):
            networks.tell(result)
    if not as_json:
        click.echo(f"{output / 'summary.csv'}: {networks.scored} of {networks.total} networks scored")
    sys.exit(0 if networks.scored == networks.total else int(networks.scored > 0) or UNUSABLE)


@main.command(name="settings")
@language_option
def settings_command(language: str) -> None:
    """Print all settings as a TOML file with comments.

    Every price, value, rule and heading that is understood; --settings takes such a file, over the inventory's own.
    """
    click.echo(settings_text(language=language), nl=False)


def _read(
    inventory: Path, settings_file: Path | None, keep: tuple[str, ...] = (), *, outputs: Iterable[Path] = ()
) -> Inventory:
    """Return the inventory with the settings of the file over its own, where no output is one of its files."""
    tables = read_inventory(inventory, settings=settings_file, keep=keep)
    refuse_inputs(outputs, [*tables.files, *([settings_file] if settings_file else [])])
    return tables


def _assessed(tables: Inventory, season: int, seed: int, language: str) -> Assessment:
    with Steps():
        return assess(tables, season=season, rng=seed, language=language)


def _summer(first_day: Any, last_day: Any, crews: int | None) -> Summer | None:
    if first_day is None and last_day is None and crews is None:
        return None
    if first_day is None or last_day is None:
        raise HeatnetError("a calendar needs both --first-day and --last-day")
    return Summer(first_day.date(), last_day.date(), crews=crews)
