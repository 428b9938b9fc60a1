"""Damaged files and tables through the readers, `check`, `assess`, `plan_cures` and `backtest`.

``python -m benchmarks.mutations [kinds] [count] [seed] [first]``: kinds ``read`` (one file or table and its check),
``run`` (a whole inventory through check, assess, plan and backtest). Every case is made from its number and the seed
alone, so that one that fails can be made again. Nothing but heatnet's own errors may come out, and nothing may hang.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import heatnet as hn
from benchmarks.judging import Judged
from benchmarks.oddities import ODD_BYTES, ODD_CELLS, ODD_TEXTS
from heatnet.inventory.writing import write_csv

HOME = Path(__file__).resolve().parents[1]
NETWORK_TABLES = ("nodes", "segments", "valves")
RECORD_TABLES = ("visits", "faults", "works", "digs", "makeup")
READERS: dict[str, Callable[[Path], Any]] = {
    "visits": hn.read_visits,
    "faults": hn.read_faults,
    "works": hn.read_works,
    "digs": hn.read_digs,
    "makeup": hn.read_makeup,
}


def base_tables() -> list[dict[str, pd.DataFrame]]:
    """Return the sound tables that are damaged: a sample city and the small networks of the fixtures."""
    city = hn.synthetic.make_city(length_km=2, stations=1, rng=1)
    tables = [{name: table.head(12) for name, table in city.tables.items() if name not in NETWORK_TABLES}]
    tables[0] |= {name: city.tables[name] for name in NETWORK_TABLES}
    for name in ("tree", "loop", "two_stations", "supply_and_return"):
        network = hn.read_network(HOME / "fixtures" / name)
        pipe, homes = network.segment_ids[0], network.nodes.loc[network.nodes["kind"] == "building", "node_id"]
        home = homes.iloc[0]
        tables.append(
            {
                "nodes": network.nodes,
                "segments": network.segments,
                "valves": network.valves,
                "visits": _visits(home),
                "faults": _faults(pipe),
                "works": pd.DataFrame({"work_id": ["W"], "asset_id": pipe, "done_on": "2019-07-01", "kind": "renewal"}),
                "digs": pd.DataFrame({"dig_id": ["D"], "street": "*", "start_on": "2026-06-01", "end_on": "2026-06-9"}),
            }
        )
    return [{name: table for name, table in one.items() if len(table.columns)} for one in tables]


def _visits(home: str) -> pd.DataFrame:
    days = pd.date_range("2025-11-05", periods=8, freq="9D").strftime("%Y-%m-%d")
    cells = {"visit_id": [f"V{n}" for n in range(8)], "building_id": home, "visited_on": days}
    told = {"is_cold": [True, False] * 4, "channel": ["home_visit", "hotline"] * 4, "room_temp_c": [16.5, None] * 4}
    return pd.DataFrame({**cells, **told})


def _faults(pipe: str) -> pd.DataFrame:
    days = ["2024-12-01", "2025-11-20"]
    return pd.DataFrame({"fault_id": ["F1", "F2"], "found_on": days, "asset_id": pipe, "repair_h": [9, None]})


class Cases:
    """Damaged files and tables, each made from its number."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.seed, self.folder, self.bases = seed, folder, base_tables()
        self.files = [{name: _csv(table) for name, table in base.items()} for base in self.bases]
        self.networks = [hn.Network(base["nodes"], base["segments"], base.get("valves")) for base in self.bases]

    def read(self, number: int) -> Callable[[], object]:
        """Return the reading of one damaged file or table, and its check."""
        rng = np.random.default_rng([self.seed, number])
        place = int(rng.integers(len(self.bases))) if rng.random() < 0.1 else int(rng.integers(1, len(self.bases)))
        names = NETWORK_TABLES if rng.random() < 0.2 else RECORD_TABLES
        name = str(rng.choice([one for one in names if one in self.bases[place]]))
        if name in NETWORK_TABLES:
            return self._network(rng, place, name)
        if rng.random() < 0.3:
            table = damaged_table(self.bases[place][name], rng)
            return lambda: hn.check_inventory(self.networks[place], **{name: table})
        file = self.folder / f"{name}{self._suffix(rng)}"
        _write(self.bases[place][name], self.files[place][name], file, rng)
        if rng.random() < 0.5:
            return lambda: READERS[name](file)
        return lambda: hn.check_inventory(self.networks[place], **{name: READERS[name](file)})

    def run(self, number: int) -> Callable[[], object]:
        """Return a run over an inventory with damage in one or two of its tables."""
        rng = np.random.default_rng([self.seed, number, 1])
        place = int(rng.integers(len(self.bases)))
        self._fill(place)
        for name in rng.choice(list(self.bases[place]), size=int(rng.integers(1, 3)), replace=False):
            raw = self.files[place][name]
            raw = damaged_cells(raw, rng) if rng.random() < 0.8 else damaged_bytes(raw, rng)
            (self.folder / f"{name}.csv").write_bytes(raw)
        budget, has_calendar = float(10 ** rng.uniform(3, 8)), bool(rng.random() < 0.4)
        return lambda: _through(self.folder, budget, has_calendar)

    def _network(self, rng: np.random.Generator, place: int, name: str) -> Callable[[], object]:
        base = self.bases[place]
        if rng.random() < 0.3:
            tables = {**{one: base.get(one) for one in NETWORK_TABLES}, name: damaged_table(base[name], rng)}
            return lambda: hn.check_network(hn.Network(tables["nodes"], tables["segments"], tables["valves"]))
        self._fill(place)
        for one in RECORD_TABLES:
            (self.folder / f"{one}.csv").unlink(missing_ok=True)
        suffix = self._suffix(rng)
        (self.folder / f"{name}.csv").unlink()
        _write(base[name], self.files[place][name], self.folder / f"{name}{suffix}", rng)
        if rng.random() < 0.2:
            return lambda: hn.check_inventory(hn.read_inventory(self.folder))
        return lambda: hn.check_network(hn.read_network(self.folder))

    def _fill(self, place: int) -> None:
        for file in self.folder.iterdir():
            file.unlink()
        for name, raw in self.files[place].items():
            (self.folder / f"{name}.csv").write_bytes(raw)

    def _suffix(self, rng: np.random.Generator) -> str:
        return str(rng.choice([".csv", ".parquet"], p=[0.9, 0.1]))


def _through(folder: Path, budget: float, has_calendar: bool) -> None:
    """Check, assess, plan and backtest; what one refuses the others may still use."""
    inventory = hn.read_inventory(folder)
    hn.check_inventory(inventory)
    assessment = hn.assess(inventory, season=2026)
    summer = hn.Summer("2026-05-01", "2026-09-30", crews=2) if has_calendar else None
    hn.plan_cures(assessment, budget=budget, digs=inventory.digs, summer=summer)
    hn.backtest(inventory, seasons=[2025])


def _csv(table: pd.DataFrame) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        write_csv(table, Path(folder, "table.csv"), exact=True)
        return Path(folder, "table.csv").read_bytes()


def _write(table: pd.DataFrame, raw: bytes, file: Path, rng: np.random.Generator) -> None:
    if file.suffix == ".csv":
        file.write_bytes(damaged_cells(raw, rng) if rng.random() < 0.5 else damaged_bytes(raw, rng))
        return
    made = io.BytesIO()
    table.to_parquet(made, index=False)
    file.write_bytes(damaged_bytes(made.getvalue(), rng))


def damaged_bytes(raw: bytes, rng: np.random.Generator) -> bytes:
    """Return bytes some of which are others, missing, twice there, or cut off; or text in another encoding."""
    if rng.random() < 0.1:
        encoding = str(rng.choice(["utf-16", "utf-16-le", "utf-32", "gb18030", "big5", "cp1252", "cp1251", "utf-7"]))
        return raw.decode("utf-8-sig", "replace").encode(encoding, "replace")
    changed = bytearray(raw)
    for _ in range(int(rng.integers(1, 5))):
        place = int(rng.integers(len(changed) + 1))
        end = min(len(changed), place + int(rng.integers(1, 40)))
        match int(rng.integers(6)):
            case 0:
                changed[place : place + 1] = bytes([int(rng.integers(256))])
            case 1:
                changed[place:place] = ODD_BYTES[int(rng.integers(len(ODD_BYTES)))]
            case 2:
                del changed[place:end]
            case 3:
                changed[place:place] = changed[place:end]
            case 4:
                changed[place:place] = ODD_TEXTS[int(rng.integers(len(ODD_TEXTS)))].encode()
            case _ if rng.random() < 0.2:
                del changed[place:]
    return bytes(changed)


def damaged_cells(raw: bytes, rng: np.random.Generator) -> bytes:
    """Return a CSV file some of whose cells, headings, rows or separators are not as they should be."""
    rows = [line.split(",") for line in raw.decode("utf-8-sig").splitlines()]
    for _ in range(int(rng.integers(1, 4))):
        row = int(rng.integers(len(rows)))
        column = int(rng.integers(max(len(rows[row]), 1)))
        text = ODD_TEXTS[int(rng.integers(len(ODD_TEXTS)))]
        match int(rng.integers(9)):
            case 0 | 1 | 2 if rows[row]:
                rows[row][column] = text
            case 3:
                for line in rows[1:]:
                    line[column : column + 1] = [text]
            case 4:
                rows[0][column % max(len(rows[0]), 1) : column + 1] = [text]
            case 5:
                rows.insert(row, list(rows[int(rng.integers(len(rows)))]))
            case 6:
                del rows[row][column:]
            case 7:
                rows = [line[:column] + line[column + 1 :] for line in rows]
            case _:
                rows = rows[:1] + [rows[place] for place in rng.permutation(np.arange(1, len(rows)))]
        rows = rows or [[""]]
    separator = str(rng.choice([",", ";", "\t", ",,", " "], p=[0.9, 0.04, 0.04, 0.01, 0.01]))
    return "\n".join(separator.join(line) for line in rows).encode("utf-8", "replace")


def damaged_table(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return a table with odd cells, types, headings, rows or index."""
    changed = table.copy()
    for _ in range(int(rng.integers(1, 4))):
        if not len(changed.columns):
            break
        place = int(rng.integers(len(changed.columns)))
        odd = ODD_CELLS[int(rng.integers(len(ODD_CELLS)))]
        if rng.random() < 0.3:
            odd = ODD_TEXTS[int(rng.integers(len(ODD_TEXTS)))]
        with contextlib.suppress(UnicodeEncodeError):  # text of pandas 3 cannot be damaged in every way
            changed = _changed(changed, place, odd, rng)
    return changed


def _changed(table: pd.DataFrame, place: int, odd: Any, rng: np.random.Generator) -> pd.DataFrame:
    cells = table.iloc[:, place].astype(object).tolist()
    match int(rng.integers(9)):
        case 0 | 1 | 2 if cells:
            cells[int(rng.integers(len(cells)))] = odd
        case 3:
            cells = [odd] * len(cells)
        case 4:
            kinds = (
                "category",
                "string",
                "float64",
                "Int64",
                "boolean",
                "bool",
                "datetime64[ns]",
                "datetime64[s, UTC]",
                "object",
            )
            return _as_type(table, place, str(rng.choice(kinds)))  # fmt: skip
        case 5:
            names = list(table.columns)
            names[place] = (
                rng.choice(["", "地址", names[0], "Unnamed: 0", " ID ", "length(m)"]) if rng.random() < 0.7 else odd
            )
            labels = [name if isinstance(name, str | int | float) else str(name) for name in names]
            return table.set_axis(pd.Index(labels, dtype=object), axis=1)  # a text of pandas 3 cannot hold all of these
        case 6:
            return table.sample(frac=float(rng.choice([0.0, 0.5, 1.0])), random_state=int(rng.integers(1000)))
        case 7:
            return table.set_index(table.columns[place]) if rng.random() < 0.7 else pd.concat([table, table])
        case _:
            return table.drop(columns=table.columns[place])
    column = pd.Series(cells, index=table.index, dtype=object)
    parts = [table.iloc[:, :place], column.rename(table.columns[place]), table.iloc[:, place + 1 :]]
    return pd.concat(parts, axis="columns")


def _as_type(table: pd.DataFrame, place: int, kind: str) -> pd.DataFrame:
    names, changed = table.columns, table.set_axis(range(len(table.columns)), axis="columns")
    try:
        changed = changed.assign(**{}).astype({place: kind})
    except (ArithmeticError, TypeError, ValueError):  # pandas itself cannot make such a table
        return table
    return changed.set_axis(names, axis="columns")


def judged_cases(kind: str, count: int, seed: int = 0, first: int = 0) -> Judged:
    """Make cases of a kind, call each and keep what became of it."""
    judged = Judged()
    with tempfile.TemporaryDirectory() as folder:
        cases = Cases(seed, Path(folder))
        for number in range(first, first + count):
            judged.judge(f"{kind} {number}", getattr(cases, kind)(number))
    return judged


def main() -> None:
    """Print what became of the cases."""
    kind, count, seed, first = (*sys.argv[1:], *("read", "2000", "0", "0")[len(sys.argv) - 1 :])
    begun = time.perf_counter()
    judged = judged_cases(kind, int(count), int(seed), int(first))
    print(f"{kind}, seed {seed}, from {first}: {judged.report()}")
    print(f"{time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
