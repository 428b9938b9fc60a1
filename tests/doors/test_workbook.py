"""The workbook of a plan, opened by a spreadsheet program that people have."""

import csv
import io
import math
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import heatnet as hn
from heatnet.cli import main
from heatnet.inventory.writing import write_csv
from heatnet.report import write_workbook

openpyxl = pytest.importorskip("openpyxl")

pytestmark = pytest.mark.door
SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan of the district, one of whose streets is called like a formula."""
    inventory, out = tmp_path_factory.mktemp("inventory"), tmp_path_factory.mktemp("plan")
    source = Path(__file__).parents[2] / "fixtures" / "district"
    for file in source.iterdir():
        shutil.copy(file, inventory / file.name)
    segments, dug = hn.read_network(source).segments, hn.read_digs(source)["street"]
    segments["street"] = segments["street"].where(segments["street"].isin(dug), '=HYPERLINK("http://x","y")')
    write_csv(segments, inventory / "segments.csv", exact=True)
    with pytest.raises(SystemExit) as ended:
        main(["plan", str(inventory), "--season", "2026", "--max-km", "2", "-o", str(out)])
    assert not ended.value.code
    return out


def converted(file: Path, target: Path, form: str) -> list[Path]:
    assert SOFFICE, "LibreOffice is not installed: .ci/doors installs it"
    command = [SOFFICE, f"-env:UserInstallation=file://{target}/profile", "--headless", "--convert-to", form]
    subprocess.run([*command, "--outdir", str(target), str(file)], check=True, capture_output=True, timeout=300)
    return sorted(target.glob(f"{file.stem}*.{form.partition(':')[0]}"))


def test_every_sheet_opens_with_its_numbers_and_no_text_is_a_formula(plan: Path, tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(plan / "plan.xlsx")
    sheets = converted(
        plan / "plan.xlsx", tmp_path, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    )
    assert len(sheets) == len(workbook.sheetnames)
    cells = [cell for sheet in sheets for row in csv.reader(io.StringIO(sheet.read_text("utf-8"))) for cell in row]
    assert any("HYPERLINK" in cell for cell in cells)  # shown as text
    assert not any(cell.startswith(("#NAME", "#REF", "#VALUE", "Err:")) for cell in cells)
    lists = [sheet for sheet in workbook if sheet.title != "Justification form"]
    assert not [cell for sheet in lists for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


@pytest.mark.parametrize("number", [1, 3])
def test_the_form_shows_the_project_whose_number_is_written_into_it(plan: Path, tmp_path: Path, number: int) -> None:
    workbook = openpyxl.load_workbook(plan / "plan.xlsx")
    workbook["Justification form"]["B2"] = number
    workbook.save(tmp_path / "asked.xlsx")
    form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    sheets = {
        file.stem.removeprefix("asked-"): list(csv.reader(io.StringIO(file.read_text("utf-8"))))
        for file in converted(tmp_path / "asked.xlsx", tmp_path, form)
    }
    shown = {row[0]: row[1] for row in sheets["Justification form"] if row[0]}
    for name in ("Justification", "Projects"):
        _, heads, *rows = sheets[name]
        asked = dict(zip(heads, rows[number - 1], strict=True))
        same = set(shown) & set(asked) - {"Money, thousand", "Route length, m", "Area, ha"}
        assert {head: shown[head] for head in same} == {head: asked[head] for head in same}
        assert float(shown["Money, thousand"]) == pytest.approx(
            float(asked["Money, thousand"].replace(",", "")), abs=0.01
        )
    assert {"Problem", "Evidence", "What", "Effect", "Otherwise", "Responsible", "Done by"} <= set(shown)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """The plan of a small city in Chinese, and the paper it is printed on."""
    target = tmp_path_factory.mktemp("printed")
    city = hn.synthetic.make_city(length_km=80.0, stations=4, rng=2)
    records = {name: city.tables[name] for name in ("visits", "faults", "works", "makeup")}
    assessment = hn.assess(city.network, season=2026, language="zh", **records)
    plan = hn.plan_cures(assessment, max_km=8.0, max_stations=1)
    write_workbook(assessment, plan, target / "plan.xlsx", language="zh")
    (paper,) = converted(target / "plan.xlsx", target, "pdf")
    return plan, paper


def test_it_prints_on_one_page_for_forty_lines_at_most(printed: tuple[Any, Path]) -> None:
    _, paper = printed
    pages = len(re.findall(rb"/Type\s*/Page\b", paper.read_bytes()))
    book = openpyxl.load_workbook(paper.with_suffix(".xlsx"))
    most = [1, *(math.ceil((sheet.max_row - 2) / 40) for sheet in book.worksheets[1:])]
    assert len(book.sheetnames) <= pages <= sum(most)


def test_a_spreadsheet_program_reads_the_numbers_of_the_plan(printed: tuple[Any, Path], tmp_path: Path) -> None:
    plan, paper = printed
    form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    sheets = converted(paper.with_suffix(".xlsx"), tmp_path, form)
    (projects,) = [sheet for sheet in sheets if "项目清单" in sheet.name]
    _, heads, *rows = csv.reader(io.StringIO(projects.read_text("utf-8")))
    *lines, total = rows
    money = heads.index("投资 (万元)")
    assert float(total[money].replace(",", "")) == pytest.approx(plan.cost / 10_000, abs=0.01)
    assert {line[heads.index("施工项目")] for line in lines} - {""} == set(plan.jobs.index)
    trenches = plan.cures[plan.cures["asset_kind"] == "segment"]["length_m"].sum()
    assert float(total[heads.index("路由长度 (m)")].replace(",", "")) == pytest.approx(trenches, abs=0.1)
    assert max(len(cell) for line in lines for cell in line[4:9]) < 13  # no number is thirteen digits long
