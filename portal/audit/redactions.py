"""What must hold of what was kept back of comments: of which, in which order, and of paraphrases only when they stood.

Where words were masked or removed no rule can tell: the commitments open to what is sealed to the comment's readers,
and it is their browsers that compare (``static/src/moderation/readable.js``).
"""

from __future__ import annotations

from collections.abc import Callable

from portal.audit.rounds import Document, Round
from portal.audit.scratch import Scratch

# Takes a broken rule's name and the leaf that broke it.
Broken = Callable[[str, int], None]


class RedactionRules:
    """The rules on ``redaction`` leaves. There are few of them, so that the revisions are held in memory."""

    def __init__(self, broken: Broken, scratch: Scratch) -> None:
        self._broken, self._scratch = broken, scratch
        self._revisions: dict[tuple[int, str], int] = {}

    def redaction(self, index: int, document: Document, current: Round) -> None:
        """A redaction of a comment of that consultation, or the withdrawal of a paraphrase of it."""
        place, kind = document["submission"], document["kind"]
        if place not in current.submissions:
            self._broken("redaction-of-no-submission", index)
            return
        if kind == "paraphrase" and current.state != "published":
            self._broken("withdrawal-before-publication", index)
        if kind == "paraphrase" and not self._scratch.slots(place):
            self._broken("withdrawal-of-no-coding", index)
        if document["revision"] != self._revisions.get((place, kind), 0) + 1:
            self._broken("redaction-revision-out-of-order", index)
        self._revisions[place, kind] = document["revision"]
