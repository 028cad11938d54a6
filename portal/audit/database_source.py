"""The instance's own store as a verifier's source: the same names and bytes that the public app and an export give."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.orm import Session

from portal.audit.export import findings_file, openings, private_file, table_file
from portal.audit.source import Directory, Missing
from portal.crypto.atrest import AtRest
from portal.errors import NotFound
from portal.findings import private_service as private
from portal.ledger import log as ledger
from portal.ledger.log import Log
from portal.tlog.errors import MalformedPath
from portal.tlog.paths import TilePath, parse_path

PRIVATE = re.compile(r"private-(categories|units)\.json")


class DatabaseSource:
    """Reads through ``session``, in one transaction: the log may grow meanwhile without confusing the verifier.

    ``atrest`` is given for auditors only: with it, the openings of commitments are there too.
    """

    def __init__(self, session: Session, log: Log, static: Path, atrest: AtRest | None = None) -> None:
        self._session, self._log, self._atrest = session, log, atrest
        self._static = Directory(static)

    def read(self, name: str) -> bytes:
        """The bytes under that relative name, or :class:`Missing`."""
        room, _, rest = name.partition("/")
        reader: Callable[[str], bytes] | None = {
            "log": self._read_log,
            "results": self._read_result,
            "tables": self._read_table,
            "static": self._static.read,
            "openings.json": self._read_openings,
        }.get(room)
        if reader is None:
            raise Missing(name)
        try:
            return reader(rest)
        except (NotFound, MalformedPath) as error:
            raise Missing(name) from error

    def _read_log(self, name: str) -> bytes:
        if name == "vkey":
            return self._log.vkey.encode() + b"\n"
        if name == "checkpoint":
            return ledger.newest_checkpoint(self._session).encode()
        place = parse_path(name)
        if isinstance(place, TilePath):
            return ledger.read_tile(self._session, place.level, place.index, place.width)
        return ledger.read_bundle(self._session, place.index, place.width)

    def _read_result(self, name: str) -> bytes:
        consultation, _, file = name.partition("/")
        if found := PRIVATE.fullmatch(file):
            return private_file(self._session, self._log, private.get(self._session, consultation, found[1]))
        if file != "findings.json":
            raise NotFound
        return findings_file(self._session, self._log, consultation)

    def _read_table(self, name: str) -> bytes:
        table, _, file = name.partition("/")
        if file != "findings.json":
            raise NotFound
        return table_file(self._session, self._log, table)

    def _read_openings(self, _rest: str) -> bytes:
        if self._atrest is None:
            raise NotFound
        return openings(self._session, self._atrest)
