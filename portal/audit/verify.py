"""The offline verifier: recomputes everything that a portal's log and publications claim.

It needs neither Flask nor SQLAlchemy nor the database. A :class:`Verdict` names every failure; none means that what was
read is whole and consistent with the key, the earlier checkpoint and the witnesses that the auditor brought. It cannot
know what the portal never wrote down. Whether somebody else was shown another history is for witnesses to exclude.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portal.audit.beside import check_openings, read_beside, read_published
from portal.audit.invariants import Invariants
from portal.audit.publications import Asked, check_publication, same_log
from portal.audit.served import check_served
from portal.audit.source import Listing, Missing, Source, Unusable
from portal.audit.standing import check_witnesses, key_of_policy
from portal.audit.strays import check_strays
from portal.audit.turnout import questions
from portal.audit.verdict import Failure, Verdict, name_of
from portal.tlog.checkpoint import Checkpoint, open_checkpoint
from portal.tlog.errors import TlogError
from portal.tlog.note import MAX_SIGNATURES
from portal.tlog.paths import BundlePath, TilePath
from portal.tlog.policy import LogKey, Policy, parse_log_key
from portal.tlog.replay import replay

__all__ = ["Brought", "Failure", "Progress", "Verdict", "verify"]

Progress = Callable[[int, int], None]
"""Takes the leaves that were read so far, and all there are."""

# The texts of a checkpoint and of 100 signatures by ML-DSA-44 stay far below this.
CHECKPOINT_LIMIT = MAX_SIGNATURES * 8 * 1024


@dataclass(frozen=True)
class Brought:
    """What the auditor brings. All may be left out, and the verdict says what was not checked for it.

    ``vkey``: the log's key (else the policy's, else it is trusted on first use); ``earlier``: a checkpoint kept from an
    earlier run; ``policy``: whose cosignatures are demanded; ``now``: POSIX seconds, to tell how old cosignatures are.
    """

    vkey: str | None = None
    earlier: str | None = None
    policy: Policy | None = None
    now: int | None = None


def verify(source: Source, brought: Brought, progress: Progress = lambda _done, _all: None) -> Verdict:
    """Check everything that exists so far; never raises for what the source says, only names it."""
    verdict, invariants = Verdict(), Invariants()
    try:
        raw = _raw_checkpoint(source)
        key = _key(source, brought, raw, verdict)
        checkpoint = _checkpoint(raw, key, verdict)
        if brought.policy is not None:
            check_witnesses(brought.policy, verdict.checkpoint, key, verdict, brought.now)
        _replay(source, checkpoint, invariants, verdict, progress)
        _consistency(source, brought, key, checkpoint, verdict)
        asked = Asked(source, key, checkpoint, brought.policy)
        publications = _publications(asked, invariants, verdict)
        beside = read_beside(asked, invariants, verdict)
        check_openings(source, invariants, publications, beside, verdict)
        served = check_served(source, invariants.assets, verdict)
        if isinstance(source, Listing):
            published = {name for name, current in invariants.rounds.items() if current.finding}
            published |= set(invariants.tables.found) | set(invariants.private.found)
            check_strays(source, verdict, published=published, served=served)
    except Unusable as error:
        verdict.fail(error.name, str(error))
    except Missing as error:
        verdict.fail("missing", str(error))
    except TlogError as error:
        verdict.fail(name_of(error))
    finally:
        invariants.close()
    return verdict


def _raw_checkpoint(source: Source) -> bytes:
    raw = source.read("log/checkpoint")
    if len(raw) > CHECKPOINT_LIMIT:
        raise Unusable("file-too-large", "log/checkpoint")
    return raw


def _key(source: Source, brought: Brought, raw: bytes, verdict: Verdict) -> LogKey:
    """The log's key. What the source calls its key is what visitors' browsers are told, so it must be the same."""
    line = source.read("log/vkey").decode("utf-8", "replace")
    key = parse_log_key(brought.vkey) if brought.vkey else None
    if key is None and brought.policy is not None:
        key = key_of_policy(brought.policy, raw)
    if key is None:
        verdict.skipped.append("log key: taken from the source itself; bring your own with --key")
        key = parse_log_key(line.removesuffix("\n"))
    if line != f"{key}\n":
        verdict.fail("log-key-not-as-served", "log/vkey")
    verdict.vkey = str(key)
    return key


def _checkpoint(raw: bytes, key: LogKey, verdict: Verdict) -> Checkpoint:
    checkpoint = open_checkpoint(raw, key).checkpoint
    verdict.size, verdict.root, verdict.checkpoint = checkpoint.size, checkpoint.root.hex(), raw.decode()
    verdict.checked.append("checkpoint signature")
    return checkpoint


def _replay(
    source: Source, checkpoint: Checkpoint, invariants: Invariants, verdict: Verdict, progress: Progress
) -> None:
    def bundle(index: int, width: int) -> bytes:
        return source.read(f"log/{BundlePath(index, width)}")

    def tile(level: int, index: int, width: int) -> bytes:
        return source.read(f"log/{TilePath(level, index, width)}")

    for part in replay(checkpoint.size, checkpoint.root, bundle, tile):
        invariants.feed_all(part.start, part.entries)
        progress(part.start + len(part.entries), checkpoint.size)
    verdict.checked.append("entries, tiles and root")
    verdict.failures += [Failure(item.name, f"leaf {item.leaf}") for item in invariants.finish()]
    verdict.kinds = invariants.kinds
    for name, current in invariants.rounds.items():
        if current.finding is not None and current.uncoded:
            verdict.notices.append(f"{name}: {current.uncoded} comments were published without a coding; ask why")
    verdict.checked.append("invariants between leaves")
    _ballots(invariants, verdict)


def _ballots(invariants: Invariants, verdict: Verdict) -> None:
    verdict.ballots = invariants.turnout()
    over = {name for name, current in invariants.rounds.items() if current.state != "open"}
    verdict.notices += questions(verdict.ballots, over)
    if verdict.ballots:
        spent = sum(turnout.redeemed for turnout in verdict.ballots)
        verdict.checked.append(f"issuers' statements and ballots ({spent})")


def _consistency(source: Source, brought: Brought, key: LogKey, now: Checkpoint, verdict: Verdict) -> None:
    if brought.earlier is None:
        verdict.skipped.append("consistency: no earlier checkpoint was brought (--since)")
        return
    try:
        earlier = open_checkpoint(brought.earlier, key).checkpoint
    except TlogError as error:
        verdict.fail(name_of(error), "the earlier checkpoint")
        return
    if earlier.size > now.size:
        verdict.fail("log-rolled-back", f"from {earlier.size} to {now.size} leaves")
    elif not same_log(source, earlier, now):
        verdict.fail("log-forked", f"at {earlier.size} leaves")
    else:
        verdict.checked.append("consistency with the earlier checkpoint")


def _publications(asked: Asked, invariants: Invariants, verdict: Verdict) -> dict[str, bytes]:
    found = {}
    for name, current in invariants.rounds.items():
        data = read_published(asked.source, f"results/{name}/findings.json", verdict) if current.finding else None
        if data is None:
            continue
        document, failures = check_publication(data, current, asked, name_of=name_of)
        verdict.failures += [Failure(item, name) for item in failures]
        if document:
            found[name] = document
    verdict.checked.append(f"publications ({len(found)})")
    return found
