"""The taxonomy's pages: a version never changes, a new one keeps the meaning of every code."""

import pytest

from portal.consultations import service
from portal.consultations.taxonomy import default_taxonomy
from portal.web.runtime import unit_of_work
from tests.web.staff.steps import fields_of, says, send, text_of


@pytest.fixture
def desk(admin):
    """A client of the administrator of an office that has the default taxonomy."""
    send(admin, "/taxonomy/default")
    return admin


def typed(client, version: int = 1, **change: str) -> dict[str, object]:
    """What a browser sends when nothing but ``change`` was typed."""
    fields = {name: values[0] for name, values in fields_of(client.get(f"/taxonomy/{version}/edit")).items()}
    fields.pop("csrf_token")
    return {**fields, "do": "save", **{name.replace("__", "-"): value for name, value in change.items()}}


def kept(staff_app, version: int):
    with staff_app.app_context(), unit_of_work() as session:
        return service.get_taxonomy(session, version)


def versions(staff_app) -> list[int]:
    with staff_app.app_context(), unit_of_work() as session:
        return [row.version for row in service.list_taxonomies(session)]


def place(client, code: str) -> int:
    """The row in which a category stands."""
    fields = fields_of(client.get("/taxonomy/1/edit"))
    return next(n for n in range(99) if fields[f"categories-{n}-code"] == [code])


def test_an_empty_instance_offers_the_default(admin, staff_app) -> None:
    assert versions(staff_app) == []
    assert 'action="/taxonomy/default"' in text_of(admin.get("/taxonomy/"))
    assert send(admin, "/taxonomy/default").location == "/taxonomy/"
    send(admin, "/taxonomy/default")
    assert kept(staff_app, 1) == default_taxonomy()
    assert versions(staff_app) == [1]


def test_a_version_is_shown_with_its_remedies(desk) -> None:
    page = text_of(desk.get("/taxonomy/1"))
    assert "Né tránh trách nhiệm" in page
    assert "Evading responsibility" in page
    assert "R2 Tăng cường kiểm tra" in page
    assert desk.get("/taxonomy/7").status_code == 404


def test_saving_unchanged_gives_the_next_version_with_the_same_content(desk, staff_app) -> None:
    assert send(desk, "/taxonomy/1/edit", typed(desk)).location == "/taxonomy/2"
    first, second = kept(staff_app, 1), kept(staff_app, 2)
    assert (second.themes, second.categories, second.remedies) == (first.themes, first.categories, first.remedies)
    assert second.concern_remedy == first.concern_remedy


def test_labels_words_and_remedies_are_edited(desk, staff_app) -> None:
    row = place(desk, "D1")
    change = typed(desk)
    change |= {
        f"categories-{row}-vi": "Việc gấp",
        f"categories-{row}-terms": "Hỏa tốc,  việc gấp, hỏa tốc,",
        f"categories-{row}-remedy": "R5",
        "remedies-0-en": "Protect the bold",
    }
    send(desk, "/taxonomy/1/edit", change)
    new = kept(staff_app, 2)
    assert new.category_by_code["D1"].vi == "Việc gấp"
    assert new.category_by_code["D1"].terms == ("hỏa tốc", "việc gấp")
    assert new.concern_remedy["D1"] == "R5"
    assert new.remedies[0].en == "Protect the bold"
    assert kept(staff_app, 1) == default_taxonomy(), "the old version stays"


def test_a_category_is_added_under_a_fresh_code(desk, staff_app) -> None:
    more = fields_of(send(desk, "/taxonomy/1/edit", {**typed(desk), "do": "add-category", "new_theme": "D"}))
    row = max(int(name.split("-")[1]) for name in more if name.startswith("categories-"))
    assert more[f"categories-{row}-code"] == ["D7"]
    data = {name: values[0] for name, values in more.items() if name != "csrf_token"}
    data |= {"do": "save", f"categories-{row}-vi": "Thiếu trang thiết bị", f"categories-{row}-en": "Lack of equipment"}
    lacking = send(desk, "/taxonomy/1/edit", data)
    assert lacking.status_code == 422
    assert says(desk, lacking, "Choose the remedy that answers it.")
    assert fields_of(lacking)[f"categories-{row}-vi"] == ["Thiếu trang thiết bị"]
    assert send(desk, "/taxonomy/1/edit", {**data, f"categories-{row}-remedy": "R5"}).location == "/taxonomy/2"
    assert kept(staff_app, 2).category_by_code["D7"].en == "Lack of equipment"


def test_a_code_that_was_left_out_is_burnt(desk, staff_app) -> None:
    row = place(desk, "D6")
    assert send(desk, "/taxonomy/1/edit", {**typed(desk), f"categories-{row}-left_out": "y"}).status_code == 302
    assert "D6" not in kept(staff_app, 2).category_by_code
    more = fields_of(send(desk, "/taxonomy/2/edit", {**typed(desk, 2), "do": "add-category", "new_theme": "D"}))
    added = [values[0] for name, values in more.items() if name.endswith("-code")]
    assert "D7" in added
    assert "D6" not in added


def test_praise_cannot_become_a_concern_by_a_forged_form(desk, staff_app) -> None:
    row = place(desk, "C1")
    send(desk, "/taxonomy/1/edit", {**typed(desk), f"categories-{row}-praise": "y"})
    assert not kept(staff_app, 2).category_by_code["C1"].praise


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("categories-0-vi", "", "Enter the Vietnamese label."),
        ("remedies-0-en", "", "Enter the English label."),
        ("categories-0-remedy", "R9", "Choose the remedy that answers it."),
        ("categories-0-code", "X", "The code of this category is damaged. Reload the page."),
    ],
)
def test_mistakes_are_named_and_nothing_is_saved(desk, staff_app, name, value, sentence) -> None:
    answer = send(desk, "/taxonomy/1/edit", {**typed(desk), name: value, "themes-0-vi": "Tên đã sửa"})
    assert answer.status_code == 422
    assert says(desk, answer, sentence)
    assert fields_of(answer)["themes-0-vi"] == ["Tên đã sửa"]
    assert versions(staff_app) == [1]


def test_a_forged_code_cannot_take_the_place_of_another(desk, staff_app) -> None:
    answer = send(desk, "/taxonomy/1/edit", {**typed(desk), "categories-0-code": "C2"})
    assert answer.status_code == 422
    assert versions(staff_app) == [1]
