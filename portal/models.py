"""Every model in one import, for migrations and tests that need the whole schema."""

from portal.accounts.models import Account, ModeratorKey, Role
from portal.ballots.models import BallotCount, Nullifier
from portal.concerns.models import Concern
from portal.consultations.models import (
    AddedReader,
    Consultation,
    ConsultationIssuer,
    ConsultationModerator,
    TaxonomyVersion,
    Unit,
)
from portal.findings.models import Publication
from portal.ledger.models import LogCheckpoint, LogCosignature, LogLeaf, LogTile, LogWitness, PoolEntry
from portal.moderation.models import AgreementBatch, Coding, Handover, Progress, Reading, Recusal
from portal.reports.models import ApprovedReport, OfficeProfileRow, Report, ReportAct, ReportScratch
from portal.submissions.mailbox_models import AnswerTicket, MailMessage
from portal.submissions.models import ResealedWrap, SealedAttachment, SealedEnvelope, Submission

ALL = (
    Account,
    AgreementBatch,
    ApprovedReport,
    AddedReader,
    AnswerTicket,
    BallotCount,
    Coding,
    Concern,
    Consultation,
    ConsultationIssuer,
    ConsultationModerator,
    Handover,
    LogCheckpoint,
    LogCosignature,
    LogLeaf,
    LogTile,
    LogWitness,
    MailMessage,
    ModeratorKey,
    Nullifier,
    OfficeProfileRow,
    PoolEntry,
    Progress,
    Publication,
    Reading,
    Recusal,
    Report,
    ResealedWrap,
    Role,
    SealedAttachment,
    SealedEnvelope,
    Submission,
    TaxonomyVersion,
    Unit,
)
