"""Running text into sentences, the unit that findings are tied to and that edits are tracked by."""

from __future__ import annotations

import re

from portal.reports.model import Sentence

# A stop, perhaps inside quotes or brackets, and the space behind it.
STOP = re.compile(r"[.!?…][”\")]*\s+")
OPENING = '“"('


def split_sentences(text: str) -> list[str]:
    """``"Một. Hai."`` -> ``["Một.", "Hai."]``; joined by single spaces they give the text again.

    A sentence ends where a capital follows a stop, so that "số 1. 2 lần" and "v.v. và" stay whole.
    """
    found, start = [], 0
    for stop in STOP.finditer(text):
        if text[stop.end() :].lstrip(OPENING)[:1].isupper():
            found.append(text[start : stop.end()].rstrip())
            start = stop.end()
    return [*found, text[start:]] if text[start:] else found


def as_sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of general words, tied to no finding."""
    return tuple(Sentence.plain(words) for words in split_sentences(text))
