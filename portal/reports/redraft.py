"""A new draft under an edited text, for instance after the profile was corrected; see :mod:`portal.reports.merge`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from portal.consultations.models import Consultation
from portal.crypto.atrest import AtRest
from portal.errors import Conflict
from portal.findings.models import Publication
from portal.reports.merge import Part, merge, resolve
from portal.reports.model import Document, dump_document
from portal.reports.notes import Hand
from portal.reports.service import PURPOSE, Drafted, drafted_now, note_act, save


@dataclass(frozen=True)
class Proposal:
    """The draft as it would be today beside the one that was edited, and the edited text."""

    fresh: Document
    profile_version: int
    parts: tuple[Part, ...]
    seen: str

    @property
    def differs(self) -> bool:
        """Whether the machine would draft anything otherwise than before."""
        return any(part.changed in ("now", "both") or _alike(part) for part in self.parts)

    @property
    def asked(self) -> list[tuple[int, Part]]:
        """The parts that a new draft changes, each with its place: what a person may choose about."""
        return [(place, part) for place, part in enumerate(self.parts) if part.changed in ("now", "both")]


def _alike(part: Part) -> bool:
    return part.changed == "" and part.before != part.now


def propose(session: Session, held: Drafted, row: Consultation, publication: Publication) -> Proposal:
    """What drafting anew would bring."""
    fresh, version = drafted_now(session, row, publication)
    both = dump_document(fresh) + dump_document(held.document)
    return Proposal(fresh, version, merge(held.draft, held.document, fresh), hashlib.sha256(both).hexdigest())


def apply(
    session: Session,
    atrest: AtRest,
    held: Drafted,
    proposal: Proposal,
    choices: Mapping[int, str],
    *,
    hand: Hand,
    seen: str,
) -> Drafted:
    """Take the new draft with the choices; ``seen`` is the proposal that was on the screen.

    :raises Conflict: when text or draft have changed since, a part that both changed has no choice, or the report is
        approved.
    """
    if held.row.state == "approved":
        raise Conflict("report-approved")
    if proposal.seen != seen:
        raise Conflict("report-changed")
    if any(part.changed == "both" and choices.get(place) not in ("mine", "now") for place, part in proposal.asked):
        raise Conflict("report-choose")
    document = resolve(proposal.parts, choices, held.document)
    held.row.draft_sealed = atrest.seal(PURPOSE, dump_document(proposal.fresh))
    held.row.profile_version = proposal.profile_version
    note_act(session, held.row, "redrafted", hand)
    return save(session, atrest, replace(held, draft=proposal.fresh), document, hand=hand)
