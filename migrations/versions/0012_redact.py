"""redaction: what is kept back of comments, withdrawn paraphrases, and the rights to both

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('account_right',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=8), nullable=False),
    sa.CheckConstraint("name IN ('mask', 'remove')", name=op.f('ck_account_right_name')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_account_right_account_id_account')),
    sa.PrimaryKeyConstraint('account_id', 'name', name=op.f('pk_account_right'))
    )
    op.create_table('redaction',
    sa.Column('submission_leaf', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('revision', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(length=1052), nullable=False),
    sa.Column('salt', sa.LargeBinary(length=32), nullable=False),
    sa.Column('redaction_leaf', sa.Integer(), nullable=False),
    sa.CheckConstraint("kind IN ('mask', 'removal')", name=op.f('ck_redaction_kind')),
    sa.CheckConstraint('length(sealed) = 1052', name=op.f('ck_redaction_sealed_length')),
    sa.CheckConstraint('revision BETWEEN 1 AND 20', name=op.f('ck_redaction_revision')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_redaction_account_id_account')),
    sa.ForeignKeyConstraint(['redaction_leaf'], ['log_leaf.index'], name=op.f('fk_redaction_redaction_leaf_log_leaf')),
    sa.ForeignKeyConstraint(['submission_leaf'], ['submission.leaf_index'], name=op.f('fk_redaction_submission_leaf_submission')),
    sa.PrimaryKeyConstraint('submission_leaf', 'kind', 'revision', name=op.f('pk_redaction')),
    sa.UniqueConstraint('redaction_leaf', name=op.f('uq_redaction_redaction_leaf'))
    )
    op.create_table('withdrawal',
    sa.Column('submission_leaf', sa.Integer(), nullable=False),
    sa.Column('slot', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('salt', sa.LargeBinary(length=32), nullable=False),
    sa.Column('redaction_leaf', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_withdrawal_account_id_account')),
    sa.ForeignKeyConstraint(['redaction_leaf'], ['log_leaf.index'], name=op.f('fk_withdrawal_redaction_leaf_log_leaf')),
    sa.ForeignKeyConstraint(['submission_leaf'], ['submission.leaf_index'], name=op.f('fk_withdrawal_submission_leaf_submission')),
    sa.PrimaryKeyConstraint('submission_leaf', 'slot', name=op.f('pk_withdrawal')),
    sa.UniqueConstraint('redaction_leaf', name=op.f('uq_withdrawal_redaction_leaf'))
    )


def downgrade() -> None:
    op.drop_table('withdrawal')
    op.drop_table('redaction')
    op.drop_table('account_right')
