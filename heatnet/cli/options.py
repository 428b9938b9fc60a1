"""What may stand behind an option: numbers that are numbers, files that can be files."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import click

from heatnet.language import languages
from heatnet.season import FIRST_SEASON, LAST_SEASON

# More than any city has; a number beyond is a slip of the finger, and some would not end.
MOST_KM, MOST_STATIONS, MOST_CREWS, MOST_WORKERS, MOST_PAST = 100_000.0, 1_000_000, 9_999, 512, 50


class Amount(click.FloatRange):
    """A finite number within a range; ``nan`` and ``inf`` are none."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a number that can be counted with.", param, ctx)
        return number


_PACKED = (".gz", ".bz2", ".xz", ".zip", ".zst")


class Place(click.ParamType):  # type: ignore[type-arg]
    """A path that says something; what is there is looked at when it is read or written.

    Parameters
    ----------
    name : str
        What it stands for, in messages and help: ``inventory``, ``file`` or ``folder``.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        text = os.fspath(value)
        if not text.strip():
            self.fail(f"the name is empty: name the {self.name}.", param, ctx)
        path = Path(text)
        if self.name != "inventory":
            wrong = _why_not_written(path, text, self.name)
            if wrong:
                self.fail(f"{text} {wrong}.", param, ctx)
        return path


class Source(Place):
    """A path, or the address of a database as it is."""

    def __init__(self, name: str = "inventory") -> None:
        super().__init__(name)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, str) and "://" in value:
            return value
        return super().convert(value, param, ctx)


def _why_not_written(path: Path, text: str, kind: str) -> str:
    """Return why nothing can be written to a path, empty where something can."""
    if path.is_symlink() and not path.exists():
        return "is a link that leads nowhere"
    if kind == "folder":
        return "is a file: name a folder" if path.exists() and not path.is_dir() else ""
    if text.endswith(("/", os.sep)) or path.name in ("", "..") or path.is_dir():
        return "is a folder: name a file"
    if path.suffix.casefold() in _PACKED:
        return f"ends in {path.suffix}, and nothing is packed here: leave {path.suffix} off"
    return "is no ordinary file and is not written over" if path.exists() and not path.is_file() else ""


inventory_argument = click.argument("inventory", type=Source())
season_option = click.option(
    "--season", type=click.IntRange(FIRST_SEASON, LAST_SEASON), required=True, help="Coming season, by its first year."
)
language_option = click.option(
    "--language",
    type=click.Choice(languages()),
    default="en",
    show_default=True,
    help="Language of all that is said and written.",
)
settings_option = click.option(
    "--settings",
    "settings_file",
    type=click.Path(path_type=Path),
    help="TOML file of prices, values and rules, over the inventory's own (heatnet settings prints one).",
)
keep_option = click.option(
    "--keep",
    multiple=True,
    metavar="COLUMN",
    help="Read this column of the records too, which is no part of their tables: a remark, a resident's name.",
)
seed_option = click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of all random draws."
)
