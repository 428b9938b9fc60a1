"""An assessment to a folder and back."""

from __future__ import annotations

from pathlib import Path

from heatnet._typed import typed
from heatnet.assessment.results import Assessment
from heatnet.failure import FailureModel
from heatnet.failure.ageing import AgeReference
from heatnet.failure.attributes import Term
from heatnet.failure.memory import Memory
from heatnet.failure.rates import Rates
from heatnet.failure.statistics import FailureStatistics
from heatnet.history.exposure import History, Lives
from heatnet.history.placing import Makeup
from heatnet.inventory.accounts import Fates
from heatnet.inventory.row_ids import RowIds
from heatnet.inventory.staging import PathLike
from heatnet.language import Note
from heatnet.location import Location
from heatnet.location.winters import Winters
from heatnet.saving.files import read_saved, refuse_mixed, write_folder
from heatnet.saving.plans import versions
from heatnet.value import Prices, Settings, Values

CLASSES: dict[str, type] = {
    one.__name__: one
    for one in (
        AgeReference,
        Assessment,
        FailureModel,
        FailureStatistics,
        Fates,
        History,
        Lives,
        Location,
        Makeup,
        Memory,
        Note,
        Prices,
        Rates,
        RowIds,
        Settings,
        Term,
        Values,
        Winters,
    )
}


@typed
def write_assessment(assessment: Assessment, folder: PathLike) -> None:
    """Write an assessment into a folder, all files or none: `read_assessment` reads it back as it was.

    ``assessment.json`` holds all of it, the network and the past winters among them, numbers to the last bit;
    ``ranking.csv`` and ``measure_first.csv`` are for reading; ``run.json`` has the versions and the SHA-256 of each.

    Parameters
    ----------
    assessment : Assessment
        What `assess` returned.
    folder : path
        Made if absent; files of these names are replaced.

    Raises
    ------
    HeatnetError
        A file cannot be written; nothing in the folder changes then.

    Examples
    --------
    >>> import tempfile
    >>> import heatnet as hn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     hn.write_assessment(hn.assess(hn.examples.one_main(), season=2026), folder)
    ...     hn.read_assessment(folder)
    Assessment(season 2026, 1 assets, best cure S)
    """
    tables = {"ranking": assessment.ranking, "measure_first": assessment.measure_first}
    write_folder(assessment, "assessment", CLASSES, folder, tables, {"versions": versions()})


@typed
def read_assessment(folder: PathLike) -> Assessment:
    """Return the assessment that `write_assessment` wrote into a folder, as it was.

    `plan_cures`, `explain`, `write_report` and all else take it as on the day it was made.

    Parameters
    ----------
    folder : path
        Folder of an assessment.

    Raises
    ------
    MissingFileError
        No assessment was written there.
    HeatnetError
        The folder is mixed, or a file is damaged or of a later version.

    Examples
    --------
    >>> import heatnet as hn
    >>> hn.read_assessment("nowhere")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    heatnet.errors.MissingFileError: nowhere is no folder with the file assessment.json: was the assess...
    """
    refuse_mixed(folder, "assessment", ("assessment.json", "measure_first.csv", "ranking.csv"))
    held: Assessment = read_saved(Path(folder) / "assessment.json", "assessment", CLASSES)
    return held
