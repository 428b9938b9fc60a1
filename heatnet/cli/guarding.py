"""What keeps a run from doing harm: plain errors, streams that exist, inventories that are never written over."""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from heatnet.errors import HeatnetError
from heatnet.interop import is_database
from heatnet.inventory.writing import inventory_tables

UNUSABLE = 2
_OF_INVENTORIES = frozenset({".gpkg", ".inp", ".json", ".parquet", ".shp", ".toml", ".xls", ".xlsx"})


class PlainErrors(click.Group):
    """A group of commands that says what cannot be used in plain sentences, with exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        gc.freeze()  # what is imported stays until the end: no collection need look at it again
        gc.set_threshold(20_000, 20, 20)  # tables are many objects and hardly a cycle
        open_streams()
        try:
            return super().invoke(ctx)
        except MemoryError:
            message = "the memory does not suffice for this inventory"
        except (HeatnetError, OSError) as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # whoever read the results has read enough; click ends the run quietly
            message = (
                str(error) if isinstance(error, HeatnetError) else f"{error.filename or 'a file'}: {error.strerror}"
            )
        click.echo(message, err=True)
        return ctx.exit(UNUSABLE)


def open_streams() -> None:
    """Make sure that what is printed goes somewhere: a stream that was closed swallows, a letter it lacks is escaped.

    A closed standard output would otherwise be the first file that is opened, and what the solver prints would go
    into that file.
    """
    for number, name in ((1, "stdout"), (2, "stderr")):
        stream = getattr(sys, name)
        if stream is None:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            if nowhere != number:
                with contextlib.suppress(OSError):
                    os.dup2(nowhere, number)
                os.close(nowhere)
            setattr(sys, name, open(number, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - a descriptor, until the end
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def refuse_inventory_files(file: Path, inventory: Path | str) -> None:
    """Refuse to write a result over the inventory it comes from, or over a table of any other.

    Parameters
    ----------
    file : Path
        The file to be written.
    inventory : Path
        What is read; or the address of a database.

    Raises
    ------
    HeatnetError
        The file is one of them, under whatever name, or a file of a kind that inventories are made of.
    """
    of_files = [] if is_database(str(inventory)) and not Path(inventory).is_file() else [Path(inventory)]
    places = {*of_files, file.parent}
    known = [table for place in places if place.is_dir() for table in inventory_tables(place)]
    known += [place for place in of_files if place.is_file()]
    is_theirs = file.suffix.casefold() in _OF_INVENTORIES and file.exists()
    if is_theirs or any(_is_same(file, table) for table in known):
        raise HeatnetError(f"{file} is a table of an inventory and is not written over: name another file")


def refuse_inputs(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Refuse to write over anything that was read, under whatever name; `HeatnetError` names it."""
    known = list(inputs)
    taken = [str(file) for file in outputs if os.path.lexists(file) and any(_is_same(file, one) for one in known)]
    if taken:
        raise HeatnetError(f"{', '.join(taken)}: read by this run and not written over; name another place")


def _is_same(file: Path, other: Path) -> bool:
    try:
        return file.samefile(other) or file.resolve() == other.resolve()
    except (OSError, RuntimeError):  # RuntimeError: a link that leads to itself
        return os.path.abspath(file) == os.path.abspath(other)  # noqa: PTH100 - resolves no links
