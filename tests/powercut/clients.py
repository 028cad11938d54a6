"""People who seal and send while a disk dies, and who send the same bytes again until told that it is kept."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException

from portal.crypto import receipt
from portal.crypto.encoding import b64url_encode
from tests.powercut.site import Site, lookup_body


@dataclass
class Crowd:
    """``taken``: leaf to receipt of what was acknowledged, and nothing else; ``statuses``: of every answer.

    ``cut``: requests that got no answer; a status of 200 says that the first answer was lost on its way. ``between``:
    acknowledged by a request that overlaps with the striking itself. A machine without power gives no answers any more;
    and a kernel that is just giving a disk up may say of a last few bytes that they are on it, which nobody above it
    can check. These are kept apart, and the end tells how many of them were found.
    """

    site: Site
    taken: dict[bytes, bytes] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    cut: int = 0
    wrong: list[str] = field(default_factory=list)
    between: dict[bytes, bytes] = field(default_factory=dict)
    _strikes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def sending(self, people: int = 4) -> Iterator[None]:
        """That many at once until the block ends; each finishes the comment that it has begun."""
        stop = threading.Event()
        threads = [threading.Thread(target=self._person, args=(stop,), daemon=True) for _ in range(people)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
        for thread in threads:
            thread.join(timeout=90)
        assert not any(thread.is_alive() for thread in threads), "somebody was never told that it is kept"

    @contextmanager
    def striking(self) -> Iterator[None]:
        """The disk dies in this block."""
        self._strikes += 1
        try:
            yield
        finally:
            self._strikes += 1

    def _person(self, stop: threading.Event) -> None:
        while not stop.is_set():
            envelope, raw = self.site.office.seal()
            fields = {"envelope": envelope, "locator_hash": receipt.locator_hash(raw)}
            body = json.dumps({name: b64url_encode(value) for name, value in fields.items()}).encode()
            while not self._send(body, raw):
                time.sleep(0.1)
            time.sleep(0.05)

    def _send(self, body: bytes, raw: bytes) -> bool:
        """Whether the office has said that it keeps the comment."""
        begun = self._strikes
        try:
            status, data = self.site.ask("POST", f"/c/{self.site.office.consultation}/submissions", body)
        except (OSError, HTTPException):
            with self._lock:
                self.cut += 1
            return False
        with self._lock:
            self.statuses[status] += 1
            if status in {200, 201}:
                overlaps = begun % 2 or begun != self._strikes
                (self.between if overlaps else self.taken)[json.loads(data)["leaf"].encode()] = raw
            elif status != 503 or json.loads(data).get("error") != "store-away":
                self.wrong.append(f"{status} {data[:80]!r}")
        return status in {200, 201}

    def find_all(self, most: int = 200) -> int:
        """Look the newest receipts up at the server: each waits or stands in the log. Returns how many."""
        asked = list(self.taken.items())[-most:]
        for leaf, raw in asked:
            status, data = self.site.ask("POST", "/receipt/lookup", lookup_body(receipt.locator(raw)))
            assert status == 200, (status, data[:80])
            found = json.loads(data)
            assert found["state"] in {"waiting", "sequenced"} and found["leaf"] == leaf.decode(), found
        return len(asked)
