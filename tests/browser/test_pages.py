"""Every page of both apps, at each width: no fault for axe, nothing overflows, nothing inline, no word untranslated."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from playwright.sync_api import Page

from tests.browser.served import ROOT, Portal

pytestmark = pytest.mark.browser

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
DONE, OPEN = "tinh-than-trach-nhiem", "le-loi-phoi-hop"
PUBLIC = [
    "/", "/how", f"/c/{OPEN}", f"/c/{DONE}", "/receipt",
    "/proof", "/results", f"/results/{DONE}", "/board", f"/board/{DONE}", "/log", "/help", "/help/auditor", "/nowhere",
]  # fmt: skip
STAFF = {
    "admin": [
        "/",
        "/account/",
        "/accounts/",
        "/accounts/invite",
        "/accounts/1",
        "/consultations/",
        "/consultations/new",
        f"/consultations/{OPEN}",
        f"/consultations/{OPEN}/close",
        "/taxonomy/",
        "/taxonomy/1",
        "/taxonomy/1/edit",
        "/audit/",
    ],
    "moderator": ["/", "/help/moderator", "/moderation/", f"/moderation/{OPEN}", f"/moderation/{DONE}", "/keys/"],
    "committee": [
        "/",
        "/findings/",
        f"/findings/{DONE}",
        f"/findings/{OPEN}/publish",
        f"/concerns/{DONE}",
        f"/concerns/{DONE}/C1",
        "/reports/",
        "/reports/profile",
        f"/reports/{DONE}",
        f"/reports/{DONE}/approve",
    ],
    "auditor": ["/", "/audit/", "/help/admin"],
}
WIDTHS = [1280, 375]
ENGLISH = re.compile(r"\b(the|and|comment|comments|moderator|sign in|settings|consultation|please)\b", re.IGNORECASE)


def inline_in(served: str) -> int:
    """Styles and scripts that stand in the page as it was served; scripts may set styles by name."""
    inline = {"style", "onclick", "onsubmit", "onload"}
    reader = Served(served)
    tags = sum(bool(inline & set(attrs)) for _, attrs in reader.elements)
    scripts = [attrs for tag, attrs in reader.elements if tag == "script" and "src" not in attrs]
    styles = [tag for tag, _ in reader.elements if tag == "style"]
    return tags + len(styles) + sum(attrs.get("type") != "application/json" for attrs in scripts)


class Served(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember it."""
        self.elements.append((tag, dict(attrs)))


def check(page: Page, address: str) -> list[str]:
    """What is wrong with the page as it stands."""
    page.goto(address)
    page.wait_for_load_state("networkidle")
    found = []
    result = page.evaluate(AXE + "; axe.run(document, {resultTypes: ['violations']})")
    found += [f"axe {v['id']}: {v['nodes'][0]['html'][:120]}" for v in result["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("the page is wider than the window")
    if count := inline_in(page.context.request.get(page.url).text()):
        found.append(f"{count} inline styles or scripts")
    unguarded = "script[src]:not([integrity]), link[rel=stylesheet]:not([integrity])"
    if count := page.locator(unguarded).count():
        found.append(f"{count} files without integrity")
    return found


def leftover_english(page: Page) -> list[str]:
    """English words on a Vietnamese page, outside code and what is marked as English."""
    page.locator("[lang=en], code, .mono, pre").evaluate_all("nodes => nodes.forEach(node => node.remove())")
    return ENGLISH.findall(page.locator("body").inner_text())


@pytest.mark.parametrize("width", [*WIDTHS, 320])
def test_public_pages(portal: Portal, visit: Callable, width: int) -> None:
    watched = visit(width)
    wrong = {}
    for prefix in ("", "/en"):
        for path in PUBLIC:
            if found := check(watched.page, f"{portal.url}{prefix}{path}"):
                wrong[prefix + path] = found
            if not prefix and (words := leftover_english(watched.page)):
                wrong[f"{path} (English)"] = words
    watched.complaints[:] = [line for line in watched.complaints if "404" not in line]
    assert wrong == {}
    assert watched.page.context.cookies() == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("role", sorted(STAFF))
def test_staff_pages(portal: Portal, sign_in: Callable, role: str, width: int) -> None:
    watched = sign_in(role, width)
    wrong = {}
    for path in STAFF[role]:
        if found := check(watched.page, f"{portal.url}/staff{path}"):
            wrong[path] = found
        if words := leftover_english(watched.page):
            wrong[f"{path} (English)"] = words
    watched.complaints[:] = [line for line in watched.complaints if "404" not in line]
    assert wrong == {}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_before_signing_in_and_in_the_dark(portal: Portal, visit: Callable, width: int, scheme: str) -> None:
    watched = visit(width, color_scheme=scheme)
    addresses = ["/staff/login", "/staff/enrol", "/", f"/c/{OPEN}", f"/results/{DONE}"]
    assert {path: found for path in addresses if (found := check(watched.page, portal.url + path))} == {}


def test_the_submit_page_stays_light(portal: Portal, visit: Callable) -> None:
    # given a visitor whose browser keeps nothing
    watched = visit()
    session = watched.page.context.new_cdp_session(watched.page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    # when the submit page has loaded with everything it needs before sending
    watched.page.goto(f"{portal.url}/c/{OPEN}")
    watched.page.wait_for_load_state("networkidle")
    # then it took at most 100 kB
    assert 0 < sum(sizes) <= 100_000


def test_axe_would_find_a_fault(portal: Portal, visit: Callable) -> None:
    watched = visit()
    watched.page.goto(portal.url)
    watched.page.evaluate("document.querySelector('h1').after(document.createElement('img'))")
    result = watched.page.evaluate(AXE + "; axe.run(document, {resultTypes: ['violations']})")
    assert "image-alt" in {violation["id"] for violation in result["violations"]}
