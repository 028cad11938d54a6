"""Makes a stored instance of an older version, with that version's own code; run once for each, and never again.

    git worktree add OLD COMMIT
    cd OLD && python NEW/tests/upgrade/make.py NEW/tests/upgrade/stored/NAME

In it: an open consultation, two comments in the log and one that waits, one coding. Beside the database's text, the
secrets, which protect nothing, and the receipts.
"""

from __future__ import annotations

import gzip
import inspect
import json
import secrets
import sqlite3
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

from portal.cli.context import open_log, work
from portal.cli.database import upgrade_schema
from portal.clock import FixedClock
from portal.config import SECRET_BYTES, load_settings
from portal.consultations import service as consultations
from portal.crypto.atrest import AtRest
from portal.moderation import service as moderation
from portal.submissions.sequencing import sequence_groups
from tests.rounds import moderator, places, send
from tests.support import build_office

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CODING = {
    "categories": ["C6"],
    "severity": 2,
    "remedies": [],
    "flags": [],
    "unit": None,
    "paraphrase": "<p>Còn chậm.</p>",
}


def main(target: Path) -> None:
    values = {name: secrets.token_hex(size) for name, size in SECRET_BYTES.items()}
    with tempfile.TemporaryDirectory() as folder:
        env = {f"PORTAL_{name.upper()}": value for name, value in values.items()} | {
            "PORTAL_ENV": "test", "PORTAL_INSTANCE": folder, "PORTAL_LOG_ORIGIN": "log.example.org/gop-y",
            "PORTAL_TOTP": "optional", "PORTAL_OPEN_RATE": "0",
        }  # fmt: skip
        settings = load_settings(env)
        upgrade_schema(settings)
        log, clock, receipts = open_log(settings), FixedClock(NOW), {}
        with work(settings) as session:
            office = build_office(session, log, clock)
        with work(settings) as session:
            receipts["sequenced"] = [send(session, log, clock, office)[1].hex() for _ in range(2)]
            sequence_groups(session, log, [office.consultation])
        with work(settings) as session:
            row = consultations.get(session, office.consultation)
            atrest = AtRest([settings.secret.instance_key])
            more = {"today": clock.today()} if "today" in inspect.signature(moderation.code).parameters else {}
            try:
                moderation.code(
                    session, log, atrest, moderator(session), row, index=places(session)[0], raw=CODING, **more
                )
            except TypeError as error:  # another version's way; the comments are what matters
                sys.stderr.write(f"no coding: {error}\n")
        with work(settings) as session:
            receipts["waiting"] = [send(session, log, clock, office)[1].hex()]
        connection = sqlite3.connect(Path(folder) / "portal.sqlite3")
        dump = "\n".join(connection.iterdump())
    about = {"secrets": values, "receipts": receipts, "seeds": {kid: seed.hex() for kid, seed in office.seeds.items()}}
    target.with_suffix(".json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    target.with_suffix(".sql.gz").write_bytes(gzip.compress(dump.encode(), 9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
