"""The workbook of a plan, opened by a spreadsheet program that people have."""

import csv
import io
import shutil
import subprocess
from pathlib import Path

import pytest

import heatnet as hn
from heatnet.cli import main
from heatnet.inventory.writing import write_csv

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
    assert not [cell for sheet in workbook for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_it_prints_on_few_pages(plan: Path, tmp_path: Path) -> None:
    (printed,) = converted(plan / "plan.xlsx", tmp_path, "pdf")
    pages = printed.read_bytes().count(b"/Type/Page\n") + printed.read_bytes().count(b"/Type/Page/")
    jobs = openpyxl.load_workbook(plan / "plan.xlsx", read_only=True)
    assert 0 < pages <= 10 * len(jobs.sheetnames)
