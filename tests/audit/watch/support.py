"""A served portal, and somebody who stands between it and its visitors."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from portal.audit.watch.logged import Known, Trust
from portal.audit.watch.report import Report
from portal.audit.watch.run import Order, watch
from portal.audit.watch.wire import parse_address
from portal.clock import FixedClock
from portal.tlog.keys import VerifierKey


@dataclass
class Sent:
    """An answer on its way, to be changed. ``visitor``: the browser that asked."""

    path: str
    visitor: str
    status: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def page(self) -> bool:
        """Whether it is HTML."""
        return any(name == "Content-Type" and value.startswith("text/html") for name, value in self.headers)

    def set(self, name: str, value: str | None) -> None:
        """Give a header that value alone, or take it away."""
        self.headers = [item for item in self.headers if item[0].lower() != name.lower()]
        if value is not None:
            self.headers.append((name, value))

    def replace(self, old: str, new: str) -> None:
        """Change the text everywhere; it must be there."""
        assert old.encode() in self.body, (self.path, old)
        self.body = self.body.replace(old.encode(), new.encode())


Meddle = Callable[[Sent], None]


@dataclass
class Between:
    """WSGI around an app: every answer passes through ``meddle``, uncompressed."""

    app: Callable[..., Iterable[bytes]]
    meddle: Meddle = lambda _sent: None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        self.asked.append({key: value for key, value in environ.items() if key.startswith(("HTTP_", "PATH_"))})
        environ = {**environ, "HTTP_ACCEPT_ENCODING": "identity"}
        begun: list[Any] = []
        parts = self.app(environ, lambda status, headers, _info=None: begun.extend((status, headers)))
        sent = Sent(environ["PATH_INFO"], environ.get("HTTP_USER_AGENT", ""), begun[0], list(begun[1]), b"".join(parts))
        parts.close()  # type: ignore[attr-defined]
        self.meddle(sent)
        sent.set("Content-Length", str(len(sent.body)))
        start_response(sent.status, sent.headers)
        return [sent.body]


class Quiet(WSGIRequestHandler):
    """Writes no access log."""

    def log(self, *_args: Any, **_kwargs: Any) -> None:
        """Nothing."""


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serve it on this machine; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Served:
    """A served portal with one consultation that takes comments, one that issues ballots, and one that is published."""

    url: str
    vkey: str
    clock: FixedClock
    between: Between
    write: Callable[[Callable[[Any], None]], None]
    known: Known = field(default_factory=Known)

    def watch(self, meddle: Meddle | None = None, known: Known | None = None, **order: Any) -> tuple[Report, Known]:
        """Watch it once, with somebody meddling."""
        if meddle is not None:
            self.between.meddle = meddle
        order = {"trust": Trust(VerifierKey.parse(self.vkey)), **order}
        asked = Order(self.url, parse_address(self.url), **order)
        return watch(asked, known or Known(), self.clock)

    def names(self, meddle: Meddle | None = None, **more: Any) -> set[str]:
        """The names of what failed."""
        return {failure.name for failure in self.watch(meddle, **more)[0].failures}


def responses(folder: Path) -> dict[str, bytes]:
    """Kept answers by file name."""
    return {path.name: path.read_bytes() for path in folder.rglob("*.http")}
