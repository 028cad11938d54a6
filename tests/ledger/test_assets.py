"""Served files are logged when they are new or changed, and only then."""

from portal.ledger.assets import ServedFile, log_assets, logged_assets


def test_only_changes_are_logged(session, log) -> None:
    first = {"pages/a.js": ServedFile("aa" * 32, 1), "pages/b.js": ServedFile("bb" * 32, 2)}
    assert log_assets(session, log, first) == 2
    assert log_assets(session, log, first) == 0
    changed = {**first, "pages/b.js": ServedFile("cc" * 32, 2)}
    assert log_assets(session, log, changed) == 1
    assert logged_assets(session) == changed
