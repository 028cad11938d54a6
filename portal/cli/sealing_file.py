"""Reading ``sealing.json`` as a distrustful sealer does: a key counts only when the log shows it to everybody.

Neither Flask nor SQLAlchemy is imported here: whoever seals offline installs the core alone.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

import rfc8785

from portal.crypto.encoding import b64url_decode
from portal.crypto.keys import kid_of
from portal.ledger import events
from portal.tlog.checkpoint import Checkpoint, open_checkpoint
from portal.tlog.errors import TlogError
from portal.tlog.keys import VerifierKey
from portal.tlog.merkle import leaf_hash, verify_inclusion


class BadSealingFile(ValueError):
    """The file is malformed, or shows something that the log does not; the message is for people."""


@dataclass(frozen=True)
class Recipient:
    """A moderator's key that the log shows. ``public_key``: 1 216 bytes (X-Wing); ``revoked``: since the opening."""

    kid: str
    name: str
    public_key: bytes
    revoked: bool = False


@dataclass(frozen=True)
class SealingFile:
    """What was verified. ``opens``, ``closes``: first and last day; ``max_chars``: code points of a comment.

    ``issuers``: who issued the ballots, names by short name, in order; empty where no ballot is needed.
    """

    consultation: str
    title: str
    opens: date
    closes: date
    max_chars: int
    units: dict[str, str]
    recipients: tuple[Recipient, ...]
    log_key: VerifierKey
    issuers: dict[str, str]


def read_sealing(data: bytes, *, vkey: str | None = None) -> SealingFile:
    """Check everything in the file against the log's signed checkpoint; raises :class:`BadSealingFile`.

    ``vkey`` is the verifier key that the sealer trusts; without it the file's own is used, and the sealer has to
    compare it with one from elsewhere.
    """
    try:
        document = json.loads(data)
        return _checked(document, _log_key(str(document["log_vkey"]), vkey))
    except (TlogError, events.BadLeaf) as error:
        raise BadSealingFile(f"the log does not bear this file out: {error}") from error
    except BadSealingFile:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadSealingFile("this is not a sealing.json of the portal") from error


def _log_key(stated: str, trusted: str | None) -> VerifierKey:
    if trusted is not None and trusted.strip() != stated:
        _refuse("the file names another log key than the one you trust")
    return VerifierKey.parse(stated)


def _checked(document: dict[str, Any], log_key: VerifierKey) -> SealingFile:
    checkpoint = open_checkpoint(document["checkpoint"], log_key).checkpoint
    settings = document["settings"]
    opening = _logged(document["consultation_leaf"], checkpoint)
    recipients = tuple(_recipient(item, checkpoint) for item in document["keys"])
    digest = hashlib.sha256(rfc8785.dumps(settings)).hexdigest()
    if (opening["type"], opening.get("action")) != ("consultation", "open"):
        _refuse("the consultation's leaf is of another kind")
    if not opening["consultation"] == settings["consultation"] == document["consultation"]:
        _refuse("the leaf opens another consultation")
    if opening["settings_sha256"] != digest:
        _refuse("the consultation's settings are not those that were logged when it opened")
    if opening["keys"] != [recipient.kid for recipient in recipients]:
        _refuse("the moderators' keys are not those that were logged when the consultation opened")
    if all(recipient.revoked for recipient in recipients):
        _refuse("every moderator's key was revoked: nobody could read the comment")
    return SealingFile(
        consultation=settings["consultation"],
        title=settings["title"],
        opens=date.fromisoformat(settings["opens"]),
        closes=date.fromisoformat(settings["closes"]),
        max_chars=int(settings["max_chars"]),
        units={unit["code"]: unit["level"] for unit in settings["units"]},
        recipients=recipients,
        log_key=log_key,
        issuers=_issuers(settings, opening),
    )


def _issuers(settings: dict[str, Any], opening: dict[str, Any]) -> dict[str, str]:
    """From the settings, whose digest the leaf holds; the leaf names the issuers once more."""
    listed = settings["ballots"]["issuers"] if settings["ballot_mode"] == "ballots" else []
    issuers = {str(item["issuer"]): str(item["name"]) for item in listed}
    if list(issuers) != opening.get("issuers", []):
        _refuse("the ballots' issuers are not those that were logged when the consultation opened")
    return issuers


def _recipient(item: dict[str, Any], checkpoint: Checkpoint) -> Recipient:
    leaf = _logged(item, checkpoint)
    public_key = b64url_decode(item["public_key"])
    kid = kid_of(public_key)
    _same_key(leaf, "add", public_key)
    if item["kid"] != kid:
        _refuse("a moderator's key has a wrong fingerprint")
    since = item.get("revoked")
    if since is not None:
        _same_key(_logged(since, checkpoint), "revoke", public_key)
    return Recipient(kid, str(item["name"]), public_key, revoked=since is not None)


def _same_key(leaf: dict[str, Any], action: str, public_key: bytes) -> None:
    digest = hashlib.sha256(public_key).hexdigest()
    expected = {"type": "key", "action": action, "kid": kid_of(public_key), "public_key_sha256": digest}
    if any(leaf.get(name) != value for name, value in expected.items()):
        _refuse("a moderator's key is not the one that was logged")


def _logged(item: dict[str, Any], checkpoint: Checkpoint) -> dict[str, Any]:
    """The leaf's document, after its inclusion was verified."""
    data = str(item["leaf"]).encode()
    proof = [b64decode(line, validate=True) for line in item["proof"]]
    verify_inclusion(int(item["index"]), checkpoint.size, leaf_hash(data), proof, checkpoint.root)
    return events.decode(data)


def _refuse(message: str) -> NoReturn:
    raise BadSealingFile(message)
