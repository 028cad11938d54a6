"""From one database straight into another, of whatever engine."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from portal.backup import tables


class Differs(Exception):
    """The two schemas are not of one version, or the copied log has another root."""


def copy(source: Connection, target: Connection, progress: Callable[[int], None] = lambda _rows: None) -> int:
    """Copy every row into the empty ``target``; returns how many. Nothing is committed here.

    Raises :class:`portal.backup.tables.NotEmpty` or :class:`Differs`; then roll back.
    """
    if tables.revision(source) != tables.revision(target):
        raise Differs
    tables.clear_seeds(target)
    found, count = {table.name: table for table in tables.tables(target)}, 0
    for table in tables.tables(source):
        into = found[table.name]
        put = tables.put(target, into, (tables.fit_row(row, into) for row in tables.rows(source, table)))
        progress(put)
        count += put
    tables.set_counters(target, found.values())
    if tables.log_head(target) != tables.log_head(source):
        raise Differs
    return count
