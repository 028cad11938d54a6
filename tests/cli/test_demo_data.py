"""The demonstration's office and comments: they hold together, and give the publisher something to decide."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from typing import Any

import pytest

from portal.accounts.service import check_roles
from portal.cli.demo_data import (
    FOLDER,
    DemoComment,
    DemoConsultation,
    DemoDataError,
    DemoOffice,
    DemoUnit,
    _read,
    load_collecting_consultation,
    load_finished_consultation,
    load_office,
    load_open_consultation,
)
from portal.cli.demo_issuers import demo_roster
from portal.consultations.taxonomy import default_taxonomy
from portal.findings.disclosure import Reason, Rule, publish, tally, verdicts
from portal.ledger.events import SLUG
from portal.moderation.codings import CodingRules, normalise
from portal.reports.profile import demo_profile

OFFICE: DemoOffice = load_office()
FINISHED: DemoConsultation = load_finished_consultation()
OPEN: DemoConsultation = load_open_consultation()
COLLECTING: DemoConsultation = load_collecting_consultation()
COMMENTS: tuple[DemoComment, ...] = (*FINISHED.comments, *OPEN.comments)
TAXONOMY = default_taxonomy()
CODINGS: list[dict[str, Any]] = [item.coding for item in FINISHED.comments if item.coding is not None]
PUBLISHABLE = [item for item in FINISHED.comments if item.coding and not item.coding["flags"]]
HEADCOUNTS = {unit.code: unit.headcount for unit in OFFICE.units}
RULE = Rule(k=FINISHED.k, k_paraphrase=FINISHED.k_paraphrase)

# What domain.md calls identifying, as far as a paraphrase could carry it; \d takes dates and document numbers too.
IDENTIFYING = re.compile(
    r"\d|@|[“”\"]|\b(?i:đồng chí|đ/c|ông|bà|anh|chị) [A-ZÀ-ỸĐ]"
    r"|(?i:chánh văn phòng|trưởng phòng|phó phòng|người duy nhất|\btôi\b)"
)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", re.sub(r"<[^>]+>", " ", text).lower())


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[place : place + length]) for place in range(len(found) - length + 1)}


def test_the_office_adds_up() -> None:
    assert (OFFICE.total, OFFICE.members, OFFICE.leaders) == (75, 61, 4)
    assert sum(HEADCOUNTS.values()) + OFFICE.leaders == OFFICE.total
    assert sum(cell.members for cell in OFFICE.cells) == OFFICE.members
    assert (len(OFFICE.units), len(HEADCOUNTS), len(OFFICE.cells)) == (6, 6, 3)
    assert sum(RULE.unit_limit(people) is not None for people in HEADCOUNTS.values()) == 4


def test_the_report_tells_of_the_same_office() -> None:
    profile = demo_profile()
    assert (profile.staff.total, profile.staff.members) == (OFFICE.total, OFFICE.members)
    assert (profile.staff.leaders, profile.staff.rooms) == (OFFICE.leaders, len(OFFICE.units))
    assert profile.party.cells == len(OFFICE.cells)
    assert profile.letterhead.place in OFFICE.name_vi


def test_accounts_are_nobody_and_keep_the_forbidden_pairs() -> None:
    assert all(account.email.endswith("@example.org") for account in OFFICE.accounts)
    assert len({account.email for account in OFFICE.accounts}) == len(OFFICE.accounts)
    for account in OFFICE.accounts:
        assert check_roles(account.roles, forbid_pairs=True) == list(account.roles)
    held = Counter(role for account in OFFICE.accounts for role in account.roles)
    assert held == {"admin": 1, "issuer": 2, "moderator": 3, "committee": 2, "auditor": 1}


@pytest.mark.parametrize("consultation", [FINISHED, OPEN, COLLECTING], ids=["finished", "open", "collecting"])
def test_a_consultation_can_be_set_up(consultation: DemoConsultation) -> None:
    assert SLUG.fullmatch(consultation.id)
    assert consultation.opens_in_days < consultation.closes_in_days
    assert consultation.collect_from_in_days <= consultation.collect_until_in_days < consultation.opens_in_days
    texts = [
        getattr(consultation, f"{name}_{locale}") for name in ("title", "intro", "notice") for locale in ("vi", "en")
    ]
    assert all(text.strip() for text in texts)
    assert max(len(consultation.title_vi), len(consultation.title_en)) <= 200
    assert "không phải nơi tiếp nhận khiếu nại, tố cáo" in consultation.notice_vi
    assert (consultation.k, consultation.k_paraphrase) == (5, 10)


def test_one_is_over_and_the_other_is_open() -> None:
    assert FINISHED.closes_in_days < 0
    assert OPEN.opens_in_days <= 0 < OPEN.closes_in_days
    assert COLLECTING.collect_from_in_days <= 0 < COLLECTING.collect_until_in_days and not COLLECTING.comments


def test_there_are_two_issuers_and_a_roster_of_the_whole_office() -> None:
    roster = demo_roster(OFFICE)
    assert len({issuer.slug for issuer in OFFICE.issuers}) == 2
    assert len({member.staff_code for member in roster}) == OFFICE.total
    assert {member.unit_code for member in roster} > set(HEADCOUNTS)
    assert all(re.fullmatch(r"Cán bộ số \d\d", member.name) for member in roster)


def test_there_is_enough_to_read() -> None:
    assert len(FINISHED.comments) >= 72
    assert len(OPEN.comments) >= 12
    assert all(item.coding is None for item in OPEN.comments)
    assert len(CODINGS) == len(FINISHED.comments)


@pytest.mark.parametrize("item", COMMENTS, ids=lambda item: item.text[:24])
def test_a_comment_can_be_sent(item: DemoComment) -> None:
    assert item.topic in {"conduct", "difficulty", "remedy", "praise"}
    assert item.level in {None, "office", "unit", "party"}
    assert item.unit is None or (item.unit in HEADCOUNTS and item.level == "unit")
    assert 30 <= len(item.text) <= 500
    assert item.text == item.text.strip()


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.json")))
def test_files_are_nfc_and_in_plain_letters(name: str) -> None:
    text = (FOLDER / name).read_text("utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert not any(unicodedata.category(letter) in {"Cf", "Co", "Cs"} for letter in text)
    assert json.loads(text)


def test_no_comment_is_written_twice() -> None:
    """Nor nearly so: no two share seven words in a row."""
    seen: dict[tuple[str, ...], str] = {}
    for item in COMMENTS:
        for run in runs(item.text, 7):
            assert seen.setdefault(run, item.text) == item.text


def test_comments_differ_in_length() -> None:
    lengths = sorted(len(item.text) for item in FINISHED.comments)
    assert lengths[0] < 50
    assert lengths[-1] > 300
    assert len(set(lengths)) > len(lengths) / 2


@pytest.mark.parametrize("item", FINISHED.comments, ids=lambda item: item.text[:24])
def test_a_coding_is_what_moderation_would_keep(item: DemoComment) -> None:
    """Canonical already: the service changes nothing in it."""
    rules = CodingRules(taxonomy=TAXONOMY, units=dict.fromkeys(HEADCOUNTS, "unit"))
    assert normalise(item.coding, rules) == item.coding
    assert item.coding is not None
    assert (item.coding["level"], item.coding["unit"]) == (item.level, item.unit)


@pytest.mark.parametrize("item", PUBLISHABLE, ids=lambda item: item.text[:24])
def test_a_paraphrase_identifies_nobody_and_quotes_nothing(item: DemoComment) -> None:
    assert item.coding is not None
    paraphrase = item.coding["paraphrase"]
    assert re.fullmatch(r"<p>[^<]{20,}\.</p>", paraphrase)
    assert not IDENTIFYING.search(paraphrase)
    assert not any(unit.name_vi.lower() in paraphrase.lower() for unit in OFFICE.units)
    assert not runs(item.text, 9) & runs(paraphrase, 9)


def test_the_check_for_identifying_detail_can_fail() -> None:
    for text in ("gọi 0912", "đồng chí Tân", "theo trưởng phòng", "như tôi thấy", "nói “để xem đã”"):
        assert IDENTIFYING.search(text)
    assert not IDENTIFYING.search("có lúc việc phối hợp còn chậm")


def test_what_must_not_be_published_has_no_paraphrase() -> None:
    flagged = Counter(flag for coding in CODINGS for flag in coding["flags"])
    assert flagged == {"no_publishable": 4, "denunciation": 3}
    assert not any(coding["paraphrase"] or coding["remedies"] for coding in CODINGS if coding["flags"])


def test_remedies_follow_the_default_map_at_least() -> None:
    for item in PUBLISHABLE:
        assert item.coding is not None
        assert set(TAXONOMY.remedies_for(item.coding["categories"])) <= set(item.coding["remedies"])


def test_many_comments_name_more_than_one_category() -> None:
    several = [coding for coding in CODINGS if len(coding["categories"]) > 1]
    assert len(several) >= 40
    assert {code for coding in CODINGS for code in coding["categories"]} == {item.code for item in TAXONOMY.categories}


def test_the_findings_are_not_trivial() -> None:
    # given the finished consultation, counted as it will be
    counts = tally(CODINGS, TAXONOMY, HEADCOUNTS)
    # when its rows are judged
    rows = publish(counts, RULE)
    reasons = {(verdict.table, verdict.code): verdict.reason for verdict in verdicts(counts, RULE)}
    # then categories pass in several bands, and some do not
    assert not rows.themes_only
    assert len(rows.categories) >= 8
    assert len({row.band for row in rows.categories}) >= 4
    hidden = {code for (table, code), reason in reasons.items() if table == "categories" and reason is not Reason.SHOWN}
    assert len(hidden) >= 3
    assert all(0 < counts.categories[code] < RULE.k for code in hidden)
    # and units do so for each reason that a reader may hear
    assert {reasons["units", unit.code] for unit in OFFICE.units} == {
        Reason.SHOWN, Reason.UNDER_THRESHOLD, Reason.SMALL_UNIT,
    }  # fmt: skip
    assert len(rows.units) >= 3
    assert any(row.may_paraphrase(RULE) for row in rows.categories)


@pytest.mark.parametrize("spoil", [{"extra": 1}, {"headcount": None}])
def test_a_file_of_another_shape_is_refused(spoil: dict[str, Any]) -> None:
    row = {"code": "TH", "name_vi": "Phòng", "name_en": "Room", "headcount": 3} | spoil
    if spoil.get("headcount", 0) is None:
        del row["headcount"]
    with pytest.raises(DemoDataError):
        _read(DemoUnit, row)
