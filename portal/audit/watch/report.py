"""What a watch found: failures by name from a closed list, each explained once, here and in docs/served-code.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

NAMES = {
    # reaching it
    "unreachable": "no whole answer came",
    "status-unexpected": "a page or file that must be there was not answered with 200",
    "redirected": "an answer sends the visitor elsewhere",
    "encoding-unknown": "an answer is compressed in a way that was not asked for, or falsely",
    # pages
    "markup-malformed": "HTML of another form than the portal writes, in which code could hide",
    "inline-script": "a script inside the page",
    "inline-style": "a style sheet inside the page",
    "style-attribute": "a style attribute",
    "event-handler": "an attribute that runs code",
    "script-url": "an address that is code or data (javascript:, data:, blob:)",
    "script-type-unexpected": "a script that is no module",
    "import-map": "a map that gives modules other addresses",
    "meta-refresh": "the page sends itself elsewhere",
    "meta-unexpected": "a meta element that the portal does not use",
    "link-unexpected": "a link element that the portal does not use (preload, prefetch, preconnect and the like)",
    "base": "an element that moves all addresses",
    "frame": "a page within the page",
    "plugin": "an object, an embed or an applet",
    "element-unexpected": "an element that the portal does not use",
    "attribute-unexpected": "an attribute that loads, sends or names what the portal does not",
    "foreign-origin": "something is loaded from, sent to or linked at another origin",
    "form-sends-text": "a form that would send what is typed as it is, unsealed",
    "address-malformed": "an address that browsers could read in more than one way",
    "integrity-missing": "a script or style sheet without exactly one sha384 digest",
    "crossorigin-missing": "without crossorigin=anonymous a browser may skip the digest",
    "static-folder-differs": "the page names another folder of built files, from which workers come",
    # headers
    "policy-differs": "the Content-Security-Policy is not exactly the portal's",
    "connect-not-as-logged": "a page may send to addresses that are not the issuers' of the logged settings",
    "header-differs": "a security header is missing, doubled or weaker",
    "header-loads-code": "a header that loads or permits code (Link, Speculation-Rules, Origin-Trial)",
    "header-reports": "a header that makes browsers tell of their visit",
    "cookie-set": "an answer sets a cookie",
    "content-type-differs": "an answer is of another type than its kind",
    # files
    "manifest-malformed": "the list of built files cannot be read",
    "manifest-not-as-logged": "the list of built files is not the one that the log's newest leaf names",
    "file-not-of-build": "a page, script or style sheet uses a file that the list does not have",
    "file-not-of-manifest": "a served file's bytes are not those that the list names",
    "integrity-differs": "a page or script gives another digest than the list",
    "asset-not-logged": "no leaf of the log names the file",
    "asset-not-as-logged": "the newest leaf of that name is of other bytes than those that are listed and served",
    "service-worker": "a script mentions service workers, or a header widens their reach",
    "code-from-text": "a script makes code of text, or loads code by a name that is not in the list",
    "build-differs": "a file is not the one of your own build",
    "build-lacks-file": "your own build does not have a file that is served",
    "build-has-more": "your own build has a file that is not served",
    # comparing
    "split-serving": "two visitors were given other code, policies or files",
    # the log
    "log-key-differs": "the page of the log shows another key than the one that you brought",
    "log-rolled-back": "the log has fewer leaves than before",
    "log-forked": "the log is not the continuation of the one seen before",
    "log-not-verified": "the checkpoint, a tile or an entry does not verify",
    "quorum-missing": "too few witnesses of your policy cosigned the checkpoint",
}


@dataclass(frozen=True)
class Failure:
    """``name``: one of :data:`NAMES`. ``where``: a path or a file. ``detail``: a line, a header; no content."""

    name: str
    where: str = ""
    detail: str = ""


@dataclass
class Report:
    """One watch. ``size``, ``root`` and ``vkey`` are the log's, as verified."""

    address: str
    started: str
    pages: int = 0
    files: int = 0
    size: int = 0
    root: str = ""
    vkey: str = ""
    checked: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    evidence: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not self.failures

    def fail(self, name: str, where: str = "", detail: str = "") -> None:
        """Note a failure, once."""
        failure = Failure(name, where, detail)
        if name not in NAMES:
            raise KeyError(name)
        if failure not in self.failures:
            self.failures.append(failure)

    def as_document(self) -> dict[str, Any]:
        """The report as JSON."""
        document = {name: value for name, value in vars(self).items() if name != "failures"}
        failures = [{**vars(one), "meaning": NAMES[one.name]} for one in self.failures]
        return {"ok": self.ok, **document, "failures": failures}
