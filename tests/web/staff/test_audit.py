"""The audit desk: state of the log, verification here, the bundle for elsewhere, openings for auditors only."""

import dataclasses
import io
import re
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from flask_babel import force_locale
from sqlalchemy import delete

from portal.audit import ballots as ballot_rules
from portal.audit.alerts import LOUD
from portal.audit.source import Directory
from portal.audit.timeline import MANY, SINGLE
from portal.audit.verify import Brought, Verdict, verify
from portal.ballots import redeem
from portal.cli.assets import served_files
from portal.config import ROOT
from portal.factory import create_staff_app
from portal.ledger import log as ledger
from portal.ledger.assets import ServedFile, log_assets
from portal.ledger.cosignatures import keep
from portal.ledger.models import LogCosignature, LogLeaf
from portal.tlog.cosignature import MldsaCosignerSigner
from portal.tlog.note import sign_note
from portal.tlog.policy import parse_policy
from portal.web.runtime import runtime, unit_of_work
from portal.web.staff.audit_alerts import TITLES, TO_DO
from portal.web.staff.audit_timeline import WORDS
from portal.web.staff.audit_words import FAILURES, PROBLEMS, failure_words, result_of
from tests.audit.ballot_log import build, collected_by, comment, minted
from tests.ballots.support import move_to, open_with_ballots, two_issuers
from tests.rounds import publish
from tests.web.staff.steps import make_stale, send, text_of

OPENINGS = "portal-audit/openings.json"
ACTIONS = {"consultation": ("open", "close"), "key": ("add", "revoke")}


@pytest.fixture
def published(staff_app, office, log, clock, atrest):
    """A published consultation, and the served files logged."""
    with staff_app.app_context(), unit_of_work() as session:
        log_assets(session, log, served_files(runtime().assets.folder))
        publish(session, log, clock, atrest, office)
        return ledger.newest_checkpoint(session)


@pytest.fixture
def auditor(staff, published, sign_in):
    sign_in(staff, "auditor")
    staff.get("/language/en")
    return staff


def words(answer) -> str:
    return " ".join(text_of(answer).split())


def run(client, **data):
    return send(client, "/audit/verify", data)


def unzipped(answer) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(answer.data))


def test_the_desk_shows_the_log_and_the_sums(auditor, published, log) -> None:
    page = text_of(auditor.get("/audit/"))
    assert published.strip() in page
    assert log.vkey in page
    assert "Does not fit" not in page


def test_an_empty_log_is_said(staff, people, sign_in) -> None:
    sign_in(staff, "auditor")
    staff.get("/language/en")
    assert "The log is still empty." in words(staff.get("/audit/"))


def test_an_untouched_instance_passes_whole(auditor, published) -> None:
    page = words(run(auditor, earlier=published))
    assert "No failure" in page
    # then all that is left out is what no witness can be asked
    left_out = re.findall(r"<li>(.*?)</li>", page.partition("Not checked")[2].partition("</ul>")[0])
    assert left_out == ["No policy names a witness, so that nothing shows whether others see another log."]


def test_an_administrator_verifies_without_openings(staff, published, sign_in) -> None:
    sign_in(staff, "admin")
    staff.get("/language/en")
    page = words(run(staff))
    assert "No failure" in page
    assert "openings are for auditors only" in page
    assert "With openings" not in page


def test_damage_is_named(auditor, staff_app) -> None:
    with staff_app.app_context(), unit_of_work() as session:
        leaf = session.get(LogLeaf, ledger.size(session) - 3)
        leaf.data = leaf.data[:-2] + b" }"
    page = words(run(auditor))
    assert "1 failure" in page
    assert "tile-mismatch" in page


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("earlier", "not a checkpoint", "This is not a whole checkpoint"),
        ("vkey", "not a key", "This is not a key of a log"),
        ("vkey", "log.example.org/gop-y+00000000+AAAA", "This is not a key of a log"),
        ("earlier", "a" * 4001, "At most 4000 characters"),
    ],
)
def test_what_cannot_be_read_is_explained(auditor, field, value, said) -> None:
    answer = run(auditor, **{field: value})
    assert answer.status_code == 422
    assert said in words(answer)
    assert value in text_of(answer)


def test_a_checkpoint_of_another_key_is_explained(auditor, published) -> None:
    broken = published[:-6] + ("A" if published[-6] != "A" else "B") + published[-5:]
    assert run(auditor, earlier=broken).status_code == 422


def test_a_checkpoint_pasted_with_other_line_ends_serves(auditor, published) -> None:
    assert "No failure" in words(run(auditor, earlier="\r\n" + published.replace("\n", "\r\n")))


def test_the_bundle_verifies_elsewhere_and_holds_nothing_secret(auditor, log, tmp_path) -> None:
    answer = auditor.get("/audit/bundle.zip")
    assert answer.headers["Content-Length"] == str(len(answer.data))
    with unzipped(answer) as archive:
        assert OPENINGS not in archive.namelist()
        archive.extractall(tmp_path)
    verdict = verify(Directory(tmp_path / "portal-audit"), Brought(log.vkey))
    assert verdict.failures == []


def test_openings_are_taken_knowingly(auditor) -> None:
    assert "This file can point at people" in words(auditor.get("/audit/openings"))
    refused = send(auditor, "/audit/openings")
    assert refused.status_code == 422
    assert "Say first that you will keep it secret." in words(refused)


def test_the_bundle_with_openings_verifies_whole(auditor, log, published, tmp_path) -> None:
    with unzipped(send(auditor, "/audit/openings", {"understood": "y"})) as archive:
        archive.extractall(tmp_path)
    verdict = verify(Directory(tmp_path / "portal-audit"), Brought(log.vkey, published))
    assert (verdict.failures, verdict.skipped) == ([], [])


def test_an_administrator_gets_no_openings(staff, published, sign_in) -> None:
    sign_in(staff, "admin")
    assert staff.get("/audit/openings").status_code == 403
    assert send(staff, "/audit/openings", {"understood": "y"}).status_code == 403
    with unzipped(staff.get("/audit/bundle.zip")) as archive:
        assert OPENINGS not in archive.namelist()


def test_an_old_sign_in_takes_no_openings(auditor, settings) -> None:
    make_stale(auditor, settings.fresh_minutes * 60 + 1)
    assert "/verify" in auditor.get("/audit/openings").location
    assert send(auditor, "/audit/openings", {"understood": "y"}).status_code == 403


@pytest.mark.parametrize("role", ["committee", "moderator", "issuer"])
def test_nobody_else_enters(staff, office, sign_in, role) -> None:
    sign_in(staff, role)
    for path in ("/audit/", "/audit/bundle.zip", "/audit/openings"):
        assert staff.get(path).status_code == 403
    assert run(staff).status_code == 403


# --- what does not add up, and the timeline ---


@pytest.fixture
def changed_asset(staff_app, published, log):
    """The log names other bytes for a file than those that are served."""
    with staff_app.app_context(), unit_of_work() as session:
        name = next(iter(runtime().assets.files))
        log_assets(session, log, {name: ServedFile("0" * 64, 1)})
        return name


@pytest.mark.parametrize("role", ["auditor", "admin"])
def test_what_does_not_add_up_stands_on_top_with_what_to_do(staff, changed_asset, sign_in, role) -> None:
    sign_in(staff, role)
    staff.get("/language/en")
    for path in ("/audit/", "/"):
        page = words(staff.get(path))
        assert "A file is served to browsers that the log does not name" in page
        assert changed_asset in page
        assert "After an update restart the portal" in page
    assert "1 thing does not add up" in words(staff.get("/audit/"))


def test_it_is_nobody_elses_task(staff, changed_asset, sign_in) -> None:
    sign_in(staff, "committee")
    staff.get("/language/en")
    assert "A file is served" not in words(staff.get("/"))


def test_a_sound_instance_says_nothing_of_alerts_and_shows_that_nobody_witnesses(auditor) -> None:
    page = words(auditor.get("/audit/"))
    assert "not add up" not in page
    assert "No policy names a witness" in page


def test_how_many_rows_were_withheld_is_for_auditors(staff, published, sign_in) -> None:
    # given that C9 and the unit P2 were named once each
    sign_in(staff, "auditor")
    staff.get("/language/en")
    assert re.search(r"yes; \d+ rows? withheld", words(staff.get("/audit/")))
    send(staff, "/logout")
    sign_in(staff, "admin")
    staff.get("/language/en")
    page = words(staff.get("/audit/"))
    assert "withheld" not in page.lower()
    assert "Published" in page


def test_every_alert_has_a_title_and_something_to_do(staff_app) -> None:
    source = (ROOT / "portal/audit/alerts.py").read_text("utf-8")
    named = set(re.findall(r'Alert\(\s*"([a-z-]+)"', source)) | set(LOUD.values()) | set(PROBLEMS)
    assert len(named) > 15
    assert named <= set(TITLES)
    assert set(TO_DO) <= set(TITLES)


def test_the_timeline_is_told(auditor) -> None:
    page = words(auditor.get("/audit/"))
    assert "Findings published" in page
    assert "Consultation closed" in page
    assert re.search(r"\d+ files served to browsers are new or changed", page)


def test_every_happening_has_words() -> None:
    kinds = {f"{kind}-{action}" for kind, actions in ACTIONS.items() for action in actions}
    assert kinds | {kind for kind in (*SINGLE, *MANY) if kind not in ACTIONS} == set(WORDS)


# --- witnesses ---


@pytest.fixture
def witnessed(settings, clock, published, log, tmp_path, sign_in):
    """The same instance under a policy of one witness, which has cosigned; an auditor at its desk."""
    key = MldsaCosignerSigner("witness.example/w", bytes([7]) * 32)
    text = f"log {log.vkey}\nwitness w {key.verifier} https://w.example\nquorum w\n"
    (tmp_path / "witnesses.policy").write_text(text, "utf-8")
    app = create_staff_app(dataclasses.replace(settings, witness_policy="witnesses.policy"), clock)
    client = app.test_client()
    with app.app_context(), unit_of_work() as session:
        note, now = ledger.newest_note(session), int(clock.now().timestamp())
        keep(session, runtime().log, ledger.size(session), sign_note(note.text, key.at(now)).signatures)
    sign_in(client, "auditor")
    client.get("/language/en")
    return client, parse_policy(text)


def test_the_desk_shows_each_witness_and_the_quorum(witnessed) -> None:
    client, _ = witnessed
    page = words(client.get("/audit/"))
    assert "Holds" in page
    assert "23/11/2026 03:00 UTC" in page
    assert "Up to date" in page
    assert "not add up" not in page


def test_a_verification_demands_the_quorum(witnessed, staff_app) -> None:
    client, _ = witnessed
    page = words(run(client))
    assert "No failure" in page
    assert "Witnesses' cosignatures, and their quorum (1)" in page
    assert "No policy names a witness" not in page
    with staff_app.app_context(), unit_of_work() as session:
        session.execute(delete(LogCosignature))
    page = words(run(client))
    assert "Too few witnesses cosigned the newest checkpoint." in page
    assert "quorum-missing" in page
    assert "The quorum of witnesses does not hold" in page


def test_the_bundle_carries_cosignatures_and_policy(witnessed, log, tmp_path) -> None:
    client, policy = witnessed
    with unzipped(client.get("/audit/bundle.zip")) as archive:
        assert parse_policy(archive.read("portal-audit/log/policy")) == policy
        archive.extractall(tmp_path / "bundle")
    verdict = verify(Directory(tmp_path / "bundle" / "portal-audit"), Brought(log.vkey, policy=policy))
    assert (verdict.failures, [one.name for one in verdict.witnesses.cosigned]) == ([], ["w"])


def test_every_failure_of_the_verifier_has_words_of_its_own() -> None:
    sources = (path.read_text("utf-8") for path in (ROOT / "portal/audit").glob("[!w]*.py"))
    found = {name for text in sources for name in re.findall(r'(?:fail|Failure|Unusable)\(\s*"([a-z-]+)"', text)}
    assert len(found) > 15
    assert {name for name in found if failure_words(name) == str(FAILURES[""])} == set()


# --- ballots ---


@pytest.fixture
def with_ballots(staff_app, office, log, clock, tmp_path, staff, sign_in):
    """A consultation with ballots beside the open one, and an auditor at the desk."""
    folder = tmp_path / "issuers"
    folder.mkdir()
    with staff_app.app_context(), unit_of_work() as session:
        case = build(session, log, clock, office, folder)
    sign_in(staff, "auditor")
    staff.get("/language/en")
    return case


def test_the_sums_show_ballots_and_no_missing_list(with_ballots, staff) -> None:
    page = words(staff.get("/audit/"))
    assert "Ballots by consultation" in page
    assert "6 × 3 = 18" in page
    assert "Complete" in page
    assert "Does not fit" not in page


def test_a_late_list_is_shown_by_its_issuers_name(staff_app, office, log, clock, tmp_path, staff, sign_in) -> None:
    with staff_app.app_context(), unit_of_work() as session:
        pair = two_issuers(tmp_path, clock)
        open_with_ballots(session, log, clock, pair)
    move_to(clock, pair.collect_until + timedelta(days=1))
    sign_in(staff, "auditor")
    staff.get("/language/en")
    page = words(staff.get("/audit/"))
    assert "Nơi cấp phiếu thanh-tra, Nơi cấp phiếu van-phong" in page
    assert "An issuer's list is due and has not come" in page


def test_a_verification_shows_the_issuers_keys(with_ballots, staff) -> None:
    page = words(run(staff))
    assert "No failure" in page
    assert "To compare with paper" in page
    assert all(str(one.identity.verifier) in page for one in with_ballots.pair)


def test_a_forged_ballot_has_words_of_its_own(with_ballots, staff, staff_app, log) -> None:
    with staff_app.app_context(), unit_of_work() as session:
        ledger.append(session, log, [comment(collected_by(minted(None, None)))])
    page = words(run(staff))
    assert "A ballot was made by no issuer." in page
    assert "ballot-forged: leaf" in page


def names_of_rules() -> set[str]:
    """Every name that the rules on ballots can give, read from their source."""
    source = Path(ballot_rules.__file__).read_text("utf-8")
    return set(re.findall(r'_broken\(\s*"([a-z-]+)"', source)) | set(redeem.FAULTS)


def test_every_name_of_the_rules_on_ballots_has_words_of_its_own() -> None:
    known = names_of_rules()
    assert len(known) > 25
    assert {name for name in known if failure_words(name) == str(FAILURES[""])} == set()
    # and what docs/ballots.md promises by name is named
    promised = (ROOT / "docs/ballots.md").read_text("utf-8").split("## What an auditor checks")[1].split("\n## ")[0]
    assert set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", promised)) <= known


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("thu: one issuer alone made the ballots and could have made more; ask why", "thu: One issuer alone"),
        ("thu: a1 never handed in its list; ask why", "thu: The issuer a1 never handed in its list."),
        ("thu: a1 signs with another key than in he; ask why", "thu: The issuer a1 signs with another key than in he."),
        ("witness w dates its cosignature in the future; ask it why", "The witness w dates"),
        ("the cosignature of witness w is 9 days old; ask it for its newest checkpoint", "The cosignature of the"),
        ("something else", "something else"),
    ],
)
def test_questions_have_words(staff_app, question, said) -> None:
    with staff_app.test_request_context(), force_locale("en"):
        (notice,) = result_of(Verdict(notices=[question])).notices
    assert notice.startswith(said)
