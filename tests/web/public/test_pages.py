"""Every public page: there in both languages, bare of cookies and inline code, and well formed for a screen reader."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.clock import FixedClock
from portal.web.headers import content_security_policy
from tests.support import Office
from tests.web.public.support import Page

PAGES = ["/", "/how", "/c/thu-2026", "/receipt", "/results", "/log"]


def check_bare(answer: TestResponse) -> None:
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"] == content_security_policy(wasm=False)


def check_page(page: Page) -> None:
    assert not page.inline
    assert not page.all("style")
    for tag, attrs in page.elements:
        assert not [name for name in attrs if name == "style" or name.startswith("on")], (tag, attrs)
        for name in ("href", "src", "action"):
            value = attrs.get(name) or ""
            assert not value.startswith(("http:", "https:", "//", "javascript:", "data:")), (tag, attrs)
    ids = page.ids()
    assert len(ids) == len(set(ids))
    check_references(page, set(ids))


def check_references(page: Page, ids: set[str]) -> None:
    for _, attrs in page.elements:
        for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
            assert set((attrs.get(name) or "").split()) <= ids, attrs
        href = attrs.get("href") or ""
        assert not href.startswith("#") or href[1:] in ids, attrs


def both(*paths: str) -> list[str]:
    return [prefix + path for path in paths for prefix in ("", "/en")]


def test_pages_are_there_bare_and_well_formed_in_both_languages(public: FlaskClient, office: Office) -> None:
    for path in both(*PAGES):
        # given an office with an open consultation; when anyone asks for the page
        answer = public.get(path)
        # then it comes without cookie, with the strict policy, and nothing in it is inline or from elsewhere
        assert answer.status_code == 200, path
        check_bare(answer)
        page = Page(answer.get_data(as_text=True))
        check_page(page)
        assert page.all("html")[0]["lang"] == ("en" if path.startswith("/en") else "vi")
        assert len(page.all("h1")) == len(page.all("main")) == 1, path


def test_pages_after_publication(public: FlaskClient, published: Office) -> None:
    for path in both("/results", "/results/thu-2026", "/", "/c/thu-2026", "/log"):
        answer = public.get(path)
        assert answer.status_code == 200, path
        check_bare(answer)
        check_page(Page(answer.get_data(as_text=True)))


def test_pages_of_an_empty_portal(public: FlaskClient) -> None:
    for path in both("/", "/how", "/receipt", "/results", "/log"):
        answer = public.get(path)
        assert answer.status_code == 200, path
        check_page(Page(answer.get_data(as_text=True)))


def test_what_is_not_there_is_a_plain_404(public: FlaskClient) -> None:
    for path in both("/nothing", "/c/nothing", "/results/nothing", "/results/nothing/findings.json", "/log/tile/9/x"):
        answer = public.get(path)
        assert answer.status_code == 404, path
        check_bare(answer)
        check_page(Page(answer.get_data(as_text=True)))


def test_every_script_and_stylesheet_carries_its_integrity(public: FlaskClient, office: Office) -> None:
    for path in ("/c/thu-2026", "/receipt"):
        page = Page(public.get(path).get_data(as_text=True))
        scripts = page.all("script")
        sheets = [link for link in page.all("link") if link.get("rel") == "stylesheet"]
        assert scripts and sheets
        assert all((item.get("integrity") or "").startswith("sha384-") for item in scripts + sheets)
        for item in scripts + sheets:
            assert public.get(item.get("src") or item.get("href") or "").status_code == 200


def test_the_form_cannot_send_the_text_by_itself(public: FlaskClient, office: Office) -> None:
    # given the submit page without any script
    page = Page(public.get("/c/thu-2026").get_data(as_text=True))
    form = next(item for item in page.all("form") if item.get("id") == "comment")
    # then its form goes nowhere, is hidden until the keys are verified, and its text field has no name
    assert form["method"] == "dialog"
    assert "action" not in form
    assert "hidden" in form
    assert all("name" not in area for area in page.all("textarea"))
    assert all("name" not in select for select in page.all("select"))


def test_the_submit_page_shows_the_notice_and_never_asks_for_the_authors_unit(
    public: FlaskClient, office: Office
) -> None:
    page = Page(public.get("/en/c/thu-2026").get_data(as_text=True))
    assert "Đây là kênh góp ý" in page.text
    assert "never ask for your own unit" in page.text
    assert {option.get("value") for option in page.all("option")} == {"", "P1", "P2", "P3", "P4"}


def test_the_submit_page_says_in_numbers_what_will_be_published(public: FlaskClient, office: Office) -> None:
    # given an open consultation under the usual rule, when its page is read before anything is written
    text = " ".join(Page(public.get("/en/c/thu-2026").get_data(as_text=True)).text.split())
    # then it tells the threshold, the ranges, the limits of units and of small consultations, and what is for good
    for words in (
        "at least 5 comments raised it",
        "5–9 10–14 15–19 20–29 30–49 50 or more",
        "at least 10 people, and when at least 3 of them are not counted in its row",
        "If fewer than 20 comments come, only groups of concerns are shown",
        "for concerns that at least 10 comments raised",
        "nothing sent or sorted later changes what was published",
    ):
        assert words in text
    assert "people stand behind each row" not in text


def test_days_left_count_the_last_day(public: FlaskClient, office: Office, clock: FixedClock) -> None:
    assert "15 days left" in public.get("/en/").get_data(as_text=True)
    clock.advance(days=14)
    assert "Last day to write" in public.get("/en/").get_data(as_text=True)


def test_a_consultation_outside_its_days_shows_no_form(public: FlaskClient, office: Office, clock: FixedClock) -> None:
    start = clock.moment
    clock.moment = start - timedelta(days=1)
    assert "textarea" not in public.get("/c/thu-2026").get_data(as_text=True)
    clock.moment = start + timedelta(days=15)
    assert "textarea" not in public.get("/c/thu-2026").get_data(as_text=True)


def test_the_language_link_leads_to_the_same_page(public: FlaskClient, office: Office) -> None:
    for path in PAGES:
        page = Page(public.get(path).get_data(as_text=True))
        link = next(item for item in page.all("a") if item.get("hreflang") == "en")
        assert link["href"] == f"/en{path}"
