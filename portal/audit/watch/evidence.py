"""Keeping what was served when something fails: answers byte for byte, so that others can judge for themselves."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable
from pathlib import Path

from portal.audit.watch.report import Report
from portal.audit.watch.visitor import Visitor


def keep(folder: Path, report: Report, visitors: Iterable[Visitor]) -> Path:
    """Write every answer and the report to a new folder below ``folder``; returns it.

    ``<visitor>-<number>-<path>.http`` holds the answer as it came over the wire (after TLS): status line, header lines,
    body. ``requests.json`` says what each visitor asked, in which order and with which browser.
    """
    stamp = re.sub(r"[^0-9TZ]", "", report.started)
    place = folder / f"{stamp}-{secrets.token_hex(4)}"
    place.mkdir(parents=True)
    requests = []
    for number, visitor in enumerate(visitors, start=1):
        for order, answer in enumerate(visitor.seen, start=1):
            slug = re.sub(r"[^A-Za-z0-9.]+", "-", answer.path).strip("-")[:80] or "first"
            name = f"{number}-{order:04}-{slug}.http"
            (place / name).write_bytes(answer.raw)
            requests.append({"file": name, "path": answer.path, "visitor": number, **vars(visitor.guise)})
    report.evidence = str(place)
    (place / "requests.json").write_text(json.dumps(requests, indent=2) + "\n", "utf-8")
    (place / "report.json").write_text(json.dumps(report.as_document(), indent=2, ensure_ascii=False) + "\n", "utf-8")
    return place
