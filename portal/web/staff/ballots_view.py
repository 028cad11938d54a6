"""A consultation's issuers as pages show them: what each stated, and the fingerprints that people compare."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from portal.ballots.issuers import terms_of
from portal.consultations.models import Consultation, ConsultationIssuer
from portal.crypto.blindrsa import key_id
from portal.crypto.statements import SignedTerms


@dataclass(frozen=True)
class IssuerView:
    """An issuer with its verified terms. ``identity`` and ``key``: SHA-256 in hexadecimal of its two public keys."""

    row: ConsultationIssuer
    signed: SignedTerms
    identity: str
    key: str

    @property
    def most(self) -> int:
        """How many ballots and half-cards it may give out."""
        return self.signed.terms.roster_size * self.signed.terms.each


def issuer_views(row: Consultation) -> list[IssuerView]:
    """The issuers in the order of their short names; empty where there are no ballots."""
    return [_view(one) for one in row.issuers] if row.with_ballots else []


def _view(one: ConsultationIssuer) -> IssuerView:
    signed = terms_of(one)
    identity = hashlib.sha256(signed.identity.public_key).hexdigest()
    return IssuerView(one, signed, identity, key_id(signed.terms.public_key))
