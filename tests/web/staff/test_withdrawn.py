"""A paraphrase that was withdrawn after publication: at every address of both apps, for every role, it is gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from portal.accounts import rights
from portal.audit.export import openings, public_files
from portal.audit.invariants import Invariants
from portal.consultations import service as consultations
from portal.crypto.rowkey import CODING_SIZE, sealed_size
from portal.ledger.models import LogLeaf
from portal.moderation import readable, redaction
from portal.moderation.models import Coding
from portal.web.runtime import unit_of_work
from tests.rounds import moderator
from tests.web.staff.steps import ROLES, fields_of, send, text_of
from tests.web.staff.studio import CID

MARKER = "Có hồ sơ để lâu"
KNOWN = {"cid": CID, "consultation_id": CID, "code": "C1", "name": CID, "account_id": 1, "version": 1, "kind": "docx",
         "listed": "categories"}  # fmt: skip
ENDING = ("/tf-", "/mf-recovery")  # steps of signing in: they end the session that walks


def paths(app) -> Iterator[str]:
    """Every address that can be read, with what it asks for filled in as well as can be."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.rule.startswith(ENDING) or rule.endpoint == "static":
            continue
        values = {name: KNOWN.get(name, 1 if "int:" in rule.rule else CID) for name in rule.arguments}
        yield adapter.build(rule.endpoint, values)


def readable_bytes(data: bytes) -> bytes:
    """What an answer says: of a file that is an archive, what its parts say."""
    if not data.startswith(b"PK"):
        return data
    with ZipFile(BytesIO(data)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def found(client, app) -> dict[str, int]:
    """The addresses at which the marker is read, and how often each has it; "" counts those that answered."""
    seen: dict[str, int] = {"": 0}
    for path in paths(app):
        answer = client.get(path)
        seen[""] += answer.status_code == 200
        if count := readable_bytes(answer.get_data()).count(MARKER.encode()):
            seen[path] = count
    return seen


@pytest.fixture
def everywhere(studio, staff_app, public, sign_in):
    """Walk all addresses: of the public app, and of the staff app as each role."""

    def walk() -> dict[tuple[str, str], int]:
        places = {("public", path): count for path, count in found(public, public.application).items()}
        for role in ROLES:
            client = staff_app.test_client()
            sign_in(client, role)
            places |= {(role, path): count for path, count in found(client, staff_app).items()}
            assert client.get("/account/").status_code == 200, "the session ended on the way"
        return places

    return walk


def withdraw(staff_app, log, clock, atrest) -> None:
    """A moderator withdraws the marker's paraphrase, wherever it stands."""
    with staff_app.app_context(), unit_of_work() as session:
        account, row = moderator(session), consultations.get(session, CID)
        rights.set_rights(session, account, ["remove"])
        for coding in session.scalars(select(Coding).where(Coding.current)).all():
            if MARKER not in readable.document_of(atrest, coding)["paraphrase"]:
                continue
            place = {"index": coding.submission_leaf, "slot": coding.slot, "seen": coding.revision}
            shared = bytes(sealed_size(CODING_SIZE))
            redaction.withdraw(session, log, atrest, account, row, **place, shared=shared, day=clock.today())


def test_what_is_withdrawn_is_read_nowhere(everywhere, staff_app, log, clock, atrest, tmp_path) -> None:
    # Given findings whose committee reads that paraphrase
    before = everywhere()
    shown = {place for place, count in before.items() if count and place[1]}
    assert ("committee", f"/concerns/{CID}/C1") in shown
    assert all(before[who, ""] > 2 for who in (*ROLES, "public")), "the walk went nowhere"
    # When it is withdrawn
    withdraw(staff_app, log, clock, atrest)
    # Then no address has it, the page says so, and no public file has it
    after = everywhere()
    assert {place for place, count in after.items() if count and place[1]} == set()
    with staff_app.app_context(), unit_of_work() as session:
        files = dict(public_files(session, log, tmp_path))
        assert files and not any(MARKER.encode() in data for data in files.values())
        # An auditor can still open what was counted: a commitment that does not open would let a portal hide a coding.
        assert MARKER in openings(session, atrest).decode()
        rules = Invariants()
        for place, data in session.execute(select(LogLeaf.index, LogLeaf.data).order_by(LogLeaf.index)):
            rules.feed(place, data)
        assert rules.finish() == []
        last = session.scalars(select(LogLeaf.data).order_by(LogLeaf.index.desc()).limit(1)).one()
        assert json.loads(last)["kind"] == "paraphrase"


def test_the_committee_is_told_that_something_was_withdrawn(studio, staff_app, log, clock, atrest) -> None:
    withdraw(staff_app, log, clock, atrest)
    assert "Withdrawn by the moderators." in text_of(studio.get(f"/concerns/{CID}/C1"))


def test_rights_are_given_and_shown(staff_app, people, sign_in) -> None:
    # Given a moderator without rights
    admin, client = staff_app.test_client(), staff_app.test_client()
    sign_in(admin, "admin")
    sign_in(client, "moderator")
    admin.get("/language/en")
    client.get("/language/en")
    assert "None beyond the roles" in text_of(client.get("/account/"))
    # When an administrator grants one
    page = f"/accounts/{people['moderator']}"
    assert send(admin, f"{page}/rights", {"rights": "remove"}).status_code == 302
    # Then both see it, and only for moderators can it be granted
    assert "Remove parts of comments" in text_of(client.get("/account/"))
    assert fields_of(admin.get(page))["rights"] == ["remove"]
    assert send(admin, f"/accounts/{people['auditor']}/rights", {"rights": "mask"}).status_code == 409
    assert send(client, f"{page}/rights", {"rights": "mask"}).status_code == 403
    assert send(admin, f"{page}/rights", {}).status_code == 302
    assert "None beyond the roles" in text_of(client.get("/account/"))
