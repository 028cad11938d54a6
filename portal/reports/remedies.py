"""Part II of a report: the remedies in their order, each tied to the published difficulties behind it."""

from __future__ import annotations

from portal.consultations.taxonomy import Remedy, Taxonomy
from portal.reports.model import Paragraph, Sentence
from portal.reports.phrases import Phrases
from portal.reports.rows import Published, natural
from portal.reports.sentences import as_sentences


def paragraphs(rows: Published, taxonomy: Taxonomy, phrases: Phrases) -> list[Paragraph]:
    """One numbered section for each remedy of the taxonomy, in the order of its parts (II.1, II.2…).

    General words always stand; published difficulties whose remedy it is add one sentence that rests on them.
    """
    drafted: list[Paragraph] = []
    ordered = sorted(taxonomy.remedies, key=lambda remedy: natural(remedy.part))
    for number, remedy in enumerate(ordered, start=1):
        codes = [row.code for row in rows.categories if taxonomy.concern_remedy.get(row.code) == remedy.code]
        drafted.extend(_section(number, remedy, sorted(codes, key=natural), taxonomy, phrases))
    return drafted


def _section(number: int, remedy: Remedy, codes: list[str], taxonomy: Taxonomy, phrases: Phrases) -> list[Paragraph]:
    words = phrases.remedies.get(remedy.code)
    general = words.paragraphs if words else (phrases.frame.other_remedy.format(label=remedy.vi),)
    first = [*as_sentences(general[0])]
    if codes:
        linked = words.linked if words else phrases.frame.other_linked
        focus = join([_focus(code, taxonomy, phrases) for code in codes])
        first.append(Sentence.plain(linked.format(focus=focus), *codes))
    rest = [Paragraph(as_sentences(text)) for text in general[1:]]
    return [Paragraph(tuple(first), number=number), *rest]


def _focus(code: str, taxonomy: Taxonomy, phrases: Phrases) -> str:
    problem = phrases.problem.get(code)
    return problem.focus if problem else phrases.frame.other_focus.format(label=taxonomy.category_by_code[code].vi)


def join(items: list[str]) -> str:
    """``["a", "b", "c"]`` -> ``"a, b và c"``; only semicolons when an item has a comma of its own."""
    if any("," in item for item in items):
        return "; ".join(items)
    return " và ".join(part for part in (", ".join(items[:-1]), *items[-1:]) if part)
