"""Documents to bytes and back: canonical JSON (RFC 8785), version 1; only the canonical form is accepted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

import rfc8785

from portal.errors import PortalError
from portal.reports.errors import BadDocument
from portal.reports.model import Block, Document, Head, Heading, Paragraph, Recipients, Signature, Title
from portal.reports.tables import read_table

VERSION = 1
BLOCKS: dict[str, type[Heading] | type[Paragraph]] = {"heading": Heading, "paragraph": Paragraph}


def plain(value: Any) -> Any:
    """A frozen dataclass as JSON values; days are strings YYYY-MM-DD, and a block names its kind."""
    if isinstance(value, Heading | Paragraph):
        return {"block": type(value).__name__.lower()} | _members(value)
    if is_dataclass(value):
        return _members(value)
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return value.isoformat() if isinstance(value, date) else value


def _members(value: Any) -> dict[str, Any]:
    return {field.name: plain(getattr(value, field.name)) for field in fields(value)}


def to_json(document: Document) -> bytes:
    """The stored form of ``document``; the inverse of :func:`from_json`."""
    return rfc8785.dumps({"v": VERSION, **plain(document)})


def from_json(data: bytes) -> Document:
    """Read what :func:`to_json` wrote.

    :raises BadDocument: for another version, an unknown or missing key, a wrong type, or non-canonical bytes.
    """
    try:
        document = _document(json.loads(data))
    except BadDocument:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, PortalError) as error:
        raise BadDocument(where="json") from error
    if to_json(document) != data:
        raise BadDocument(where="canonical")
    return document


def _document(table: dict[str, Any]) -> Document:
    # Unknown keys are dropped here and then caught by from_json: the bytes written back would differ.
    if type(table["v"]) is not int or table["v"] != VERSION:
        raise BadDocument(where="v")
    return Document(
        style=_text(table["style"]),
        head=read_table(Head, table["head"]),
        title=read_table(Title, table["title"]),
        blocks=tuple(_block(item) for item in table["blocks"]),
        recipients=read_table(Recipients, table["recipients"]),
        signature=read_table(Signature, table["signature"]),
    )


def _block(item: dict[str, Any]) -> Block:
    shape = BLOCKS[item["block"]]
    return read_table(shape, {key: value for key, value in item.items() if key != "block"})


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise BadDocument(where="style")
    return value
