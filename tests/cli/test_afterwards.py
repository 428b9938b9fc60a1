"""heatnet review: what became of a plan, told from its folder and the records since."""

import json
import re
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import heatnet as hn
from heatnet.cli import main
from heatnet.report.season_files import REVIEW_FILES, review_tables
from heatnet.review import review_season

EVIL = "<script>alert(1)</script>"
TABLES = tuple(name for name in REVIEW_FILES if name.endswith(".csv"))


def run(*words: object) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    assert "Traceback" not in result.output
    return result


#  A -main- T =station= J -b- K -k- B, K -l- D, J -c- C; b was ill in 2024, renewed in 2025, and held
NODES = [
    ("A", "source", None, None), ("T", "station", None, "Low"), ("J", "junction", None, None),
    ("K", "junction", None, "Low"), ("B", "building", 10, "Low"), ("D", "building", 10, "Low"),
    ("C", "building", 10, EVIL),
]  # fmt: skip
SEGMENTS = [
    ("main", "A", "T", 500, 200, "primary"), ("j", "T", "J", 100, 150, "secondary"),
    (EVIL, "J", "K", 400, 80, "secondary"), ("k", "K", "B", 5, 80, "secondary"),
    ("l", "K", "D", 5, 80, "secondary"), ("c", "J", "C", 50, 80, "secondary"),
]  # fmt: skip


def _visits() -> pd.DataFrame:
    winter_before = [("B", "2024-12-10", 5, 1), ("D", "2024-12-10", 4, 0), ("C", "2024-12-10", 0, 12)]
    winter = [("B", "2025-12-10", 0, 9), ("D", "2025-12-11", 1, 8), ("C", "2025-12-12", 0, 12)]
    rows = []
    for building, day, cold, warm in (*winter_before, *winter):
        rows += [(f"V{len(rows) + i:03}", building, day, i < cold) for i in range(cold + warm)]
    return pd.DataFrame(rows, columns=["visit_id", "building_id", "visited_on", "is_cold"])


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An inventory of two winters, and the plan of the summer between them."""
    home = tmp_path_factory.mktemp("afterwards")
    faults = [("F1", "2024-12-01", "main", 5), ("F2", "2025-11-03", "c", 6), ("F3", "2026-05-02", "main", 0)]
    tables = {
        "nodes": pd.DataFrame(NODES, columns=["node_id", "kind", "households", "community"]),
        "segments": pd.DataFrame(
            SEGMENTS, columns=["segment_id", "from_node", "to_node", "length_m", "diameter_mm", "level"]
        ).assign(street=EVIL, laid_year=1990),
        "visits": _visits(),
        "faults": pd.DataFrame(faults, columns=["fault_id", "found_on", "asset_id", "outage_h"]),
    }
    hn.write_inventory(tables, home / "before")
    planned = run("plan", home / "before", "--season", 2025, "--max-km", 0.41, "-o", home / "plan")
    assert planned.exit_code == 0, planned.output
    works = pd.DataFrame(
        [("W1", EVIL, "2025-07-01", "renewal", 400), ("W2", "c", "2025-07-02", "cleaning", None)],
        columns=["work_id", "asset_id", "done_on", "kind", "length_m"],
    )
    hn.write_inventory({**tables, "works": works}, home / "inv")
    return home


@pytest.fixture(scope="module", params=["en", "zh"])
def review(request: pytest.FixtureRequest, town: Path) -> tuple[str, Path, Result]:
    language = request.param
    asked = ("review", town / "inv", "--plan", town / "plan", "--season", 2025, "--language", language)
    result = run(*asked, "-o", town / language)
    assert result.exit_code == 0, result.output
    return language, town / language, result


def test_it_writes_its_files_and_a_record_of_them(review: tuple[str, Path, Result]) -> None:
    pytest.importorskip("jinja2")
    _, folder, _ = review
    assert {file.name for file in folder.iterdir()} == {*REVIEW_FILES, "run.json"}
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert set(record["files"]) == set(REVIEW_FILES)
    assert record["plan"]["season"] == record["settings"]["season"] == 2025
    assert {"nodes.csv", "segments.csv", "visits.csv", "faults.csv", "works.csv"} == set(record["inputs"])
    assert str(folder.parent) not in json.dumps(record)


def test_what_was_planned_done_expected_and_found(review: tuple[str, Path, Result]) -> None:
    _, folder, _ = review
    tables = {name: pd.read_csv(folder / name, dtype={"asset_id": str}) for name in TABLES}
    done = tables["cures_done.csv"].set_index("asset_id")
    assert done.loc[EVIL, ["state", "done_on", "kind", "done_m"]].tolist() == ["done", "2025-07-01", "renewal", 400.0]
    assert tables["works_unplanned.csv"]["asset_id"].tolist() == ["c"]
    forecast = tables["forecast.csv"].set_index("outcome")
    assert forecast.loc["faults", "came"] == 2  # of the two of the season none is at the renewed pipe
    assert forecast.loc["cold_visits", "came"] == 1
    problems, before = (tables[name].set_index("problem_id") for name in ("problems.csv", "problems_before.csv"))
    assert (problems["visits"].sum(), problems["faults"].sum()) == (1, 2)
    assert (before["visits"].sum(), before["faults"].sum()) == (9, 1)
    (cold,) = (row for _, row in before.iterrows() if row["kind"] == "asset")
    assert (cold["assets"], cold["state"]) == (EVIL, "proven")
    changes = tables["list_changes.csv"].set_index("asset_id")
    assert changes.loc[EVIL, "change"] in ("done", "done_again")


def test_the_page_loads_nothing_and_shows_scripts_as_text(review: tuple[str, Path, Result]) -> None:
    pytest.importorskip("jinja2")
    language, folder, _ = review
    text = (folder / "review.html").read_text(encoding="utf-8")
    assert f'<html lang="{language}">' in text
    assert not re.search(r"https?://|url\(|@import|<link|<img|<iframe|<form", text)
    assert EVIL not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert (len(re.findall("<script", text)), len(re.findall("</script", text))) == (1, 1)


def test_a_review_in_chinese_says_nothing_in_english(town: Path, review: tuple[str, Path, Result]) -> None:
    language, folder, result = review
    if language != "zh":
        assert re.search("note: 1 asset was renewed last summer", result.stderr)
        return
    printed = (result.stdout + result.stderr).replace(str(town), "").replace("pip install", "")
    page = (folder / "review.html").read_text(encoding="utf-8") if (folder / "review.html").exists() else ""
    body = re.sub(r"<[^>]*>", " ", re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL))
    assert not re.search("[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}", printed + body)


def test_fewer_than_five_cold_homes_are_never_counted(review: tuple[str, Path, Result]) -> None:
    language, folder, _ = review
    why = pd.read_csv(folder / "surprises.csv")["why"].str.cat(sep=" ")
    assert not re.search(r"cold: [1-4]\b" if language == "en" else r"不热：[1-4]\b", why)


@pytest.mark.parametrize("harm", ["gone", "empty", "damaged", "mixed", "later"])
def test_a_plan_that_cannot_be_read_ends_with_two_and_writes_nothing(town: Path, tmp_path: Path, harm: str) -> None:
    old = tmp_path / "old"
    shutil.copytree(town / "plan", old)
    if harm == "gone":
        shutil.rmtree(old)
    elif harm == "empty":
        (old / "plan.json").unlink()
    elif harm == "damaged":
        (old / "run.json").unlink()
        for file in old.glob("*.csv"):
            file.unlink()
        (old / "plan.json").write_text((old / "plan.json").read_text(encoding="utf-8")[:99], encoding="utf-8")
    elif harm == "mixed":
        (old / "ranking.csv").write_text("asset_id\n", encoding="utf-8")
    else:
        text = (old / "plan.json").read_text(encoding="utf-8").replace('"version":1', '"version":9', 1)
        (old / "plan.json").write_text(text, encoding="utf-8")
    result = run("review", town / "inv", "--plan", old, "--season", 2025, "-o", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (2, "")
    assert str(old) in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_season_without_records_cannot_be_reviewed(town: Path, tmp_path: Path) -> None:
    result = run("review", town / "inv", "--plan", town / "plan", "--season", 2027, "-o", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "season 2027 has no visit and no fault" in result.stderr
    assert "2026-05-02" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_plan_is_not_written_over(town: Path, tmp_path: Path) -> None:
    shutil.copytree(town / "plan", tmp_path / "other")
    before = {file.name: file.read_bytes() for file in (town / "plan").iterdir()}
    for output in (town / "plan", tmp_path / "other"):
        result = run("review", town / "inv", "--plan", town / "plan", "--season", 2025, "-o", output)
        assert result.exit_code == 2
        assert "holds a plan" in result.stderr
        assert {file.name: file.read_bytes() for file in output.iterdir()} == before


def test_a_plan_for_another_season_is_reviewed_with_a_word_of_warning(town: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(town / "plan", old)
    record = json.loads((old / "run.json").read_text(encoding="utf-8"))
    record["settings"]["season"] = 2024
    (old / "run.json").write_text(json.dumps(record), encoding="utf-8")
    result = run("review", town / "inv", "--plan", old, "--season", 2025, "-o", tmp_path / "out")
    assert result.exit_code == 0
    assert "made for season 2024, not for 2025" in result.stderr


def test_without_jinja2_the_page_is_left_out_and_an_old_one_does_not_stay(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    (tmp_path / "review.html").write_text("last year's")
    (tmp_path / "mine.txt").write_text("mine")
    result = run("review", town / "inv", "--plan", town / "plan", "--season", 2025, "-o", tmp_path)
    assert result.exit_code == 0
    assert "review.html is left out" in result.stderr
    assert {file.name for file in tmp_path.iterdir()} == {*TABLES, "mine.txt", "run.json"}


def test_the_order_of_rows_does_not_matter_and_python_says_the_same(town: Path, tmp_path: Path) -> None:
    shuffled = tmp_path / "shuffled"
    shuffled.mkdir()
    for file in (town / "inv").glob("*.csv"):
        table = pd.read_csv(file, dtype=str, keep_default_na=False).sample(frac=1, random_state=5)
        table.to_csv(shuffled / file.name, index=False, encoding="utf-8")
    for inventory, out in ((town / "inv", "a"), (shuffled, "b")):
        asked = ("review", inventory, "--plan", town / "plan", "--season", 2025)
        assert run(*asked, "-o", tmp_path / out).exit_code == 0
    for name in TABLES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
    again = review_season(hn.read_inventory(town / "inv"), hn.read_plan(town / "plan"), season=2025)
    assert again.done["state"].tolist() == pd.read_csv(tmp_path / "a" / "cures_done.csv")["state"].tolist()
    assert any("came without its ranking" in said for said in again.told())
    assert set(review_tables(again)) == set(TABLES)


@pytest.mark.parametrize("absent", [("visits",), ("faults",), ("works",), ("visits", "works"), ("faults", "works")])
def test_what_is_not_recorded_is_not_compared(town: Path, tmp_path: Path, absent: tuple[str, ...]) -> None:
    shutil.copytree(town / "inv", tmp_path / "inv")
    for name in absent:
        (tmp_path / "inv" / f"{name}.csv").unlink()
    out = tmp_path / "out"
    result = run("review", tmp_path / "inv", "--plan", town / "plan", "--season", 2025, "-o", out)
    assert result.exit_code == 0
    outcomes = {"faults": "faults", "visits": "cold_visits"}
    expected = {outcome for table, outcome in outcomes.items() if table not in absent}
    assert set(pd.read_csv(out / "forecast.csv")["outcome"]) == expected
    assert set(pd.read_csv(out / "calibration.csv")["outcome"]) == expected
    for name in absent:
        assert f"No row of {name} can be used" in result.stderr
    assert pd.read_csv(out / "capture.csv")["0.024"].isna().all() == ("faults" in absent)


def test_a_plan_without_cures_is_reviewed_too(town: Path, tmp_path: Path) -> None:
    assert run("plan", town / "before", "--season", 2025, "--max-km", 0, "-o", tmp_path / "plan").exit_code == 0
    result = run("review", town / "inv", "--plan", tmp_path / "plan", "--season", 2025, "-o", tmp_path / "out")
    assert result.exit_code == 0
    assert (tmp_path / "out" / "cures_done.csv").read_text(encoding="utf-8-sig").startswith("asset_id,")
