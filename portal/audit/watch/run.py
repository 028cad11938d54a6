"""One watch, from the first request to the report.

First two visitors read what visitors read, with nothing that tells them from others; only then is asked what only an
auditor asks (checkpoint, tiles, the list of built files). What the portal gave the first two can no longer be changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from portal.audit.watch import evidence, rules
from portal.audit.watch.files import MANIFEST, Manifest, ManifestMalformed, parse_manifest
from portal.audit.watch.logged import Known, LogReader, NoQuorum, Trust, open_trusted
from portal.audit.watch.report import Report
from portal.audit.watch.visit import STATIC, Visit
from portal.audit.watch.visitor import Guise, Range, Visitor, guises
from portal.audit.watch.wire import Place, Proxy, Unreachable
from portal.clock import Clock
from portal.tlog.errors import TlogError


@dataclass(frozen=True)
class Order:
    """What an auditor asks for. ``local``: a folder with a build of their own; ``kept``: where evidence goes."""

    address: str
    place: Place
    trust: Trust = field(default_factory=Trust)
    local: Path | None = None
    kept: Path | None = None
    proxy: Proxy | None = None
    pause: Range = (0, 0)
    user_agent: str | None = None


def watch(order: Order, known: Known, clock: Clock) -> tuple[Report, Known]:
    """Watch once. ``known``: what the watch before learned of the log; the second value is for the next one.

    Never raises for what the portal says. Raises :class:`ManifestMalformed` when ``order.local`` is not a build.
    """
    report = Report(order.address, clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"))
    first, second = guises(order.user_agent)
    visits = [_visit(order, first, report), _visit(order, second, report)]
    if not (visits[0].pages and visits[1].pages):  # nothing to compare: the report says why
        return report, _kept(order, report, [visit.visitor for visit in visits], known)
    rules.compare_visits(visits[0], visits[1], report)
    report.pages, report.files = len(visits[0].pages), len(visits[0].files)
    report.checked.insert(0, f"headers and markup of {report.pages} pages, and {report.files} files that they load")
    # A third visitor, on another connection, asks what only auditors ask.
    auditor = Visit(Visitor(order.place, first, proxy=order.proxy), report)
    try:
        learned = _audit(order, auditor, visits, known)
    finally:
        auditor.visitor.leave()
    return report, _kept(order, report, [*(visit.visitor for visit in visits), auditor.visitor], known, learned)


def _kept(order: Order, report: Report, visitors: list[Visitor], known: Known, learned: Known | None = None) -> Known:
    """Keep evidence of failures; what was learned counts for the next time only where nothing failed."""
    if order.kept is not None and not report.ok:
        evidence.keep(order.kept, report, visitors)
    return learned if learned and report.ok else known


def _visit(order: Order, guise: Guise, report: Report) -> Visit:
    visitor = Visitor(order.place, guise, proxy=order.proxy, pause=order.pause)
    visit = Visit(visitor, report)
    try:
        visit.run()
    finally:
        visitor.leave()
    return visit


def _audit(order: Order, auditor: Visit, visits: list[Visit], known: Known) -> Known:
    report = auditor.report
    listed = _read(auditor, STATIC + MANIFEST)
    try:
        manifest = parse_manifest(listed)
    except ManifestMalformed:
        report.fail("manifest-malformed", MANIFEST)
        return known
    for built in manifest.files.values():  # those that no public page loads as well: the staff's scripts
        auditor.load(STATIC + built.file)
    for visit in (*visits, auditor):
        rules.check_files(visit, manifest, report)
    if order.local is not None:
        rules.check_local(order.local, manifest, report)
    else:
        report.skipped.append("the source: build it yourself and bring the folder (--local)")
    try:
        learned, log = _log(order, auditor, known, manifest)
        _issuers(auditor, visits, log)
        return learned
    except NoQuorum:
        report.fail("quorum-missing", "log/checkpoint")
    except (TlogError, Unreachable) as error:
        report.fail("log-not-verified", "log", _name(error))
    return known


def _log(order: Order, auditor: Visit, known: Known, manifest: Manifest) -> tuple[Known, LogReader]:
    report = auditor.report
    note, offered = _read(auditor, "/log/checkpoint"), _read(auditor, "/log/vkey").decode("ascii", "replace").strip()
    checkpoint, vkey = open_trusted(note, order.trust, offered)
    if offered != vkey:
        report.fail("log-key-differs", "log/vkey")
    if order.trust == Trust():
        report.skipped.append("log key: taken from the portal itself; bring your own (--key or --policy)")
    if order.trust.policy is None:
        report.skipped.append("witnesses: no policy was brought (--policy), so others may be shown another log")
    else:
        report.checked.append("the quorum of your policy on the checkpoint")
    report.size, report.root, report.vkey = checkpoint.size, checkpoint.root.hex(), vkey
    log = LogReader(checkpoint, lambda path: _tile(auditor, f"/log/{path}"))
    if known.vkey and (known.vkey != vkey or known.size > checkpoint.size or not log.continues(known.size, known.root)):
        report.fail("log-rolled-back" if known.size > checkpoint.size else "log-forked", "log", f"at {known.size}")
        return known, log
    fresh = log.newest_assets(manifest.files, MANIFEST, known.size)
    # A newer list binds every file: what was known of one whose leaf lies before it may be out of date.
    assets = fresh if MANIFEST in fresh else {**known.assets, **fresh}
    rules.check_logged(manifest, assets, report)
    return Known(note.decode(), vkey, checkpoint.size, checkpoint.root, assets), log


def _issuers(auditor: Visit, visits: list[Visit], log: LogReader) -> None:
    """Pages where ballots are collected may reach their issuers and nobody else."""
    named: dict[str, set[tuple[str, ...]]] = {}
    for visit in visits:
        for cid, origins in visit.connects.items():
            named.setdefault(cid, set()).update(origins)
    for cid, origins in named.items():
        if not rules.connects_as_logged(_read(auditor, f"/c/{cid}/ballots.json"), cid, origins, log):
            auditor.report.fail("connect-not-as-logged", f"/c/{cid}/collect")
    if named:
        auditor.report.checked.append(f"what collecting pages may reach ({len(named)}) against the logged settings")


def _read(visit: Visit, path: str) -> bytes:
    """The body, or nothing: why is in the report."""
    answer = visit.fetch(path, "empty")
    return (answer.body or b"") if answer else b""


def _tile(visit: Visit, path: str) -> bytes | None:
    """A part of the log; that a partial tile is gone is no failure."""
    answer = visit.visitor.get(path, "empty")
    return answer.body if answer.status == 200 else None


def _name(error: Exception) -> str:
    """``TileMismatch`` -> ``tile-mismatch``."""
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in type(error).__name__).removeprefix("-")
