"""The watcher's parts by themselves: policies, markup, files, the wire, a proxy."""

from __future__ import annotations

import gzip
import json
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.audit.watch import policy
from portal.audit.watch.files import ManifestMalformed, parse_manifest, references
from portal.audit.watch.logged import Known, StateMalformed
from portal.audit.watch.markup import Malformed, read_tags
from portal.audit.watch.report import NAMES, Report
from portal.audit.watch.wire import BadAddress, Unreachable, Wire, decode, parse_address, parse_proxy
from portal.cli.assets import DIST
from portal.web import headers
from tests.audit.watch.support import Served, serving

ROOT = Path(__file__).resolve().parents[3]


def test_the_auditors_policy_is_the_portals() -> None:
    # given the policy as an auditor's tool states it and as the portal sends it; then they are the same texts
    for origins in ((), ("http://127.0.0.1:8011", "https://issuer.example.org")):
        assert policy.content_security_policy(origins) == headers.content_security_policy(wasm=False, connect=origins)
    assert headers.permissions_policy() == policy.PERMISSIONS
    assert policy.PERMISSIONS.replace("camera=()", "camera=(self)") == headers.permissions_policy(camera=True)
    assert policy.FIXED == headers.COMMON


def test_every_name_is_used_and_explained_in_the_docs() -> None:
    text = (ROOT / "docs" / "served-code.md").read_text("utf-8")
    assert [name for name in NAMES if f"| `{name}` |" not in text] == []
    with pytest.raises(KeyError):
        Report("", "").fail("no-such-name")
    modules = [path for path in (ROOT / "portal" / "audit" / "watch").glob("*.py") if path.name != "report.py"]
    code = "".join(path.read_text("utf-8") for path in modules)
    assert [name for name in NAMES if f'"{name}"' not in code] == []


GOOD = '<!doctype html>\n<html lang="vi"><body class="x"><p hidden>a &lt; b</p><br></body></html>'


def test_plain_markup_is_read() -> None:
    tags = read_tags(GOOD.encode())
    assert [(tag.name, tag.end) for tag in tags][:3] == [("html", False), ("body", False), ("p", False)]
    assert tags[2].attributes == {"hidden": ""} and tags[2].text == "a &lt; b" and tags[2].line == 2


@given(st.integers(0, len(GOOD) - 1), st.sampled_from(["<", "<!", "</", "<x", '"<', "\x00", "<?", "<p a=b>", "<P>"]))
def test_a_bracket_that_is_no_plain_tag_is_never_passed_over(at: int, piece: str) -> None:
    # given a page with something put in anywhere; when it is read
    text = GOOD[:at] + piece + GOOD[at:]
    try:
        tags = read_tags(text.encode())
    except Malformed:
        return
    # then it is refused, or every bracket of it began a tag that was seen
    assert len(tags) == text.count("<") - 1


def test_what_is_not_text_is_refused() -> None:
    for data in (b"\xff", b"\xef\xbb\xbf" + GOOD.encode(), GOOD.encode("utf-16"), b"", b"<p>", b"<!doctype html>x<p>"):
        with pytest.raises(Malformed):
            read_tags(data)


def test_scripts_and_sheets_say_what_they_load() -> None:
    manifest = parse_manifest((DIST / "manifest.json").read_bytes())
    listed = {built.file: built for built in manifest.files.values()}
    for name, built in manifest.files.items():
        kind = "style" if name.endswith(".css") else "script"
        if not name.endswith((".css", ".js")):
            continue
        named, faults = references(kind, (DIST / built.file).read_bytes())
        assert faults == [], name
        assert all(listed[one.file].integrity == (one.integrity or listed[one.file].integrity) for one in named)
        # the viewer's policy lets it load no font
        assert len(named) >= 4 or kind == "script" or (name, named) == ("viewer.css", [])
    submit = references("script", (DIST / manifest.files["pages/submit.js"].file).read_bytes())[0]
    assert {one.file.split("-")[1] for one in submit} >= {"seal", "unseal", "keys"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('navigator.serviceWorker.register("/sw.js")', "service-worker"),
        ('navigator["service"+"Worker"];serviceworker', "service-worker"),
        ("eval(x)", "code-from-text"),
        ("new Function(x)", "code-from-text"),
        ('importScripts("/x.js")', "code-from-text"),
        ('import("/x.js")', "code-from-text"),
        ('import{a}from"/x.js"', "code-from-text"),
        ('const w="workers-seal-0123456789ab.js"', "integrity-missing"),
    ],
)
def test_scripts_that_do_what_no_build_does_raise_an_alarm(text: str, name: str) -> None:
    assert name in references("script", text.encode())[1]


def test_sheets_that_load_from_elsewhere_raise_an_alarm() -> None:
    assert references("style", b'@import "/x.css";')[1] == ["foreign-origin"]
    assert references("style", b'p{background:url("https://x.example/p")}')[1] == ["foreign-origin"]


def test_a_list_that_is_none_is_refused() -> None:
    entry = json.loads((DIST / "manifest.json").read_text("utf-8"))["mark.svg"]
    bad = [[], {"a": 1}, {"a": {}}, {"a": {**entry, "size": "1"}}, {"a": {**entry, "file": "../x-01234567.js"}}]
    bad += [{"a": {**entry, "integrity": "sha256-AA"}}, {"a": {**entry, "sha256": "AB"}}, {"a": entry, "b": entry}]
    for document in bad:
        with pytest.raises(ManifestMalformed):
            parse_manifest(json.dumps(document).encode())
    for text in ("", "{}", "[]", '{"v":2}', '{"v":1,"assets":{"a":{}}}', '{"v":1,"assets":{},"root":"zz"}'):
        with pytest.raises(StateMalformed):
            Known.load(text)


def test_addresses_are_taken_in_one_form() -> None:
    assert parse_address("https://x.example/portal/").prefix == "/portal"
    assert parse_address("http://x.onion").trustworthy and not parse_address("http://x.example").trustworthy
    for text in ("x.example", "ftp://x.example", "http://", "http://u@x.example", "http://x.example?a", "http://[x"):
        with pytest.raises(BadAddress):
            parse_address(text)
    for text in ("127.0.0.1:9050", "socks5://127.0.0.1:9050", "socks5h://127.0.0.1:99999", "socks5h://x"):
        with pytest.raises(BadAddress):
            parse_proxy(text)


def test_only_gzip_is_unpacked_and_only_when_it_is_whole() -> None:
    packed = gzip.compress(b"text")
    assert decode(packed, ["gzip"]) == b"text" and decode(b"text", []) == b"text"
    for body, encodings in ((packed[:-1], ["gzip"]), (packed + b"x", ["gzip"]), (b"text", ["gzip"]), (packed, ["br"])):
        assert decode(body, encodings) is None
    assert decode(packed, ["gzip", "gzip"]) is None


def test_a_silent_or_babbling_server_is_unreachable() -> None:
    # given a server that is not there, or answers what is no HTTP
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with pytest.raises(Unreachable):
        Wire(parse_address(f"http://127.0.0.1:{port}")).get("/", [])


class Socks:
    """A SOCKS5 proxy that writes down whom it was asked for, and by which name."""

    def __init__(self, target: int, method: int) -> None:
        self.target, self.method, self.asked, self.names = target, method, list[str](), list[bytes]()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        assert client.recv(4) == b"\x05\x02\x00\x02"
        client.sendall(bytes([5, self.method]))
        if self.method == 2:
            self.names.append(client.recv(64))
            client.sendall(b"\x01\x00")
        head = client.recv(5)
        host = client.recv(head[4])
        (port,) = struct.unpack("!H", client.recv(2))
        self.asked.append(f"{host.decode()}:{port}")
        server = socket.create_connection(("127.0.0.1", self.target))
        client.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
        threading.Thread(target=self._pump, args=(server, client), daemon=True).start()
        self._pump(client, server)

    @staticmethod
    def _pump(source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            return


@pytest.fixture(params=[0, 2])
def socks(served: Served, request: pytest.FixtureRequest) -> Iterator[Socks]:
    proxy = Socks(int(served.url.rpartition(":")[2]), request.param)
    yield proxy
    proxy.listener.close()


def test_a_proxy_resolves_the_name_and_each_visitor_has_a_circuit_of_their_own(served: Served, socks: Socks) -> None:
    # given a portal that is known by a name that only the proxy can resolve
    address = "http://portal.onion"
    wires = [Wire(parse_address(address), parse_proxy(f"socks5h://127.0.0.1:{socks.port}")) for _ in range(2)]
    # when two visitors ask for a page through it
    answers = [wire.get("/how", []) for wire in wires]
    # then both get it, the proxy was asked for the name, and each brought a name of their own where one was wanted
    assert [answer.status for answer in answers] == [200, 200]
    assert socks.asked == ["portal.onion:80"] * 2
    assert len(set(socks.names)) == (2 if socks.method == 2 else 0)
    for wire in wires:
        wire.close()


def test_an_answer_is_kept_byte_for_byte() -> None:
    # given a server whose answer is packed and comes in chunks
    def app(_environ, start):
        start("200 OK", [("Content-Encoding", "gzip"), ("X-One", "a"), ("X-One", "b")])
        return iter([gzip.compress(b"text", mtime=0)])

    with serving(app) as url:
        wire = Wire(parse_address(url))
        answer = wire.get("/", [])
        wire.close()
    # then the content is unpacked, and what came over the wire is there as it came
    assert answer.body == b"text" and answer.values("x-one") == ["a", "b"] and answer.header("x-one") is None
    assert answer.raw.startswith(b"HTTP/1.") and gzip.compress(b"text", mtime=0) in answer.raw
