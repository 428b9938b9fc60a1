"""Text files of cells: separators, quotes, rows of different length, row numbers as a spreadsheet counts."""

from pathlib import Path

import pandas as pd
import pytest

from heatnet.errors import HeatnetError
from heatnet.interop import csv_text, raw_table
from heatnet.schema import SEGMENTS, Reading, conformed

HEADING = "segment_id,from_node,to_node,length_m,diameter_mm"


def read(tmp_path: Path, text: str) -> Reading:
    file = tmp_path / "segments.csv"
    file.write_text(text, encoding="utf-8", newline="")
    return conformed(raw_table(file, "segments"), SEGMENTS)


def test_rows_are_counted_with_titles_blank_lines_and_line_breaks_in_cells(tmp_path: Path) -> None:
    text = f'管段台账,,,,\n\n{HEADING}\n"S\n1",A,B,5,100\n\nS2,B,C,bad,100\n'
    reading = read(tmp_path, text)
    assert reading.rows.tolist() == [4, 6]
    assert "row 6" in reading.problems[0].sentence()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators(tmp_path: Path, separator: str) -> None:
    text = f"{HEADING}\nS1,A,B,5.5,100\n".replace(",", separator)
    assert read(tmp_path, text).table["length_m"].tolist() == [5.5]


def test_decimal_commas_behind_semicolons(tmp_path: Path) -> None:
    text = f"{HEADING}\nS1,A,B,X,100\n".replace(",", ";").replace("X", "5,5")
    assert read(tmp_path, text).table["length_m"].tolist() == [5.5]


def test_short_rows_and_surplus_separators_are_no_fault(tmp_path: Path) -> None:
    reading = read(tmp_path, f"{HEADING},street\nS1,A,B,5,100\nS2,B,C,5,100,High St,,,\n,,,,,,,\n")
    assert reading.table["street"].fillna("").tolist() == ["", "High St"]


def test_a_row_with_more_cells_than_the_heading_is_refused_with_its_number(tmp_path: Path) -> None:
    with pytest.raises(HeatnetError, match=r"more cells than the heading \(1: row 3\)"):
        read(tmp_path, f"{HEADING}\nS1,A,B,5,100\nS2,B,C,5,100,7,8\n")


@pytest.mark.parametrize("text", ["", "\n\n", "   "])
def test_empty_files_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(HeatnetError, match="is empty"):
        read(tmp_path, text)


def test_a_heading_without_rows_is_an_empty_table(tmp_path: Path) -> None:
    reading = read(tmp_path, HEADING + "\n")
    assert (len(reading.table), reading.n_rows, reading.problems) == (0, 0, ())


@pytest.mark.parametrize(
    "street", ["=1+1", "a,b", 'say "x"', "two\nlines", "🏠" * 5, "x" * 10_000, "'s Gravenhage", "@home"]
)
def test_text_of_every_kind_survives(tmp_path: Path, street: str) -> None:
    written = f"'{street}" if street[0] in "=@" else street
    quoted = '"' + written.replace('"', '""') + '"'
    assert read(tmp_path, f"{HEADING},street\nS1,A,B,5,100,{quoted}\n").table["street"].tolist() == [street]


def test_numbers_keep_their_last_digit(tmp_path: Path) -> None:
    length = 0.1 + 0.2
    plain = read(tmp_path, f"{HEADING}\nS1,A,B,{length!r},100\n").table["length_m"][0]
    mixed = read(tmp_path, f"{HEADING}\nS1,A,B,{length!r},100\nS2,B,C,5米,100\n").table["length_m"][0]
    assert plain == mixed == length


def test_two_rows_of_headings(tmp_path: Path) -> None:
    text = "管段编号,端点,,规格,\n,起点,终点,管径(mm),长度(m)\nS1,A,B,100,5\n"
    reading = read(tmp_path, text)
    assert not reading.problems
    assert reading.table[["from_node", "to_node", "length_m"]].to_numpy().tolist() == [["A", "B", 5.0]]
    assert reading.rows.tolist() == [3]


LONG = 40  # rows, more than those by which the parser is told what a column holds


@pytest.mark.parametrize("late", ["007", "1.50", "true", "nan", "1e3", "inf"])
def test_text_stays_as_written_where_numbers_come_late(tmp_path: Path, late: str) -> None:
    rows = [f"S{at},A,B,5,100," for at in range(LONG)] + [f"T,A,B,5,100,{late}"]
    table = read(tmp_path, f"{HEADING},street\n" + "\n".join(rows) + "\n").table
    assert table["street"].fillna("").tolist() == [""] * LONG + ["" if late == "nan" else late]


def test_ids_of_digits_keep_their_zeros_and_truths_are_read_where_some_are_missing(tmp_path: Path) -> None:
    rows = [f"{at:05d},A,B,5,100,{'true' if at % 2 else 'false'}" for at in range(LONG)] + ["00040,A,B,5,100,"]
    table = read(tmp_path, f"{HEADING},is_flooded\n" + "\n".join(rows) + "\n").table
    assert table["segment_id"].tolist() == [f"{at:05d}" for at in range(LONG + 1)]
    assert table["is_flooded"].fillna(False).tolist() == [bool(at % 2) for at in range(LONG)] + [False]


def test_years_of_two_digits_are_told_from_full_ones_whatever_stands_above(tmp_path: Path) -> None:
    rows = [f"S{at},A,B,5,100," for at in range(LONG)] + ["T,A,B,5,100,1998", "U,A,B,5,100,2004.0"]
    table = read(tmp_path, f"{HEADING},laid_year\n" + "\n".join(rows) + "\n").table
    assert table["laid_year"].dropna().tolist() == [1998, 2004]


WIDE = 30  # columns that are not read, so that few rows are more than the parser takes at a time
PARTS = 3 * 16_384
LATE = {  # by column: cells of the first rows and of the last ones
    "length_m": ("5", "5.25"),
    "diameter_mm": ("100", "DN150"),
    "wall_mm": ("", "6.5"),
    "laid_year": ("1998", "98"),
    "street": ("", "Elm"),
    "owner": ("007", "North"),
    "material": ("1.50", "2"),
    "is_flooded": ("true", ""),
    "is_crossing": ("", "false"),
    "name": ("true", "12"),
}


def large(tmp_path: Path) -> Path:
    head = ["segment_id", "from_node", "to_node", *LATE, *(f"x{at}" for at in range(WIDE))]
    early, late = (",".join(cells[at] for cells in LATE.values()) for at in (0, 1))
    blank = "," * WIDE
    rows = [f"S{at:05d},A,B,{early if at < PARTS - 10 else late}{blank}" for at in range(PARTS)]
    file = tmp_path / "segments.csv"
    file.write_text("\n".join([",".join(head), *rows, ""]), encoding="utf-8")
    return file


def test_a_large_file_is_read_part_by_part_as_it_is_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = large(tmp_path)
    by_parts = csv_text.read_csv(file, SEGMENTS).cells
    monkeypatch.setattr(csv_text, "_BY_PARTS", False)
    at_once = csv_text.read_csv(file, SEGMENTS).cells
    pd.testing.assert_frame_equal(by_parts, at_once)
    ends = by_parts.iloc[[0, -1]].astype(object).where(by_parts.iloc[[0, -1]].notna(), None)
    assert ends["owner"].tolist() == ["007", "North"]
    assert ends["material"].tolist() == ["1.50", "2"]
    assert ends["street"].tolist() == [None, "Elm"]
    assert ends["laid_year"].tolist() == ["1998", "98"]
    assert ends["diameter_mm"].tolist() == ["100", "DN150"]


@pytest.mark.parametrize("row", [16_384, 32_768])
def test_a_row_that_is_too_long_where_a_part_begins_is_refused(tmp_path: Path, row: int) -> None:
    file = large(tmp_path)
    lines = file.read_text(encoding="utf-8").split("\n")
    lines[row + 1] += ",more"
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(HeatnetError, match=rf"more cells than the heading \(1: row {row + 2}\)"):
        csv_text.read_csv(file, SEGMENTS)
