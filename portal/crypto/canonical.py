"""Canonical JSON (RFC 8785) whose strings are all in Unicode normalisation form C."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from typing import Any

import rfc8785

from portal.crypto.errors import NotCanonical


def dump_canonical(document: Mapping[str, Any]) -> bytes:
    """The document's only bytes; raises :class:`NotCanonical` for floats, strings not in NFC, and the like."""
    _check(document)
    try:
        return rfc8785.dumps(dict(document))
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:  # the latter for a lone surrogate in a key
        raise NotCanonical("cannot be written canonically") from error


def parse_canonical(data: bytes) -> dict[str, Any]:
    """The document of those bytes; raises :class:`NotCanonical` unless :func:`dump_canonical` gives them back."""
    try:
        document = json.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise NotCanonical("not JSON") from error
    if not isinstance(document, dict) or dump_canonical(document) != data:
        raise NotCanonical("not the canonical bytes of an object")
    return document


def _check(value: Any, depth: int = 0) -> None:
    if depth > 16:
        raise NotCanonical("nested too deeply")
    if isinstance(value, str):
        if not unicodedata.is_normalized("NFC", value):
            raise NotCanonical("a string is not in NFC")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _check(key, depth + 1)
            _check(item, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            _check(item, depth + 1)
    elif isinstance(value, float):
        raise NotCanonical("floating-point numbers are not used")
