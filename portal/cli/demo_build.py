"""Building the demonstration office: real keys, real sealing, real coding, a real publication.

Everything goes through the services that serve real people; only the days are set back, so that the finished
consultation lies in the past.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.accounts import security
from portal.accounts import service as accounts
from portal.accounts.models import Account
from portal.accounts.rights import set_rights
from portal.ballots import issuers as ballot_issuers
from portal.cli.demo_committee import work_on
from portal.cli.demo_data import (
    DemoComment,
    DemoConsultation,
    load_collecting_consultation,
    load_finished_consultation,
    load_office,
    load_open_consultation,
)
from portal.cli.demo_files import sealed_files
from portal.cli.demo_issuers import DemoIssuers, Purse, demo_roster, half_cards
from portal.cli.demo_readers import DemoReaders
from portal.cli.demo_tables import tabulate
from portal.cli.demo_talk import SentComment, begin_talk
from portal.clock import FixedClock
from portal.concerns import service as concerns
from portal.config import ROOT, Settings
from portal.consultations import service as consultations
from portal.consultations.intake import intake_of
from portal.consultations.models import Consultation
from portal.consultations.taxonomy import default_taxonomy
from portal.crypto import collecting, envelope, keys, keywrap, payload, receipt
from portal.crypto.atrest import AtRest
from portal.findings import service as findings
from portal.ledger.log import Log, read_entries
from portal.ledger.log import size as log_size
from portal.reports import service as reports
from portal.reports.profile import demo_profile
from portal.submissions import attachments, sequencing
from portal.submissions import service as submissions

# Of 75 people: who collects, who draws half-cards (three pairs each), and how many half-cards lie in each box.
COLLECT, DRAW, CARDS = 52, 5, 30
WORDS = ROOT / "static" / "src" / "data" / "words.txt"


@dataclass
class DemoStaff:
    """A demonstration account with what signs it in."""

    email: str
    name: str
    roles: list[str]
    password: str
    passphrase: str = ""


@dataclass
class DemoOffers:
    """What the demonstration hands to its visitors.

    ``claim``: a staff code and each issuer's claim code, unused; ``ballots``: a ballot file; ``cards``: unused pairs;
    ``talk``: the receipt of a comment that moderators have asked about.
    """

    collecting: str = ""
    staff_code: str = ""
    claim: dict[str, str] = field(default_factory=dict)
    writing: str = ""
    ballots: str = ""
    cards: list[dict[str, str]] = field(default_factory=list)
    talk: str = ""


@dataclass
class DemoOfficeBuilder:
    """Builds into one session and the issuers' stores; the caller commits."""

    session: Session
    log: Log
    atrest: AtRest
    settings: Settings
    clock: FixedClock
    issuers: DemoIssuers
    staff: list[DemoStaff] = field(default_factory=list)
    public_keys: dict[str, bytes] = field(default_factory=dict)
    moderators: list[Account] = field(default_factory=list)
    sent: dict[str, DemoComment] = field(default_factory=dict)
    receipts: list[SentComment] = field(default_factory=list)
    seeds: list[bytes] = field(default_factory=list)
    offers: DemoOffers = field(default_factory=DemoOffers)

    def build(self, today: date) -> list[DemoStaff]:
        """The whole office, as of ``today``; returns the sign-ins."""
        finished, ongoing = load_finished_consultation(), load_open_consultation()
        self._set_day(today + timedelta(days=finished.collect_from_in_days - 1))
        self._people()
        taxonomy = consultations.save_taxonomy(self.session, default_taxonomy())
        row = self._open(finished, taxonomy.version, today)
        self._send(row, finished.comments, self._issue(row), today)
        self._code(row)
        self._set_day(today + timedelta(days=finished.closes_in_days + 1))
        consultations.close_consultation(self.session, self.log, row)
        self._publish(row, today)
        second = self._open(ongoing, taxonomy.version, today)
        purse = self._issue(second)
        self._send(second, ongoing.comments, purse, today)
        third = self._open(load_collecting_consultation(), taxonomy.version, today)
        self._offer(second, purse, third)
        self._set_day(today)
        self._talk(second, len(ongoing.comments))
        return self.staff

    def _set_day(self, day: date) -> None:
        self.clock.moment = datetime.combine(day, time(9), ZoneInfo(self.settings.time_zone))

    def _people(self) -> None:
        for person in load_office().accounts:
            account, _ = accounts.invite(
                self.session,
                email=person.email,
                name=person.name,
                roles=person.roles,
                forbid_pairs=True,
                today=self.clock.today(),
            )
            made = DemoStaff(person.email, person.name, list(person.roles), _phrase(4))
            account.password, account.invite_hash = security.hashed(made.password), None
            if "moderator" in person.roles:
                made.passphrase = _phrase(6)
                self._key(account, made.passphrase)
            self.staff.append(made)

    def _key(self, account: Account, passphrase: str) -> None:
        seed = keys.new_seed()
        public_key = keys.public_key(seed)
        wrapped = keywrap.wrap(seed, passphrase, kid=keys.kid_of(public_key))
        key = accounts.add_key(self.session, self.log, account, public_key=public_key, wrapped=wrapped)
        self.public_keys[key.kid] = public_key
        self.seeds.append(seed)
        # Everybody may mask, the first may remove as well: the two rights are seen apart.
        set_rights(self.session, account, ["mask"] if self.moderators else ["mask", "remove"])
        self.moderators.append(account)

    def _open(self, plan: DemoConsultation, taxonomy: int, today: date) -> Consultation:
        office = load_office()
        draft = consultations.ConsultationDraft(
            id=plan.id,
            title_vi=plan.title_vi,
            title_en=plan.title_en,
            intro_vi=plan.intro_vi,
            intro_en=plan.intro_en,
            notice_vi=plan.notice_vi,
            notice_en=plan.notice_en,
            opens=today + timedelta(days=plan.opens_in_days),
            closes=today + timedelta(days=plan.closes_in_days),
            headcount=office.total,
            taxonomy_version=taxonomy,
            k=plan.k,
            k_paraphrase=plan.k_paraphrase,
            mix_minimum=plan.mix_minimum,
            max_chars=plan.max_chars,
            attachments=plan.attachments,
            readers=plan.readers,
            ballot_mode="ballots",
            collect_from=today + timedelta(days=plan.collect_from_in_days),
            collect_until=today + timedelta(days=plan.collect_until_in_days),
            units=[consultations.UnitDraft(**asdict(unit)) for unit in office.units],
        )
        row = consultations.save_draft(self.session, draft)
        consultations.set_moderators(self.session, row, self.public_keys)
        for statement in self.issuers.terms(row, demo_roster(office), cards=CARDS):
            ballot_issuers.register(self.session, row, statement)
        begun = today + timedelta(days=plan.collect_from_in_days)
        self._set_day(begun)
        wanted = self.settings.ballot_issuers
        ballot_issuers.open_consultation(self.session, self.log, row, today=begun, wanted=wanted)
        return row

    def _issue(self, row: Consultation) -> Purse:
        """People collect or draw cards; on the next day the issuers' lists are logged."""
        assert row.collect_from and row.collect_until
        people = [person.staff_code for person in demo_roster(load_office())]
        purse = Purse(row.id, self.issuers.collect(row, people[:COLLECT], today=row.collect_from))
        purse.cards += self.issuers.draw(row, people[-DRAW:], today=row.collect_until)
        self._set_day(row.collect_until + timedelta(days=1))
        for statement in self.issuers.closings(row):
            ballot_issuers.take_closing(self.session, self.log, row, statement, today=self.clock.today())
        return purse

    def _offer(self, writing: Consultation, purse: Purse, gathering: Consultation) -> None:
        """Keep what visitors of the demonstration may use."""
        person = demo_roster(load_office())[-1].staff_code
        self.offers = DemoOffers(
            collecting=gathering.id,
            staff_code=person,
            claim={slug: codes[person] for slug, codes in self.issuers.slips[gathering.id].items()},
            writing=writing.id,
            ballots=collecting.write_file(writing.id, purse.held[: writing.each_ballots]).decode(),
            cards=[half_cards(pair) for pair in purse.cards[:2]],
        )

    def _talk(self, row: Consultation, comments: int) -> None:
        """A conversation about the second of the comments that were sent last."""
        about, days = self.receipts[-comments + 1], self.settings.promise_days
        self.offers.talk = begin_talk(
            self.session, self.log, self.clock, row, about, seed=self.seeds[0], promise_days=days
        )

    def _send(self, row: Consultation, comments: tuple[DemoComment, ...], purse: Purse, today: date) -> None:
        """Seal each comment and send it with a ballot, every tenth of cards, spread over the days up to ``today``."""
        last = min(row.closes, today)
        days = max(1, (last - row.opens).days)
        for place, comment in enumerate(comments):
            self._set_day(row.opens + timedelta(days=place * days // len(comments)))
            sequencing.sequence_due(
                self.session, self.log, today=self.clock.today(), default_minimum=self.settings.mix_minimum
            )
            raw = receipt.new_receipt()
            files = sealed_files(row.id, place, row.attachments)
            sealed = self._seal(row.id, comment, raw, files.attachments)
            self.receipts.append(SentComment(raw, sealed))
            submissions.accept(
                self.session,
                self.log,
                self.clock,
                row,
                envelope=sealed,
                ballot=purse.take(sealed, card=place % 10 == 0),
                locator_hash=receipt.locator_hash(raw),
                promise_days=self.settings.promise_days,
            )
            if files.sealed:
                quota = self.settings.attachment_quota
                attachments.store(self.session, intake_of(row), files.sealed, quota=quota)
        self._set_day(last)
        sequencing.sequence_groups(self.session, self.log, [row.id])

    def _seal(self, consultation: str, comment: DemoComment, raw: bytes, files: payload.Attachments | None) -> bytes:
        data = payload.build_payload(
            payload.Payload(
                consultation=consultation,
                topic=comment.topic,
                text=comment.text,
                level=comment.level,
                unit=comment.unit,
                reply_key=keys.public_key(receipt.reply_seed(raw)),
                attachments=files,
            )
        )
        sealed = envelope.seal(data, consultation=consultation, recipients=self.public_keys)
        self.sent[hashlib.sha256(sealed).hexdigest()] = comment
        return sealed

    def _code(self, row: Consultation) -> None:
        """Each comment's codings, found again by its envelope's hash in the log."""
        leaves = map(json.loads, read_entries(self.session, 0, log_size(self.session)))
        sent = ((index, leaf, self.sent.get(leaf.get("envelope_sha256", ""))) for index, leaf in enumerate(leaves))
        codings = {index: comment.coding for index, leaf, comment in sent if comment and leaf["consultation"] == row.id}
        people = {account.id: account for account in self.moderators}
        seeds = dict(zip(people, self.seeds, strict=True))
        desks = DemoReaders(self.session, self.log, self.atrest, row, seeds, people, self.clock.today())
        desks.code_all({index: coding for index, coding in codings.items() if coding})

    def _publish(self, row: Consultation, today: date) -> None:
        publication = findings.publish(self.session, self.log, self.atrest, row)
        tabulate(self.session, self.log, self.atrest, row.id, today=self.clock.today())
        found = concerns.ensure(
            self.session,
            publication,
            today=self.clock.today(),
            answer_days=self.settings.answer_days,
            acknowledge_days=self.settings.acknowledge_days,
            holidays=self.settings.days_off,
        )
        work_on(self.session, self.log, self.atrest, found, day=self.clock.today(), today=today)
        reports.save_profile(self.session, demo_profile())
        reports.start(self.session, self.atrest, row, publication)


def _phrase(count: int) -> str:
    """That many random words, as the browser's generator makes them."""
    words = WORDS.read_text("ascii").split()
    return " ".join(secrets.choice(words) for _ in range(count))
