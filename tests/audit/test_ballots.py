"""The rules on ballots: an honest log passes, and each way to cheat ends in a failure of its own name.

Every history here is one that the portal could serve: its tree, tiles and checkpoint are right and signed by its key.
"""

import hashlib
import json
import secrets

import pytest

from portal.audit.invariants import Invariants
from portal.crypto import ballot
from portal.crypto.blindsign import BlindSigner
from portal.crypto.crockford import RAW_SIZE
from portal.crypto.encoding import b64url_encode
from portal.ledger import events
from tests.audit.ballot_log import (
    CONSULTATION,
    EACH,
    PEOPLE,
    A,
    B,
    card_by,
    changed,
    collected_by,
    comment,
    documents,
    dump,
    inserted,
    minted,
    place,
    reclosed,
    resigned,
    spent_ballots,
    with_ballot,
    without,
)
from tests.audit.support import entries_of, judged, log_files, names, redone, relogged

OPEN = "thu-2026"


def verdict_of(case, change):
    return judged(relogged(case.files, case.log, change), case.log.vkey)


def found(case, change) -> set[str]:
    return names(verdict_of(case, change))


def more(case, *leaves) -> set[str]:
    """What fails when those leaves follow the honest ones."""
    return found(case, lambda entries: [*entries, *leaves])


# --- the honest log ---


def test_an_honest_log_has_no_failure_and_its_figures_are_those_of_the_people(ballots) -> None:
    verdict = judged(ballots.files, ballots.log.vkey, ballots.files["log/checkpoint"].decode())
    assert (verdict.failures, verdict.notices) == ([], [])
    assert "issuers' statements and ballots (6)" in verdict.checked
    # three of six people collected, one drew cards
    (turnout,) = verdict.ballots
    assert (turnout.consultation, turnout.people, turnout.each, turnout.most) == (CONSULTATION, 6, 3, 18)
    assert (turnout.ballots, turnout.cards, turnout.redeemed, turnout.redeemed_cards) == (9, 3, 6, 1)
    assert [(one.issuer, one.people, one.issued, one.cards) for one in turnout.issuers] == [(A, 6, 9, 3), (B, 6, 9, 3)]


def test_the_verdict_shows_the_keys_that_stand_on_paper(ballots) -> None:
    # given the identity and the key that each issuer prints
    (shown,) = judged(ballots.files, ballots.log.vkey).as_document()["ballots"]
    printed = [(str(one.identity.verifier), hashlib.sha256(one.public_key).hexdigest()) for one in ballots.pair]
    assert [(one["identity"], one["key_id"]) for one in shown["issuers"]] == printed


def test_the_hands_that_cheat_below_write_honest_logs_too(ballots) -> None:
    # given the helpers used by attackers: rebuilding, signing and spending with everything as it ought to be
    def honest(entries):
        for issuer in (A, B):
            entries = reclosed(ballots, resigned(ballots, entries, issuer), issuer)
        return [*entries, *(comment(collected_by(one)) for one in ballots.held), comment(card_by(ballots.drawn[0]))]

    verdict = verdict_of(ballots, honest)
    assert verdict.failures == []
    assert (verdict.ballots[0].redeemed, verdict.ballots[0].redeemed_cards) == (11, 2)


def test_half_cards_of_any_pairing_serve(ballots) -> None:
    first, second = ballots.drawn
    assert (
        more(ballots, comment(card_by({A: first[A], B: second[B]})), comment(card_by({A: second[A], B: first[B]})))
        == set()
    )


# --- ballots that nobody may spend ---


def test_a_ballot_without_an_issuer_is_forged(ballots) -> None:
    assert more(ballots, comment(collected_by(minted(None, None)))) == {"ballot-forged"}


@pytest.mark.parametrize("who", [(A,), (B,)])
def test_one_issuer_alone_makes_no_ballot(ballots, who) -> None:
    signers = [ballots.signers[name] if name in who else None for name in (A, B)]
    assert more(ballots, comment(collected_by(minted(*signers)))) == {"ballot-of-one-issuer"}


def test_one_issuer_cannot_sign_in_the_others_place(ballots) -> None:
    only = ballots.signers[A]
    assert more(ballots, comment(collected_by(minted(only, only)))) == {"ballot-of-one-issuer"}
    assert more(ballots, comment(collected_by(minted(only)))) == {"ballot-of-one-issuer"}


def test_a_ballot_cannot_be_moved_to_other_content(ballots) -> None:
    make = collected_by(ballots.held[0])
    digest = secrets.token_bytes(32)
    assert more(ballots, with_ballot(digest, make(secrets.token_bytes(32)))) == {"ballot-moved"}
    assert more(ballots, with_ballot(digest, card_by(ballots.drawn[0])(secrets.token_bytes(32)))) == {"ballot-moved"}


def test_content_cannot_be_put_under_a_spent_ballot(ballots) -> None:
    def swap(entries):
        at, _ = spent_ballots(entries)[0]
        return [*entries[:at], redone(entries[at], envelope_sha256="ab" * 32), *entries[at + 1 :]]

    assert found(ballots, swap) == {"ballot-moved"}


def test_a_ballot_of_another_consultation_is_told(ballots) -> None:
    foreign = collected_by(ballots.held[0], "khac-2026")
    assert more(ballots, comment(foreign)) == {"ballot-other-consultation"}


def test_a_ballot_is_spent_once(ballots) -> None:
    make = collected_by(ballots.held[0])
    assert more(ballots, comment(make), comment(make)) == {"nullifier-twice"}


def test_each_half_of_a_card_is_spent_once(ballots) -> None:
    first, second = ballots.drawn
    assert more(ballots, comment(card_by(first)), comment(card_by({A: first[A], B: second[B]}))) == {"nullifier-twice"}
    assert more(ballots, comment(card_by(first)), comment(card_by({A: second[A], B: first[B]}))) == {"nullifier-twice"}


def test_a_comment_that_is_logged_twice_spends_twice(ballots) -> None:
    def again(entries):
        at, _ = spent_ballots(entries)[0]
        return [*entries, entries[at]]

    assert found(ballots, again) == {"nullifier-twice", "envelope-twice"}


def test_bytes_that_are_no_ballot_are_malformed(ballots) -> None:
    assert more(ballots, with_ballot(bytes(32), secrets.token_bytes(600))) == {"ballot-malformed"}


# --- cards ---


def test_cards_that_were_not_logged_are_forged(ballots) -> None:
    codes = {name: secrets.token_bytes(RAW_SIZE) for name in (A, B)}
    assert more(ballots, comment(card_by(codes))) == {"ballot-forged"}


@pytest.mark.parametrize("invented", [A, B])
def test_a_pair_with_one_invented_half_is_of_one_issuer(ballots, invented) -> None:
    codes = {**ballots.drawn[0], invented: secrets.token_bytes(RAW_SIZE)}
    assert more(ballots, comment(card_by(codes))) == {"ballot-of-one-issuer"}


def test_two_halves_of_one_box_make_no_ballot(ballots) -> None:
    first, second = (codes[A] for codes in ballots.drawn)
    seeds = [ballot.card_seed(code, CONSULTATION, A) for code in (first, second)]
    shell = ballot.Ballot(ballot.CARD, CONSULTATION, tuple(ballot.Part(ballot.public_of(seed)) for seed in seeds))
    digest = secrets.token_bytes(32)
    assert more(ballots, with_ballot(digest, ballot._bind(shell, seeds, digest).encode())) == {"ballot-of-one-issuer"}


def test_more_cards_than_were_drawn_are_counted(ballots) -> None:
    # given one pair spent, two drawn and unspent, and the boxes in the hands of both issuers
    undrawn = [dict(zip((A, B), codes, strict=True)) for codes in zip(ballots.boxes[A], ballots.boxes[B], strict=True)]
    assert undrawn
    assert more(ballots, *(comment(card_by(codes)) for codes in ballots.drawn)) == set()
    assert more(ballots, *(comment(card_by(codes)) for codes in [*ballots.drawn, undrawn[0]])) == {
        "redeemed-over-issued"
    }
    # and cards that were not drawn do not stand in for ballots that were collected
    assert more(ballots, *(comment(card_by(codes)) for codes in undrawn[:3])) == {"redeemed-over-issued"}


# --- both issuers together ---


def test_ballots_minted_by_both_issuers_are_counted(ballots) -> None:
    # given five of nine collected ballots spent: both issuers can pass off four, and the fifth is one too many
    signers = (ballots.signers[A], ballots.signers[B])
    surplus = [comment(collected_by(minted(*signers))) for _ in range(6)]
    assert more(ballots, *surplus[:4]) == set()
    verdict = verdict_of(ballots, lambda entries: [*entries, *surplus])
    assert [failure.name for failure in verdict.failures] == ["redeemed-over-issued"]  # said once, not for each


def invented(entries, count: int, issuer: str):
    """The history with that many issuances of an issuer more, in their order."""
    digests = [secrets.token_hex(32) for _ in range(count)]
    held = [one["request_sha256"] for one in documents(entries, "issuance", issuer)]
    where = {"consultation": CONSULTATION, "issuer": issuer}
    at = place(entries, "issuance", issuer)
    leaves = [events.encode("issuance", **where, request_sha256=one) for one in sorted([*held, *digests])]
    return [*entries[:at], *leaves, *entries[at + len(held) :]]


@pytest.mark.parametrize(("surplus", "failures"), [(6, set()), (7, {"issued-over-roster"})])
def test_an_issuer_cannot_issue_more_than_the_roster_has(ballots, surplus, failures) -> None:
    # given nine issued and three drawn of eighteen: six more can be issued to nobody, the seventh cannot
    assert PEOPLE * EACH == 18
    assert found(ballots, lambda entries: reclosed(ballots, invented(entries, surplus, B), B)) == failures


@pytest.mark.parametrize(("cards", "failures"), [(9, set()), (10, {"issued-over-roster", "cards-over-logged"})])
def test_an_issuer_cannot_hand_out_more_than_it_has(ballots, cards, failures) -> None:
    assert found(ballots, lambda entries: reclosed(ballots, entries, A, cards=cards)) == failures


# --- when, and where ---


def test_no_ballot_is_spent_before_the_lists_are_closed(ballots) -> None:
    leaf = comment(collected_by(ballots.held[0]))
    for kind, issuer in (("issuance", A), ("issuance-close", A), ("issuance-close", B)):
        early = found(ballots, lambda entries, at=(kind, issuer): inserted(entries, place(entries, *at), [leaf]))
        assert early == {"ballot-before-issuance-closed"}


def test_no_comment_without_a_ballot_and_no_ballot_without_need(ballots) -> None:
    bare = {"envelope_sha256": "ab" * 32}
    assert more(ballots, events.encode("submission", consultation=CONSULTATION, **bare)) == {
        "submission-without-ballot"
    }
    assert more(ballots, events.encode("submission", consultation=OPEN, **bare)) == set()
    spent = collected_by(ballots.held[0])
    assert more(ballots, comment(spent, OPEN)) == {"ballot-in-open-consultation"}


# --- the lists ---


def test_an_invented_issuance_is_not_on_the_signed_list(ballots) -> None:
    def count(entries):
        longer = invented(entries, 1, A)
        return changed(longer, "issuance-close", A, issued=10)

    assert found(ballots, lambda entries: invented(entries, 1, A)) == {
        "issuance-list-not-signed",
        "issuance-count-differs",
    }
    assert found(ballots, count) == {"issuance-list-not-signed"}


def test_a_dropped_or_changed_issuance_is_missed_on_the_signed_list(ballots) -> None:
    def dropped(entries):
        return changed(without(entries, "issuance", B), "issuance-close", B, issued=8)

    both = {"issuance-list-not-signed", "issuance-count-differs"}
    assert found(ballots, lambda entries: without(entries, "issuance", B)) == both
    assert found(ballots, dropped) == {"issuance-list-not-signed"}
    lowest = {"request_sha256": "00" * 32}
    assert found(ballots, lambda e: changed(e, "issuance", B, **lowest)) == {"issuance-list-not-signed"}


def test_an_issuance_twice_or_out_of_order_is_told(ballots) -> None:
    def twice(entries):
        at = place(entries, "issuance", A, 3)
        return inserted(entries, at, [entries[at]])

    def order(entries):
        at = place(entries, "issuance", A, 3)
        return [*entries[:at], entries[at + 1], entries[at], *entries[at + 2 :]]

    assert found(ballots, twice) == {"issuance-twice"}
    assert found(ballots, order) == {"issuance-out-of-order"}


def test_the_list_ends_once(ballots) -> None:
    def late(entries):
        return [*entries, redone(entries[place(entries, "issuance", A)], request_sha256="ff" * 32)]

    assert found(ballots, late) == {"issuance-after-closing"}
    assert found(ballots, lambda e: [*e, e[place(e, "issuance-close", A)]]) == {"issuance-close-twice"}


@pytest.mark.parametrize(
    "values", [{"signature": b64url_encode(bytes(64))}, {"cards": 4}, {"cards": 2}], ids=["signature", "more", "fewer"]
)
def test_a_changed_closing_is_not_signed(ballots, values) -> None:
    assert found(ballots, lambda e: changed(e, "issuance-close", A, **values)) == {"issuance-list-not-signed"}


def test_a_closing_signed_by_the_other_issuer_is_not_signed(ballots) -> None:
    def swapped(entries):
        other = documents(entries, "issuance-close", B)[0]["signature"]
        return changed(entries, "issuance-close", A, signature=other)

    assert found(ballots, swapped) == {"issuance-list-not-signed"}


def test_a_list_whose_end_is_missing_keeps_every_ballot_back(ballots) -> None:
    assert found(ballots, lambda e: without(e, "issuance-close", A)) == {"ballot-before-issuance-closed"}


@pytest.mark.parametrize("kind", ["issuance", "issuance-close"])
def test_lists_of_strangers_and_of_other_states_are_told(ballots, kind) -> None:
    def leaf(**values):
        return lambda entries: [*entries, redone(entries[place(entries, kind, A)], **values)]

    assert found(ballots, leaf(issuer="nguoi-la")) == {"issuance-of-unknown-issuer"}
    assert found(ballots, leaf(consultation=OPEN)) == {"issuance-of-unknown-issuer"}
    assert found(ballots, leaf(consultation="khac-2026")) == {f"{kind}-without-consultation"}


def test_a_list_after_the_close_is_told(ballots) -> None:
    def late(entries):
        close = redone(entries[place(entries, "consultation")], action="close")
        at = place(entries, "issuance-close", B)
        return [*entries[:at], *entries[at + 1 :], close, entries[at]]

    assert "issuance-close-while-closed" in found(ballots, late)


# --- the terms ---

OTHER_KEY = BlindSigner.generate().public_key
TERMS = {
    "another blind key": ("issuer-key", {"public_key": b64url_encode(OTHER_KEY)}, {"ballot-of-one-issuer"}),
    "another description": ("issuer-key", {"about_sha256": "ab" * 32}, set()),
    "another signature": ("issuer-key", {"signature": b64url_encode(bytes(64))}, set()),
    "a longer roster": ("roster", {"size": 60}, {"rosters-differ"}),
    "another roster": ("roster", {"sha256": "ab" * 32}, {"rosters-differ"}),
    "another card": ("card", {"key_sha256": "ab" * 32}, set()),
}  # fmt: skip


@pytest.mark.parametrize("how", TERMS)
def test_terms_that_were_changed_in_a_leaf_are_not_signed(ballots, how) -> None:
    kind, values, also = TERMS[how]
    verdict = verdict_of(ballots, lambda entries: changed(entries, kind, A, **values))
    assert names(verdict) - {"ballot-of-one-issuer"} == ({"issuer-terms-not-signed"} | also) - {"ballot-of-one-issuer"}
    assert also <= names(verdict)


def test_a_card_that_was_added_or_dropped_is_not_in_the_signed_terms(ballots) -> None:
    def added(entries):
        at = place(entries, "card", A)
        return inserted(entries, at, [redone(entries[at], key_sha256="ab" * 32)])

    assert found(ballots, added) == {"issuer-terms-not-signed"}
    unspent = next(  # a half whose loss no spent ballot betrays
        nth
        for nth, leaf in enumerate(documents(entries_of(ballots.files), "card", B))
        if leaf["key_sha256"] == ballot.card_hash(ballots.boxes[B][0], CONSULTATION, B).hex()
    )
    assert found(ballots, lambda entries: without(entries, "card", B, unspent)) == {"issuer-terms-not-signed"}


@pytest.mark.parametrize(
    "values", [{"each": 4}, {"collect_from": "2026-11-20"}, {"collect_until": "2026-11-30"}], ids=str
)
def test_an_opening_on_other_terms_is_not_signed(ballots, values) -> None:
    verdict = verdict_of(ballots, lambda entries: changed(entries, "consultation", **values))
    assert [failure.name for failure in verdict.failures] == ["issuer-terms-not-signed"] * 2  # by neither issuer


def test_the_failure_names_the_issuers_leaf(ballots) -> None:
    at = place(entries_of(ballots.files), "issuer-key", B)
    verdict = verdict_of(ballots, lambda entries: changed(entries, "issuer-key", B, about_sha256="ab" * 32))
    assert [(failure.name, failure.where) for failure in verdict.failures] == [
        ("issuer-terms-not-signed", f"leaf {at}")
    ]


def test_an_identity_put_in_an_issuers_place_signs_nothing_of_it(ballots) -> None:
    identity = b64url_encode(secrets.token_bytes(32))
    both = {"issuer-terms-not-signed", "issuance-list-not-signed"}
    assert found(ballots, lambda entries: changed(entries, "issuer-key", A, identity=identity)) == both


@pytest.mark.parametrize(("kind", "failure"), [("issuer-key", "issuer-key-missing"), ("roster", "roster-missing")])
def test_an_issuer_whose_terms_are_missing_is_told(ballots, kind, failure) -> None:
    verdict = verdict_of(ballots, lambda entries: without(entries, kind, B))
    assert failure in names(verdict)
    # and no ballot counts that could not be verified
    if kind == "issuer-key":
        assert "ballot-not-verifiable" in names(verdict)
        assert verdict.ballots[0].redeemed == 0


def test_a_third_issuer_that_the_opening_does_not_name_is_told(ballots) -> None:
    def third(entries):
        leaf = redone(entries[place(entries, "roster", A)], issuer="nguoi-la")
        return inserted(entries, place(entries, "consultation"), [leaf])

    assert found(ballots, third) == {"issuer-not-named"}


def test_an_issuer_that_the_opening_leaves_out_is_told(ballots) -> None:
    found_names = found(ballots, lambda entries: changed(entries, "consultation", issuers=[A]))
    assert {"issuer-not-named", "issuance-of-unknown-issuer", "ballot-forged"} == found_names


def test_rosters_that_differ_are_told_though_each_issuer_signed_its_own(ballots) -> None:
    def differ(entries):
        return resigned(ballots, changed(entries, "roster", B, sha256="ab" * 32), B)

    assert found(ballots, differ) == {"rosters-differ"}


def test_issuers_that_share_a_key_are_one_issuer(ballots) -> None:
    def shared(entries):
        key = documents(entries, "issuer-key", A)[0]["public_key"]
        return resigned(ballots, changed(entries, "issuer-key", B, public_key=key), B)

    def identity(entries):
        held = documents(entries, "issuer-key", A)[0]["identity"]
        return changed(entries, "issuer-key", B, identity=held)

    assert "issuer-key-shared" in found(ballots, shared)
    assert "issuer-key-shared" in found(ballots, identity)


def second_consultation(case, entries, name: str, **values):
    """The history with a further consultation of the same issuers, its terms signed; ``values`` change their keys."""
    kinds = ("issuer-key", "roster")
    leaves = [one for kind in kinds for one in documents(entries, kind)]
    opening = documents(entries, "consultation")[0]
    grown = [
        *entries,
        *(dump({**one, "consultation": name, **(values if one["type"] == kinds[0] else {})}) for one in leaves),
    ]
    grown = [*grown, dump({**opening, "consultation": name})]
    for issuer in (A, B):
        grown = resigned(case, grown, issuer, name)
    return grown


def test_a_key_is_made_for_one_consultation(ballots) -> None:
    # given issuers who use last year's keys again: last year's ballots would be good for this year
    again = found(ballots, lambda entries: second_consultation(ballots, entries, "khac-2026"))
    assert again == {"issuer-key-shared"}


def test_a_malformed_key_of_an_issuer_is_told(ballots) -> None:
    key = b64url_encode(secrets.token_bytes(294))
    assert "issuer-key-malformed" in found(ballots, lambda entries: changed(entries, "issuer-key", A, public_key=key))


@pytest.mark.parametrize(
    ("kind", "failure"), [("issuer-key", "issuer-key-twice"), ("roster", "roster-twice"), ("card", "card-twice")]
)
def test_what_an_issuer_stated_stands_once_and_before_the_opening(ballots, kind, failure) -> None:
    def twice(entries):
        at = place(entries, kind, A)
        return inserted(entries, at, [entries[at]])

    assert found(ballots, twice) == {failure}
    late = found(ballots, lambda entries: [*entries, entries[place(entries, kind, A)]])
    assert "issuer-leaf-after-opening" in late


def test_a_half_card_lies_in_one_box(ballots) -> None:
    def both(entries):
        digest = documents(entries, "card", A)[0]["key_sha256"]
        grown = inserted(entries, place(entries, "card", B), [redone(entries[place(entries, "card", A)], issuer=B)])
        assert digest
        return resigned(ballots, grown, B)

    assert found(ballots, both) == {"card-twice"}


def test_collecting_ends_before_comments_come(ballots) -> None:
    def overlap(entries):
        opens = documents(entries, "consultation")[0]["opens"]
        changed_terms = changed(entries, "consultation", collect_until=opens)
        return resigned(ballots, resigned(ballots, changed_terms, A), B)

    assert found(ballots, overlap) == {"consultation-collecting-late"}


@pytest.mark.parametrize(
    "values",
    [{"each": 4}, {"issuers": [A]}, {"collect_from": "2026-11-01"}, {"collect_until": "2026-11-24"}],
    ids=str,
)
def test_terms_do_not_change_between_opening_and_closing(ballots, values) -> None:
    def close(entries):
        return [*entries, redone(entries[place(entries, "consultation")], action="close", **values)]

    assert found(ballots, close) == {"consultation-settings-changed"}


# --- what breaks no rule ---


def test_what_an_auditor_should_ask_is_said(ballots) -> None:
    # a list that never came
    def unclosed(entries):
        close = redone(entries[place(entries, "consultation")], action="close")
        return [*entries[: place(entries, "issuance-close", B)], close]

    verdict = verdict_of(ballots, unclosed)
    assert verdict.ok
    assert verdict.notices == [f"{CONSULTATION}: {B} never handed in its list; ask why"]
    assert (verdict.ballots[0].ballots, verdict.ballots[0].cards) == (None, None)


def test_a_new_identity_of_a_known_issuer_is_said(ballots) -> None:
    other = b64url_encode(secrets.token_bytes(32))
    verdict = verdict_of(ballots, lambda entries: second_consultation(ballots, entries, "khac-2026", identity=other))
    assert f"khac-2026: {B} signs with another key than in {CONSULTATION}; ask why" in verdict.notices


def test_a_lone_issuer_is_said(ballots) -> None:
    verdict = verdict_of(ballots, lambda entries: changed(entries, "consultation", issuers=[A]))
    assert f"{CONSULTATION}: one issuer alone made the ballots and could have made more; ask why" in verdict.notices


# --- one bit ---


@pytest.mark.parametrize("nth", range(6))
def test_each_flipped_byte_of_a_ballot_is_a_named_failure(ballots, nth) -> None:
    # given every leaf but one ballot's, judged by the rules alone: tree and tiles would betray any flip before
    entries = entries_of(ballots.files)
    at, spent = spent_ballots(entries)[nth]
    digest = bytes.fromhex(json.loads(entries[at])["envelope_sha256"])
    seen = set()
    for where in [*range(24), *range(24, len(spent), 1 + len(spent) // 40), len(spent) - 1]:
        flipped = spent[:where] + bytes([spent[where] ^ 1]) + spent[where + 1 :]
        rules = Invariants()
        for index, data in enumerate(entries[: at + 1]):
            rules.feed(index, with_ballot(digest, flipped) if index == at else data)
        assert rules.finish(), where
        seen |= {violation.name for violation in rules.finish()}
    assert seen >= {"ballot-malformed", "ballot-other-consultation", "ballot-moved", "ballot-of-one-issuer"}


def test_a_cut_or_longer_ballot_is_malformed(ballots) -> None:
    digest = secrets.token_bytes(32)
    spent = collected_by(ballots.held[0])(digest)
    for wrong in (spent[:-1], spent + b"\0", spent[:64]):
        assert more(ballots, with_ballot(digest, wrong)) == {"ballot-malformed"}


def test_the_rebuilt_log_is_the_exported_one(ballots) -> None:
    # given the rebuilding that these tests rely on
    assert {**ballots.files, **log_files(entries_of(ballots.files), ballots.log)} == ballots.files
