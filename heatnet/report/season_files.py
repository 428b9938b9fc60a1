"""The files that a season in review leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from heatnet.errors import MissingExtraError
from heatnet.inventory.staging import PathLike, hash_of, whole_folder
from heatnet.inventory.writing import write_csv, write_json
from heatnet.language import Note, note
from heatnet.report.season_page import write_season_page
from heatnet.review.in_review import SeasonReview
from heatnet.saving.files import RECORD

PAGE = "review.html"
_WORTH = ["measure", "cures", "foreseen", "seen", "low", "high"]


def review_tables(review: SeasonReview) -> dict[str, pd.DataFrame]:
    """Return the tables of a review by the name of their file."""
    nobody = pd.DataFrame(columns=["measure", "outcome", "diameter", "ratio", "low", "high", "cases", "verdict"])
    return {
        "cures_done.csv": review.done,
        "works_unplanned.csv": review.unplanned,
        "done_totals.csv": review.figures,
        "forecast.csv": review.forecast,
        "capture.csv": review.capture,
        "calibration.csv": review.calibration.reset_index(),
        "surprises.csv": review.surprises,
        "list_changes.csv": review.changes,
        "problems.csv": review.problems.table,
        "problems_before.csv": review.earlier.table,
        "problem_totals.csv": review.problems.totals().reset_index(),
        "worth_seen.csv": pd.DataFrame(columns=_WORTH) if review.worth is None else review.worth,
        "effects.csv": nobody if review.effect is None else review.effect.table,
    }


TABLES = (
    "cures_done.csv",
    "works_unplanned.csv",
    "done_totals.csv",
    "forecast.csv",
    "capture.csv",
    "calibration.csv",
    "surprises.csv",
    "list_changes.csv",
    "problems.csv",
    "problems_before.csv",
    "problem_totals.csv",
    "worth_seen.csv",
    "effects.csv",
)
REVIEW_FILES = (*TABLES, PAGE)


def write_review(
    review: SeasonReview, folder: PathLike, record: Mapping[str, Any], *, accounts: pd.DataFrame
) -> list[Note]:
    """Write a review's tables, page and record into a folder, all or none; return what was left out and why.

    Parameters
    ----------
    review : SeasonReview
        What `heatnet.review.review_season` returns.
    folder : path
        Made if absent; files of these names are replaced, ``run.json`` last, with the SHA-256 of each of the others.
    record : mapping
        What `heatnet.report.outputs.run_record` returns.
    accounts : DataFrame
        What became of the rows of each table.

    Raises
    ------
    HeatnetError
        A file cannot be written or put in place; nothing in the folder changes then.
    """
    left_out = []
    with whole_folder(folder, names=REVIEW_FILES, last=RECORD) as stage:
        for name, table in review_tables(review).items():
            write_csv(table, stage / name)
        try:
            write_season_page(review, stage / PAGE, accounts=accounts)
        except MissingExtraError as error:
            left_out.append(note("report.file_left_out", file=PAGE, extra=error.extra))
        files = {name: hash_of(stage / name) for name in REVIEW_FILES if (stage / name).exists()}
        write_json({**record, "files": files, "notes": review.told()}, stage / RECORD)
    return left_out
