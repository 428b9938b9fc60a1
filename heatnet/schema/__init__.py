"""Every table as data, and the one function that brings a table into that form.

A `TableSpec` lists the columns of a table with their type, unit, range and meaning. `conformed` reads raw cells against
it: headings and words of several languages become the standard ones, text becomes numbers, dates and truths, missing
columns are added; what is doubtful becomes a finding, records that say nothing are set aside, and everything that
cannot be used is collected into one error. `conform` does so for a DataFrame given to a function.
"""

from heatnet.schema.columns import Column, TableSpec
from heatnet.schema.conforming import conform, conform_leniently, conformed
from heatnet.schema.plain import ESCAPED_FORMULA, FORMULA, PANDAS_VERSION, text_values
from heatnet.schema.problems import Problem, problem_at, raise_problems, row_numbers
from heatnet.schema.raw import ROW, RawTable
from heatnet.schema.reading import LAYOUT_REASONS, Reading
from heatnet.schema.sizes import size_problems
from heatnet.schema.tables import (
    DIGS,
    FAULTS,
    MAKEUP,
    NODES,
    SEGMENTS,
    TABLES,
    VALVES,
    VISITS,
    WORKS,
)

__all__ = [
    "DIGS",
    "ESCAPED_FORMULA",
    "FAULTS",
    "FORMULA",
    "LAYOUT_REASONS",
    "MAKEUP",
    "NODES",
    "PANDAS_VERSION",
    "ROW",
    "SEGMENTS",
    "TABLES",
    "VALVES",
    "VISITS",
    "WORKS",
    "Column",
    "Problem",
    "RawTable",
    "Reading",
    "TableSpec",
    "conform",
    "conform_leniently",
    "conformed",
    "problem_at",
    "raise_problems",
    "row_numbers",
    "size_problems",
    "text_values",
]
