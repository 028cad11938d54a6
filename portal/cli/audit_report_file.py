"""``portal audit verify-report``: are the figures of a report's file those that the log commits to?"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from portal.audit.archive import open_source
from portal.audit.report_file import ReportVerdict, verify_report
from portal.audit.report_file_read import LIMIT, Unreadable
from portal.audit.source import Source
from portal.tlog.errors import MalformedKey
from portal.tlog.policy import parse_log_key

TEXTS = {
    "approved": "The text is the approved report, word for word.",
    "draft": "The text is a draft: no approval of it is in the log.",
    "edited": "The text is not vouched for: words were changed after the export.",
    "unknown": "Nothing is known of the text.",
}


@click.command("verify-report")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--log", "target", help="The log: an address, an exported directory or a bundle.")
@click.option("--key", "vkey", help="The log's verifier key, from a source you trust.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
def verify_report_command(file: Path, *, target: str | None, vkey: str | None, as_json: bool) -> None:
    """Say whether the figures of FILE (a report as DOCX, PDF or HTML, or JSON) are those committed in the log.

    Without --log, the checkpoint inside FILE is checked with --key, and nothing is asked of anybody.

    Exit status: 0 the figures hold, 1 something failed, 2 FILE or an option cannot be used, or the log does not answer.
    """
    if target is None and vkey is None:
        raise click.UsageError("bring the log with --log, or its key with --key.")
    with file.open("rb") as opened:
        data = opened.read(LIMIT + 1)
    try:
        verdict = verify_report(data, _key(vkey), _source(target))
    except Unreadable as error:
        raise click.UsageError(f"FILE: {error}.") from error
    click.echo(json.dumps(verdict.as_document(), indent=2) if as_json else "\n".join(_told(verdict)))
    sys.exit(verdict.status)


def _key(text: str | None) -> str | None:
    try:
        return str(parse_log_key(text)) if text else None
    except MalformedKey as error:
        raise click.BadParameter(f"{error}.", param_hint="--key") from error


def _source(target: str | None) -> Source | None:
    try:
        return open_source(target) if target else None
    except ValueError as error:
        raise click.BadParameter(f"{error}.", param_hint="--log") from error


def _told(verdict: ReportVerdict) -> Iterator[str]:
    """The verdict for a person."""
    yield f"Report on {verdict.consultation or 'an unknown consultation'}, {verdict.kind.upper()}"
    yield f"Key: {verdict.vkey or 'unknown'}"
    yield from (f"checked  {item}" for item in verdict.checked)
    yield from (f"skipped  {item}" for item in verdict.skipped)
    yield from (f"NOTICE   {item}" for item in verdict.notices)
    yield from (f"FAILED   {item.name}" + (f" ({item.where})" if item.where else "") for item in verdict.failures)
    yield TEXTS[verdict.text]
    yield "The figures are those committed in the log." if verdict.ok else f"{len(verdict.failures)} failures."
