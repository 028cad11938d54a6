"""What is told of readers' agreement once findings are published: words, and only for what was published.

A figure would narrow down how many comments a row stands for, which its band leaves open; and that a category has a
figure at all would tell of a row that was withheld. So it is a word for all comments together, and one for each
published category: how sure the finding is.
"""

from __future__ import annotations

import json

from sqlalchemy.orm import Session

from portal.consultations.service import get_public
from portal.crypto.atrest import AtRest
from portal.findings.models import Publication
from portal.moderation.agreement import Figure, measure


def published_agreement(session: Session, atrest: AtRest, publication: Publication) -> tuple[Figure, ...]:
    """The figures without their numbers: all together first (code ""), then the published categories in their order."""
    row = get_public(session, publication.consultation_id)
    codes = [shown["code"] for shown in json.loads(publication.document)["rows"]["categories"]]
    found = measure(session, atrest, row, codes=codes)
    return tuple(Figure(one.code, one.name) for one in (found.overall, *found.categories))
