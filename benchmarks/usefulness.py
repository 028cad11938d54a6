"""How much a consultation still says after disclosure control: rows that survive, by the number of ballots.

    python benchmarks/usefulness.py [--seeds 200] [--k 5] [--each 1]

Simulated offices, the real counting and the real publisher. A ballot names no category (one in ten), one (six in ten)
or two; categories are drawn by Zipf's law over the default taxonomy in an order of the seed's; six ballots in ten name
a unit, in proportion to its headcount. Sixty people in a hundred send one. With ``--each``, the
thresholds mean people, who have so many ballots each. Nothing here is timed.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from portal.consultations.taxonomy import default_taxonomy  # noqa: E402
from portal.findings.disclosure import publish, tally  # noqa: E402
from portal.findings.rule import Rule, rule_of_settings  # noqa: E402

SIZES = (12, 20, 35, 60, 500, 20_000)
TAXONOMY = default_taxonomy()
CATEGORIES = len(TAXONOMY.counted_themes)


def units_of(people: int) -> dict[str, int]:
    """Headcounts of an office: rooms of some twelve people, six at least and forty at most, the first one larger."""
    rooms = max(3, min(40, people // 12))
    each, rest = divmod(people, rooms + 1)
    return {f"P{n}": each + (each + rest if n == 0 else 0) for n in range(rooms)}


def ballots(count: int, units: dict[str, int], draw: random.Random) -> list[dict[str, Any]]:
    """One decided coding for each ballot."""
    codes = sorted(TAXONOMY.counted_themes)
    draw.shuffle(codes)
    weights = [1 / place for place in range(1, len(codes) + 1)]
    made = []
    for _ in range(count):
        named = set(draw.choices(codes, weights, k=draw.choices([0, 1, 2], [1, 6, 3])[0]))
        unit = draw.choices(list(units), list(units.values()))[0] if draw.random() < 0.6 else None
        made.append({"categories": sorted(named), "unit": unit, "flags": []})
    return made


def survivors(count: int, rule: Rule, seed: int) -> tuple[int, int, int, float]:
    """Rows of categories, themes and units that are published, and the share of naming ballots that they cover."""
    draw = random.Random(seed)
    units = units_of(round(count / 0.6))
    counts = tally(ballots(count, units, draw), TAXONOMY, units)
    shown = publish(counts, rule)
    named = sum(counts.categories.values()) or 1
    covered = sum(counts.categories[row.code] for row in shown.categories) / named
    return len(shown.categories), len(shown.themes), len(shown.units), covered


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--k", type=int, default=5)
    parser.add_argument("--each", type=int, default=1)
    given = parser.parse_args()
    thresholds = {"k": given.k, "k_paraphrase": max(10, given.k)}
    rule = rule_of_settings({**thresholds, "count_people": True, "ballots": {"each": given.each}})
    print(f"of {CATEGORIES} categories and 3 themes, k = {rule.k} ballots, mean of {given.seeds} seeds")
    print(f"{'ballots':>8} {'categories':>11} {'themes':>7} {'units':>12} {'covered':>8}")
    for count in SIZES:
        seeds = given.seeds if count < 1000 else max(3, given.seeds // 40)
        found = [survivors(count, rule, seed) for seed in range(seeds)]
        categories, themes, units, covered = (statistics.mean(column) for column in zip(*found, strict=True))
        rooms = len(units_of(round(count / 0.6)))
        print(f"{count:>8} {categories:>11.1f} {themes:>7.1f} {f'{units:.1f} of {rooms}':>12} {covered:>8.0%}")


if __name__ == "__main__":
    main()
