"""The gate: whether a table may be published, given every release so far.

The question
    A two-way table, a yearly table or a trend says more than one-way lists; beside them it can prove a small cell. So
    an attacker (:mod:`portal.findings.attack`) tries, over all releases so far and the candidate; when a small set can
    be proven, the whole table is withheld.

Why the decision gives nothing away
    A refusal that depends on the exact counts would say "the counts are such that the attack succeeds", which can be
    a proof by itself. So a table is answered in two steps:

    1. *Its floor.* From public facts only: cells that the table could have, as low as what is public allows; none at
       all where that is possible. If the floor itself would let something be proven, the table is not answerable: it
       gets no cell **whatever was counted**.
    2. Else the attacker is let loose on the true cells. If nothing can be proven they are given. If something can, or
       if they are the floor, no cell is given: **the two answers are the same**.

    Whoever sees a table with cells knows what the attacker of step 2 knew, for the answer follows from what is public
    and the cells. Whoever sees one without cells cannot exclude the ballots that have the floor's cells; and these
    alone let nobody prove anything: for every S some of them have S empty or of k ballots.

    By induction over releases: let the *model* be the tables of ballots that agree with the one-way lists, with the
    cells of the tables given, and with the floor of every answerable table that got none. The model is never larger
    than what an attacker must hold possible, is never empty, and proves nothing; so nothing can be proven of what an
    attacker must hold possible either. That a withheld table is taken for its floor makes the attacker of later tables
    stronger than a real one, so that it errs towards refusing.

What it does not cover: guessing (a table without cells may well be improbable), sets that the attacker is not told to
ask about, and how long a decision takes, for which ``portal tick`` takes it and not the page that asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from portal.findings.attack import attack
from portal.findings.attack_sets import Aim, add
from portal.findings.attack_solver import Solver
from portal.findings.attack_space import Batch, Fact, Form, Range, Space, value_of
from portal.findings.rule import Band, Rule
from portal.findings.tables import TWO_WAY
from portal.findings.tables_figures import LEVELS, SEVERITIES, Cell, Figure, Part, Place, Surveyed, figures, shown

VARIABLES_MOST = 8000
"""Figures up to which an attack is tried; a table that would need more is not answerable."""


@dataclass(frozen=True)
class Release:
    """A decided table: ``members`` are consultations, ``floor`` None where it is not answerable, ``cells`` those
    that were given, perhaps none."""

    kind: str
    members: tuple[str, ...]
    floor: Mapping[Place, Band] | None
    cells: Mapping[Place, Band]

    @property
    def assumed(self) -> Mapping[Place, Band] | None:
        """What the attacker of later tables is told of the cells; None: nothing."""
        return self.cells or self.floor


def decide(
    kind: str,
    members: Sequence[str],
    counts: Mapping[Place, int],
    known: Mapping[str, Surveyed],
    earlier: Sequence[Release],
) -> Release:
    """The answer to a table of these members. ``known``: every published consultation; ``earlier``: every decided
    table, in the order of their decisions."""
    question = Question(kind, tuple(members), known, earlier)
    floor, wanted = question.floor(), shown(kind, [known[name] for name in members], counts)
    given = floor is not None and question.harmless(wanted) and wanted != floor
    return Release(kind, tuple(members), floor, wanted if given else {})


class Question:
    """A table that is asked for, and what is public of the consultations that it touches."""

    def __init__(
        self, kind: str, members: tuple[str, ...], known: Mapping[str, Surveyed], earlier: Sequence[Release]
    ) -> None:
        self.kind, self.members = kind, members
        touched = [release for release in earlier if release.floor is not None]
        self._names = _linked(members, touched)
        self._earlier = [release for release in touched if self._names.intersection(release.members)]
        self._known = {name: known[name] for name in sorted(self._names)}
        self._kinds = {name: self._kinds_of(name) for name in self._known}
        self._parts = {name: parts_of(one, self._kinds[name]) for name, one in self._known.items()}

    def floor(self) -> dict[Place, Band] | None:
        """Step 1; None when the table is not answerable."""
        if not self._comparable():
            return None
        if self.harmless({}):
            return {}
        lowest = self._lowest()
        return lowest if lowest is not None and self.harmless(lowest) else None

    def harmless(self, cells: Mapping[Place, Band]) -> bool:
        """Whether the attacker proves nothing when these cells were given, and all others were not."""
        facts = [*self.public(), *self._facts(self.kind, self.members, cells)]
        return attack(self.batches(), facts, self._rule.k).safe

    def _lowest(self) -> dict[Place, Band] | None:
        """The cells of ballots that agree with what is public and count as little in the table as can be."""
        space = Space(self.batches(), self.public())
        found = figures(self.kind, [self._known[name] for name in self.members], self._parts)
        forms = {place: space.form(figure.cells) for place, figure in found.items()}
        total: Form = {}
        for form in forms.values():
            add(total, form)
        point = Solver(space).least(Aim(total), 1)
        if point is None:
            return None
        judged = {place: found[place].judged(value_of(form, point), self._rule)[1] for place, form in forms.items()}
        return {place: band for place, band in judged.items() if band is not None}

    def public(self) -> list[Fact]:
        """What was published so far of the consultations that it touches."""
        facts = [fact for one in self._known.values() for fact in one_way(one)]
        for release in self._earlier:
            facts += self._facts(release.kind, release.members, release.assumed or {})
        return facts

    @property
    def _rule(self) -> Rule:
        return self._known[self.members[0]].rule

    def _comparable(self) -> bool:
        """One rule and one taxonomy; enough ballots for categories; not too large to be attacked."""
        one, *others = self._known.values()
        if any((other.rule, other.theme_of) != (one.rule, one.theme_of) for other in others):
            return False
        if sum(len(self._parts[batch.name]) * batch.width for batch in self.batches()) > VARIABLES_MOST:
            return False
        ballots = sum(self._known[name].ballots for name in self.members)
        return self.kind == "trend" or not self._rule.themes_only(ballots)

    def _kinds_of(self, name: str) -> set[str]:
        asked = {self.kind} if name in self.members else set()
        return asked | {release.kind for release in self._earlier if name in release.members}

    def _themed(self, name: str) -> bool:
        """Whether themes beside categories matter: both are published of it, or of a table that it is in."""
        by_themes = self._known[name].rows.themes_only or "trend" in self._kinds[name]
        return by_themes and not self._themes_alone(name)

    def _themes_alone(self, name: str) -> bool:
        return self._known[name].rows.themes_only and not self._kinds[name] & {"year", *TWO_WAY}

    def batches(self) -> list[Batch]:
        """These consultations as the attacker looks at them."""
        found = []
        for name, one in self._known.items():
            flags = tuple(one.themes if self._themes_alone(name) else sorted(one.theme_of))
            themes = one.themes if self._themed(name) else {}
            found.append(Batch(name, one.ballots, self._parts[name], flags, themes))
        return found

    def _facts(self, kind: str, names: Iterable[str], cells: Mapping[Place, Band]) -> Iterator[Fact]:
        """What a table says that has exactly these cells."""
        members = [self._known[name] for name in names]
        most = sum(one.ballots for one in members)
        for place, figure in figures(kind, members, self._parts).items():
            yield Fact(figure.cells, ranges(figure, cells.get(place), self._rule, most))


def _linked(members: Iterable[str], tables: Sequence[Release]) -> set[str]:
    """The consultations that tables tie to these, directly or through others."""
    found: set[str] = set(members)
    while more := {name for one in tables if found.intersection(one.members) for name in one.members} - found:
        found |= more
    return found


def parts_of(one: Surveyed, kinds: Iterable[str]) -> tuple[Part, ...]:
    """The parts that a consultation's ballots must be sorted into, so that tables of these kinds can be read off."""
    levels = ("", *LEVELS) if "levels" in kinds else ("",)
    severities = (0, *SEVERITIES) if "severity" in kinds else (0,)
    places = [*(Part(unit) for unit in sorted(one.headcounts)), *(Part("", level) for level in levels)]
    return tuple(part._replace(severity=severity) for part in places for severity in severities)


def one_way(one: Surveyed) -> Iterator[Fact]:
    """What a consultation's own publication says."""
    by_flag = {row.code: row.band for table in (one.rows.categories, one.rows.themes) for row in table}
    for flag in sorted(one.themes if one.rows.themes_only else one.theme_of):
        yield Fact((Cell(one.name, flag),), ranges(Figure(()), by_flag.get(flag), one.rule, one.ballots))
    if one.rows.themes_only:
        return
    by_unit = {row.code: row.band for row in one.rows.units}  # whose codes may be those of categories
    for unit, people in sorted(one.headcounts.items()):
        within = frozenset(part for part in parts_of(one, TWO_WAY) if part.unit == unit)
        shown_as = ranges(Figure((), people), by_unit.get(unit), one.rule, one.ballots)
        yield Fact((Cell(one.name, None, within),), shown_as)


def ranges(figure: Figure, band: Band | None, rule: Rule, most: int) -> tuple[Range, ...]:
    """The counts up to ``most`` that look like ``band`` when they are judged."""
    limit = None if figure.people is None else rule.unit_limit(figure.people)
    starts = {0, *(one.low for one in rule.bands), *(() if limit is None else (limit + 1,))}
    found: list[Range] = []
    steps = sorted(start for start in starts if start <= most)
    for start, after in zip(steps, [*steps[1:], most + 1], strict=True):
        if figure.judged(start, rule)[1] == band:
            joined = found.pop()[0] if found and found[-1][1] == start - 1 else start
            found.append((joined, after - 1))
    return tuple(found)
