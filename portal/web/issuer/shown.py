"""What the pages of a round show, gathered once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.crypto.blindrsa import key_id
from portal.crypto.statements import Unit, read_terms
from portal.issuing import rounds
from portal.issuing.config import IssuerSettings
from portal.issuing.models import Round
from portal.issuing.roster import fingerprint, units_of
from portal.issuing.rounds import Figures
from portal.web.issuer.steps import Steps, steps


@dataclass(frozen=True)
class Shown:
    """A round with its counts, steps and fingerprints (hexadecimal). ``roster`` is empty while there is nobody on it;
    ``identity_text`` is the identity key as verifiers read it; ``erased``: of the people only figures are left."""

    row: Round
    now: Figures
    steps: Steps
    units: tuple[Unit, ...]
    roster: str
    key: str
    identity: str
    identity_text: str
    statements: str
    collect_page: str
    mail: bool
    erased: bool
    today: date


def show_round(session: Session, settings: IssuerSettings, consultation: str, today: date) -> Shown:
    """That round as its page shows it."""
    row = rounds.get(session, consultation)
    people, now = rounds.members(session, row), rounds.figures(session, row)
    units, roster = (units_of(people), fingerprint(consultation, people)) if people else _signed_roster(row)
    return Shown(
        row=row,
        now=now,
        steps=steps(row, now, today),
        units=units,
        roster=roster,
        key=key_id(row.public_key),
        identity=identity_print(settings),
        identity_text=str(settings.identity.verifier),
        statements=f"{settings.address}/rounds/{consultation}",
        collect_page=collect_page(settings, row),
        mail=bool(settings.smtp_host),
        erased=row.state == "closed" and not people,
        today=today,
    )


def _signed_roster(row: Round) -> tuple[tuple[Unit, ...], str]:
    """Units and fingerprint of a roster that is not there, or not any more."""
    if row.terms is None:
        return (), ""
    signed = read_terms(row.terms.encode())
    return signed.about.units, signed.terms.roster_sha256


def identity_print(settings: IssuerSettings) -> str:
    """SHA-256 of the identity's public key in hexadecimal: what the portal shows as well."""
    return hashlib.sha256(settings.identity.verifier.public_key).hexdigest()


def collect_page(settings: IssuerSettings, row: Round) -> str:
    """The portal's page that collects ballots of this round."""
    return f"{settings.portal_origins[0]}/c/{row.consultation}/collect"
