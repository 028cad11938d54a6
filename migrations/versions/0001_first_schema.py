"""first schema

Revision ID: 0001
Revises: 
"""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('locale', sa.String(length=2), nullable=False),
    sa.Column('password', sa.String(length=255), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('fs_uniquifier', sa.String(length=64), nullable=False),
    sa.Column('tf_primary_method', sa.String(length=64), nullable=True),
    sa.Column('tf_totp_secret', sa.String(length=255), nullable=True),
    sa.Column('tf_last_counter', sa.Integer(), nullable=True),
    sa.Column('mf_recovery_codes', sa.UnicodeText(), nullable=True),
    sa.Column('invite_hash', sa.LargeBinary(length=32), nullable=True),
    sa.CheckConstraint("locale IN ('vi', 'en')", name=op.f('ck_account_locale')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('email', name=op.f('uq_account_email')),
    sa.UniqueConstraint('fs_uniquifier', name=op.f('uq_account_fs_uniquifier')),
    sa.UniqueConstraint('invite_hash', name=op.f('uq_account_invite_hash'))
    )
    op.create_table('log_checkpoint',
    sa.Column('size', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('size', name=op.f('pk_log_checkpoint'))
    )
    op.create_table('log_leaf',
    sa.Column('index', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.Column('leaf_hash', sa.LargeBinary(length=32), nullable=False),
    sa.PrimaryKeyConstraint('index', name=op.f('pk_log_leaf'))
    )
    with op.batch_alter_table('log_leaf', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_log_leaf_kind'), ['kind'], unique=False)
        batch_op.create_index(batch_op.f('ix_log_leaf_leaf_hash'), ['leaf_hash'], unique=False)

    op.create_table('log_tile',
    sa.Column('level', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('index', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.CheckConstraint('width BETWEEN 1 AND 256', name=op.f('ck_log_tile_width')),
    sa.PrimaryKeyConstraint('level', 'index', name=op.f('pk_log_tile'))
    )
    op.create_table('office_profile',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_office_profile_single')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_office_profile'))
    )
    op.create_table('pool_entry',
    sa.Column('leaf_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('group', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('due', sa.Date(), nullable=False),
    sa.CheckConstraint('length(leaf_hash) = 32', name=op.f('ck_pool_entry_leaf_hash_length')),
    sa.PrimaryKeyConstraint('leaf_hash', name=op.f('pk_pool_entry')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('pool_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pool_entry_group'), ['group'], unique=False)

    op.create_table('role',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('description', sa.String(length=200), nullable=False),
    sa.Column('permissions', sa.UnicodeText(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role')),
    sa.UniqueConstraint('name', name=op.f('uq_role_name'))
    )
    op.create_table('taxonomy_version',
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('version', name=op.f('pk_taxonomy_version')),
    sa.UniqueConstraint('sha256', name=op.f('uq_taxonomy_version_sha256'))
    )
    op.create_table('account_role',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('role_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_account_role_account_id_account')),
    sa.ForeignKeyConstraint(['role_id'], ['role.id'], name=op.f('fk_account_role_role_id_role')),
    sa.PrimaryKeyConstraint('account_id', 'role_id', name=op.f('pk_account_role'))
    )
    op.create_table('consultation',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('title_vi', sa.String(length=200), nullable=False),
    sa.Column('title_en', sa.String(length=200), nullable=False),
    sa.Column('intro_vi', sa.Text(), nullable=False),
    sa.Column('intro_en', sa.Text(), nullable=False),
    sa.Column('notice_vi', sa.Text(), nullable=False),
    sa.Column('notice_en', sa.Text(), nullable=False),
    sa.Column('opens', sa.Date(), nullable=False),
    sa.Column('closes', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('taxonomy_version', sa.Integer(), nullable=False),
    sa.Column('k', sa.Integer(), nullable=False),
    sa.Column('k_paraphrase', sa.Integer(), nullable=False),
    sa.Column('mix_minimum', sa.Integer(), nullable=False),
    sa.Column('max_chars', sa.Integer(), nullable=False),
    sa.Column('ballot_mode', sa.String(length=8), nullable=False),
    sa.Column('headcount', sa.Integer(), nullable=False),
    sa.Column('open_leaf', sa.Integer(), nullable=True),
    sa.Column('close_leaf', sa.Integer(), nullable=True),
    sa.CheckConstraint("ballot_mode IN ('open', 'ballots')", name=op.f('ck_consultation_ballot_mode')),
    sa.CheckConstraint("state IN ('draft', 'open', 'closed', 'published')", name=op.f('ck_consultation_state')),
    sa.CheckConstraint('k >= 5 AND k_paraphrase >= 10 AND k_paraphrase >= k', name=op.f('ck_consultation_threshold')),
    sa.CheckConstraint('max_chars BETWEEN 100 AND 1500', name=op.f('ck_consultation_max_chars')),
    sa.CheckConstraint('mix_minimum >= 1', name=op.f('ck_consultation_mix_minimum')),
    sa.CheckConstraint('opens <= closes', name=op.f('ck_consultation_period')),
    sa.ForeignKeyConstraint(['close_leaf'], ['log_leaf.index'], name=op.f('fk_consultation_close_leaf_log_leaf')),
    sa.ForeignKeyConstraint(['open_leaf'], ['log_leaf.index'], name=op.f('fk_consultation_open_leaf_log_leaf')),
    sa.ForeignKeyConstraint(['taxonomy_version'], ['taxonomy_version.version'], name=op.f('fk_consultation_taxonomy_version_taxonomy_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consultation'))
    )
    with op.batch_alter_table('consultation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consultation_state'), ['state'], unique=False)

    op.create_table('moderator_key',
    sa.Column('kid', sa.String(length=32), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('public_key', sa.LargeBinary(length=1216), nullable=False),
    sa.Column('wrapped', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('add_leaf', sa.Integer(), nullable=False),
    sa.Column('revoke_leaf', sa.Integer(), nullable=True),
    sa.CheckConstraint("state IN ('active', 'revoked')", name=op.f('ck_moderator_key_state')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_moderator_key_account_id_account')),
    sa.ForeignKeyConstraint(['add_leaf'], ['log_leaf.index'], name=op.f('fk_moderator_key_add_leaf_log_leaf')),
    sa.ForeignKeyConstraint(['revoke_leaf'], ['log_leaf.index'], name=op.f('fk_moderator_key_revoke_leaf_log_leaf')),
    sa.PrimaryKeyConstraint('kid', name=op.f('pk_moderator_key')),
    sa.UniqueConstraint('public_key', name=op.f('uq_moderator_key_public_key'))
    )
    with op.batch_alter_table('moderator_key', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_moderator_key_account_id'), ['account_id'], unique=False)

    op.create_table('concern',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('consultation_id', sa.String(length=40), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('owner', sa.String(length=120), nullable=False),
    sa.Column('acknowledge_by', sa.Date(), nullable=False),
    sa.Column('due', sa.Date(), nullable=False),
    sa.Column('answer_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('published', sa.Boolean(), nullable=False),
    sa.Column('public_text', sa.Text(), nullable=False),
    sa.Column('public_salt', sa.String(length=64), nullable=False),
    sa.Column('action_leaf', sa.Integer(), nullable=True),
    sa.CheckConstraint("published OR public_text = ''", name=op.f('ck_concern_public_text')),
    sa.CheckConstraint("state IN ('received', 'studying', 'accepted', 'explained', 'done')", name=op.f('ck_concern_state')),
    sa.ForeignKeyConstraint(['action_leaf'], ['log_leaf.index'], name=op.f('fk_concern_action_leaf_log_leaf')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_concern_consultation_id_consultation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_concern')),
    sa.UniqueConstraint('consultation_id', 'code', name='uq_concern_code')
    )
    op.create_table('consultation_moderator',
    sa.Column('consultation_id', sa.String(length=40), nullable=False),
    sa.Column('kid', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_consultation_moderator_consultation_id_consultation')),
    sa.ForeignKeyConstraint(['kid'], ['moderator_key.kid'], name=op.f('fk_consultation_moderator_kid_moderator_key')),
    sa.PrimaryKeyConstraint('consultation_id', 'kid', name=op.f('pk_consultation_moderator'))
    )
    op.create_table('moderation_progress',
    sa.Column('consultation_id', sa.String(length=40), nullable=False),
    sa.Column('coded', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_moderation_progress_consultation_id_consultation')),
    sa.PrimaryKeyConstraint('consultation_id', name=op.f('pk_moderation_progress'))
    )
    op.create_table('publication',
    sa.Column('consultation_id', sa.String(length=40), nullable=False),
    sa.Column('document', sa.LargeBinary(), nullable=False),
    sa.Column('counts_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('paraphrases_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('counts_commitment', sa.LargeBinary(length=32), nullable=False),
    sa.Column('finding_leaf', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_publication_consultation_id_consultation')),
    sa.ForeignKeyConstraint(['finding_leaf'], ['log_leaf.index'], name=op.f('fk_publication_finding_leaf_log_leaf')),
    sa.PrimaryKeyConstraint('consultation_id', name=op.f('pk_publication')),
    sa.UniqueConstraint('finding_leaf', name=op.f('uq_publication_finding_leaf'))
    )
    op.create_table('reading',
    sa.Column('consultation_id', sa.String(length=40), nullable=False),
    sa.Column('kid', sa.String(length=32), nullable=False),
    sa.Column('reading_leaf', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_reading_consultation_id_consultation')),
    sa.ForeignKeyConstraint(['kid'], ['moderator_key.kid'], name=op.f('fk_reading_kid_moderator_key')),
    sa.ForeignKeyConstraint(['reading_leaf'], ['log_leaf.index'], name=op.f('fk_reading_reading_leaf_log_leaf')),
    sa.PrimaryKeyConstraint('consultation_id', 'kid', name=op.f('pk_reading')),
    sa.UniqueConstraint('reading_leaf', name=op.f('uq_reading_reading_leaf'))
    )
    op.create_table('report',
    sa.Column('consultation_id', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('style', sa.String(length=10), nullable=False),
    sa.Column('draft_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('document_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('kept', sa.Text(), nullable=False),
    sa.Column('report_leaf', sa.Integer(), nullable=True),
    sa.CheckConstraint("state IN ('draft', 'approved')", name=op.f('ck_report_state')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_report_consultation_id_consultation')),
    sa.ForeignKeyConstraint(['report_leaf'], ['log_leaf.index'], name=op.f('fk_report_report_leaf_log_leaf')),
    sa.PrimaryKeyConstraint('consultation_id', name=op.f('pk_report'))
    )
    op.create_table('submission',
    sa.Column('leaf_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('consultation_id', sa.String(length=40), nullable=False),
    sa.Column('envelope_sha256', sa.LargeBinary(length=32), nullable=False),
    sa.Column('locator_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('leaf_index', sa.Integer(), nullable=True),
    sa.CheckConstraint('length(leaf_hash) = 32', name=op.f('ck_submission_leaf_hash_length')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_submission_consultation_id_consultation')),
    sa.ForeignKeyConstraint(['leaf_index'], ['log_leaf.index'], name=op.f('fk_submission_leaf_index_log_leaf')),
    sa.PrimaryKeyConstraint('leaf_hash', name=op.f('pk_submission')),
    sa.UniqueConstraint('leaf_index', name=op.f('uq_submission_leaf_index')),
    sa.UniqueConstraint('locator_hash', name=op.f('uq_submission_locator_hash')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.create_index('ix_submission_queue', ['consultation_id', 'leaf_index'], unique=False)

    op.create_table('unit',
    sa.Column('consultation_id', sa.String(length=40), nullable=False),
    sa.Column('code', sa.String(length=16), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name_vi', sa.String(length=120), nullable=False),
    sa.Column('name_en', sa.String(length=120), nullable=False),
    sa.Column('level', sa.String(length=8), nullable=False),
    sa.Column('headcount', sa.Integer(), nullable=False),
    sa.CheckConstraint("level IN ('office', 'unit', 'party')", name=op.f('ck_unit_level')),
    sa.CheckConstraint('headcount >= 1', name=op.f('ck_unit_headcount')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_unit_consultation_id_consultation')),
    sa.PrimaryKeyConstraint('consultation_id', 'code', name=op.f('pk_unit'))
    )
    op.create_table('coding',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('consultation_id', sa.String(length=40), nullable=False),
    sa.Column('submission_leaf', sa.Integer(), nullable=False),
    sa.Column('coder_id', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('current', sa.Boolean(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('commitment', sa.LargeBinary(length=32), nullable=False),
    sa.Column('coding_leaf', sa.Integer(), nullable=False),
    sa.CheckConstraint('revision >= 1', name=op.f('ck_coding_revision')),
    sa.ForeignKeyConstraint(['coder_id'], ['account.id'], name=op.f('fk_coding_coder_id_account')),
    sa.ForeignKeyConstraint(['coding_leaf'], ['log_leaf.index'], name=op.f('fk_coding_coding_leaf_log_leaf')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_coding_consultation_id_consultation')),
    sa.ForeignKeyConstraint(['submission_leaf'], ['submission.leaf_index'], name=op.f('fk_coding_submission_leaf_submission')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_coding')),
    sa.UniqueConstraint('coding_leaf', name=op.f('uq_coding_coding_leaf'))
    )
    with op.batch_alter_table('coding', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_coding_consultation_id'), ['consultation_id'], unique=False)
        batch_op.create_index('uq_coding_current', ['submission_leaf'], unique=True, sqlite_where=sa.text('current'), postgresql_where=sa.text('current'))
        batch_op.create_index('uq_coding_revision', ['submission_leaf', 'coder_id', 'revision'], unique=True)

    op.create_table('sealed_envelope',
    sa.Column('leaf_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['leaf_hash'], ['submission.leaf_hash'], name=op.f('fk_sealed_envelope_leaf_hash_submission')),
    sa.PrimaryKeyConstraint('leaf_hash', name=op.f('pk_sealed_envelope')),
    sqlite_with_rowid=False
    )


def downgrade() -> None:
    op.drop_table('sealed_envelope')
    with op.batch_alter_table('coding', schema=None) as batch_op:
        batch_op.drop_index('uq_coding_revision')
        batch_op.drop_index('uq_coding_current', sqlite_where=sa.text('current'), postgresql_where=sa.text('current'))
        batch_op.drop_index(batch_op.f('ix_coding_consultation_id'))

    op.drop_table('coding')
    op.drop_table('unit')
    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.drop_index('ix_submission_queue')

    op.drop_table('submission')
    op.drop_table('report')
    op.drop_table('reading')
    op.drop_table('publication')
    op.drop_table('moderation_progress')
    op.drop_table('consultation_moderator')
    op.drop_table('concern')
    with op.batch_alter_table('moderator_key', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_moderator_key_account_id'))

    op.drop_table('moderator_key')
    with op.batch_alter_table('consultation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consultation_state'))

    op.drop_table('consultation')
    op.drop_table('account_role')
    op.drop_table('taxonomy_version')
    op.drop_table('role')
    with op.batch_alter_table('pool_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pool_entry_group'))

    op.drop_table('pool_entry')
    op.drop_table('office_profile')
    op.drop_table('log_tile')
    with op.batch_alter_table('log_leaf', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_log_leaf_leaf_hash'))
        batch_op.drop_index(batch_op.f('ix_log_leaf_kind'))

    op.drop_table('log_leaf')
    op.drop_table('log_checkpoint')
    op.drop_table('account')
