"""A witness over HTTP, behind a TLS proxy: bounded bodies, bounded time, no log of who asks.

``POST /add-checkpoint`` and ``GET /<origin hash>/checkpoint`` share one prefix. Only the specification's statuses carry
meaning; what is not HTTP as a client of a witness speaks it gets 404, 405, 411 or 413.
"""

from __future__ import annotations

import re
import socket
import socketserver
import sys
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from portal.audit.witness import PLAIN, Reply, Witness
from portal.tlog.witness import MAX_BODY, PATH

# Connections at once: each has a thread. A log needs one.
MAX_CONNECTIONS = 64
IDLE_SECONDS = 10
BODY_SECONDS = 30
DRAIN_SECONDS = 2
DRAIN_SIZE = 8 * MAX_BODY
READ_SIZE = 64 * 1024

_CHECKPOINT = re.compile(r"/([0-9a-f]{64})/checkpoint")
_LENGTH = re.compile(r"[0-9]{1,9}")

NOT_HERE = Reply(HTTPStatus.NOT_FOUND, "a witness has add-checkpoint and <origin hash>/checkpoint\n")
WRONG_METHOD = Reply(HTTPStatus.METHOD_NOT_ALLOWED, "add-checkpoint is posted to, a checkpoint is got\n")
NO_LENGTH = Reply(HTTPStatus.LENGTH_REQUIRED, "a request states its Content-Length\n")
TOO_LARGE = Reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "a request has at most 512 KiB\n")
CUT_SHORT = Reply(HTTPStatus.BAD_REQUEST, "the request's body was cut short\n")


class WitnessServer(ThreadingHTTPServer):
    """Serves one witness until :meth:`stop`. Port 0 takes a free one; ``server_address`` tells which."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = MAX_CONNECTIONS

    def __init__(self, witness: Witness, host: str, port: int) -> None:
        self.witness = witness
        self.stopping = False
        self._open: set[socket.socket] = set()
        self._changed = threading.Condition()
        if ":" in host:
            self.address_family = socket.AF_INET6
        super().__init__((host, port), _Handler)

    def stop(self, patience: float = BODY_SECONDS) -> None:
        """Take no new connection, let running requests finish (for ``patience`` seconds), and return from serving.

        Called from another thread than the one that serves.
        """
        self.stopping = True
        self.shutdown()
        self.server_close()
        with self._changed:
            for connection in self._open:
                _end_input(connection)  # an idle one ends; one whose request was read still gets its answer
            self._changed.wait_for(lambda: not self._open, patience)

    def process_request(self, request: Any, client_address: Any) -> None:
        """A thread for the connection, unless there are too many."""
        with self._changed:
            room = len(self._open) < MAX_CONNECTIONS
            if room:
                self._open.add(request)
        if room:
            super().process_request(request, client_address)
        else:
            super().shutdown_request(request)

    def shutdown_request(self, request: Any) -> None:
        """The connection is over."""
        super().shutdown_request(request)
        with self._changed:
            self._open.discard(request)
            self._changed.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that breaks is nobody's business, a failure of ours is told; the default prints addresses."""
        if not isinstance(sys.exception(), OSError):
            self.witness.notice("A request failed unexpectedly.")

    def server_bind(self) -> None:
        """Without asking a name server for this machine's name, as http.server does."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "witness", self.server_address[1]


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    error_content_type = PLAIN
    error_message_format = "not a request that a witness answers\n"
    # A reply is one packet; without this, its body waits for the acknowledgement of its head.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """add-checkpoint."""
        if self._path() != PATH:
            self._refuse(WRONG_METHOD if _CHECKPOINT.fullmatch(self._path()) else NOT_HERE)
            return
        length = self.headers.get("Content-Length", "")
        if "Transfer-Encoding" in self.headers or not _LENGTH.fullmatch(length):
            self._refuse(NO_LENGTH)
        elif int(length) > MAX_BODY:
            self._refuse(TOO_LARGE)
        else:
            body = self._body(int(length))
            if body is None:
                self._refuse(CUT_SHORT)
            else:
                self._reply(self.server.witness.add_checkpoint(body))

    def do_GET(self) -> None:
        """The checkpoint that was cosigned last."""
        found = _CHECKPOINT.fullmatch(self._path())
        if found:
            self._reply(self.server.witness.checkpoint(found[1]))
        else:
            self._refuse(WRONG_METHOD if self._path() == PATH else NOT_HERE)

    def _path(self) -> str:
        return self.path.partition("?")[0]

    def _body(self, length: int) -> bytes | None:
        """The body, or ``None`` when it does not come in time: a socket's own timeout starts again at every byte."""
        end = time.monotonic() + BODY_SECONDS
        parts, missing = [], length
        while missing:
            part = self.rfile.read1(missing) if time.monotonic() < end else b""
            if not part:
                return None
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def _refuse(self, reply: Reply) -> None:
        """Without having read a body: the connection cannot be used for another request.

        What still comes is thrown away for a moment: closing on it would reset the connection, and the answer be lost.
        """
        self.close_connection = True
        self._reply(reply)
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(DRAIN_SECONDS)
        end, left = time.monotonic() + DRAIN_SECONDS, DRAIN_SIZE
        while left > 0 and time.monotonic() < end and (part := self.rfile.read1(READ_SIZE)):
            left -= len(part)

    def _reply(self, reply: Reply) -> None:
        content = reply.text.encode()
        if self.server.stopping:
            self.close_connection = True
        self.send_response_only(reply.status)
        self.send_header("Date", self.date_time_string())
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        if reply is WRONG_METHOD:
            self.send_header("Allow", "POST" if self._path() == PATH else "GET")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """http.server's own refusals, without echoing what was sent."""
        super().send_error(code)

    def version_string(self) -> str:
        """Nothing of the machine."""
        return "witness"

    def log_message(self, format: str, *args: Any) -> None:
        """There is no log of requests."""


def _end_input(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RD)
    except OSError:
        return  # it ended by itself
