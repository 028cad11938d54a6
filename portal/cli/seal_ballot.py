"""The ballot of ``portal seal``: taken from a ballot file, or made of two half-cards, and bound to the sealed comment.

It needs the core alone (no Flask, no SQLAlchemy). Whether issuers made a ballot is found when it is handed in: the
keys are not in ``sealing.json``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import IO

import click

from portal.cli.sealing_file import SealingFile
from portal.crypto import ballot
from portal.crypto.collecting import HeldBallot, read_file
from portal.crypto.crockford import parse_code
from portal.crypto.errors import BallotError, ReceiptError

Bind = Callable[[bytes], bytes]
"""From an envelope to the ballot that is bound to it, both as bytes."""
HELP = "Give --ballots FILE, or --card ISSUER=CODE for each half-card."


def chosen(found: SealingFile, file: IO[bytes] | None, number: int | None, cards: tuple[str, ...]) -> Bind | None:
    """What the options give: None where the consultation has no ballots; a refusal that says what to do otherwise."""
    if not found.issuers:
        if file or number is not None or cards:
            raise click.ClickException("this consultation needs no ballot: keep yours")
        return None
    if bool(file) == bool(cards):
        raise click.ClickException(f"this consultation takes a comment only with one ballot. {HELP}")
    if file is None:
        if number is not None:
            raise click.ClickException("--number counts the ballots of a file; half-cards have none")
        return _of_cards(found, cards)
    return _of_file(found, file.read(), 1 if number is None else number)


def _of_file(found: SealingFile, data: bytes, number: int) -> Bind:
    try:
        consultation, held = read_file(data)
    except BallotError as error:
        raise click.ClickException("the ballot file cannot be read: choose the one that you saved") from error
    if consultation != found.consultation:
        raise click.ClickException(f"these ballots are for another consultation: {consultation}")
    if not 1 <= number <= len(held):
        raise click.ClickException(f"the file holds {len(held)} ballots; choose one with --number")
    taken: HeldBallot = held[number - 1]
    if len(taken.signatures) != len(found.issuers):
        raise click.ClickException("the ballot does not have a signature of each issuer: collect it to the end first")
    return lambda envelope: ballot.collected(consultation, taken.seed, taken.signatures, _digest(envelope)).encode()


def _of_cards(found: SealingFile, cards: tuple[str, ...]) -> Bind:
    codes: dict[str, bytes] = {}
    for text in cards:
        issuer, _, code = text.partition("=")
        issuer = issuer.strip().lower()
        if issuer not in found.issuers or issuer in codes:
            raise click.ClickException(f"give one half-card of each issuer, as ISSUER=CODE: {_named(found)}")
        try:
            codes[issuer] = parse_code(code)
        except ReceiptError as error:
            raise click.ClickException(f"the half-card of {issuer}: {error}") from error
    if set(codes) != set(found.issuers):
        raise click.ClickException(f"give one half-card of each issuer, as ISSUER=CODE: {_named(found)}")
    return lambda envelope: ballot.card(found.consultation, codes, _digest(envelope)).encode()


def _named(found: SealingFile) -> str:
    return ", ".join(f"{issuer} ({name})" for issuer, name in found.issuers.items())


def _digest(envelope: bytes) -> bytes:
    return hashlib.sha256(envelope).digest()
