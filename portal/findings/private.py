"""A differentially private list: noisy counts in place of bands, for offices of more than a thousand people.

Use::

    plan = Plan("categories", each=3, most=2, epsilon=1000)      # fixed before the consultation opens
    counts = bounded(codings, plan, codes, lot=secrets.token_bytes(32))
    release = Release(cid, plan, ballots, noisy(counts, plan, ballots))  # portal.findings.private_noise

Unit of privacy: a person
    Two consultations are neighbours when they differ in what the ballots of **one person** say: in one of them these
    ballots say nothing. How many ballots there are is public and the same in both. A person has ``each`` ballots at
    most, which only a consultation with ballots can promise, and a ballot counts in ``most`` rows of the list at most,
    so that a person changes all rows together by ``each * most`` (the sensitivity, in L1). Discrete Laplace noise of
    scale ``b`` then gives ``each * most / b``-differential privacy (Dwork and Roth 2014, section 3.3; Ghosh,
    Roughgarden and Sundararajan 2012 for whole numbers). For other words in place of these words, instead of none, it
    is twice that.

What it promises, and what not
    Whoever sees the list learns nearly the same about a person as if these ballots had said nothing: odds change by a
    factor of ``exp(epsilon)`` at most, whatever else is known, also to colluders. It is a promise for this list alone:
    a list in bands beside it, tables, paraphrases and answers follow rules of their own (``disclosure``) and are no
    part of it. Promises add up: several lists of one consultation cost the sum of their epsilons, as those of
    several consultations do for whoever takes part in them: :class:`portal.consultations.private_lists.Budget` keeps
    what a year of them costs together.

Why every code of the list has a row
    A row that is left out for being small would say so. So there is no threshold, and rows of nobody have noise too.

Pure: an auditor reads a release without OpenDP. Nobody can check noise against a seed, for there is none; that the
scale follows from the plan, and that exact counts lie within :meth:`Plan.margin` of the rows, can be checked.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785

from portal.consultations.private_lists import EPSILON_LEAST, EPSILON_MOST, LISTS, ROWS_MOST
from portal.findings.counts import UNCOUNTED_FLAGS
from portal.findings.publication import CODE, SLUG
from portal.findings.rule import DisclosureError

VERSION = 1
EACH_MOST = 9


@dataclass(frozen=True)
class Plan:
    """How one list is given. ``listed``: of :data:`LISTS`; ``each``: ballots of a person; ``most``: rows in which a
    ballot counts; ``epsilon``: in thousandths. Raises :class:`DisclosureError` for values out of range."""

    listed: str
    each: int
    most: int
    epsilon: int

    def __post_init__(self) -> None:
        numbers = (self.each, self.most, self.epsilon)
        if self.listed not in LISTS or any(type(number) is not int for number in numbers):
            raise DisclosureError("private-plan")
        within = 1 <= self.each <= EACH_MOST and 1 <= self.most <= ROWS_MOST
        if not within or not EPSILON_LEAST <= self.epsilon <= EPSILON_MOST:
            raise DisclosureError("private-plan")
        if self.listed == "units" and self.most != 1:  # a ballot concerns one unit at most
            raise DisclosureError("private-plan")

    @classmethod
    def of_settings(cls, listed: str, settings: Mapping[str, Any]) -> Plan:
        """The plan that a consultation froze at its opening; ``KeyError`` where it promised no such list."""
        promised = settings["private"]
        rows = 1 if listed == "units" else promised["rows"]
        return cls(listed, settings["ballots"]["each"], rows, promised[listed])

    @property
    def sensitivity(self) -> int:
        """By how much one person can change all rows together, in ballots."""
        return self.each * self.most

    @property
    def scale(self) -> int:
        """Of the noise, in ballots: the least whole number with ``sensitivity / scale`` strictly under epsilon.

        Strictly, so that no rounding of binary fractions can lift the quotient over it.
        """
        return self.sensitivity * 1000 // self.epsilon + 1

    def margin(self, chance: float = 0.05) -> int:
        """The least ``t`` such that noise beyond ``t`` in either direction has at most this chance, in one row."""
        decay = math.exp(-1 / self.scale)  # P(|noise| > t) = 2 decay^(t + 1) / (1 + decay)
        return max(math.ceil(math.log(chance * (1 + decay) / 2, decay)) - 1, 0)


def bounded(codings: Iterable[Mapping[str, Any]], plan: Plan, codes: Iterable[str], *, lot: bytes) -> dict[str, int]:
    """Exact counts of the list with every ballot in ``plan.most`` rows at most; secret.

    ``codings``: one decided coding for every submission, in the log's order; ``codes``: all of the list; ``lot``: 32
    random bytes, by which rows are drawn where a ballot names too many. A draw follows from the ballot's own place and
    codes and from nothing that others say: the sensitivity rests on that. It favours no code.
    """
    counts = dict.fromkeys(sorted(codes), 0)
    for place, coding in enumerate(codings):
        for code in _drawn(_named(coding, plan.listed), plan.most, lot + place.to_bytes(8, "big")):
            if code not in counts:
                raise DisclosureError("disclosure-unknown-code")
            counts[code] += 1
    return counts


def _named(coding: Mapping[str, Any], listed: str) -> set[str]:
    if UNCOUNTED_FLAGS.intersection(coding["flags"]):
        return set()
    if listed == "units":
        return set() if coding["unit"] is None else {coding["unit"]}
    return set(coding["categories"])


def _drawn(codes: set[str], most: int, lot: bytes) -> list[str]:
    return sorted(codes, key=lambda code: hashlib.sha256(lot + code.encode()).digest())[:most]


@dataclass(frozen=True)
class Release:
    """One list as it is given. ``rows``: every code of the list with its noisy count, from 0 to ``ballots``."""

    consultation: str
    plan: Plan
    ballots: int
    rows: Mapping[str, int]

    def __post_init__(self) -> None:
        if not SLUG.fullmatch(self.consultation) or not all(map(CODE.fullmatch, self.rows)):
            raise DisclosureError("private-name")
        numbers = [self.ballots, *self.rows.values()]
        if any(type(number) is not int or not 0 <= number <= self.ballots for number in numbers):
            raise DisclosureError("private-count")

    def as_document(self) -> dict[str, Any]:
        """Plain JSON values; :func:`parse_release` reads their canonical bytes back."""
        return {
            "v": VERSION,
            "consultation": self.consultation,
            "list": self.plan.listed,
            "person": {"ballots": self.plan.each, "rows_of_a_ballot": self.plan.most},
            "noise": {"kind": "discrete-laplace", "epsilon_milli": self.plan.epsilon, "scale": self.plan.scale},
            "ballots": self.ballots,
            "rows": [{"code": code, "count": count} for code, count in sorted(self.rows.items())],
        }

    def to_bytes(self) -> bytes:
        """Canonical JSON (RFC 8785); the inverse of :func:`parse_release`."""
        return rfc8785.dumps(self.as_document())


def parse_release(data: bytes) -> Release:
    """Read canonical bytes of version 1, strictly; :class:`DisclosureError` for anything else, such as a scale that
    does not follow from the plan."""
    try:
        found = _release(json.loads(data))
        again = found.to_bytes()
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise DisclosureError("private-malformed") from error
    # Written again from what was understood: an unknown key, another scale or another order shows here.
    if again != data:
        raise DisclosureError("private-not-canonical")
    return found


def _release(document: Mapping[str, Any]) -> Release:
    person, noise = document["person"], document["noise"]
    plan = Plan(document["list"], person["ballots"], person["rows_of_a_ballot"], noise["epsilon_milli"])
    rows = {row["code"]: row["count"] for row in document["rows"]}
    return Release(document["consultation"], plan, document["ballots"], rows)
