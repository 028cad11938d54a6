"""``portal audit watch``: what visitors are served, against the log and one's own build, at unforeseen times."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from portal.audit.watch.files import ManifestMalformed
from portal.audit.watch.logged import Known, StateMalformed, Trust
from portal.audit.watch.report import NAMES, Failure, Report
from portal.audit.watch.run import Order, watch
from portal.audit.watch.visitor import CHANCE, Range
from portal.audit.watch.wire import BadAddress, parse_address, parse_proxy
from portal.clock import SystemClock
from portal.tlog.errors import TlogError
from portal.tlog.policy import parse_log_key, parse_policy

PLACES = 5
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class RangeType(click.ParamType):
    """``20m-3h``, or ``1h`` for an exact time: the least and the most seconds."""

    name = "range"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Range:
        """Parse; a default is a pair already."""
        if isinstance(value, tuple):
            return (float(value[0]), float(value[1]))
        match = re.fullmatch(r"([0-9]{1,6})([smhd])(?:-([0-9]{1,6})([smhd]))?", str(value))
        if match is None:
            self.fail("a range is written 20m-3h (s, m, h or d)", param, ctx)
        least = int(match[1]) * SECONDS[match[2]]
        most = int(match[3]) * SECONDS[match[4]] if match[3] else least
        if most < least:
            self.fail("a range begins with the smaller one", param, ctx)
        return (least, most)


@click.command("watch")
@click.argument("address")
@click.option("--key", "vkey", help="The log's verifier key, from a source you trust.")
@click.option("--policy", "policy_file", type=FILE, help="A tlog-policy file: logs, witnesses, quorum.")
@click.option("--local", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Your own build.")
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), help="What was learned, for the next time.")
@click.option("--evidence", type=click.Path(file_okay=False, path_type=Path), help="Keep answers here on failure.")
@click.option("--every", type=RangeType(), help="Go on, waiting a random time within this range, such as 20m-3h.")
@click.option("--times", type=click.IntRange(min=1), help="With --every: how often at most.")
@click.option("--pause", type=RangeType(), default=(0, 0), help="Wait this long between pages, such as 2s-30s.")
@click.option("--proxy", help="A SOCKS5 proxy such as Tor's: socks5h://127.0.0.1:9050.")
@click.option("--user-agent", help="Name this browser; by default one of several usual ones.")
@click.option("--json", "as_json", is_flag=True, help="Print each report as one line of JSON.")
def watch_command(address: str, state: Path | None, every: Range | None, times: int | None, **chosen: Any) -> None:
    """Read ADDRESS as its visitors do, and compare what is served with what is logged.

    Exit status: 0 all holds, 1 something failed, 2 ADDRESS or an option cannot be used.
    """
    try:
        order = read_order(address, chosen)
        known = Known.load(state.read_text("utf-8")) if state and state.exists() else Known()
    except (BadAddress, TlogError, StateMalformed) as error:
        raise click.UsageError(f"{error}.") from error
    failed = False
    for _ in _rounds(every, times):
        try:
            found, known = watch(order, known, SystemClock(ZoneInfo("UTC")))
        except ManifestMalformed as error:
            raise click.UsageError(f"--local: {error}.") from error
        click.echo(json.dumps(found.as_document(), ensure_ascii=False) if chosen["as_json"] else report(found))
        failed = failed or not found.ok
        if state and found.ok:
            state.write_text(known.dump(), "utf-8")
    sys.exit(1 if failed else 0)


def read_trust(vkey: str | None, policy_file: Path | None) -> Trust:
    """What the auditor brings; raises a :class:`TlogError` for a key or a policy that is none."""
    policy = parse_policy(policy_file.read_bytes()) if policy_file else None
    return Trust(parse_log_key(vkey) if vkey else None, policy)


def read_order(address: str, chosen: dict[str, Any]) -> Order:
    """The options, parsed; raises :class:`BadAddress` or a :class:`TlogError`."""
    return Order(
        address,
        parse_address(address),
        read_trust(chosen["vkey"], chosen["policy_file"]),
        local=chosen["local"],
        kept=chosen["evidence"],
        proxy=parse_proxy(chosen["proxy"]) if chosen["proxy"] else None,
        pause=chosen["pause"],
        user_agent=chosen["user_agent"],
    )


def _rounds(every: Range | None, times: int | None) -> Iterator[int]:
    """Once; or again and again, at times that nobody can foresee."""
    count = 0
    while True:
        yield count
        count += 1
        if every is None or count == times:
            return
        time.sleep(CHANCE.uniform(*every))


def report(found: Report) -> str:
    """The report for a person: one line for each name, with the first places."""
    lines = [f"{found.address} at {found.started}, log of {found.size} leaves, root {found.root or 'unknown'}"]
    lines += [f"Key: {found.vkey or 'unknown'}"]
    lines += [f"checked  {item}" for item in found.checked]
    lines += [f"skipped  {item}" for item in found.skipped]
    lines += [f"NOTICE   {item}" for item in found.notices]
    places: dict[str, list[Failure]] = {}
    for failure in found.failures:
        places.setdefault(failure.name, []).append(failure)
    for name, failures in places.items():
        lines.append(f"FAILED   {name}: {NAMES[name]}")
        lines += [f"           {' '.join(filter(None, (one.where, one.detail)))}" for one in failures[:PLACES]]
        lines += [f"           and {len(failures) - PLACES} more"] if len(failures) > PLACES else []
    lines += [f"evidence {found.evidence}"] if found.evidence else []
    lines.append("Everything that was checked holds." if found.ok else f"{len(found.failures)} failures.")
    return "\n".join(lines)
