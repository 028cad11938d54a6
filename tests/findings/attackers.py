"""Simulated offices, their publications, and what attackers know of them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.consultations.taxonomy import default_taxonomy
from portal.findings.attack_space import Batch, Fact, Range
from portal.findings.counts import tally
from portal.findings.disclosure import Rule, publish
from portal.findings.gate import Question, Release, decide
from portal.findings.tables_figures import Cell, Cross, Part, Surveyed, count, cross

TAXONOMY = default_taxonomy()
PEOPLE = {"P1": 17, "P2": 13, "P3": 12, "P4": 14, "P5": 9, "L": 4, "CB": 25}
LEVELS = {**dict.fromkeys(("P1", "P2", "P3", "P4", "P5"), "unit"), "L": "office", "CB": "party"}
Coding = dict[str, Any]


def draw(ballots: int, seed: int) -> list[Coding]:
    """Decided codings as offices write them: few categories are named often, most seldom (Zipf), and so are units."""
    chance = random.Random(seed)
    categories, units = [item.code for item in TAXONOMY.categories], list(PEOPLE)
    weights = [1 / (place + 1) for place in range(len(categories))]
    chance.shuffle(categories)
    return [
        {
            "categories": sorted(set(chance.choices(categories, weights, k=chance.choice((0, 1, 1, 1, 2, 2, 3))))),
            "unit": chance.choices(units, weights[: len(units)])[0] if chance.random() < 0.6 else None,
            "level": chance.choice((None, "office", "unit")),
            "severity": chance.choice((None, 1, 2, 3)),
            "flags": [],
        }
        for _ in range(ballots)
    ]


@dataclass(frozen=True)
class Round:
    """A consultation as the publisher knows it."""

    name: str
    codings: list[Coding]
    rule: Rule = Rule()

    @property
    def cross(self) -> Cross:
        """Its exact counts by part."""
        return cross(self.codings, TAXONOMY, PEOPLE)

    @property
    def known(self) -> Surveyed:
        """What everybody knows of it: the real publisher's lists."""
        counts = tally(self.codings, TAXONOMY, PEOPLE)
        rows = publish(counts, self.rule)
        return Surveyed(self.name, counts.ballots, TAXONOMY.counted_themes, LEVELS, PEOPLE, self.rule, rows)


def office(ballots: int, seed: int, quarters: int = 1) -> list[Round]:
    """Consultations of ``ballots`` each, whose categories stay as popular as they are."""
    drawn = draw(ballots * quarters, seed)
    return [Round(f"q{nth}", drawn[nth * ballots : (nth + 1) * ballots]) for nth in range(quarters)]


def ask(kind: str, rounds: Sequence[Round], among: Sequence[Round] = (), earlier: Sequence[Release] = ()) -> Release:
    """The real gate's answer."""
    known = {one.name: one.known for one in among or rounds}
    counts = count(kind, [known[one.name] for one in rounds], {one.name: one.cross for one in rounds})
    return decide(kind, [one.name for one in rounds], counts, known, earlier)


def seen(rounds: Sequence[Round], releases: Sequence[Release] = ()) -> tuple[list[Batch], list[Fact]]:
    """What an attacker sees: everything that was published of these consultations."""
    known = {one.name: one.known for one in rounds}
    kind = releases[-1].kind if releases else "year"
    question = Question(kind, tuple(known), known, releases)
    return question.batches(), question.public()


def pooled(
    batches: Iterable[Batch], facts: Iterable[Fact], own: Mapping[str, Sequence[Coding]]
) -> tuple[list[Batch], list[Fact]]:
    """The same for people who know what they wrote: what is left for the ballots of all others."""
    known = {name: list(codings) for name, codings in own.items()}
    rest = [
        Batch(one.name, one.ballots - len(known.get(one.name, ())), one.parts, one.categories, one.themes)
        for one in batches
    ]
    learned = []
    for fact in facts:
        mine = sum(_names(coding, cell) for cell in fact.cells for coding in known.get(cell.batch, ()))
        ranges: tuple[Range, ...] = tuple(
            (max(low - mine, 0), high - mine) for low, high in fact.ranges if high - mine >= 0
        )
        learned.append(Fact(fact.cells, ranges))
    return rest, learned


def _names(coding: Coding, cell: Cell) -> bool:
    themes = {TAXONOMY.counted_themes[code] for code in coding["categories"]}
    part = Part(coding["unit"] or "", "" if coding["unit"] else coding["level"] or "", coding["severity"] or 0)
    places = {part, part._replace(severity=0), part._replace(severity=0, level=""), part._replace(level="")}
    inside = cell.parts is None or bool(places & cell.parts)
    return inside and (cell.flag is None or cell.flag in coding["categories"] or cell.flag in themes)
