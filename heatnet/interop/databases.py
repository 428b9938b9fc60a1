"""Databases to raw tables, and results into a schema of their own; secrets are never told.

PostgreSQL (with PostGIS), SQLite, DuckDB and whatever else SQLAlchemy knows. Everything is read in one transaction, so
that tables belong together; shapes of PostGIS go the way of maps.
"""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus
from uuid import UUID

import numpy as np
import pandas as pd

from heatnet.errors import HeatnetError, MissingExtraError, MissingFileError
from heatnet.interop.gis_layers import Layer, geo_packages
from heatnet.interop.titles import table_of
from heatnet.schema import ROW, TABLES, RawTable

FILES = {".sqlite": "sqlite", ".sqlite3": "sqlite", ".db": "sqlite", ".duckdb": "duckdb"}
_ADDRESS = re.compile(r"[A-Za-z][\w+.-]*://")
_DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_SECRET = re.compile(r"pass|secret|token|key|auth", re.IGNORECASE)
_SHAPES = ("geometry", "geography")


def is_database(what: Any) -> bool:
    """Return whether what is given is the address of a database, a file of one, or an engine of SQLAlchemy.

    Examples
    --------
    >>> is_database("postgresql://host/heat"), is_database("town.sqlite"), is_database("town")
    (True, True, False)
    """
    if isinstance(what, str) and is_address(what):
        return True
    if isinstance(what, (str, Path)):
        return Path(what).suffix.lower() in FILES
    return hasattr(what, "dialect") and hasattr(what, "connect")


def is_address(text: str) -> bool:
    """Return whether a text is the address of a database, and no path.

    Examples
    --------
    >>> is_address("postgresql://host/heat"), is_address("town.sqlite")
    (True, False)
    """
    return bool(_ADDRESS.match(text))


def label_of(where: Any) -> str:
    """Return how a place is named in messages: a path as it is, a database without its secrets."""
    return opened(where).label if is_database(where) else str(where)


@dataclass(frozen=True, slots=True, eq=False)
class Database:
    """A database that can be opened, and how it is named without its secrets.

    Attributes
    ----------
    engine : sqlalchemy Engine
        What opens it.
    schema : str or None
        Where the tables lie; None: where the database looks by itself.
    label : str
        Its address for messages: no password, no options.
    secrets : tuple of str
        What is never told.
    """

    engine: Any
    schema: str | None
    label: str
    secrets: tuple[str, ...]

    @property
    def kind(self) -> str:
        """Its SQL: postgresql, sqlite, duckdb and others."""
        return str(self.engine.dialect.name)

    def name_of(self, table: str) -> str:
        """Return the quoted name of a table; without schemas their name goes in front."""
        quoted = self.engine.dialect.identifier_preparer.quote_identifier
        if not self.schema:
            return str(quoted(table))
        if self.kind == "sqlite":
            return str(quoted(f"{self.schema}_{table}"))
        return f"{quoted(self.schema)}.{quoted(table)}"

    @contextlib.contextmanager
    def plain_errors(self, what: str) -> Iterator[None]:
        """Turn whatever goes wrong in the database into one plain sentence without secrets."""
        try:
            yield
        except HeatnetError:
            raise
        except _failures() as error:
            said = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
            raise HeatnetError(f"{self.label} {what}: {self._without_secrets(said.splitlines()[0])}") from None

    def _without_secrets(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return text


def opened(where: Any, *, writes: bool = False) -> Database:
    """Return the database of an address, a file or an engine; nothing is connected yet.

    Raises
    ------
    MissingExtraError
        SQLAlchemy or the driver is not installed.
    MissingFileError
        The file of a database that is to be read does not exist.
    HeatnetError
        The address cannot be understood.
    """
    sa = _sqlalchemy()
    if not isinstance(where, (str, Path)):
        url = where.url
        return Database(where, None, _label(url, None), _secrets(url))
    try:
        url = sa.make_url(_as_address(where))
    except _failures():  # what it says may quote the address, password and all
        raise HeatnetError(
            "the address of the database cannot be understood: write postgresql://user@host:5432/name, "
            "sqlite:///file.sqlite or duckdb:///file.duckdb"
        ) from None
    schema = url.query.get("schema")
    schema = schema[0] if isinstance(schema, tuple) else schema
    url = url.difference_update_query(["schema"]).set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    secrets, label = _secrets(url), _label(url, schema)
    try:
        engine = _engine(sa, url, writes)
    except HeatnetError:
        raise
    except ImportError as error:
        if url.get_backend_name() == "postgresql":
            raise MissingExtraError("database", f"opening {label}") from None
        raise HeatnetError(f"{label} needs a driver that is not installed: {error.name}") from None
    except _failures() as error:  # what it says may quote the address
        raise HeatnetError(f"{label} is no database that can be opened: {type(error).__name__}") from None
    return Database(engine, schema, label, secrets)


def _failures() -> tuple[type[Exception], ...]:
    """Return what SQLAlchemy and its drivers raise; they wrap errors of the database in the first."""
    known: type[Exception] = _sqlalchemy().exc.SQLAlchemyError
    return (known, ArithmeticError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError)


def _sqlalchemy() -> Any:
    try:
        return import_module("sqlalchemy")
    except ImportError as error:
        raise MissingExtraError("database", "reading a database") from error


def _as_address(where: str | Path) -> str:
    text = str(where)
    if _ADDRESS.match(text):
        return text
    return f"{FILES[Path(text).suffix.lower()]}:///{text}"


def _engine(sa: Any, url: Any, writes: bool) -> Any:
    """Return an engine; a file that is only read is not made and not changed."""
    of_file = url.get_backend_name() in ("sqlite", "duckdb") and url.database not in (None, "", ":memory:")
    if of_file and not writes and not Path(url.database).is_file():
        raise MissingFileError(f"{url.database}: no such database")
    if url.get_backend_name() == "sqlite" and of_file:
        mode = "rwc" if writes else "ro"
        place = f"file:{quote(str(Path(url.database).absolute()))}?mode={mode}"

        def connect() -> sqlite3.Connection:
            return sqlite3.connect(place, uri=True, isolation_level=None)

        return sa.create_engine(url, creator=connect, poolclass=sa.pool.NullPool)
    more = {"connect_args": {"read_only": True}} if of_file and not writes else {}
    return sa.create_engine(url, poolclass=sa.pool.NullPool, **more)


def _label(url: Any, schema: str | None) -> str:
    """Return an address without password and options."""
    host = f"{url.host or ''}{f':{url.port}' if url.port else ''}"
    user = f"{url.username}@" if url.username else ""
    return f"{url.get_backend_name()}://{user}{host}/{url.database or ''}{f' (schema {schema})' if schema else ''}"


def _secrets(url: Any) -> tuple[str, ...]:
    """Return what must not be told: the password and options that are named for one, longest first."""
    known = [str(url.password)] if url.password else []
    for name, value in url.query.items():
        if _SECRET.search(name):
            known += [value] if isinstance(value, str) else list(value)
    forms = {form for secret in known for form in (secret, quote(secret), quote_plus(secret)) if form}
    return tuple(sorted(forms, key=lambda one: (-len(one), one)))


def database_tables(
    where: Any, *, queries: Mapping[str, str] | None = None, only: str = ""
) -> tuple[list[RawTable], list[Layer], str]:
    """Return the tables of an inventory in a database, those with shapes as layers of a map, and its name.

    Parameters
    ----------
    where : str, path or Engine
        Address (``?schema=`` names the schema), file, or engine.
    queries : mapping, optional
        By table: the SQL that gives it; other tables of those names are not read then.
    only : str
        The one table to read.

    Raises
    ------
    MissingExtraError, MissingFileError, HeatnetError
        As `opened`; or it cannot be reached or read; a table of a query is none of an inventory.
    """
    unknown = sorted(set(queries or ()) - set(TABLES))
    if unknown:
        raise HeatnetError(f"queries names {', '.join(unknown)}: the tables of an inventory are {', '.join(TABLES)}")
    base = opened(where)
    with base.plain_errors("cannot be read"), _reading(base) as connection:
        wanted = (
            _wanted(base, connection) if queries is None else [(name, name, "", sql) for name, sql in queries.items()]
        )
        parts = [
            _part(base, connection, source, name, kind, sql)
            for source, name, kind, sql in wanted
            if not only or name == only
        ]
    raws = [part for part in parts if isinstance(part, RawTable)]
    return raws, [part for part in parts if isinstance(part, Layer)], base.label


@contextlib.contextmanager
def _reading(base: Database) -> Iterator[Any]:
    """Give a connection that sees one state of the database all the time, and changes nothing."""
    with base.engine.connect() as connection:
        if base.kind == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        elif base.kind == "sqlite":
            connection.exec_driver_sql("BEGIN")
        yield connection
        connection.rollback()


def _wanted(base: Database, connection: Any) -> list[tuple[str, str, str, str]]:
    """Return what lies in the database under the names of tables: name there, table, kind of nodes, SQL; sorted."""
    looked: Any = import_module("sqlalchemy").inspect(connection)
    schema = base.schema if base.kind != "sqlite" else None
    names = {*looked.get_table_names(schema=schema), *looked.get_view_names(schema=schema)}
    if base.kind == "postgresql":
        names |= set(looked.get_materialized_view_names(schema=schema))
    prefix = f"{base.schema}_" if base.schema and base.kind == "sqlite" else ""
    found = []
    for full in sorted(str(one) for one in names if str(one).startswith(prefix)):
        name, kind = table_of(full.removeprefix(prefix))
        if name:
            sql = f"SELECT * FROM {base.name_of(full.removeprefix(prefix))}"
            found.append((full, name, kind, sql))
    return found


def _part(base: Database, connection: Any, source: str, name: str, kind: str, sql: str) -> RawTable | Layer:
    """Return the rows of one query as cells, or as a layer where it has a column of shapes."""
    result = connection.exec_driver_sql(sql)
    if result.cursor is None:
        raise HeatnetError(f"{base.label}: the query of {name} gives no rows: write a SELECT")
    titles = [str(column[0]) for column in result.cursor.description]
    types = [column[1] for column in result.cursor.description]
    rows = _in_order(result.fetchall(), titles, TABLES[name].key)
    columns = [
        pd.Series([_cell(row[place]) for row in rows], dtype=object).infer_objects() for place in range(len(titles))
    ]
    cells = pd.concat(columns, axis=1).set_axis(titles, axis=1) if columns else pd.DataFrame()
    cells.index = pd.Index(np.arange(len(rows), dtype=np.int64) + 2, name=ROW)
    shapes = _shape_columns(base, connection, types)
    if not shapes or name not in ("nodes", "segments", "valves", "faults"):
        kept = [place for place in range(len(titles)) if place not in shapes]
        return RawTable(name, cells.iloc[:, kept], file=base.label, sheet=source, kind=kind)
    return _layer(base, connection, source, cells, shapes)


def _in_order(rows: list[Any], titles: list[str], key: tuple[str, ...]) -> list[Any]:
    """Return rows in the order of their ids, for a database knows none: the same for the same rows, in any database."""
    places = [place for place, title in enumerate(titles) if title in key] or list(range(len(titles)))
    return sorted(rows, key=lambda row: ([str(row[place]) for place in places], str(tuple(row))))


def _shape_columns(base: Database, connection: Any, types: list[Any]) -> list[int]:
    if base.kind != "postgresql":
        return []
    known = connection.exec_driver_sql("SELECT oid FROM pg_type WHERE typname IN ('geometry', 'geography')").fetchall()
    ids = {int(row[0]) for row in known}
    return [place for place, kind in enumerate(types) if kind in ids]


def _layer(base: Database, connection: Any, source: str, cells: pd.DataFrame, shapes: list[int]) -> Layer:
    """Return a table whose first column of shapes places its rows on a map."""
    _, shapely = geo_packages(f"reading the shapes in {base.label}")
    wkb = cells.iloc[:, shapes[0]]
    drawn = np.array([None if pd.isna(one) else shapely.from_wkb(one) for one in wkb.tolist()], dtype=object)
    grids = sorted({int(shapely.get_srid(one)) for one in drawn if one is not None} - {0})
    if len(grids) > 1:
        raise HeatnetError(f"{base.label}, table {source}: its shapes stand in several grids ({grids}); choose one")
    rest = cells.iloc[:, [place for place in range(cells.shape[1]) if place not in shapes]]
    ids = np.array([str(number) for number in range(1, len(cells) + 1)], dtype=object)
    return Layer(source, base.label, rest, ids, drawn, _grid(connection, grids[0]) if grids else "")


def _grid(connection: Any, srid: int) -> str:
    """Return the grid of a number as PROJ names it: offices give numbers of their own to grids."""
    sql = f"SELECT auth_name, auth_srid, srtext FROM spatial_ref_sys WHERE srid = {srid:d}"
    known = connection.exec_driver_sql(sql).fetchone()
    if known is None:
        return f"EPSG:{srid}"
    authority, number, text = known
    return f"{authority}:{number}" if authority == "EPSG" else str(text)


def _cell(value: Any) -> Any:
    """Return a cell as tables know it: days as text, what a database alone knows as text."""
    if isinstance(value, datetime):
        return value.isoformat()[:10]
    if isinstance(value, (date, UUID)):
        return str(value)
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).decode("utf-8", errors="replace")
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value


def write_tables(where: Any, tables: Mapping[str, pd.DataFrame], record: Mapping[str, Any]) -> str:
    """Write tables of results into a schema of their own, in one transaction; return its name without secrets.

    Parameters
    ----------
    where : str
        Address with ``?schema=``; in SQLite the name of the schema and ``_`` go before that of each table.
    tables : mapping of str to DataFrame
        The tables; the index is the first column.
    record : mapping
        What the results depend on: one row of the table ``run``, by which heatnet knows its own.

    Raises
    ------
    MissingExtraError
        SQLAlchemy or the driver is not installed.
    HeatnetError
        No schema is named, it holds tables that heatnet did not write, or the database cannot be written to; then
        nothing is changed.
    """
    base = opened(where, writes=True)
    if not base.schema:
        raise HeatnetError(f"{base.label}: results go into a schema of their own; add ?schema=plan_2026 to the address")
    run = pd.DataFrame({"record": [json.dumps(record, sort_keys=True, ensure_ascii=False)]}, index=["heatnet"])
    every = {**tables, "run": run.rename_axis("written_by")}
    with base.plain_errors("cannot be written to; nothing in it was changed"), base.engine.connect() as connection:
        if base.kind == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        _clear(base, connection)
        for name, table in every.items():
            _fill(base, connection, name, table)
        connection.commit()
    return base.label


def _clear(base: Database, connection: Any) -> None:
    """Make the schema, and remove what an earlier run of heatnet left in it."""
    looked: Any = import_module("sqlalchemy").inspect(connection)
    prefix = f"{base.schema}_" if base.kind == "sqlite" else ""
    if base.kind != "sqlite":
        quoted = base.engine.dialect.identifier_preparer.quote_identifier
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {quoted(base.schema)}")
    schema = None if prefix else base.schema
    there = {str(one) for one in looked.get_table_names(schema=schema) if str(one).startswith(prefix)}
    names = sorted(one.removeprefix(prefix) for one in there)
    # Asked of the table itself: DuckDB lacks a part of the catalogue in which SQLAlchemy looks columns up.
    own = f"SELECT * FROM {base.name_of('run')} WHERE 1 = 0"
    titles = connection.exec_driver_sql(own).keys() if "run" in names else ()
    if names and "written_by" not in titles:
        raise HeatnetError(
            f"{base.label} holds tables that heatnet did not write ({', '.join(names[:5])}): name another schema"
        )
    for name in names:
        connection.exec_driver_sql(f"DROP TABLE {base.name_of(name)}")


def _fill(base: Database, connection: Any, name: str, table: pd.DataFrame) -> None:
    sa = _sqlalchemy()
    whole = table.reset_index()
    columns = {str(title): _stored(sa, whole.iloc[:, place]) for place, title in enumerate(whole.columns)}
    full, schema = (f"{base.schema}_{name}", None) if base.kind == "sqlite" else (name, base.schema)
    made = sa.Table(
        full, sa.MetaData(), *(sa.Column(title, kind) for title, (kind, _) in columns.items()), schema=schema
    )
    made.create(connection)
    values = [cells for _, cells in columns.values()]
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]
    if rows:
        connection.execute(made.insert(), rows)


def _stored(sa: Any, column: pd.Series[Any]) -> tuple[Any, list[Any]]:
    """Return the type of a column in the database, and its cells; what is missing is NULL."""
    is_missing = column.isna().tolist()

    def cells(one_as: Any) -> list[Any]:
        return [None if gone else one_as(cell) for gone, cell in zip(is_missing, column.tolist(), strict=True)]

    if pd.api.types.is_bool_dtype(column.dtype):
        return sa.Boolean(), cells(bool)
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return sa.Date(), cells(lambda day: day.date())
    if pd.api.types.is_integer_dtype(column.dtype):
        return sa.BigInteger(), cells(int)
    if pd.api.types.is_float_dtype(column.dtype):
        return sa.Double(), cells(float)
    return sa.Text(), cells(lambda cell: str(cell).replace("\x00", " "))
