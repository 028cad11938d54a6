"""A transaction on the driver's own cursor, for the one path on which every statement's cost is somebody's wait.

SQLAlchemy writes the statements, once; running them through it costs, for a comment, more than the database does.
One connection is kept for whoever serves the group (:class:`portal.submissions.together.Group`). PostgreSQL takes the
statements of a transaction in a pipeline, without waiting for each answer (libpq, "Pipeline Mode"). What the drivers
raise comes out as SQLAlchemy would raise it, without parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from sqlalchemy import Dialect, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler

Row = Mapping[str, Any]


class Prepared:
    """A Core statement, compiled once for each dialect. Its parameters are bytes, strings, integers and days."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._made: dict[str, tuple[str, Callable[[Row], Any]]] = {}

    def of(self, dialect: Dialect) -> tuple[str, Callable[[Row], Any]]:
        """The text that the driver takes, and what makes its parameters of named values."""
        if dialect.name not in self._made:
            compiled = cast(SQLCompiler, cast(Any, self._statement).compile(dialect=dialect))
            self._made[dialect.name] = (str(compiled), _binder(compiled))
        return self._made[dialect.name]


def _binder(compiled: SQLCompiler) -> Callable[[Row], Any]:
    # Literals of the statement are parameters, too.
    fixed = {name: value for name, value in compiled.params.items() if value is not None}
    names = tuple(compiled.positiontup or ())
    if not names:
        return lambda row: {**fixed, **row}
    return lambda row: tuple(_plain(row.get(name, fixed.get(name))) for name in names)


def _plain(value: Any) -> Any:
    """SQLite knows no days; SQLAlchemy writes them like this."""
    return value.isoformat() if isinstance(value, date) else value


@dataclass
class Transaction:
    """Statements of one transaction; whether they did what was expected is known once :meth:`whole` was asked."""

    dialect: Dialect
    cursor: Callable[[], Any]
    sync: Callable[[], None]
    _counted: list[tuple[Any, int]] = field(default_factory=list)

    @property
    def many_writers(self) -> bool:
        """Whether rows must be held against others who write at the same time: SQLite has one writer."""
        return self.dialect.name != "sqlite"

    def run(self, statement: Prepared, row: Row) -> None:
        """Run it for what it does besides writing, such as holding a row."""
        text, bound = statement.of(self.dialect)
        self.cursor().execute(text, bound(row))

    def write(self, statement: Prepared, rows: Sequence[Row]) -> None:
        """Run it for each row, each of which should write one."""
        if not rows:
            return
        text, bound = statement.of(self.dialect)
        cursor = self.cursor()
        if len(rows) == 1:
            cursor.execute(text, bound(rows[0]))
        else:
            cursor.executemany(text, [bound(row) for row in rows])
        self._counted.append((cursor, len(rows)))

    def whole(self) -> bool:
        """Whether every row was written."""
        self.sync()
        return all(cursor.rowcount == wanted for cursor, wanted in self._counted)


class Direct:
    """A kept connection of that engine, for one caller at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._held = engine, cast(Any, None)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Commits at the end of the block and never before; an exception leaves nothing behind."""
        if self._held is None:
            self._held = self._engine.raw_connection()
        try:
            with _begun(self._held.driver_connection, self._engine.dialect) as made:
                yield made
        except BaseException as error:
            self._undo()
            base = cast(type[Exception], cast(Any, self._engine.dialect.dbapi).Error)
            if isinstance(error, base):
                raise _as_sqlalchemy(error, base, self._engine.dialect) from None
            raise

    def _undo(self) -> None:
        """A connection that can still roll back is kept."""
        try:
            self._held.driver_connection.rollback()
        except Exception:
            self.close()

    def close(self) -> None:
        """Let go of the connection; what was not committed is rolled back."""
        held, self._held = self._held, None
        if held is not None:
            held.invalidate()


@contextmanager
def _begun(held: Any, dialect: Dialect) -> Iterator[Transaction]:
    if dialect.name == "sqlite":
        cursor = held.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        yield Transaction(dialect, held.cursor, lambda: None)
        cursor.execute("COMMIT")
        return
    with held.pipeline() as line:  # psycopg begins a transaction before the first statement
        yield Transaction(dialect, held.cursor, line.sync)
    held.commit()


def _as_sqlalchemy(error: Exception, base: type[Exception], dialect: Dialect) -> BaseException:
    return DBAPIError.instance(None, None, error, base, hide_parameters=True, dialect=dialect)
