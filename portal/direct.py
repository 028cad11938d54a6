"""A transaction on the driver's own cursor, for the one path on which every statement's cost is somebody's wait.

SQLAlchemy writes the statements, once; running them through it costs, for a comment, more than the database does.
One connection is kept for whoever serves the group (:class:`portal.submissions.together.Group`). PostgreSQL takes a
whole transaction in one go, from BEGIN to COMMIT, and is asked once whether it did it (libpq, "Pipeline Mode"): after
the first statement that fails it skips the others, the COMMIT among them. What the drivers raise comes out as
SQLAlchemy would raise it, without parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from typing import Any, cast

from sqlalchemy import Dialect, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler

Row = Mapping[str, Any]
DIVIDED_BY_NOTHING = "22012"
"""SQLSTATE: how a statement of :meth:`Transaction.write` that wrote no row ends its transaction on PostgreSQL."""


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


class Unwritten(Exception):
    """A row that should have been written was not: a condition of its statement did not hold."""


class Transaction:
    """Statements of one transaction. On PostgreSQL what they did comes out at its end."""

    def __init__(self, dialect: Dialect, cursor: Any) -> None:
        self._dialect, self._cursor = dialect, cursor

    @property
    def many_writers(self) -> bool:
        """Whether rows must be held against others who write at the same time: SQLite has one writer."""
        return self._dialect.name != "sqlite"

    def run(self, statement: Prepared, row: Row) -> None:
        """Run it for what it does besides writing, such as holding a row."""
        text, bound = statement.of(self._dialect)
        self._cursor.execute(text, bound(row))

    def write(self, statement: Prepared, rows: Sequence[Row]) -> None:
        """Run it for each row, each of which must write one, or the transaction ends with :class:`Unwritten`."""
        text, bound = statement.of(self._dialect)
        if self.many_writers:
            text = f"WITH written AS ({text} RETURNING 1) SELECT 1 / count(*) FROM written"  # noqa: S608 - no word of it comes from outside
        for row in rows:
            self._cursor.execute(text, bound(row))
            if not self.many_writers and self._cursor.rowcount != 1:
                raise Unwritten


class Direct:
    """A kept connection of that engine, for one caller at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._held: Held | None = None

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Commits at the end of the block and never before; an exception leaves nothing behind."""
        try:
            if self._held is None:
                self._held = Held(self._engine.raw_connection(), self._engine.dialect)
            self._held.begin()
            yield Transaction(self._engine.dialect, self._held.cursor)
            self._held.commit()
        except BaseException as error:
            self._undo()
            base = cast(type[Exception], cast(Any, self._engine.dialect.dbapi).Error)
            if isinstance(error, base):
                raise _understood(error, base, self._engine.dialect) from None
            raise

    def _undo(self) -> None:
        """A connection that can still roll back is kept."""
        try:
            cast(Held, self._held).rollback()
        except Exception:
            self.close()

    def close(self) -> None:
        """Let go of the connection; what was not committed is rolled back."""
        held, self._held = self._held, None
        if held is not None:
            held.close()


class Held:
    """A connection on which transactions follow each other; on PostgreSQL in pipeline mode, which it never leaves."""

    def __init__(self, connection: Any, dialect: Dialect) -> None:
        self._connection, self._driver = connection, connection.driver_connection
        self._stack = ExitStack()
        self._line = cast(Any, None)
        self._begin = "BEGIN IMMEDIATE" if dialect.name == "sqlite" else "BEGIN"
        if dialect.name != "sqlite":
            self._driver.autocommit = True  # BEGIN is ours
            self._line = self._stack.enter_context(self._driver.pipeline())
        self.cursor = self._driver.cursor()

    def begin(self) -> None:
        """SQLite waits here for its one writer; PostgreSQL hears of it with the rest."""
        self.cursor.execute(self._begin)

    def commit(self) -> None:
        """Returns when the database says that it is done; whatever failed on the way is raised here."""
        self._end("COMMIT")

    def rollback(self) -> None:
        """Nothing is left of the transaction, or this is raised on a connection that cannot say so."""
        if self._line is not None:  # what was sent and failed stands before it in the line
            with suppress(Exception):
                self._line.sync()
            self._end("ROLLBACK")
        elif self._driver.in_transaction:
            self._end("ROLLBACK")

    def _end(self, word: str) -> None:
        last = self._driver.cursor()  # in a pipeline a cursor shows the first of its answers
        last.execute(word)
        if self._line is None:
            return
        self._line.sync()
        if last.statusmessage != word:
            raise ConnectionError("the database did not say how the transaction ended")

    def close(self) -> None:
        """The server ends what was begun."""
        with suppress(Exception):  # what still waits in the line has nobody to answer to
            self._stack.close()
        self._connection.invalidate()


def _understood(error: Exception, base: type[Exception], dialect: Dialect) -> BaseException:
    if getattr(error, "sqlstate", "") == DIVIDED_BY_NOTHING:
        return Unwritten()
    return DBAPIError.instance(None, None, error, base, hide_parameters=True, dialect=dialect)
