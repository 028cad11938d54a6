"""The portal's half of the issuers: who is let onto a draft, what opening logs, and which lists are taken."""

from __future__ import annotations

import itertools
import json
import unicodedata
from datetime import timedelta

import pytest

from portal.ballots import issuers
from portal.consultations import service as consultations
from portal.crypto.encoding import b64url_encode
from portal.errors import Conflict, Invalid, NotFound, PortalError
from portal.ledger import events
from portal.ledger import log as ledger
from tests.ballots.statements import NAME, UNTIL, HandIssuer, draft_with_ballots, hand_pair, hashes

AFTER = UNTIL + timedelta(days=1)


def refusal(call, *args, **more) -> str:
    with pytest.raises(PortalError) as caught:
        call(*args, **more)
    return caught.value.code


@pytest.fixture
def draft(session, office):
    return draft_with_ballots(session, office.kids)


@pytest.fixture
def pair():
    return hand_pair()


@pytest.fixture
def opened(session, log, clock, draft, pair):
    """The consultation open, its two issuers in the log."""
    for one in pair:
        issuers.register(session, draft, one.terms())
    issuers.open_consultation(session, log, draft, today=clock.today(), wanted=2)
    return draft


def leaves(session, first: int = 0) -> list[dict]:
    return [events.decode(data) for data in ledger.read_entries(session, first, ledger.size(session))]


# Terms of a draft


def test_terms_make_an_issuer_and_newer_terms_replace_them(session, draft, pair) -> None:
    made = issuers.register(session, draft, pair[0].terms())
    assert (made.issuer, made.name_vi, made.address) == ("thanh-tra", "Nơi cấp thanh-tra", "https://thanh-tra.example.vn")
    issuers.register(session, draft, pair[0].terms(roster_size=74))
    assert [issuers.terms_of(one).terms.roster_size for one in draft.issuers] == [74]


def test_what_an_editor_or_a_mail_changes_around_the_statement_does_not_matter(session, draft, pair) -> None:
    # given the same statement indented, with other line ends and in another encoding
    plain = pair[0].terms()
    pretty = json.dumps(json.loads(plain), indent=2, ensure_ascii=False)
    for changed in (pretty.encode(), pretty.replace("\n", "\r\n").encode("utf-8-sig"), pretty.encode("utf-16")):
        # then what is kept, and its digest, are the issuer's own bytes
        assert issuers.register(session, draft, changed).terms.encode() == plain


def test_statements_that_nobody_signed_are_refused_whatever_they_are(session, draft, pair) -> None:
    plain = pair[0].terms()
    document = json.loads(plain)
    broken = [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        plain[:-1],
        plain.replace(b'"roster_size":75', b'"roster_size":76'),
        plain.replace("Nơi cấp".encode(), "Nơi khác".encode()),
        unicodedata.normalize("NFD", plain.decode()).encode(),
        plain.replace(b'"name_en":"Issuer', b'"name_en":"\\ud800'),
        json.dumps({**document, "v": 1.0}).encode(),
        json.dumps({**document, "core": {**document["core"], "cards": [["a"]]}}).encode(),
        json.dumps({**document, "signature": 5}).encode(),
        json.dumps({**document, "identity": str(pair[1].signer.verifier)}).encode(),
        pair[0].closing(),
    ]
    for statement in broken:
        assert refusal(issuers.register, session, draft, statement) == "issuer-statement-malformed", statement[:80]
    assert draft.issuers == []


def test_terms_of_another_consultation_are_refused(session, draft, pair) -> None:
    assert refusal(issuers.register, session, draft, pair[0].terms(consultation="khac")) == "issuer-other-consultation"


@pytest.mark.parametrize(
    "about",
    [
        {"address": "https://a.example.vn/path"},
        {"address": "https://a.example.vn; script-src *"},
        {"address": "javascript:alert(1)"},
        {"address": "https://" + "a" * 200},
        {"address": ""},
        {"name_vi": ""},
        {"name_vi": " "},
        {"name_vi": "a" * 201},
        {"name_vi": "Văn\nphòng"},
        {"name_en": "\u202eoffice"},
    ],
)
def test_names_and_addresses_that_a_page_cannot_show_are_refused(session, draft, pair, about) -> None:
    assert refusal(issuers.register, session, draft, pair[0].terms(about)) == "issuer-about-malformed"


def test_nobody_takes_over_another_issuers_short_name(session, draft, pair) -> None:
    # given an issuer, and somebody else's terms under its short name
    issuers.register(session, draft, pair[0].terms())
    impostor = HandIssuer("thanh-tra", 3)
    # then the impostor is refused, and the issuer stays
    assert refusal(issuers.register, session, draft, impostor.terms()) == "issuer-name-taken"
    assert [one.identity for one in draft.issuers] == [str(pair[0].signer.verifier)]
    # and an identity that was made anew comes in once the old one is removed
    issuers.forget(session, draft, "thanh-tra")
    assert issuers.register(session, draft, impostor.terms()).identity == str(impostor.signer.verifier)


def test_a_key_serves_one_consultation_only(session, draft, pair, office) -> None:
    # given an issuer of this consultation
    issuers.register(session, draft, pair[0].terms())
    # when it states the same key for another one
    other = draft_with_ballots(session, office.kids, id="phieu-2028")
    # then it is refused: its signatures do not name a consultation, so ballots could wander
    again = pair[0].terms(consultation="phieu-2028")
    assert refusal(issuers.register, session, other, again) == "issuer-key-used-before"
    fresh = HandIssuer("thanh-tra", 3)
    assert issuers.register(session, other, fresh.terms(consultation="phieu-2028")).issuer == "thanh-tra"


def test_a_draft_without_ballots_takes_no_issuer(session, draft, pair, office) -> None:
    plain = draft_with_ballots(session, office.kids, id="khong-phieu", ballot_mode="open")
    statement = pair[0].terms(consultation="khong-phieu")
    assert refusal(issuers.register, session, plain, statement) == "consultation-without-ballots"


def test_an_unknown_issuer_is_not_found(session, draft) -> None:
    with pytest.raises(NotFound):
        issuers.get_issuer(draft, "nobody")


# What has to fit


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"roster_size": 74}, "issuers-rosters-differ"),
        ({"roster_sha256": "0" * 64}, "issuers-rosters-differ"),
        ({"each": 4}, "issuers-terms-differ"),
        ({"collect_until": UNTIL + timedelta(days=1)}, "issuers-terms-differ"),
        ({"collect_from": UNTIL}, "issuers-terms-differ"),
        ({"cards": hashes(3)}, "issuers-cards-differ"),
    ],
)
def test_each_difference_between_issuers_is_a_fault(session, log, clock, draft, pair, change, fault) -> None:
    # given two issuers of which one differs
    issuers.register(session, draft, pair[0].terms())
    issuers.register(session, draft, pair[1].terms(**change))
    assert issuers.faults(draft, wanted=2) == [fault]
    # then nothing opens
    with pytest.raises(Conflict, match=fault):
        issuers.open_consultation(session, log, draft, today=clock.today(), wanted=2)
    assert draft.state == "draft"
    # and terms that agree put it right
    issuers.register(session, draft, pair[1].terms())
    assert issuers.faults(draft, wanted=2) == []


def test_an_issuer_cannot_list_the_others_half_cards(session, log, clock, draft, pair) -> None:
    # given terms that anybody can fetch, and an issuer that puts one of the other's cards among its own:
    # an auditor would refuse the log of whoever opened with them (card-twice)
    mine, others = hashes(3, "mine"), hashes(3, "others")
    issuers.register(session, draft, pair[0].terms(cards=mine))
    issuers.register(session, draft, pair[1].terms(cards=tuple(sorted((*others[:2], mine[1])))))
    # then nothing opens
    assert issuers.faults(draft, wanted=2) == ["issuers-cards-shared"]
    with pytest.raises(Conflict, match="issuers-cards-shared"):
        issuers.open_consultation(session, log, draft, today=clock.today(), wanted=2)


def test_an_edited_draft_no_longer_fits_its_issuers(session, draft, pair) -> None:
    for one in pair:
        issuers.register(session, draft, one.terms())
    draft.each_ballots = 2
    assert issuers.faults(draft, wanted=2) == ["issuers-terms-differ"]


def test_issuers_that_share_a_hand_are_not_two(session, draft, pair) -> None:
    first, second = pair
    issuers.register(session, draft, first.terms())
    # the same blind-signing key
    issuers.register(session, draft, second.terms(public_key=issuers.terms_of(draft.issuers[0]).terms.public_key))
    assert issuers.faults(draft, wanted=2) == ["issuers-not-independent"]
    # the same address, however it is written
    issuers.register(session, draft, second.terms({"address": first.address.replace("thanh", "Thanh")}))
    assert issuers.faults(draft, wanted=2) == ["issuers-not-independent"]
    # the same identity under another name
    issuers.forget(session, draft, "van-phong")
    twin = HandIssuer("van-phong", 2)
    twin.signer = type(twin.signer)(twin.signer.name, first.signer.seed)
    issuers.register(session, draft, twin.terms())
    assert issuers.faults(draft, wanted=2) == ["issuers-not-independent"]


def test_issuers_of_one_name_cannot_be_told_apart(session, draft, pair) -> None:
    issuers.register(session, draft, pair[0].terms({"name_vi": "Văn phòng"}))
    issuers.register(session, draft, pair[1].terms({"name_vi": "VĂN PHÒNG"}))
    assert issuers.faults(draft, wanted=2) == ["issuers-same-name"]


@pytest.mark.parametrize(("there", "wanted"), [(0, 1), (0, 2), (1, 2), (2, 1)])
def test_the_number_of_issuers_must_be_the_wanted_one(session, log, clock, draft, pair, there, wanted) -> None:
    for one in pair[:there]:
        issuers.register(session, draft, one.terms())
    assert issuers.faults(draft, wanted=wanted) == ["consultation-needs-issuers"]
    with pytest.raises(Conflict, match="consultation-needs-issuers"):
        issuers.open_consultation(session, log, draft, today=clock.today(), wanted=wanted)


# Opening


def test_opening_logs_each_issuer_before_the_consultation(session, log, clock, draft, pair) -> None:
    # given two issuers with two half-cards each
    before = ledger.size(session)
    for one in pair:
        issuers.register(session, draft, one.terms(cards=hashes(2, one.issuer)))
    # when the consultation opens
    place = issuers.open_consultation(session, log, draft, today=clock.today(), wanted=2)
    # then their leaves stand in order, and the consultation's names them
    found = leaves(session, before)
    kinds = ["issuer-key", "roster", "card", "card"]
    assert [leaf["type"] for leaf in found] == [*kinds, *kinds, "consultation"]
    assert [leaf["issuer"] for leaf in found[:-1]] == ["thanh-tra"] * 4 + ["van-phong"] * 4
    assert (place, found[-1]["v"], found[-1]["issuers"]) == (before + 8, 2, ["thanh-tra", "van-phong"])
    assert [one.key_leaf for one in draft.issuers] == [before, before + 4]
    assert found[4]["identity"] == b64url_encode(pair[1].signer.verifier.public_key)


def test_one_issuer_is_enough_where_the_setting_says_so(session, log, clock, draft, pair) -> None:
    before = ledger.size(session)
    issuers.register(session, draft, pair[0].terms())
    issuers.open_consultation(session, log, draft, today=clock.today(), wanted=1)
    assert [leaf["type"] for leaf in leaves(session, before)] == ["issuer-key", "roster", "consultation"]
    issuers.take_closing(session, log, draft, pair[0].closing(), today=AFTER)
    assert draft.issuers[0].issued == 4


def test_nothing_of_the_issuers_changes_after_opening(session, opened, pair) -> None:
    for change in (pair[0].terms(roster_size=70), HandIssuer("cong-doan", 3).terms(), pair[0].terms()):
        assert refusal(issuers.register, session, opened, change) == "consultation-frozen"
    assert refusal(issuers.forget, session, opened, "thanh-tra") == "consultation-frozen"
    assert [issuers.terms_of(one).terms.roster_size for one in opened.issuers] == [75, 75]


def test_a_consultation_opens_once(session, log, clock, opened) -> None:
    size = ledger.size(session)
    with pytest.raises(Conflict, match="consultation-not-draft"):
        issuers.open_consultation(session, log, opened, today=clock.today(), wanted=2)
    assert ledger.size(session) == size


def test_nothing_opens_when_collecting_is_over(session, log, draft, pair) -> None:
    for one in pair:
        issuers.register(session, draft, one.terms())
    with pytest.raises(Conflict, match="consultation-collecting-over"):
        issuers.open_consultation(session, log, draft, today=AFTER, wanted=2)
    assert issuers.open_consultation(session, log, draft, today=UNTIL, wanted=2)


def test_without_ballots_a_draft_opens_without_the_issuers_it_once_had(session, log, clock, draft, pair) -> None:
    issuers.register(session, draft, pair[0].terms())
    draft.ballot_mode = "open"
    before = ledger.size(session)
    issuers.open_consultation(session, log, draft, today=clock.today(), wanted=2)
    session.flush()
    session.refresh(draft)
    assert (draft.state, draft.issuers) == ("open", [])
    assert [(leaf["type"], leaf["v"]) for leaf in leaves(session, before)] == [("consultation", 1)]


# Lists


def test_a_list_is_logged_in_the_order_of_its_hashes(session, log, opened, pair) -> None:
    before = ledger.size(session)
    issuers.take_closing(session, log, opened, pair[1].closing(3), today=AFTER)
    found = leaves(session, before)
    assert [leaf.get("request_sha256") for leaf in found[:-1]] == list(hashes(3, "van-phong"))
    assert (found[-1]["type"], found[-1]["issuer"], found[-1]["issued"]) == ("issuance-close", "van-phong", 3)
    assert [(one.issuer, one.issued, one.cards) for one in opened.issuers] == [
        ("thanh-tra", None, None),
        ("van-phong", 3, 0),
    ]


def test_an_empty_list_is_a_list(session, log, opened, pair) -> None:
    before = ledger.size(session)
    issuers.take_closing(session, log, opened, pair[0].closing(0), today=AFTER)
    assert [leaf["type"] for leaf in leaves(session, before)] == ["issuance-close"]
    assert opened.issuers[0].issued == 0


def test_no_list_is_taken_while_ballots_are_collected(session, log, opened, pair) -> None:
    take = issuers.take_closing
    assert refusal(take, session, log, opened, pair[0].closing(), today=UNTIL) == "consultation-still-collecting"


def test_no_list_is_taken_for_a_draft_or_a_closed_consultation(session, log, clock, draft, opened, pair) -> None:
    consultations.close_consultation(session, log, opened)
    for row in (opened, draft_with_ballots(session, id="phieu-2028")):
        refused = refusal(issuers.take_closing, session, log, row, pair[0].closing(), today=AFTER)
        assert refused == "consultation-not-open"


def test_the_same_list_again_changes_nothing_and_another_is_refused(session, log, opened, pair) -> None:
    issuers.take_closing(session, log, opened, pair[0].closing(4), today=AFTER)
    size = ledger.size(session)
    issuers.take_closing(session, log, opened, pair[0].closing(4) + b"\n", today=AFTER)
    for other in (pair[0].closing(3), pair[0].closing(5)):
        assert refusal(issuers.take_closing, session, log, opened, other, today=AFTER) == "issuer-closed-already"
    assert ledger.size(session) == size
    assert opened.issuers[0].issued == 4


def test_lists_of_others_are_refused(session, log, opened, pair) -> None:
    stranger = HandIssuer("thanh-tra", 3)
    strange = [
        stranger.closing(),  # its name, another key
        pair[0].closing(consultation="khac"),  # a replay of another consultation's
        pair[0].closing(issuer="van-phong"),  # one issuer in the other's name
        pair[0].terms(),
        b"",
        b"{}",
        pair[0].closing(2).replace(b'"cards":0', b'"cards":1'),
        pair[0].closing().replace(NAME.encode(), b"\\ud800"),
    ]
    for statement in strange:
        taken = refusal(issuers.take_closing, session, log, opened, statement, today=AFTER)
        assert taken == "issuer-statement-malformed", statement[:80]
    assert all(one.closing is None for one in opened.issuers)


@pytest.mark.parametrize(("issued", "cards"), [(226, 0), (225, 1), (0, 4), (223, 3)])
def test_no_list_is_larger_than_the_roster_and_the_cards_allow(session, log, clock, draft, pair, issued, cards) -> None:
    # given 75 people, three ballots each, and three printed half-cards
    for one in pair:
        issuers.register(session, draft, one.terms(cards=hashes(3, one.issuer)))
    issuers.open_consultation(session, log, draft, today=clock.today(), wanted=2)
    size = ledger.size(session)
    # then one more than allowed is refused whole
    with pytest.raises(Invalid, match="issuer-issued-too-many"):
        issuers.take_closing(session, log, draft, pair[0].closing(issued, cards), today=AFTER)
    assert ledger.size(session) == size
    # and as many as allowed are taken
    issuers.take_closing(session, log, draft, pair[0].closing(222, 3), today=AFTER)
    assert (draft.issuers[0].issued, draft.issuers[0].cards) == (222, 3)


def test_lists_are_awaited_from_the_day_after_until_they_come(session, log, opened, pair) -> None:
    assert issuers.awaiting_closing(session, UNTIL) == []
    for one, left in itertools.zip_longest(pair, (["van-phong"], [])):
        assert one.issuer in [awaited.issuer for awaited in issuers.awaiting_closing(session, AFTER)]
        issuers.take_closing(session, log, opened, one.closing(), today=AFTER)
        assert [awaited.issuer for awaited in issuers.awaiting_closing(session, AFTER)] == left
