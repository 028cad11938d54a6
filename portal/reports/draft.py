"""The draft of a report, from a publication's rows and an office's profile.

What must hold: of the submissions nothing reaches the draft but the published rows. Wording depends on a
row's code and band only; a code that was not published leaves no trace; no figure is said, unless the
caller asks for the bands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.reports import dates, remedies, situation
from portal.reports.errors import BadPublication
from portal.reports.model import (
    Block,
    Document,
    Head,
    Heading,
    Paragraph,
    Recipients,
    Sentence,
    Signature,
    Title,
)
from portal.reports.office import OfficeProfile
from portal.reports.phrases import Phrases
from portal.reports.rows import Row, Rows, natural, read_rows
from portal.reports.taxonomy import Names, read_names

Publication = Mapping[str, Any]
Taxonomy = Mapping[str, Any]


def draft_problem_section(
    publication: Publication,
    phrases: Phrases,
    *,
    taxonomy: Taxonomy | None = None,
    with_bands: bool = False,
) -> list[Sentence]:
    """The sentences of "Khó khăn, vướng mắc", in their order.

    Difficulties (D) stand before conduct (C); within a theme the stronger band first, then the code. Praise
    is not told here. ``taxonomy`` supplies labels for categories that the phrases do not know;
    ``with_bands`` adds the published band to each sentence ("từ 10 đến 14 lượt góp ý").

    :raises BadPublication: for a malformed publication, or a category that neither phrases nor taxonomy know.
    """
    paragraphs = problem_paragraphs(publication, phrases, taxonomy=taxonomy, with_bands=with_bands)
    return [sentence for paragraph in paragraphs for sentence in paragraph.sentences]


def problem_paragraphs(
    publication: Publication,
    phrases: Phrases,
    *,
    taxonomy: Taxonomy | None = None,
    with_bands: bool = False,
) -> tuple[Paragraph, ...]:
    """The same sentences, one paragraph a theme; see :func:`draft_problem_section`."""
    rows, names = read_rows(publication), read_names(taxonomy)
    problems = [row for row in rows.categories if not names.is_praise(row.code, phrases)]
    by_theme: dict[str, list[Sentence]] = {}
    for row in sorted(problems, key=lambda row: _rank(row, names, phrases)):
        sentence = _say(row, names, phrases, with_bands=with_bands)
        by_theme.setdefault(names.theme_of(row.code), []).append(sentence)
    for theme in by_theme.keys() & phrases.intro.keys():
        refs = [ref for sentence in by_theme[theme] for ref in sentence.finding_refs]
        by_theme[theme].insert(0, Sentence.plain(phrases.intro[theme], *refs))
    for row in rows.themes:
        _tell_theme(row, by_theme, names, phrases)
    ordered = sorted(by_theme, key=lambda theme: _theme_rank(theme, phrases))
    paragraphs = [by_theme[theme] for theme in ordered]
    if rows.units and paragraphs:
        # Never a unit's name: an office is small, and the sentence must not point at anyone.
        refs = [f"unit:{row.code}" for row in rows.units]
        paragraphs[-1].append(Sentence.plain(phrases.frame.units, *refs))
    if not paragraphs:
        return (Paragraph((Sentence.plain(phrases.frame.nothing),)),)
    return tuple(Paragraph(tuple(sentences)) for sentences in paragraphs)


def _tell_theme(row: Row, by_theme: dict[str, list[Sentence]], names: Names, phrases: Phrases) -> None:
    """A theme is told only where none of its categories is: it would say the same again, less exactly."""
    if row.code in by_theme or row.code not in phrases.theme or row.code in names.remedy_themes:
        return
    by_theme[row.code] = [Sentence.plain(phrases.theme[row.code], row.code)]


def _theme_rank(theme: str, phrases: Phrases) -> tuple[int, object]:
    order = phrases.order
    return (order.index(theme) if theme in order else len(order), natural(theme))


def _rank(row: Row, names: Names, phrases: Phrases) -> tuple[object, ...]:
    return (_theme_rank(names.theme_of(row.code), phrases), -row.low, natural(row.code))


def _say(row: Row, names: Names, phrases: Phrases, *, with_bands: bool) -> Sentence:
    if row.code in phrases.problem:
        text = phrases.problem[row.code].say(phrases.strength.of(row))
    elif label := names.label(row.code):
        text = phrases.frame.other.format(label=label)
    else:
        raise BadPublication(where="category")
    if with_bands:
        pattern = phrases.frame.band_open if row.high is None else phrases.frame.band
        text = f"{text.removesuffix('.')} ({pattern.format(low=row.low, high=row.high)})."
    return Sentence.plain(text, row.code)


def draft_praise(rows: Rows, names: Names, phrases: Phrases) -> list[Sentence]:
    """What was published as praise: told among the results, never among the difficulties."""
    said = []
    for row in rows.categories:
        if not names.is_praise(row.code, phrases):
            continue
        words = phrases.praise.get(row.code)
        text = words.say(phrases.strength.of(row)) if words else None
        text = text or phrases.frame.other_praise.format(label=names.label(row.code))
        said.append(Sentence.plain(text, row.code))
    return said


def draft_report(
    profile: OfficeProfile,
    publication: Publication,
    taxonomy: Taxonomy,
    phrases: Phrases,
    *,
    with_bands: bool = False,
) -> Document:
    """The whole report: basis, part I with the difficulties, part II with remedies, closing, recipients,
    signature.

    :raises BadPublication: as :func:`draft_problem_section`.
    """
    rows, names = read_rows(publication), read_names(taxonomy)
    words = {
        "request": profile.request.document,
        "day": dates.short(profile.request.day),
        "sender": profile.request.sender,
        "subject": profile.subject,
        "office": profile.name,
    }
    blocks: list[Block] = [
        Paragraph((Sentence.plain(phrases.frame.basis.format(**words)),)),
        Heading("part", 1, phrases.frame.situation),
        *situation.paragraphs(profile, phrases, draft_praise(rows, names, phrases)),
        Heading("mark", None, phrases.frame.difficulties),
        *problem_paragraphs(publication, phrases, taxonomy=taxonomy, with_bands=with_bands),
        Heading("part", 2, phrases.frame.remedies),
        *remedies.paragraphs(rows, names, phrases),
        Paragraph((Sentence.plain(phrases.frame.closing.format(**words)),)),
    ]
    return _assemble(profile, phrases, tuple(blocks))


def _assemble(profile: OfficeProfile, phrases: Phrases, blocks: tuple[Block, ...]) -> Document:
    letterhead, signer = profile.letterhead, profile.signer
    return Document(
        style=profile.style,
        head=Head(
            letterhead.parent,
            letterhead.issuer,
            letterhead.symbol,
            letterhead.place,
            letterhead.number,
            letterhead.issued,
        ),
        title=Title(phrases.frame.kind, profile.subject),
        blocks=blocks,
        recipients=Recipients(profile.recipients),
        signature=Signature(signer.authority, signer.post, signer.name),
    )
