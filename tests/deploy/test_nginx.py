"""A real nginx in front of a real portal: neither of its logs, nor anything it writes, names who came."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask import request as flask_request
from werkzeug.serving import BaseWSGIServer, make_server

from tests.browser.served import free_port

ROOT = Path(__file__).resolve().parents[2]
VISITOR = "127.0.0.77"
"""The address that the visitor comes from; all of 127/8 is this machine."""
QUERY = "bi-mat-cua-toi"
AGENT = "visitor-agent-4711"


@dataclass
class Front:
    """An nginx that serves the example's public site on a loopback port."""

    port: int
    folder: Path
    upstream: BaseWSGIServer

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> http.client.HTTPResponse:
        trusting = ssl._create_unverified_context()
        there = http.client.HTTPSConnection(
            "127.0.0.1", self.port, context=trusting, source_address=(VISITOR, 0), timeout=20
        )
        there.request(method, path, body, {"Host": "gop-y.example.vn", "User-Agent": AGENT, **headers})
        answer = there.getresponse()
        answer.read()
        return answer

    def written(self) -> bytes:
        """Every byte of every file that nginx has written, its logs above all."""
        files = [path for path in self.folder.rglob("*") if path.is_file() and path.suffix not in {".conf", ".pem"}]
        return b"".join(path.read_bytes() for path in files)


def configured(
    folder: Path, port: int, upstream: int, *, plain: int = 0, staff: int = 9, careless: bool = False
) -> Path:
    """The example, word for word but for paths, ports and names that this machine lacks; ``plain``: without TLS."""
    text = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    swaps = {
        "listen 80;": f"listen 127.0.0.1:{plain or free_port()};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl;",
        "127.0.0.1:8000": f"127.0.0.1:{upstream}",
        "127.0.0.1:8001": f"127.0.0.1:{staff}",
        "/run/gop-y-bodies": str(folder / "bodies"),
    }
    for name in ("gop-y", "can-bo"):
        swaps[f"/etc/ssl/{name}/fullchain.pem"] = str(folder / "cert.pem")
        swaps[f"/etc/ssl/{name}/key.pem"] = str(folder / "key.pem")
    if careless:  # what facts.md measured: the access log off, and the error log left as it comes
        swaps["error_log /dev/null emerg;"] = f"error_log {folder / 'error.log'};"
    for old, new in swaps.items():
        assert old in text
        text = text.replace(old, new)
    shutil.copy(ROOT / "deploy" / "gop-y-proxy.conf", folder)
    temporary = "".join(f"{kind}_temp_path {folder / kind};\n" for kind in ("proxy", "fastcgi", "uwsgi", "scgi"))
    main = f"pid {folder / 'pid'};\nerror_log {folder / 'main.log'} emerg;\nevents {{}}\n"
    (folder / "nginx.conf").write_text(f"{main}http {{\nport_in_redirect off;\n{temporary}{text}\n}}\n", "utf-8")
    return folder / "nginx.conf"


def certificate(folder: Path, *names: str) -> None:
    """One for all of these names (the example's public one, where none is given)."""
    known = ",".join(f"DNS:{name}" for name in names or ("gop-y.example.vn",))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=gop-y.example.vn", "-addext", f"subjectAltName={known}",
         "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
        check=True, capture_output=True,
    )  # fmt: skip


@pytest.fixture(params=[False, True], ids=["example", "careless"])
def front(request: pytest.FixtureRequest, tmp_path: Path, public_app: Flask) -> Iterator[tuple[Front, bool]]:
    """nginx in front of the public app; ``careless``: with nginx's own error log, the canary."""
    certificate(tmp_path)
    upstream = make_server("127.0.0.1", 0, public_app, threaded=True)
    port = free_port()
    path = configured(tmp_path, port, upstream.server_port, careless=request.param)
    run = ["/usr/sbin/nginx", "-e", str(tmp_path / "start.log"), "-p", str(tmp_path), "-c", str(path)]
    checked = subprocess.run([*run, "-t", "-q"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    server = subprocess.Popen([*run, "-g", "daemon off;" + (" user root;" if os.geteuid() == 0 else "")])
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    try:
        wait_for(port)
        yield Front(port, tmp_path, upstream), request.param
    finally:
        server.terminate()
        server.wait(timeout=20)
        upstream.shutdown()
        upstream.server_close()


def wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("nginx did not start")


def test_no_log_names_who_came(front: tuple[Front, bool], office, public_app: Flask) -> None:
    site, careless = front
    # given the portal behind the example, and a visitor whose requests go right and wrong in every way
    assert site.ask("GET", f"/?{QUERY}").status == 200
    assert site.ask("GET", f"/khong-co?{QUERY}").status == 404
    assert site.ask("GET", f"/..%2f{QUERY}%00").status >= 400
    assert site.ask("POST", f"/receipt?{QUERY}", b"x" * 100, **{"Content-Length": str(10**9)}).status == 413
    assert site.ask("GET", "/", **{"X-Forwarded-For": "203.0.113.9", "Cookie": QUERY * 900}).status >= 400
    # and, at last, a portal that is gone
    site.upstream.shutdown()
    site.upstream.server_close()
    assert site.ask("GET", f"/?{QUERY}").status == 502
    # then the logs hold neither address, nor query, nor agent, nor the path that was asked for
    written = site.written()
    found = [needle for needle in (VISITOR, QUERY, AGENT, "203.0.113.9", "khong-co") if needle.encode() in written]
    assert bool(found) is careless, found


def test_what_reaches_the_portal_names_nobody(front: tuple[Front, bool], office, public_app: Flask) -> None:
    site, _ = front
    heard: list[str] = []
    public_app.before_request_funcs.setdefault(None, []).append(lambda: heard.append(str(flask_request.headers)))
    # when a visitor says where they come from, in every header there is
    lies = dict.fromkeys(("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via", "Client-IP"), "203.0.113.9")
    assert site.ask("GET", "/", **lies).status == 200
    # then nginx tells the portal nothing of it, nor the address that it saw itself
    assert heard and VISITOR not in heard[-1]
    for name in ("X-Forwarded-For", "X-Real-Ip", "Forwarded:", "Via"):
        assert name not in heard[-1]
