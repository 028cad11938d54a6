"""Asking witnesses for their cosignatures: the network's side of :mod:`portal.ledger.cosignatures`.

Nothing is read or written while a witness is asked, all are asked at once, and one that does not answer keeps nobody
from anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import click

from portal.cli.context import database, work
from portal.config import Settings
from portal.extensions import db
from portal.ledger.cosignatures import Heard, Pending, forget_others, pending, take
from portal.ledger.log import Log, rolled_back
from portal.tlog.witness import Answer, request_cosignature

TIMEOUT = 10.0
"""Seconds to reach a witness, and again for its whole answer."""
ALARM = "portal: ALARM: "
ROLLED_BACK = (
    "A witness knows more of this log than the log itself: the portal runs on an old copy of its data. Nothing is "
    'logged and no comment is taken until that is put right; see docs/deploy.md, "When a witness raises the alarm".'
)
Round = dict[str, Heard]


def ask_witnesses(settings: Settings, log: Log, *, everyone: bool = False, timeout: float = TIMEOUT) -> Round:
    """Ask those that have not cosigned the newest checkpoint; returns what each said at last, by its name.

    ``everyone``: the others too, which tells whether the log was rolled back. A witness that knows another size than
    was thought is asked again with the proof from there.
    """
    if everyone:
        with work(settings) as session:
            forget_others(session, log.policy)
    heard: Round = {}
    asked = _ask(settings, log, _pending(settings, log, everyone), timeout)
    heard |= asked
    behind = {name for name, said in asked.items() if said.status == HTTPStatus.CONFLICT and not said.ahead}
    again = [item for item in _pending(settings, log, True) if item.witness.name in behind] if behind else []
    return heard | _ask(settings, log, again, timeout)


def _pending(settings: Settings, log: Log, everyone: bool) -> list[Pending]:
    with database(settings):
        found = pending(db.session(), log, everyone=everyone)
        db.session.rollback()
        return found


def _ask(settings: Settings, log: Log, asked: Sequence[Pending], timeout: float) -> Round:
    if not asked:
        return {}

    def send(item: Pending) -> Answer:
        return request_cosignature(item.witness.url, item.request, timeout)

    with ThreadPoolExecutor(len(asked)) as threads:
        answers = list(threads.map(send, asked))
    with work(settings) as session:
        return {
            item.witness.name: take(session, log, item, answer) for item, answer in zip(asked, answers, strict=True)
        }


def refuse_rolled_back(settings: Settings, log: Log, *, timeout: float = TIMEOUT) -> None:
    """Ask every witness before anything is appended; ends the command when one of them knows more than the log."""
    for line in news(ask_witnesses(settings, log, everyone=True, timeout=timeout)):
        click.echo(line, err=True)
    with database(settings):
        if rolled_back(db.session()):
            raise click.ClickException(ROLLED_BACK)


def news(heard: Round, before: Round | None = None) -> Iterator[str]:
    """What the operator is told of a round: alarms each time, the rest when it has changed since ``before``."""
    for name, said in heard.items():
        changed = before is None or name not in before or before[name].status != said.status
        if said.ahead:
            yield f"{ALARM}witness {name} knows {said.size} leaves, more than the log has. {ROLLED_BACK}"
        elif said.contradicts:
            yield f"{ALARM}witness {name} says that the log does not continue what it cosigned. See docs/deploy.md."
        elif changed and said.status != HTTPStatus.OK:
            kind = f"answers {said.status}" if said.status else "cannot be reached"
            yield f"portal: witness {name} {kind}; it is asked again"
        elif changed and before and name in before:
            yield f"portal: witness {name} has cosigned again"
