"""Trust policies (https://c2sp.org/tlog-policy): which logs, which witnesses, and how many of them must have cosigned.

::

    log <vkey> [<url>]
    witness <name> <vkey> [<url>]
    group <name> all|any|<k> <name>...
    quorum <name>|none

Names are opaque octets. They are kept as ``str`` with UTF-8's ``surrogateescape``, which maps octets to text one to
one. :func:`parse_policy` takes every policy of the specification; ``str()`` writes one without comments, in one
order, and parses to an equal policy.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from portal.tlog.checkpoint import Checkpoint, OpenedCheckpoint, open_checkpoint
from portal.tlog.cosignature import AnyCosignerKey, MldsaCosignerKey, cosigned_at, parse_cosigner_key
from portal.tlog.errors import LogNotInPolicy, MalformedKey, MalformedPolicy, UnverifiedNote
from portal.tlog.keys import VerifierKey, parse_vkey
from portal.tlog.note import Note, parse_note

NONE = "none"
LogKey = VerifierKey | MldsaCosignerKey

_DECIMAL = re.compile(r"[1-9][0-9]{0,8}")
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_BLANK = re.compile(r"[ \t]+")
_NO_WORD = re.compile(r"[\x00-\x20\x7f]")


@dataclass(frozen=True)
class PolicyLog:
    """A log that the policy accepts; the key's name is its origin. ``url`` is ``""`` where none is given."""

    key: LogKey
    url: str = ""


@dataclass(frozen=True)
class PolicyWitness:
    """A witness. ``url`` is its submission prefix (``tlog-witness``), or ``""``."""

    name: str
    key: AnyCosignerKey
    url: str = ""


@dataclass(frozen=True)
class PolicyGroup:
    """Counts as one that cosigned when at least ``threshold`` of its members did; they are witnesses or groups."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """Whether a checkpoint that its log signed has the quorum. Names are the policy's; ``times`` belongs to
    ``cosigned`` (POSIX seconds, each witness's own word)."""

    holds: bool
    cosigned: tuple[str, ...]
    missing: tuple[str, ...]
    checkpoint: Checkpoint
    times: tuple[int, ...] = ()


@dataclass(frozen=True)
class Policy:
    """A policy's parts. Raises :class:`MalformedPolicy` for a set of parts that no file can state."""

    quorum: str = NONE
    log_lines: tuple[PolicyLog, ...] = ()
    witnesses: tuple[PolicyWitness, ...] = ()
    groups: tuple[PolicyGroup, ...] = ()

    def __post_init__(self) -> None:
        _check_distinct([log.key.public_key for log in self.log_lines], "two logs have the same key")
        _check_distinct([one.key.public_key for one in self.witnesses], "two witnesses have the same key")
        _check_urls([*(log.url for log in self.log_lines), *(one.url for one in self.witnesses)])
        defined: set[str] = set()
        for witness in self.witnesses:
            _define(witness.name, defined)
        used: set[str] = set()
        for group in self.groups:
            _check_group(group, defined, used)
            _define(group.name, defined)
        if self.quorum != NONE and self.quorum not in defined:
            raise MalformedPolicy("the quorum is a witness or a group that was defined before, or none")

    @property
    def logs(self) -> tuple[LogKey, ...]:
        """The keys of the logs."""
        return tuple(log.key for log in self.log_lines)

    def satisfied_by(self, cosigned: set[str]) -> bool:
        """Whether those witnesses, by name, are a quorum."""
        reached = cosigned & {witness.name for witness in self.witnesses}
        for group in self.groups:
            if sum(member in reached for member in group.members) >= group.threshold:
                reached.add(group.name)
        return self.quorum == NONE or self.quorum in reached

    def check(self, note: str | bytes | Note, log_key: LogKey | None = None) -> Standing:
        """How a checkpoint stands. A log that is known from elsewhere is named by ``log_key``; a policy that lists logs
        must list that one.

        A checkpoint without the quorum is a :class:`Standing` that does not hold. Raises :class:`LogNotInPolicy` and
        the refusals of :func:`portal.tlog.checkpoint.open_checkpoint`, among them a false cosignature by a witness.
        """
        parsed = note if isinstance(note, Note) else parse_note(note)
        opened = self._open(parsed, self._trusted(log_key))
        times = {(one.name, one.key_id): cosigned_at(one.value) for one in opened.note.verified}
        found = {one.name: times.get((one.key.name, one.key.key_id)) for one in self.witnesses}
        cosigned = {name: time for name, time in found.items() if time is not None}
        missing = tuple(name for name in found if name not in cosigned)
        holds = self.satisfied_by(set(cosigned))
        return Standing(holds, tuple(cosigned), missing, opened.checkpoint, tuple(cosigned.values()))

    def _trusted(self, log_key: LogKey | None) -> Sequence[LogKey]:
        if log_key is None and not self.log_lines:
            raise LogNotInPolicy("the policy lists no log, and none was named")
        if log_key is not None and self.log_lines and log_key not in self.logs:
            raise LogNotInPolicy("the policy lists other logs than this one")
        return self.logs if log_key is None else (log_key,)

    def _open(self, note: Note, logs: Sequence[LogKey]) -> OpenedCheckpoint:
        """By the first of the logs whose signature the note bears; "signed by any one of the listed logs"."""
        signers = {(one.name, one.key_id) for one in note.signatures}
        for log in logs:
            if (log.name, log.key_id) in signers:
                return open_checkpoint(note, log, [witness.key for witness in self.witnesses])
        raise UnverifiedNote("no log of the policy signed the checkpoint")

    def __str__(self) -> str:
        lines = [_line("log", str(log.key), log.url) for log in self.log_lines]
        lines += [_line("witness", one.name, str(one.key), one.url) for one in self.witnesses]
        lines += [f"group {one.name} {one.threshold} {' '.join(one.members)}" for one in self.groups]
        return "".join(f"{line}\n" for line in [*lines, f"quorum {self.quorum}"])

    def __bytes__(self) -> bytes:
        return str(self).encode("utf-8", "surrogateescape")


def parse_policy(raw: str | bytes) -> Policy:
    """The policy of a file; raises :class:`MalformedPolicy`, whose message names the line."""
    octets = raw if isinstance(raw, bytes) else raw.encode("utf-8", "surrogateescape")
    if _FORBIDDEN.search(octets):
        raise MalformedPolicy("a policy has no control character but tab and newline")
    lines = octets.decode("utf-8", "surrogateescape").split("\n")
    if lines.pop() != "":
        raise MalformedPolicy("each line of a policy ends in a newline")
    reader = _Reader()
    for number, line in enumerate(lines, start=1):
        words = [word for word in _BLANK.split(line) if word]
        if words and not words[0].startswith("#"):
            try:
                reader.read(words)
            except (MalformedPolicy, MalformedKey) as error:
                raise MalformedPolicy(f"line {number}: {error}") from error
    return reader.policy()


class _Reader:
    """Takes lines in the order of the file, because a group or a quorum refers to what stands before it only."""

    def __init__(self) -> None:
        self._logs: list[PolicyLog] = []
        self._witnesses: list[PolicyWitness] = []
        self._groups: list[PolicyGroup] = []
        self._quorum: str | None = None

    def read(self, words: list[str]) -> None:
        """One line; the policy of the lines so far is checked, so that the refusal names the line."""
        match words:
            case ["log", vkey, *url] if len(url) <= 1:
                self._logs.append(PolicyLog(parse_log_key(vkey), *url))
            case ["witness", name, vkey, *url] if len(url) <= 1:
                self._witnesses.append(PolicyWitness(name, parse_cosigner_key(vkey), *url))
            case ["group", name, threshold, *members]:
                self._groups.append(PolicyGroup(name, _threshold(threshold, len(members)), tuple(members)))
            case ["quorum", name]:
                if self._quorum is not None:
                    raise MalformedPolicy("a policy has one quorum line")
                self._quorum = name
            case _:
                raise MalformedPolicy("not a log, witness, group or quorum line")
        self._so_far()

    def policy(self) -> Policy:
        """The whole."""
        if self._quorum is None:
            raise MalformedPolicy("a policy has one quorum line")
        return self._so_far()

    def _so_far(self) -> Policy:
        return Policy(self._quorum or NONE, tuple(self._logs), tuple(self._witnesses), tuple(self._groups))


def parse_log_key(text: str) -> LogKey:
    """A log's key: Ed25519 (0x01), or ML-DSA-44 (0x06; tlog-checkpoint, "Signatures"). Raises :class:`MalformedKey`."""
    if parse_vkey(text)[1] == MldsaCosignerKey.signature_type:
        return MldsaCosignerKey.parse(text)
    return VerifierKey.parse(text)


def _threshold(word: str, count: int) -> int:
    if word in {"any", "all"}:
        return 1 if word == "any" else count
    if not _DECIMAL.fullmatch(word):
        raise MalformedPolicy("a group's threshold is all, any or a decimal number")
    return int(word)


def _check_group(group: PolicyGroup, defined: set[str], used: set[str]) -> None:
    if not 1 <= group.threshold <= len(group.members):
        raise MalformedPolicy("a group needs at least one of its members, and at most all")
    for member in group.members:
        if member not in defined:
            raise MalformedPolicy("a group's members are defined on lines before it")
        if member in used:
            raise MalformedPolicy("a name is a member once, and of one group")
        used.add(member)


def _define(name: str, defined: set[str]) -> None:
    if not name or name == NONE or _NO_WORD.search(name):
        raise MalformedPolicy("that name cannot be defined")
    if name in defined:
        raise MalformedPolicy("a name is defined once")
    defined.add(name)


def _check_urls(urls: list[str]) -> None:
    if any(map(_NO_WORD.search, urls)):
        raise MalformedPolicy("an address has neither blanks nor control characters")


def _line(*words: str) -> str:
    return " ".join(filter(None, words))


def _check_distinct(keys: list[bytes], refusal: str) -> None:
    if len(set(keys)) != len(keys):
        raise MalformedPolicy(refusal)
