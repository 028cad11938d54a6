"""Opening the log that an instance signs, with the policy of witnesses that is to be held to it.

The policy is a file (C2SP tlog-policy) that the setting ``witness_policy`` names. It must list this very log, so that
whoever downloads it can verify proofs with it as it is. A wrong one stops the start with a sentence.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from portal.config import ConfigError, Settings
from portal.ledger.log import Log
from portal.tlog.errors import AmbiguousKey, LogNotInPolicy, MalformedPolicy
from portal.tlog.policy import Policy, parse_policy

WITNESSES_MAX = 32
"""The specification asks for room for so many; a receipt's answer has room for a cosignature of each."""
URL = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?")


def open_log(settings: Settings) -> Log:
    """The log that this instance signs; raises :class:`ConfigError` for a policy that cannot be used."""
    log = Log.from_seed(settings.log_origin, settings.secret.log_key)
    if not settings.witness_policy:
        return log
    path = settings.instance / settings.witness_policy
    return Log(log.origin, log.signer, _checked(log, _read(path)))


def _read(path: Path) -> Policy:
    try:
        raw = path.read_bytes()
        raw.decode()
        return parse_policy(raw)
    except OSError as error:
        raise ConfigError(f"PORTAL_WITNESS_POLICY: {path.name} cannot be read ({type(error).__name__}).") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"PORTAL_WITNESS_POLICY: {path.name} is not UTF-8.") from error
    except MalformedPolicy as error:
        raise ConfigError(f"PORTAL_WITNESS_POLICY: {path.name} is no tlog-policy ({error}).") from error


def _is_address(url: str) -> bool:
    try:
        return bool(URL.fullmatch(url) and urlsplit(url).hostname and urlsplit(url).port != 0)
    except ValueError:  # a port beyond 65 535, a broken IPv6 address
        return False


def _checked(log: Log, policy: Policy) -> Policy:
    if len(policy.witnesses) > WITNESSES_MAX:
        raise ConfigError(f"PORTAL_WITNESS_POLICY: more than {WITNESSES_MAX} witnesses.")
    for witness in policy.witnesses:
        if witness.url and not _is_address(witness.url):
            raise ConfigError(
                f"PORTAL_WITNESS_POLICY: the address of witness {witness.name} is not http(s)://host/path."
            )
    wanted = f"PORTAL_WITNESS_POLICY: the file must list this log. Add the line: log {log.vkey}"
    if not policy.logs:
        raise ConfigError(wanted)
    try:
        policy.check(log.empty_note(), log.signer.verifier)
    except LogNotInPolicy as error:
        raise ConfigError(wanted) from error
    except AmbiguousKey as error:
        raise ConfigError("PORTAL_WITNESS_POLICY: two keys share a name and an id.") from error
    return policy
