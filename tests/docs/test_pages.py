"""Every block of code in the documentation runs, top to bottom; every link leads somewhere."""

import re
import runpy
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import heatnet as hn
from heatnet.cli import main

HOME = Path(__file__).parents[2]
PAGES = sorted([*(HOME / "docs").glob("*.md"), *HOME.glob("*.md")])
NEED_A_SERVER = {"databases.md"}  # tests/doors do what it shows
BLOCK = re.compile(r"^```(python|bash)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: Path, kind: str) -> list[str]:
    return [text for found, text in BLOCK.findall(page.read_text(encoding="utf-8")) if found == kind]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which the commands of the tutorial were typed, word for word."""
    home = tmp_path_factory.mktemp("fresh")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        for line in "\n".join(blocks(HOME / "docs" / "tutorial.md", "bash")).splitlines():
            words = shlex.split(line.split(">")[0])
            if words and words[0].endswith("/heatnet"):
                done = CliRunner().invoke(main, words[1:])
                assert done.exit_code == 0, (line, done.output)
                if ">" in line:
                    (home / line.split(">")[1].strip()).write_text(done.stdout, encoding="utf-8")
        (home / "city").symlink_to(home / "town")
        (home / "fixtures").symlink_to(HOME / "fixtures")
        yield home


def test_the_tutorial_leaves_what_it_promises(folder: Path) -> None:
    written = {path.name for path in (folder / "plan").iterdir()}
    assert {"cures.csv", "jobs.csv", "ranking.csv", "measure_first.csv", "run.json"} <= written
    assert (folder / "settings.toml").read_text(encoding="utf-8").startswith("# Settings")


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if blocks(page, "python") and page.name not in NEED_A_SERVER],
    ids=lambda page: page.name,
)
def test_the_code_of_a_page_runs(page: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {}
    for text in blocks(page, "python"):
        exec(compile(text, str(page), "exec"), names)


def test_pages_made_from_data_say_what_the_data_say() -> None:
    script = HOME / "docs" / "write_tables.py"
    for name, made in runpy.run_path(str(script))["PAGES"].items():
        assert script.with_name(name).read_text(encoding="utf-8") == made(), (
            f"python docs/write_tables.py renews {name}"
        )


def test_every_column_of_the_results_is_described(fixtures: Path) -> None:
    inventory = hn.read_inventory(fixtures / "district")
    assessment = hn.assess(inventory, season=2026)
    summer = hn.Summer("2026-05-01", "2026-09-30", crews=3)
    plan = hn.plan_cures(assessment, max_km=2, max_stations=1, digs=inventory.digs, summer=summer)
    page = (HOME / "docs" / "result_columns.md").read_text(encoding="utf-8")
    sections = {title: set(re.findall(r"^\| `(\w+)`", text, re.M)) for title, text in re.findall(
        r"^## (\w+)\.csv$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)}  # fmt: skip
    tables = {
        "ranking": assessment.ranking,
        "cures": plan.cures,
        "jobs": plan.jobs,
        "measure_first": assessment.measure_first,
    }
    for name, table in tables.items():
        assert {table.index.name, *table.columns} == sections[name]
