"""The HTML of a report in a browser: it asks for nothing, fits a phone, and axe has nothing to say."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from portal.reports.annex import annex_of
from portal.reports.html import to_html
from tests.reports.editions import edition

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1280, 375])
def test_it_stands_alone_at_both_widths(browser, tmp_path: Path, width: int) -> None:
    # given the file on a reader's disk
    made = edition()
    (tmp_path / "report.html").write_bytes(to_html(made.document, None, annex_of(made)))
    # when a browser opens it (axe itself is a script, which the file's own policy would stop)
    context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
    tab, asked = context.new_page(), []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto((tmp_path / "report.html").as_uri())
    # then
    assert len(asked) == 1
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert Axe().run(tab).response["violations"] == []
    context.close()
