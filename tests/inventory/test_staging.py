"""Files appear whole and together, or not at all, whoever else writes and whenever a run is killed."""

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from heatnet.errors import HeatnetError
from heatnet.inventory.staging import clear_leftovers, hash_of, unlike_record, whole_file, whole_folder
from heatnet.inventory.writing import write_json


def write(folder: Path, text: str, *names: str) -> None:
    with whole_folder(folder, names=("a", "b", "c"), last="run.json") as stage:
        for name in names:
            (stage / name).write_text(text)
        write_json({"files": {name: hash_of(stage / name) for name in names}}, stage / "run.json")


def contents(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in folder.iterdir() if file.name != "run.json"}


def refusing(monkeypatch: pytest.MonkeyPatch, refused: str, number: int = errno.EACCES) -> None:
    move = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if Path(target).name == refused and self.parent.name != ".old":
            raise OSError(number, os.strerror(number))
        return move(self, target)

    monkeypatch.setattr(Path, "replace", replace)


def test_files_that_are_not_written_this_time_do_not_stay(tmp_path: Path) -> None:
    write(tmp_path, "old", "a", "b", "c")
    (tmp_path / "notes").write_text("mine")
    write(tmp_path, "new", "a", "b")
    assert contents(tmp_path) == {"a": "new", "b": "new", "notes": "mine"}
    assert unlike_record(tmp_path, "run.json", ("a", "b", "c")) == []


@pytest.mark.parametrize("refused", ["a", "b", "c", "run.json"])
def test_where_one_file_cannot_be_placed_nothing_changes_and_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    write(tmp_path, "old", "a", "c")
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with monkeypatch.context() as patch:
        refusing(patch, refused)
        with pytest.raises(HeatnetError, match=rf"/{refused} cannot be written to: Permission denied") as raised:
            write(tmp_path, "new", "a", "b", "c")
    assert "nothing in its folder was changed" in str(raised.value)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_file_that_was_to_go_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "old", "a", "b")
    refusing(monkeypatch, "run.json")
    with pytest.raises(HeatnetError, match=r"run\.json"):
        write(tmp_path, "new", "c")
    assert contents(tmp_path) == {"a": "old", "b": "old"}


def test_where_links_cannot_be_made_the_old_files_come_back_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    write(tmp_path, "old", "a", "b")
    monkeypatch.setattr(os, "link", no_links)
    refusing(monkeypatch, "b")
    with pytest.raises(HeatnetError, match="/b cannot"):
        write(tmp_path, "new", "a", "b")
    assert contents(tmp_path) == {"a": "old", "b": "old"}


def test_a_folder_in_the_place_of_a_file_is_named_and_nothing_changes(tmp_path: Path) -> None:
    write(tmp_path, "old", "a", "b")
    (tmp_path / "c").mkdir()
    with pytest.raises(HeatnetError, match="/c cannot be written: a folder has its name"):
        write(tmp_path, "new", "a", "b", "c")
    assert (tmp_path / "a").read_text() == (tmp_path / "b").read_text() == "old"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a", "b", "c", "run.json"]


KILLED = """
import os, pathlib, signal, sys
sys.path.insert(0, {here!r})
from test_staging import write
move, moved = pathlib.Path.replace, []
def replace(self, target):
    move(self, target)
    moved.append(target)
    if len(moved) == {after}:
        os.kill(os.getpid(), signal.SIGKILL)
pathlib.Path.replace = replace
write(pathlib.Path({folder!r}), "new", "a", "b", "c")
"""


@pytest.mark.parametrize("after", [1, 2, 3, 4, 5])  # run.json is renamed within the stage first
def test_after_a_kill_between_the_renames_the_record_tells_which_files_are_of_another_run(
    tmp_path: Path, after: int
) -> None:
    write(tmp_path, "old", "a", "b")
    code = KILLED.format(here=str(Path(__file__).parent), after=after, folder=str(tmp_path))
    killed = subprocess.run([sys.executable, "-c", code], check=False)
    placed = after if after < 5 else 4
    if killed.returncode == 0:  # there are four renames
        assert after == 5
        return
    assert killed.returncode == -signal.SIGKILL
    now = {name: text for name, text in contents_of_files(tmp_path).items() if name != "run.json"}
    assert set(now.values()) <= {"old", "new"}
    files = json.loads((tmp_path / "run.json").read_text())["files"]
    mixed = unlike_record(tmp_path, "run.json", ("a", "b", "c"))
    assert mixed == [] if placed == 4 else mixed == [name for name in ("a", "b", "c") if now.get(name) == "new"]
    assert len(files) == (3 if placed == 4 else 2)
    write(tmp_path, "newer", "a", "b")
    assert contents(tmp_path) == {"a": "newer", "b": "newer"}  # and nothing hidden is left


def contents_of_files(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in folder.iterdir() if file.is_file()}


def test_what_a_living_run_has_staged_is_not_cleared(tmp_path: Path) -> None:
    (tmp_path / ".heatnet-dead").mkdir()
    with whole_folder(tmp_path) as mine:
        (mine / "a").write_text("mine")
        assert clear_leftovers(tmp_path) == []
        write(tmp_path, "theirs", "a", "b")
        assert mine.is_dir()
    assert contents(tmp_path) == {"a": "mine", "b": "theirs"}


def test_a_planted_link_is_never_written_through(tmp_path: Path) -> None:
    victim, file = tmp_path / "victim", tmp_path / "v.csv"
    victim.write_text("precious")
    (tmp_path / ".v.csv.part").symlink_to(victim)
    with whole_file(file) as stage:
        stage.write_text("new")
    assert (victim.read_text(), file.read_text(), file.is_symlink()) == ("precious", "new", False)


def test_a_link_to_a_file_is_replaced_and_the_file_stays(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("precious")
    (tmp_path / "a").symlink_to(tmp_path / "victim")
    write(tmp_path, "new", "a")
    assert ((tmp_path / "victim").read_text(), (tmp_path / "a").read_text()) == ("precious", "new")


@pytest.mark.parametrize("record", ["", "[]", "{", '{"files": []}', '{"files": {"../x": "1"}}', "\udcff"])
def test_without_a_record_that_can_be_read_every_file_is_of_an_unknown_run(tmp_path: Path, record: str) -> None:
    write(tmp_path, "old", "a", "b")
    (tmp_path / "run.json").write_bytes(record.encode("utf-8", "surrogateescape"))
    assert unlike_record(tmp_path, "run.json", ("a", "b", "c")) == ["a", "b"]


def test_a_file_of_the_record_that_is_gone_is_named(tmp_path: Path) -> None:
    write(tmp_path, "old", "a", "b")
    (tmp_path / "b").unlink()
    assert unlike_record(tmp_path, "run.json", ("a",)) == ["b"]


RACING = """
import pathlib, sys
sys.path.insert(0, {here!r})
from test_staging import write
for number in range(25):
    write(pathlib.Path({folder!r}), {tag!r} * 100_000, "a", "b", "c")
"""


def test_two_runs_into_one_folder_leave_the_files_of_one(tmp_path: Path) -> None:
    codes = [RACING.format(here=str(Path(__file__).parent), folder=str(tmp_path), tag=tag) for tag in "xy"]
    runs = [subprocess.Popen([sys.executable, "-c", code]) for code in codes]
    while any(run.poll() is None for run in runs):
        for file in tmp_path.glob("[abc]"):
            assert len(file.read_text()) == 100_000
    assert [run.returncode for run in runs] == [0, 0]
    assert len(set(contents(tmp_path).values())) == 1
    assert unlike_record(tmp_path, "run.json", ("a", "b", "c")) == []
