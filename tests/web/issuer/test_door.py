"""The desk opens with its passphrase alone, locks itself, and slows guessing down for everybody alike."""

from __future__ import annotations

import stat

import pytest

from portal.config import ConfigError
from portal.errors import TooMany
from portal.issuing.desk_lock import WORD_LIST, DeskLock, new_passphrase, plain
from portal.web.issuer.sittings import Sittings

ROOMS = ("/desk/", "/desk/rounds/new", "/desk/rounds/x", "/desk/rounds/x/roster/", "/desk/rounds/x/codes/")


def test_a_stranger_is_sent_to_the_door(stranger) -> None:
    for path in ROOMS:
        answer = stranger.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/unlock")


def test_the_passphrase_opens_however_it_is_typed(locked) -> None:
    answer = locked.post("/desk/unlock", passphrase=f"  {locked.passphrase.upper().replace(' ', '   ')} ")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/")
    assert locked.get("/desk/")


def test_a_wrong_passphrase_opens_nothing_and_is_not_shown_again(locked) -> None:
    answer = locked.post("/desk/unlock", passphrase="mot hai ba bon nam sau")
    assert answer.status_code == 422 and "mot hai ba" not in answer.get_data(as_text=True)
    assert locked.client.get("/desk/").status_code == 302


def test_the_cookie_is_for_the_desk_alone(locked) -> None:
    answer = locked.unlock()
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/desk" in cookie
    assert cookie.startswith("issuer_van-phong=")


def test_idleness_locks_the_desk_and_use_keeps_it_open(desk, clock) -> None:
    # given a desk in use for longer than it may be idle
    for _ in range(3):
        clock.advance(minutes=29)
        assert desk.get("/desk/")
    # when nobody uses it
    clock.advance(minutes=31)
    # then it is locked
    assert desk.client.get("/desk/").headers["Location"] == "/desk/unlock"


def test_locking_ends_a_copied_cookie_too(desk, issuer_app) -> None:
    # given a copy of the cookie
    cookie = desk.client.get_cookie("issuer_van-phong", path="/desk")
    thief = issuer_app.test_client()
    thief.set_cookie("issuer_van-phong", cookie.value, path="/desk")
    assert thief.get("/desk/").status_code == 200
    # when the desk is locked
    assert desk.post("/desk/lock", page="/desk/").status_code == 302
    # then neither opens anything
    assert thief.get("/desk/").status_code == desk.client.get("/desk/").status_code == 302


def test_a_new_passphrase_ends_every_sitting(desk, issuer) -> None:
    DeskLock(issuer.instance).change(new_passphrase())
    assert desk.client.get("/desk/").status_code == 302


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)
def test_posts_of_another_origin_are_refused(desk, headers) -> None:
    token = desk.token("/desk/")
    answer = desk.client.post("/desk/lock", data={"csrf_token": token}, headers=headers)
    assert answer.status_code == 403
    assert desk.get("/desk/")


def test_posts_without_the_forms_token_are_refused(desk) -> None:
    assert desk.client.post("/desk/lock").status_code == 422
    assert desk.get("/desk/")


def test_the_language_is_chosen_and_stays(desk) -> None:
    assert 'lang="vi"' in desk.get("/desk/").split(">", 2)[1]
    answer = desk.client.get("/desk/language/en?next=/desk/rounds/new")
    assert answer.headers["Location"] == "/desk/rounds/new"
    assert 'lang="en"' in desk.get("/desk/").split(">", 2)[1]
    for outside in ("https://evil.example/", "//evil.example", "/rounds/x/terms.json", "/desk/language/vi", "x"):
        assert desk.client.get("/desk/language/en", query_string={"next": outside}).headers["Location"] == "/desk/"
    assert desk.client.get("/desk/language/de").status_code == 404


def test_guessing_is_slowed_down_for_everybody(issuer, passphrase, clock) -> None:
    # given five wrong passphrases
    sittings = Sittings(DeskLock(issuer.instance), clock, 30)
    for _ in range(5):
        assert sittings.unlock("sai") is None
    # then even the right one has to wait, each time longer, and a try that came too early costs nothing
    waits = []
    for _ in range(8):
        with pytest.raises(TooMany) as early:
            sittings.unlock(passphrase)
        assert early.value.code == "desk-wait"
        waits.append(early.value.detail["seconds"])
        clock.advance(seconds=waits[-1])
        assert sittings.unlock("sai") is None
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    # when the time is over, then the right one opens, and the count begins anew
    clock.advance(seconds=60)
    assert sittings.unlock(passphrase)
    assert [sittings.unlock("sai") for _ in range(4)] == [None] * 4
    assert sittings.unlock(passphrase)


def test_the_page_says_how_long_to_wait(locked) -> None:
    for _ in range(5):
        locked.post("/desk/unlock", passphrase="sai")
    answer = locked.unlock()
    assert answer.status_code == 429


def test_the_hash_is_argon2id_and_for_its_owner_alone(issuer, passphrase) -> None:
    lock = DeskLock(issuer.instance)
    assert lock.text().startswith("$argon2id$") and passphrase not in lock.text()
    assert stat.S_IMODE(lock.path.stat().st_mode) == 0o600
    assert lock.opens(passphrase) and not lock.opens(passphrase + "x") and not lock.opens("a " * 5000)
    lock.path.chmod(0o644)
    with pytest.raises(ConfigError):
        lock.text()


def test_a_passphrase_is_six_words_of_the_list() -> None:
    words = set(WORD_LIST.read_text("utf-8").split())
    made = {new_passphrase() for _ in range(50)}
    assert len(made) == 50 and len(words) >= 1296
    assert all(len(one.split()) == 6 and set(one.split()) <= words for one in made)
    assert all(plain(one) == one for one in made)
