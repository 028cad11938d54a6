"""The command line: the same services, no logic of its own.

Commands are loaded by name when they are asked for, so that ``portal audit`` and ``portal seal`` work where neither
Flask nor SQLAlchemy is installed.
"""

from __future__ import annotations

import importlib
import os
import sys

import click

from portal import __version__
from portal.config import ConfigError

COMMANDS = {
    "account": "portal.cli.account:account",
    "audit": "portal.cli.audit:audit",
    "backup": "portal.cli.backup:backup",
    "backup-key": "portal.cli.backup:backup_key",
    "consolidate": "portal.cli.consolidate:consolidate",
    "db": "portal.cli.database:database",
    "demo": "portal.cli.demo:demo",
    "erase": "portal.cli.erase:erase",
    "init": "portal.cli.init:init",
    "issuer": "portal.cli.issuer:issuer",
    "log": "portal.cli.log:log",
    "restore": "portal.cli.restore:restore",
    "seal": "portal.cli.seal:seal",
    "serve": "portal.cli.serve:serve",
    "tick": "portal.cli.tick:tick",
}
# What a command's packages are called in setup.cfg, where it is not the server's.
EXTRAS = {"issuer": "issuer"}


class LazyGroup(click.Group):
    """A group whose commands live in modules that are imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; a missing extra is said plainly."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        try:
            found: click.Command = getattr(importlib.import_module(module), name)
        except ModuleNotFoundError as error:
            if error.name and error.name.startswith("portal"):
                raise
            extra = EXTRAS.get(cmd_name, "server")
            raise click.ClickException(
                f"`portal {cmd_name}` needs more packages ({error.name} is missing): pip install '.[{extra}]'"
            ) from error
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands; one whose packages are missing here is listed all the same."""
        rows = []
        for name in self.list_commands(ctx):
            try:
                command = self.get_command(ctx, name)
            except click.ClickException as missing:
                rows.append((name, missing.message))
            else:
                rows.append((name, command.get_short_help_str(80) if command else ""))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group(cls=LazyGroup)
@click.version_option(__version__, prog_name="portal")
def cli() -> None:
    """Anonymous feedback and democratic-supervision portal."""


def main() -> None:
    """Entry point; a wrong setting ends with one sentence, not a traceback. Files it makes are the owner's only."""
    os.umask(0o077)
    try:
        cli(prog_name="portal")
    except ConfigError as error:
        click.echo(f"portal: {error}", err=True)
        sys.exit(2)
