"""A plan as one page to read in a browser without a network; needs the extra ``report``."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

from heatnet._typed import typed
from heatnet.assessment.results import Assessment
from heatnet.errors import MissingExtraError
from heatnet.inventory.staging import PathLike, whole_file
from heatnet.language import checked_language
from heatnet.planning import Plan
from heatnet.report.sections import Section, sections_of
from heatnet.report.subject import Subject
from heatnet.validation.backtesting import Backtest


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

    A summary to sign, a map to work with (colours, filters; a click chooses in map and table both ways), how far the
    plan can be trusted, what rests on guesses, where to measure first, streets and weeks, jobs, what stands below the
    line, a page per community, cures with their reasons, claims. Printed it is a document. Fewer than five cold homes
    are never counted.

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
        How past seasons would have been forecast; tables of it are added.
    accounts : DataFrame, optional
        What became of the rows of each table in the whole run; by default `Assessment.accounts`.

    Raises
    ------
    HeatnetError
        heatnet has no words in the language, or the file cannot be written.
    MissingExtraError
        jinja2 is not installed.

    Notes
    -----
    The map is drawn by 400 lines of JavaScript of our own, not by bokeh: bokeh's scripts alone are 3.5 MB, and filters
    and clicks in both directions would be our own JavaScript there as well. Everything from files goes into the page as
    text; a Content-Security-Policy lets no other script run than heatnet's, which it names by its hash.

    Examples
    --------
    >>> import heatnet as hn
    >>> city = hn.synthetic.make_city(length_km=6.0, stations=1, rng=1)
    >>> assessment = hn.assess(city.network, season=2026)
    >>> plan = hn.plan_cures(assessment, max_km=0.5)
    >>> hn.write_report(assessment, plan, "report.html", language="zh")  # doctest: +SKIP
    """
    accounts = assessment.accounts if accounts is None else accounts
    write_page(Subject(assessment, plan, checked_language(language), accounts, backtest), Path(path))


def write_page(subject: Subject, path: Path) -> None:
    """Write the page of a subject."""
    _template()
    content = subject.programme
    text = rendered(sections_of(subject), subject.language, title=content.title, subtitle=content.subtitle)
    with whole_file(path) as stage:
        stage.write_text(text + "\n", encoding="utf-8", errors="replace", newline="\n")


def rendered(sections: Sequence[Section], language: str, *, title: str = "", subtitle: str = "") -> str:
    """Return sections as one HTML page that loads nothing.

    Raises
    ------
    MissingExtraError
        jinja2 is not installed.
    """
    script = _part("page.js")
    # The policy's hash is that of everything between the tags of the script.
    digest = base64.b64encode(hashlib.sha256(f"\n{script}".encode()).digest()).decode()
    page: str = _template().render(
        sections=sections,
        language=language,
        title=title,
        subtitle=subtitle,
        style=_part("page.css"),
        script=script,
        script_hash=f"sha256-{digest}",
    )
    return page


def _part(name: str) -> str:
    return files("heatnet.report").joinpath(name).read_text(encoding="utf-8")


def _template() -> Any:
    try:
        from jinja2 import Environment, StrictUndefined
    except ImportError as error:
        raise MissingExtraError("report", "writing a report") from error
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_part("page.html"))
