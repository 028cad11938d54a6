"""One instance that has everything a log can hold, exported with openings and cosigned by two witnesses.

A consultation without ballots walks from its opening to the erasure of its comments, one with ballots of two issuers to
its publication. There are more than 256 leaves, so that full and partial tiles of two levels are there.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts import rights
from portal.accounts import service as accounts
from portal.accounts.hand import Hand
from portal.audit.export import openings, public_files
from portal.audit.verdict import Verdict
from portal.audit.verify import Brought, verify
from portal.clock import FixedClock
from portal.concerns import service as concerns
from portal.concerns.service import Answer
from portal.consultations import service as consultations
from portal.consultations.models import Consultation
from portal.crypto.atrest import AtRest
from portal.crypto.rowkey import sealed_size
from portal.findings import service as findings
from portal.findings.models import Publication
from portal.findings.private_giving import give
from portal.ledger import events
from portal.ledger.assets import ServedFile, log_assets
from portal.ledger.log import Log, append
from portal.moderation import readership, redaction
from portal.moderation import service as moderation
from portal.moderation.readings import declare_done
from portal.reports import service as reports
from portal.reports.models import ApprovedReport
from portal.reports.profile import demo_profile
from portal.submissions.erasure import erase_comments
from portal.tlog.cosignature import CosignerSigner, MldsaCosignerSigner
from portal.tlog.note import parse_note, sign_note
from portal.tlog.policy import Policy, parse_policy
from tests.audit.ballot_log import build
from tests.audit.support import Files, Memory, digest, entries_of, log_files, relogged
from tests.ballots.support import CONSULTATION as WITH_BALLOTS
from tests.moderation.keys import newcomer, rotate
from tests.rounds import CODINGS, close, moderator, places, report, tabulate
from tests.support import Office

PLAIN = "thu-2026"
NOW = 1_764_000_000
"""When the witnesses cosigned, and when the auditor looks: POSIX seconds."""

SCRIPT, OLDER, STYLE = b"export const answer = 42;\n", b"export const answer = 41;\n", b"main { margin: 0 }\n"
WITNESSES = (
    CosignerSigner("witness.example/thanh-tra", b"\1" * 32),
    MldsaCosignerSigner("witness.example/mat-tran", b"\2" * 32),
)
MESSAGES = 150
PRIVATE = {"headcount": 1200, "private_categories": 1000, "private_units": 500}
"""Of the consultation with ballots, which therefore has two differentially private lists."""


@dataclass
class Held(Memory):
    """A source over a dictionary that knows what it holds, as a directory does."""

    def names(self):
        """Every file."""
        return iter(sorted(self.files))


@dataclass
class Rich:
    """The export, its log, and what an auditor keeps of it: ``older`` is what it was in an earlier month."""

    files: Files
    log: Log
    policy: Policy
    older: Files = field(default_factory=dict)

    @property
    def kept(self) -> str:
        """The newest checkpoint, as the auditor kept it."""
        return self.files["log/checkpoint"].decode()

    @property
    def entries(self) -> list[bytes]:
        """The log's leaves."""
        return entries_of(self.files)

    def judged(self, files: Files, *, earlier: str | None = None, witnessed: bool = False, now: int = NOW) -> Verdict:
        """The verdict of an auditor who has the log's key, and perhaps a kept checkpoint and a policy."""
        policy = self.policy if witnessed else None
        return verify(Held(files), Brought(self.log.vkey, earlier, policy, now))

    def resigned(self, change) -> Files:
        """What a portal that lies could serve: another history with tiles, root and proofs, signed with its own key."""
        return relogged(self.files, self.log, change)


def cosigned(note: bytes, *keys: Any, time: int = NOW) -> bytes:
    """The checkpoint with cosignatures of those witnesses."""
    parsed = parse_note(note)
    made = sign_note(parsed.text, *(key.at(time) for key in keys), existing=parsed.signatures)
    return str(made).encode()


def policy_of(log: Log) -> Policy:
    """Both witnesses must have cosigned."""
    lines = [f"witness W{n} {key.verifier}" for n, key in enumerate(WITNESSES, start=1)]
    return parse_policy("\n".join([f"log {log.vkey}", *lines, "group both all W1 W2", "quorum both", ""]))


def make_static(folder: Path) -> tuple[Path, dict[str, ServedFile]]:
    """A build of a script and a style sheet, and what of it stands in the log: the list of files, too."""
    folder.mkdir()
    manifest = {}
    for name, file, data in (("pages/submit.js", "pages-submit.js", SCRIPT), ("public.css", "public.css", STYLE)):
        (folder / file).write_bytes(data)
        manifest[name] = {"file": file, "sha256": digest(data), "size": len(data)}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    served = {name: ServedFile(entry["sha256"], entry["size"]) for name, entry in manifest.items()}
    listed = (folder / "manifest.json").read_bytes()
    return folder, {**served, "manifest.json": ServedFile(digest(listed), len(listed))}


def walk_rich(
    session: Session, log: Log, clock: FixedClock, atrest: AtRest, office: Office, folder: Path
) -> dict[str, ServedFile]:
    """Everything that can happen; the caller exports it."""
    _, served = make_static(folder / "dist")
    log_assets(session, log, {"pages/submit.js": ServedFile(digest(OLDER), len(OLDER))})
    log_assets(session, log, served)
    _walk_plain(session, log, clock, atrest, office)
    _messages(session, log)
    before = places(session)
    build(session, log, clock, office, folder, readers=2, **PRIVATE)
    _publish_ballots(session, log, atrest, [place for place in places(session) if place not in before])
    _consolidated(session, log)
    key = accounts.get_key(session, office.kids[0])
    accounts.revoke_key(session, log, key)
    return served


def _walk_plain(session: Session, log: Log, clock: FixedClock, atrest: AtRest, office: Office) -> None:
    """The last comment stays uncoded, the first is coded twice; then all that follows a publication."""
    row, account = close(session, log, clock, office), moderator(session)
    for index, raw in list(zip(places(session), CODINGS, strict=True))[:-1]:
        moderation.code(session, log, atrest, account, row, index=index, raw=raw)
    again = {**CODINGS[0], "paraphrase": "<p>Chưa rõ ai chủ trì.</p>"}
    moderation.code(session, log, atrest, account, row, index=places(session)[0], raw=again)
    _redacted(session, log, row, places(session)[0], clock)
    _later_readers(session, log, row, office)
    for name in ("moderator", "moderator2", "newcomer"):
        declare_done(session, log, moderator(session, name), row)
    publication = findings.publish(session, log, atrest, row)
    for kind in ("units", "levels"):
        tabulate(session, log, atrest, kind, row.id, today=clock.today())
    concerns.ensure(session, publication, today=clock.today(), answer_days=30)
    for code in ("C1", "D1"):
        given = Answer("accepted", "", clock.today(), f"<p>Sẽ làm ({code}).</p>", True)
        concerns.answer(session, log, atrest, concerns.get(session, row.id, code), given, hand=Hand(1, clock.today()))
    done = Answer("done", "", clock.today(), "<p>Đã làm (D1).</p>", True)
    concerns.answer(session, log, atrest, concerns.get(session, row.id, "D1"), done, hand=Hand(1, clock.today()))
    _older_report(session, log, atrest, publication)
    report(session, log, clock, atrest, publication)
    erase_comments(session, log, row)


def _redacted(session: Session, log: Log, row: Consultation, index: int, clock: FixedClock) -> None:
    """A mask, a wider one in its place, and words that were removed."""
    account = moderator(session)
    rights.set_rights(session, account, rights.RIGHTS)
    for kind, seen in ((redaction.MASK, 0), (redaction.MASK, 1), (redaction.REMOVAL, 0)):
        place = {"index": index, "kind": kind, "seen": seen, "day": clock.today()}
        redaction.redact(session, log, account, row, **place, sealed=bytes(sealed_size(redaction.SIZE)))


def _older_report(session: Session, log: Log, atrest: AtRest, publication: Publication) -> None:
    """A report as portals logged it before two people had to approve; what follows corrects it."""
    reports.save_profile(session, demo_profile())
    row = consultations.get(session, publication.consultation_id)
    held = reports.start(session, atrest, row, publication)
    digests = {"document_sha256": held.digest, "publication_sha256": digest(publication.document)}
    leaf = append(session, log, [events.encode("report", consultation=row.id, **digests)])
    held.row.state, held.row.report_leaf = "approved", leaf
    kept = {"consultation_id": row.id, "version": 1, "report_leaf": leaf}
    session.add(ApprovedReport(document_sealed=held.row.document_sealed, **kept))
    session.flush()


def _consolidated(session: Session, log: Log) -> None:
    """A report of this office as an upper-level one; what it adds up travels in its files, not in the log."""
    digests = {"document_sha256": "ab" * 32, "figures_sha256": "cd" * 32}
    append(
        session,
        log,
        [events.encode("report", version=3, consolidation="quy-ba-2026", revision=1, approvals=2, **digests)],
    )


def _later_readers(session: Session, log: Log, row: Consultation, office: Office) -> None:
    """One reader's next key, whose old one is revoked, and a newcomer; later consultations are sealed to these."""
    account = moderator(session, "moderator2")
    (old,) = accounts.active_keys(session, account_id=account.id)
    new, _ = rotate(session, log, account, old)
    accounts.revoke_key(session, log, old)
    _, key, _ = newcomer(session, log)
    readership.propose(session, moderator(session, "admin"), row, key.kid)
    readership.confirm(session, log, moderator(session, "auditor"), row, key.kid)
    office.public_keys |= {one.kid: one.public_key for one in (new, key)}
    office.kids = sorted({*office.kids, new.kid, key.kid} - {old.kid})


def _messages(session: Session, log: Log) -> None:
    sealed = (secrets.token_hex(32) for _ in range(MESSAGES))
    append(session, log, [events.encode("message", consultation=PLAIN, envelope_sha256=one) for one in sealed])


def _publish_ballots(session: Session, log: Log, atrest: AtRest, own: list[int]) -> None:
    """Two people read each comment; on the first they differ and a third decides, twice; on the last they agree only
    once the second has looked again."""
    row = consultations.get(session, WITH_BALLOTS)
    consultations.close_consultation(session, log, row)

    def code(name: str, index: int, slot: int, category: str, **more: str) -> None:
        raw = {"categories": [category], "paraphrase": "<p>Chưa rõ chủ trì.</p>", **more}
        moderation.code(session, log, atrest, moderator(session, name), row, index=index, raw=raw, slot=slot)

    for slot, name in ((1, "moderator"), (2, "moderator2")):
        for index in own:
            code(name, index, slot, "C2" if slot == 2 and index in (own[0], own[-1]) else "C1")
    code("moderator2", own[-1], 2, "C1")
    for _ in range(2):
        code("newcomer", own[0], 3, "C1", reason="<p>Không ai chủ trì.</p>")
    findings.publish(session, log, atrest, row)
    for listed in ("categories", "units"):
        give(session, log, atrest, row, listed)


def export_rich(session: Session, log: Log, atrest: AtRest, static: Path) -> Rich:
    """The export with openings, its checkpoint cosigned; and the log as it was 40 leaves before."""
    files = {**dict(public_files(session, log, static)), "openings.json": openings(session, atrest)}
    made = Rich(files, log, policy_of(log))
    made.files["log/checkpoint"] = cosigned(files["log/checkpoint"], *WITNESSES)
    made.older = log_files(made.entries[:-40], log)
    made.older["log/checkpoint"] = cosigned(made.older["log/checkpoint"], *WITNESSES, time=NOW - 40 * 86400)
    return made
