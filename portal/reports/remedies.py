"""Part II of a report: the remedies in their order, each tied to the published difficulties behind it."""

from __future__ import annotations

from collections.abc import Sequence

from portal.consultations.taxonomy import Remedy, Taxonomy
from portal.reports.errors import BadPublication
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
        first.append(Sentence.plain(linked.format(focus=focus_of(codes, taxonomy, phrases)), *codes))
    rest = [Paragraph(as_sentences(text)) for text in general[1:]]
    return [Paragraph(tuple(first), number=number), *rest]


def focus_of(codes: Sequence[str], taxonomy: Taxonomy, phrases: Phrases) -> str:
    """The names of those difficulties (or themes) inside a sentence.

    :raises BadPublication: for a code that neither phrases nor taxonomy know.
    """
    labels = {item.code: item.vi for item in taxonomy.categories} | {item.code: item.vi for item in taxonomy.themes}
    if unknown := set(codes) - labels.keys() - phrases.problem.keys():
        raise BadPublication(where=min(unknown))
    known = {code: words.focus for code, words in phrases.problem.items()}
    return join([known.get(code) or phrases.frame.other_focus.format(label=labels[code]) for code in codes])


def join(items: list[str]) -> str:
    """``["a", "b", "c"]`` -> ``"a, b và c"``; only semicolons when an item has a comma of its own."""
    if any("," in item for item in items):
        return "; ".join(items)
    return " và ".join(part for part in (", ".join(items[:-1]), *items[-1:]) if part)
