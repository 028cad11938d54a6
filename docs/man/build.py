"""Writes portal-audit.1 from the command line's own help: `python docs/man/build.py`. A test holds them together."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from portal import __version__  # noqa: E402
from portal.cli.audit import audit  # noqa: E402

PAGE = Path(__file__).with_name("portal-audit.1")

HEAD = """.\\" Written by docs/man/build.py; change the commands' help, or that file.
.TH PORTAL\\-AUDIT 1 "" "democracy\\-portal {version}" "User Commands"
.SH NAME
portal\\-audit \\- check a feedback portal and its transparency log from outside
.SH SYNOPSIS
"""

DESCRIPTION = """.SH DESCRIPTION
An office's anonymous feedback portal keeps a public log (C2SP tlog\\-tiles) of everything that happens in a
consultation.
These commands are for whoever does not want to trust the office: they need neither its database nor its server
packages.
.PP
.B verify
recomputes the whole log, every ballot, every publication and, where the openings were handed over, every count.
.B witness
cosigns a log's checkpoints, so that nobody can be shown another history.
.B watch
compares what is served to visitors with what is logged.
.B export
is run by the office; it writes what
.B verify
reads.
"""

TAIL = """.SH EXIT STATUS
.TP
.B 0
All that was checked holds.
.TP
.B 1
Something failed; each failure is named, and docs/verify.md tells what each name means.
.TP
.B 2
The target or an option cannot be used, or the target does not answer.
.SH EXAMPLES
The log's key stands on the notice board; the checkpoint is kept for next month:
.PP
.RS 4
.nf
portal audit verify https://gop\\-y.example.vn \\e
    \\-\\-key 'gop\\-y.example.vn/log+1a2b3c4d+AQ...' \\-\\-save last.checkpoint
.fi
.RE
.PP
A bundle from the auditor's desk, read as it is, against last month's checkpoint and the cosignatures of witnesses:
.PP
.RS 4
.nf
portal audit verify portal\\-audit\\-with\\-openings.zip \\e
    \\-\\-policy policy.txt \\-\\-since last.checkpoint \\-\\-json
.fi
.RE
.SH ENVIRONMENT
.TP
.B TMPDIR
Where
.B verify
keeps hashes that do not fit into its memory: about 64 bytes for each leaf of a large log. They are gone when it ends.
.SH SEE ALSO
https://c2sp.org/tlog\\-tiles, https://c2sp.org/tlog\\-checkpoint, https://c2sp.org/tlog\\-witness,
https://c2sp.org/tlog\\-policy
"""


def roff(text: str) -> str:
    """A text as roff takes it: no letter of it is a command."""
    safe = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "").replace("'", "\\(aq")
    return "\n".join(f"\\&{line}" if line.startswith(".") else line for line in safe.splitlines())


def leaves(group: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    """Every command below a group, with its whole name."""
    for word, command in sorted(group.commands.items()):
        whole = f"{name} {word}"
        if isinstance(command, click.Group):
            yield from leaves(command, whole)
        else:
            yield whole, command


def described(name: str, command: click.Command) -> Iterator[str]:
    """A command's section."""
    arguments = [param for param in command.params if isinstance(param, click.Argument)]
    names = [rf"\fI{roff(one.make_metavar(click.Context(command)))}\fR" for one in arguments]
    usage = " ".join([r"[\fIOPTIONS\fR]", *names])
    yield f".SS {roff(name.removeprefix('portal '))}"
    yield rf"\fB{roff(name)}\fR {usage}"
    yield ".PP"
    for paragraph in (command.help or "").split("\n\n"):
        yield roff(" ".join(paragraph.split()))
        yield ".PP"
    for option in (param for param in command.params if isinstance(param, click.Option)):
        value = "" if option.is_flag else rf" \fI{roff(option.make_metavar(click.Context(command)))}\fR"
        yield ".TP"
        yield rf"\fB{', '.join(map(roff, option.opts))}\fR{value}"
        yield roff(option.help or "")


def page() -> str:
    """The whole page."""
    commands = list(leaves(audit, "portal audit"))
    synopsis = "\n.br\n".join(rf"\fB{roff(name)}\fR [\fIOPTIONS\fR] ..." for name, _ in commands)
    sections = [line for name, command in commands for line in described(name, command)]
    head = HEAD.format(version=__version__)
    return f"{head}{synopsis}\n{DESCRIPTION}.SH COMMANDS\n" + "\n".join(sections) + f"\n{TAIL}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
