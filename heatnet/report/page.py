"""A plan as one page to read in a browser without a network; needs the extra ``report``."""

from __future__ import annotations

from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

from heatnet._typed import typed
from heatnet.assessment.results import Assessment
from heatnet.errors import MissingExtraError
from heatnet.inventory.staging import PathLike, whole_file
from heatnet.language import heading
from heatnet.planning import Plan
from heatnet.report.drawings import gantt_chart, network_map
from heatnet.report.programme import Sheet, programme
from heatnet.report.words import COLUMNS, label, word
from heatnet.validation.backtesting import Backtest

_DECIMALS = {"count": ",.0f", "length": ",.1f", "sum": ",.0f", "km": ",.2f", "year": ".0f", "share": ".1%"}
_DECIMALS |= {"gap": ".2%", "rate": ".3f", "ratio": ",.2f"}
_IN_WORKBOOK_ONLY = ("ranking",)


@typed
def write_report(
    assessment: Assessment,
    plan: Plan,
    path: PathLike,
    *,
    language: str = "en",
    backtest: Backtest | None = None,
    accounts: pd.DataFrame | None = None,
) -> None:
    """Write a plan as one HTML file that loads nothing from outside.

    What was asked and planned, what it rests on and does not know, a map where nodes have coordinates, the calendar
    where there is one, jobs, cures with their reasons, warranty claims, what is left out, room for signatures.

    Parameters
    ----------
    assessment : Assessment
        What was ranked.
    plan : Plan
        What was chosen.
    path : path
        The file; replaced if it exists.
    language : str
        One of `heatnet.language.languages`.
    backtest : Backtest, optional
        How past seasons would have been forecast; a table of it is added.
    accounts : DataFrame, optional
        What became of the rows of each table in the whole run; by default `Assessment.accounts`.

    Raises
    ------
    HeatnetError
        heatnet has no words in the language, or the file cannot be written.
    MissingExtraError
        jinja2 is not installed.

    Examples
    --------
    >>> import heatnet as hn
    >>> city = hn.synthetic.make_city(length_km=6.0, stations=1, rng=1)
    >>> assessment = hn.assess(city.network, season=2026)
    >>> plan = hn.plan_cures(assessment, max_km=0.5)
    >>> hn.write_report(assessment, plan, "report.html", language="zh")  # doctest: +SKIP
    """
    try:
        from jinja2 import Environment, StrictUndefined
    except ImportError as error:
        raise MissingExtraError("report", "writing a report") from error
    content = programme(assessment, plan, language=language, accounts=accounts)
    jobs = next((sheet.table for sheet in content.sheets if sheet.key == "jobs"), None)
    gantt = ""
    if jobs is not None and plan.request.summer is not None:
        labels = [f"{job} {place}" for job, place in zip(jobs["job_id"], jobs["place"], strict=True)]
        gantt = gantt_chart(plan.jobs.loc[jobs["job_id"]], plan.request.summer, labels)
    drawing, not_drawn = network_map(assessment.network, plan.cures)
    template = files("heatnet.report").joinpath("page.html").read_text(encoding="utf-8")
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(template)
    text = page.render(
        programme=content,
        sheets=[_as_shown(sheet, language) for sheet in content.sheets if sheet.key not in _IN_WORKBOOK_ONLY],
        map=drawing,
        not_drawn=not_drawn,
        gantt=gantt,
        backtest=None if backtest is None else _backtest(backtest, language),
        label=partial(_label, language),
        shown=shown,
        zip=zip,
    )
    with whole_file(Path(path)) as stage:
        stage.write_text(text + "\n", encoding="utf-8", newline="\n")


def shown(value: Any, form: str) -> str:
    """Return a value as it is read: thousands separated, days without time, nothing for what is missing.

    Examples
    --------
    >>> shown(1234.56, "sum"), shown(pd.Timestamp("2026-05-01"), "date"), shown(None, "text"), shown(0.5, "share")
    ('1,235', '2026-05-01', '', '50.0%')
    """
    if isinstance(value, str):
        return value
    if value is None or pd.isna(value):
        return ""
    if form == "date":
        return f"{value:%Y-%m-%d}"
    return format(value, _DECIMALS[form]) if form in _DECIMALS else str(value)


def _label(language: str, key: str, **filled: object) -> str:
    return label(key, language, **filled)


def _as_shown(sheet: Sheet, language: str) -> dict[str, Any]:
    """Return a sheet as the page shows it: headings, looks and cells as text."""
    names = [str(name) for name in sheet.table.columns]
    forms = [COLUMNS[name].form for name in names]
    looks = {"text": "text", "long": "long", "date": "date"}
    columns = [
        {"text": heading(name, language), "look": looks.get(form, "number")}
        for name, form in zip(names, forms, strict=True)
    ]
    cells = [
        [shown(value, form) for value in sheet.table[name].tolist()] for name, form in zip(names, forms, strict=True)
    ]
    totals = [shown(sheet.totals.get(name), form) for name, form in zip(names, forms, strict=True)]
    return {
        "title": sheet.title,
        "caption": sheet.caption,
        "columns": columns,
        "rows": list(zip(*cells, strict=True)),
        "totals": [label("total", language), *totals[1:]] if sheet.totals else [],
    }


def _backtest(result: Backtest, language: str) -> dict[str, Any]:
    """Return what a backtest caught as the page shows it."""
    total = result.scores.loc["all"]
    pairs = zip(result.capture.to_numpy(), result.standard_error.to_numpy(), strict=True)
    cells = [[f"{caught:.1%} ± {error:.1%}" for caught, error in zip(*row, strict=True)] for row in pairs]
    first, last = result.seasons[0], result.seasons[-1]
    expected, observed = f"{total['expected']:,.1f}", f"{total['observed']:,.0f}"
    return {
        "caption": label("backtest_caption", language, faults=observed, first=first, last=last),
        "shares": [f"{share:.1%}" for share in result.capture.columns],
        "rows": list(zip([word(str(name), language) for name in result.capture.index], cells, strict=True)),
        "total": label("backtest_total", language, expected=expected, observed=observed),
    }
