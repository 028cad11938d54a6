"""``python -m tests.hostile.crawl``: Wapiti on a demonstration, as a visitor and as each role of the staff.

Wapiti lives in an environment of its own (``build/wapiti``, made here on first use): it pins much that the portal
pins otherwise. A finding that is not in :data:`KNOWN` ends the run with status 1, and so does an answer of 5xx that
the portal calls unexpected, or a call of the portal to a server that an attacker named (:mod:`tests.hostile.endpoint`).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from portal.config import ROOT
from tests.browser.served import demonstration
from tests.hostile.endpoint import endpoint
from tests.hostile.flood import signed_in
from tests.powercut.__main__ import say

HOME, WANTED = ROOT / "build" / "wapiti", "wapiti3>=3.2,<4"
MODULES = (
    "backup,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,methods,permanentxss,redirect,shellshock,"
    "sql,ssrf,timesql,upload,xss,xxe"
)
"""All that ask for what there is: no LDAP, no Java (log4shell, spring4shell), no product of others."""
KNOWN = {
    "HTTP Strict Transport Security (HSTS)": "the demonstration is served without TLS; deploy/ holds the header",
    "Secure Flag cookie": "the demonstration is served without TLS; elsewhere the cookie has the flag",
    "Unencrypted Channels": "the demonstration is served without TLS",
}
OF_VISITORS = {
    "Cross Site Request Forgery": "the public app has no session that a forged form could use, and asks for the Origin",
}
ROLES = ("admin", "moderator", "committee", "auditor")


def wapiti() -> Path:
    """The program; installed on first use."""
    program = HOME / "bin" / "wapiti"
    if not program.exists():
        venv.create(HOME, with_pip=True)
        subprocess.run([HOME / "bin" / "pip", "install", "-qq", WANTED], check=True, stderr=subprocess.DEVNULL)
    return program


def scan(url: str, report: Path, seconds: int, outside: str, cookie: str = "") -> dict[str, Any]:
    """Wapiti's report as it writes it. ``outside``: the server that the portal is to be talked into calling."""
    given = ["-u", url, "--scope", "folder", "-m", MODULES, "--flush-session", "--no-bugreport", "-v", "0"]
    given += ["-f", "json", "-o", str(report), "--store-session", str(report.parent), "--endpoint", outside]
    given += ["--max-scan-time", str(seconds), "--max-attack-time", str(seconds // 8)]
    if cookie:
        # Not where it would end its own session. (With --drop-set-cookie, Wapiti sends no cookie at all.)
        given += ["-C", cookie, "-x", f"{url}logout", "-x", f"{url}account/*", "-x", f"{url}language/*"]
    else:
        given += ["-x", f"{url}staff/*"]
    subprocess.run([wapiti(), *given], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    found: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return found


def told(who: str, report: dict[str, Any]) -> bool:
    """Say what it found; whether all of it is known."""
    found = {**report["vulnerabilities"], **report["anomalies"]}
    kinds = {kind: places for kind, places in found.items() if places}
    say(f"{who:10} {report['infos']['crawled_pages_nbr']} pages and forms, {len(kinds)} kinds of findings")
    known = KNOWN if who in ROLES else {**KNOWN, **OF_VISITORS}
    for kind, places in kinds.items():
        why = known.get(kind, "")
        say(f"  {'known' if why else 'NEW'}: {kind}, {len(places)} places{': ' + why if why else ''}")
        for place in [] if why else places[:3]:
            say(f"    {place['method']} {place['path']} {place['parameter'] or ''}: {place['info'][:160]}")
    return set(kinds) <= set(known)


def main() -> int:
    """The public app, then the staff app as each role."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seconds",
        type=int,
        default=240,
        help="at most, for crawling each of the five; an eighth of it for each module",
    )
    everybody = ("visitor", *ROLES)
    parser.add_argument("--as", dest="who", action="append", choices=everybody, help="this one only (may be repeated)")
    given = parser.parse_args()
    good = True
    with tempfile.TemporaryDirectory(prefix="portal-crawl-") as base:
        # A demonstration for each: an administrator's scan blocks accounts, as its forms offer.
        for who in given.who or everybody:
            good &= one(who, Path(base) / who, given.seconds)
    return 0 if good else 1


def one(who: str, folder: Path, seconds: int) -> bool:
    """Scan as that one; whether all that was found is known, and nothing surprised the portal."""
    folder.mkdir()
    said = folder / "said"
    with demonstration(folder / "office", said) as portal, endpoint() as outside:
        url, cookie = f"{portal.url}/", ""
        if who in ROLES:
            person = portal.people[who]
            url, cookie = f"{url}staff/", signed_in(urlsplit(url).port or 80, person["email"], person["password"])
        good = told(who, scan(url, folder / "report.json", seconds, outside.url, cookie))
        surprises = [line for line in said.read_text("utf-8").splitlines() if " unexpected " in line]
    if surprises:
        say(f"  {len(surprises)} answers that the portal did not expect itself: {surprises[:5]}")
    if outside.calls:
        say(f"  NEW: the portal called a server that an attacker named: {outside.calls[:5]}")
    return good and not surprises and not outside.calls


if __name__ == "__main__":
    sys.exit(main())
