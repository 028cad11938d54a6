"""``portal seal``: seal a comment offline, for people who trust neither the served scripts nor JavaScript.

It needs the core alone (no Flask, no SQLAlchemy). What it writes is the body that the submit page would have posted.
"""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import IO
from urllib.request import Request, urlopen

import click

from portal.cli import seal_ballot
from portal.cli.sealing_file import BadSealingFile, SealingFile, read_sealing
from portal.crypto import receipt
from portal.crypto.encoding import b64url_encode
from portal.crypto.envelope import seal as seal_envelope
from portal.crypto.errors import CryptoError
from portal.crypto.keys import public_key
from portal.crypto.payload import LEVELS, TOPICS, Payload, build_payload

FILE_MAX = 4 * 1024 * 1024


def load(source: str) -> bytes:
    """The bytes of a file or of an http(s) address."""
    if not source.startswith(("http://", "https://")):
        return Path(source).read_bytes()
    request = Request(source, headers={"User-Agent": "portal-seal"})  # noqa: S310  (the scheme was checked)
    with urlopen(request, timeout=30) as answer:  # noqa: S310
        body: bytes = answer.read(FILE_MAX)
    return body


def compose(text: str, limit: int) -> str:
    """The comment as it will be sealed: NFC, without blank ends; refuses an empty and an overlong one."""
    composed = unicodedata.normalize("NFC", text).strip()
    if not composed:
        raise click.ClickException("the comment is empty")
    if len(composed) > limit:
        raise click.ClickException(f"the comment has {len(composed)} characters; at most {limit} are possible")
    return composed


def subject(found: SealingFile, level: str | None, unit: str | None) -> tuple[str | None, str | None]:
    """The level and the unit that the comment concerns; a unit brings its level."""
    if unit is None:
        return level, None
    if unit not in found.units:
        raise click.ClickException(f"no such unit; the consultation has: {', '.join(sorted(found.units))}")
    if level not in (None, found.units[unit]):
        raise click.ClickException("the unit is not of that level")
    return found.units[unit], unit


def recused(found: SealingFile, chosen: tuple[str, ...]) -> set[str]:
    """The key ids that the given beginnings single out; at least one moderator must be left."""
    kids = {item.kid for item in found.recipients if item.revoked}
    for start in chosen:
        matching = [item.kid for item in found.recipients if item.kid.startswith(start.lower())]
        if len(matching) != 1:
            raise click.ClickException(f"{start!r} is the beginning of {len(matching)} fingerprints; give more of it")
        kids.add(matching[0])
    if len(kids) == len(found.recipients):
        raise click.ClickException("leave at least one moderator: otherwise nobody could read the comment")
    return kids


def body_of(
    found: SealingFile, payload: Payload, raw: bytes, left_out: set[str], bind: seal_ballot.Bind | None = None
) -> bytes:
    """What is posted: the envelope, the hash of the receipt's locator, and the ballot bound to the envelope."""
    envelope = seal_envelope(
        build_payload(payload, limit=found.max_chars),
        consultation=found.consultation,
        recipients={item.kid: item.public_key for item in found.recipients},
        recused=left_out,
    )
    body = {"envelope": b64url_encode(envelope), "locator_hash": b64url_encode(receipt.locator_hash(raw))}
    if bind is not None:
        body["ballot"] = b64url_encode(bind(envelope))
    return json.dumps(body).encode("ascii")


def show(found: SealingFile, left_out: set[str], *, trusted: bool) -> None:
    """Say to whom the comment will be sealed, and what was checked."""
    click.echo(f"{found.title} ({found.opens} to {found.closes})", err=True)
    click.echo("Every key below stands in the log. Able to read the comment:", err=True)
    for item in found.recipients:
        mark = "  no " if item.kid in left_out else "  yes"
        click.echo(f"{mark}  {item.kid}  {item.name}", err=True)
    if not trusted:
        click.echo(f"Log key (compare it with the one on paper, or give it with --vkey):\n  {found.log_key}", err=True)


def write_new(output: str, body: bytes) -> None:
    """Write the file, but never over another sealed comment."""
    try:
        with Path(output).open("xb") as handle:
            handle.write(body)
    except FileExistsError:
        raise click.ClickException(f"{output} exists already; it may hold a comment you have not sent yet") from None
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}") from error


@click.command()
@click.argument("source", metavar="SEALING.JSON")
@click.option("--text", type=click.File("rb"), default="-", help="File with the comment; default: standard input.")
@click.option("--topic", type=click.Choice(TOPICS), required=True, help="What kind of comment it is.")
@click.option("--level", type=click.Choice(LEVELS), help="What it concerns: the office, a unit, the Party.")
@click.option("--unit", help="Code of the unit it concerns, never your own because it is yours.")
@click.option("--leave-out", multiple=True, metavar="FINGERPRINT", help="A moderator who must not read it; may repeat.")
@click.option("--ballots", type=click.File("rb"), help="Ballot file, where the consultation has ballots.")
@click.option("--number", type=int, help="Which ballot of the file is used; default: the first.")
@click.option("--card", multiple=True, metavar="ISSUER=CODE", help="A half-card; one for each issuer.")
@click.option("--vkey", help="The log's verifier key that you trust.")
@click.option("--output", default="comment.sealed", show_default=True, help="File to write.")
def seal(
    *,
    source: str,
    text: IO[bytes],
    topic: str,
    level: str | None,
    unit: str | None,
    leave_out: tuple[str, ...],
    ballots: IO[bytes] | None,
    number: int | None,
    card: tuple[str, ...],
    vkey: str | None,
    output: str,
) -> None:
    """Seal a comment to the moderators named in SEALING.JSON (a file, or an address ending in /sealing.json).

    Writes a .sealed file to upload at the foot of the consultation's page, and prints the receipt code, once, on
    standard output. An address is fetched over your network: for more privacy save the file with Tor Browser.
    """
    try:
        found = read_sealing(load(source), vkey=vkey)
        left_out, raw = recused(found, leave_out), receipt.new_receipt()
        bind = seal_ballot.chosen(found, ballots, number, card)
        where, written = subject(found, level, unit), compose(text.read().decode("utf-8-sig"), found.max_chars)
        reply_key = public_key(receipt.reply_seed(raw))
        payload = Payload(found.consultation, topic, written, reply_key, level=where[0], unit=where[1])
        body = body_of(found, payload, raw, left_out, bind)
    except (BadSealingFile, CryptoError, OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"refused: {error}") from error
    show(found, left_out, trusted=vkey is not None)
    write_new(output, body)
    if bind is not None:
        click.echo(f"The ballot is in {output} now and serves nothing else: use another one next time.", err=True)
    click.echo(f"Wrote {output}. Save the receipt code: it is shown this once.", err=True)
    click.echo(receipt.format_receipt(raw))
