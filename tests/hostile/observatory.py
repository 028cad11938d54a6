"""``python -m tests.hostile.observatory``: both apps behind the example's nginx, graded by Mozilla's HTTP Observatory.

The package (``@mdn/mdn-http-observatory``) is installed into ``build/observatory`` without its install scripts, which
fetch the browsers' list of preloaded HSTS names: nobody's site of ours stands in it, so an empty one says the same.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from portal.config import ROOT
from tests.browser.served import free_port
from tests.deploy.test_nginx import certificate, configured, wait_for
from tests.powercut.__main__ import say
from tests.powercut.site import build

HOME, WANTED = ROOT / "build" / "observatory", "@mdn/mdn-http-observatory@^1.4.8"
PACKAGE = HOME / "node_modules" / "@mdn" / "mdn-http-observatory"
PUBLIC, STAFF = "gop-y.example.vn", "can-bo.example.vn"
TOP = "A+"


def install() -> None:
    """On first use."""
    if not PACKAGE.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--prefix", str(HOME), "--ignore-scripts", "--no-save", "--silent", WANTED]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (PACKAGE / "conf" / "hsts-preload.json").write_text("{}")


@contextmanager
def fronted(base: Path, plain: int, secure: int, upstream: dict[str, int]) -> Iterator[None]:
    """The example's nginx in front of both."""
    certificate(base, PUBLIC, STAFF)
    path = configured(base, secure, upstream["public"], plain=plain, staff=upstream["staff"])
    command = ["/usr/sbin/nginx", "-e", str(base / "start.log"), "-p", str(base), "-c", str(path)]
    server = subprocess.Popen([*command, "-g", "daemon off;" + (" user root;" if os.geteuid() == 0 else "")])
    try:
        wait_for(secure)
        yield
    finally:
        server.terminate()
        server.wait(timeout=20)


def grades(base: Path) -> list[dict[str, object]]:
    """What the Observatory says of both."""
    folder = base / "disk" / "office"
    folder.mkdir(parents=True)
    ports = {"public": free_port(), "staff": free_port()}
    plain, secure = free_port(), free_port()
    site = build(folder, ports["public"])
    env = {
        "PORTAL_ENV": "production", "PORTAL_TOTP": "required", "PORTAL_PUBLIC_ORIGINS": f"https://{PUBLIC}",
        "PORTAL_STAFF_ORIGINS": f"https://{STAFF}", "PORTAL_LOG_ORIGIN": "log.example.org/gop-y",
    }  # fmt: skip
    with ExitStack() as stack:
        stack.callback(site.kill)
        for app, port in ports.items():
            site._start("serve", "--port", str(port), "--workers", "1", **env, PORTAL_APP=app)
        for port in ports.values():
            wait_for(port)
        stack.enter_context(fronted(base, plain, secure, ports))
        command = [
            "node",
            str(Path(__file__).with_suffix(".mjs")),
            str(PACKAGE),
            str(plain),
            str(secure),
            PUBLIC,
            STAFF,
        ]
        trusting = {**os.environ, "NODE_EXTRA_CA_CERTS": str(base / "cert.pem")}
        done = subprocess.run(command, env=trusting, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return [json.loads(line) for line in done.stdout.splitlines()]


def main() -> int:
    """0 where both have the top grade."""
    install()
    with tempfile.TemporaryDirectory(prefix="portal-observatory-") as base:
        found = grades(Path(base))
    for one in found:
        failed = one["failed"] or "nothing"
        say(f"{one['host']}: {one['grade']} ({one['score']}), HTTP {one['status']}, failed: {failed}")
    return 0 if [one["grade"] for one in found] == [TOP, TOP] else 1


if __name__ == "__main__":
    sys.exit(main())
