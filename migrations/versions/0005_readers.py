"""readers: one or two codings of each comment, decisions, agreement, handing over, recusal

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

CURRENT = {'sqlite_where': sa.text('current'), 'postgresql_where': sa.text('current')}


def upgrade() -> None:
    with op.batch_alter_table('consultation') as table:
        table.add_column(sa.Column('readers', sa.Integer(), nullable=False, server_default='1'))
    with op.batch_alter_table('consultation') as table:
        table.alter_column('readers', existing_type=sa.Integer(), existing_nullable=False, server_default=None)
        table.create_check_constraint(op.f('ck_consultation_readers'), sa.text('readers IN (1, 2)'))
    _codings()
    with op.batch_alter_table('moderation_progress') as table:
        table.add_column(sa.Column('paired', sa.Integer(), nullable=False, server_default='0'))
        table.add_column(sa.Column('settled', sa.Integer(), nullable=False, server_default='0'))
        table.add_column(sa.Column('tags_sealed', sa.LargeBinary(), nullable=True))
    op.execute('UPDATE moderation_progress SET settled = coded')
    with op.batch_alter_table('moderation_progress') as table:
        for name in ('paired', 'settled'):
            table.alter_column(name, existing_type=sa.Integer(), existing_nullable=False, server_default=None)
    op.create_table('agreement_batch',
    sa.Column('consultation_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('pairs', sa.Integer(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.CheckConstraint('pairs BETWEEN 1 AND 20', name=op.f('ck_agreement_batch_pairs')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_agreement_batch_consultation_id_consultation')),
    sa.PrimaryKeyConstraint('consultation_id', 'number', name=op.f('pk_agreement_batch'))
    )
    op.create_table('handover',
    sa.Column('submission_leaf', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('taken', sa.Boolean(), nullable=False),
    sa.Column('note', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_handover_account_id_account')),
    sa.ForeignKeyConstraint(['submission_leaf'], ['submission.leaf_index'], name=op.f('fk_handover_submission_leaf_submission')),
    sa.PrimaryKeyConstraint('submission_leaf', 'account_id', name=op.f('pk_handover'))
    )
    op.create_table('recusal',
    sa.Column('consultation_id', sa.String(length=40), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('reason_sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_recusal_account_id_account')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_recusal_consultation_id_consultation')),
    sa.PrimaryKeyConstraint('consultation_id', 'account_id', name=op.f('pk_recusal'))
    )


def _codings() -> None:
    """Codings that were made before are their comment's first."""
    with op.batch_alter_table('coding') as table:
        table.add_column(sa.Column('slot', sa.Integer(), nullable=False, server_default='1'))
        table.add_column(sa.Column('day', sa.Date(), nullable=True))
        table.add_column(sa.Column('shared', sa.LargeBinary(), nullable=True))
        table.drop_index('uq_coding_current')
        table.drop_index('uq_coding_revision')
    with op.batch_alter_table('coding') as table:
        table.alter_column('slot', existing_type=sa.Integer(), existing_nullable=False, server_default=None)
        table.create_check_constraint(op.f('ck_coding_slot'), sa.text('slot BETWEEN 1 AND 3'))
    with op.batch_alter_table('coding') as table:
        table.create_index('uq_coding_revision', ['submission_leaf', 'slot', 'revision'], unique=True)
        table.create_index('uq_coding_current', ['submission_leaf', 'slot'], unique=True, **CURRENT)
        table.create_index('uq_coding_coder', ['submission_leaf', 'coder_id'], unique=True, **CURRENT)


def downgrade() -> None:
    """One coding a comment has room in the older schema: the first slot's stays."""
    op.drop_table('recusal')
    op.drop_table('handover')
    op.drop_table('agreement_batch')
    with op.batch_alter_table('moderation_progress') as table:
        table.drop_column('tags_sealed')
        table.drop_column('settled')
        table.drop_column('paired')
    op.execute('DELETE FROM coding WHERE slot > 1')
    with op.batch_alter_table('coding') as table:
        table.drop_index('uq_coding_coder')
        table.drop_index('uq_coding_current')
        table.drop_index('uq_coding_revision')
        table.drop_constraint(op.f('ck_coding_slot'), type_='check')
        table.drop_column('shared')
        table.drop_column('day')
        table.drop_column('slot')
    with op.batch_alter_table('coding') as table:
        table.create_index('uq_coding_revision', ['submission_leaf', 'coder_id', 'revision'], unique=True)
        table.create_index('uq_coding_current', ['submission_leaf'], unique=True, **CURRENT)
    with op.batch_alter_table('consultation') as table:
        table.drop_constraint(op.f('ck_consultation_readers'), type_='check')
        table.drop_column('readers')
