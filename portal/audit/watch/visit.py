"""One visit: every page that links lead to, and every file that the pages make a browser load, as a browser would."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from portal.audit.watch import policy
from portal.audit.watch.files import Referred, references
from portal.audit.watch.page import Page, read_page
from portal.audit.watch.report import Report
from portal.audit.watch.visitor import CHANCE, Visitor
from portal.audit.watch.wire import Answer, Unreachable

STATIC = "/static/"
STAFF = "/staff"
ENTRANCES = tuple(prefix + page for prefix in ("", "/en") for page in ("/", "/how", "/receipt", "/results", "/log"))
"""Pages that every portal has; they are asked for even where no link leads to them."""

PAGES_MAX = 1000
COLLECT = re.compile(r"(?:/en)?/c/([a-z0-9][a-z0-9-]{1,39})/collect")
CONSULTATION = re.compile(r"(?:/en)?/c/[a-z0-9][a-z0-9-]{1,39}")
KINDS = {"js": "script", "css": "style", "svg": "image", "woff2": "font"}
OK = 200


@dataclass
class Visit:
    """What one visitor was given. ``code``: by page, what decides what runs there; ``files``: bytes by path.

    ``connects``: by consultation, the origins that its collecting page may reach, with the page; ``demands``: by path
    of a file, every digest that a page or a script demands of it.
    """

    visitor: Visitor
    report: Report
    pages: dict[str, Page] = field(default_factory=dict)
    code: dict[str, tuple[str, ...]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    connects: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)
    demands: dict[str, set[str]] = field(default_factory=dict)

    @property
    def static(self) -> str:
        """The folder of built files, as pages name it."""
        return self.visitor.place.prefix + STATIC

    def run(self) -> None:
        """Read everything, beginning at the first page; the rest in an order that is another each time."""
        waiting, known = ["/"], set(ENTRANCES)
        later = [path for path in ENTRANCES if path != "/"]
        while waiting and len(self.pages) < PAGES_MAX:
            path = waiting.pop(0)
            fresh = [link for link in self._read(path) if link not in known]
            known.update(fresh)
            waiting += fresh
            if later:
                waiting, later = waiting + later, []
            CHANCE.shuffle(waiting)
        if waiting:
            self.report.notices.append(f"more than {PAGES_MAX} pages: the rest was not read")

    def fetch(self, path: str, kind: str) -> Answer | None:
        """One answer of status 200 in an encoding that was asked for; anything else is named."""
        try:
            answer = self.visitor.get(path, kind)
        except Unreachable:
            self.report.fail("unreachable", path)
            return None
        if 300 <= answer.status < 400:
            self.report.fail("redirected", path, str(answer.status))
        elif answer.status != OK:
            self.report.fail("status-unexpected", path, str(answer.status))
        elif answer.body is None:
            self.report.fail("encoding-unknown", path)
        return answer if answer.status == OK and answer.body is not None else None

    def load(self, path: str, kind: str = "") -> None:
        """A built file, once in a visit, with whatever it loads in turn. ``kind``: by its name, unless it is known."""
        kind = kind or KINDS.get(path.rpartition(".")[2], "empty")
        if path in self.files:
            return
        self.files[path] = b""
        answer = self.fetch(path, kind)
        if answer is None or answer.body is None:
            return
        self.files[path] = answer.body
        for name, header in policy.check_file_headers(answer):
            self.report.fail(name, path, header)
        if kind in {"script", "style"} or path.endswith(".js"):
            named, faults = references("style" if kind == "style" else "script", answer.body)
            for name in faults:
                self.report.fail(name, path)
            self._load_named(named)

    def _load_named(self, named: list[Referred]) -> None:
        for one in named:
            if "/" in one.file:
                self.report.fail("file-not-of-build", one.file)
                continue
            path = STATIC + one.file
            if one.integrity:
                self.demands.setdefault(path, set()).add(one.integrity)
            self.load(path, one.kind)

    def _read(self, path: str) -> Iterator[str]:
        """One page: its headers, its code, what it loads. Yields the pages that it links to."""
        answer = self.fetch(path, "document")
        if answer is None or answer.body is None:
            return
        if not (answer.header("Content-Type") or "text/html").startswith("text/html") and path not in ENTRANCES:
            for name, header in policy.check_data_headers(answer):
                self.report.fail(name, path, header)
            return
        self._check_headers(path, answer)
        page = self.pages[path] = read_page(answer.body, self.static)
        self.code[path] = (*page.code, *answer.values("Content-Security-Policy"))
        for name, where in page.faults:
            self.report.fail(name, path, where)
        for loaded in page.loads:
            self._load(path, loaded.path, loaded.kind, loaded.integrity)
        yield from self._links(path, page)

    def _check_headers(self, path: str, answer: Answer) -> None:
        collecting = COLLECT.fullmatch(path)
        may_film = collecting is not None or CONSULTATION.fullmatch(path) is not None
        for name, header in policy.check_page_headers(answer, may_connect=collecting is not None, may_film=may_film):
            self.report.fail(name, path, header)
        if collecting and (origins := policy.connects_to(answer)):
            self.connects.setdefault(collecting[1], set()).add(origins)

    def _load(self, page: str, address: str, kind: str, integrity: str) -> None:
        path = self._below(address)
        if path is None or not path.startswith(STATIC) or "/" in path.removeprefix(STATIC):
            self.report.fail("file-not-of-build", page, address)
            return
        if integrity:
            self.demands.setdefault(path, set()).add(integrity)
        self.load(path, kind)

    def _links(self, page: str, content: Page) -> Iterator[str]:
        """Pages of the public app below the portal's own address; a linked built file is loaded as one."""
        for address in content.links:
            path = self._below(address)
            if path is None:
                self.report.notices.append(f"{page} links to {address}, which is not below the portal's address")
            elif path.startswith(STATIC):
                self._load(page, address, "document", "")
            elif path == STAFF or path.startswith(f"{STAFF}/"):
                continue  # another app, with a cookie: its scripts are built files, and those are all checked
            else:
                yield path
                if COLLECT.fullmatch(path):  # while ballots are collected no link leads to the form itself
                    yield path.removesuffix("/collect")

    def _below(self, address: str) -> str | None:
        """The path below the portal's own; ``None`` for one outside, or one that climbs or is written strangely."""
        prefix = self.visitor.place.prefix
        plain = address.partition("?")[0]
        if unquote(plain) != plain or "/../" in f"{plain}/" or "/./" in f"{plain}/" or "//" in plain:
            return None
        return address.removeprefix(prefix) if address.startswith(f"{prefix}/") else None
