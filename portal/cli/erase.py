"""``portal erase``: what retention demands once the report is signed."""

from __future__ import annotations

import click

from portal.cli.context import open_log, work
from portal.config import load_settings
from portal.consultations import service as consultations
from portal.errors import PortalError
from portal.reports import service as reports
from portal.submissions.erasure import erase_comments


@click.command()
@click.argument("consultation")
@click.option("--without-report", is_flag=True, help="Erase although no report was approved.")
@click.confirmation_option(prompt="The sealed comments cannot be brought back. Erase them?")
def erase(consultation: str, without_report: bool) -> None:
    """Erase the sealed comments of a published CONSULTATION whose report is approved; the log keeps their hashes."""
    settings = load_settings()
    try:
        with work(settings) as session:
            row = consultations.get(session, consultation)
            if not without_report and reports.get(session, row.id).state != "approved":
                raise click.ClickException("the report is not approved yet; see --without-report")
            count = erase_comments(session, open_log(settings), row)
    except PortalError as error:
        raise click.ClickException(f"refused: {error.code}") from error
    click.echo(f"{count} sealed comments erased.")
