"""Every table as data, and the one function that brings a table into that form.

A `TableSpec` lists the columns of a table with their type, unit, range and meaning. `conform` reads a DataFrame
against it: headings and values in English or Chinese become the standard ones, text becomes numbers, dates and
truths, missing columns are added, and everything that cannot be used is collected into one error.
"""

from heatnet.schema.cells import ESCAPED_FORMULA, FORMULA, PANDAS_VERSION, text_values
from heatnet.schema.columns import Column, TableSpec
from heatnet.schema.conforming import Problem, conform, conform_leniently, problem_at, raise_problems
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
    "MAKEUP",
    "NODES",
    "PANDAS_VERSION",
    "SEGMENTS",
    "TABLES",
    "VALVES",
    "VISITS",
    "WORKS",
    "Column",
    "Problem",
    "TableSpec",
    "conform",
    "conform_leniently",
    "problem_at",
    "raise_problems",
    "text_values",
]
