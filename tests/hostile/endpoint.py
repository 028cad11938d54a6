"""The server "in the internet" that Wapiti's ``ssrf`` and ``xxe`` modules want the portal to call.

It stands on a loopback address of its own, so that Wapiti, which follows links of the portal's own host, never comes
here for a link. Wapiti asks it at the end who called; whoever else asks for anything is a portal that was talked into
it, and is noted.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "127.0.0.2"
OF_THE_SCANNER = ("/", "/get_ssrf.php", "/get_xxe.php")
"""Paths that Wapiti itself asks for; the answer is that nobody called, for :attr:`Endpoint.calls` says who did."""


@dataclass(frozen=True)
class Endpoint:
    """``calls``: method and path of each call; Wapiti writes into the path which parameter of which page it attacked
    (``/ssrf/<session>/<page>/<parameter in hex>/``, ``/dtd/...``)."""

    url: str
    calls: list[str] = field(default_factory=list)


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """It, listening until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.partition("?")[0] not in OF_THE_SCANNER:
                made.calls.append(f"{self.command} {self.path}")
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(b"{}")

        do_HEAD = do_POST = do_PUT = do_GET

        def log_message(self, *said: object) -> None:
            pass

    server = ThreadingHTTPServer((HOST, 0), Handler)
    made = Endpoint(f"http://{HOST}:{server.server_port}/")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
