"""A report as the studio shows it: the document in its order, each sentence with its findings, points and history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from portal.reports.compare import Piece, words_between
from portal.reports.edit import lineage
from portal.reports.model import Block, Heading, Sentence
from portal.reports.notes import Decision, Notes, Written, digest_of_words
from portal.reports.review import Point, Review
from portal.reports.service import Drafted
from portal.reports.style import load_style
from portal.web.public.shown import Findings, Labelled


@dataclass(frozen=True)
class Said:
    """A sentence: the published rows it rests on, and what stood there in the draft ("": it is new, None: the same)."""

    place: int
    position: int
    text: str
    marks: tuple[Labelled, ...]
    before: str | None
    before_refs: tuple[str, ...] = ()
    points: tuple[Point, ...] = ()

    @property
    def id(self) -> str:
        """Its name on the page."""
        return f"s-{self.place}-{self.position}"

    @property
    def at(self) -> str:
        """Its name in an address."""
        return f"{self.place}.{self.position}"


@dataclass(frozen=True)
class Shown:
    """A block of the document: ``level`` is a heading's, empty for a paragraph."""

    place: int
    level: str
    label: str
    sentences: tuple[Said, ...]

    @property
    def text(self) -> str:
        """The words without the label."""
        return " ".join(said.text for said in self.sentences)


@dataclass(frozen=True)
class Entry:
    """A heading in the outline, and how many open points stand under it."""

    place: int
    level: str
    text: str
    points: int


@dataclass(frozen=True)
class Asked:
    """An open point with words: published rows it concerns, the figure, and the sentence before which it stands."""

    point: Point
    rows: tuple[Labelled, ...]

    @property
    def at(self) -> str:
        """Where its sentence stands, empty when there is none."""
        return f"{self.point.block}.{self.point.position}" if self.point.sentence else ""


@dataclass(frozen=True)
class Editing:
    """The sentence or heading that is being written: ``text`` is what the field holds, ``theirs`` what stands there
    now when somebody else has changed it meanwhile, ``kept`` whether the field holds words kept from before."""

    said: Said
    heading: bool
    seen: str
    text: str
    refs: tuple[tuple[str, Labelled, bool], ...]
    written: Written | None
    pieces: tuple[Piece, ...] = ()
    theirs: tuple[Piece, ...] | None = None
    kept: bool = False
    errors: tuple[str, ...] = ()


def by_ref(findings: Findings) -> dict[str, Labelled]:
    """Published rows by what a sentence calls them: a code, or "unit:" and a unit's code."""
    rows = (*findings.categories, *findings.praise, *findings.themes)
    return {row.code: row for row in rows} | {f"unit:{row.code}": row for row in findings.units}


def blocks(held: Drafted, review: Review, rows: Mapping[str, Labelled]) -> list[Shown]:
    """The document's blocks, in order."""
    label = load_style(held.document.style).numbering.label
    # The sentences are the document's own objects, so their identity finds them among equal ones.
    pairs = lineage(held.draft, held.document)
    before = {id(pair.after): pair.before for pair in pairs if pair.after is not None and not pair.same}
    points: dict[tuple[int, int], list[Point]] = {}
    for point in review.open:
        points.setdefault((point.block, point.position), []).append(point)

    def said(sentence: Sentence, place: int, position: int) -> Said:
        old = before.get(id(sentence))
        changed = (old.text if old else "") if id(sentence) in before else None
        here = tuple(points.get((place, position), ()))
        marks, was = rows_of(sentence.finding_refs, rows), old.finding_refs if old else ()
        return Said(place, position, sentence.text, marks, changed, was, here)

    def shown(place: int, block: Block) -> Shown:
        if isinstance(block, Heading):
            words = Said(place, 0, block.text, (), None)
            return Shown(place, block.level, label(block.level, block.number), (words,))
        number = label("section", block.number) if block.number is not None else ""
        return Shown(place, "", number, tuple(said(one, place, at) for at, one in enumerate(block.sentences)))

    return [shown(place, block) for place, block in enumerate(held.document.blocks)]


def outline(found: Iterable[Shown]) -> list[Entry]:
    """Headings and numbered sections, each with the open points up to the next."""
    entries: list[Entry] = []
    for block in found:
        if block.level or block.label:
            # A section's label runs into its text: its first words name it.
            words = block.text if block.level else " ".join(block.text.split()[:7]) + "…"
            entries.append(Entry(block.place, block.level or "section", f"{block.label}{words}", 0))
        points = sum(len(said.points) for said in block.sentences)
        if entries and points:
            last = entries[-1]
            entries[-1] = Entry(last.place, last.level, last.text, last.points + points)
    return entries


def editing(
    held: Drafted, block: Shown, position: int, rows: Mapping[str, Labelled], scratch: Mapping[str, str]
) -> Editing:
    """The editor of one sentence, with what was kept of it from before."""
    said = block.sentences[position]
    seen = digest_of_words(said.text)
    text = scratch.get(seen, said.text)
    return Editing(
        said=said,
        heading=bool(block.level),
        seen=seen,
        text=text,
        refs=choices(held, said, rows),
        written=held.notes.author(said.text),
        pieces=tuple(words_between(said.before, said.text)) if said.before else (),
        kept=text != said.text,
    )


def choices(held: Drafted, said: Said, rows: Mapping[str, Labelled]) -> tuple[tuple[str, Labelled, bool], ...]:
    """The published rows that a sentence may rest on: its own are chosen, then those of its draft and the others."""
    names = {id(row): ref for ref, row in rows.items()}
    own = [names[id(row)] for row in said.marks]
    told = [ref for block in held.draft.problem_section() for one in block.sentences for ref in one.finding_refs]
    order = dict.fromkeys([*own, *(ref for ref in told if ref in rows), *rows])
    return tuple((ref, rows[ref], ref in own) for ref in order)


def struck_out(review: Review) -> list[str]:
    """Sentences of the draft that no longer stand anywhere."""
    return [change.before.text for change in review.changes if change.before is not None and change.after is None]


def points(found: Iterable[Point], rows: Mapping[str, Labelled]) -> list[Asked]:
    """Open points in words, as they stand in the text."""
    return [Asked(point, rows_of(point.about, rows)) for point in found]


def rows_of(refs: Iterable[str], rows: Mapping[str, Labelled]) -> tuple[Labelled, ...]:
    """The published rows of those codes."""
    return tuple(rows[ref] for ref in refs if ref in rows)


@dataclass(frozen=True)
class Decided:
    """A decision with the published rows it concerns; ``holds``: its words still stand in the text."""

    decision: Decision
    rows: tuple[Labelled, ...]
    holds: bool


def decided(notes: Notes, review: Review, rows: Mapping[str, Labelled]) -> list[Decided]:
    """Every decision, the latest first."""
    holding = {decision.digest for _, decision in review.decided}
    return [Decided(item, rows_of(item.about, rows), item.digest in holding) for item in reversed(notes.decisions)]


@dataclass(frozen=True)
class Told:
    """A published row and the sentences of the text that rest on it."""

    ref: str
    row: Labelled
    at: tuple[str, ...] = field(default=())


def told(found: Iterable[Shown], rows: Mapping[str, Labelled]) -> list[Told]:
    """Every published row with where the text tells it."""
    said = [one for block in found for one in block.sentences]
    return [Told(ref, row, tuple(one.at for one in said if row in one.marks)) for ref, row in rows.items()]
