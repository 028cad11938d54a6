"""Posts that no honest browser sends, from a seed: wrong in their bytes, their form, their meaning or their manners."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote_from_bytes

FIELDS = (
    "envelope", "locator_hash", "locator", "ballot", "files", "message", "ticket", "bucket", "index", "slot",
    "revision", "coding", "shared", "csrf_token", "email", "password", "code", "title_vi", "opens", "closes",
    "kids", "roles", "file", "codes", "blinded", "staff_code", "claim_code", "wrapped", "public_key", "rows",
    "taxonomy", "note", "checkpoint",
)  # fmt: skip
TYPES = (
    "application/json", "application/json; charset=utf-16", "application/x-www-form-urlencoded", "text/plain", "",
    "multipart/form-data", "multipart/form-data; boundary=", "application/json;" + "x=" * 50, "image/png", "\xff/\xfe",
)  # fmt: skip
NUMBERS = ("0", "-1", "1e400", "-0", "9" * 400, "0.1", "NaN", "Infinity", "00", "1_000", "2147483648", "9" * 16)
WORDS = (
    "", "a", "\\u0000", "\\ud800", "\\uffff", "../../etc/passwd", "' OR 1=1 --", "<script>", "%s%n", "{{7*7}}",
    "=" * 44,
)  # fmt: skip
LENGTHS = ("Content-Length: -1", "Content-Length: 1e3", "Transfer-Encoding: chunked", "Expect: x")
CHUNKS = (b"5\r\nabcde\r\n0\r\n\r\n", b"zz\r\n", b"ffffffffffffffff\r\nabc", b"-5\r\nabcde\r\n0\r\n\r\n")
PATHS = (b"/c/%ff%fe/submissions", b"//evil.example/", b"/c/../..", b"/receipt/lookup%00", b"*", b"/" + b"a" * 3000)
HEADERS = (
    ["X: " + "y" * 9000], [f"X{n}: y" for n in range(300)], ["X\x00: y"], ["Cookie: " + "a=b; " * 900]
)  # fmt: skip
MOST = 200_000
"""Bytes of the longest body but the oversized."""


@dataclass(frozen=True)
class Post:
    """The bytes of one connection, and what is wrong with them."""

    kind: str
    data: bytes


class Junk:
    """An endless line of posts to those paths of that host."""

    def __init__(self, paths: list[str], host: str, seed: int, cookies: tuple[str, ...] = ("",)) -> None:
        self._chance, self._paths, self._host, self._cookies = random.Random(seed), paths, host, cookies
        self._kinds: dict[str, Callable[[], Post]] = {
            name.removeprefix("_of_"): getattr(self, name) for name in sorted(dir(self)) if name.startswith("_of_")
        }

    def next(self) -> Post:
        """Another one."""
        return self._kinds[self._chance.choice(list(self._kinds))]()

    # --- pieces ---

    def _bytes(self, most: int = 300) -> bytes:
        return self._chance.randbytes(self._chance.randrange(most))

    def _value(self, depth: int = 0) -> str:
        """JSON, or nearly."""
        kind = self._chance.randrange(8 if depth < 4 else 5)
        if kind < 2:
            return self._chance.choice(NUMBERS)
        if kind < 4:
            return f'"{self._chance.choice(WORDS) * self._chance.choice((1, 1, 1, 300))}"'
        if kind == 4:
            return self._chance.choice(("null", "true", "false", "undefined", "{", "]", '"'))
        if kind == 5:
            return "[" + ",".join(self._value(depth + 1) for _ in range(self._chance.randrange(6))) + "]"
        return self._object(depth + 1)

    def _object(self, depth: int = 0) -> str:
        names = [self._chance.choice(FIELDS) for _ in range(self._chance.randrange(7))]
        return "{" + ",".join(f'"{name}":{self._value(depth)}' for name in names) + "}"

    def _post(self, kind: str, body: bytes, content_type: str, *more: str, length: int | None = None) -> Post:
        lines = [
            f"POST {self._chance.choice(self._paths)} HTTP/1.1", f"Host: {self._host}", "Connection: close",
            f"Content-Length: {len(body) if length is None else length}", *more,
        ]  # fmt: skip
        if content_type:
            lines.append(f"Content-Type: {content_type}")
        if self._chance.random() < 0.8:
            lines.append(f"Origin: http://{self._host}")
        if cookie := self._chance.choice(self._cookies):
            lines.append(f"Cookie: {cookie}")
        return Post(kind, "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)

    # --- kinds ---

    def _of_json(self) -> Post:
        return self._post("json", self._object().encode(), "application/json")

    def _of_deep(self) -> Post:
        opened = self._chance.choice(("[", '{"a":')) * self._chance.choice((50, 5_000, 30_000))
        return self._post("deep", opened.encode(), "application/json")

    def _of_no_object(self) -> Post:
        return self._post("no object", self._value().encode(), "application/json")

    def _of_cut_json(self) -> Post:
        text = json.dumps(dict.fromkeys(FIELDS[:6], "QUJD" * 50)).encode()
        return self._post("cut json", text[: self._chance.randrange(len(text))], "application/json")

    def _of_bytes(self) -> Post:
        return self._post("bytes", self._bytes(), self._chance.choice(TYPES))

    def _of_form(self) -> Post:
        names = (self._chance.choice(FIELDS) for _ in range(self._chance.randrange(40)))
        pairs = [f"{name}={quote_from_bytes(self._bytes(40))}" for name in names]
        return self._post("form", "&".join(pairs).encode(), "application/x-www-form-urlencoded")

    def _of_many_fields(self) -> Post:
        body = "&".join(f"a{n}={n}" for n in range(self._chance.choice((500, 20_000)))).encode()
        return self._post("many fields", body[:MOST], "application/x-www-form-urlencoded")

    def _of_multipart(self) -> Post:
        parts = b"".join(
            b'--x\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n\r\n%s\r\n'
            % (self._chance.choice(FIELDS).encode(), self._bytes(20).replace(b'"', b""), self._bytes())
            for _ in range(self._chance.choice((1, 3, 1500)))
        )
        end = self._chance.choice((b"--x--\r\n", b"", b"--y--", self._bytes(20)))
        return self._post("multipart", (parts + end)[:MOST], "multipart/form-data; boundary=x")

    def _of_short(self) -> Post:
        body = self._object().encode()
        return self._post("short", body, "application/json", length=len(body) + self._chance.randrange(1, 5000))

    def _of_long(self) -> Post:
        body = self._object().encode() + self._bytes()
        return self._post("long", body, "application/json", length=self._chance.randrange(max(1, len(body))))

    def _of_lengths(self) -> Post:
        odd = self._chance.choice(LENGTHS)
        return self._post("lengths", self._object().encode(), "application/json", odd)

    def _of_chunks(self) -> Post:
        head = self._post("chunks", b"", "application/json").data
        chunked = head.replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
        return Post("chunks", chunked + self._chance.choice(CHUNKS))

    def _of_headers(self) -> Post:
        return self._post("headers", b"{}", "application/json", *self._chance.choice(HEADERS))

    def _of_oversized(self) -> Post:
        return self._post("oversized", b"a" * 3_000_000, self._chance.choice(TYPES[:4]))

    def _of_method(self) -> Post:
        data = self._post("method", self._object().encode(), "application/json").data
        word = self._chance.choice((b"PUT", b"TRACE", b"PROPFIND", b"G\xcbT", b"post", b"DELETE", b"OPTIONS"))
        return Post("method", data.replace(b"POST", word, 1))

    def _of_path(self) -> Post:
        data = self._post("path", self._object().encode(), "application/json").data
        return Post("path", b" ".join([b"POST", self._chance.choice(PATHS), data.split(b" ", 2)[2]]))

    def _of_noise(self) -> Post:
        return Post("noise", self._bytes(4000))
