"""A folder of results: what was computed as one JSON file, tables to read beside it, and the record of both."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from heatnet.errors import HeatnetError, MissingFileError
from heatnet.inventory.staging import PathLike, hash_of, unlike_record, whole_folder
from heatnet.inventory.writing import write_csv, write_json
from heatnet.saving.data import Classes, as_data, from_data

RECORD = "run.json"
VERSION = 1


def write_saved(value: Any, what: str, classes: Classes, file: Path) -> None:
    """Write a value as JSON: ``{"heatnet": what, "version": 1, "value": ...}``.

    Raises
    ------
    HeatnetError
        Something in it is of a kind that is not saved, or the file cannot be written.
    """
    held = {"heatnet": what, "version": VERSION, "value": as_data(value, classes)}
    text = json.dumps(held, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    file.write_text(text + "\n", encoding="utf-8", errors="surrogatepass", newline="\n")


def read_saved(file: Path, what: str, classes: Classes) -> Any:
    """Return the value that `write_saved` wrote.

    Raises
    ------
    MissingFileError
        There is no such file.
    HeatnetError
        The file is damaged, of another kind or of a later version.
    """
    try:
        held = json.loads(file.read_text(encoding="utf-8", errors="surrogatepass"))
    except FileNotFoundError as error:
        raise MissingFileError(f"{file.parent} holds no {file.name}: was a {what} written there?") from error
    except OSError as error:
        raise HeatnetError(f"{file} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise HeatnetError(f"{file} is no JSON that can be read: it is damaged ({error})") from error
    if not isinstance(held, dict) or held.get("heatnet") != what:
        raise HeatnetError(f"{file} is no {what} that heatnet wrote")
    if held.get("version") != VERSION:
        raise HeatnetError(
            f"{file} is of version {held.get('version')!r}; this heatnet reads version {VERSION}: "
            "read it with the heatnet that wrote it (run.json names it), or make it again"
        )
    try:
        return from_data(held.get("value"), classes)
    except HeatnetError as error:
        raise HeatnetError(f"{file} cannot be used: {error}") from error


def write_folder(
    value: Any, what: str, classes: Classes, folder: PathLike, tables: Mapping[str, pd.DataFrame], record: Any
) -> None:
    """Write ``<what>.json``, the tables as CSV and ``run.json`` (the record and the SHA-256 of each), all or none.

    Raises
    ------
    HeatnetError
        A file cannot be written; nothing in the folder changes then.
    """
    names = [f"{what}.json", *(f"{name}.csv" for name in tables)]
    with whole_folder(folder, names=names, last=RECORD) as stage:
        write_saved(value, what, classes, stage / f"{what}.json")
        for name, table in tables.items():
            write_csv(table, stage / f"{name}.csv")
        write_json({**record, "files": {name: hash_of(stage / name) for name in names}}, stage / RECORD)


def refuse_mixed(folder: PathLike, what: str, names: tuple[str, ...], readable: tuple[str, ...] = ()) -> list[str]:
    """Refuse a folder whose tables are not those of the run that its record tells of; return other files that differ.

    Parameters
    ----------
    folder : path
        Folder of results.
    what : str
        What is to be read from it.
    names : tuple of str
        Files that hold what was computed: none may differ.
    readable : tuple of str
        Files made from these for people, who may have written into them.

    Raises
    ------
    MissingFileError
        No such folder, or nothing was written there.
    HeatnetError
        It is mixed; the files are named.
    """
    home = Path(folder)
    if not (home / f"{what}.json").is_file():
        missing = "holds no file" if home.is_dir() else "is no folder with the file"
        raise MissingFileError(f"{home} {missing} {what}.json: was the {what} written there?")
    unlike = unlike_record(home, RECORD, (*names, *readable))
    mixed = [name for name in unlike if name not in readable]
    if mixed:
        raise HeatnetError(
            f"{home} is mixed: {', '.join(mixed)} do not belong to the run that {RECORD} tells of (a run was cut off "
            f"while it put its files in place, or a file was changed by hand): write the {what} again"
        )
    return unlike
