"""Claim codes by mail, through a real server on this machine."""

from __future__ import annotations

import email
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from portal.clock import FixedClock
from portal.errors import Conflict
from portal.issuing.claims import Slip
from portal.issuing.config import IssuerSettings
from portal.issuing.mail import Letter, LetterWords, MailReport, check_server, send_codes
from portal.words import translated

CODE = "7K3M-0N9A-B1CD-E2FG-HJ"
KEY_ID = "a1b2c3d4e5f60718" + "9" * 48
LETTER = Letter(
    issuer_name="Văn phòng",
    office_name="Văn phòng Tỉnh ủy Bình Sơn",
    title="Góp ý năm 2027",
    days="01/02/2027 – 05/02/2027",
    page="https://gopy.example.vn/c/gop-y-2027/collect",
    key_id=KEY_ID,
)
SLIPS = [
    Slip("CB-001", "Nguyễn Thị Ngọc Ánh", "Phòng Tổng hợp", "anh@example.vn", CODE),
    Slip("CB-002", "Đỗ Hữu Phước", "Phòng Tổng hợp", "", CODE[::-1]),
    Slip("CB-003", "Trần Dương", "Phòng Quản trị", "duong@example.vn", "Z" + CODE[1:]),
    Slip("CB-004", "Lê An", "Phòng Quản trị", "an@example.vn", "Y" + CODE[1:]),
]
SETTINGS = IssuerSettings(issuer="van-phong", smtp_host="localhost", smtp_security="none", smtp_from="phieu@example.vn")
CLOCK = FixedClock(datetime(2027, 1, 28, 9, 30, tzinfo=UTC))


@dataclass
class Box:
    """Takes mails in; refuses some addresses, and hangs up before a mail when told to."""

    refuse: frozenset[str] = frozenset()
    hang_up_after: int = 10**6
    mails: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address in self.refuse:
            return f"550 no such person: {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if len(self.mails) >= self.hang_up_after:
            server.transport.abort()
            return "421 bye"
        self.mails.append(email.message_from_bytes(envelope.content, policy=policy.default))
        self.to += envelope.rcpt_tos
        self.sessions.add(id(session))
        return "250 OK"


Serve = Callable[..., IssuerSettings]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server for a box and returns settings that lead to it."""
    running: list[Controller] = []

    def start(box: Box, settings: IssuerSettings = SETTINGS, **options: object) -> IssuerSettings:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        controller = Controller(box, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        return replace(settings, smtp_port=port)

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for ``localhost`` that signs itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def assert_silent(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    """None of our words: aiosmtpd, which runs in this process too, logs under ``mail``."""
    out = "".join(capfd.readouterr())
    out += "".join(record.getMessage() for record in caplog.records if not record.name.startswith("mail"))
    assert not [part for slip in SLIPS for part in (slip.code, slip.email, slip.name) if part and part in out]


def test_each_person_gets_a_mail_with_what_is_needed(
    serve: Serve, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    box = Box()
    caplog.set_level("DEBUG")

    report = send_codes(serve(box), SLIPS, LETTER, CLOCK)

    assert report == MailReport(("CB-001", "CB-003", "CB-004"), (), ("CB-002",))
    assert box.to == ["anh@example.vn", "duong@example.vn", "an@example.vn"]
    assert len(box.sessions) == 1
    mail = box.mails[0]
    assert mail.get_content_type() == "text/plain" and mail.get_content_charset() == "utf-8"
    body = mail.get_content()
    for part in ("Nguyễn Thị Ngọc Ánh", "CB-001", CODE, LETTER.days, LETTER.page, "a1b2 c3d4 e5f6 0718", LETTER.title):
        assert part in body
    assert all(slip.code not in body and slip.name not in body for slip in SLIPS[1:])
    assert_silent(caplog, capfd)


def test_headers_say_nothing_of_the_matter_nor_of_the_machine(serve: Serve) -> None:
    box = Box()
    send_codes(serve(box), SLIPS[:1], LETTER, CLOCK)
    (mail,) = box.mails
    assert mail["Subject"] == "A notice from Văn phòng"
    assert mail["To"] == "anh@example.vn" and mail["From"] == "phieu@example.vn"
    assert mail["Date"].datetime == CLOCK.moment
    assert mail["Message-ID"].endswith("@example.vn>")
    headers = "\n".join(f"{name}: {value}" for name, value in mail.items())
    assert socket.gethostname() not in headers
    assert not [word for word in (CODE, "CB-001", "Ánh", LETTER.title, LETTER.page) if word in headers]


def test_no_secret_stands_in_an_address_of_a_page(serve: Serve) -> None:
    box = Box()
    send_codes(serve(box), SLIPS, LETTER, CLOCK)
    links = [link for mail in box.mails for link in re.findall(r"https?://\S+", mail.get_content())]
    assert links == [LETTER.page] * 3


def test_words_are_the_callers(serve: Serve) -> None:
    box = Box()
    words = translated(LetterWords(), lambda msgid: "Ư " + " ".join(re.findall(r"%\(\w+\)s", msgid)))
    send_codes(serve(box), SLIPS[:1], replace(LETTER, words=words), CLOCK)
    assert box.mails[0]["Subject"] == "Ư Văn phòng"
    assert "Claim code" not in box.mails[0].get_content() and f"Ư CB-001 {CODE}" in box.mails[0].get_content()


@pytest.mark.parametrize(
    "address", ["duong@example.vn", "dương@example.vn", "a@b.vn\nBcc: c@d.vn", "a@b.vn, c@d.vn", "@"]
)
def test_one_failing_recipient_stops_nobody_else(
    serve: Serve, address: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    box = Box(refuse=frozenset({"duong@example.vn"}))
    slips = [SLIPS[0], replace(SLIPS[2], email=address), SLIPS[3]]
    report = send_codes(serve(box), slips, LETTER, CLOCK)
    assert report == MailReport(("CB-001", "CB-004"), ("CB-003",), ())
    assert box.to == ["anh@example.vn", "an@example.vn"]
    assert_silent(caplog, capfd)


def test_after_a_lost_connection_nobody_counts_as_sent(serve: Serve) -> None:
    box = Box(hang_up_after=1)
    report = send_codes(serve(box), SLIPS, LETTER, CLOCK)
    assert report == MailReport(("CB-001",), ("CB-003", "CB-004"), ("CB-002",))


def test_without_addresses_no_server_is_asked() -> None:
    report = send_codes(replace(SETTINGS, smtp_port=1), SLIPS[1:2], LETTER, CLOCK)
    assert report == MailReport((), (), ("CB-002",))


def refused(settings: IssuerSettings) -> str:
    with pytest.raises(Conflict) as refusal:
        send_codes(settings, SLIPS, LETTER, CLOCK)
    assert refusal.value.detail == {} and refusal.value.args == (refusal.value.code,)
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None
    return refusal.value.code


def test_no_server_in_the_settings_and_none_that_answers() -> None:
    assert refused(replace(SETTINGS, smtp_host="")) == "mail-off"
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert refused(replace(SETTINGS, smtp_port=closed.getsockname()[1])) == "mail-unreachable"


def test_starttls_is_used_with_a_certificate_that_is_checked(
    serve: Serve, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Box()
    settings = replace(SETTINGS, smtp_security="starttls")
    options = {"tls_context": server_context(certificate), "require_starttls": True}
    settings = serve(box, settings, **options)

    assert refused(settings) == "mail-unreachable"  # nobody vouches for it
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert send_codes(settings, SLIPS, LETTER, CLOCK).sent == ("CB-001", "CB-003", "CB-004")
    assert len(box.mails) == 3
    assert refused(replace(settings, smtp_host="127.0.0.1")) == "mail-unreachable"  # not the name on it


def test_starttls_is_not_given_up_when_the_server_has_none(serve: Serve) -> None:
    box = Box()
    assert refused(serve(box, replace(SETTINGS, smtp_security="starttls"))) == "mail-unreachable"
    assert box.mails == []


def test_tls_from_the_start(serve: Serve, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    box = Box()
    settings = replace(SETTINGS, smtp_security="tls")
    settings = serve(box, settings, server_hostname="localhost", ssl_context=server_context(certificate))
    assert send_codes(settings, SLIPS, LETTER, CLOCK).sent == ("CB-001", "CB-003", "CB-004")
    monkeypatch.delenv("SSL_CERT_FILE")
    assert refused(settings) == "mail-unreachable"
    assert len(box.mails) == 3


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_the_account_is_used_and_a_wrong_password_sends_nothing(serve: Serve) -> None:
    def check(server, session, envelope, mechanism, data: LoginPassword) -> AuthResult:
        return AuthResult(success=data.login == b"phieu" and data.password == b"mat khau", handled=False)

    box = Box()
    options = {"authenticator": check, "auth_required": True, "auth_require_tls": False}
    settings = serve(box, replace(SETTINGS, smtp_user="phieu", smtp_password="sai"), **options)
    assert refused(settings) == "mail-login-refused"
    assert send_codes(replace(settings, smtp_password="mat khau"), SLIPS, LETTER, CLOCK).sent[0] == "CB-001"
    assert len(box.mails) == 3


def test_a_server_can_be_tried_before_any_code_is_made(serve: Serve) -> None:
    box = Box()
    settings = serve(box)
    check_server(settings)
    assert box.mails == []
    for wrong, code in (({"smtp_host": ""}, "mail-off"), ({"smtp_security": "starttls"}, "mail-unreachable")):
        with pytest.raises(Conflict) as refusal:
            check_server(replace(settings, **wrong))
        assert refusal.value.code == code
