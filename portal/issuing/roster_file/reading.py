"""What reading a roster's file yields: people, or the reasons why there are none."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.issuing.roster import Member

MOST_NOTED = 200  # problems, and warnings, that are worth a line each


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: ``line`` of the file from 1 on, or 0 for the file as a whole.

    ``code`` finds the words in ``portal.issuing.roster_words``; ``detail`` fills their placeholders. It holds line
    numbers, limits and names of columns, never what stands in a row.
    """

    line: int
    code: str
    detail: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class RosterReading:
    """``members`` is empty as soon as there is one problem: nothing is half imported. Warnings stop nothing."""

    members: tuple[Member, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


@dataclass(frozen=True)
class Row:
    """A line that is not blank. ``cells`` are stripped of nothing; ``odd``: cells (by place) that hold no text.

    Values of ``odd`` are codes of problems, such as ``cell-date``.
    """

    line: int
    cells: tuple[str, ...]
    odd: dict[int, str] = field(default_factory=dict)

    def cell(self, place: int) -> str:
        """The cell at that place; empty where the row ends before it."""
        return self.cells[place] if place < len(self.cells) else ""


class Unreadable(Exception):
    """The file as a whole, or from a line on, cannot be read."""

    def __init__(self, code: str, line: int = 0, **detail: str | int) -> None:
        self.problem = Problem(line, code, detail)
        super().__init__(code)


@dataclass
class Notes:
    """Problems and warnings as they are found, each kind up to a limit: a page shows no hundred thousand."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    _left_off: dict[str, int] = field(default_factory=dict)

    def problem(self, line: int, code: str, **detail: str | int) -> None:
        """Something that stops the import."""
        self._note(self.problems, "problems-more", Problem(line, code, detail))

    def warn(self, line: int, code: str, **detail: str | int) -> None:
        """Something to look at."""
        self._note(self.warnings, "warnings-more", Problem(line, code, detail))

    def _note(self, notes: list[Problem], more: str, note: Problem) -> None:
        if len(notes) < MOST_NOTED:
            notes.append(note)
        else:
            self._left_off[more] = self._left_off.get(more, 0) + 1

    def reading(self, members: tuple[Member, ...]) -> RosterReading:
        """The result, in the order of lines."""
        kinds = (("problems-more", self.problems), ("warnings-more", self.warnings))
        noted = []
        for more, notes in kinds:
            ordered = sorted(notes, key=lambda note: note.line)
            left_off = self._left_off.get(more)
            noted.append((*ordered, *([Problem(0, more, {"count": left_off})] if left_off else [])))
        problems, warnings = noted
        return RosterReading(() if problems else members, problems, warnings)
