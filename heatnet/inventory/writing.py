"""Tables to files: whole or not at all, safe to open in a spreadsheet, the same bytes on every machine."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heatnet._typed import typed
from heatnet.errors import HeatnetError
from heatnet.inventory.staging import PathLike, whole_file, whole_folder
from heatnet.schema import FORMULA, TABLES

_ENCODING = "utf-8-sig"  # the byte order mark makes spreadsheets show Chinese text
_ANY_FORMULA = re.compile(FORMULA, re.MULTILINE)
_NO_BREAK = re.compile("[\r\x00]")
_BREAK = re.compile("\r\n|[\r\n\x00]")  # would end a row, for some readers even between quotes
_TABLE_SUFFIXES = (".csv", ".parquet", ".xlsx", ".xls", ".txt", ".tsv")


def write_csv(table: pd.DataFrame, path: PathLike, *, exact: bool = False, keeps_breaks: bool = False) -> None:
    """Write a table as CSV, whole or not at all.

    Parameters
    ----------
    table : DataFrame
        Its index is written where it has a name.
    path : path
        The file; replaced if it exists.
    exact : bool
        Write numbers with all their digits; otherwise with twelve, which is plenty to read.
    keeps_breaks : bool
        Keep line breaks within cells, for heatnet to read back; otherwise they are written as blanks.

    Raises
    ------
    HeatnetError
        The file cannot be written.

    Notes
    -----
    UTF-8 with byte order mark. Text that a spreadsheet would take for a formula gets a leading ', which heatnet's
    readers remove. A line break within a cell is written as a blank.
    """
    file = Path(path)
    rows = table.reset_index() if table.index.name is not None else table
    cells = [_as_written(rows.iloc[:, place], exact, keeps_breaks) for place in range(len(rows.columns))]
    headings = [_safe_text([str(name)])[0] for name in rows.columns]
    written = pd.DataFrame(dict(enumerate(cells)), index=rows.index).set_axis(headings, axis="columns")
    with whole_file(file) as stage:
        written.to_csv(stage, encoding=_ENCODING, errors="backslashreplace", index=False, lineterminator="\n")


def write_json(value: Mapping[str, Any], path: PathLike) -> None:
    """Write a mapping as JSON with sorted keys, whole or not at all; `HeatnetError` where it cannot be written."""
    with whole_file(Path(path)) as stage:
        stage.write_text(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


@typed
def write_inventory(tables: Mapping[str, pd.DataFrame], path: PathLike) -> None:
    """Write tables as an inventory folder of CSV files, all or none.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Table name (nodes, segments, valves, visits, faults, works, digs, makeup) to rows. Only columns that such a
        table has are written, not those without any value, and never ``household_id``.
    path : path
        Folder; made if absent.

    Raises
    ------
    HeatnetError
        The folder holds tables of an inventory already, a table has no such name, or the folder cannot be written to.

    Examples
    --------
    >>> import tempfile
    >>> import heatnet as hn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_inventory(hn.examples.yard_tables(), folder)
    ...     hn.read_network(folder).n_segments
    4
    """
    unknown = [str(name) for name in tables if name not in TABLES]
    if unknown:
        raise HeatnetError(f"{', '.join(unknown)}: no table of an inventory; its tables are {', '.join(TABLES)}")
    refuse_inventory(path)
    with whole_folder(path) as folder:
        for name, table in tables.items():
            columns = [column.name for column in TABLES[name].columns if column.name != "household_id"]
            known = table.loc[:, [column in columns for column in table.columns]]
            write_csv(known.loc[:, known.notna().any() | (len(known) == 0)], folder / f"{name}.csv", exact=True)
        refuse_inventory(path)


def inventory_tables(folder: PathLike) -> list[Path]:
    """Return the files in a folder that are tables of an inventory, sorted; none where there is no such folder."""
    home = Path(folder)
    return sorted(file for file in home.iterdir() if _is_table(file)) if home.is_dir() else []


def refuse_inventory(folder: PathLike) -> None:
    """Refuse to write an inventory where tables of one lie already; `HeatnetError` names them."""
    tables = inventory_tables(folder)
    if tables:
        names = ", ".join(table.name for table in tables)
        raise HeatnetError(f"{folder} holds an inventory already ({names}), not to be overwritten: name another folder")


def _is_table(file: Path) -> bool:
    return file.stem.casefold() in TABLES and file.suffix.casefold() in _TABLE_SUFFIXES


def _as_written(values: pd.Series[Any], exact: bool, keeps_breaks: bool = False) -> pd.Series[Any]:
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
    return pd.Series(_safe_text(cells, keeps_breaks), index=values.index, dtype=object)


def _safe_text(cells: list[str], keeps_breaks: bool = False) -> list[str]:
    """Return cells that stay one cell each and that no spreadsheet takes for a formula."""
    together = "\n".join(cells)
    if _ANY_FORMULA.search(together):
        cells = ["'" + cell if _ANY_FORMULA.match(cell) else cell for cell in cells]
    if "\r" in together or "\x00" in together or together.count("\n") >= len(cells):
        cells = [(_NO_BREAK if keeps_breaks else _BREAK).sub(" ", cell) for cell in cells]
    return cells


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
