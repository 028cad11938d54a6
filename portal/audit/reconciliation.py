"""Do the store's own numbers fit together? What came in, waits, stands in the log, was coded and was published.

A verifier from outside cannot see what waits or was dropped before the log; these sums are for auditors and
administrators inside. They hold no comment and nothing of a submitter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.ballots.issuers import terms_of
from portal.ballots.models import Nullifier
from portal.ballots.turnout import Turnout, turnout
from portal.consultations import service as consultations
from portal.consultations.models import Consultation, ConsultationIssuer
from portal.crypto.atrest import AtRest
from portal.findings import service as findings
from portal.findings.counts import Counts
from portal.findings.disclosure import Reason, verdicts
from portal.findings.publication import TABLES
from portal.ledger import log as ledger
from portal.ledger.models import PoolEntry
from portal.moderation.models import Coding
from portal.submissions.mailbox_models import MailMessage
from portal.submissions.models import SealedEnvelope, SequencedCount, Submission
from portal.submissions.sequencing import mail_group

NOT_HELD_BACK = {Reason.SHOWN, Reason.THEMES_ONLY, Reason.CATEGORIES_SHOWN}
SHOWN = ("received", "waiting", "sequenced", "envelopes", "coded")


@dataclass(frozen=True)
class BallotSums:
    """Ballots of one consultation. ``turnout`` is None until every list is logged; it counts what stands in the log.

    ``people``: on the shortest roster; ``each``: ballots for everyone; ``late``: issuers whose lists are due and have
    not come.
    """

    people: int
    each: int
    turnout: Turnout | None
    late: tuple[ConsultationIssuer, ...]

    @property
    def most(self) -> int:
        """How many ballots there may be at all."""
        return self.people * self.each


@dataclass(frozen=True)
class Sums:
    """One consultation, in submissions. ``problems`` are stable names of sums that do not fit.

    ``ballots`` is None where none are needed. While it is open ``received``, ``waiting`` and ``envelopes`` are None:
    whoever watched them would see when somebody writes. ``erased``: whose sealed text was deleted after publication,
    each with a leaf.
    """

    row: Consultation
    received: int | None
    waiting: int | None
    sequenced: int
    envelopes: int | None
    coded: int
    published: bool
    problems: tuple[str, ...]
    ballots: BallotSums | None = None
    erased: int = 0


def reconcile(session: Session, *, today: date) -> list[Sums]:
    """Every consultation that was opened, newest first. ``today`` tells broken promises."""
    published = set(findings.published_ids(session))
    rows = consultations.list_all(session, consultations.PUBLIC_STATES)
    return [_sums(session, row, row.id in published, today) for row in rows]


def withheld(session: Session, atrest: AtRest, consultation_id: str) -> int:
    """How many rows were not published although somebody named them: for auditors, of published consultations only.

    Rows that stand in no list by the rule's own public facts (few ballots, categories shown instead) do not count.
    """
    counts = Counts.from_document(findings.opening_of(atrest, findings.get(session, consultation_id))["counts"])
    rule = findings.rule_of(consultations.get(session, consultation_id))
    named = {table: getattr(counts, table) for table in TABLES}
    return sum(
        verdict.reason not in NOT_HELD_BACK and named[verdict.table][verdict.code] > 0
        for verdict in verdicts(counts, rule)
    )


def log_fits(session: Session) -> bool:
    """Whether the log holds as many leaves as the store has comments and messages in it, and as issuers' lists say."""
    counts = {
        "submission": select(func.count()).select_from(Submission),
        "message": select(func.count()).where(MailMessage.leaf_index.is_not(None)),
        "issuance": select(func.coalesce(func.sum(ConsultationIssuer.issued), 0)),
    }
    leaves = ledger.kinds(session)
    return all(leaves.get(kind, 0) == session.scalar(query) for kind, query in counts.items())


def _sums(session: Session, row: Consultation, published: bool, today: date) -> Sums:
    own = Submission.consultation_id == row.id
    held = select(func.count()).select_from(Submission).join(SealedEnvelope)
    queries = {
        "sequenced": select(func.count()).where(own),
        "waiting": select(func.count()).where(PoolEntry.group == row.id),
        "overdue": select(func.count()).where(PoolEntry.group.in_((row.id, mail_group(row.id))), PoolEntry.due < today),
        "counted": select(func.coalesce(func.sum(SequencedCount.comments), 0)).where(
            SequencedCount.consultation_id == row.id
        ),
        "envelopes": held.where(own),
        "coded": select(func.count()).where(Coding.consultation_id == row.id, Coding.current, Coding.slot == 1),
        "spent": select(func.count()).where(Nullifier.consultation_id == row.id),
    }
    found = {name: session.scalar(query) or 0 for name, query in queries.items()}
    found["received"] = found["waiting"] + found["sequenced"]
    found["envelopes"] += found["waiting"]  # what waits has its envelope in its own row
    ballots = _ballots(row, found["sequenced"], today) if row.with_ballots else None
    problems = (*_problems(row, found, published), *_ballot_problems(row, found, ballots))
    shown: dict[str, int | None] = {name: found[name] for name in SHOWN}
    if row.state == "open":
        shown |= {"received": None, "waiting": None, "envelopes": None}
    erased = found["sequenced"] - found["envelopes"] if published else 0
    made = {"published": published, "problems": problems, "ballots": ballots, "erased": erased}
    return Sums(row=row, **made, **shown)  # type: ignore[arg-type]


def _ballots(row: Consultation, used: int, today: date) -> BallotSums:
    due = row.state != "open" or (row.collect_until is not None and row.collect_until < today)
    return BallotSums(
        people=min((terms_of(one).terms.roster_size for one in row.issuers), default=0),
        each=row.each_ballots,
        turnout=turnout(row, used=used),
        late=tuple(one for one in row.issuers if due and one.closing is None),
    )


def _ballot_problems(row: Consultation, found: dict[str, int], ballots: BallotSums | None) -> list[str]:
    """A collected ballot leaves one nullifier, a card ballot one for each half; what waits has spent its ballot."""
    received, spent = found["received"], found["spent"]
    if ballots is None:
        return ["spent-without-need"] if spent else []
    made = ballots.turnout
    held = made.ballots + made.cards if made else 0
    checks = {
        "spent-not-received": received <= spent <= received * len(row.issuers),
        "received-over-issued": received <= held,
        "issued-over-roster": held <= ballots.most,
        "issuance-list-missing": not ballots.late,
    }
    return [name for name, holds in checks.items() if not holds]


def _problems(row: Consultation, found: dict[str, int], published: bool) -> list[str]:
    checks = {
        "received-not-waiting-nor-sequenced": found["sequenced"] == found["counted"],
        "envelope-missing": found["envelopes"] == (0 if published and not found["envelopes"] else found["received"]),
        "waiting-after-close": row.state == "open" or found["waiting"] == 0,
        "promise-broken": found["overdue"] == 0,
        "coded-more-than-sequenced": found["coded"] <= found["sequenced"],
        "published-with-uncoded": not published or found["coded"] == found["sequenced"],
        "published-state-differs": published == (row.state == "published"),
    }
    return [name for name, holds in checks.items() if not holds]
