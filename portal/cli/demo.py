"""``portal demo``: the demonstration office, made once and served on this machine only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import click

from portal.accounts.service import list_accounts
from portal.cli.assets import record_assets
from portal.cli.context import open_log, system_clock, work
from portal.cli.database import upgrade_schema
from portal.cli.demo_build import DemoOffers, DemoOfficeBuilder, DemoStaff
from portal.cli.demo_data import load_office
from portal.cli.demo_issuers import DESK_NOTE, DemoIssuers, Desk, prepare_desks
from portal.cli.demo_witnesses import prepare_witnesses, witnesses_up
from portal.cli.gunicorn_server import THREADS, WORKERS
from portal.cli.init import make_secrets, write_private
from portal.cli.serve import run
from portal.cli.tick import tidy
from portal.clock import FixedClock
from portal.config import DEMO_MARK, ROOT, ConfigError, Settings, load_settings
from portal.crypto.atrest import AtRest

SIGN_INS = "demo-sign-ins.json"
OFFERS = "demo-ballots.json"
BALLOT_FILE = "demo-ballot-file.json"
TOML = """# Made by `portal demo`. A production start refuses this folder's secrets.
env = "demo"
totp = "optional"
log_origin = "gop-y.example.org/log"
office_name = "Văn phòng Tỉnh ủy An Sơn"
mix_minimum = 3
mix_when = "minimum"
witness_policy = "witness-policy"
"""


@click.command()
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--build-only", is_flag=True, help="Make the office and stop.")
def demo(port: int, build_only: bool) -> None:
    """Make the demonstration office (once), print its sign-ins, and serve it on this machine."""
    settings = prepare()
    desks = prepare_desks(settings.instance, load_office(), port=port)
    witnesses = prepare_witnesses(settings, port=port)
    if not (settings.instance / SIGN_INS).exists():
        click.echo("Making the demonstration office: keys, ballots, 113 comments, codings, findings, a report ...")
        build(settings, desks)
    record_assets(settings)
    show(settings, port, desks)
    if not build_only:
        with serving(desks, port), witnesses_up(witnesses):
            run(settings, host="127.0.0.1", port=port, workers=WORKERS, threads=THREADS)


@contextmanager
def serving(desks: Sequence[Desk], port: int) -> Iterator[None]:
    """Each issuer as a process of its own, for as long as the portal is served."""
    started = []
    for desk in desks:
        env = os.environ | {
            "PORTAL_ISSUER_INSTANCE": str(desk.settings.instance),
            "PORTAL_ISSUER_PORTAL_ORIGINS": f"http://127.0.0.1:{port},http://localhost:{port}",
        }
        command = [sys.executable, "-m", "portal", "issuer", "serve", "--port", str(port_of(desk))]
        started.append(subprocess.Popen(command, cwd=ROOT, env=env))  # noqa: S603
    try:
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=20)


def port_of(desk: Desk) -> int:
    """The port of an issuer's address, which the log knows: it stays, whatever port the portal is served on later."""
    return urlsplit(desk.settings.address).port or 80


def prepare() -> Settings:
    """An instance folder with demonstration settings and fresh secrets, refusing one that serves real people."""
    instance = Path(os.environ.get("PORTAL_INSTANCE", str(ROOT / "instance"))).absolute()
    mark = instance / "secrets" / DEMO_MARK
    if (instance / "secrets").exists() and not mark.exists():
        raise ConfigError("This instance folder is not a demonstration: set PORTAL_INSTANCE to an empty folder.")
    make_secrets(instance)
    mark.touch(mode=0o600)
    if not (instance / "portal.toml").exists():
        write_private(instance / "portal.toml", TOML)
    settings = load_settings()
    upgrade_schema(settings)
    return settings


def build(settings: Settings, desks: Sequence[Desk]) -> None:
    """Build everything in one transaction, then keep the sign-ins and what visitors may use (0600)."""
    today = system_clock(settings).today()
    clock = FixedClock(datetime.now(UTC), ZoneInfo(settings.time_zone))
    with work(settings) as session:
        if list_accounts(session):
            raise ConfigError("The demonstration was built half-way: remove its instance folder and start again.")
        builder = DemoOfficeBuilder(
            session, open_log(settings), AtRest([settings.secret.instance_key]), settings, clock, DemoIssuers(desks)
        )
        staff = builder.build(today)
    tidy(settings)
    write_private(settings.instance / OFFERS, json.dumps(asdict(builder.offers), ensure_ascii=False, indent=1) + "\n")
    write_private(settings.instance / BALLOT_FILE, builder.offers.ballots)
    lines = json.dumps([asdict(person) for person in staff], ensure_ascii=False, indent=1)
    write_private(settings.instance / SIGN_INS, lines + "\n")


def sign_ins(settings: Settings) -> list[DemoStaff]:
    """The demonstration's sign-ins."""
    return [DemoStaff(**row) for row in json.loads((settings.instance / SIGN_INS).read_text("utf-8"))]


def offers(settings: Settings) -> DemoOffers:
    """What the demonstration hands to its visitors."""
    return DemoOffers(**json.loads((settings.instance / OFFERS).read_text("utf-8")))


def show(settings: Settings, port: int, desks: Sequence[Desk] = ()) -> None:
    """Print addresses, sign-ins and ballots to try."""
    click.echo(f"\nPublic app   http://127.0.0.1:{port}/        (English: /en/)")
    click.echo(f"Staff app    http://127.0.0.1:{port}/staff/")
    log = open_log(settings)
    click.echo(f"Log          http://127.0.0.1:{port}/log     key {log.vkey}")
    for one in log.policy.witnesses:
        click.echo(f"Witness      {one.url}     {one.name}, asked to cosign the log")
    click.echo("")
    click.echo("Demonstration sign-ins (made for this machine, kept in demo-sign-ins.json of the instance folder):")
    for person in sign_ins(settings):
        click.echo(f"  {person.email:<28} {'/'.join(person.roles):<10} password: {person.password}")
        if person.passphrase:
            click.echo(f"  {'':<28} {'':<10} key passphrase: {person.passphrase}")
    show_ballots(settings, port, desks)
    click.echo("\nPress Ctrl+C to stop. The data stays; `make demo` starts it again.\n")


def show_ballots(settings: Settings, port: int, desks: Sequence[Desk]) -> None:
    """Print what a visitor needs to collect ballots, and ballots to write with."""
    found = offers(settings)
    click.echo("\nCollect ballots, as one of the 75:")
    click.echo(f"  http://127.0.0.1:{port}/c/{found.collecting}/collect   staff code: {found.staff_code}")
    for slug, code in sorted(found.claim.items()):
        click.echo(f"  claim code of {slug:<12} {code}")
    click.echo("Write with a ballot that was collected earlier:")
    click.echo(f"  http://127.0.0.1:{port}/c/{found.writing}   ballot file: {settings.instance / BALLOT_FILE}")
    for pair in found.cards:
        click.echo("  or half-cards: " + "   ".join(f"{slug} {code}" for slug, code in sorted(pair.items())))
    click.echo("Read and answer what the moderators ask:")
    click.echo(f"  http://127.0.0.1:{port}/receipt   receipt code: {found.talk}")
    if desks:
        click.echo("Issuers' desks:")
    for desk in desks:
        passphrase = (desk.settings.instance / DESK_NOTE).read_text("utf-8").strip()
        click.echo(f"  {desk.settings.address}/desk/   passphrase: {passphrase}")
