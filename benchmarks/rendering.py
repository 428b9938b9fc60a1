"""From the figures of all sections to the page `RESULTS.md`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import linear_regression, median
from typing import Any

Figures = Mapping[str, Any]

MOST_EXPONENT = 1.10
_HOW = """\
Written by `make bench`. Everything that is measured runs in a fresh process of its own, BLAS on one thread. Where two
things are compared, they take turns (A B A B ...) on the same input, and the ratio is the median of the ratios of
neighbouring runs: below 1, heatnet is the faster. *s* are medians of elapsed seconds, in brackets of processor seconds;
*peak* is the largest resident memory of the process (`ru_maxrss`; on Linux counted anew for what is timed, its inputs
included), the median too, in MB of a million bytes. Start of Python and imports are within the time only where whole
processes are compared."""
_QUICK = """\
**A quick run: smaller inputs and few runs. It shows that every section runs, not how fast heatnet is; where a target is
called met or missed, that is of these inputs only.**"""
_GROWTH = """\
The drawn city (`make_city`) at several sizes, every step after the other in one process, in processor seconds
(medians). The exponent is the slope of log time over log segments, by least squares: 1 is linear. The network's arrays
are made by the first step that needs them. Peaks are those of the largest size, with everything that the process holds
by then."""


def page(sections: Mapping[str, Figures]) -> str:
    """Return the page for these sections."""
    bodies = [_growth(one) if "runs" in one else _compared(one) for one in sections.values()]
    parts = ["# Measured speed", _HOW, *([_QUICK] if any(one["is_quick"] for one in sections.values()) else [])]
    return "\n\n".join([*parts, *_machines(sections), *(part for body in bodies for part in body)]) + "\n"


def _machines(sections: Mapping[str, Figures]) -> list[str]:
    """Return a sentence per machine and set of versions; more than one where sections were measured apart."""
    groups: dict[str, list[str]] = {}
    for name, one in sections.items():
        about, packages = one["machine"], ", ".join(f"{key} {value}" for key, value in one["versions"].items())
        where = (
            f"{about['cores']} cores of {about['processor']}, {about['memory_gb']} GB of memory, {about['system']}; "
            f"{packages}."
        )
        groups.setdefault(where, []).append(name)
    if len(groups) == 1:
        return [*groups]
    return [f"Sections {', '.join(names)}: {where}" for where, names in groups.items()]


def _compared(section: Figures) -> list[str]:
    rows = [_row(row) for row in section["rows"]]
    head = ["", "against", "ratio", "by processor", "target", "s", "peer s", "peak", "peer peak", "runs", "besides"]
    return [f"## {section['title']}{_mark(section)}", section["note"], _table(head, rows)]


def _row(row: Figures) -> list[str]:
    ours, peers = row["ours"], row["peers"]
    if not ours:
        return [row["what"], row["against"], "peer not installed", *[""] * 8]
    ratios = ["", ""]
    if peers:
        ratios = [
            median(_whole(a, key) / _whole(b, key) for a, b in zip(ours, peers, strict=True))
            for key in ("wall_s", "cpu_s")
        ]
    reached = {"": ratios[0], "s": median(run["wall_s"] for run in ours), "GB": _peak(ours) / 1000}
    verdicts = [
        _verdict(reached[bound["unit"]], bound["value"], is_least=bound["is_least"], unit=bound["unit"])
        for bound in row["targets"]
    ]
    return [
        *(row["what"], row["against"], *map(_figure, ratios), "; ".join(verdicts)),
        *(_seconds(ours), _seconds(peers), _figure(_peak(ours)), _figure(_peak(peers)), str(len(ours))),
        " / ".join(filter(None, (_besides(ours), _besides(peers)))),
    ]


def _growth(section: Figures) -> list[str]:
    sizes = sorted({run["size"] for run in section["runs"]})
    runs = {size: [run for run in section["runs"] if run["size"] == size] for size in sizes}
    segments = {size: runs[size][0]["steps"][0]["answer"]["segments"] for size in sizes}
    middle = sizes[-1] / 10
    rows, taken = [], {}
    for number, step in enumerate(one["step"] for one in runs[sizes[0]][0]["steps"]):
        times = {size: median(run["steps"][number]["cpu_s"] for run in runs[size]) for size in sizes}
        taken[step] = times
        small, large = (
            _slope({segments[size]: times[size] for size in sizes if low <= size <= high})
            for low, high in ((sizes[0], middle), (middle, sizes[-1]))
        )
        peak = median(run["steps"][number]["peak_mb"] for run in runs[sizes[-1]])
        verdict = _verdict(large, MOST_EXPONENT)
        rows.append([step, *map(_figure, times.values()), f"{small:.2f}", f"{large:.2f}", verdict, _figure(peak)])
    spans = [f"exponent {_short(low)} to {_short(high)}" for low, high in ((sizes[0], middle), (middle, sizes[-1]))]
    heads = ["", *(f"{_short(size)}, s" for size in sizes), *spans, "target", "peak, MB"]
    made = ", ".join(f"{len(runs[size])} of {segments[size]:,} segments" for size in sizes)
    drawn, written = (taken[step][sizes[-1]] for step in ("draw", "write the inventory as CSV"))
    share = drawn / written
    row = f"Drawing over writing as CSV at the largest size: {_figure(share)}, {_verdict(share, 1.0)}."
    return [f"## Growth{_mark(section)}", f"{_GROWTH} Runs: {made}.", _table(heads, rows), row]


def _slope(times: Mapping[int, float]) -> float:
    return linear_regression([math.log(size) for size in times], [math.log(time) for time in times.values()]).slope


def _verdict(value: float, bound: float, *, is_least: bool = False, unit: str = "") -> str:
    is_met = value >= bound if is_least else value <= bound
    return (
        f"{'at least' if is_least else 'at most'} {bound:g}{unit and ' ' + unit}: {'met' if is_met else '**missed**'}"
    )


def _whole(run: Figures, key: str) -> float:
    """Return the time of a run, or what the whole would take where only a share was done."""
    return float(run[key]) / (run["answer"] or {}).get("share_done", 1.0)


def _seconds(runs: Sequence[Figures]) -> str:
    if not runs:
        return ""
    wall, cpu = (median(_whole(run, key) for run in runs) for key in ("wall_s", "cpu_s"))
    return f"{_figure(wall)} ({_figure(cpu)})"


def _peak(runs: Sequence[Figures]) -> float | str:
    return median(run["peak_mb"] for run in runs) if runs else ""


def _besides(runs: Sequence[Figures]) -> str:
    """Return what the runs said besides: medians of the numbers in their answers."""
    answers = [run["answer"] or {} for run in runs]
    names = [name for name in (answers[0] if answers else {}) if name != "share_done"]
    return ", ".join(f"{name} {_figure(median(one[name] for one in answers))}" for name in names)


def _figure(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2g}" if abs(value) < 0.1 else f"{value:.3g}"


def _short(size: float) -> str:
    return f"{size / 1e6:g}M" if size >= 1e6 else f"{size / 1e3:g}k"


def _mark(section: Figures) -> str:
    return " (quick run)" if section["is_quick"] else ""


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table without the columns in which nothing stands."""
    lines = [list(head), *(list(row) for row in rows)]
    kept = [column for column in range(len(lines[0])) if any(line[column] for line in lines[1:])]
    cells = [[line[column] for column in kept] for line in lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in [cells[0], ["---"] * len(kept), *cells[1:]])
