"""Part II of a report: the remedies in their order, each tied to the published difficulties behind it."""

from __future__ import annotations

from portal.reports.model import Paragraph, Sentence
from portal.reports.phrases import Phrases
from portal.reports.rows import Rows
from portal.reports.taxonomy import Names, RemedyName


def paragraphs(rows: Rows, names: Names, phrases: Phrases) -> list[Paragraph]:
    """One numbered section a remedy of the taxonomy. General words always stand; a published difficulty
    whose remedy this is adds a sentence that rests on it."""
    drafted: list[Paragraph] = []
    for number, remedy in enumerate(names.remedies, start=1):
        drafted.extend(_section(number, remedy, _codes(remedy.code, rows, names, phrases), names, phrases))
    return drafted


def _codes(remedy: str, rows: Rows, names: Names, phrases: Phrases) -> list[str]:
    return [
        row.code
        for row in rows.categories
        if names.concern_remedy.get(row.code) == remedy and not names.is_praise(row.code, phrases)
    ]


def _section(
    number: int, remedy: RemedyName, codes: list[str], names: Names, phrases: Phrases
) -> list[Paragraph]:
    words = phrases.remedies.get(remedy.code)
    general = words.paragraphs if words else (phrases.frame.other_remedy.format(label=remedy.label),)
    first = [Sentence.plain(general[0])]
    if words and codes:
        focus = join([_focus(code, names, phrases) for code in codes])
        first.append(Sentence.plain(words.linked.format(focus=focus), *codes))
    rest = [Paragraph((Sentence.plain(text),)) for text in general[1:]]
    return [Paragraph(tuple(first), number=number), *rest]


def _focus(code: str, names: Names, phrases: Phrases) -> str:
    problem = phrases.problem.get(code)
    return problem.focus if problem else phrases.frame.other_focus.format(label=names.label(code) or code)


def join(items: list[str]) -> str:
    """``["a", "b", "c"]`` -> ``"a, b và c"``; only semicolons when an item has a comma of its own."""
    if any("," in item for item in items):
        return "; ".join(items)
    return " và ".join(part for part in (", ".join(items[:-1]), *items[-1:]) if part)
