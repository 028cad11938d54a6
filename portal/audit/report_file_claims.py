"""What a report's file claims about the log, and whether it is so: findings, approval, document, taxonomy."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import rfc8785

from portal.audit.publications import same_log
from portal.audit.report_file_read import Read, as_object
from portal.audit.source import Missing, Source, Unusable
from portal.audit.verdict import Failure, name_of
from portal.consultations.taxonomy import Taxonomy, parse_taxonomy, taxonomy_sha256
from portal.errors import PortalError
from portal.findings.publication import TABLES, Publication, parse_publication
from portal.reports.edition import ADDRESS, Approval
from portal.reports.findings_file import KEYS as FINDINGS_KEYS
from portal.reports.findings_file import FindingsFile, findings_json, parse_findings_json
from portal.reports.model import Document, dump_document, parse_document
from portal.tlog.checkpoint import Checkpoint, open_checkpoint
from portal.tlog.errors import TlogError
from portal.tlog.merkle import leaf_hash
from portal.tlog.policy import LogKey, parse_log_key
from portal.tlog.proof import LogProof, verify_proof

RESULTS = re.compile(r"/results/([a-z0-9][a-z0-9-]{1,39})")
Parts = Mapping[str, Any]


@dataclass(frozen=True)
class Held:
    """What a file is held against: findings that the log commits to, and the document and taxonomy that it carries."""

    findings: bytes
    publication: Publication
    document: Document | None
    taxonomy: Taxonomy | None
    approved: bool


@dataclass
class Claims:
    """``held`` is None when no findings could be proven. The three after it are what the file says."""

    vkey: str = ""
    held: Held | None = None
    approval: Approval | None = None
    draft: bool = False
    address: str = ""
    checked: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def fail(self, name: str, where: str = "") -> None:
        """Name a failure."""
        self.failures.append(Failure(name, where))


@dataclass(frozen=True)
class AskedLog:
    """The log's key and, where a source was given, the source with its checkpoint."""

    key: LogKey
    source: Source | None
    now: Checkpoint | None

    def refuses(self, leaf: bytes, proof: str) -> str:
        """The name of what is wrong with that proof of that leaf, or ""."""
        try:
            proven = verify_proof(proof, leaf_hash(leaf), self.key).checkpoint
        except TlogError as error:
            return name_of(error)
        if self.source is None or self.now is None or same_log(self.source, proven, self.now):
            return ""
        return "proof-of-another-log"


def check_claims(read: Read, vkey: str | None, source: Source | None) -> Claims:
    """Prove what the file carries: against the source's log or, without one, a checkpoint in the file.

    Raises ValueError when there is neither a key nor a source.
    """
    claims = Claims()
    with naming(claims):
        _check(read, open_log(claims, vkey, source), claims)
    return claims


@contextmanager
def naming(claims: Claims) -> Iterator[None]:
    """Whatever stops a check becomes a failure by its name."""
    try:
        yield
    except Unusable as error:
        claims.fail(error.name, str(error))
    except Missing as error:
        claims.fail("missing", str(error))
    except TlogError as error:
        claims.fail(name_of(error))


def open_log(claims: Claims, vkey: str | None, source: Source | None) -> AskedLog:
    """The log as it was brought. The source's own key is believed only when no other was."""
    if source is None:
        if vkey is None:
            raise ValueError("neither a key nor a log")
        claims.skipped.append("that the log of today still holds it: bring the log with --log")
        key, now = parse_log_key(vkey), None
    else:
        line = source.read("log/vkey").decode("utf-8", "replace").removesuffix("\n")
        if vkey is None:
            claims.skipped.append("log key: taken from the log itself; bring your own with --key")
        key = parse_log_key(vkey or line)
        if line != str(key):
            claims.fail("log-key-not-as-served", "log/vkey")
        now = open_checkpoint(source.read("log/checkpoint"), key).checkpoint
        claims.checked.append(f"the log's checkpoint ({now.size} leaves)")
        claims.skipped.append("the rest of the log: run `portal audit verify` on it")
    claims.vkey = str(key)
    return AskedLog(key, source, now)


def _check(read: Read, log: AskedLog, claims: Claims) -> None:
    parts = _parts(read, claims)
    carried = _carried(parts, log, claims)
    logged = _logged(_named(read, parts), log, claims)
    if logged is not None and parts.get("findings") is not None:
        _same_figures(parts["findings"], logged, claims)
    found = logged or carried
    if found is None:
        if not claims.failures:
            claims.fail("report-without-findings")
        return
    claims.checked.append("the findings' place in the log")
    publication = parse_publication(rfc8785.dumps(dict(found.publication)))
    document, approved = None, False
    if "document" in parts:
        document = _document(parts, claims)
        approved = document is not None and _approved(parts, document, found, log, claims)
        _address(parts, claims)
    findings = findings_json(found.publication, found.leaf, found.proof_text, found.checkpoint)
    taxonomy = _taxonomy(parts, publication, claims) if document is not None else None
    claims.held = Held(findings, publication, document, taxonomy, approved)


def _parts(read: Read, claims: Claims) -> Parts:
    """What the file carries, none of it believed; findings alone are a part of it."""
    if read.data is None:
        claims.skipped.append("the data in the file: there is none, as when another program has written the file anew")
        return {}
    parts = as_object(read.data)
    if parts is None:
        claims.fail("report-data-malformed")
        return {}
    return {"findings": parts} if set(parts) == FINDINGS_KEYS else parts


def _carried(parts: Parts, log: AskedLog, claims: Claims) -> FindingsFile | None:
    """The findings in the file, when they are what their leaf says and the leaf stands in the log."""
    table = parts.get("findings")
    if table is None:
        return None
    try:
        found = parse_findings_json(rfc8785.dumps(table))
    except (PortalError, rfc8785.CanonicalizationError, RecursionError):
        claims.fail("report-findings-not-as-logged", "the data in the file")
        return None
    if wrong := log.refuses(found.leaf, found.proof_text):
        claims.fail(f"report-findings-{wrong}", "the data in the file")
        return None
    return found


def _named(read: Read, parts: Parts) -> str | None:
    """The consultation that the file names, in its data or, without any, by the address among its words."""
    try:
        said = [f"/results/{parts['findings']['publication']['consultation']}"]
    except (KeyError, TypeError):
        said = [words for _, words in read.lines]
    return next((hit[1] for words in said if (hit := RESULTS.search(words))), None)


def _logged(name: str | None, log: AskedLog, claims: Claims) -> FindingsFile | None:
    """The findings that the source publishes of that consultation."""
    if log.source is None or name is None:
        return None
    try:
        found = parse_findings_json(log.source.read(f"results/{name}/findings.json"))
    except Unusable:
        raise
    except Missing:
        claims.fail("publication-missing", name)
        return None
    except PortalError:
        claims.fail("publication-malformed", name)
        return None
    if wrong := log.refuses(found.leaf, found.proof_text):
        claims.fail(f"publication-{wrong}", name)
        return None
    return found


def _same_figures(table: Any, logged: FindingsFile, claims: Claims) -> None:
    """Name each row of the file's data that is not the published one."""
    said, meant = _rows(table.get("publication") if isinstance(table, dict) else None), _rows(logged.publication)
    for code in sorted(said.keys() | meant.keys()):
        if said.get(code) != meant.get(code):
            one, other = said.get(code, "nothing"), meant.get(code, "nothing")
            claims.fail("report-data-figure-changed", f"{code}: {one} where {other} was published")
    if isinstance(table, dict) and table.get("leaf") != logged.leaf.decode():
        claims.fail("report-of-other-publication", "the data in the file")


def _rows(publication: Any) -> dict[str, str]:
    """Bands by table and code, as far as they can be read."""
    try:
        rows = publication["rows"]
        return {f"{table} {row['code']}": str(row["band"]) for table in TABLES for row in rows[table]}
    except (KeyError, TypeError):
        return {}


def _document(parts: Parts, claims: Claims) -> Document | None:
    try:
        return parse_document(rfc8785.dumps(parts["document"]))
    except (PortalError, rfc8785.CanonicalizationError, RecursionError):
        claims.fail("report-document-malformed", "the data in the file")
        return None


def _approved(parts: Parts, document: Document, found: FindingsFile, log: AskedLog, claims: Claims) -> bool:
    """Whether the document is the one whose digest a ``report`` leaf of the log names."""
    if parts.get("approval") is None:
        claims.draft = True
        return False
    try:
        approval = Approval(**parts["approval"])
        said = json.loads(approval.leaf)
        LogProof.parse(approval.proof)
        digests = (said["type"], said["consultation"], said["publication_sha256"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, TlogError):
        claims.fail("report-approval-malformed")
        return False
    claims.approval, before = approval, len(claims.failures)
    if wrong := log.refuses(approval.leaf.encode(), approval.proof):
        claims.fail(f"report-approval-{wrong}")
    publication = rfc8785.dumps(dict(found.publication))
    if digests != ("report", found.publication["consultation"], sha256(publication).hexdigest()):
        claims.fail("report-of-other-publication", "the approval")
    if said.get("document_sha256") != sha256(dump_document(document)).hexdigest():
        claims.fail("report-document-not-as-logged")
    claims.checked.append("the approval's place in the log, and the document's digest")
    return len(claims.failures) == before


def _taxonomy(parts: Parts, publication: Publication, claims: Claims) -> Taxonomy | None:
    """The taxonomy in the file: its digest stands in the publication, so that labels are vouched for."""
    try:
        taxonomy = parse_taxonomy(rfc8785.dumps(parts.get("taxonomy")))
    except (PortalError, rfc8785.CanonicalizationError, RecursionError):
        claims.fail("report-taxonomy-malformed")
        return None
    if taxonomy_sha256(taxonomy) != publication.taxonomy_sha256:
        claims.fail("report-taxonomy-not-as-published")
    return taxonomy


def _address(parts: Parts, claims: Claims) -> None:
    """Where the file sends its readers: no log knows whether that is the office."""
    address = parts.get("address")
    if isinstance(address, str) and ADDRESS.fullmatch(address):
        claims.address = address
    if claims.address:
        claims.notices.append(f"the address for readers is the file's own word: {claims.address}")
