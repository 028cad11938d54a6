"""A verdict for a person to read; ``--json`` gives the same to a machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from portal.audit.turnout import Turnout
from portal.audit.verdict import Verdict, Witnessing

PLACES = 5
YEAR_9999 = 253_402_300_799


def report(verdict: Verdict) -> str:
    """The verdict for a person."""
    lines = [f"Log of {verdict.size} leaves, root {verdict.root or 'unknown'}", f"Key: {verdict.vkey or 'unknown'}"]
    lines += [f"  {count:>8}  {kind}" for kind, count in sorted(verdict.kinds.items())]
    lines += [line for turnout in verdict.ballots for line in _ballots(turnout)]
    lines += _witnesses(verdict.witnesses) if verdict.witnesses else []
    lines += [f"checked  {item}" for item in verdict.checked]
    lines += [f"skipped  {item}" for item in verdict.left_out]
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


def _witnesses(found: Witnessing) -> Iterator[str]:
    """Who cosigned, when by their own word, and who did not."""
    for one in found.cosigned:
        # A witness may state any of 2^63 seconds; what no calendar has is shown as the number it is.
        when = datetime.fromtimestamp(one.time, UTC).isoformat() if one.time <= YEAR_9999 else str(one.time)
        yield f"witness  {one.name} cosigned at {when}"
    for name in found.missing:
        yield f"witness  {name} did not"


def _failed(verdict: Verdict) -> Iterator[str]:
    """A line for each name: one cause can break a rule at thousands of leaves. ``--json`` lists every one."""
    places: dict[str, list[str]] = {}
    for failure in verdict.failures:
        places.setdefault(failure.name, []).append(failure.where)
    for name, where in places.items():
        shown = ", ".join(item for item in where[:PLACES] if item)
        rest = f" and {len(where) - PLACES} more" if len(where) > PLACES else ""
        yield f"FAILED   {name}" + (f" ({shown}{rest})" if shown else "")
