"""The checkpoint under the policy that an auditor brought (https://c2sp.org/tlog-policy): who cosigned it, and when.

A cosignature by a witness that the policy names is looked at line by line, so that a false one is named by its witness
and does not hide the others.
"""

from __future__ import annotations

from collections.abc import Sequence

from portal.audit.verdict import Cosigned, Verdict, Witnessing
from portal.tlog.cosignature import cosigned_at
from portal.tlog.errors import LogNotInPolicy, UnverifiedNote
from portal.tlog.note import Note, Signature, parse_note
from portal.tlog.policy import LogKey, Policy, PolicyWitness

DAY = 24 * 60 * 60
STALE_DAYS = 7
# Clocks differ; what is later than this is no difference of clocks.
AHEAD = 60 * 60


def key_of_policy(policy: Policy, checkpoint: bytes) -> LogKey | None:
    """The first of the policy's logs that a signature line of the checkpoint names; None when the policy lists none.

    Raises :class:`UnverifiedNote` when it lists others, and the refusals of :func:`portal.tlog.note.parse_note`.
    """
    signers = {(one.name, one.key_id) for one in parse_note(checkpoint).signatures}
    for key in policy.logs:
        if (key.name, key.key_id) in signers:
            return key
    if policy.logs:
        raise UnverifiedNote("no log of the policy signed the checkpoint")
    return None


def false_cosigners(policy: Policy, note: Note) -> dict[Signature, str]:
    """Signature lines that name a witness of the policy which did not make them, with the witness's name."""
    witnesses = {(one.key.name, one.key.key_id): one for one in policy.witnesses}
    found: dict[Signature, str] = {}
    for line in note.signatures:
        witness: PolicyWitness | None = witnesses.get((line.name, line.key_id))
        if witness and not witness.key.verifies(note.text, line.value):
            found[line] = witness.name
    return found


def check_witnesses(policy: Policy, raw: str, key: LogKey, verdict: Verdict, now: int | None) -> None:
    """Name ``cosignature-wrong`` and ``quorum-missing``. ``now``: POSIX seconds, to tell how old cosignatures are."""
    note = parse_note(raw)
    wrong = false_cosigners(policy, note)
    for name in wrong.values():
        verdict.fail("cosignature-wrong", f"witness {name}")
    note = Note(note.text, tuple(one for one in note.signatures if one not in wrong))
    try:
        standing = policy.check(note, key)
    except LogNotInPolicy:
        verdict.fail("log-not-in-policy")
        return
    times = {one.name: _time(note, one) for one in policy.witnesses}
    cosigned = tuple(Cosigned(name, times[name]) for name in standing.cosigned)
    verdict.witnesses = Witnessing(standing.holds, cosigned, standing.missing)
    if not standing.holds:
        verdict.fail("quorum-missing", f"{len(cosigned)} of {len(policy.witnesses)} witnesses cosigned")
    elif not cosigned:
        verdict.notices.append("the policy demands no cosignature, so nothing excludes a split view")
    verdict.checked.append(f"cosignatures and quorum ({len(cosigned)})")
    if now is not None:
        verdict.notices += _ages(cosigned, now)


def _time(note: Note, witness: PolicyWitness) -> int:
    """When that witness cosigned, by the newest of its lines; 0 when it did not."""
    of_it = [one for one in note.signatures if (one.name, one.key_id) == (witness.key.name, witness.key.key_id)]
    return max((cosigned_at(one.value) for one in of_it), default=0)


def _ages(cosigned: Sequence[Cosigned], now: int) -> list[str]:
    """Old cosignatures are what a portal shows that was rolled back, or is no longer let through to its witnesses."""
    found = []
    for one in cosigned:
        days = (now - one.time) // DAY
        if one.time > now + AHEAD:
            found.append(f"witness {one.name} dates its cosignature in the future; ask it why")
        elif days >= STALE_DAYS:
            found.append(f"the cosignature of witness {one.name} is {days} days old; ask it for its newest checkpoint")
    return found
