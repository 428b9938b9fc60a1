"""Files that appear whole and together, or not at all.

They are written into a hidden folder of a name of its own beside the place where they belong, and put there by renames
at the end. The folder is locked while its run lives, so that others can tell what a killed run left behind, and files
are put in place one run at a time, so that a folder holds the files of one run even where two end together.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from heatnet.errors import HeatnetError

fcntl: Any = None  # Windows has none: open files cannot be removed there, which protects what a living run has staged
with contextlib.suppress(ImportError):
    import fcntl

PathLike = str | os.PathLike[str]

_STAGE = re.compile(r"\.heatnet-\w+")
_IN_USE, _OLD = ".in-use", ".old"
_WAIT_S = 30.0


@contextlib.contextmanager
def whole_folder(path: PathLike, *, names: Collection[str] = (), last: str | None = None) -> Iterator[Path]:
    """Give a hidden folder to write into; its files appear in `path` together at the end, or not at all.

    Parameters
    ----------
    path : path
        Folder for the results; made if absent. Files of the same names are replaced, others stay.
    names : collection of str
        Files that such results consist of: those not written this time are removed, so that the folder speaks of one
        run.
    last : str, optional
        The file put in place after all others, which tells whether the others are of its run.

    Raises
    ------
    HeatnetError
        The folder cannot be made or written to, or a file cannot be put in place; those already placed are taken back
        then, and the file is named.

    Notes
    -----
    Beginnings that killed runs left in `path` are removed. After a kill in the middle of the renames every file is
    whole, and `unlike_record` names those that are not of the run that the record tells of.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as home:
    ...     with whole_folder(home) as folder:
    ...         _ = (folder / "note.txt").write_text("done")
    ...     [file.name for file in Path(home).iterdir()]
    ['note.txt']
    """
    target = Path(path)
    made = [folder for folder in (target, *target.parents) if not folder.exists()]
    finished = False
    try:
        with _plain_errors(target, "cannot be written to"):
            target.mkdir(parents=True, exist_ok=True)
        with _staged(target, target) as stage:
            yield stage
            with _one_at_a_time(target):
                _put_in_place(stage, target, names, last)
        finished = True
    finally:
        if not finished:
            for folder in made:
                with contextlib.suppress(OSError):
                    folder.rmdir()


@contextlib.contextmanager
def whole_file(file: Path) -> Iterator[Path]:
    """Give a path to write to; what was written becomes `file` at the end, or nothing does.

    Within the folder that `whole_folder` gives, the path is the file itself.
    """
    if _STAGE.fullmatch(file.parent.name):
        with _plain_errors(file.parent.parent / file.name, "cannot be written"):
            yield file
        return
    with _staged(file.parent, file) as stage:
        yield stage / file.name
        with _one_at_a_time(file.parent), _plain_errors(file, "cannot be written"):
            _refuse_folder(file)
            (stage / file.name).replace(file)


def clear_leftovers(folder: Path) -> list[str]:
    """Remove the hidden beginnings that killed runs left in a folder, not those of living runs; return their names."""
    cleared = []
    with contextlib.suppress(OSError):
        for path in sorted(folder.iterdir()):
            if _STAGE.fullmatch(path.name) and not path.is_symlink() and path.is_dir() and not _is_in_use(path):
                shutil.rmtree(path, ignore_errors=True)
                cleared.append(path.name)
    return cleared


def hash_of(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def unlike_record(folder: PathLike, record: str, names: Collection[str]) -> list[str]:
    """Return the files in a folder that are not those of the run that its record tells of.

    Parameters
    ----------
    folder : path
        Folder of results.
    record : str
        File that holds ``files``: the SHA-256 of each file of the run by name, as JSON.
    names : collection of str
        Files that such results consist of.

    Returns
    -------
    list of str
        Sorted: files that are there and differ from the record or are not in it, and files of the record that are
        not there. Without a record that can be read: the files that are there.
    """
    home = Path(folder)
    kept: Any = None
    with contextlib.suppress(OSError, ValueError, RecursionError):
        kept = json.loads((home / record).read_text(encoding="utf-8"))
    files = kept.get("files") if isinstance(kept, dict) else None
    known: dict[str, Any] = files if isinstance(files, dict) else {}
    wanted = {name for name in (*names, *known) if name != record and Path(name).name == name}
    return sorted(name for name in wanted if _hash_or_none(home / name) != known.get(name))


def _hash_or_none(file: Path) -> str | None:
    try:
        return hash_of(file)
    except FileNotFoundError:
        return None
    except OSError:
        return ""


@contextlib.contextmanager
def _staged(folder: Path, named: Path) -> Iterator[Path]:
    """Give a new hidden folder, in use as long as this lasts; leftovers of killed runs go."""
    with contextlib.ExitStack() as using:
        what = "cannot be written" if named != folder else "cannot be written to"
        with _plain_errors(named, what), _one_at_a_time(folder):
            clear_leftovers(folder)
            stage = Path(tempfile.mkdtemp(prefix=".heatnet-", dir=folder))
            using.callback(shutil.rmtree, stage, ignore_errors=True)
            used = using.enter_context((stage / _IN_USE).open("wb"))
            _lock(used.fileno())
        with _plain_errors(named, what):
            yield stage


@contextlib.contextmanager
def _plain_errors(place: Path, what: str) -> Iterator[None]:
    try:
        yield
    except HeatnetError:
        raise
    except OSError as error:
        raise HeatnetError(f"{place} {what}: {error.strerror or error}") from error


def _put_in_place(stage: Path, target: Path, names: Collection[str], last: str | None) -> None:
    """Rename the staged files into the target, `last` last; where one cannot be, take back those before it."""
    new = sorted((file.name for file in stage.iterdir() if not file.name.startswith(".")), key=lambda n: (n == last, n))
    gone = sorted(name for name in names if name not in new)
    (stage / _OLD).mkdir()
    moved: list[str] = []
    try:
        for name in (*gone, *new):
            with _plain_errors(target / name, "cannot be written to"):
                _refuse_folder(target / name)
                _keep(target / name, stage / _OLD / name)
                moved.append(name)
                if name in gone:
                    (target / name).unlink(missing_ok=True)
                else:
                    (stage / name).replace(target / name)
    except BaseException as error:
        left = [name for name in reversed(moved) if not _taken_back(stage / _OLD / name, target / name)]
        if isinstance(error, HeatnetError):
            rest = f"{', '.join(left)} could not be taken back" if left else "nothing in its folder was changed"
            raise HeatnetError(f"{error} (is it open in another program?); {rest}") from error
        raise


def _keep(file: Path, old: Path) -> None:
    """Keep the version of a file that is there, without a moment in which it is not."""
    if not os.path.lexists(file):
        return
    try:
        os.link(file, old, follow_symlinks=False)
    except (OSError, NotImplementedError):  # a file system without links, or a file of someone else's
        shutil.copy2(file, old, follow_symlinks=False)


def _taken_back(old: Path, file: Path) -> bool:
    try:
        if os.path.lexists(old):
            old.replace(file)
        else:
            file.unlink(missing_ok=True)
    except OSError:
        return _hash_or_none(old) == _hash_or_none(file)  # it had not been replaced yet
    return True


def _refuse_folder(file: Path) -> None:
    if file.is_dir() and not file.is_symlink():
        raise HeatnetError(f"{file} cannot be written: a folder has its name")


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Let no two runs put files into a folder at once, where the system can tell."""
    if fcntl is None:
        yield
        return
    with contextlib.ExitStack() as using:
        with contextlib.suppress(OSError):
            place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            using.callback(os.close, place)
            until = time.monotonic() + _WAIT_S
            while not _lock(place):
                if time.monotonic() > until:
                    raise HeatnetError(f"{folder} is being written to by another run: wait for its end")
                time.sleep(0.01)
        yield


def _lock(number: int) -> bool:
    """Lock an open file for as long as it stays open; False where another has it. A system without locks: True."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _is_in_use(stage: Path) -> bool:
    """Return whether the run that staged files here lives."""
    try:
        if fcntl is None:
            (stage / _IN_USE).unlink()
            return False
        with (stage / _IN_USE).open("rb") as used:
            return not _lock(used.fileno())
    except FileNotFoundError:
        return False
    except OSError:
        return True
