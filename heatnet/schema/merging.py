"""Several sheets for one table become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from heatnet.language import note
from heatnet.schema.columns import TableSpec
from heatnet.schema.findings import all_findings, findings_at
from heatnet.schema.plain import TEXT_DTYPE
from heatnet.schema.problems import Problem
from heatnet.schema.raw import RawTable
from heatnet.schema.reading import Reading


def merged(readings: Sequence[Reading], parts: Sequence[RawTable], spec: TableSpec) -> Reading:
    """Return the readings of the parts of one table as one, with the findings of reading its files."""
    if len(readings) == 1:
        one = readings[0]
        return replace(one, findings=all_findings([parts[0].findings, one.findings])) if len(parts[0].findings) else one
    readings, made = _told_apart(readings, parts, spec)
    table = _joined([reading.table for reading in readings])
    problems = [problem for reading in readings for problem in reading.problems]
    known = [reading.meridian for reading in readings if not np.isnan(reading.meridian)]
    return Reading(
        table=table,
        rows=np.concatenate([reading.rows for reading in readings]),
        hints=_joined([reading.hints for reading in readings]),
        set_aside=_joined([reading.set_aside for reading in readings]),
        findings=all_findings([made, *(part.findings for part in parts), *(one.findings for one in readings)]),
        understood=_joined([reading.understood for reading in readings]),
        n_rows=sum(reading.n_rows for reading in readings),
        problems=(*problems, *_twice(table, spec, parts)),
        meridian=known[0] if known else float("nan"),
    )


def _joined(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return tables below each other; empty ones say nothing of the types."""
    filled = [table for table in tables if len(table)]
    if not filled:
        return tables[0]
    return pd.concat(filled, ignore_index=True)


def _told_apart(
    readings: Sequence[Reading], parts: Sequence[RawTable], spec: TableSpec
) -> tuple[list[Reading], pd.DataFrame]:
    """Put the name of its sheet before each id of records that are numbered anew in every sheet."""
    key = spec.key[0]
    ids = pd.concat([reading.table[key] for reading in readings], ignore_index=True)
    if not spec.is_record or len(spec.key) > 1 or not ids.dropna().duplicated().any():
        return list(readings), all_findings([])
    apart = []
    for reading, part in zip(readings, parts, strict=True):
        prefix = part.sheet or part.file
        names = [None if name is None or name != name else f"{prefix} {name}" for name in reading.table[key].tolist()]
        apart.append(replace(reading, table=reading.table.assign(**{key: pd.Series(names, dtype=TEXT_DTYPE)})))
    said = note("schema.id_of_sheet", column=key)
    return apart, findings_at("note", "id_of_sheet", spec.name, key, [""], said)


def _twice(table: pd.DataFrame, spec: TableSpec, parts: Sequence[RawTable]) -> list[Problem]:
    """Return the ids that stand in several sheets."""
    key = list(spec.key)
    twice = table.duplicated(key, keep=False) & table[key].notna().all(axis=1)
    if not twice.any():
        return []
    ids = tuple(str(name) for name in table.loc[twice, key[0]].unique()[:5])
    origin = ", ".join(dict.fromkeys(part.origin for part in parts))
    what = f"stands in several sheets ({', '.join(ids)}); ids must be unique"
    return [Problem(spec.name, " and ".join(key), what, origin=origin)]
