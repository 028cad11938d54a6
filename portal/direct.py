"""A transaction on the driver's own ground, for the one path on which every statement's cost is somebody's wait.

SQLAlchemy writes the statements, once; running them through it costs, for a comment, more than the database does.
One connection is kept for whoever serves the group (:class:`portal.submissions.together.Group`). SQLite is asked
statement by statement, PostgreSQL for the whole transaction at its end (:mod:`portal.pipeline`). What the drivers raise
comes out as SQLAlchemy would raise it, without parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol, cast

from sqlalchemy import Dialect, Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler

from portal.storage import begin_writing

if TYPE_CHECKING:
    from portal.pipeline import Statement, Value

Row = Mapping[str, Any]
DIVIDED_BY_NOTHING = "22012"
"""SQLSTATE: how a statement of :meth:`Transaction.write` that wrote no row ends its transaction on PostgreSQL."""
NUMBERED = PGDialect_psycopg(paramstyle="numeric_dollar")
"""Writes ``$1`` as libpq takes it, and the types that psycopg would name."""


class Prepared:
    """A Core statement, compiled once for each dialect. Its parameters are bytes, strings, integers and days."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._made: dict[str, tuple[str, Callable[[Row], tuple[Value, ...]]]] = {}

    def of(self, dialect: Dialect) -> tuple[str, Callable[[Row], tuple[Value, ...]]]:
        """The text that the driver takes, and what makes its parameters, in their order, of named values."""
        if dialect.name not in self._made:
            compiled = cast(SQLCompiler, cast(Any, self._statement).compile(dialect=dialect))
            self._made[dialect.name] = (str(compiled), _binder(compiled))
        return self._made[dialect.name]


def _binder(compiled: SQLCompiler) -> Callable[[Row], tuple[Value, ...]]:
    # Literals of the statement are parameters, too.
    fixed = {name: value for name, value in compiled.params.items() if value is not None}
    names = tuple(compiled.positiontup or ())
    return lambda row: tuple(row[name] if name in row else fixed[name] for name in names)


class Unwritten(Exception):
    """A row that should have been written was not: a condition of its statement did not hold."""


class Transaction(Protocol):
    """Statements of one transaction."""

    @property
    def many_writers(self) -> bool:
        """Whether rows must be held against others who write at the same time."""
        ...

    def run(self, statement: Prepared, row: Row) -> None:
        """Run it for what it does besides writing, such as holding a row."""
        ...

    def write(self, statement: Prepared, rows: Sequence[Row]) -> None:
        """Run it for each row, each of which must write one, or the transaction ends with :class:`Unwritten`."""
        ...


class Held(Transaction, Protocol):
    """A kept connection, on which transactions follow each other."""

    def begin(self) -> None:
        """Begin one."""
        ...

    def commit(self) -> None:
        """Returns when the database says that it is done."""
        ...

    def rollback(self) -> None:
        """Nothing is left of the transaction, or this raises on a connection that cannot say so."""
        ...


class OnSQLite:
    """SQLite has one writer, for whose place ``begin`` waits."""

    many_writers = False

    def __init__(self, driver: Any, dialect: Dialect) -> None:
        self._driver, self._cursor, self._dialect = driver, driver.cursor(), dialect

    def begin(self) -> None:
        begin_writing(self._cursor)

    def run(self, statement: Prepared, row: Row) -> None:
        text, bound = statement.of(self._dialect)
        # SQLite knows no days; SQLAlchemy writes them like this.
        given = [value.isoformat() if isinstance(value, date) else value for value in bound(row)]
        self._cursor.execute(text, given)

    def write(self, statement: Prepared, rows: Sequence[Row]) -> None:
        for row in rows:
            self.run(statement, row)
            if self._cursor.rowcount != 1:
                raise Unwritten

    def commit(self) -> None:
        self._cursor.execute("COMMIT")

    def rollback(self) -> None:
        if self._driver.in_transaction:
            self._cursor.execute("ROLLBACK")


class OnPostgreSQL:
    """What is asked of it is noted until the end; what it says to that comes out there."""

    many_writers = True

    def __init__(self, driver: Any) -> None:
        from portal.pipeline import Pipeline  # noqa: PLC0415 - psycopg is there where this engine is used

        self._line = Pipeline(driver)
        self._noted: list[Statement] = []

    def begin(self) -> None:
        self._noted = []

    def run(self, statement: Prepared, row: Row) -> None:
        text, bound = statement.of(NUMBERED)
        self._noted.append((text, bound(row)))

    def write(self, statement: Prepared, rows: Sequence[Row]) -> None:
        text, bound = statement.of(NUMBERED)
        checked = f"WITH written AS ({text} RETURNING 1) SELECT 1 / count(*) FROM written"  # noqa: S608 - no word of it comes from outside
        self._noted.extend((checked, bound(row)) for row in rows)

    def commit(self) -> None:
        if self._noted:
            self._line.run(self._noted)

    def rollback(self) -> None:
        self._line.check()
        self._noted = []


class Direct:
    """A kept connection of that engine, for one caller at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Any = None
        self._held: Held | None = None

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Commits at the end of the block and never before; an exception leaves nothing behind."""
        try:
            held = self._held or self.hold(self._engine.raw_connection())
            held.begin()
            yield held
            held.commit()
        except BaseException as error:
            self._undo()
            base = cast(type[Exception], cast(Any, self._engine.dialect.dbapi).Error)
            if isinstance(error, base):
                raise _understood(error, base, self._engine.dialect) from None
            raise

    def hold(self, connection: Any) -> Held:
        """Keep that connection of the engine's pool from now on, and no other."""
        self.close()
        self._connection = connection
        driver, dialect = connection.driver_connection, self._engine.dialect
        self._held = OnSQLite(driver, dialect) if dialect.name == "sqlite" else OnPostgreSQL(driver)
        return self._held

    def _undo(self) -> None:
        """A connection that can still roll back is kept."""
        try:
            cast(Held, self._held).rollback()
        except Exception:
            self.close()

    def close(self) -> None:
        """Let go of the connection; what was not committed is rolled back."""
        connection, self._connection, self._held = self._connection, None, None
        if connection is not None:
            connection.invalidate()


def _understood(error: Exception, base: type[Exception], dialect: Dialect) -> BaseException:
    if getattr(error, "sqlstate", "") == DIVIDED_BY_NOTHING:
        return Unwritten()
    return DBAPIError.instance(None, None, error, base, hide_parameters=True, dialect=dialect)
