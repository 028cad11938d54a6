"""The rows of a publication, read by the strict parser of ``findings``, and how a draft orders them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import rfc8785

from portal.findings.publication import Published, Row, parse_publication
from portal.reports.errors import BadPublication

__all__ = ["Published", "Row", "natural", "read_rows"]


def natural(code: str) -> tuple[tuple[str, int], ...]:
    """A sort key under which "C2" stands before "C10"."""
    return tuple((word, int(figures or 0)) for word, figures in re.findall(r"(\D*)(\d*)", code) if word or figures)


def read_rows(publication: Mapping[str, Any]) -> Published:
    """The rows of a publication document (version 1).

    A count, a total or a flag beside a band would be more than was published: the parser refuses it.

    :raises BadPublication: for anything that is not a whole publication of version 1.
    :raises portal.findings.rule.DisclosureError: for rows that its own rule could not have shown.
    """
    try:
        data = rfc8785.dumps(dict(publication))
    except (rfc8785.CanonicalizationError, TypeError, ValueError) as error:
        raise BadPublication(where="json") from error
    return parse_publication(data).rows
