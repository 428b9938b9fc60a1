"""The command line: read, call, write. Results go to standard output, everything else to standard error."""

from __future__ import annotations

import gc
import json
import logging
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import click
from tqdm import tqdm

import heatnet
from heatnet.assessment.composing import STEPS, assess
from heatnet.assessment.results import Assessment
from heatnet.doctor.checking import check_inventory
from heatnet.errors import HeatnetError
from heatnet.inventory import Inventory, read_inventory
from heatnet.inventory.accounts import account_sentences, accounts_of, mostly_set_aside, planned_fates
from heatnet.inventory.writing import write_csv, write_inventory
from heatnet.language import note, worded
from heatnet.planning import Plan, Summer, plan_cures
from heatnet.report.outputs import run_record, write_backtest, write_plan, write_ranking
from heatnet.schema.findings import summary_of
from heatnet.validation.backtesting import backtest

if TYPE_CHECKING:
    import pandas as pd

    from heatnet.batch import NetworkScore

_UNUSABLE = 2


class _PlainErrors(click.Group):
    """A group of commands that says what cannot be used in plain sentences, with exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        gc.freeze()  # what is imported stays until the end: no collection need look at it again
        gc.set_threshold(20_000, 20, 20)  # tables are many objects and hardly a cycle
        try:
            return super().invoke(ctx)
        except (HeatnetError, OSError) as error:
            click.echo(str(error), err=True)
            ctx.exit(_UNUSABLE)


class _Progress(logging.Handler):
    """Shows each step of an assessment on a terminal; nothing elsewhere."""

    def __init__(self, steps: int) -> None:
        super().__init__(level=logging.INFO)
        self.bar = tqdm(total=steps, unit="step", disable=not sys.stderr.isatty(), leave=False)

    def emit(self, record: logging.LogRecord) -> None:
        self.bar.set_description(record.getMessage())
        self.bar.update()


class _Networks(logging.Handler):
    """Shows how a run over many networks gets on: a bar on a terminal, plain lines elsewhere."""

    def __init__(self, as_json: bool) -> None:
        super().__init__(level=logging.INFO)
        self.scored = self.total = 0
        self._as_json, self._logger = as_json, logging.getLogger("heatnet.batch")
        self._bar = tqdm(unit="network", disable=not sys.stderr.isatty(), leave=False)

    def __enter__(self) -> Self:
        self._logger.setLevel(logging.INFO)
        self._logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._logger.removeHandler(self)
        self._bar.close()

    def emit(self, record: logging.LogRecord) -> None:
        self._bar.set_description(record.getMessage())
        if self._bar.disable:
            click.echo(record.getMessage(), err=True)

    def tell(self, result: NetworkScore) -> None:
        self.scored, self.total = self.scored + (result.status == "scored"), result.total
        self._bar.total = result.total
        self._bar.update()
        if self._as_json:
            click.echo(json.dumps({**result.summary, "done": result.done, "total": result.total}, ensure_ascii=False))
        if self._bar.disable or result.status != "scored":
            what = "scored" if result.reason is None else f"{result.status}: {result.reason}"
            self._bar.write(f"{result.done}/{result.total} {result.name} {what}", file=sys.stderr)


_inventory = click.argument("inventory", type=click.Path(path_type=Path))
_season = click.option(
    "--season", type=click.IntRange(1900, 2200), required=True, help="Coming season, by its first year."
)
_language = click.option(
    "--language",
    type=click.Choice(["en", "zh"]),
    default="en",
    show_default=True,
    help="Language of reasons, workbook and report.",
)
_seed = click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of all random draws.")


@click.group(cls=_PlainErrors, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(heatnet.__version__, prog_name="heatnet")
def main() -> None:
    """Plan the summer renewal of a district-heating network: which pipes and stations, why, how sure, in which order.

    An INVENTORY is a folder with nodes.csv and segments.csv and, where there are any, valves.csv, visits.csv,
    faults.csv, works.csv, digs.csv and makeup.csv.
    """


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--km", type=click.FloatRange(min=1.0), default=1854.0, show_default=True, help="Route length.")
@click.option("--stations", type=click.IntRange(1), default=83, show_default=True, help="Heat-exchange stations.")
@_seed
def demo(folder: Path, km: float, stations: int, seed: int) -> None:
    """Write the sample city into FOLDER as an inventory. It is synthetic: no real place, no real people."""
    from heatnet.synthetic import make_city

    city = make_city(length_km=km, stations=stations, rng=seed)
    write_inventory(city.tables, folder)
    click.echo(f"{folder}: a synthetic city, {city.network}")


@main.command()
@_inventory
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write every finding to this CSV file.")
@_language
def check(inventory: Path, output: Path | None, language: str) -> None:
    """Print what is doubtful in INVENTORY; exit code 1 where a finding is an error."""
    tables = read_inventory(inventory)
    findings = check_inventory(tables, language=language)
    if output:
        write_csv(findings, output)
    _say_accounts(tables.accounts, language)
    click.echo("\n".join(summary_of(findings)) or worded(note("accounts.no_findings"), language))
    sys.exit(int((findings["severity"] == "error").any() or bool(mostly_set_aside(tables.accounts))))


@main.command()
@_inventory
@_season
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="CSV file of the ranking.")
@_language
@_seed
def rank(inventory: Path, season: int, output: Path, seed: int, language: str) -> None:
    """Rank every asset of INVENTORY by the cold household-hours that its cure saves in the coming season."""
    assessment = _assessed(read_inventory(inventory), season, seed, language)
    _say_accounts(assessment.accounts, language)
    write_ranking(assessment.ranking, output)
    _tell(assessment)
    click.echo(f"{output}: {len(assessment.ranking)} assets, best cure first")
    sys.exit(int(bool(mostly_set_aside(assessment.accounts))))


@main.command()
@_inventory
@_season
@click.option("--max-km", type=click.FloatRange(min=0.0), help="Most route length to renew.")
@click.option("--max-stations", type=click.IntRange(0), help="Most stations to renew.")
@click.option("--budget", type=click.FloatRange(min=0.0), help="Most money to spend.")
@click.option(
    "--first-day", type=click.DateTime(["%Y-%m-%d"]), help="First working day; with --last-day a calendar is made."
)
@click.option("--last-day", type=click.DateTime(["%Y-%m-%d"]), help="Day by which pressure tests are finished.")
@click.option("--crews", type=click.IntRange(1), help="Crews at work at the same time.")
@_language
@_seed
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder of the results."
)
def plan(inventory: Path, season: int, seed: int, language: str, output: Path, **options: Any) -> None:
    """Plan the summer before the season: a programme of works in the output folder.

    ranking.csv, cures.csv, jobs.csv and run.json; plan.xlsx and report.html where their extras are installed.
    """
    tables = read_inventory(inventory)
    summer = _summer(options.pop("first_day"), options.pop("last_day"), options.pop("crews"))
    assessment = _assessed(tables, season, seed, language)
    accounts = accounts_of(planned_fates(assessment.fates, tables.fates, has_calendar=summer is not None))
    _say_accounts(accounts, language)
    chosen = plan_cures(assessment, digs=tables.records().digs, summer=summer, **options)
    settings = {"season": season, "seed": seed, "language": language, "summer": str(summer), **options}
    record = run_record(tables.files, settings, accounts)
    left_out = write_plan(assessment, chosen, output, record, language=language)
    _tell(assessment, chosen, left_out=left_out)
    click.echo(f"{output / 'cures.csv'}: {_summary(chosen)}")
    sys.exit(int(bool(mostly_set_aside(accounts))))


@main.command(name="backtest")
@_inventory
@click.option("--seasons", required=True, help="Seasons to forecast, such as 2015-2018 or 2016,2018.")
@_seed
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="Folder of the results.")
def backtest_command(inventory: Path, seasons: str, seed: int, output: Path | None) -> None:
    """Forecast past seasons from the records before them and compare with the faults found."""
    tables = read_inventory(inventory)
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
    "--season", type=click.IntRange(1900, 2200), help="Coming season; default: after the latest record of all."
)
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes on this machine.")
@click.option(
    "--cluster", metavar="ADDRESS", help="Running Dask scheduler to use instead, such as tcp://10.0.0.7:8786."
)
@click.option("--json", "as_json", is_flag=True, help="Print each network as a line of JSON as it finishes.")
@_seed
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder of the results."
)
def score(inventories: tuple[str, ...], output: Path, as_json: bool, seed: int, **options: Any) -> None:
    """Score many inventories with one failure model for all; run again, it goes on where it stopped.

    INVENTORY is a folder, a pattern such as 'towns/*', or a Parquet dataset partitioned by network_id.
    """
    from heatnet.batch import score as score_all

    with _Networks(as_json) as told:
        for result in score_all(inventories, output=output, rng=seed, **options):
            told.tell(result)
    if not as_json:
        click.echo(f"{output / 'summary.csv'}: {told.scored} of {told.total} networks scored")
    sys.exit(0 if told.scored == told.total else int(told.scored > 0) or _UNUSABLE)


def _assessed(tables: Inventory, season: int, seed: int, language: str) -> Assessment:
    logger, progress = logging.getLogger("heatnet"), _Progress(STEPS)
    logger.setLevel(logging.INFO)
    logger.addHandler(progress)
    try:
        return assess(tables, season=season, rng=seed, language=language)
    finally:
        logger.removeHandler(progress)
        progress.bar.close()


def _summer(first_day: Any, last_day: Any, crews: int | None) -> Summer | None:
    if first_day is None and last_day is None and crews is None:
        return None
    if first_day is None or last_day is None:
        raise HeatnetError("a calendar needs both --first-day and --last-day")
    return Summer(first_day.date(), last_day.date(), crews=crews)


def _say_accounts(accounts: pd.DataFrame, language: str) -> None:
    """Print what became of every row, before anything else is said."""
    for sentence in account_sentences(accounts, language):
        click.echo(sentence)


def _tell(assessment: Assessment, chosen: Plan | None = None, *, left_out: Sequence[str] = ()) -> None:
    for sentence in [*assessment.assumptions, *(chosen.notes if chosen else ()), *left_out]:
        click.echo(f"note: {sentence}", err=True)


def _summary(chosen: Plan) -> str:
    cures = chosen.cures
    stations = int((cures["asset_kind"] == "station").sum())
    return (
        f"{len(cures)} cures in {len(chosen.jobs)} jobs, {cures['length_m'].sum() / 1000:.2f} km of route and "
        f"{stations} stations; {chosen.benefit:.0f} cold household-hours saved, no plan within these limits saves more "
        f"than {chosen.bound:.0f} (gap {100 * chosen.gap:.2f} %)"
    )
