"""What follows from a table as a whole: ids and kinds that were not given, households, pipe sizes, places, keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from heatnet._arrays import Floats, Truths
from heatnet.language import note
from heatnet.schema.cells import Cells, Meant
from heatnet.schema.coordinates import can_be_degrees, grid_of, look_like_degrees, meridian_of
from heatnet.schema.findings import findings_at
from heatnet.schema.folding import folded_word
from heatnet.schema.headings import SERIAL, Heading
from heatnet.schema.id_places import IdPlaces
from heatnet.schema.judging import Judged, cells_shown
from heatnet.schema.plain import TEXT_DTYPE, ascends, distinct, taken
from heatnet.schema.raw import RawTable
from heatnet.schema.units import DEGREES
from heatnet.schema.vocabulary import truth_words

Read = Mapping[str, tuple[Meant, Cells]]


def completed(
    judged: Judged,
    read: Read,
    headings: Sequence[Heading],
    cells: pd.DataFrame,
    raw: RawTable,
    units: Mapping[str, str],
) -> None:
    """Complete the table of `judged` in place, and judge what concerns several of its columns."""
    _ids(judged, read, headings, cells, raw)
    if judged.spec.name == "nodes":
        _kinds(judged, read, raw)
    if judged.spec.name == "segments":
        _pipe_sizes(judged, read)
    if judged.spec.name == "visits":
        _answers(judged, read)
        _households(judged, headings, cells)
    if "x_m" in read and "y_m" in read:
        _coordinates(judged, read, units)
    _keys(judged, read)


def _ids(judged: Judged, read: Read, headings: Sequence[Heading], cells: pd.DataFrame, raw: RawTable) -> None:
    """Give rows an id where there is no column of ids: the running number, the name of a node, the row's number."""
    key = judged.spec.key[0] if len(judged.spec.key) == 1 else ""
    if not key:
        return
    if key in read:
        if judged.spec.is_record and raw.origin:
            _make_missing_ids(judged, key)
        return
    serial = next((at for at, heading in enumerate(headings) if heading.why == SERIAL), None)
    if key == "node_id":
        if "name" not in read:
            return
        ids, said = judged.table["name"], note("schema.id_from_name", column=key)
        judged.problem("name", ids.isna().to_numpy(dtype=bool), "must not be empty where there is no node_id")
        rule = "id_from_name"
    elif serial is not None and _identifies(cells.iloc[:, serial]):
        ids, rule = taken(*distinct(cells.iloc[:, serial])), "id_from_serial"
        said = note("schema.id_from_serial", column=key, heading=headings[serial].text)
    elif judged.spec.is_record and (raw.origin or serial is not None):
        ids, rule = _row_ids(judged), "id_from_row"
        said = note("schema.id_from_row", column=key)
    else:
        return
    judged.table[key] = ids.array
    judged.findings.append(findings_at("note", rule, judged.spec.name, key, [""], said))


def _identifies(cells: pd.Series[Any]) -> bool:
    codes, texts = distinct(cells)
    return len(texts) == len(codes) and bool((codes >= 0).all())


def _row_ids(judged: Judged) -> pd.Series[Any]:
    texts: pd.Series[Any] = pd.Series([f"row {row}" for row in judged.rows.tolist()], dtype=TEXT_DTYPE)
    return texts


def _make_missing_ids(judged: Judged, key: str) -> None:
    """Call records whose id alone is empty by their row; they are as good as others."""
    missing = judged.table[key].isna().to_numpy(dtype=bool)
    if not missing.any():
        return
    places = np.flatnonzero(missing)
    made = [f"row {row}" for row in judged.rows[places].tolist()]
    judged.table.loc[missing, key] = made
    for at in places.tolist():
        if judged.aside.get(at, ("",))[0] == f"missing_{key}":
            del judged.aside[at]
    judged.findings.append(
        findings_at("warning", "id_missing", judged.spec.name, key, made, note("schema.id_made", column=key))
    )


def _kinds(judged: Judged, read: Read, raw: RawTable) -> None:
    """Give nodes the kind that the sheet's name says, where their own column says nothing."""
    if not raw.kind:
        return
    if "kind" not in read:
        judged.table["kind"] = pd.Series([raw.kind] * len(judged.table), dtype=TEXT_DTYPE)
        return
    missing = judged.table["kind"].isna().to_numpy(dtype=bool)
    unread = read["kind"][1].where("unreadable")
    judged.table.loc[missing, "kind"] = raw.kind
    judged.problems[:] = [problem for problem in judged.problems if problem.column != "kind" or not problem.count]
    places = np.flatnonzero(unread)
    said = [note("schema.kind_from_sheet", cell=judged.cell("kind", at), value=raw.kind) for at in places.tolist()]
    judged.findings.append(findings_at("warning", "cell_guessed", "nodes", "kind", judged.ids[places], said))


def _pipe_sizes(judged: Judged, read: Read) -> None:
    """Take wall thickness and pairs from pipe sizes such as Φ219×6 and 2×DN200, where no other cell says them."""
    if "diameter_mm" not in read or not read["diameter_mm"][1].also:
        return
    also = read["diameter_mm"][1].also
    if (~np.isnan(also["wall_mm"])).any():
        own = judged.table["wall_mm"].to_numpy(dtype=np.float64)
        judged.table["wall_mm"] = np.where(np.isnan(own), also["wall_mm"], own)
    if also["is_pair"].any() and "line" in read:
        single = also["is_pair"] & (judged.table["line"] != "pair").to_numpy(dtype=bool)
        judged.problem("line", single, "names one pipe where diameter_mm names two")


def _answers(judged: Judged, read: Read) -> None:
    """Judge visits that say neither whether the home was cold nor how warm it was."""
    table = judged.table
    if "room_temp_c" in read:
        _words_for_temperatures(judged, read)
    if not {"is_cold", "room_temp_c"} <= set(table.columns):
        return
    silent = (table["is_cold"].isna() & table["room_temp_c"].isna()).to_numpy(dtype=bool)
    if "is_cold" in read:
        unread = silent & read["is_cold"][1].where("unreadable")
        if 2 * int(unread.sum()) > len(unread):  # not bad rows, but a column that is not understood
            judged.problem("is_cold", unread, "must be true or false" + cells_shown(judged, "is_cold", unread))
            silent = silent & ~unread
        said = {
            at: note("schema.row_unreadable", column="is_cold", cell=judged.cell("is_cold", at))
            for at in np.flatnonzero(unread).tolist()
        }
        judged.set_aside(unread, "unreadable_is_cold", "is_cold", said)
    judged.set_aside(silent, "no_answer", "is_cold", note("schema.row_no_answer"))


def _words_for_temperatures(judged: Judged, read: Read) -> None:
    """Read 达标 and 不达标 in the column of temperatures as whether the home was cold, where nothing else says it."""
    words = truth_words("visits", "is_cold")
    cells = read["room_temp_c"][1]
    unread = cells.where("unreadable") & judged.table["is_cold"].isna().to_numpy(dtype=bool)
    for at in np.flatnonzero(unread).tolist():
        truth = words.get(folded_word(str(judged.raw["room_temp_c"].iloc[at])))
        if truth is not None:
            judged.table.loc[at, "is_cold"] = truth
            said = note("schema.truth_from_temperature", cell=judged.cell("room_temp_c", at), value=str(truth).lower())
            judged.findings.append(
                findings_at("warning", "cell_guessed", "visits", "is_cold", judged.ids[np.array([at])], said)
            )


def _households(judged: Judged, headings: Sequence[Heading], cells: pd.DataFrame) -> None:
    """Replace households by running numbers in the order of the visits' ids; what was read is never kept.

    Without a column of households those of the same community, building, entrance and flat are one.
    """
    if "household_id" not in judged.table.columns:
        return
    named = judged.table["household_id"]
    if named.isna().all():
        flats = _flats(headings, cells)
        if flats is None:
            return
        named = flats
    judged.table["household_id"] = household_numbers(named, judged.table.get("visit_id"))


def household_numbers(households: pd.Series[Any], visit_ids: pd.Series[Any] | None) -> pd.Series[Any]:
    """Return a running number for each household, in the order of the visits' ids as text.

    Examples
    --------
    >>> household_numbers(pd.Series(["Wang", "Li", None, "Wang"]), pd.Series(["2", "1", "3", "4"])).fillna("").tolist()
    ['2', '1', '', '2']
    """
    names = households.to_numpy(dtype=object)
    order = np.arange(len(names))
    if visit_ids is not None:
        keys = [(str(visit), str(name)) for visit, name in zip(visit_ids.tolist(), names.tolist(), strict=True)]
        order = np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)
    codes, known = pd.factorize(pd.Series(names[order], dtype=object))
    numbers = np.empty(len(names), dtype=object)
    words = np.array([*[str(number) for number in range(1, len(known) + 1)], None], dtype=object)
    numbers[order] = words[codes]
    texts: pd.Series[Any] = pd.Series(numbers, index=households.index, dtype=TEXT_DTYPE)
    return texts


def _flats(headings: Sequence[Heading], cells: pd.DataFrame) -> pd.Series[Any] | None:
    """Return one text per household made of community, building, entrance and flat; ``None`` without flats."""
    at = {heading.meant.column.name: place for place, heading in enumerate(headings) if heading.meant is not None}
    if "flat" not in at or not ({"building", "building_id"} & set(at)):
        return None
    parts = [taken(*distinct(cells.iloc[:, at[name]])).fillna("") for name in
             ("community", "building_id", "building", "unit", "flat") if name in at]  # fmt: skip
    joined = parts[0].astype(object)
    for part in parts[1:]:
        joined = joined + "\x1f" + part.astype(object)
    return joined.where((parts[-1] != "").to_numpy(dtype=bool), None)


def _coordinates(judged: Judged, read: Read, units: Mapping[str, str]) -> None:
    """Turn degrees into metres: those under headings of degrees, and those that cannot be anything else."""
    x = judged.table["x_m"].to_numpy(dtype=np.float64)
    y = judged.table["y_m"].to_numpy(dtype=np.float64)
    said = {read[name][0].unit for name in ("x_m", "y_m")}
    name = judged.spec.name
    if DEGREES in said:
        if not can_be_degrees(x, y):
            text = note("schema.not_degrees")
            judged.findings.append(findings_at("warning", "not_degrees", name, "x_m", [""], text))
            return
    elif units.get("x_m") or name != "nodes" or not look_like_degrees(x, y):
        return
    _to_grid(judged, x, y)


def _to_grid(judged: Judged, x: Floats, y: Floats) -> None:
    known: Truths = ~np.isnan(x) & ~np.isnan(y)
    meridian = meridian_of(np.where(known, x, np.nan))
    if not known.any():
        return
    judged.meridian[0] = meridian
    judged.table["x_m"], judged.table["y_m"] = grid_of(np.where(known, x, np.nan), np.where(known, y, np.nan), meridian)
    text = note("schema.degrees", meridian=meridian)
    judged.findings.append(findings_at("warning", "degrees", judged.spec.name, "x_m", [""], text))


def _keys(judged: Judged, read: Read) -> None:
    """Judge rows whose key stands more than once: a record that is the same in every cell counts once."""
    key = list(judged.spec.key)
    if not key or (not set(key) <= {*read, *([] if judged.spec.is_record else key)} and len(key) > 1):
        return
    table = judged.table
    if len(key) == 1 and (ascends(table[key[0]]) or IdPlaces.of(table[key[0]]) is not None):
        return
    twice = table.duplicated(key, keep=False).to_numpy() & table[key].notna().all(axis=1).to_numpy()
    if not twice.any():
        return
    if judged.spec.is_record:
        again = table.duplicated(keep="first").to_numpy() & twice
        judged.set_aside(again, "duplicate_row", key[0], note("schema.duplicate_row"))
        left = ~again
        twice = left & table[left].duplicated(key, keep=False).reindex(table.index, fill_value=False).to_numpy() & twice
    judged.problem(" and ".join(key), twice, "stands more than once; ids must be unique")
