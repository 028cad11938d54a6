"""All rows of a database out, in an order in which they can go in again: SQLite and PostgreSQL alike."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    func,
    insert,
    select,
    text,
)

from portal.tlog.merkle import Frontier, leaf_hash

VERSION_TABLE = "alembic_version"
BATCH = 500
LEAVES = text('SELECT data FROM log_leaf ORDER BY "index"')
SET_COUNTER = text("SELECT setval(CAST(:counter AS regclass), :n)")
Row = dict[str, Any]


class NotEmpty(Exception):
    """There are rows already where rows were to be put."""


class UnknownValue(Exception):
    """A column holds what the format has no form for."""


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one moment of the database, however long it is read and whoever writes meanwhile."""
    options: dict[str, Any] = {"stream_results": True}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection:
        connection.execute(text("SELECT 1 FROM alembic_version")).all()  # SQLite's moment is that of the first read
        yield connection


def tables(connection: Connection) -> list[Table]:
    """Every table, those that others refer to first; Alembic's own left out."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != VERSION_TABLE]


def revision(connection: Connection) -> str:
    """The schema's version."""
    return str(connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one())  # noqa: S608


def total(connection: Connection) -> int:
    """How many rows there are."""
    return sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables(connection))


def log_head(connection: Connection) -> tuple[int, bytes]:
    """Size and root of the log, hashed anew from its leaves."""
    tree = Frontier()
    found = connection.execute(LEAVES.execution_options(yield_per=BATCH))
    tree.extend(leaf_hash(bytes(data)) for (data,) in found)
    return tree.size, tree.root()


def rows(connection: Connection, table: Table) -> Iterator[Row]:
    """The table's rows by primary key: the order in which they came is nobody's business."""
    found = connection.execute(select(table).order_by(*table.primary_key.columns).execution_options(yield_per=BATCH))
    for row in found:
        yield dict(row._mapping)


def put(connection: Connection, table: Table, found: Iterable[Row]) -> int:
    """Insert the rows; returns how many."""
    count, batch = 0, []
    for row in found:
        batch.append(row)
        if len(batch) == BATCH:
            connection.execute(insert(table), batch)
            count, batch = count + len(batch), []
    if batch:
        connection.execute(insert(table), batch)
    return count + len(batch)


def clear_seeds(connection: Connection) -> None:
    """Take out what migrations put in by themselves; refuses a database that holds anything else."""
    found = tables(connection)
    if any(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in ("log_leaf", "account")):  # noqa: S608
        raise NotEmpty
    for table in reversed(found):
        connection.execute(table.delete())


def set_counters(connection: Connection, found: Iterable[Table]) -> None:
    """PostgreSQL counts ids apart from the rows: go on after the highest one."""
    if connection.dialect.name != "postgresql":
        return
    for table in found:
        for column in table.primary_key.columns:
            counter = connection.execute(
                text("SELECT pg_get_serial_sequence(:table, :column)"),
                {"table": f'"{table.name}"', "column": column.name},
            ).scalar()
            highest = connection.execute(select(func.max(column))).scalar() if counter else None
            if highest is not None:
                connection.execute(SET_COUNTER, {"counter": counter, "n": highest})


def encode_row(row: Row) -> bytes:
    """One line of JSON: bytes as ``{"b": base64}``, days as ``{"d": "2026-11-26"}``."""
    return json.dumps({name: _plain(value) for name, value in row.items()}, separators=(",", ":")).encode() + b"\n"


def decode_row(line: bytes, table: Table) -> Row:
    """The inverse of :func:`encode_row`, in the types of that table; raises :class:`UnknownValue`."""
    document = json.loads(line)
    if not isinstance(document, dict) or set(document) != {column.name for column in table.columns}:
        raise UnknownValue(table.name)
    return {name: _typed(value, table.columns[name]) for name, value in document.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return {"b": base64.b64encode(bytes(value)).decode()}
    if type(value) is date:
        return {"d": value.isoformat()}
    if value is None or isinstance(value, str | int):
        return value
    raise UnknownValue(type(value).__name__)


def _typed(value: Any, column: Column[Any]) -> Any:
    kinds = {"b": LargeBinary, "d": Date}
    if not isinstance(value, dict):
        return fit(value, column)
    (kind, inner), *more = value.items() or [("", "")]
    if more or kind not in kinds or not isinstance(column.type, kinds[kind]):
        raise UnknownValue(column.name)
    return base64.b64decode(inner, validate=True) if kind == "b" else date.fromisoformat(inner)


def fit_row(row: Row, table: Table) -> Row:
    """A row of another engine's in the types of that table."""
    return {name: fit(value, table.columns[name]) for name, value in row.items()}


def fit(value: Any, column: Column[Any]) -> Any:
    """A value in the column's type: what one engine keeps as 0 and 1, another keeps as false and true."""
    if isinstance(value, int) and isinstance(column.type, Boolean):
        return bool(value)
    if isinstance(value, bool) and isinstance(column.type, Integer):
        return int(value)
    return value
