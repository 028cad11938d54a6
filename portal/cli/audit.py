"""``portal audit``: verify from outside, and export what a verifier reads. ``docs/man/portal-audit.1`` is its page."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from portal.audit.archive import open_source
from portal.audit.verify import Brought, Progress, Verdict, verify
from portal.cli.audit_report import report
from portal.cli.audit_report_file import verify_report_command
from portal.cli.audit_watch import watch_command
from portal.cli.witness import witness
from portal.clock import SystemClock
from portal.tlog.errors import MalformedKey, MalformedPolicy
from portal.tlog.policy import Policy, parse_log_key, parse_policy

STEPS = 200
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def audit() -> None:
    """Check a portal's log and publications, or export them."""


audit.add_command(watch_command)
audit.add_command(verify_report_command)
audit.add_command(witness)


@audit.command("verify")
@click.argument("target")
@click.option("--key", "vkey", help="The log's verifier key, from a source you trust.")
@click.option("--policy", "policy_file", type=FILE, help="Demand the cosignatures of this C2SP tlog-policy file.")
@click.option("--since", type=FILE, help="An earlier checkpoint.")
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), help="Keep the verified checkpoint here.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
def verify_command(
    target: str, *, vkey: str | None, policy_file: Path | None, since: Path | None, save: Path | None, as_json: bool
) -> None:
    """Recompute everything that TARGET (an address, an exported directory or a bundle) claims.

    Exit status: 0 all holds, 1 something failed, 2 TARGET or an option cannot be used, or TARGET does not answer.
    """
    try:
        source = open_source(target)
    except ValueError as error:
        raise click.UsageError(f"TARGET: {error}.") from error
    earlier = since.read_bytes().decode("utf-8", "replace") if since else None
    brought = Brought(_key(vkey), earlier, _policy(policy_file), int(SystemClock(ZoneInfo("UTC")).now().timestamp()))
    verdict = _shown(lambda show: verify(source, brought, show))
    click.echo(json.dumps(verdict.as_document(), indent=2) if as_json else report(verdict))
    if save and verdict.ok:
        save.write_text(verdict.checkpoint, "utf-8")
    sys.exit(verdict.status)


def _key(text: str | None) -> str | None:
    try:
        return str(parse_log_key(text)) if text else None
    except MalformedKey as error:
        raise click.BadParameter(f"{error}.", param_hint="--key") from error


def _policy(file: Path | None) -> Policy | None:
    try:
        return parse_policy(file.read_bytes()) if file else None
    except MalformedPolicy as error:
        raise click.BadParameter(f"{error}.", param_hint="--policy") from error


def _shown(task: Callable[[Progress], Verdict]) -> Verdict:
    """Run it beside a bar on the standard error stream, which is drawn only where a person looks at it."""
    with click.progressbar(length=1, label="Replaying the log", file=sys.stderr) as bar:

        def show(done: int, size: int) -> None:
            bar.length = size
            # A bar that is drawn for every bundle of a large log would take longer than the log.
            if done == size or (done - bar.pos) * STEPS >= size:
                bar.update(done - bar.pos)

        return task(show)


@audit.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--openings", is_flag=True, help="Add the openings of commitments: for auditors only.")
def export(folder: Path, openings: bool) -> None:
    """Write log, publications and served files to FOLDER, for `portal audit verify` or a plain web server."""
    try:
        export_to = importlib.import_module("portal.cli.export").export_to
    except ModuleNotFoundError as error:
        raise click.ClickException(f"the office runs this; {error.name} is missing: pip install '.[server]'") from error
    count = export_to(folder, openings=openings)
    click.echo(f"{count} files written.")
    if openings:
        click.echo("openings.json holds exact counts: hand it to auditors only, and never publish it.")
