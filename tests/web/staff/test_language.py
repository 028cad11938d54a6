"""The language switch: it changes the session that it is sent, and leads nowhere else."""

import pytest

from tests.web.staff.steps import send
from tests.web.staff.test_sign_in import OUTSIDE


def language(client, path: str = "/account/") -> str:
    return client.get(path).get_data(as_text=True).split('<html lang="')[1][:2]


def test_the_switch_changes_the_language_and_comes_back(admin) -> None:
    assert language(admin) == "vi"
    answer = admin.get("/language/en?next=/accounts/")
    assert answer.location == "/accounts/"
    assert language(admin) == "en"
    admin.get("/language/vi?next=/")
    assert language(admin) == "vi"


def test_it_works_before_signing_in(staff) -> None:
    staff.get("/login")
    staff.get("/language/en?next=/login")
    assert language(staff, "/login") == "en"


def test_each_page_links_to_itself_in_the_other_language(admin) -> None:
    page = admin.get("/accounts/").get_data(as_text=True)
    assert 'href="/language/en?next=/accounts/"' in page


@pytest.mark.parametrize("target", [*OUTSIDE, "/language/vi", "/static/x", "/nowhere", ""])
def test_it_leads_to_no_other_place(admin, target) -> None:
    assert admin.get("/language/en", query_string={"next": target}).location == "/"


def test_a_request_without_our_cookie_sets_none(staff_app) -> None:
    answer = staff_app.test_client().get("/language/en?next=/login")
    assert "Set-Cookie" not in answer.headers


def test_an_unknown_language_is_not_found(admin) -> None:
    assert admin.get("/language/xx?next=/").status_code == 404


def test_the_account_keeps_its_language(admin, staff_app, sign_in) -> None:
    assert send(admin, "/account/language", {"locale": "xx"}).status_code == 422
    assert send(admin, "/account/language", {"locale": "en"}).location == "/account/"
    later = staff_app.test_client()
    sign_in(later, "admin")
    assert language(later) == "en"
