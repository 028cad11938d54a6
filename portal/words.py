"""Words of rooms that cannot translate them, because they hold no catalogue and no request.

They stand here as English message ids, marked for the catalogue; whoever prints or sends them translates them first
with :func:`translated`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, TypeVar

Words = TypeVar("Words", bound=Any)


def N_(text: str) -> str:
    """The same text, marked for the catalogue."""
    return text


def translated(words: Words, gettext: Callable[[str], str]) -> Words:
    """A frozen dataclass of message ids with each of them put through ``gettext``; placeholders stay."""
    values: dict[str, Any] = {item.name: gettext(getattr(words, item.name)) for item in fields(words)}
    return replace(words, **values)
