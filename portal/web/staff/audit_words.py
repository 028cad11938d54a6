"""The verifier's names in people's words. The names themselves stay as they are: an auditor quotes them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.audit.verify import Failure, Verdict

UNCODED = re.compile(r"(\S+): (\d+) comments were published without a coding; ask why")

KINDS = {
    "action": _l("answers of the committee"),
    "asset": _l("files served to browsers"),
    "card": _l("half-cards (hashes)"),
    "coding": _l("codings (commitments)"),
    "redaction": _l("redactions (commitments)"),
    "consultation": _l("openings and closings"),
    "erasure": _l("erasures"),
    "finding": _l("publications"),
    "issuance": _l("signatures of issuers (hashes)"),
    "issuance-close": _l("ends of issuers' lists"),
    "issuer-key": _l("issuers' keys"),
    "key": _l("moderators' keys"),
    "message": _l("messages"),
    "reader": _l("readers' keys added after the opening"),
    "reading": _l("moderators' declarations that nothing is left to do"),
    "report": _l("reports"),
    "roster": _l("rosters (size and fingerprint)"),
    "submission": _l("comments"),
}

# What the verifier says it checked or left out, by the beginning of its sentence.
STEPS = {
    "checkpoint signature": _l("Signature of the newest checkpoint"),
    "entries, tiles and root": _l("Every entry, hashed again, against tiles and root"),
    "invariants between leaves": _l("Rules between entries: nothing before its time, nothing twice"),
    "issuers' statements and ballots": _l("Issuers' signatures, their lists, and every spent ballot"),
    "consistency with": _l("Growth since the earlier checkpoint"),
    "publications": _l("Publications against their entries, and their proofs"),
    "tables beside the lists (": _l("Tables beside the lists against their entries, and their proofs"),
    "tables beside the lists: openings": _l("Tables' exact counts were not opened: these openings do not hold them."),
    "private lists (": _l("Lists blurred by noise against their entries, and their proofs"),
    "private lists: openings": _l("Exact counts of lists blurred by noise were not opened: these openings hold none."),
    "commitments, codings": _l("Logged commitments, codings, exact counts and published rows"),
    "served files (": _l("Files that browsers get, against their entries"),
    "cosignatures and quorum": _l("Witnesses' cosignatures, and their quorum"),
    "witnesses: no policy": _l("No policy names a witness, so that nothing shows whether others see another log."),
    "reports and answers: openings": _l("Reports and answers were not opened: these openings do not hold them."),
    "log key: taken": _l("The log's key was taken from the source itself, not brought by you."),
    "consistency: no earlier": _l("No earlier checkpoint was brought, so growth since then was not checked."),
    "commitments and counts: openings": _l("Exact counts were not recomputed: openings are for auditors only."),
    "served files: the log names none": _l("The log names no served file yet."),
}

# Failures by the beginning of their names, the longest that fits.
FAILURES = {
    "": _l("The log's own bytes do not fit together."),
    "unreachable": _l("The log could not be reached."),
    "missing": _l("A file that must be there is missing."),
    "unverified-note": _l("The checkpoint is not signed by this log's key."),
    "invalid-signature": _l("The checkpoint's signature is wrong."),
    "malformed-key": _l("The log's key cannot be read."),
    "malformed-checkpoint": _l("The checkpoint cannot be read."),
    "malformed-note": _l("The checkpoint cannot be read."),
    "log-key-not-as-served": _l("The key that visitors are told is another than the one the log was checked with."),
    "log-not-in-policy": _l("The policy of witnesses is about other logs than this one."),
    "cosignature": _l("A cosignature on the newest checkpoint was not made by the witness that it names."),
    "quorum": _l("Too few witnesses cosigned the newest checkpoint."),
    "file-too-large": _l("A file is larger than anything that belongs there."),
    "log-rolled-back": _l("The log is shorter than the checkpoint you brought: entries were taken away."),
    "log-forked": _l("The log is not a continuation of the checkpoint you brought: history was rewritten."),
    "root-mismatch": _l("The entries are not those that the checkpoint was signed over."),
    "tile-mismatch": _l("A stored tile does not hold the hashes of the entries."),
    "tile-of-another-log": _l("A stored tile of an earlier, smaller log does not begin this one."),
    "tile-path": _l("A file among the tiles has no name that a tile can have."),
    "leaf": _l("An entry is not one of the declared kinds."),
    "key": _l("A moderator's key was added or revoked out of order."),
    "consultation": _l("A consultation was opened or closed out of order, or its settings changed."),
    "submission": _l("A comment was logged outside its consultation's time."),
    "envelope": _l("The same sealed comment stands in the log twice."),
    "coding": _l("A coding does not belong to a comment, or is out of order."),
    "coding-commitment": _l("A coding is not the one that was committed to."),
    "coding-opening": _l("The coding of a comment is missing among the openings."),
    "coding-slots": _l("A comment was read by another number of moderators than was frozen at opening."),
    "coding-after": _l("A coding was changed after the decision on it."),
    "redaction": _l("A redaction does not belong to a comment, or is out of order."),
    "withdrawal": _l("A paraphrase was withdrawn that was not written, or before it was published."),
    "coder": _l("One person coded a comment twice, or decided on a coding of their own."),
    "decision": _l("A decision stands without the two codings that it decides, or without a reason."),
    "finding-with": _l("Findings were published before the moderators had done, or said, what they must."),
    "finding": _l("A publication does not fit the state of its consultation."),
    "report": _l("A report does not belong to the published findings."),
    "consolidated-": _l("The figures of a consolidated report do not add up."),
    "report-revision": _l("The versions of a report are out of order."),
    "report-approved": _l("A report was approved by one person alone."),
    "action": _l("An answer was logged before its findings were published."),
    "reading": _l("A moderator declared twice, or without a right to, that nothing is left to do."),
    "reader": _l("A reader's key was added out of order, too late, twice, or in the place of one that is none."),
    "erasure": _l("An erasure names an entry that cannot be erased."),
    "publication": _l("A published findings.json is not the logged one."),
    "opening": _l("The openings are missing or cannot be read."),
    "counts": _l("The exact counts do not follow from the codings, or are not those committed to."),
    "table": _l("A table was logged twice, before the findings that it counts, or beside others than it names."),
    "private": _l("A list blurred by noise was logged twice, too early, or with more than was promised."),
    "settings": _l("The settings are not those that were frozen at opening."),
    "published-rule": _l("The thresholds are not those that were frozen at opening."),
    "published-title": _l("The published title is not the one that was frozen at opening."),
    "taxonomy": _l("The taxonomy is not the one that was frozen at opening."),
    "answer": _l("A published answer is not the one that was committed to."),
    "published-rows": _l("The published rows do not follow from the counts."),
    "asset": _l("A file that browsers get is not the logged one."),
    "issuer": _l("An issuer's entry is malformed, stands twice, or came after the opening."),
    "issuer-key-missing": _l("An issuer of a consultation has no key in the log."),
    "issuer-key-shared": _l("A key of an issuer serves another issuer or another consultation as well."),
    "issuer-not-named": _l("The log holds entries of an issuer whom the consultation does not name."),
    "issuer-terms-not-signed": _l("An issuer's terms in the log are not those that it signed."),
    "roster": _l("A roster stands in the log twice."),
    "roster-missing": _l("An issuer of a consultation has no roster in the log."),
    "rosters-differ": _l("The issuers issued to different rosters."),
    "card": _l("A half-card stands in the log twice."),
    "cards-over-logged": _l("An issuer handed out more half-cards than it had printed."),
    "consultation-collecting": _l("Ballots could still be collected when comments were taken."),
    "issuance": _l("An issuer's list is out of order, or goes on after its end."),
    "issuance-list-not-signed": _l("An issuer's list in the log is not the one that it signed."),
    "issuance-count": _l("An issuer's list has another number of lines than its end says."),
    "issued-over-roster": _l("An issuer issued more ballots than its roster has a right to."),
    "redeemed-over-issued": _l("More ballots were spent than the issuers account for."),
    "ballot": _l("A ballot cannot be read, or cannot be verified."),
    "ballot-before": _l("A ballot was spent before the issuers' lists were complete."),
    "ballot-forged": _l("A ballot was made by no issuer."),
    "ballot-in-open": _l("A ballot stands in a consultation that needs none."),
    "ballot-moved": _l("A ballot was made for another comment than the one it stands with."),
    "ballot-of-one-issuer": _l("A ballot was not made by all issuers."),
    "ballot-other-consultation": _l("A ballot was made for another consultation."),
    "submission-without-ballot": _l("A comment stands without a ballot where each needs one."),
    "nullifier": _l("A ballot was spent twice."),
}

# What breaks no rule and should be asked about: the verifier's sentence, and ours for what it names.
QUESTIONS = {
    r"(?P<where>\S+): one issuer alone made the ballots and could have made more; ask why": _l(
        "One issuer alone made the ballots, and could have made more for nobody. Ask why there is no second one."
    ),
    r"(?P<where>\S+): (?P<issuer>\S+) never handed in its list; ask why": _l(
        "The issuer %(issuer)s never handed in its list. Ask why."
    ),
    r"(?P<where>\S+): (?P<issuer>\S+) signs with another key than in (?P<earlier>\S+); ask why": _l(
        "The issuer %(issuer)s signs with another key than in %(earlier)s. Compare it with paper, and ask why."
    ),
}

# Notices that concern the log or a witness, and no consultation.
NOTICES = {
    r"the policy demands no cosignature, so nothing excludes a split view": _l(
        "The policy asks for no cosignature, so that nothing shows whether others see another log."
    ),
    r"witness (?P<witness>\S+) dates its cosignature in the future; ask it why": _l(
        "The witness %(witness)s dates its cosignature in the future. Ask it why."
    ),
    r"the cosignature of witness (?P<witness>\S+) is (?P<days>\d+) days old; .*": _l(
        "The cosignature of the witness %(witness)s is %(days)s days old. Ask it for its newest checkpoint."
    ),
}

PROBLEMS = {
    "received-not-waiting-nor-sequenced": _l("Some comments neither wait nor stand in the log."),
    "envelope-missing": _l("The sealed text of a comment is missing."),
    "waiting-after-close": _l("Comments still wait although the consultation is closed."),
    "promise-broken": _l("Comments still wait although the promised day is past: is the ticker running?"),
    "coded-more-than-sequenced": _l("There are more codings than comments."),
    "published-with-uncoded": _l("Findings were published while a comment had no coding."),
    "published-state-differs": _l("The publication and the state of the consultation disagree."),
    "spent-not-received": _l("The number of spent ballots does not fit the number of comments."),
    "spent-without-need": _l("Ballots were spent where none are needed."),
    "received-over-issued": _l("More comments came than ballots were issued."),
    "issued-over-roster": _l("More ballots were issued than the roster has a right to."),
    "issuance-list-missing": _l("An issuer's list is due and has not come: no ballot can be spent before."),
}


@dataclass(frozen=True)
class Result:
    """A verdict for people: what was checked, left out, to be asked about, and what failed (failure, words)."""

    verdict: Verdict
    checked: list[str]
    skipped: list[str]
    notices: list[str]
    failures: list[tuple[Failure, str]]


def result_of(verdict: Verdict) -> Result:
    """Put words to a verdict."""
    return Result(
        verdict=verdict,
        checked=[_step(text) for text in verdict.checked],
        skipped=[_step(text) for text in verdict.left_out],
        notices=[_notice(text) for text in verdict.notices],
        failures=[(failure, failure_words(failure.name)) for failure in verdict.failures],
    )


def _step(text: str) -> str:
    words = next((str(words) for start, words in STEPS.items() if text.startswith(start)), text)
    count = re.search(r"\((\d+)\)$", text)
    return f"{words} ({count[1]})" if count else words


def _notice(text: str) -> str:
    if found := UNCODED.fullmatch(text):
        words = ngettext(
            "%(num)s comment was published without a coding. Ask why.",
            "%(num)s comments were published without a coding. Ask why.",
            int(found[2]),
        )
        return f"{found[1]}: {words}"
    for pattern, sentence in QUESTIONS.items():
        if found := re.fullmatch(pattern, text):
            return f"{found['where']}: {str(sentence) % found.groupdict()}"
    for pattern, sentence in NOTICES.items():
        if found := re.fullmatch(pattern, text):
            return str(sentence) % found.groupdict()
    return text


def failure_words(name: str) -> str:
    """The sentence for a failure's name."""
    return str(FAILURES[max((start for start in FAILURES if name.startswith(start)), key=len)])
