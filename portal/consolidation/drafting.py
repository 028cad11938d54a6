"""The draft of a consolidated report: the frame of an office's report, its difficulties counted in offices.

What must hold: nothing reaches the draft but the consolidated rows and the upper office's own profile. No office is
named in the text, and no unit of one; the annex alone lists what each office has published itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from string import Formatter

from portal.consolidation.figures import Figures
from portal.consolidation.sums import Line
from portal.consultations.taxonomy import Category, Taxonomy, Theme
from portal.findings.publication import Published, Row
from portal.reports import dates, remedies, situation
from portal.reports.draft import assemble, is_praise
from portal.reports.model import Block, Document, Heading, Paragraph, Sentence
from portal.reports.phrases import Phrases
from portal.reports.profile import OfficeProfile
from portal.reports.rows import natural
from portal.reports.sentences import as_sentences
from portal.reports.tables import load_file

WORDS = Path(__file__).parent / "words.vi.toml"
HOLES: dict[str, set[str]] = {
    "scope": {"opens", "closes", "offices"},
    "problem": {"offices", "asked", "focus", "band"},
    "theme": {"offices", "asked", "label", "band"},
    "praise": {"offices", "asked", "label", "band"},
    "basis": {"title", "opens", "closes", "offices", "k", "least"},
    "row": {"label", "offices", "asked"},
    "office": {"name"},
    "silent": {"names"},
    "check_how": {"document", "figures"},
}


@dataclass(frozen=True, slots=True)
class Words:
    """The editable words: first of the text, then (from ``basis``) of the annex."""

    scope: str
    counting: str
    problem: str
    theme: str
    praise: str
    nothing: str
    basis: str
    joined: str
    praised: str
    themes: str
    columns: tuple[str, ...]
    row: str
    office: str
    silent: str
    check_how: str

    def __post_init__(self) -> None:
        for field in fields(self):
            text = getattr(self, field.name)
            if isinstance(text, str):
                holes = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
                if holes != HOLES.get(field.name, set()):
                    raise ValueError(field.name)
        if len(self.columns) != 3:
            raise ValueError("columns")


@cache
def load_words(path: Path = WORDS) -> Words:
    """The table in ``path``, read once; :class:`portal.reports.errors.BadTable` names the first wrong key."""
    return load_file(Words, path)


def draft(profile: OfficeProfile, figures: Figures, taxonomy: Taxonomy, phrases: Phrases) -> Document:
    """The whole report, in the parts of an office's: I with the difficulties, II.1 to II.6, closing, signature."""
    writer = _Writer(taxonomy, phrases, load_words())
    said = {"sender": profile.request.sender, "subject": profile.subject, "office": profile.name}
    blocks: list[Block] = [
        Paragraph((Sentence.plain(situation.basis(profile, phrases)),)),
        Heading("part", 1, phrases.frame.situation),
        writer.scope(figures),
        *writer.praise(figures),
        Heading("mark", None, phrases.frame.difficulties),
        *writer.problems(figures),
        Heading("part", 2, phrases.frame.remedies),
        *remedies.paragraphs(writer.concerns(figures), taxonomy, phrases),
        Paragraph((Sentence.plain(phrases.frame.closing.format(**said)),)),
    ]
    return assemble(profile, phrases, tuple(blocks))


def labels_of(taxonomy: Taxonomy, language: str = "vi") -> dict[str, str]:
    """The words of each category and theme, in Vietnamese ("vi") or English ("en")."""
    items: tuple[Category | Theme, ...] = (*taxonomy.categories, *taxonomy.themes)
    return {item.code: getattr(item, language) for item in items}


@dataclass(frozen=True)
class _Writer:
    """Rows into sentences."""

    taxonomy: Taxonomy
    phrases: Phrases
    words: Words

    def scope(self, figures: Figures) -> Paragraph:
        """The period, how many offices, and what is counted."""
        opens, closes = dates.short(figures.opens), dates.short(figures.closes)
        scope = self.words.scope.format(opens=opens, closes=closes, offices=len(figures.offices))
        return Paragraph((*as_sentences(scope), *as_sentences(self.words.counting)))

    def praise(self, figures: Figures) -> list[Paragraph]:
        """What several offices published as praise, in a paragraph of its own."""
        lines = self._ordered(line for line in figures.rows.categories if self._praised(line))
        labels = labels_of(self.taxonomy)
        said = tuple(self._say(self.words.praise, line, label=labels[line.code]) for line in lines)
        return [Paragraph(said)] if said else []

    def problems(self, figures: Figures) -> list[Paragraph]:
        """A paragraph for each theme, difficulties before conduct; then what small offices published by theme."""
        told: dict[str, list[Sentence]] = {}
        for line in self._ordered(line for line in figures.rows.categories if not self._praised(line)):
            theme = line.code[0]
            if theme not in told and theme in self.phrases.intro:
                refs = [one.code for one in figures.rows.categories if one.code[0] == theme and not self._praised(one)]
                told[theme] = [Sentence.plain(self.phrases.intro[theme], *refs)]
            focus = remedies.focus_of([line.code], self.taxonomy, self.phrases)
            told.setdefault(theme, []).append(self._say(self.words.problem, line, focus=focus))
        paragraphs = [Paragraph(tuple(sentences)) for sentences in told.values()]
        labels = labels_of(self.taxonomy)
        themes = [
            self._say(self.words.theme, line, label=labels[line.code]) for line in self._ordered(figures.rows.themes)
        ]
        paragraphs += [Paragraph(tuple(themes))] if themes else []
        return paragraphs or [Paragraph((Sentence.plain(self.words.nothing),))]

    def concerns(self, figures: Figures) -> Published:
        """The rows as remedies read them: categories only."""
        return Published(False, tuple(Row(line.code, line.band) for line in figures.rows.categories), (), ())

    def _say(self, pattern: str, line: Line, **words: str) -> Sentence:
        text = pattern.format(offices=line.offices, asked=line.asked, band=self.band(line), **words)
        return Sentence.plain(text, line.code)

    def band(self, line: Line) -> str:
        """The range in the words of an office's report."""
        pattern = self.phrases.frame.band_open if line.high is None else self.phrases.frame.band
        return pattern.format(low=line.low, high=line.high)

    def _praised(self, line: Line) -> bool:
        return is_praise(line.code, self.taxonomy, self.phrases)

    def _ordered(self, lines: Iterable[Line]) -> list[Line]:
        """By theme in the order of the phrases; within one, what most offices published first."""
        order = {theme: place for place, theme in enumerate(self.phrases.order)}
        last = len(order)

        def place(line: Line) -> tuple[int, str, int, int, tuple[tuple[str, int], ...]]:
            return order.get(line.code[0], last), line.code[0], -line.offices, -line.low, natural(line.code)

        return sorted(lines, key=place)
