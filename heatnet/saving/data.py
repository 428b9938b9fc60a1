"""Values of heatnet as JSON can hold them, and back: numbers to the last bit, tables column by column.

What JSON has is written as it is: texts, whole numbers, finite numbers, true, false, null. Everything else is an object
of one key that says what it is::

    {"float": "nan"}                          nan, inf, -inf
    {"day": "2026-05-01T00:00:00"}            a day; null: none
    {"tuple": [...]}, {"list": [...]}, {"set": [...]}, {"map": [[key, value], ...]}
    {"array": {"dtype", "shape", "cells"}}
    {"column": {"name", "dtype", "cells", "index"}}
    {"table": {"index", "titles", "columns": [{"dtype", "cells"}, ...]}}
    {"network": {"nodes", "segments", "valves", ...}}
    {"Plan": {field: value, ...}}             one of heatnet's own values
    {"same": 3}                               the fourth of heatnet's values in this file, once more

Cells of numbers and days are written bare, null where there is none. Only classes that the file's kind may hold are
made; nothing in a file names code.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from heatnet.errors import HeatnetError
from heatnet.network import Network

Classes = Mapping[str, type]
_PLAIN = (str, bool, int, type(None))


def as_data(value: Any, classes: Classes) -> Any:
    """Return a value as JSON can hold it.

    Parameters
    ----------
    value : object
        What is to be saved.
    classes : mapping of str to type
        The frozen dataclasses that may stand in it, by name.

    Raises
    ------
    HeatnetError
        Something in it is of a kind that is not saved.

    Examples
    --------
    >>> as_data((1, 0.5, float("nan")), {})
    {'tuple': [1, 0.5, {'float': 'nan'}]}
    """
    return _Writing(classes).data(value)


def from_data(data: Any, classes: Classes) -> Any:
    """Return the value that `as_data` wrote.

    Raises
    ------
    HeatnetError
        The data are not those of a value.

    Examples
    --------
    >>> from_data({"tuple": [1, 0.5, {"float": "nan"}]}, {})
    (1, 0.5, nan)
    """
    try:
        return _Reading(classes).value(data)
    except HeatnetError:
        raise
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise HeatnetError(f"it is damaged, or heatnet did not write it ({type(error).__name__}: {error})") from error


class _Writing:
    """One value on its way into data; remembers heatnet's values that were written already."""

    def __init__(self, classes: Classes) -> None:
        self._names = {cls: name for name, cls in classes.items()}
        self._written: dict[int, int] = {}
        self._held: list[Any] = []

    def data(self, value: Any) -> Any:
        if type(value) in _PLAIN:
            return value
        if isinstance(value, (float, np.floating)) and not isinstance(value, np.float32):
            return float(value) if math.isfinite(value) else {"float": repr(float(value))}
        for kinds, write in self._writers():
            if isinstance(value, kinds):
                return write(value)
        if value is pd.NaT:
            return {"day": None}
        if value is pd.NA:
            return {"unknown": None}
        if isinstance(value, Network) or type(value) in self._names:
            return self._of_heatnet(value)
        raise HeatnetError(f"A {type(value).__name__} is not saved: {value!r:.80}")

    def _writers(self) -> tuple[tuple[Any, Callable[[Any], Any]], ...]:
        return (
            (np.float32, lambda value: {"float": repr(float(value))}),
            (np.bool_, bool),
            (np.integer, int),
            (pd.Timestamp, lambda value: {"day": value.isoformat()}),
            (tuple, lambda value: {"tuple": [self.data(one) for one in value]}),
            (list, lambda value: {"list": [self.data(one) for one in value]}),
            (frozenset, lambda value: {"set": [self.data(one) for one in sorted(value, key=repr)]}),
            (Mapping, lambda value: {"map": [[self.data(key), self.data(one)] for key, one in value.items()]}),
            (np.ndarray, self._array),
            (pd.DataFrame, self._table),
            (pd.Series, self._series),
            (pd.Index, lambda value: {"index": self._index(value)}),
        )

    def _of_heatnet(self, value: Any) -> Any:
        if id(value) in self._written:
            return {"same": self._written[id(value)]}
        self._written[id(value)] = len(self._held)
        self._held.append(value)
        if isinstance(value, Network):
            strays = value.set_aside.drop(columns="reason")
            valves = pd.concat([value.valves, strays], ignore_index=True) if len(strays) else value.valves
            tables = {"nodes": value.nodes, "segments": value.segments, "valves": valves}
            return {"network": {"crs": value.crs, **{name: self._table(table) for name, table in tables.items()}}}
        fields = {one.name: self.data(getattr(value, one.name)) for one in dataclasses.fields(value) if one.init}
        return {self._names[type(value)]: fields}

    def _array(self, value: np.ndarray[Any, Any]) -> Any:
        return {"array": {"dtype": str(value.dtype), "shape": list(value.shape), "cells": self._cells(value.ravel())}}

    def _series(self, value: pd.Series[Any]) -> Any:
        kept = {"name": self.data(value.name), "dtype": str(value.dtype), "cells": self._cells(value.array)}
        return {"column": {**kept, "index": self._index(value.index)}}

    def _table(self, value: pd.DataFrame) -> Any:
        columns = [value.iloc[:, place] for place in range(len(value.columns))]
        return {
            "table": {
                "index": self._index(value.index),
                "titles": self._index(value.columns),
                "columns": [{"dtype": str(column.dtype), "cells": self._cells(column.array)} for column in columns],
            }
        }

    def _index(self, index: pd.Index[Any]) -> Any:
        names = [self.data(name) for name in index.names]
        if isinstance(index, pd.RangeIndex):
            return {"names": names, "range": [index.start, index.stop, index.step]}
        levels = [index.get_level_values(place) for place in range(index.nlevels)]
        return {
            "names": names,
            "levels": [{"dtype": str(level.dtype), "cells": self._cells(level.array)} for level in levels],
        }

    def _cells(self, values: Any) -> list[Any]:
        """Return the cells of a column: bare where its type says what they are."""
        kind = pd.Series(values[:0]).dtype
        if pd.api.types.is_datetime64_any_dtype(kind):
            return [None if cell is pd.NaT else cell.isoformat() for cell in pd.Series(values).tolist()]
        if pd.api.types.is_float_dtype(kind) and isinstance(kind, np.dtype):
            numbers = np.asarray(values, dtype=np.float64)
            cells: list[Any] = numbers.tolist()
            for place in np.flatnonzero(~np.isfinite(numbers)).tolist():
                cells[place] = None if math.isnan(cells[place]) else repr(cells[place])
            return cells
        if isinstance(kind, np.dtype) and kind.kind in "iub":
            return list(np.asarray(values).tolist())
        if not pd.api.types.is_object_dtype(kind):
            known, missing = np.asarray(values, dtype=object).tolist(), np.asarray(pd.isna(values), dtype=bool).tolist()
            return [
                None if lacks else cell if type(cell) is str else cell.item() if hasattr(cell, "item") else cell
                for cell, lacks in zip(known, missing, strict=True)
            ]
        objects = np.asarray(values, dtype=object).tolist()
        return [cell if type(cell) is str or cell is None else self.data(cell) for cell in objects]


class _Reading:
    """Data on their way back into a value."""

    def __init__(self, classes: Classes) -> None:
        self._classes = classes
        self._made: list[Any] = []

    def value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            if isinstance(data, list):
                raise HeatnetError("it is damaged: a bare list stands in it")
            return data
        ((kind, content),) = data.items()
        readers: dict[str, Callable[[Any], Any]] = {
            "float": float,
            "day": lambda day: pd.NaT if day is None else pd.Timestamp(day),
            "unknown": lambda _: pd.NA,
            "tuple": lambda items: tuple(self.value(one) for one in items),
            "list": lambda items: [self.value(one) for one in items],
            "set": lambda items: frozenset(self.value(one) for one in items),
            "map": lambda pairs: {self.value(key): self.value(one) for key, one in pairs},
            "array": self._array,
            "column": self._series,
            "table": self._table,
            "index": self._index,
            "same": lambda number: self._made[number],
        }
        if kind in readers:
            return readers[kind](content)
        return self._of_heatnet(kind, content)

    def _of_heatnet(self, kind: str, content: dict[str, Any]) -> Any:
        if kind != "network" and kind not in self._classes:
            raise HeatnetError(f"it holds {kind!r}, which this version of heatnet does not know")
        number = len(self._made)
        self._made.append(None)
        if kind == "network":
            tables = {name: self.value(content[name]) for name in ("nodes", "segments", "valves")}
            made: Any = Network(**tables).with_crs(str(content["crs"]))
        else:
            cls = self._classes[kind]
            made = cls(**{name: self.value(one) for name, one in content.items()})
        self._made[number] = made
        return made

    def _array(self, content: dict[str, Any]) -> Any:
        cells = self._cells(content["dtype"], content["cells"])
        return np.asarray(cells, dtype=content["dtype"]).reshape(content["shape"])

    def _series(self, content: dict[str, Any]) -> pd.Series[Any]:
        return self._column(content).set_axis(self._index(content["index"])).rename(self.value(content["name"]))

    def _table(self, content: dict[str, Any]) -> pd.DataFrame:
        index, titles = self._index(content["index"]), self._index(content["titles"])
        if len(titles) != len(content["columns"]):
            raise HeatnetError("it is damaged: a table has not as many columns as titles")
        columns = dict(enumerate(self._column(one).set_axis(index) for one in content["columns"]))
        table = pd.DataFrame(columns, index=index)
        table.columns = titles
        return table

    def _index(self, content: dict[str, Any]) -> pd.Index[Any]:
        names = [self.value(name) for name in content["names"]]
        if "range" in content:
            start, stop, step = content["range"]
            return pd.RangeIndex(start, stop, step, name=names[0])
        columns = [self._column(one) for one in content["levels"]]
        levels = [pd.Index(column, dtype=column.dtype) for column in columns]
        if len(levels) > 1:
            return pd.MultiIndex.from_arrays(levels, names=names)
        only: pd.Index[Any] = levels[0].set_names(names)
        return only

    def _column(self, content: dict[str, Any]) -> pd.Series[Any]:
        cells = self._cells(content["dtype"], content["cells"])
        column: pd.Series[Any] = pd.Series(cells, dtype=_dtype(content["dtype"]))
        return column

    def _cells(self, dtype: str, cells: list[Any]) -> list[Any]:
        if not isinstance(cells, list):
            raise HeatnetError("it is damaged: a column without cells")
        if dtype.startswith("float"):
            return [math.nan if cell is None else float(cell) for cell in cells]
        if dtype == "object":
            return [self.value(cell) if isinstance(cell, dict) else cell for cell in cells]
        return cells


def _dtype(name: str) -> Any:
    """Return a type of columns; text of newer versions of pandas is an object in older ones."""
    if name != "str":
        return name
    return "str" if str(pd.Series(["a"]).dtype) == "str" else object
