"""Help inside the apps: every guide in both languages, opened where it is needed, and leading somewhere."""

from __future__ import annotations

import re

import pytest

from portal.accounts.service import ROLES
from portal.web import guides
from portal.web.staff import ROOMS
from portal.web.staff import help as staff_help
from tests.web.public.support import Page
from tests.web.public.test_pages import check_bare, check_page


@pytest.mark.parametrize("locale", ["vi", "en"])
@pytest.mark.parametrize("name", guides.NAMES)
def test_a_guide_has_chapters_and_leads_nowhere_that_does_not_exist(name: str, locale: str) -> None:
    found = guides.guide(name, locale, lambda other: f"/to/{other}")
    assert found.title and len(found.parts) >= 5
    whole = found.lede + "".join(one.html for one in found.parts)
    # then links to pages that only the documentation's site has are words, and raw Markdown is nowhere
    assert all(target.startswith(("/to/", "#")) for target in re.findall(r'href="([^"]*)"', whole))
    assert not re.search(r"\]\(|\*\*|^#", whole, re.MULTILINE)
    assert len({one.id for one in found.parts}) == len(found.parts)


def test_both_languages_of_a_guide_say_as_much() -> None:
    def size(name: str, locale: str) -> list[int]:
        return [one.html.count("<li>") for one in guides.guide(name, locale, str).parts]

    for name in guides.NAMES:
        assert size(name, "vi") == size(name, "en"), name


def test_every_role_has_a_guide_and_every_room_opens_one() -> None:
    assert set(ROLES) <= set(guides.NAMES)
    shared = {blueprint.name: entry.roles for blueprint, entry, _ in ROOMS if len(entry.roles) > 1}
    assert all(role in shared[room] for room, role in staff_help.SHARED.items())


def test_the_public_app_shows_them_bare_and_well_formed(public, office) -> None:
    for prefix in ("", "/en"):
        for path in ("/help", *(f"/help/{name}" for name in guides.NAMES if name != "submitter")):
            answer = public.get(prefix + path)
            assert answer.status_code == 200, path
            check_bare(answer)
            page = Page(answer.get_data(as_text=True))
            check_page(page)
            links = [attrs["href"] for tag, attrs in page.elements if tag == "a"]
            others = [link for link in links if link.startswith(f"{prefix}/help")]
            every = {f"{prefix}/help", *(f"{prefix}/help/{name}" for name in guides.NAMES[1:])}
            assert {*others, prefix + path} == every
            assert all(public.get(link).status_code == 200 for link in others)
    assert public.get("/help/submitter").location == "/help"
    assert public.get("/help/nobody").status_code == 404
    assert public.get("/help/..%2f..%2fsetup").status_code == 404


def test_a_guide_is_reached_from_every_page(public, office) -> None:
    for path in ("/", "/c/thu-2026", "/receipt", "/log"):
        assert 'href="/help"' in public.get(path).get_data(as_text=True), path
        assert 'href="/en/help"' in public.get(f"/en{path}").get_data(as_text=True), path


@pytest.mark.parametrize(
    ("role", "path", "name"),
    [
        ("moderator", "/", "moderator"), ("moderator", "/keys/", "moderator"), ("committee", "/reports/", "committee"),
        ("admin", "/accounts/", "admin"), ("admin", "/audit/", "auditor"), ("auditor", "/account/", "auditor"),
    ],
)  # fmt: skip
def test_staff_are_led_to_the_guide_of_the_room(staff_app, office, sign_in, role: str, path: str, name: str) -> None:
    client = staff_app.test_client()
    sign_in(client, role)
    page = client.get(path).get_data(as_text=True)
    assert f'href="/help/{name}"' in page
    shown = client.get(f"/help/{name}")
    assert shown.status_code == 200
    assert guides.title_of(name, "vi") in shown.get_data(as_text=True)
    assert client.get("/help/").location == f"/help/{role}"
    assert client.get("/help/nobody").status_code == 404
