"""A portal as it should be passes; whatever is done to what it serves is caught by name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from portal.audit.watch.logged import Known, Trust
from portal.audit.watch.page import read_page
from portal.audit.watch.report import NAMES
from portal.audit.watch.visitor import guises
from portal.cli.assets import DIST
from portal.ledger.assets import ServedFile, log_assets, logged_assets
from portal.tlog.cosignature import Cosigner
from portal.tlog.keys import SignerKey
from portal.tlog.policy import parse_policy
from tests.audit.watch.support import Sent, Served, responses

FIRST = "/en/"
SUBMIT = "/static/pages-submit"
COLLECT = "/en/c/phieu-2026/collect"


def on(path: str, change: Callable[[Sent], None]) -> Callable[[Sent], None]:
    """Change the answers of that path and leave the others alone."""

    def meddle(sent: Sent) -> None:
        if sent.path == path or (path.startswith("/static/") and sent.path.startswith(path)):
            change(sent)

    return meddle


def add(html: str, before: str = "</body>", path: str = FIRST) -> Callable[[Sent], None]:
    return on(path, lambda sent: sent.replace(before, html + before))


def header(name: str, value: str | None, path: str = FIRST) -> Callable[[Sent], None]:
    return on(path, lambda sent: sent.set(name, value))


def every_page(change: Callable[[Sent], None]) -> Callable[[Sent], None]:
    return lambda sent: change(sent) if sent.page else None


def test_a_portal_as_it_should_be_passes(served: Served) -> None:
    # given a portal with a consultation of each kind, and one's own build
    # when an auditor watches with the log's key
    report, known = served.watch(local=DIST)
    # then nothing fails, nothing was left out, and every page of both languages was read
    assert report.failures == [] and report.notices == []
    assert [item.partition(":")[0] for item in report.skipped] == ["witnesses"]
    paths = {item["PATH_INFO"] for item in served.between.asked}
    expected = {
        "/",
        "/how",
        "/log",
        "/receipt",
        "/results",
        "/c/phieu-2026",
        "/c/phieu-2026/collect",
        "/results/thu-2026",
    }
    assert {prefix + path for path in expected for prefix in ("", "/en")} <= paths
    assert report.pages >= 16
    files = json.loads((DIST / "manifest.json").read_text("utf-8"))
    assert {f"/static/{entry['file']}" for entry in files.values()} <= paths
    # and what was learned of the log can be written down and read again
    assert Known.load(known.dump()) == known
    assert known.assets["manifest.json"].size == (DIST / "manifest.json").stat().st_size


def test_the_watcher_looks_like_two_visitors(served: Served) -> None:
    # given a watch
    report, _ = served.watch()
    assert report.ok
    # when the server looks at who came
    agents = {item["HTTP_USER_AGENT"] for item in served.between.asked}
    # then there are two usual browsers, with the lines that browsers send, and nothing names an auditor
    assert len(agents) == 2 and all(agent.startswith("Mozilla/5.0") and "Firefox" in agent for agent in agents)
    for item in served.between.asked:
        assert item["HTTP_ACCEPT_ENCODING"] == "gzip, deflate" and item["HTTP_SEC_FETCH_SITE"] in {
            "none",
            "same-origin",
        }
    # and what only an auditor asks comes after all that visitors ask
    paths = [item["PATH_INFO"] for item in served.between.asked]
    first = next(place for place, path in enumerate(paths) if path.startswith("/static/manifest"))
    assert "/c/phieu-2026/ballots.json" not in paths[:first]
    pages = {path for path in paths if not path.startswith(("/static/", "/log/"))}
    assert not pages & set(paths[first:]) - {"/c/phieu-2026/ballots.json"}


def test_guises_differ_unless_one_browser_is_named() -> None:
    for _ in range(20):
        one, other = guises()
        assert one.user_agent != other.user_agent and one.language != other.language
    assert {guise.user_agent for guise in guises("Mozilla/5.0 X")} == {"Mozilla/5.0 X"}


STRANGE = "/static/elsewhere-0123456789ab.svg"
HEAD = '<!doctype html>\n<html lang="vi" data-static="/static/">'
MARKUP = {
    "inline-script": "<script>send()</script>",
    "inline-style": "<style>p{}</style>",
    "style-attribute": '<p style="color:red">x</p>',
    "event-handler": '<p onclick="send()">x</p>',
    "script-url": '<a href="javascript:send()">x</a>',
    "meta-refresh": '<meta http-equiv="refresh" content="0;url=/elsewhere">',
    "meta-unexpected": '<meta name="referrer" content="unsafe-url">',
    "base": '<base href="/elsewhere/">',
    "frame": '<iframe src="/how"></iframe>',
    "plugin": '<object data="/x"></object>',
    "import-map": '<script type="importmap" src="/static/x.json"></script>',
    "script-type-unexpected": '<script src="/static/x.js"></script>',
    "link-unexpected": '<link rel="preload" href="/static/x.js">',
    "element-unexpected": "<marquee>x</marquee>",
    "attribute-unexpected": '<a href="/how" ping="/count">x</a>',
    "foreign-origin": '<a href="https://elsewhere.example/">x</a>',
    "address-malformed": '<a href="/&#115;ol">x</a>',
    "form-sends-text": '<form method="post" action="/c/phieu-2026/plain"><textarea name="text"></textarea></form>',
}


def test_whatever_is_put_into_a_page_is_caught(served: Served) -> None:
    # given a server that puts all of that into one page for everybody; when it is watched
    report, _ = served.watch(add("".join([*MARKUP.values(), f'<img src="{STRANGE}">'])))
    # then each is named at that page, a file that is not of the build at its own path, and nothing else is named
    found = {failure.name for failure in report.failures if failure.where == FIRST}
    assert found == set(MARKUP) | {"integrity-missing", "crossorigin-missing", "file-not-of-build"}
    assert ("file-not-of-build", STRANGE) in {(failure.name, failure.where) for failure in report.failures}


@pytest.mark.parametrize("name", MARKUP)
def test_each_alone_is_caught(name: str) -> None:
    page = read_page(f"{HEAD}<body>{MARKUP[name]}</body></html>".encode(), "/static/")
    assert name in {fault for fault, _ in page.faults}


HIDDEN = [
    ('<a href="//elsewhere.example/">x</a>', "foreign-origin"),
    ('<a href="/&sol;elsewhere.example/">x</a>', "foreign-origin"),
    ('<a href=" java&Tab;script:send()">x</a>', "script-url"),
    ('<noscript><p title="</noscript><script>send()</script>">x</p></noscript>', "markup-malformed"),
    ("<title><script>send()</script></title>", "inline-script"),
    ("<SCRIPT>send()</SCRIPT>", "markup-malformed"),
    ("<svg><![CDATA[<script>send()</script>]]></svg>", "markup-malformed"),
    ("<p title=x onclick=send()>x</p>", "markup-malformed"),
    ('<p/onclick="send()">x</p>', "markup-malformed"),
    ('<p title="a" title="b">x</p>', "markup-malformed"),
    ("<script\x0c>send()</script>", "markup-malformed"),
    ('<template shadowrootmode="open"><p>x</p></template>', "attribute-unexpected"),
    ('<script type="module" src="/static/x.js"><!--</script>', "markup-malformed"),
    ('<input type="text" name="comment" form="comment">', "form-sends-text"),
]


@pytest.mark.parametrize(("html", "name"), HIDDEN, ids=range(len(HIDDEN)))
def test_what_is_hidden_from_lenient_parsers_is_caught(html: str, name: str) -> None:
    page = read_page(f"{HEAD}<body>{html}</body></html>".encode(), "/static/")
    assert name in {fault for fault, _ in page.faults}


def test_a_page_that_is_not_read_to_its_end_is_caught(served: Served) -> None:
    assert served.names(add("<!-- a comment -->")) == {"markup-malformed"}


def test_a_page_without_integrity_is_caught(served: Served) -> None:
    def drop(sent: Sent) -> None:
        sent.body = re.sub(rb' integrity="[^"]*"', b"", sent.body)

    assert served.names(every_page(drop)) == {"integrity-missing"}


def test_two_digests_are_not_one(served: Served) -> None:
    def two(sent: Sent) -> None:
        sent.body = sent.body.replace(b'integrity="sha384-', b'integrity="sha384-' + b"A" * 64 + b" sha384-")

    assert "integrity-missing" in served.names(every_page(two))


def test_a_page_without_crossorigin_is_caught(served: Served) -> None:
    drop = every_page(lambda sent: sent.replace(' crossorigin="anonymous"', ""))
    assert served.names(drop) == {"crossorigin-missing"}


def test_workers_from_another_folder_are_caught(served: Served) -> None:
    move = on(FIRST, lambda sent: sent.replace('data-static="/static/"', 'data-static="/other/"'))
    assert served.names(move) == {"static-folder-differs"}


def test_other_bytes_under_the_same_name_are_caught(served: Served) -> None:
    # given a server that changes one script for everybody, and leaves page, digest and list as they are
    change = on("/static/pages-receipt", lambda sent: sent.replace("const", "const "))
    # when it is watched; then the file is not the one that the list and the log name
    assert "file-not-of-manifest" in served.names(change)


def test_a_changed_font_or_staff_script_is_caught(served: Served) -> None:
    for path in ("/static/latin-400", "/static/pages-moderation", "/static/workers-unseal", "/static/third-party"):
        assert "file-not-of-manifest" in served.names(on(path, lambda sent: setattr(sent, "body", sent.body + b" "))), (
            path
        )


HEADERS = [
    ("Content-Security-Policy", None, "policy-differs"),
    ("Content-Security-Policy", "default-src 'self' 'unsafe-inline'", "policy-differs"),
    ("Permissions-Policy", "camera=*", "header-differs"),
    ("Referrer-Policy", "unsafe-url", "header-differs"),
    ("X-Content-Type-Options", None, "header-differs"),
    ("Cross-Origin-Opener-Policy", None, "header-differs"),
    ("Cache-Control", "public, max-age=60", "header-differs"),
    ("Set-Cookie", "who=you", "cookie-set"),
    ("Link", "</static/x.js>; rel=modulepreload", "header-loads-code"),
    ("Refresh", "0; url=/elsewhere", "redirected"),
    ("Report-To", "{}", "header-reports"),
    ("Content-Type", "text/html; charset=utf-7", "content-type-differs"),
    ("Content-Encoding", "br", "encoding-unknown"),
    ("Cross-Origin-Embedder-Policy", "unsafe-none", "header-differs"),
]


def test_other_headers_are_caught(served: Served) -> None:
    # given a server that spoils another header on each of its pages
    pages = [
        f"{prefix}/{page}"
        for page in ("", "how", "receipt", "results", "log", "c/phieu-2026", "results/thu-2026")
        for prefix in ("", "/en")
    ]
    spoiled = dict(zip(pages, HEADERS, strict=False))
    assert len(spoiled) == len(HEADERS)

    def spoil(sent: Sent) -> None:
        if sent.path in spoiled:
            sent.set(*spoiled[sent.path][:2])

    # when it is watched; then each page is named with what was done to it, and with nothing else
    report, _ = served.watch(spoil)
    expected = {(failure, path) for path, (_, _, failure) in spoiled.items()}
    assert {(failure.name, failure.where) for failure in report.failures} == expected


def test_a_cookie_on_a_file_and_a_wider_service_worker_are_caught(served: Served) -> None:
    assert served.names(header("Set-Cookie", "who=you", SUBMIT)) == {"cookie-set"}
    assert served.names(header("Service-Worker-Allowed", "/", SUBMIT)) == {"service-worker"}


def test_a_policy_that_lets_the_page_send_elsewhere_is_caught(served: Served) -> None:
    def widen(sent: Sent) -> None:
        policy = dict(sent.headers)["Content-Security-Policy"]
        sent.set(
            "Content-Security-Policy", policy.replace("connect-src 'self'", "connect-src 'self' https://x.example")
        )

    # given another origin in the policy: on the collecting page beside the issuers, elsewhere alone
    # when it is watched; then the former is held against the settings in the log, the latter against the only policy
    assert served.names(on(COLLECT, widen)) == {"connect-not-as-logged"}
    assert served.names(on(FIRST, widen)) == {"policy-differs"}


def test_issuers_that_the_log_does_not_show_are_caught(served: Served) -> None:
    # given a portal that says of itself that its issuers have another address, in policy and settings alike
    def move(sent: Sent) -> None:
        if sent.path in {COLLECT, COLLECT.removeprefix("/en")}:
            policy = dict(sent.headers)["Content-Security-Policy"]
            sent.set("Content-Security-Policy", policy.replace("http://127.0.0.1:8012", "http://127.0.0.1:8099"))
        elif sent.path.endswith("/ballots.json"):
            sent.replace("http://127.0.0.1:8012", "http://127.0.0.1:8099")

    # when it is watched; then the settings do not have the digest of the leaf that opened the consultation
    assert served.names(move) == {"connect-not-as-logged"}


def test_other_code_for_the_second_visitor_is_caught(served: Served) -> None:
    # given a server that serves one browser another policy, page or file than the other
    first: list[str] = []

    def second(change: Callable[[Sent], None]) -> Callable[[Sent], None]:
        first.clear()

        def meddle(sent: Sent) -> None:
            first.append(sent.visitor)
            if sent.visitor != first[0]:
                change(sent)

        return meddle

    for change in (
        add('<template id="more"><p>x</p></template>'),
        header("Content-Security-Policy", "default-src 'self'"),
        on("/static/public", lambda sent: sent.replace("color", "colour")),
    ):
        assert "split-serving" in served.names(second(change))


def test_a_redirection_and_a_missing_page_are_caught(served: Served) -> None:
    def away(sent: Sent) -> None:
        sent.status = "302 Found"
        sent.set("Location", "https://elsewhere.example/")

    assert served.names(on("/receipt", away)) == {"redirected"}
    assert served.names(on("/receipt", lambda sent: setattr(sent, "status", "404 Not Found"))) == {"status-unexpected"}


def test_another_build_than_ones_own_is_caught(served: Served, tmp_path) -> None:
    # given one's own build, in which a script is another, one is missing and one is more
    own = json.loads((DIST / "manifest.json").read_text("utf-8"))
    for entry in own.values():
        (tmp_path / entry["file"]).write_bytes((DIST / entry["file"]).read_bytes())
    (tmp_path / own["pages/submit.js"]["file"]).write_bytes(b"other")
    own["pages/more.js"] = {**own["pages/print.js"], "file": "pages-more-0123456789ab.js"}
    (tmp_path / "pages-more-0123456789ab.js").write_bytes(b"")
    del own["pages/keys.js"]
    (tmp_path / "manifest.json").write_text(json.dumps(own))
    # when it is compared with what is served
    report, _ = served.watch(local=tmp_path)
    # then each is named
    assert {(failure.name, failure.where) for failure in report.failures} == {
        ("build-differs", "pages/submit.js"),
        ("build-has-more", "pages/more.js"),
        ("build-lacks-file", "pages/keys.js"),
    }


def test_without_a_key_or_a_build_the_report_says_what_it_rests_on(served: Served) -> None:
    report, _ = served.watch(trust=Trust())
    assert report.ok
    assert [item.partition(":")[0] for item in report.skipped] == ["the source", "log key", "witnesses"]


def test_another_log_key_and_a_missing_quorum_are_caught(served: Served) -> None:
    stranger = SignerKey("log.example.org/gop-y", bytes(32)).verifier
    assert served.names(trust=Trust(stranger)) == {"log-not-verified"}
    witness = Cosigner("example.org/witness", bytes(32), 0).verifier
    absent = parse_policy(f"log {served.vkey}\nwitness one {witness}\nquorum one\n")
    assert served.names(trust=Trust(None, absent)) == {"quorum-missing"}
    policy = parse_policy(f"log {served.vkey}\nquorum none\n")
    assert served.names(trust=Trust(None, policy)) == set()
    assert served.names(header_of_vkey(str(stranger)), trust=Trust(None, policy)) == {"log-key-differs"}


def header_of_vkey(vkey: str) -> Callable[[Sent], None]:
    return on("/log/vkey", lambda sent: setattr(sent, "body", f"{vkey}\n".encode()))


def test_a_tile_or_an_entry_that_is_not_of_the_signed_tree_is_caught(served: Served) -> None:
    for part in ("/log/tile/entries/", "/log/tile/0/"):

        def flip(sent: Sent, part: str = part) -> None:
            if sent.path.startswith(part):
                sent.body = sent.body[:-1] + bytes([sent.body[-1] ^ 1])

        assert served.names(flip) == {"log-not-verified"}


def test_evidence_is_kept_as_it_came_over_the_wire(served: Served, tmp_path) -> None:
    # given a page with a script in it; when it is watched with a folder for evidence
    report, _ = served.watch(add("<script>send()</script>"), kept=tmp_path)
    # then every answer is there, status line and header lines included, with the report and who asked
    kept = responses(tmp_path)
    page = next(data for name, data in kept.items() if name.startswith("1-") and b"<script>send()</script>" in data)
    assert page.startswith(b"HTTP/1.") and b"\r\nContent-Security-Policy: " in page
    folder = next(tmp_path.iterdir())
    assert str(folder) == report.evidence and len(kept) == len(
        json.loads((folder / "requests.json").read_text("utf-8"))
    )
    document = json.loads((folder / "report.json").read_text("utf-8"))
    assert document["ok"] is False and document["failures"][0]["meaning"] == NAMES["inline-script"]
    # and a watch that finds nothing keeps nothing
    served.watch(lambda _sent: None, kept=tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_an_asset_that_is_logged_but_not_served_is_caught(served: Served) -> None:
    # given what was learned before, and a leaf since then that names other bytes
    _, known = served.watch()
    truth: dict[str, ServedFile] = {}

    def falsify(session, log) -> None:
        truth.update(logged_assets(session))
        log_assets(session, log, {"pages/submit.js": ServedFile("ab" * 32, 1)})

    served.write(falsify)
    try:
        # when it is watched, with that knowledge or without; then the newest leaf counts
        assert served.names(known=known) == {"asset-not-as-logged"}
        assert served.names() == {"asset-not-as-logged"}
        # and so it does for the list of all files
        served.write(lambda session, log: log_assets(session, log, {"manifest.json": ServedFile("cd" * 32, 1)}))
        assert {"manifest-not-as-logged", "asset-not-as-logged"} == served.names(known=known)
    finally:
        served.write(lambda session, log: log_assets(session, log, truth))
    # and a leaf that sets it right again ends it
    assert served.names(known=known) == set()


def test_a_log_that_was_rolled_back_or_forked_is_caught(served: Served) -> None:
    _, known = served.watch()
    longer = Known(known.checkpoint, known.vkey, known.size + 1, known.root, known.assets)
    assert served.names(known=longer) == {"log-rolled-back"}
    other = Known(known.checkpoint, known.vkey, known.size - 1, bytes(32), known.assets)
    assert served.names(known=other) == {"log-forked"}
