"""What must hold between the leaves of the log, checked in one pass.

Each violation has a name; an auditor can quote it. The rules on ballots stand in ``portal.audit.ballots``. What must be
remembered of every leaf lies in :mod:`portal.audit.scratch`, so that memory does not grow with the log.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from portal.audit.ballots import BallotRules
from portal.audit.codings import CodingRules
from portal.audit.private_lists import PrivateRules
from portal.audit.readers import ReaderRules
from portal.audit.redactions import RedactionRules
from portal.audit.rounds import Document, Round
from portal.audit.runs import PlainRun, plain_coding, plain_run
from portal.audit.scratch import Digests, Scratch
from portal.audit.tables import TableRules
from portal.audit.turnout import Turnout
from portal.ledger.events import BadLeaf, decode


@dataclass(frozen=True)
class Violation:
    """A broken rule: its name, and the index of the leaf that broke it (-1: the log as a whole)."""

    name: str
    leaf: int


# Who must have approved a report, at least (design.md, "Report"; portal.reports.approval).
PEOPLE = 2
CONSOLIDATED = 3
"""The version of ``report`` leaves that are of an upper-level office."""


class Invariants:
    """Feed it every leaf in order, then call :meth:`finish`, and :meth:`close` when it is not needed any more."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []
        self.rounds: dict[str, Round] = {}
        self.consolidations: dict[str, int] = {}
        self.assets: dict[str, Document] = {}
        self.kinds: dict[str, int] = {}
        self.size = 0
        self._scratch, self._envelopes = Scratch(), Digests()
        self._ballots = BallotRules(self._broken, self._scratch.spend)
        self._keys: dict[str, str] = {}
        self._readers = ReaderRules(self._broken, self._keys)
        self._codings = CodingRules(self._broken, self._scratch)
        self._redactions = RedactionRules(self._broken, self._scratch)
        self.tables, self.private = TableRules(self._broken, self.rounds), PrivateRules(self._broken, self.rounds)
        self._rules: dict[str, Callable[[int, Document], None]] = {
            "asset": self._asset,
            "key": self._key,
            "issuer-key": self._ballots.issuer_key,
            "roster": self._ballots.roster,
            "card": self._ballots.card,
            "consultation": self._consultation,
            "issuance": self._issuance,
            "issuance-close": self._issuance,
            "submission": self._submission,
            "message": self._message,
            "coding": self._coding,
            "redaction": self._redaction,
            "reader": self._reader,
            "reading": self._reading,
            "finding": self._finding,
            "report": self._report,
            "action": self._action,
            "erasure": self._erasure,
        }

    def feed_all(self, start: int, entries: Sequence[bytes]) -> None:
        """Check the leaves from ``start`` on: the same as :meth:`feed` for each, and faster for plain comments."""
        at = 0
        while at < len(entries):
            run = plain_run(entries, at)
            if run is None:
                self.feed(start + at, entries[at])
                at += 1
            else:
                self._submissions(start + at, run)
                at += len(run.envelopes)

    def feed(self, index: int, data: bytes) -> None:
        """Check one leaf against all before it."""
        try:
            document = plain_coding(data) or decode(data)
        except BadLeaf:
            self._count(index, "")
            self._broken("leaf-malformed", index)
            return
        kind = document["type"]
        self._count(index, kind)
        rule = self._rules.get(kind)
        if rule is None:
            self._broken("leaf-type-without-rule", index)
        else:
            rule(index, document)

    def finish(self) -> list[Violation]:
        """The violations, in the order of the leaves."""
        for place in self._envelopes.twice():
            self._broken("envelope-twice", place)
        self.violations.sort(key=lambda one: one.leaf)
        return self.violations

    def close(self) -> None:
        """Give back the files that were written on the way; nothing can be asked any more."""
        self._scratch.close()
        self._envelopes.close()

    def turnout(self) -> list[Turnout]:
        """The figures of every consultation with ballots."""
        return list(self._ballots.turnout())

    def _count(self, index: int, kind: str, many: int = 1) -> None:
        self.size = index + 1
        if kind:
            self.kinds[kind] = self.kinds.get(kind, 0) + many

    def _broken(self, name: str, index: int) -> None:
        self.violations.append(Violation(name, index))

    def _round(self, index: int, document: Document, *states: str) -> Round | None:
        found = self.rounds.get(document["consultation"])
        if found is None:
            self._broken(f"{document['type']}-without-consultation", index)
            return None
        if found.state not in states:
            self._broken(f"{document['type']}-while-{found.state}", index)
        return found

    def _asset(self, _index: int, document: Document) -> None:
        self.assets[document["name"]] = document

    def _key(self, index: int, document: Document) -> None:
        kid, state = document["kid"], self._keys.get(document["kid"])
        if document["public_key_sha256"][:32] != kid:
            self._broken("key-id-not-of-key", index)
        if document["action"] == "add" and state is not None:
            self._broken("key-added-twice", index)
        if document["action"] == "revoke" and state != "add":
            self._broken("key-revoked-unadded", index)
        self._keys[kid] = document["action"]

    def _consultation(self, index: int, document: Document) -> None:
        name, current = document["consultation"], self.rounds.get(document["consultation"])
        if document["action"] == "open":
            if current is not None:
                self._broken("consultation-opened-twice", index)
                return
            if any(self._keys.get(kid) != "add" for kid in document["keys"]):
                self._broken("consultation-key-not-in-log", index)
            self.rounds[name] = Round(document, self._scratch)
            self._ballots.opened(index, document)
            return
        if current is None or current.state != "open":
            self._broken("consultation-closed-unopened", index)
            return
        if {**document, "action": "open"} != current.opening:
            self._broken("consultation-settings-changed", index)
        current.state, current.closed_at = "closed", index

    def _issuance(self, index: int, document: Document) -> None:
        """A line or the end of an issuer's list."""
        if self._round(index, document, "open") is None:
            return
        if document["type"] == "issuance":
            self._ballots.issuance(index, document)
        else:
            self._ballots.issuance_close(index, document)

    def _submission(self, index: int, document: Document) -> None:
        current = self._round(index, document, "open")
        self._envelopes.add(bytes.fromhex(document["envelope_sha256"]), index)
        if current is not None:
            current.submissions.add(index)
            self._ballots.submission(index, document)

    def _submissions(self, start: int, run: PlainRun) -> None:
        """Comments without ballots; one by one where something is wrong with them, so that each is named."""
        current, count = self.rounds.get(run.consultation), len(run.envelopes)
        if current is None or current.state != "open" or current.opening["v"] != 1:
            for nth, digest in enumerate(run.envelopes):
                values = {"consultation": run.consultation, "envelope_sha256": digest.hex()}
                self._count(start + nth, "submission")
                self._submission(start + nth, {"type": "submission", "v": 1, **values})
            return
        self._count(start + count - 1, "submission", count)
        self._envelopes.add_all(run.envelopes, start)
        current.submissions.add(start, count)

    def _message(self, index: int, document: Document) -> None:
        current = self._round(index, document, "open", "closed", "published")
        self._envelopes.add(bytes.fromhex(document["envelope_sha256"]), index)
        if current is not None:
            current.messages.add(index)

    def _coding(self, index: int, document: Document) -> None:
        current = self._round(index, document, "open", "closed")
        if current is not None:
            self._codings.coding(index, document, current)

    def _redaction(self, index: int, document: Document) -> None:
        current = self._round(index, document, "open", "closed", "published")
        if current is not None:
            self._redactions.redaction(index, document, current)

    def _reader(self, index: int, document: Document) -> None:
        current = self._round(index, document, "open", "closed", "published")
        if current is not None:
            self._readers.reader(index, document, current)

    def _reading(self, index: int, document: Document) -> None:
        current = self._round(index, document, "closed")
        if current is not None:
            self._readers.reading(index, document, current)

    def _finding(self, index: int, document: Document) -> None:
        if beside := {2: self.tables.table, 3: self.private.private}.get(document["v"]):
            beside(index, document)
            return
        current = self._round(index, document, "closed")
        if current is None:
            return
        current.unheard = self._readers.silent(current)
        if current.uncoded and current.unheard:
            self._broken("finding-with-uncoded-submission", index)
        elif current.half_read and current.unheard:
            self._broken("finding-with-half-read-comment", index)
        if document["checkpoint_size"] > index:
            self._broken("finding-from-the-future", index)
        if document["checkpoint_size"] <= current.closed_at:
            self._broken("finding-before-the-close", index)
        if current.finding is None:
            current.finding, current.finding_leaf = document, index
        current.state = "published"

    def _report(self, index: int, document: Document) -> None:
        if document["v"] == CONSOLIDATED:
            self._consolidated(index, document)
            return
        current = self._round(index, document, "published")
        if current is None:
            return
        if current.finding is None or current.finding["publication_sha256"] != document["publication_sha256"]:
            self._broken("report-of-other-finding", index)
        if document["v"] > 1 and document["approvals"] < PEOPLE:
            self._broken("report-approved-by-one", index)
        if current.report and document["v"] == 1:
            self._broken("report-twice", index)
        elif document.get("revision", 1) != current.revision + 1:
            self._broken("report-revision-out-of-order", index)
        else:
            current.report = document

    def _consolidated(self, index: int, document: Document) -> None:
        """A report on many offices' findings: it belongs to no consultation of this log."""
        name, before = document["consolidation"], self.consolidations.get(document["consolidation"], 0)
        if document["approvals"] < PEOPLE:
            self._broken("report-approved-by-one", index)
        if document["revision"] != before + 1:
            self._broken("report-revision-out-of-order", index)
        self.consolidations[name] = max(before, document["revision"])

    def _action(self, index: int, document: Document) -> None:
        """An answer; its commitment is salted, so that no honest one stands twice."""
        current = self._round(index, document, "published")
        if current is None:
            return
        if any(document["commitment"] in logged for logged in current.answers.values()):
            self._broken("action-twice", index)
        current.answers.setdefault(document["concern"], []).append(document["commitment"])

    def _erasure(self, index: int, document: Document) -> None:
        place = document["leaf"]
        if not self._scratch.erase(place) or place >= index:
            self._broken("erasure-of-no-leaf", index)
        elif not any(known.lets_erase(place) for known in self.rounds.values()):
            self._broken("erasure-before-publication", index)
