"""``portal account``: the first administrator, and help for someone locked out."""

from __future__ import annotations

import click
from sqlalchemy import select

from portal.accounts import service
from portal.accounts.models import Account
from portal.cli.context import system_clock, work
from portal.config import load_settings
from portal.errors import PortalError


@click.group()
def account() -> None:
    """Staff accounts."""


@account.command()
@click.argument("email")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(service.ROLES), help="Repeatable.")
@click.option("--name", default="", help="The person's name as other staff see it.")
def invite(email: str, roles: tuple[str, ...], name: str) -> None:
    """Invite EMAIL and print the one-time enrolment code to hand over."""
    settings = load_settings()
    try:
        with work(settings) as session:
            _, code = service.invite(
                session,
                email=email,
                name=name,
                roles=roles,
                forbid_pairs=settings.forbid_role_pairs,
                today=system_clock(settings).today(),
            )
    except PortalError as error:
        raise click.ClickException(f"refused: {error.code}") from error
    click.echo(f"Enrolment code: {code}")
    click.echo(
        f"It is shown once and works for {settings.enrol_days} days. "
        "The person enters it with the e-mail address at /staff/enrol."
    )


@account.command()
@click.argument("email")
def renew(email: str) -> None:
    """Take away EMAIL's password and second factor and print a new enrolment code."""
    settings = load_settings()
    with work(settings) as session:
        found = session.scalar(select(Account).where(Account.email == email.strip().lower()))
        if found is None:
            raise click.ClickException("there is no such account")
        code = service.renew_invite(found, today=system_clock(settings).today())
    click.echo(f"Enrolment code: {code}")


@account.command("list")
def list_() -> None:
    """List the accounts and their roles."""
    with work(load_settings()) as session:
        for row in service.list_accounts(session):
            state = "active" if row.active else "blocked"
            click.echo(f"{row.email}\t{', '.join(sorted(service.role_names(row)))}\t{state}")
