"""The built workers that clean files, run in Chromium under the public app's own policy, without the portal."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.sync_api import Browser, Page

from portal.web.headers import COMMON, content_security_policy
from tests.browser.served import ROOT

DIST = ROOT / "static" / "dist"
FILE_MAX = 10 * 1024 * 1024 - 4
RUN = """async ({ url, data, most }) => {
  globalThis.policy ??= trustedTypes.createPolicy("portal-worker", { createScriptURL: (text) => text });
  const worker = new Worker(globalThis.policy.createScriptURL(url));
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  const answer = await new Promise((resolve, reject) => {
    worker.onmessage = (event) => resolve(event.data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage({ id: 1, type: "strip", data: { data: bytes, most } });
  });
  worker.terminate();
  if (answer.error) return { error: answer.error };
  let binary = "";
  for (let at = 0; at < answer.result.data.length; at += 8192) {
    binary += String.fromCharCode(...answer.result.data.subarray(at, at + 8192));
  }
  return { ...answer.result, data: btoa(binary) };
}"""


class _Files(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        name = self.path.removeprefix("/static/")
        data = (DIST / name).read_bytes() if name != self.path else b"<!doctype html><title>t</title>"
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript" if name.endswith(".js") else "text/html")
        self.send_header("Content-Security-Policy", content_security_policy(wasm=False))
        for header, value in COMMON.items():
            self.send_header(header, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@dataclass
class Stripped:
    """A cleaned file, what was taken out of it by kind, and what cannot be."""

    data: bytes
    type: str
    removed: dict[str, int]
    left: list[str]


@dataclass
class Stripper:
    """Hands files to the workers as the submit page does."""

    page: Page
    url: str

    def strip(self, worker: str, data: bytes, most: int = FILE_MAX) -> Stripped:
        """The cleaned file, or AssertionError with the refusal."""
        answer = self._run(worker, data, most)
        assert "error" not in answer, answer
        removed = {item["kind"]: item["count"] for item in answer["removed"]}
        return Stripped(base64.b64decode(answer["data"]), answer["type"], removed, answer["left"])

    def refusal(self, worker: str, data: bytes, most: int = FILE_MAX) -> str:
        """Why it was not taken."""
        return str(self._run(worker, data, most).get("error"))

    def _run(self, worker: str, data: bytes, most: int) -> dict[str, Any]:
        manifest = json.loads((DIST / "manifest.json").read_text("ascii"))
        url = f"{self.url}/static/{manifest[f'workers/{worker}.js']['file']}"
        message = {"url": url, "data": base64.b64encode(data).decode("ascii"), "most": most}
        return dict(self.page.evaluate(RUN, message))


@contextmanager
def stripping(browser: Browser) -> Iterator[Stripper]:
    """A page that may start the workers, and nothing else."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Files)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    context = browser.new_context()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        page = context.new_page()
        page.goto(url)
        yield Stripper(page, url)
    finally:
        context.close()
        server.shutdown()
        thread.join()
        server.server_close()
