"""What opening freezes: the rules that a submitter relies on, and the leaf that binds them."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785

from portal.consultations.models import TALK_DAYS, Consultation
from portal.consultations.threshold import LIMITS
from portal.ledger import events


def frozen_settings(row: Consultation) -> dict[str, Any]:
    """What opening freezes: the rules that a submitter relies on."""
    settings = {
        "v": 1,
        "consultation": row.id,
        "title": row.title_vi,
        "notice": row.notice_vi,
        "opens": row.opens.isoformat(),
        "closes": row.closes.isoformat(),
        "k": row.k,
        "k_paraphrase": row.k_paraphrase,
        "mix_minimum": row.mix_minimum,
        "max_chars": row.max_chars,
        "ballot_mode": row.ballot_mode,
        "headcount": row.headcount,
        "units": [{"code": u.code, "level": u.level, "headcount": u.headcount, "name": u.name_vi} for u in row.units],
        "taxonomy": row.taxonomy_version,
    }
    # What came later stands here only where it is not the default: consultations opened before keep their digest.
    later: dict[str, Any] = {"attachments": row.attachments} if row.attachments else {}
    later |= {"readers": row.readers} if row.readers != 1 else {}
    later |= {"talk_days": row.talk_days} if row.talk_days != TALK_DAYS else {}
    later |= {"count_people": True} if row.count_people else {}
    later |= {"private": {**row.private_lists, "rows": row.private_rows}} if row.private_lists else {}
    later |= {name: getattr(row, name) for name, usual in LIMITS.items() if getattr(row, name) != usual}
    return settings | later | ({"ballots": _frozen_ballots(row)} if row.with_ballots else {})


def _frozen_ballots(row: Consultation) -> dict[str, Any]:
    """Who issues, on what terms. Names and addresses are shown to people; the terms' digests bind the rest."""
    issuers = [
        {"issuer": one.issuer, "name": one.name_vi, "address": one.address, "terms_sha256": one.terms_sha256}
        for one in row.issuers
    ]
    return {**_collecting(row), "issuers": issuers}


def _collecting(row: Consultation) -> dict[str, Any]:
    return {
        "each": row.each_ballots,
        "collect_from": row.collect_from.isoformat() if row.collect_from else "",
        "collect_until": row.collect_until.isoformat() if row.collect_until else "",
    }


def round_leaf(row: Consultation, action: str) -> bytes:
    """The leaf that opens or closes a consultation; version 2 where it has ballots."""
    more = {**_collecting(row), "issuers": [one.issuer for one in row.issuers]} if row.with_ballots else {}
    return events.encode(
        "consultation",
        version=2 if row.with_ballots else 1,
        action=action,
        consultation=row.id,
        settings_sha256=hashlib.sha256(rfc8785.dumps(frozen_settings(row))).hexdigest(),
        taxonomy_sha256=row.taxonomy.sha256,
        keys=[moderator.kid for moderator in row.moderators],
        opens=row.opens.isoformat(),
        closes=row.closes.isoformat(),
        **more,
    )
