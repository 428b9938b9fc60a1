"""Tables to files: whole or not at all, safe to open in a spreadsheet, the same bytes on every machine."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet.errors import HeatnetError
from heatnet.schema import FORMULA

PathLike = str | os.PathLike[str]

_ENCODING = "utf-8-sig"  # the byte order mark makes spreadsheets show Chinese text
_ANY_FORMULA = re.compile(FORMULA, re.MULTILINE)


@contextlib.contextmanager
def whole_folder(path: PathLike) -> Iterator[Path]:
    """Give a hidden folder to write into; its files appear in `path` together at the end, or not at all.

    Parameters
    ----------
    path : path
        Folder for the results; made if absent. Files of the same names are replaced, others stay.

    Raises
    ------
    HeatnetError
        The folder cannot be made or written to.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as home:
    ...     with whole_folder(home) as folder:
    ...         _ = (folder / "note.txt").write_text("done")
    ...     [file.name for file in Path(home).iterdir()]
    ['note.txt']
    """
    target = Path(path)
    made = [folder for folder in (target, *target.parents) if not folder.exists()]
    try:
        target.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=".heatnet-", dir=target))
    except OSError as error:
        raise HeatnetError(f"{target} cannot be written to: {error.strerror or error}") from error
    finished = False
    try:
        yield stage
        for file in sorted(stage.iterdir()):
            file.replace(target / file.name)
        finished = True
    except OSError as error:
        raise HeatnetError(f"{target} cannot be written to: {error.strerror or error}") from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        if not finished:
            for folder in made:
                with contextlib.suppress(OSError):
                    folder.rmdir()


def write_csv(table: pd.DataFrame, path: PathLike, *, exact: bool = False) -> None:
    """Write a table as CSV, whole or not at all.

    Parameters
    ----------
    table : DataFrame
        Its index is written where it has a name.
    path : path
        The file; replaced if it exists.
    exact : bool
        Write numbers with all their digits; otherwise with twelve, which is plenty to read.

    Raises
    ------
    HeatnetError
        The file cannot be written.

    Notes
    -----
    UTF-8 with byte order mark. Text that a spreadsheet would take for a formula gets a leading ', which heatnet's
    readers remove.
    """
    file = Path(path)
    rows = table.reset_index() if table.index.name is not None else table
    rows = rows.assign(**{str(name): _as_written(rows[name], exact) for name in rows.columns})
    with whole_file(file) as stage:
        rows.to_csv(stage, encoding=_ENCODING, index=False, lineterminator="\n")


def write_json(value: Mapping[str, Any], path: PathLike) -> None:
    """Write a mapping as JSON with sorted keys, whole or not at all; `HeatnetError` where it cannot be written."""
    with whole_file(Path(path)) as stage:
        stage.write_text(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def write_inventory(tables: Mapping[str, pd.DataFrame], path: PathLike) -> None:
    """Write tables as an inventory folder of CSV files, all or none.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Table name (nodes, segments, valves, visits, faults, works, digs, makeup) to rows. Columns without any value
        are left out, and so is ``household_id``, which is never written.
    path : path
        Folder; made if absent.

    Raises
    ------
    HeatnetError
        The folder cannot be written to.

    Examples
    --------
    >>> import tempfile
    >>> import heatnet as hn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_inventory(hn.examples.yard_tables(), folder)
    ...     hn.read_network(folder).n_segments
    4
    """
    with whole_folder(path) as folder:
        for name, table in tables.items():
            known = table.drop(columns="household_id", errors="ignore")
            write_csv(known.loc[:, known.notna().any() | (len(known) == 0)], folder / f"{name}.csv", exact=True)


@contextlib.contextmanager
def whole_file(file: Path) -> Iterator[Path]:
    """Give a path beside `file` to write to, renamed at the end."""
    stage = file.with_name(f".{file.name}.part")
    try:
        yield stage
        stage.replace(file)
    except OSError as error:
        raise HeatnetError(f"{file} cannot be written: {error.strerror or error}") from error
    finally:
        with contextlib.suppress(OSError):
            stage.unlink(missing_ok=True)


def _as_written(values: pd.Series[Any], exact: bool) -> pd.Series[Any]:
    """Return cells as they are written: days without time, whole numbers without a point, no formulas."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        days: pd.Series[Any] = values.dt.strftime("%Y-%m-%d")
        return days
    if pd.api.types.is_bool_dtype(values.dtype):
        return values.map({True: "true", False: "false"})
    if pd.api.types.is_float_dtype(values.dtype):
        known = values.dropna()
        if len(known) and (known % 1 == 0).all() and known.abs().max() < 2**53:
            return values.astype("Int64")
        if exact:
            return values
        numbers = _in_twelve_digits(values.to_numpy(dtype=np.float64, na_value=np.nan))
        plain, is_whole = numbers.astype(object), (np.floor(numbers) == numbers) & (np.abs(numbers) < 2**53)
        plain[is_whole] = numbers[is_whole].astype(np.int64)
        return pd.Series(plain, index=values.index, dtype=object)
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values
    cells = [str(cell) for cell in np.where(values.isna(), "", values.to_numpy(dtype=object)).tolist()]
    if _ANY_FORMULA.search("\n".join(cells)):
        cells = ["'" + cell if _ANY_FORMULA.match(cell) else cell for cell in cells]
    return pd.Series(cells, index=values.index, dtype=object)


def _in_twelve_digits(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the numbers nearest to these that have twelve digits, which are then the shortest way to write them.

    Exact powers of ten (up to 10**22) scale a number to twelve digits before the point; what is smaller than
    10**-11 keeps its digits.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        power = 11 - np.floor(np.log10(np.abs(values)))
        is_scaled = (power >= 0) & (power <= 22)
        scale = 10.0 ** np.where(is_scaled, power, 0)
        return np.where(is_scaled, np.rint(values * scale) / scale, values)
