"""What does not add up, in people's words: what it means, and what to do about it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from portal.audit.alerts import Alert, Survey, survey
from portal.consultations import service as consultations
from portal.ledger.assets import ServedFile
from portal.web.assets import Assets
from portal.web.locale import pick
from portal.web.runtime import runtime
from portal.web.staff.audit_words import PROBLEMS

MANIFEST = "manifest.json"
RUN_TICK = _l("See whether “portal tick” runs, by its timer on the server, and run it once by hand.")
KEEP_COPY = _l("Keep a copy of the instance's folder and of the database as they are now, and call the auditors.")
VERIFY = _l("Verify everything below, and show the result to the auditors before anything is changed.")

TITLES = {
    "log-contradicted": _l("A witness says that this is not the log it knew"),
    "log-rolled-back": _l("The log is shorter than a witness knows it"),
    "cosignature-damaged": _l("The stored cosignatures do not hold"),
    "quorum-missing": _l("The quorum of witnesses does not hold for the newest checkpoint"),
    "witness-lagging": _l("A witness does not cosign"),
    "log-differs-from-store": _l("The log and the store disagree on how many comments there are"),
    "checkpoint-unsound": _l("The newest checkpoint does not fit the log"),
    "asset-not-logged": _l("A file is served to browsers that the log does not name"),
    **PROBLEMS,
}

TO_DO = {
    "log-contradicted": KEEP_COPY,
    "log-rolled-back": _l(
        "Nothing is appended until this is settled. Was an old copy restored? Put back the newest one, or call the "
        "auditors."
    ),
    "cosignature-damaged": _l(
        "Run “portal tick” so that the witnesses are asked again. If it stays, a stored signature was changed."
    ),
    "quorum-missing": _l(
        "See which witnesses are missing and call those who run them. Until then nobody can be sure that everyone is "
        "shown the same log."
    ),
    "witness-lagging": _l("Call whoever runs it, and compare the address and the key in the policy file."),
    "log-differs-from-store": VERIFY,
    "checkpoint-unsound": KEEP_COPY,
    "asset-not-logged": _l(
        "After an update restart the portal: it logs what it serves before it listens. If nothing was updated, "
        "somebody changed what browsers get: stop the portal and call the auditors."
    ),
    "promise-broken": RUN_TICK,
    "waiting-after-close": RUN_TICK,
    "issuance-list-missing": _l("Ask the issuer for its list: nobody can write before it stands in the log."),
}


@dataclass(frozen=True)
class Said:
    """An alert for people: title, what it concerns (may be empty), and what to do."""

    name: str
    title: str
    where: str
    to_do: str


def look(session: Session) -> Survey:
    """Survey this instance."""
    tools = runtime()
    served = _measured(tools.assets)
    return survey(session, tools.log, now=tools.clock.now(), today=tools.clock.today(), served=served)


def _measured(assets: Assets) -> dict[str, ServedFile]:
    """What lies in the folder now, and not what its list says; the list is a file of its own."""
    files = {name: assets.folder / item.file for name, item in assets.files.items()}
    return {name: _measure(path) for name, path in {**files, MANIFEST: assets.folder / MANIFEST}.items()}


def _measure(path: Path) -> ServedFile:
    data = path.read_bytes() if path.is_file() else b""
    return ServedFile(hashlib.sha256(data).hexdigest(), len(data))


def said(session: Session, alerts: Sequence[Alert]) -> list[Said]:
    """The alerts in words; those that differ only in what they concern are one."""
    titles = {row.id: pick(row, "title") for row in consultations.list_all(session)} if alerts else {}
    by_name: dict[str, list[str]] = {}
    for alert in alerts:
        by_name.setdefault(alert.name, []).append(titles.get(alert.where, alert.where))
    return [_say(name, places) for name, places in by_name.items()]


def _say(name: str, places: Sequence[str]) -> Said:
    return Said(name, str(TITLES[name]), _joined([place for place in places if place]), str(TO_DO.get(name, VERIFY)))


def _joined(places: Sequence[str], most: int = 5) -> str:
    return ", ".join([*places[:most], *(["…"] if len(places) > most else [])])


WITNESS_STATES: Mapping[str, tuple[object, str]] = {
    "current": (_l("Up to date"), "open"),
    "waiting": (_l("To be asked at the next tick"), "plain"),
    "never": (_l("Has never cosigned"), "bad"),
    "silent": (_l("Does not answer"), "bad"),
    "refused": (_l("Refuses"), "bad"),
    "contradicts": (_l("Knows another log"), "bad"),
    "ahead": (_l("Knows a longer log"), "bad"),
}
"""Words and kind of tag for each :attr:`portal.audit.watched.Watcher.state`."""
