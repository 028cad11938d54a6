"""Standing back from a consultation: what it ends, what it leaves, and who is counted as a reader."""

from __future__ import annotations

import pytest

from portal.accounts import service as accounts
from portal.errors import Conflict, Forbidden, Invalid
from portal.ledger import log as ledger
from portal.moderation import recusal, service
from portal.moderation.models import Recusal
from portal.moderation.overview import desk_of, offices
from portal.moderation.readings import declare_done
from tests.moderation.two import NAMES, Pair
from tests.rounds import moderator


def stand_back(pair: Pair, name: str, reason: str = "") -> Recusal:
    return recusal.recuse(pair.session, pair.atrest, moderator(pair.session, name), pair.row, reason=reason)


def left(pair: Pair) -> int:
    return len(recusal.remaining(pair.session, pair.row))


def test_who_stands_back_reads_and_codes_nothing_more_but_gives_their_word(pair) -> None:
    (index,) = pair.send()
    pair.code("third", index, 1, "C1")
    stand_back(pair, "third")
    for refused in (lambda: service.require_reader(pair.session, moderator(pair.session, "third"), pair.row),
                    lambda: pair.code("third", index, 1, "C2")):  # fmt: skip
        with pytest.raises(Forbidden, match="reader-recused"):
            refused()
    # then what was coded stays, and publishing waits for nobody who cannot answer
    assert pair.decided()[index]["categories"] == ["C1"]
    pair.row.state = "closed"
    assert declare_done(pair.session, pair.log, moderator(pair.session, "third"), pair.row)


def test_it_is_said_once_by_a_reader_and_stands_in_no_log(pair) -> None:
    size = ledger.size(pair.session)
    stand_back(pair, "third", "Ý kiến có thể nói về tôi.")
    with pytest.raises(Conflict, match="reader-recused-already"):
        stand_back(pair, "third")
    with pytest.raises(Forbidden, match="not-a-reader"):
        stand_back(pair, "committee")
    with pytest.raises(Invalid, match="recusal-reason-long"):
        stand_back(pair, "moderator", "x" * 501)
    assert ledger.size(pair.session) == size


def test_a_reason_is_sealed_and_its_length_too(pair) -> None:
    kept = [stand_back(pair, name, reason).reason_sealed for name, reason in (("third", "Vì tôi."), ("moderator", ""))]
    assert len(kept[0]) == len(kept[1])
    assert "Vì tôi".encode() not in kept[0]
    assert pair.atrest.open(recusal.PURPOSE, kept[0]).decode().strip() == "Vì tôi."


def test_readers_are_people_with_an_active_key_who_do_not_stand_back(pair) -> None:
    assert left(pair) == 3
    stand_back(pair, "third")
    assert left(pair) == 2
    desk = desk_of(pair.session, moderator(pair.session), pair.row)
    assert (desk.readers, desk.few, desk.recused) == (2, False, False)
    # when one key is revoked, then one person is left, and everybody who should know is warned
    account = moderator(pair.session, "moderator2")
    accounts.revoke_key(pair.session, pair.log, *accounts.active_keys(pair.session, account_id=account.id))
    assert left(pair) == 1
    assert desk_of(pair.session, moderator(pair.session), pair.row).few
    shown = {one.row.id: (one.readers, one.few) for one in offices(pair.session)}
    assert shown == {pair.row.id: (1, True), "thu-2026": (1, True)}
    # and a blocked account reads nothing either
    moderator(pair.session, NAMES[0]).active = False
    assert left(pair) == 0
