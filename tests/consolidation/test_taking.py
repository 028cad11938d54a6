"""Fifty offices: what holds is taken, what does not is named, and nothing is half taken."""

import json
from datetime import date

import pytest

from portal.consolidation import offices, service, taking
from portal.consolidation.checking import Why
from portal.consolidation.guard import learned
from portal.consolidation.models import ConsolidationTaxonomy
from portal.consolidation.unpacking import Upload
from portal.consultations.taxonomy import dump_taxonomy, taxonomy_sha256
from portal.errors import Conflict, Invalid, NotFound
from portal.tlog.keys import SignerKey, spoken_fingerprint
from tests.consolidation.offices import NEWER, OTHER, TAXONOMY, document, province, sender

MANY = 50


def take(session, row, *uploads: tuple[str, bytes], account=None):
    given = [Upload(name, data) for name, data in uploads]
    return taking.take(session, row, given, day=date(2026, 11, 23), account=account)


@pytest.fixture
def fifty(session, know, row):
    """Fifty known offices, and their good files by number."""
    made = dict(enumerate(province(MANY), start=1))
    for number in made:
        know(number)
    return {number: data for number, (_, data) in made.items()}


def test_fifty_offices_with_a_forger_a_copy_and_a_foreign_key_among_them(session, row, fifty, hands) -> None:
    # given fifty files, of which one was changed, one was signed by somebody else, and one came twice
    spoilt = json.loads(fifty[7])
    spoilt["publication"]["rows"]["categories"][0]["band"] = "50+"
    fifty[7] = json.dumps(spoilt, separators=(",", ":"), ensure_ascii=False).encode()
    foreign = SignerKey(sender(13).signer.name, b"\x09" * 32)
    fifty[13] = sender(13).file(document(13), foreign)
    names = [(f"{number:02}.json", data) for number, data in fifty.items()]
    # when they come together
    found = take(session, row, *names, ("copy.json", fifty[20]), account=hands[0].account)
    # then each of the others is taken, and the three are named
    refused = {one.file: one.why for one in found if one.why}
    assert refused == {"07.json": Why.TAMPERED, "13.json": Why.OTHER_KEY, "copy.json": Why.DUPLICATE}
    taken = service.files(session, row)
    assert len(taken) == MANY - 2
    assert {one.office_id for one in taken} == {sender(n).id for n in fifty} - {sender(7).id, sender(13).id}
    assert all(one.data == fifty[int(one.office_id[-2:])] for one in taken)
    # and the upload is remembered by who, day and verdicts
    (note,) = service.imports(session, row)
    assert (note.account_id, len(json.loads(note.verdicts))) == (hands[0].account, MANY + 1)


def test_the_table_of_fifty_offices_keeps_its_rules_and_gives_nothing_away(session, row, fifty) -> None:
    take(session, row, *((f"{number}.json", data) for number, data in fifty.items()))
    figures = service.figures_of(session, row)
    assert len(figures.sources) == len(figures.offices) == MANY
    assert len(figures.rows.categories) > 15
    assert {line.code for line in figures.rows.themes} == {"C", "D"}
    for line in (*figures.rows.categories, *figures.rows.themes):
        assert line.low >= row.k
        assert 2 <= line.offices <= line.asked < MANY
    # the newer category is asked of the offices that have it only
    newer = next(line for line in figures.rows.categories if line.code == "C13")
    assert newer.asked < next(line for line in figures.rows.categories if line.code == "C1").asked
    assert learned(service.joined(session, row), figures.rows) == []


def test_a_file_by_another_taxonomy_needs_that_taxonomy_beside_it(session, row, know) -> None:
    one = know(1)
    by_other = one.file(document(1, taxonomy=TAXONOMY.__class__(**{**vars_of(TAXONOMY), "version": 9})))
    (alone,) = take(session, row, ("a.json", by_other))
    assert alone.why is Why.UNKNOWN_TAXONOMY
    # when the taxonomy comes with it, in any layout, it is kept
    same = TAXONOMY.__class__(**{**vars_of(TAXONOMY), "version": 9})
    pretty = json.dumps(json.loads(dump_taxonomy(same)), indent=2, ensure_ascii=False).encode()
    verdicts = take(session, row, ("a.json", by_other), ("taxonomy.json", pretty))
    assert [one.why for one in verdicts] == [None, None]
    assert session.get(ConsolidationTaxonomy, taxonomy_sha256(same)) is not None
    # and one that nobody needs is not
    take(session, row, ("other.json", dump_taxonomy(OTHER)))
    assert session.get(ConsolidationTaxonomy, taxonomy_sha256(OTHER)) is None


def vars_of(taxonomy) -> dict:
    names = ("version", "themes", "categories", "remedies", "concern_remedy")
    return {name: getattr(taxonomy, name) for name in names}


def test_an_office_that_contradicts_itself_is_named(session, row, know) -> None:
    one = know(1)
    take(session, row, ("a.json", one.file(document(1))))
    (again,) = take(session, row, ("b.json", one.file(document(2))))
    assert again.why is Why.CONTRADICTS
    assert [file.data for file in service.files(session, row)] == [one.file(document(1))]


def test_an_office_is_read_from_when_its_key_was_compared(session, row, know, hands) -> None:
    one = know(1, confirmed=False)
    assert take(session, row, ("a.json", one.file(document(1))))[0].why is Why.UNCONFIRMED_KEY
    held, mark = offices.get(session, one.id), spoken_fingerprint(one.vkey)
    with pytest.raises(Invalid, match="office-fingerprint-differs"):
        offices.confirm(session, held, "0000 0000", hands[0], seen=mark)
    with pytest.raises(Conflict, match="office-key-changed"):
        offices.confirm(session, held, mark[-8:], hands[0], seen="0" * 32)
    offices.confirm(session, held, f" {mark[-8:-4].upper()} {mark[-4:]}", hands[0], seen=mark)
    assert take(session, row, ("a.json", one.file(document(1))))[0].why is None
    # an office that was read from stays in the list
    with pytest.raises(Conflict, match="office-in-use"):
        offices.drop(session, held)


def test_a_new_key_is_compared_anew_and_what_was_taken_keeps_the_old_one(session, row, know) -> None:
    one = know(1)
    take(session, row, ("a.json", one.file(document(1))))
    new = SignerKey(one.signer.name, b"\x07" * 32)
    held = offices.get(session, one.id)
    offices.rekey(session, held, str(new.verifier))
    assert held.confirmed_by is None
    assert service.figures_of(session, row).sources[0].vkey == one.vkey
    with pytest.raises(Invalid, match="office-other-log"):
        offices.rekey(session, held, sender(2).vkey)


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"id": "Văn phòng"}, "office-malformed"),
        ({"name": "  "}, "office-malformed"),
        ({"vkey": "abc"}, "office-key-malformed"),
        ({"policy": "quorum"}, "office-policy-malformed"),
        ({"policy": f"log {sender(2).vkey}\nquorum none"}, "office-policy-malformed"),
        ({"id": "don-vi-02"}, "office-known"),
        ({"vkey": sender(2).vkey}, "office-log-known"),
    ],
)
def test_an_office_that_cannot_be_is_refused(session, know, over, code) -> None:
    know(2)
    one = sender(1)
    values = {"id": one.id, "name": one.name, "vkey": one.vkey, **over}
    with pytest.raises((Invalid, Conflict), match=code):
        offices.add(session, offices.OfficeDraft(**values))


def test_a_consolidation_that_cannot_be_is_refused(session, row) -> None:
    draft = service.ConsolidationDraft("b", "Tổng hợp", "", date(2026, 7, 1), date(2026, 6, 1), 5, 1)
    with pytest.raises(Invalid, match="consolidation-malformed"):
        service.create(session, draft)
    with pytest.raises(Conflict, match="consolidation-known"):
        service.create(session, service.ConsolidationDraft(row.id, "Tổng", "", row.opens, row.closes, 5, NEWER.version))
    with pytest.raises(NotFound, match="consolidation-unknown"):
        service.get(session, "khong-co")
