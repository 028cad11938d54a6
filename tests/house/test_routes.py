"""Every route declares its access, and the public app is as bare as it says."""

import pytest

from portal.web.access import access_of


@pytest.mark.parametrize("which", ["public_app", "staff_app"])
def test_every_route_declares_its_access(which, request) -> None:
    app = request.getfixturevalue(which)
    undeclared = [rule.endpoint for rule in app.url_map.iter_rules() if access_of(app, rule.endpoint) is None]
    assert not undeclared


def test_staff_routes_that_anyone_may_open_are_few_and_named(staff_app) -> None:
    public = {
        rule.endpoint
        for rule in staff_app.url_map.iter_rules()
        if access_of(staff_app, rule.endpoint).kind == "public" and not rule.endpoint.startswith("security.")
    }
    assert public <= {"static", "enrol.page", "language.switch"}


def test_public_app_has_no_secret_key_and_no_session(public_app) -> None:
    assert public_app.secret_key is None
