"""A visitor: the header lines of an ordinary browser, so that a server cannot tell an auditor by them.

All profiles are of one family (Firefox, and Tor Browser, which is one), whose lines come in one order. What still tells
an auditor apart (TLS fingerprint, timing, the parts of the log that nobody else reads) is in docs/served-code.md.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from portal.audit.watch.wire import Answer, Place, Proxy, Wire

Range = tuple[float, float]
"""The least and the most seconds."""

CHANCE = random.SystemRandom()
USER_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0",
)
LANGUAGES = ("vi-VN,vi;q=0.8,en-US;q=0.5,en;q=0.3", "vi,en-US;q=0.7,en;q=0.3", "en-US,en;q=0.5")
ACCEPT = {
    "document": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "style": "text/css,*/*;q=0.1",
    "image": "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
    "font": "application/font-woff2;q=1.0,application/font-woff;q=0.9,*/*;q=0.8",
}


@dataclass(frozen=True)
class Guise:
    """What a visitor says of their browser."""

    user_agent: str
    language: str


def guises(user_agent: str | None = None) -> tuple[Guise, Guise]:
    """Two visitors who differ in browser and in language; the same ``user_agent`` for both where one is given."""
    agents = [user_agent] * 2 if user_agent else CHANCE.sample(USER_AGENTS, 2)
    languages = CHANCE.sample(LANGUAGES, 2)
    return Guise(agents[0], languages[0]), Guise(agents[1], languages[1])


class Visitor:
    """One visitor, from the first request to the last; ``seen`` keeps every answer for evidence."""

    def __init__(self, place: Place, guise: Guise, *, proxy: Proxy | None = None, pause: Range = (0, 0)) -> None:
        self.place, self.guise, self.seen = place, guise, list[Answer]()
        self._wire, self._pause = Wire(place, proxy), pause

    def get(self, path: str, kind: str = "document") -> Answer:
        """Ask as a browser does for a ``document``, ``script``, ``style``, ``image``, ``font`` or fetch: ``empty``."""
        if kind == "document" and self.seen and self._pause[1]:
            time.sleep(CHANCE.uniform(*self._pause))
        answer = self._wire.get(path, self._lines(kind))
        self.seen.append(answer)
        return answer

    def leave(self) -> None:
        """Hang up."""
        self._wire.close()

    def _lines(self, kind: str) -> list[tuple[str, str]]:
        lines = [
            ("User-Agent", self.guise.user_agent),
            ("Accept", ACCEPT.get(kind, "*/*")),
            ("Accept-Language", self.guise.language),
            ("Accept-Encoding", "gzip, deflate"),
            ("Connection", "keep-alive"),
        ]
        lines += [("Upgrade-Insecure-Requests", "1")] if kind == "document" else []
        return lines + (self._metadata(kind) if self.place.trustworthy else [])

    def _metadata(self, kind: str) -> list[tuple[str, str]]:
        """Fetch Metadata, as https://www.w3.org/TR/fetch-metadata/ has it."""
        if kind != "document":
            mode = "no-cors" if kind == "image" else "cors"
            return [("Sec-Fetch-Dest", kind), ("Sec-Fetch-Mode", mode), ("Sec-Fetch-Site", "same-origin")]
        site = "same-origin" if self.seen else "none"
        more = [("Sec-Fetch-Dest", "document"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Site", site)]
        return [*more, ("Sec-Fetch-User", "?1"), ("Priority", "u=0, i")]
