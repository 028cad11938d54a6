"""``python -m tests.hostile.flood``: malformed posts against a real server, both apps; what it answered and grew.

Nothing may be answered with 5xx, print a traceback, or leave memory or files behind.
"""

from __future__ import annotations

import argparse
import re
import socket
import sys
import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from portal.clock import SystemClock
from portal.factory import create_public_app, create_staff_app
from tests.hostile.junk import Junk, Post
from tests.hostile.routes import addresses
from tests.powercut.__main__ import say
from tests.powercut.site import Site, build, descendants
from tests.support import PASSWORD

PORT, PEOPLE = 21290, ("admin@example.org", "moderator@example.org", "committee@example.org")
NO_ANSWER = 0
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")


@dataclass(frozen=True)
class Flooded:
    """``statuses``: of (kind, status), 0 without an answer; ``wrong``: posts that were answered 5xx; sizes in bytes."""

    statuses: Counter[tuple[str, int]]
    wrong: list[tuple[str, bytes]]
    memory: tuple[float, float]
    files: tuple[int, int]
    output: str

    def by_status(self) -> dict[int, int]:
        """How many answers of each status."""
        found = Counter[int]()
        for (_, status), count in self.statuses.items():
            found[status] += count
        return dict(sorted(found.items()))


def paths_of(site: Site) -> list[str]:
    """Every address of either app that takes a post."""
    clock = SystemClock(ZoneInfo(site.settings.time_zone))
    settings = replace(site.settings, env="test")
    public = addresses(create_public_app(replace(settings, app="public"), clock), ("POST",))
    staff = addresses(create_staff_app(settings, clock), ("POST",))
    return [*(one.path for one in public), *(f"/staff{one.path}" for one in staff)]


def signed_in(port: int, email: str, password: str = PASSWORD) -> str:
    """A cookie of that person."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/staff/login")
    answer = connection.getresponse()
    page, cookie = answer.read().decode(), (answer.getheader("Set-Cookie") or "").split(";")[0]
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    body = urlencode({"email": email, "password": password, "csrf_token": token})
    head = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{port}"}
    connection.request("POST", "/staff/login", body, head)
    answer = connection.getresponse()
    assert answer.status == 302, (answer.status, answer.read()[:300])
    answer.read()
    # The session's own, among others.
    made = [one.split(";")[0] for one in answer.headers.get_all("Set-Cookie", [])]
    session = next(one for one in made if one.startswith("portal_staff="))
    connection.request("GET", "/staff/", headers={"Cookie": session})
    assert connection.getresponse().status == 200, "not signed in"
    return session


def send(port: int, post: Post) -> int:
    """The status of its answer, or 0 where the server just hung up."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        data = b""
        with suppress(OSError):  # it may hang up before it has heard everything
            connection.sendall(post.data)
            connection.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            while chunk := connection.recv(65536):
                data += chunk
        found = STATUS.match(data)
        return int(found[1]) if found else NO_ANSWER


def memory(site: Site) -> float:
    """Bytes of all processes, each byte counted once (PSS)."""
    total = 0
    for process in site.processes:
        for pid in (process.pid, *descendants(process.pid)):
            with suppress(OSError):
                text = Path(f"/proc/{pid}/smaps_rollup").read_text()
                total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) * 1024
    return total


def size_of(folder: Path) -> int:
    """Bytes of all files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def flood(folder: Path, port: int, posts: int, seed: int = 1) -> Flooded:
    """All of it; the server is gone afterwards."""
    site = build(folder, port)
    site.env |= {"PORTAL_APP": "all", "PORTAL_STAFF_ORIGINS": f"http://127.0.0.1:{port}"}
    paths, weights = paths_of(site), list[float]()
    statuses, wrong = Counter[tuple[str, int]](), list[tuple[str, bytes]]()
    site.serve(workers=2)
    try:
        cookies = ("", *(signed_in(port, email) for email in PEOPLE))
        junk, before = Junk(paths, f"127.0.0.1:{port}", seed, cookies), size_of(folder)
        for n in range(posts):
            if n in {posts // 4, posts - 1}:  # a quarter of the way everything has been loaded
                weights.append(memory(site))
            post = junk.next()
            status = send(port, post)
            statuses[post.kind, status] += 1
            if status >= 500:
                wrong.append((post.kind, post.data[:400]))
        site.judged([])
        after = size_of(folder)
    finally:
        site.kill()
    output = site.log_file.read_text(errors="replace")
    return Flooded(statuses, wrong, (weights[0], weights[1]), (before, after), output)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "disk" / "office"
        folder.mkdir(parents=True)
        done = flood(folder, PORT, given.posts, given.seed)
    say(f"{given.posts} posts; answers by status (0: hung up): {done.by_status()}")
    growth = done.memory[1] / done.memory[0], done.files[1] - done.files[0]
    say(f"memory at the end {growth[0]:.2f} of that after a quarter; files grew by {growth[1]} bytes")
    for kind, data in done.wrong[:20]:
        say(f"5xx {kind} {data!r}")
    if done.wrong or "Traceback" in done.output or "unexpected" in done.output:
        sys.exit(done.output[-3000:])


if __name__ == "__main__":
    main()
