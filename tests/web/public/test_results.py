"""Published results: what the publication says and not a figure more, with a file that proves itself."""

from __future__ import annotations

import hashlib
import json

from flask.testing import FlaskClient

from portal.ledger import events
from portal.ledger.log import Log
from portal.reports.findings_file import parse_findings_json
from portal.tlog.keys import VerifierKey
from portal.tlog.merkle import leaf_hash
from portal.tlog.proof import verify_proof
from tests.support import Office
from tests.web.public.support import Page


def test_the_page_shows_bands_names_and_the_answer(public: FlaskClient, published: Office) -> None:
    # given 24 comments on C1, six of them also praise, nine on one unit of twelve
    page = Page(public.get("/en/results/thu-2026").get_data(as_text=True))
    # then bands and labels are shown, never codes or counts
    assert "20–29" in page.text
    assert "5–9" in page.text
    assert "Room 1" in page.text
    assert "under the threshold, perhaps none" in page.text
    assert "Sẽ phân công rõ người chủ trì." in page.text
    assert "C12" not in page.text


def test_the_page_is_vietnamese_at_the_plain_address(public: FlaskClient, published: Office) -> None:
    assert "Phòng số 1" in Page(public.get("/results/thu-2026").get_data(as_text=True)).text


def test_the_chart_is_a_table(public: FlaskClient, published: Office) -> None:
    page = Page(public.get("/results/thu-2026").get_data(as_text=True))
    assert len(page.all("table")) == len(page.all("caption")) == 3
    assert all(head.get("scope") in {"row", "col"} for head in page.all("th"))
    assert all(svg.get("focusable") == "false" for svg in page.all("svg"))


def test_findings_json_proves_itself(public: FlaskClient, published: Office, log: Log) -> None:
    # given the file that an upper-level office downloads
    answer = public.get("/results/thu-2026/findings.json")
    assert answer.mimetype == "application/json"
    found = parse_findings_json(answer.get_data())
    # then the proof holds under the log's key, and the leaf names exactly this publication
    verify_proof(found.proof_text, leaf_hash(found.leaf), VerifierKey.parse(log.vkey))
    leaf = events.decode(found.leaf)
    canonical = json.dumps(found.publication, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert leaf["publication_sha256"] == hashlib.sha256(canonical).hexdigest()


def test_an_unpublished_answer_is_nowhere(public: FlaskClient, office: Office) -> None:
    assert public.get("/results/thu-2026").status_code == 404
    assert public.get("/results/thu-2026/findings.json").status_code == 404
    assert "thu-2026" not in public.get("/results").get_data(as_text=True)
