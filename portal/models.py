"""Every model in one import, for migrations and tests that need the whole schema."""

from portal.accounts.models import Account, ModeratorKey, Role
from portal.ballots.models import BallotCount, Nullifier
from portal.concerns.models import Concern
from portal.consultations.models import (
    Consultation,
    ConsultationIssuer,
    ConsultationModerator,
    TaxonomyVersion,
    Unit,
)
from portal.findings.models import Publication
from portal.ledger.models import LogCheckpoint, LogCosignature, LogLeaf, LogTile, LogWitness, PoolEntry
from portal.moderation.models import Coding, Progress, Reading
from portal.reports.models import OfficeProfileRow, Report
from portal.submissions.models import SealedEnvelope, Submission

ALL = (
    Account,
    BallotCount,
    Coding,
    Concern,
    Consultation,
    ConsultationIssuer,
    ConsultationModerator,
    LogCheckpoint,
    LogCosignature,
    LogLeaf,
    LogTile,
    LogWitness,
    ModeratorKey,
    Nullifier,
    OfficeProfileRow,
    PoolEntry,
    Progress,
    Publication,
    Reading,
    Report,
    Role,
    SealedEnvelope,
    Submission,
    TaxonomyVersion,
    Unit,
)
