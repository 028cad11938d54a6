"""``python -m tests.powercut.network``: two hosts of the portal and one of the database, and a cable that is cut.

Hosts are network namespaces, cables are pairs of virtual devices: each of the portal's hosts has one to its visitors
and one to the database. Cutting takes the second away at the database's end, which says nothing to whoever waits.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from portal.config import ROOT
from tests.postgres import Server
from tests.powercut.__main__ import say
from tests.powercut.clients import Crowd
from tests.powercut.disk import run
from tests.powercut.site import Site, build, wait_until

PORT = 21180
ORIGIN = "https://gop-y.example"
CUT = 25.0
"""Seconds: longer than connections wait for an answer (``portal.extensions.ACROSS_A_NETWORK``)."""


class Reachable(Server):
    """The tests' server, heard on every cable."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.tuning = f"{self.tuning} -c listen_addresses=*"

    def start(self) -> None:
        super().start()
        with (self.folder / "data" / "pg_hba.conf").open("a") as rules:
            rules.write("host all all 10.77.0.0/16 trust\n")
        self._run("pg_ctl", "-D", str(self.folder / "data"), "reload")


RUN = os.getpid()
"""Names and addresses are of this run alone."""


@dataclass
class Host(Site):
    """One of the portal's hosts. ``number``: of its namespace and its cables."""

    number: int = field(default=0, kw_only=True)

    @property
    def _name(self) -> str:
        return f"g{RUN}n{self.number}"

    def _start(self, *arguments: str, **extra: str) -> None:
        inside = ["ip", "netns", "exec", self._name, sys.executable, "-m", "portal", *arguments]
        environ = {**os.environ, **self.env, **extra}
        with self.log_file.open("ab") as output:
            self.processes.append(subprocess.Popen(inside, cwd=ROOT, env=environ, stdout=output, stderr=output))

    @property
    def address(self) -> str:
        """As a visitor sees it, from outside."""
        return f"10.78.{net_of(self.number)}.2"

    def cut(self) -> None:
        """The cable to the database."""
        run("ip", "link", "set", f"g{RUN}d{self.number}", "down")

    def mend(self) -> None:
        """The same cable again."""
        run("ip", "link", "set", f"g{RUN}d{self.number}", "up")


def net_of(number: int) -> int:
    """The third part of its addresses."""
    return RUN % 80 * 3 + number


@contextmanager
def cabled(number: int) -> Iterator[None]:
    """A namespace with its two cables."""
    space, net = f"g{RUN}n{number}", net_of(number)
    run("ip", "netns", "add", space)
    try:
        run("ip", "-n", space, "link", "set", "lo", "up")
        for kind, wide in (("d", 77), ("v", 78)):
            here, there = f"g{RUN}{kind}{number}", f"g{RUN}{kind}{number}p"
            run("ip", "link", "add", here, "type", "veth", "peer", "name", there)
            run("ip", "link", "set", there, "netns", space)
            run("ip", "addr", "add", f"10.{wide}.{net}.1/30", "dev", here)
            run("ip", "-n", space, "addr", "add", f"10.{wide}.{net}.2/30", "dev", there)
            run("ip", "link", "set", here, "up")
            run("ip", "-n", space, "link", "set", there, "up")
        yield
    finally:
        run("ip", "netns", "del", space)


def why_not() -> str:
    """Why this machine has no namespaces for us; empty where it has."""
    try:
        with cabled(0):
            return ""
    except (OSError, FileNotFoundError) as error:
        return str(error)


def hosts(base: Path, server: Server) -> list[Host]:
    """One instance, seen from two hosts."""
    folder = base / "disk" / "office"
    folder.mkdir(parents=True)
    url = server.fresh()
    site = build(folder, PORT, url)
    made = []
    for number in (1, 2):
        env = {
            **site.env, "PORTAL_ENV": "production", "PORTAL_TOTP": "required", "PORTAL_PUBLIC_ORIGINS": ORIGIN,
            "PORTAL_STAFF_ORIGINS": "https://noi-bo.example",
            "PORTAL_DATABASE_URL": url.replace("127.0.0.1", f"10.77.{net_of(number)}.1"),
        }  # fmt: skip
        more = {"log_file": base / f"host{number}.log", "seen": site.seen, "processes": []}
        made.append(Host(**{**vars(site), **more, "env": env}, number=number))
    return made


def course(base: Path, server: Server, seconds: float) -> str:
    """Both serve, one is cut off and comes back; raises AssertionError at the first promise that is broken."""
    first, second = hosts(base, server)
    alone, other = Crowd(first), Crowd(second)
    try:
        for host in (first, second):
            host._start("serve", "--host", "0.0.0.0", "--port", str(host.port), "--workers", "2")
            host.start_ticker()
        for host in (first, second):
            wait_until(host.answers, "the server did not start")
        with alone.sending(2), other.sending(2):
            wait_until(lambda: alone.taken and other.taken, "no comment is taken")
            first.cut()
            at, kept = time.monotonic(), len(other.taken)
            wait_until(lambda: alone.statuses[503] > 0, "who is cut off was never told so", seconds + 60)
            wait_until(lambda: len(other.taken) > kept + 20, "the other host stands still", 60)
            time.sleep(max(0.0, seconds - (time.monotonic() - at)))
            first.mend()
            before = len(alone.taken)
            wait_until(lambda: len(alone.taken) > before, "the host that was cut off does not come back", 90)
        for crowd in (alone, other):
            assert crowd.wrong == [], crowd.wrong[:5]
            crowd.find_all()
    finally:
        first.kill()
        second.kill()
    site = replace(second, env={**second.env, "PORTAL_DATABASE_URL": second.settings.database_url})
    leaves = Site.judged(site, [*alone.taken, *other.taken], at_the_end=True)
    return (
        f"cut for {seconds:.0f} s: {alone.statuses[503]} told to come again by the one that was cut off, "
        f"{len(alone.taken)} and {len(other.taken)} acknowledged, {len(leaves)} leaves, all found, none twice"
    )


def attempt(seconds: float = CUT) -> str:
    """The whole of it, with everything it needs."""
    base = Path(tempfile.mkdtemp(prefix="portal-network-"))
    base.chmod(0o755)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, base, ignore_errors=True)
        stack.enter_context(cabled(1))
        stack.enter_context(cabled(2))
        server = Reachable(base / "cluster")
        server.start()
        stack.callback(server.stop)
        return course(base, server, seconds)


if __name__ == "__main__":
    say(f"SKIPPED cut network: {reason}" if (reason := why_not()) else f"network    {attempt()}")
