"""The draft of a report, from a publication's rows and an office's profile.

What must hold: of the submissions nothing reaches the draft but the published rows. Wording depends on a
row's code and band only; a code that was not published leaves no trace; no figure is said, unless the
caller asks for the bands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.consultations.taxonomy import Taxonomy
from portal.reports import remedies, situation
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
from portal.reports.phrases import Phrases
from portal.reports.profile import OfficeProfile
from portal.reports.rows import Published, Row, natural, read_rows

Publication = Mapping[str, Any]


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
    rows = read_rows(publication)
    by_theme = _by_theme(rows, taxonomy, phrases, with_bands=with_bands)
    for theme in by_theme.keys() & phrases.intro.keys():
        refs = [ref for sentence in by_theme[theme] for ref in sentence.finding_refs]
        by_theme[theme].insert(0, Sentence.plain(phrases.intro[theme], *refs))
    for row in sorted(rows.themes, key=lambda row: _place(row.code, phrases)):
        by_theme[row.code] = [_theme(row, taxonomy, phrases, with_bands=with_bands)]
    paragraphs = list(by_theme.values())
    if rows.units and paragraphs:
        # Never a unit's name: an office is small, and the sentence must not point at anyone.
        units = [f"unit:{row.code}" for row in rows.units]
        paragraphs[-1].append(Sentence.plain(phrases.frame.units, *units))
    if not paragraphs:
        return (Paragraph((Sentence.plain(phrases.frame.nothing),)),)
    return tuple(Paragraph(tuple(sentences)) for sentences in paragraphs)


def _by_theme(
    rows: Published, taxonomy: Taxonomy | None, phrases: Phrases, *, with_bands: bool
) -> dict[str, list[Sentence]]:
    """The difficulties' sentences by theme, themes and sentences in the order in which they are told."""
    problems = [row for row in rows.categories if not is_praise(row.code, taxonomy, phrases)]
    problems.sort(key=lambda row: (_place(theme_of(row), phrases), -row.band.low, natural(row.code)))
    told: dict[str, list[Sentence]] = {}
    for row in problems:
        text = _say(row, taxonomy, phrases)
        said = _with_band(text, row, phrases) if with_bands else text
        told.setdefault(theme_of(row), []).append(Sentence.plain(said, row.code))
    return told


def theme_of(row: Row) -> str:
    """The theme of a category: the letter of its code (``consultations.taxonomy`` holds codes to that)."""
    return row.code[0]


def is_praise(code: str, taxonomy: Taxonomy | None, phrases: Phrases) -> bool:
    """Whether a category speaks well: taxonomy or phrases may say so, for praise must never read as blame."""
    category = taxonomy.category_by_code.get(code) if taxonomy else None
    return code in phrases.praise or (category is not None and category.praise)


def _place(theme: str, phrases: Phrases) -> tuple[int, str]:
    return (phrases.order.index(theme) if theme in phrases.order else len(phrases.order), theme)


def _say(row: Row, taxonomy: Taxonomy | None, phrases: Phrases) -> str:
    if row.code in phrases.problem:
        return phrases.problem[row.code].say(phrases.strength.of(row))
    return phrases.frame.other.format(label=_label(row.code, taxonomy))


def _theme(row: Row, taxonomy: Taxonomy | None, phrases: Phrases, *, with_bands: bool) -> Sentence:
    text = phrases.theme.get(row.code)
    if text is None:
        labels = {theme.code: theme.vi for theme in taxonomy.themes} if taxonomy else {}
        if row.code not in labels:
            raise BadPublication(where="theme")
        text = phrases.frame.other.format(label=labels[row.code])
    return Sentence.plain(_with_band(text, row, phrases) if with_bands else text, row.code)


def _label(code: str, taxonomy: Taxonomy | None) -> str:
    category = taxonomy.category_by_code.get(code) if taxonomy else None
    if category is None:
        raise BadPublication(where="category")
    return category.vi


def _with_band(text: str, row: Row, phrases: Phrases) -> str:
    pattern = phrases.frame.band_open if row.band.high is None else phrases.frame.band
    return f"{text.removesuffix('.')} ({pattern.format(low=row.band.low, high=row.band.high)})."


def draft_note(codes: Sequence[str], taxonomy: Taxonomy, phrases: Phrases) -> Sentence:
    """What may follow a sentence that published findings deny, so that the reader hears both; it rests on ``codes``.

    :raises BadPublication: for a code that neither phrases nor taxonomy know.
    """
    return Sentence.plain(phrases.frame.note.format(focus=remedies.focus_of(codes, taxonomy, phrases)), *codes)


def draft_praise(rows: Published, taxonomy: Taxonomy, phrases: Phrases) -> list[Sentence]:
    """What was published as praise: told among the results, never among the difficulties."""
    said = []
    for row in rows.categories:
        if is_praise(row.code, taxonomy, phrases):
            words = phrases.praise.get(row.code)
            text = words.say(phrases.strength.of(row)) if words else ""
            text = text or phrases.frame.other_praise.format(label=_label(row.code, taxonomy))
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
    rows = read_rows(publication)
    words = {"sender": profile.request.sender, "subject": profile.subject, "office": profile.name}
    blocks: list[Block] = [
        Paragraph((Sentence.plain(situation.basis(profile, phrases)),)),
        Heading("part", 1, phrases.frame.situation),
        *situation.paragraphs(profile, phrases, draft_praise(rows, taxonomy, phrases)),
        Heading("mark", None, phrases.frame.difficulties),
        *problem_paragraphs(publication, phrases, taxonomy=taxonomy, with_bands=with_bands),
        Heading("part", 2, phrases.frame.remedies),
        *remedies.paragraphs(rows, taxonomy, phrases),
        Paragraph((Sentence.plain(phrases.frame.closing.format(**words)),)),
    ]
    return assemble(profile, phrases, tuple(blocks))


def assemble(profile: OfficeProfile, phrases: Phrases, blocks: tuple[Block, ...]) -> Document:
    """A report of these blocks between the office's own head, recipients and signature."""
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
