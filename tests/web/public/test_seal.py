"""sealing.json, `portal seal` and the upload without a script: opened again with the moderators' seeds."""

from __future__ import annotations

import base64
import copy
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import ModeratorKey
from portal.accounts.service import revoke_key
from portal.cli.seal import seal
from portal.cli.sealing_file import BadSealingFile, read_sealing
from portal.consultations import service as consultations
from portal.crypto import receipt
from portal.crypto.encoding import b64url_decode, b64url_encode
from portal.crypto.envelope import open_with
from portal.crypto.errors import CannotOpen
from portal.crypto.keys import kid_of, public_key
from portal.crypto.payload import parse_payload
from portal.ledger.log import Log
from portal.web.runtime import unit_of_work
from tests.support import Office
from tests.web.public.support import Page, parsed

TEXT = "Văn bản để quá hạn nhiều ngày."


@pytest.fixture
def sealing(public: FlaskClient, office: Office) -> dict[str, Any]:
    document: dict[str, Any] = parsed(public.get("/c/thu-2026/sealing.json"))
    return document


def run(folder: Path, document: dict[str, Any], *options: str, text: str = TEXT) -> Result:
    (folder / "sealing.json").write_text(json.dumps(document), "utf-8")
    target = str(folder / "comment.sealed")
    arguments = [str(folder / "sealing.json"), "--topic", "conduct", "--output", target, *options]
    return CliRunner().invoke(seal, arguments, input=text.encode())


def test_round_trip(public: FlaskClient, office: Office, log: Log, sealing: dict[str, Any], tmp_path: Path) -> None:
    # given a comment sealed offline under a trusted log key, in NFD as macOS would give it
    made = run(tmp_path, sealing, "--vkey", log.vkey, "--unit", "P2", text="Va\u0306n bản để quá hạn nhiều ngày.\n")
    assert made.exit_code == 0, made.output
    code = made.stdout.strip()
    # when the file is uploaded in a form without any script
    data = (tmp_path / "comment.sealed").read_bytes()
    answer = public.post("/en/c/thu-2026/sealed-file", data={"file": (io.BytesIO(data), "comment.sealed")})
    # then it is taken like any other, both moderators can open it, and the receipt finds it
    assert answer.status_code == 201
    assert "Your sealed comment was received" in Page(answer.get_data(as_text=True)).text
    for seed in office.seeds.values():
        payload = parse_payload(open_with(seed, b64url_decode(json.loads(data)["envelope"])))
        assert (payload.text, payload.level, payload.unit) == (TEXT, "unit", "P2")
    locator = b64url_encode(receipt.locator(receipt.parse_receipt(code)))
    assert parsed(public.post("/receipt/lookup", json={"locator": locator}))["state"] == "waiting"


def test_a_moderator_who_is_left_out_cannot_open_it(office: Office, sealing: dict[str, Any], tmp_path: Path) -> None:
    out, kept = office.kids
    assert run(tmp_path, sealing, "--leave-out", out[:6]).exit_code == 0
    data = b64url_decode(json.loads((tmp_path / "comment.sealed").read_bytes())["envelope"])
    with pytest.raises(CannotOpen):
        open_with(office.seeds[out], data)
    assert parse_payload(open_with(office.seeds[kept], data)).text == TEXT


def test_what_cannot_be_sealed_is_refused_and_no_file_is_written(
    office: Office, sealing: dict[str, Any], tmp_path: Path
) -> None:
    everybody = [part for kid in office.kids for part in ("--leave-out", kid)]
    for options, text in (
        ([], " \n"),
        ([], "a" * 1001),
        (["--unit", "P9"], TEXT),
        (["--unit", "P1", "--level", "party"], TEXT),
        (["--leave-out", "zz"], TEXT),
        (everybody, TEXT),
        (["--vkey", "log.example.org/gop-y+00000000+AAAA"], TEXT),
    ):
        refused = run(tmp_path, sealing, *options, text=text)
        assert refused.exit_code == 1, options
        assert not (tmp_path / "comment.sealed").exists()


def test_a_sealed_file_is_never_written_over(office: Office, sealing: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "comment.sealed").write_text("an earlier comment", "utf-8")
    assert run(tmp_path, sealing).exit_code == 1
    assert (tmp_path / "comment.sealed").read_text("utf-8") == "an earlier comment"


def test_a_key_revoked_since_is_sealed_to_no_more(
    public: FlaskClient, public_app: Flask, office: Office, log: Log, tmp_path: Path
) -> None:
    # given two moderators, one of whom revoked the key after the consultation opened
    gone, kept = office.kids
    with public_app.app_context(), unit_of_work() as session:
        revoke_key(session, log, session.get(ModeratorKey, gone))
    document = parsed(public.get("/c/thu-2026/sealing.json"))
    # when somebody seals without leaving anybody out
    assert run(tmp_path, document).exit_code == 0
    # then the revoked key opens nothing, and the envelope has the same form as ever
    body = (tmp_path / "comment.sealed").read_bytes()
    data = b64url_decode(json.loads(body)["envelope"])
    with pytest.raises(CannotOpen):
        open_with(office.seeds[gone], data)
    assert parse_payload(open_with(office.seeds[kept], data)).text == TEXT
    assert public.post("/c/thu-2026/submissions", data=body).status_code == 201
    # and where every key is revoked, nothing is sealed
    with public_app.app_context(), unit_of_work() as session:
        revoke_key(session, log, session.get(ModeratorKey, kept))
    with pytest.raises(BadSealingFile, match="every moderator's key was revoked"):
        read_sealing(public.get("/c/thu-2026/sealing.json").data)


def test_an_invented_revocation_is_refused(office: Office, sealing: dict[str, Any]) -> None:
    one, other = sealing["keys"]
    for lie in (one, {**one, "leaf": one["leaf"].replace("add", "revoke")}, {"index": 0}, other):
        with pytest.raises(BadSealingFile):
            read_sealing(json.dumps({**sealing, "keys": [{**one, "revoked": lie}, other]}).encode())


def test_a_file_that_the_log_does_not_bear_out_is_refused(office: Office, sealing: dict[str, Any]) -> None:
    # given the genuine file, which is accepted
    assert len(read_sealing(json.dumps(sealing).encode()).recipients) == 2
    # then each lie in it is refused
    stranger = public_key(bytes(range(32)))
    for lie in (
        lambda d: d["keys"][0].update(public_key=b64url_encode(stranger)),
        lambda d: d["keys"][0].update(public_key=b64url_encode(stranger), kid=kid_of(stranger)),
        lambda d: d["keys"].pop(),
        lambda d: d["keys"].reverse(),
        lambda d: d["keys"][0].update(index=d["keys"][1]["index"]),
        lambda d: d["keys"][0]["proof"].__setitem__(0, base64.b64encode(bytes(32)).decode()),
        lambda d: d["settings"].update(max_chars=1500),
        lambda d: d["settings"].update(consultation="khac-2026"),
        lambda d: d.update(consultation_leaf=d["keys"][0]),
        lambda d: d.update(checkpoint=d["checkpoint"].replace("\n", "\n1", 1)),
        lambda d: d.update(log_vkey="log.example.org/gop-y+00000000+AAAA"),
        lambda d: d.pop("settings"),
    ):
        forged = copy.deepcopy(sealing)
        lie(forged)
        with pytest.raises(BadSealingFile):
            read_sealing(json.dumps(forged).encode())


def test_uploads_that_are_no_sealed_file_are_refused(public: FlaskClient, office: Office) -> None:
    empty = public.post("/c/thu-2026/sealed-file", data={})
    plain = public.post("/c/thu-2026/sealed-file", data={"file": (io.BytesIO(TEXT.encode()), "comment.txt")})
    assert (empty.status_code, plain.status_code) == (422, 422)
    assert TEXT not in plain.get_data(as_text=True)


def test_sealing_json_of_what_the_public_may_not_see_is_not_found(
    public: FlaskClient, public_app: Flask, office: Office
) -> None:
    with public_app.app_context(), unit_of_work() as session:
        consultations.get(session, office.consultation).state = "draft"
    for name in ("nothing", office.consultation):
        assert public.get(f"/c/{name}/sealing.json").status_code == 404
        assert public.get(f"/c/{name}").status_code == 404


def test_sealing_needs_neither_flask_nor_sqlalchemy() -> None:
    # given an interpreter in which the server's packages cannot be imported
    program = (
        "import sys\n"
        "for name in ('flask', 'sqlalchemy', 'werkzeug', 'jinja2'): sys.modules[name] = None\n"
        "from portal.cli import cli\n"
        "cli(['seal', '--help'])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "SEALING.JSON" in done.stdout
