"""Tables from the question to the log: asked once, decided by the gate, frozen, and verified by everybody."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
import rfc8785
from sqlalchemy import select

from portal.audit.export import openings, public_files
from portal.audit.verify import Brought, verify
from portal.consultations import service as consultations
from portal.crypto.commitment import commit
from portal.errors import Conflict, NotFound, PortalError
from portal.findings import service as findings
from portal.findings import tables_deciding as deciding
from portal.findings import tables_service as tables
from portal.findings.models import FindingCross, FindingTable
from portal.findings.tables import parse_table
from portal.ledger import log as ledger
from portal.reports.findings_file import parse_table_json
from tests.audit.rich import Held
from tests.audit.support import digest, names
from tests.rounds import publish, tabulate

CID = "thu-2026"
TODAY = date(2026, 11, 23)
# 40 ballots: C1 and D1 often, on P1 seldom enough to be shown there, all with a level.
CODINGS = (
    *({"categories": ["C1"], "unit": "P1", "level": "unit"} for _ in range(7)),
    *({"categories": ["C1", "D1"], "level": "office", "severity": 2} for _ in range(9)),
    *({"categories": ["D1"], "level": "unit", "severity": 3} for _ in range(12)),
    *({"categories": ["C12"], "severity": 1} for _ in range(12)),
)


@pytest.fixture
def published(office, session, log, clock, atrest):
    return publish(session, log, clock, atrest, office, CODINGS)


@pytest.fixture
def decided(session, log, atrest, published):
    return tabulate(session, log, atrest, "units", CID, today=TODAY)


def cells(row: FindingTable) -> dict[tuple[str, str], str]:
    return {(cell.row, cell.column): cell.band.label for cell in tables.document_of(row).cells}


def refused(code: str, call, *args, **more) -> None:
    with pytest.raises(PortalError) as caught:
        call(*args, **more)
    assert caught.value.code == code


def test_a_table_waits_until_it_is_decided(session, published) -> None:
    # when a table is asked for
    asked = tables.ask(session, "units", CID, today=TODAY)
    # then it waits, and nobody sees anything of it
    assert (tables.waiting(session), tables.decided(session)) == ([asked.id], [])
    with pytest.raises(NotFound):
        tables.get(session, asked.id)


def test_what_is_decided_is_frozen_and_logged(session, log, atrest, decided) -> None:
    assert tables.waiting(session) == []
    assert cells(decided) == {("C1", "P1"): "5-9"}
    leaf = json.loads(ledger.read_leaf(session, decided.finding_leaf))
    assert leaf["publication_sha256"] == hashlib.sha256(decided.document).hexdigest()
    assert (leaf["v"], leaf["table"], leaf["consultations"]) == (2, decided.id, [CID])
    assert leaf["checkpoint_size"] == decided.finding_leaf
    # and the commitment opens to the exact counts, zeros too
    opening = tables.opening_of(atrest, decided)
    salt = bytes.fromhex(opening.pop("salt"))
    assert commit(salt, opening).hex() == leaf["counts_commitment"]
    assert {"row": "C1", "column": "P1", "count": 7} in opening["cells"]
    assert {"row": "C9", "column": "P1", "count": 0} in opening["cells"]
    assert b"count" not in decided.counts_sealed


def test_the_document_names_the_publication_that_it_stands_beside(session, published, decided) -> None:
    found = parse_table(decided.document)
    assert [one.publication_sha256 for one in found.members] == [hashlib.sha256(published.document).hexdigest()]


def test_a_table_is_asked_for_once(session, log, atrest, decided) -> None:
    refused("table-asked", tables.ask, session, "units", CID, today=TODAY)
    assert deciding.weigh(session, atrest, decided.id, today=TODAY) is None


def test_codings_are_counted_once_for_all_tables(session, log, atrest, decided, monkeypatch) -> None:
    # given one table for which the codings were counted, when another is asked for
    def none_left(*_args):
        raise AssertionError("codings are read again")

    monkeypatch.setattr(findings, "counted_codings", none_left)
    other = tabulate(session, log, atrest, "levels", CID, today=TODAY)
    # then it is counted from what was kept, which is sealed
    assert cells(other)
    (kept,) = session.scalars(select(FindingCross))
    assert b"ballots" not in kept.sealed


def test_a_decision_that_was_overtaken_is_not_written(session, log, atrest, published) -> None:
    # given two tables that two hosts weigh at the same time
    for kind in ("units", "levels"):
        tables.ask(session, kind, CID, today=TODAY)
    first = deciding.weigh(session, atrest, f"units-{CID}", today=TODAY)
    second = deciding.weigh(session, atrest, f"levels-{CID}", today=TODAY)
    # when both are written, then the second, which did not know of the first, is not
    assert deciding.settle(session, log, atrest, first)
    assert not deciding.settle(session, log, atrest, second)
    assert tables.waiting(session) == [f"levels-{CID}"]


def test_what_cannot_be_asked_for(session, office, published) -> None:
    refused("table-unknown", tables.ask, session, "rooms", CID, today=TODAY)
    refused("publication-unknown", tables.ask, session, "units", "khac-2026", today=TODAY)
    refused("table-year-not-over", tables.ask, session, "year", "2026", today=TODAY)
    refused("table-of-one", tables.ask, session, "year", "2026", today=date(2027, 1, 2))


def test_few_ballots_have_no_table(office, session, log, clock, atrest) -> None:
    publish(session, log, clock, atrest, office, [{"categories": ["C1"], "unit": "P1"}] * 19)
    refused("table-of-few", tables.ask, session, "units", CID, today=TODAY)


def test_unpublished_consultations_have_no_table(session, office) -> None:
    refused("publication-unknown", tables.ask, session, "units", CID, today=TODAY)


def test_offers_are_what_can_be_asked_for_and_what_was(session, decided) -> None:
    found = {one.table: one.state for one in tables.offers(session, today=TODAY)}
    assert found == {f"units-{CID}": "given", f"levels-{CID}": "free", f"severity-{CID}": "free"}


def test_nothing_of_a_withheld_table_differs_from_one_without_cells(session, log, atrest, published) -> None:
    """The document of both has no cell and the same floor; the exact counts are behind the commitment."""
    row = tabulate(session, log, atrest, "severity", CID, today=TODAY)
    found = tables.document_of(row)
    nothing = type(found)(**{**vars(found), "cells": ()})
    assert nothing.to_bytes() == rfc8785.dumps({**found.as_document(), "cells": []})
    assert found.floor == ()


# --- what an auditor sees ---


@pytest.fixture
def files(session, log, atrest, decided, tmp_path: Path) -> dict[str, bytes]:
    return {**dict(public_files(session, log, tmp_path)), "openings.json": openings(session, atrest)}


def judged(files: dict[str, bytes], log) -> set[str]:
    return names(verify(Held(files), Brought(log.vkey)))


def edited(files: dict[str, bytes], change) -> dict[str, bytes]:
    document = json.loads(files["openings.json"])
    change(document["tables"][f"units-{CID}"])
    return {**files, "openings.json": rfc8785.dumps(document)}


def test_the_export_verifies_whole(files, log) -> None:
    verdict = verify(Held(files), Brought(log.vkey))
    assert verdict.failures == []
    assert "tables beside the lists (1)" in verdict.checked
    assert parse_table_json(files[f"tables/units-{CID}/findings.json"]).publication["table"] == f"units-{CID}"


def test_falsified_counts_and_cells_are_named(files, log) -> None:
    def recount(opening) -> None:
        opening["cells"][0]["count"] += 1

    assert judged(edited(files, recount), log) == {"counts-commitment-does-not-open", "counts-not-of-codings"}
    assert judged(edited(files, lambda one: one.update(salt="00" * 32)), log) == {"counts-commitment-does-not-open"}
    assert judged(edited(files, lambda one: one.update(cells=[])), log) == {
        "counts-commitment-does-not-open", "counts-not-of-codings",
    }  # fmt: skip


def test_a_table_that_is_not_there_is_missed(files, log) -> None:
    name = f"tables/units-{CID}/findings.json"
    assert judged({key: data for key, data in files.items() if key != name}, log) == {"publication-missing"}
    document = json.loads(files["openings.json"])
    without = {**files, "openings.json": rfc8785.dumps({**document, "tables": {}})}
    assert judged(without, log) == {"opening-missing"}
    more = {**document["tables"], "units-khac": document["tables"][f"units-{CID}"]}
    assert judged({**files, "openings.json": rfc8785.dumps({**document, "tables": more})}, log) == {
        "opening-of-no-publication"
    }


def test_a_table_that_the_log_does_not_name_is_named(files, log) -> None:
    data = files[f"tables/units-{CID}/findings.json"]
    assert judged({**files, "tables/units-khac/findings.json": data}, log) == {"publication-not-logged"}


def test_a_publisher_who_falsifies_a_cell_before_logging_is_named(
    session, log, atrest, published, tmp_path, monkeypatch
) -> None:
    """The cells that everybody sees must follow from the counts that only auditors see."""
    real = deciding.decide

    def falsified(kind, members, counts, known, earlier):
        return real(kind, members, {place: many + 5 if many else 0 for place, many in counts.items()}, known, earlier)

    monkeypatch.setattr(deciding, "decide", falsified)
    row = tabulate(session, log, atrest, "levels", CID, today=TODAY)
    assert cells(row)
    made = {**dict(public_files(session, log, tmp_path)), "openings.json": openings(session, atrest)}
    assert judged(made, log) == {"published-rows-not-of-counts"}


def test_a_table_gives_away_no_exact_count(decided, files) -> None:
    text = files[f"tables/units-{CID}/findings.json"].decode()
    assert '"count"' not in text
    assert digest(decided.document) in text


def test_a_year_counts_closed_batches_only(session, log, clock, atrest, office, published) -> None:
    """A consultation of the year that is not published keeps the year waiting."""
    row = consultations.get(session, CID)
    other = consultations.ConsultationDraft(
        id="khac-2026", title_vi="Khác", opens=row.opens, closes=row.closes, headcount=75, notice_vi="x",
        taxonomy_version=row.taxonomy_version,
    )  # fmt: skip
    held = consultations.save_draft(session, other)
    later = date(row.closes.year + 1, 1, 2)
    refused("table-of-one", tables.members_of, session, "year", str(row.closes.year), today=later)
    held.state = "closed"
    refused("table-year-unpublished", tables.members_of, session, "year", str(row.closes.year), today=later)
    with pytest.raises(Conflict):
        tables.ask(session, "trend", str(row.closes.year), today=later)


def test_what_was_decided_before_is_read_under_the_lock(session, log, atrest, published, monkeypatch) -> None:
    """On PostgreSQL two hosts may settle at once: the second must see what the first has written."""
    tables.ask(session, "units", CID, today=TODAY)
    weighed = deciding.weigh(session, atrest, f"units-{CID}", today=TODAY)
    order: list[str] = []
    real_lock, real_decided = deciding.lock, deciding.decided
    monkeypatch.setattr(deciding, "lock", lambda held: (order.append("lock"), real_lock(held)))
    monkeypatch.setattr(deciding, "decided", lambda held: (order.append("look"), real_decided(held))[1])
    assert deciding.settle(session, log, atrest, weighed)
    assert order == ["lock", "look"]
