"""``portal audit witness``: cosign other people's logs, from a folder, with neither Flask nor SQLAlchemy."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from portal.audit.witness import Witness
from portal.audit.witness_disk import Disk
from portal.audit.witness_evidence import kept
from portal.audit.witness_folder import KINDS, WitnessError, WitnessFolder, make_seeds, origin_hash
from portal.audit.witness_server import WitnessServer
from portal.audit.witness_state import LogState, open_states
from portal.clock import SystemClock

FOLDER = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))


@click.group()
def witness() -> None:
    """Run a witness: it cosigns a log's checkpoints as long as the log only grows."""


@witness.command("init")
@FOLDER
@click.option("--name", required=True, help="The witness's name, such as witness.example.vn/thanh-tra.")
@click.option("--log", "logs", multiple=True, metavar="VKEY", help="A log's verifier key; may be repeated.")
@click.option("--kind", type=click.Choice(list(KINDS)), default="both", help="Which cosignatures the witness makes.")
def init_command(folder: Path, name: str, logs: tuple[str, ...], kind: str) -> None:
    """Make a witness in FOLDER, or add logs to the one that stands there. Nothing that stands is changed."""
    try:
        WitnessFolder(folder).make(name, kind, make_seeds(kind), logs, Disk())
    except WitnessError as error:
        raise click.ClickException(str(error)) from error
    _show(WitnessFolder(folder))


@witness.command("serve")
@FOLDER
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8030, show_default=True, type=click.IntRange(0, 65535), help="The port to listen on.")
def serve_command(folder: Path, host: str, port: int) -> None:
    """Answer logs over HTTP, behind a TLS proxy. SIGTERM and SIGINT end it after the requests that run."""
    try:
        working = Witness(WitnessFolder(folder), SystemClock(UTC), notice=_notice)
    except (WitnessError, OSError) as error:
        raise click.ClickException(str(error)) from error
    try:
        server = WitnessServer(working, host, port)
    except OSError as error:
        working.close()
        raise click.ClickException(f"cannot listen on {host}, port {port}: {error.strerror}") from error
    stopper = _stop_on_signals(server)
    click.echo(f"Witness on http://{host}:{server.server_address[1]}", err=True)
    server.serve_forever()
    for thread in stopper:
        thread.join()
    working.close()


@witness.command("show")
@FOLDER
def show_command(folder: Path) -> None:
    """Show keys, logs, what was cosigned last, and evidence.

    Exit status: 0 nothing to see to, 1 there is evidence or a state that cannot be trusted, 2 FOLDER cannot be used.
    """
    sys.exit(0 if _show(WitnessFolder(folder)) else 1)


def _show(folder: WitnessFolder) -> bool:
    """Print everything; returns whether there is nothing that the operator must see to."""
    try:
        signers = folder.signers()
        states = open_states(folder, [signer.verifier for signer in signers], Disk())
    except WitnessError as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"Witness {signers[0].name}")
    for signer in signers:
        click.echo(f"key       {signer.verifier}")
    sound = sum(map(_show_state, states.values())) == len(states)
    pieces = list(_evidence(folder))
    for line in pieces:
        click.echo(line)
    return sound and not pieces


def _show_state(state: LogState) -> bool:
    click.echo(f"log       {state.origin}")
    click.echo(f"  read at /{origin_hash(state.origin)}/checkpoint")
    try:
        held = state.look()
    except WitnessError as error:
        click.echo(f"  FAILED  {error}")
        return False
    latest = f"{held.checkpoint.size} leaves, cosigned {_moment(held.time)}" if held else "never cosigned"
    click.echo(f"  latest  {latest}")
    return True


def _evidence(folder: WitnessFolder) -> Iterator[str]:
    for path, piece in kept(folder.evidence):
        if piece is None:
            yield f"EVIDENCE  {path}: cannot be read"
            continue
        held, refused = piece.sizes
        verdict = "proves a fork by itself" if piece.proves_fork() else "stands" if piece.stands() else "DOES NOT STAND"
        yield f"EVIDENCE  {piece.kind} {piece.request.origin}: held {held}, refused {refused}, {_moment(piece.at)}"
        yield f"          {verdict}: {path}"


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _notice(sentence: str) -> None:
    click.echo(f"portal audit witness: {sentence}", err=True)


def _stop_on_signals(server: WitnessServer) -> list[threading.Thread]:
    """Stopping waits for the loop, which this very thread runs: so another one does it, and is joined at the end."""
    stoppers: list[threading.Thread] = []

    def stop(_number: int, _frame: Any) -> None:
        if not stoppers:
            stoppers.append(threading.Thread(target=server.stop))
            stoppers[0].start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    return stoppers
