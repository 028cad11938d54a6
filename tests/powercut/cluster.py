"""PostgreSQL that means its commits: with fsync, on a disk that will die under it."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from tests.postgres import Server


class Durable(Server):
    """The tests' server, but nothing is told to be safe before it is on the disk."""

    def start(self) -> None:
        self.folder.mkdir(mode=0o700)
        if self.user is not None:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        self._run("initdb", "-D", str(self.folder / "data"), "-U", "portal", "-A", "trust", "-E", "UTF8", "--no-locale")
        self.go_on()

    def go_on(self) -> None:
        """Start on what is there, and recover from it."""
        # After a machine's restart none of its processes is there; here a dead one may wait for its parent's word.
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        options = f"-p {self.port} -h 127.0.0.1 -c unix_socket_directories='' -c fsync=on -c max_wal_size=64MB"
        log = self.folder.parent.parent / "pg.log"
        try:
            self._run("pg_ctl", "-D", str(self.folder / "data"), "-o", options, "-l", str(log), "-w", "start")
        except AssertionError:
            raise AssertionError(log.read_text(errors="replace")[-2000:]) from None

    def come_back(self, seconds: float = 60) -> bool:
        """Wait until it answers; start it where it ended itself, as it does when its log finds no room while it
        recovers. Whether that was so."""
        deadline, ended = time.monotonic() + seconds, False
        while not self._answers():
            assert time.monotonic() < deadline, "PostgreSQL does not come back"
            if not self._pids():
                ended = True
                self.go_on()
            time.sleep(0.2)
        return ended

    def _answers(self) -> bool:
        with suppress(AssertionError):
            self._run("pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port))
            return True
        return False

    def end(self) -> None:
        """kill -9 of whatever is left of it: a server whose disk failed may not answer `pg_ctl`."""
        while pids := self._pids():
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)

    def _pids(self) -> list[int]:
        """Its processes: their working directory is the cluster."""
        found = []
        for entry in Path("/proc").iterdir():
            with suppress(OSError):
                if entry.name.isdigit() and (entry / "cwd").readlink() == self.folder / "data":
                    found.append(int(entry.name))
        return found
