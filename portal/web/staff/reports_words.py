"""Words of the report studio that stand in no template: what was done, and what a figure could be."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from portal.errors import PortalError
from portal.reports.figures import Meaning
from portal.web.errors import message
from portal.web.public.shown import Labelled

ACTS = {
    "started": _l("Draft made"),
    "redrafted": _l("New draft taken"),
    "handed": _l("Handed over for approval"),
    "taken-back": _l("Taken back"),
    "sent-back": _l("Sent back"),
    "voided": _l("Changed, which made the handing over void"),
    "approved": _l("Approved"),
    "corrected": _l("Correction begun"),
    "exported": _l("File taken out"),
}

FIGURES = {
    "total": _l("staff in all"),
    "members": _l("Party members"),
    "others": _l("staff who are not Party members"),
    "leaders": _l("leaders of the office"),
    "rooms": _l("rooms"),
    "cells": _l("cells"),
    "committee": _l("members of the Party committee"),
    "members_share": _l("share of Party members"),
    "others_share": _l("share of those who are not Party members"),
}

FIELDS = {
    "style": _l("Format"),
    "parent": _l("Parent organ"),
    "issuer": _l("Issuer"),
    "symbol": _l("Symbol of the document"),
    "place": _l("Place"),
    "number": _l("Number of the document"),
    "issued": _l("Day of the document"),
    "kind": _l("Kind of document"),
    "subject": _l("Subject of the report"),
    "items": _l("Recipients"),
    "authority": _l("Signed on behalf of"),
    "post": _l("Post of the signer"),
    "name": _l("Name of the signer"),
}


def meaning(one: Meaning, rows: Mapping[str, Labelled]) -> str:
    """What a figure could be, in words."""
    if one.kind == "band":
        row = rows.get(one.what)
        return gettext("an end of the published range of “%(label)s”", label=row.label if row else one.what)
    return gettext("in the office's profile: %(what)s", what=FIGURES.get(one.what, one.what))


def why(refusal: PortalError) -> str:
    """What is wrong with the new words of a sentence or heading."""
    sentences = {
        "end": gettext("The report must end with a full stop."),
        "heading": gettext("A heading cannot be empty. To take a part out, take out its paragraphs."),
        "place": gettext("This sentence is not in the report any more. Your words are kept below."),
        "run": gettext("Remove the characters that cannot be printed."),
    }
    return sentences.get(str(refusal.detail.get("where")), message(refusal))
