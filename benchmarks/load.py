"""Load on a server of this machine: gunicorn beneath, one asyncio process of clients before it."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from portal.cli.gunicorn_server import THREADS, WORKERS  # noqa: E402

GUNICORN = [
    "-m", "gunicorn", "--workers", str(WORKERS), "--threads", str(THREADS), "--worker-class", "gthread",
    "--log-level", "error", "--no-control-socket",
]  # fmt: skip
START_TENTHS = 300


@dataclass(frozen=True)
class Target:
    """What is asked: a port on loopback and the first line's path; posts are JSON from the server's own origin."""

    port: int
    path: str
    wanted: int = 201

    @property
    def head(self) -> str:
        """The request up to the length of its body."""
        return (
            f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Type: application/json\r\n"
            f"Origin: http://127.0.0.1:{self.port}\r\nContent-Length: "
        )


@dataclass(frozen=True)
class Measured:
    """Answers a second, and times of single answers in milliseconds."""

    rate: float
    p50: float
    p99: float


async def _client(target: Target, queue: list[bytes], times: list[float]) -> None:
    """Send from the shared queue over one kept connection until it is empty."""
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    while queue:
        body = queue.pop()
        begun = time.perf_counter()
        writer.write(f"{target.head}{len(body)}\r\n\r\n".encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 %d" % target.wanted):
            raise SystemExit(f"refused: {answer[:80]!r}")
        length = next(int(line[15:]) for line in answer.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        await reader.readexactly(length)
        times.append(time.perf_counter() - begun)
    writer.close()


def measure(target: Target, bodies: list[bytes], clients: int) -> Measured:
    """Send every body once, from so many connections at the same time."""
    queue, times = list(bodies), list[float]()

    async def run() -> float:
        begun = time.perf_counter()
        await asyncio.gather(*(_client(target, queue, times) for _ in range(clients)))
        return time.perf_counter() - begun

    seconds = asyncio.run(run())
    times.sort()
    return Measured(len(bodies) / seconds, times[len(times) // 2] * 1000, times[int(len(times) * 0.99)] * 1000)


@contextmanager
def serving(app: str, port: int, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Gunicorn on a loopback port until the block ends."""
    command = [sys.executable, *GUNICORN, "--bind", f"127.0.0.1:{port}", app]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **env})
    try:
        wait_for(port)
        yield process
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int) -> None:
    """Until somebody listens there."""
    for _ in range(START_TENTHS):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")
