"""PostgreSQL's pipeline on libpq's own calls: whole transactions, each in one round trip.

psycopg's cursors do the same, for several times the processor's time, and on the path that uses this each comment's
sender waits for it. Nothing is sent before the end. No BEGIN is sent, either: what stands before a synchronization
point is one transaction, which the server ends there (PostgreSQL, "Message Flow", Pipelining; libpq, "Pipeline Mode").
Statements see what was committed when each of them begins (READ COMMITTED), as they would after a BEGIN.
"""

from __future__ import annotations

import select
from collections.abc import Sequence
from datetime import date

from psycopg import Connection, Error, OperationalError, errors
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

Value = bytes | str | int | date | None
Statement = tuple[str, Sequence[Value]]
"""A text with ``$1``, ``$2``, ...; and what they stand for."""
BYTEA = 17
"""The only type that is named when a text is prepared: all others are clear from it."""
LOST = "the connection was lost"


class Pipeline:
    """A connection that serves transactions, one after the other, until it is closed."""

    def __init__(self, driver: Connection[object]) -> None:
        self._line: PGconn = driver.pgconn
        self._names: dict[str, bytes] = {}
        self._made = 0
        self._between = True
        if self._line.transaction_status != TransactionStatus.IDLE:
            driver.rollback()
        self._line.nonblocking = 1
        self._line.enter_pipeline_mode()

    def run(self, statements: Sequence[Statement]) -> None:
        """All of them, or nothing of any: returns when the server says that it committed.

        Raises what the first that was refused raises in psycopg, without words; nothing is left of the others then.
        :class:`psycopg.OperationalError` without an SQLSTATE: nobody knows whether they were done.
        """
        known, self._between = dict(self._names), False
        for text, values in statements:
            self._send(text, values)
        self._line.pipeline_sync()
        refused = self._refused()
        self._between = True
        if refused is not None:
            self._names = known  # what stood behind the refused one was not even prepared
            raise _error(refused)

    def check(self) -> None:
        """Raises :class:`psycopg.OperationalError` unless the last transaction came to its end."""
        if not self._between:
            raise OperationalError(LOST)

    def _send(self, text: str, values: Sequence[Value]) -> None:
        name = self._names.get(text)
        if name is None:
            self._made += 1
            name = self._names[text] = b"portal_%d" % self._made
            types = [BYTEA if isinstance(value, bytes) else 0 for value in values]
            self._line.send_prepare(name, text.encode(), types)
        given = [value if value is None or isinstance(value, bytes) else str(value).encode() for value in values]
        self._line.send_query_prepared(name, given, [int(isinstance(value, bytes)) for value in values])

    def _refused(self) -> PGresult | None:
        """Read every answer up to the synchronization point; the first that refuses."""
        refused: PGresult | None = None
        while True:
            result = self._answer()
            if result is None:  # the end of one statement's answers
                if self._line.status != ConnStatus.OK:
                    raise OperationalError(LOST)
            elif result.status == ExecStatus.PIPELINE_SYNC:
                return refused
            elif result.status == ExecStatus.FATAL_ERROR and refused is None:
                refused = result

    def _answer(self) -> PGresult | None:
        unsent = self._line.flush()
        while unsent or self._line.is_busy():
            poll = select.poll()
            poll.register(self._line.socket, select.POLLIN | (select.POLLOUT if unsent else 0))
            poll.poll()
            self._line.consume_input()
            unsent = unsent and self._line.flush()
        return self._line.get_result()


def _error(refused: PGresult) -> Error:
    """As psycopg would raise it; the server's words are left out, for they may hold what was to be stored."""
    state = (refused.error_field(DiagnosticField.SQLSTATE) or b"").decode()
    if not state:  # libpq's own word that there is no server any more
        return OperationalError(LOST)
    try:
        return errors.lookup(state)(state)
    except KeyError:
        unnamed = OperationalError(state)
        unnamed.sqlstate = state
        return unnamed
