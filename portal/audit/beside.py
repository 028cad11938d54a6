"""What stands beside the one-way lists, tables and private lists, and the openings that all publications answer to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from portal.audit import private_lists, tables
from portal.audit.invariants import Invariants
from portal.audit.openings import PRIVATE_SINCE, TABLES_SINCE, Openings, OpeningsMalformed, check_round, parse_openings
from portal.audit.publications import Asked
from portal.audit.source import OPENINGS, Missing, Source, Unusable
from portal.audit.verdict import Failure, Verdict, name_of
from portal.errors import PortalError
from portal.findings.private import Release
from portal.findings.tables import Table


@dataclass(frozen=True)
class Beside:
    """Tables by name, and private lists by ``consultation/list``, as far as their files could be read."""

    tables: Mapping[str, Table]
    private: Mapping[str, Release]


def read_beside(asked: Asked, invariants: Invariants, verdict: Verdict) -> Beside:
    """Read both and hold them against their leaves."""
    return Beside(_tables(asked, invariants, verdict), _private(asked, invariants, verdict))


def _tables(asked: Asked, invariants: Invariants, verdict: Verdict) -> dict[str, Table]:
    found = {}
    for name, logged in invariants.tables.found.items():
        data = read_published(asked.source, f"tables/{name}/findings.json", verdict)
        if data is None:
            continue
        table, failures = tables.check_table(data, logged, invariants.rounds, asked, name_of=name_of)
        verdict.failures += [Failure(item, name) for item in failures]
        if table is not None:
            found[name] = table
    if found:
        verdict.checked.append(f"tables beside the lists ({len(found)})")
    return found


def _private(asked: Asked, invariants: Invariants, verdict: Verdict) -> dict[str, Release]:
    found = {}
    for name, logged in invariants.private.found.items():
        data = read_published(asked.source, logged.path, verdict)
        if data is None or logged.document["consultation"] not in invariants.rounds:
            continue
        release, failures = private_lists.check_private(data, logged, invariants.rounds, asked, name_of=name_of)
        verdict.failures += [Failure(item, name) for item in failures]
        if release is not None:
            found[name] = release
    if found:
        verdict.checked.append(f"private lists ({len(found)})")
    return found


def read_published(source: Source, path: str, verdict: Verdict) -> bytes | None:
    """The bytes of what the log says was published."""
    try:
        return source.read(path)
    except Unusable:
        raise
    except Missing:
        verdict.fail("publication-missing", path.split("/")[1])
        return None


def check_openings(
    source: Source,
    invariants: Invariants,
    publications: dict[str, bytes],
    beside: Beside,
    verdict: Verdict,
) -> None:
    """Hold everything that was published against the openings, where there are any."""
    try:
        openings = parse_openings(source.read(OPENINGS))
    except Unusable:
        raise
    except Missing:
        verdict.skipped.append("commitments and counts: openings are given to auditors only (portal audit export)")
        return
    except OpeningsMalformed:
        verdict.fail("openings-malformed")
        return
    if openings.version == 1:
        verdict.skipped.append("reports and answers: openings of version 1 do not hold them")
    unpublished = [name for name in openings.rounds if getattr(invariants.rounds.get(name), "finding", None) is None]
    verdict.failures += [Failure("opening-of-no-publication", name) for name in unpublished]
    for name, data in publications.items():
        if name not in openings.rounds:
            verdict.fail("opening-missing", name)
            continue
        opened = partial(check_round, name, invariants.rounds[name], openings.rounds[name], data)
        verdict.failures += [Failure(item, name) for item in _named(opened)]
    _opened_tables(openings, invariants, publications, beside.tables, verdict)
    _opened_private(openings, invariants, beside.private, verdict)
    verdict.checked.append("commitments, codings, counts and published rows")


def _named(check: Callable[[], list[str]]) -> list[str]:
    """What the check names; openings that say what no portal writes make it fail in many ways."""
    try:
        return check()
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, PortalError):
        return ["openings-malformed"]


def _opened_tables(
    openings: Openings,
    invariants: Invariants,
    publications: dict[str, bytes],
    found: Mapping[str, Table],
    verdict: Verdict,
) -> None:
    """Tables against the codings of the consultations that they count."""
    unlogged = set(openings.tables) - set(invariants.tables.found)
    verdict.failures += [Failure("opening-of-no-publication", name) for name in sorted(unlogged)]
    if openings.version < TABLES_SINCE and found:
        verdict.skipped.append(f"tables beside the lists: openings of version {openings.version} do not hold them")
        return
    for name, table in found.items():
        members = [member.consultation for member in table.members]
        if name not in openings.tables:
            verdict.fail("opening-missing", name)
        elif all(member in publications and member in openings.rounds for member in members):
            whole = partial(
                tables.check_opening, table, invariants.tables.found[name], invariants.rounds, openings, publications
            )
            verdict.failures += [Failure(item, name) for item in _named(whole)]


def _opened_private(openings: Openings, invariants: Invariants, found: Mapping[str, Release], verdict: Verdict) -> None:
    """Private lists against the settings and the codings of their consultations."""
    unlogged = set(openings.private) - set(invariants.private.found)
    verdict.failures += [Failure("opening-of-no-publication", name) for name in sorted(unlogged)]
    if openings.version < PRIVATE_SINCE and found:
        verdict.skipped.append(f"private lists: openings of version {openings.version} do not hold them")
        return
    for name, release in found.items():
        logged, current = invariants.private.found[name], invariants.rounds[release.consultation]
        if name not in openings.private or release.consultation not in openings.rounds:
            verdict.fail("opening-missing", name)
            continue
        opened = partial(private_lists.check_opening, release, logged, current, openings)
        verdict.failures += [Failure(item, name) for item in _named(opened)]
    years = partial(private_lists.overspent, [one["settings"] for one in openings.rounds.values()])
    verdict.failures += [Failure("private-budget-overspent", year) for year in _named(years)]
