"""``portal audit``: verify from outside, and export what a verifier reads."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from portal.audit.source import open_source
from portal.audit.turnout import Turnout
from portal.audit.verify import Brought, Verdict, verify
from portal.cli.audit_watch import watch_command
from portal.cli.witness import witness

PLACES = 5


@click.group()
def audit() -> None:
    """Check a portal's log and publications, or export them."""


audit.add_command(watch_command)
audit.add_command(witness)


@audit.command("verify")
@click.argument("target")
@click.option("--key", "vkey", help="The log's verifier key, from a source you trust.")
@click.option("--since", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="An earlier checkpoint.")
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), help="Keep the verified checkpoint here.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
def verify_command(target: str, vkey: str | None, since: Path | None, save: Path | None, as_json: bool) -> None:
    """Recompute everything that TARGET (an address or an exported directory) claims.

    Exit status: 0 all holds, 1 something failed, 2 TARGET or an option cannot be used.
    """
    try:
        source = open_source(target)
    except ValueError as error:
        raise click.UsageError(f"TARGET: {error}.") from error
    earlier = since.read_text("utf-8") if since else None
    with click.progressbar(length=1, label="Replaying the log", file=sys.stderr) as bar:

        def show(done: int, size: int) -> None:
            bar.length = size
            bar.update(done - bar.pos)

        verdict = verify(source, Brought(vkey, earlier), show)
    click.echo(json.dumps(verdict.as_document(), indent=2) if as_json else report(verdict))
    if save and verdict.ok:
        save.write_text(verdict.checkpoint, "utf-8")
    sys.exit(0 if verdict.ok else 1)


def report(verdict: Verdict) -> str:
    """The verdict for a person."""
    lines = [f"Log of {verdict.size} leaves, root {verdict.root or 'unknown'}", f"Key: {verdict.vkey or 'unknown'}"]
    lines += [f"  {count:>8}  {kind}" for kind, count in sorted(verdict.kinds.items())]
    lines += [line for turnout in verdict.ballots for line in _ballots(turnout)]
    lines += [f"checked  {item}" for item in verdict.checked]
    lines += [f"skipped  {item}" for item in verdict.skipped]
    lines += [f"NOTICE   {item}" for item in verdict.notices]
    lines += _failed(verdict)
    lines.append("Everything that was checked holds." if verdict.ok else f"{len(verdict.failures)} failures.")
    return "\n".join(lines)


def _ballots(turnout: Turnout) -> Iterator[str]:
    """A consultation's figures and its issuers' keys, to be held against what the office knows and has on paper."""
    most = f"{turnout.people} people x {turnout.each} = {turnout.most} at most"
    lists = "lists still open" if turnout.ballots is None else f"{turnout.ballots} collected, {turnout.cards} on cards"
    spent = f"{turnout.redeemed} spent, {turnout.redeemed_cards} of them made of cards"
    yield f"ballots  {turnout.consultation}: {most}; {lists}; {spent}"
    for one in turnout.issuers:
        yield f"  compare with paper  {one.identity or f'issuer/{one.issuer}: no key in the log'}"
        yield f"     its fingerprint  {one.fingerprint or 'unknown'}"
        yield f"  signs ballots with  {one.key_id or 'unknown'}"


def _failed(verdict: Verdict) -> Iterator[str]:
    """A line for each name: one cause can break a rule at thousands of leaves. ``--json`` lists every one."""
    places: dict[str, list[str]] = {}
    for failure in verdict.failures:
        places.setdefault(failure.name, []).append(failure.where)
    for name, where in places.items():
        shown = ", ".join(item for item in where[:PLACES] if item)
        rest = f" and {len(where) - PLACES} more" if len(where) > PLACES else ""
        yield f"FAILED   {name}" + (f" ({shown}{rest})" if shown else "")


@audit.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--openings", is_flag=True, help="Add the openings of commitments: for auditors only.")
def export(folder: Path, openings: bool) -> None:
    """Write log, publications and served files to FOLDER, for `portal audit verify` or a plain web server."""
    count = importlib.import_module("portal.cli.export").export_to(folder, openings=openings)
    click.echo(f"{count} files written.")
    if openings:
        click.echo("openings.json holds exact counts: hand it to auditors only, and never publish it.")
