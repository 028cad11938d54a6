"""What this domain refuses. Codes are looked up in ``portal.web.errors``."""

from __future__ import annotations

from portal.errors import Invalid


class BadPublication(Invalid):
    """A publication does not have the shape, or not the rows, that its own rule allows."""

    code = "report-bad-publication"


class BadDocument(Invalid):
    """A document is not one this model can hold, or its stored form is not the canonical one."""

    code = "report-malformed"


class BadTable(Invalid):
    """An editable table (style, phrases, office, claims) is wrong; ``detail`` names the key."""

    code = "report-bad-table"


class BadFindingsFile(Invalid):
    """A ``findings.json`` is malformed, or its leaf is not the leaf of its publication."""

    code = "report-bad-findings-file"


class BadEdition(Invalid):
    """What a report's file carries for the verifier is malformed, or its parts do not belong together."""

    code = "report-bad-edition"
