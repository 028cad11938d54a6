"""What may be read of codings: the one place on the server that opens them, and the paraphrases in them.

Comments never come here in clear: what is masked or removed of them is kept back in each reader's browser
(``static/src/moderation/readable.js``). What the server can read is what moderators wrote, and all of it passes
through this module: what counts, what auditors get, and the paraphrases that the committee is shown. A paraphrase that
was withdrawn before publication is gone from the coding itself; one that was withdrawn after it is kept back here.
``tests/house/test_choke_point.py`` holds every other module to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.consultations.models import Consultation
from portal.crypto.atrest import AtRest
from portal.moderation.deciding import FIRST, decide
from portal.moderation.models import Coding, Withdrawal

PURPOSE = "coding"
"""What codings are sealed at rest as."""


def open_document(atrest: AtRest, sealed: bytes) -> dict[str, Any]:
    """What a coding's commitment opens to: {"coding", "consultation", "submission", "salt"}, and with two readers
    "slot" and "coder" as well."""
    return dict(json.loads(atrest.open(PURPOSE, sealed)))


def document_of(atrest: AtRest, coding: Coding) -> dict[str, Any]:
    """What the coding says, as it was kept: {"v", "categories", "severity", ...}."""
    return dict(open_document(atrest, coding.sealed)["coding"])


def openings(session: Session, atrest: AtRest, row: Consultation) -> Iterator[dict[str, Any]]:
    """What the newest commitment of each slot opens to, in the log's order of comments and then by slot: {"coding",
    "consultation", "submission", "salt"}, with two readers "slot" and "coder" as well.

    Auditors get these whole, a paraphrase withdrawn after publication among them: a commitment that nobody can open
    any more would let a portal hide a coding.
    """
    query = (
        select(Coding.sealed)
        .where(Coding.consultation_id == row.id, Coding.current)
        .order_by(Coding.submission_leaf, Coding.slot)
        .execution_options(yield_per=1000)
    )
    for sealed in session.scalars(query):
        yield open_document(atrest, sealed)


def current_codings(session: Session, atrest: AtRest, row: Consultation) -> Iterator[dict[str, Any]]:
    """What counts for each coded comment, {"coding", "consultation", "submission"}, in the log's order."""
    for index, found in groupby(openings(session, atrest, row), key=itemgetter("submission")):
        slots = {item.get("slot", FIRST): item["coding"] for item in found}
        yield {"coding": decide(slots), "consultation": row.id, "submission": index}


def shown_paraphrases(
    session: Session, atrest: AtRest, consultation_id: str, chosen: Mapping[str, Sequence[str]]
) -> dict[str, list[str | None]]:
    """The paraphrases that were chosen at publication, by code of their row, with None for each that was withdrawn.

    They are told by their words: the list names no comment. So of two comments whose paraphrases say exactly the same
    both go, which is the side to err on.
    """
    own = (Withdrawal.submission_leaf == Coding.submission_leaf) & (Withdrawal.slot == Coding.slot)
    query = select(Coding.sealed).join(Withdrawal, own)
    query = query.where(Coding.consultation_id == consultation_id, Coding.current)
    gone = {open_document(atrest, sealed)["coding"]["paraphrase"] for sealed in session.scalars(query)}
    return {code: [None if text in gone else text for text in texts] for code, texts in chosen.items()}
