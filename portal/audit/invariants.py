"""What must hold between the leaves of the log, checked in one pass with memory for hashes only.

Each violation has a name; an auditor can quote it. The rules on ballots stand in ``portal.audit.ballots``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from portal.audit.ballots import BallotRules
from portal.audit.turnout import Turnout
from portal.ledger.events import BadLeaf, decode

Document = dict[str, Any]


@dataclass(frozen=True)
class Violation:
    """A broken rule: its name, and the index of the leaf that broke it (-1: the log as a whole)."""

    name: str
    leaf: int


@dataclass
class Round:
    """What one pass has learned of a consultation."""

    opening: Document
    state: str = "open"
    submissions: dict[int, int] = field(default_factory=dict)
    codings: dict[int, tuple[int, str]] = field(default_factory=dict)
    finding: Document | None = None
    finding_leaf: int = -1
    report: bool = False
    done: set[str] = field(default_factory=set)

    @property
    def settings_sha256(self) -> str:
        """Digest of the frozen settings."""
        return str(self.opening["settings_sha256"])

    @property
    def taxonomy_sha256(self) -> str:
        """Digest of the pinned taxonomy."""
        return str(self.opening["taxonomy_sha256"])

    @property
    def period(self) -> dict[str, str]:
        """First and last day."""
        return {"opens": self.opening["opens"], "closes": self.opening["closes"]}

    @property
    def uncoded(self) -> int:
        """Submissions that have no coding: an auditor asks why, when findings were published without them."""
        return len(self.submissions) - len(self.codings)


class Invariants:
    """Feed it every leaf in order, then call :meth:`finish`; ``violations`` holds what was wrong."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []
        self.rounds: dict[str, Round] = {}
        self.assets: dict[str, Document] = {}
        self.kinds: dict[str, int] = {}
        self.size = 0
        self._ballots = BallotRules(self._broken)
        self._keys: dict[str, str] = {}
        self._envelopes: set[bytes] = set()
        self._erased: set[int] = set()
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
            "reading": self._reading,
            "finding": self._finding,
            "report": self._report,
            "action": self._action,
            "erasure": self._erasure,
        }

    def feed(self, index: int, data: bytes) -> None:
        """Check one leaf against all before it."""
        self.size = index + 1
        try:
            document = decode(data)
        except BadLeaf:
            self._broken("leaf-malformed", index)
            return
        kind = document["type"]
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        rule = self._rules.get(kind)
        if rule is None:
            self._broken("leaf-type-without-rule", index)
        else:
            rule(index, document)

    def finish(self) -> list[Violation]:
        """The violations."""
        return self.violations

    def turnout(self) -> list[Turnout]:
        """The figures of every consultation with ballots."""
        return list(self._ballots.turnout())

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
            self.rounds[name] = Round(document)
            self._ballots.opened(index, document)
            return
        if current is None or current.state != "open":
            self._broken("consultation-closed-unopened", index)
            return
        if {**document, "action": "open"} != current.opening:
            self._broken("consultation-settings-changed", index)
        current.state = "closed"

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
        self._fresh(index, document)
        if current is not None:
            current.submissions[index] = 0
            self._ballots.submission(index, document)

    def _message(self, index: int, document: Document) -> None:
        self._round(index, document, "open", "closed", "published")
        self._fresh(index, document)

    def _fresh(self, index: int, document: Document) -> None:
        digest = bytes.fromhex(document["envelope_sha256"])
        if digest in self._envelopes:
            self._broken("envelope-twice", index)
        self._envelopes.add(digest)

    def _coding(self, index: int, document: Document) -> None:
        current = self._round(index, document, "open", "closed")
        if current is None:
            return
        place = document["submission"]
        if place not in current.submissions:
            self._broken("coding-of-no-submission", index)
            return
        if document["revision"] != current.submissions[place] + 1:
            self._broken("coding-revision-out-of-order", index)
        current.submissions[place] = document["revision"]
        current.codings[place] = (document["revision"], document["commitment"])

    def _reading(self, index: int, document: Document) -> None:
        """A reader's word that nothing is left which that key can open."""
        current = self._round(index, document, "closed")
        if current is None:
            return
        if document["kid"] not in current.opening["keys"]:
            self._broken("reading-by-no-reader", index)
        current.done.add(document["kid"])

    def _finding(self, index: int, document: Document) -> None:
        current = self._round(index, document, "closed")
        if current is None:
            return
        silent = {kid for kid in current.opening["keys"] if self._keys.get(kid) == "add"} - current.done
        if current.uncoded and silent:
            self._broken("finding-with-uncoded-submission", index)
        if document["checkpoint_size"] > index:
            self._broken("finding-from-the-future", index)
        if current.finding is None:
            current.finding, current.finding_leaf = document, index
        current.state = "published"

    def _report(self, index: int, document: Document) -> None:
        current = self._round(index, document, "published")
        if current is None:
            return
        if current.finding is None or current.finding["publication_sha256"] != document["publication_sha256"]:
            self._broken("report-of-other-finding", index)
        if current.report:
            self._broken("report-twice", index)
        current.report = True

    def _action(self, index: int, document: Document) -> None:
        self._round(index, document, "published")

    def _erasure(self, index: int, document: Document) -> None:
        place = document["leaf"]
        if place >= index or place in self._erased:
            self._broken("erasure-of-no-leaf", index)
        elif not any(place in known.submissions and known.finding for known in self.rounds.values()):
            self._broken("erasure-before-publication", index)
        self._erased.add(place)
