"""Write the pages that are made from data (tables, columns of results, reference): python docs/write_tables.py."""

import tomllib
from pathlib import Path

import heatnet
from heatnet.language import words
from heatnet.schema import TABLES, Column, TableSpec

HEAD = """\
# Tables

An inventory is a folder that holds each table as `.csv` or `.parquet`. `*` = required. An empty cell or a missing
column means the default where there is one, else unknown. Ids are text; segments and stations share one id space.
Dates are ISO 8601. Lengths are route lengths: a pair of pipes is counted once. The headings behind the meaning are
understood as well.
"""
RESULTS_HEAD = """\
# Columns of the results

What stands in `ranking.csv`, `cures.csv`, `jobs.csv` and `measure_first.csv`, and in the tables of the same names in
Python. Money is in the unit of the prices; "money of today": over the life of the cure, later seasons discounted.
"""
REFERENCE_HEAD = """\
# Reference

Every public name of `heatnet`, from its docstring. Import it as `import heatnet as hn`.
"""
GROUPS = {
    "Read and write": ("read_", "write_", "from_", "Inventory", "Network", "convert"),
    "Check": ("check_", "visit_findings", "clean_visits"),
    "Outages": (
        "supply_",
        "isolation",
        "critical",
        "valve_value",
        "outage_",
        "steady",
        "reinforce",
        "cold_hours",
        "reliab",
        "Steady",
    ),
    "Visits": ("locate", "Location", "explain_location", "suggest", "persistence"),
    "Faults": ("asset_seasons", "History", "fit_", "FailureModel"),
    "Ranking": (
        "assess",
        "Assessment",
        "explain",
        "Explanation",
        "Values",
        "Prices",
        "Settings",
        "backtest",
        "Backtest",
        "score",
        "NetworkScore",
    ),
    "Planning": ("plan_", "Plan", "replan", "Summer", "compare", "Comparison"),
    "Afterwards": ("problem_ledger", "ProblemLedger", "cure_effect", "CureEffect", "review"),
    "Pictures, examples and sample cities": ("plot", "examples", "synthetic"),
    "Errors": ("HeatnetError", "InfeasiblePlanError", "MissingExtraError", "MissingFileError"),
}
HERE = Path(__file__).parent


def page() -> str:
    """Return the page that describes every table, as Markdown."""
    return HEAD + "".join(_section(spec) for spec in TABLES.values())


def _section(spec: TableSpec) -> str:
    rows = "".join(_row(column) for column in spec.columns)
    heading = "| column | type | meaning | other headings |\n|---|---|---|---|\n"
    return f"\n## {spec.name}\n\nA row is {spec.row}.\n\n{heading}{rows}"


def _row(column: Column) -> str:
    star = "*" if column.required else ""
    return f"| `{column.name}`{star} | {_type(column)} | {column.meaning} | {', '.join(column.aliases)} |\n"


def _type(column: Column) -> str:
    text = ", ".join(column.choices) if column.choices else column.type
    if column.above is not None:
        text += f" > {column.above:g}"
    if column.least is not None:
        text += f" >= {column.least:g}"
    if column.default is not None:
        default = str(column.default).lower() if isinstance(column.default, bool) else f"{column.default}"
        text += f"; default {default}"
    return text


def results_page() -> str:
    """Return the page that describes every column of the results, as Markdown."""
    tables = tomllib.loads((HERE / "result_columns.toml").read_text(encoding="utf-8"))
    chinese, parts = words("headings", "zh"), [RESULTS_HEAD]
    for name, columns in tables.items():
        parts.append(f"\n## {name}.csv\n\n| column | 中文 | unit or values | meaning |\n|---|---|---|---|\n")
        for column, text in columns.items():
            unit, meaning = text.split("; ", 1)
            parts.append(f"| `{column}` | {chinese.get(column, '')} | {unit} | {meaning} |\n")
    return "".join(parts)


def reference_page() -> str:
    """Return the page that names every public name for the builder of the site."""
    left, parts = list(heatnet.__all__), [REFERENCE_HEAD]
    for title, starts in GROUPS.items():
        named = [name for name in left if any(name == start or name.startswith(start) for start in starts)]
        left = [name for name in left if name not in named]
        parts.append(f"\n## {title}\n\n" + "\n".join(f"::: heatnet.{name}\n" for name in named))
    if left:
        parts.append("\n## More\n\n" + "\n".join(f"::: heatnet.{name}\n" for name in left))
    return "".join(parts)


PAGES = {"tables.md": page, "result_columns.md": results_page, "reference.md": reference_page}

if __name__ == "__main__":
    for name, made in PAGES.items():
        (HERE / name).write_text(made(), encoding="utf-8", newline="\n")
