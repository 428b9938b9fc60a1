"""Write docs/tables.md from the table specifications: python docs/write_tables.py."""

from pathlib import Path

from heatnet.schema import TABLES, Column, TableSpec

HEAD = """\
# Tables

An inventory is a folder that holds each table as `.csv` or `.parquet`. `*` = required. An empty cell or a missing
column means the default where there is one, else unknown. Ids are text; segments and stations share one id space.
Dates are ISO 8601. Lengths are route lengths: a pair of pipes is counted once. The headings behind the meaning are
understood as well.
"""
TABLES_PAGE = Path(__file__).with_name("tables.md")


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


if __name__ == "__main__":
    TABLES_PAGE.write_text(page(), encoding="utf-8", newline="\n")
