"""Which inventories are meant, what each is called, and the fingerprint of its files."""

from __future__ import annotations

import glob
import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from heatnet.errors import HeatnetError
from heatnet.interop import is_address
from heatnet.interop.folders import raw_tables
from heatnet.schema import TABLES

PathLike = str | os.PathLike[str]

_PATTERN = re.compile(r"[*?\[]")
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_PARTITION = "network_id="
_RESERVED = frozenset({"", ".", "..", "summary.csv", "scores.parquet"})


@dataclass(frozen=True, slots=True)
class Source:
    """One inventory among many.

    Attributes
    ----------
    name : str
        Name of the network, unique among all; the name of its folder of results.
    path : Path
        The inventory, an absolute path; of a partitioned dataset its folder.
    partition : str or None
        Of a dataset partitioned by ``network_id``: the folder name that stands for this network.
    settings : Path or None
        A TOML file laid over the inventory's own ``settings.toml``.
    address : str or None
        Of an inventory in a database: its address, password and all, never shown; `path` then only says where it lies.
    """

    name: str
    path: Path
    partition: str | None = None
    settings: Path | None = None
    address: str | None = field(default=None, repr=False)

    def files(self) -> list[Path]:
        """Return the files of the inventory's tables, sorted by name; empty where there are none."""
        if self.address is not None:
            return []
        if self.partition is not None:
            return sorted(file for name in TABLES for file in (self.path / name / self.partition).glob("*.parquet"))
        if self.path.is_file():
            return [self.path]
        return sorted(file for file in self.path.glob("*") if file.is_file() and file.stem in TABLES)

    def size_bytes(self) -> int:
        """Return the size of all files together; 0 where it cannot be told, as of a database."""
        try:
            return sum(file.stat().st_size for file in self.files())
        except OSError:
            return 0

    def fingerprint(self) -> str:
        """Return a hash of the names and the bytes of the tables and settings, wherever they lie.

        Of a database it is that of what its tables hold, which is read for it.
        """
        whole = hashlib.sha256()
        if self.address is not None:
            for raw in raw_tables(self.address).tables:
                whole.update(f"{raw.name} {raw.cells.to_csv(index=False)}\n".encode("utf-8", "surrogatepass"))
        own = self.path / "settings.toml"
        named = {file.name if self.partition is None else file.relative_to(self.path).as_posix(): file
                 for file in self.files()}  # fmt: skip
        if self.partition is None and self.address is None and own.is_file():
            named["settings.toml"] = own
        if self.settings is not None:
            named["--settings"] = self.settings
        for name, file in named.items():
            with file.open("rb") as stream:
                whole.update(f"{name} {hashlib.file_digest(stream, 'sha256').hexdigest()}\n".encode())
        return whole.hexdigest()


def find_sources(paths: Iterable[PathLike], output: Path | None) -> tuple[Source, ...]:
    """Return the inventories that are meant, sorted by name, each once.

    Parameters
    ----------
    paths : iterable of path
        Inventories, patterns such as ``towns/*``, the folder of a Parquet dataset partitioned by ``network_id``, or
        addresses of databases.
    output : Path or None
        Folder of the results: never an inventory, though a pattern may match it.

    Returns
    -------
    tuple of Source
        A network is called what its folder is called; where two folders have the same name, as many of the folders
        above go in front as tell them apart, joined by ``-``. A database is called after its schema, else after itself.

    Raises
    ------
    HeatnetError
        No path, a pattern that matches nothing, or an inventory inside the folder of results.
    """
    home = None if output is None else absolute(output)
    given = list(paths)
    bases = {one: _place_of(one) for one in given if isinstance(one, str) and is_address(one)}
    found = dict.fromkeys(absolute(path) for one in given if one not in bases for path in _matching(one))
    folders = [path for path in found if path != home]
    if not folders and not bases:
        raise HeatnetError(
            "no inventory is given besides the folder of results: name folders, or a pattern such as towns/*"
        )
    inside = [str(path) for path in folders if home is not None and home in path.parents]
    if inside:
        raise HeatnetError(
            f"{len(inside)} of the inventories lie in the folder of results ({', '.join(inside[:5])}): "
            "choose another folder for the results"
        )
    places = sorted(place for folder in folders for place in _places_of(folder))
    drawn = [folder if partition is None else folder / partition for folder, partition in places]
    names = _names([*drawn, *bases.values()])
    sources = [Source(name, *place) for name, place in zip(names, places, strict=False)]
    named = zip(names[len(places) :], bases.items(), strict=True)
    sources += [Source(name, place, address=address) for name, (address, place) in named]
    return tuple(sorted(sources, key=lambda source: source.name))


def _place_of(address: str) -> Path:
    """Return where a database lies, as a path: host, database, schema; neither user nor password."""
    try:
        parts = urlsplit(address)
        words = [parts.hostname, Path(parts.path).stem, *parse_qs(parts.query).get("schema", [])]
    except ValueError:
        words = ["database"]
    return Path("/", *(word for word in words if word))


def absolute(path: PathLike) -> Path:
    """Return the path from the root, links followed as far as they lead; one that leads to itself stays."""
    return Path(os.path.realpath(path))


def _matching(given: PathLike) -> list[Path]:
    """Return what a path or pattern stands for; a path that does not exist stands for itself."""
    if not isinstance(given, str | os.PathLike):
        raise HeatnetError(f"{given!r} is no path of an inventory: name folders, or a pattern such as towns/*")
    text = os.fspath(given)
    if not text.strip():
        raise HeatnetError("an inventory without a name is given: name folders, or a pattern such as towns/*")
    if Path(text).exists() or not _PATTERN.search(text):
        return [Path(text)]
    matches = sorted(glob.glob(text, recursive=True))  # noqa: PTH207 - patterns may be absolute
    if not matches:
        raise HeatnetError(f"{text} matches no file or folder")
    return [Path(match) for match in matches]


def _places_of(folder: Path) -> list[tuple[Path, str | None]]:
    """Return the networks of a folder: itself, or those of a dataset partitioned by ``network_id``."""
    if (folder / "nodes").is_dir():
        return [(folder, part.name) for part in sorted((folder / "nodes").glob(f"{_PARTITION}*")) if part.is_dir()]
    parts = [part for part in sorted(folder.glob(f"{_PARTITION}*")) if part.is_dir()]
    return [(part, None) for part in parts] or [(folder, None)]


def _names(folders: Sequence[Path]) -> list[str]:
    """Return a name for each folder: its own, with as many of those above in front as tell equal ones apart."""
    depths = [1] * len(folders)
    while True:
        names = [_joined(folder, depth) for folder, depth in zip(folders, depths, strict=True)]
        counts = Counter(name.casefold() for name in names)  # folders that differ in case only are one on some systems
        shared = [place for place, name in enumerate(names) if not _is_free(name, counts)]
        if not shared:
            return names
        for place in shared:
            depths[place] += 1
        stuck = [str(folders[place]) for place in shared if depths[place] > len(folders[place].parts)]
        if stuck:
            raise HeatnetError(f"no name can be made for {', '.join(stuck[:5])}: rename the folder")


def _joined(folder: Path, depth: int) -> str:
    parts = [part.removeprefix(_PARTITION) for part in folder.parts[-depth:]]
    return "-".join(_NOT_IN_NAMES.sub("_", part) for part in parts)


def _is_free(name: str, counts: Counter[str]) -> bool:
    return counts[name.casefold()] == 1 and name.casefold() not in _RESERVED and not name.startswith(".")
