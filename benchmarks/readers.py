"""Whether the time of an answer tells who was left out of comments: two moderators ask for the same pages in turn.

    python benchmarks/readers.py [--comments 100] [--rounds 60]

One moderator was left out of every comment, the other has not read any yet; a third has coded them all. Both ask the
staff app for the queue, the assignments and a history, in turn and in changing order, so that whatever else the machine
does falls on both. Printed are the medians' ratio and, beside it, that of two halves of one moderator's own times: what
chance alone makes of it.
"""

from __future__ import annotations

import argparse
import secrets
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from portal.clock import FixedClock  # noqa: E402
from portal.config import SECRET_BYTES, load_settings  # noqa: E402
from portal.crypto.atrest import AtRest  # noqa: E402
from portal.extensions import db  # noqa: E402
from portal.factory import create_staff_app  # noqa: E402
from portal.ledger.log import Log  # noqa: E402
from portal.models import ALL  # noqa: E402
from portal.web.runtime import unit_of_work  # noqa: E402
from tests.moderation.two import NAME, open_pair  # noqa: E402
from tests.support import PASSWORD, build_office  # noqa: E402

LEFT_OUT, WAITING = "third", "moderator2"


def build(folder: str, comments: int):
    """The staff app, and the leaves of comments from which one moderator was left out and which another has coded."""
    made = {f"PORTAL_{name.upper()}": secrets.token_hex(size) for name, size in SECRET_BYTES.items()}
    about = {"PORTAL_ENV": "test", "PORTAL_INSTANCE": folder, "PORTAL_LOG_ORIGIN": "log.example.org/gop-y"}
    settings = load_settings({**about, "PORTAL_TOTP": "optional", "PORTAL_OPEN_RATE": "0", **made})
    clock = FixedClock(datetime(2026, 11, 23, 3, 0, tzinfo=UTC))
    log, atrest = Log.from_seed(settings.log_origin, settings.secret.log_key), AtRest([settings.secret.instance_key])
    app = create_staff_app(settings, clock)
    with app.app_context():
        assert ALL
        db.create_all()
        with unit_of_work() as session:
            pair = open_pair(session, log, clock, atrest, build_office(session, log, clock))
            places = pair.send(comments, left_out=[LEFT_OUT])
            for index in places:
                pair.code("moderator", index, 1, "C1")
    return app, places


def client_of(app, name: str):
    """That moderator, signed in."""
    client = app.test_client()
    token = client.get("/login").get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
    client.post("/login", data={"email": f"{name}@example.org", "password": PASSWORD, "csrf_token": token})
    return client


def timed(client, path: str) -> float:
    """Seconds for one answer."""
    start = time.perf_counter()
    answer = client.get(f"/moderation/{NAME}/{path}", headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.status
    return time.perf_counter() - start


def main() -> None:
    """Print a line for each kind of answer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--comments", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app, places = build(folder, options.comments)
        people = {name: client_of(app, name) for name in (LEFT_OUT, WAITING)}
        for path in ("envelopes", "assignments", f"codings?index={places[0]}"):
            times: dict[str, list[float]] = {name: [] for name in people}
            for nth in range(options.rounds):
                for name in sorted(people, reverse=bool(nth % 2)):
                    times[name].append(timed(people[name], path))
            ratio = statistics.median(times[LEFT_OUT]) / statistics.median(times[WAITING])
            own = times[WAITING]
            chance = statistics.median(own[::2]) / statistics.median(own[1::2])
            print(f"{path.split('?')[0]}: left out / not yet read {ratio:.3f}; chance {chance:.3f}")


if __name__ == "__main__":
    main()
