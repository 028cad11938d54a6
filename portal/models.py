"""Every model in one import, for migrations and tests that need the whole schema."""

from portal.accounts.models import Account, AccountRight, ModeratorKey, Role
from portal.ballots.models import BallotCount, Nullifier
from portal.concerns.models import Concern, ConcernStep, Digest
from portal.consolidation.models import (
    ApprovedConsolidation,
    ConsolidatedFile,
    Consolidation,
    ConsolidationImport,
    ConsolidationTaxonomy,
    SubordinateOffice,
)
from portal.consultations.models import (
    AddedReader,
    Consultation,
    ConsultationIssuer,
    ConsultationModerator,
    TaxonomyVersion,
    Unit,
)
from portal.findings.models import FindingCross, FindingTable, PrivateList, Publication
from portal.ledger.models import LogCheckpoint, LogCosignature, LogLeaf, LogTile, LogWitness, PoolEntry
from portal.moderation.models import (
    AgreementBatch,
    Coding,
    Handover,
    Progress,
    Reading,
    Recusal,
    Redaction,
    Withdrawal,
)
from portal.reports.models import ApprovedReport, OfficeProfileRow, Report
from portal.submissions.mailbox_models import AnswerTicket, MailMessage
from portal.submissions.models import ResealedWrap, SealedAttachment, SealedEnvelope, SequencedCount, Submission

ALL = (
    Account,
    AccountRight,
    AgreementBatch,
    ApprovedConsolidation,
    ApprovedReport,
    AddedReader,
    AnswerTicket,
    BallotCount,
    Coding,
    Concern,
    ConcernStep,
    ConsolidatedFile,
    Consolidation,
    ConsolidationImport,
    ConsolidationTaxonomy,
    Consultation,
    ConsultationIssuer,
    ConsultationModerator,
    Digest,
    FindingCross,
    FindingTable,
    PrivateList,
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
    Redaction,
    Report,
    ResealedWrap,
    Role,
    SealedAttachment,
    SealedEnvelope,
    SequencedCount,
    Submission,
    SubordinateOffice,
    TaxonomyVersion,
    Unit,
    Withdrawal,
)
