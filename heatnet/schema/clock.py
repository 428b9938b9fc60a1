"""Hours between two times of day, where a ledger of faults gives those instead of hours."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from heatnet.schema.cells import Cells, Meant
from heatnet.schema.headings import Heading
from heatnet.schema.plain import cell_text

_TIME = re.compile(r"(\d{1,2})\s*[:：时点]\s*(\d{2})?")


def with_times_of_day(
    read: dict[str, tuple[Meant, Cells]], headings: Sequence[Heading], cells: pd.DataFrame
) -> dict[str, tuple[Meant, Cells]]:
    """Return the columns with `outage_h` told from the time at which heat went to that at which it was back.

    Only cells that hold a time of day are told so; a time before the first is one of the next day.
    """
    meant, found = read["outage_h"]
    places = {heading.meant.column.name: at for at, heading in enumerate(headings) if heading.meant is not None}
    where = found.where("time_of_day")
    if "back_at" not in places or found.how is None or not where.any():
        return read
    values, how = np.array(found.values, dtype=np.float64), found.how.copy()
    for at in np.flatnonzero(where).tolist():
        went = _hours(cell_text(cells.iloc[at, places["outage_h"]]))
        back = _hours(cell_text(cells.iloc[at, places["back_at"]]))
        if went is not None and back is not None:
            values[at], how[at] = (back - went) % 24.0, "clock"
    return {**read, "outage_h": (meant, Cells(values, how, found.also))}


def _hours(text: str | None) -> float | None:
    """Return a time of day in hours, ``None`` where the text holds none.

    Examples
    --------
    >>> _hours("8:30:00"), _hours("later") is None
    (8.5, True)
    """
    found = _TIME.search(text or "")
    if found is None or int(found[1]) > 24:
        return None
    return int(found[1]) + int(found[2] or 0) / 60
