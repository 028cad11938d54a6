"""keys that came after the opening, and comments sealed to them again

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

CONFIRMED = 'replaces IS NOT NULL OR (confirmed_by IS NULL) = (reader_leaf IS NULL)'


def upgrade() -> None:
    op.create_table('added_reader',
    sa.Column('consultation_id', sa.String(length=40), nullable=False),
    sa.Column('kid', sa.String(length=32), nullable=False),
    sa.Column('replaces', sa.String(length=32), nullable=True),
    sa.Column('proposed_by', sa.Integer(), nullable=False),
    sa.Column('confirmed_by', sa.Integer(), nullable=True),
    sa.Column('reader_leaf', sa.Integer(), nullable=True),
    sa.CheckConstraint('confirmed_by IS NULL OR confirmed_by <> proposed_by', name=op.f('ck_added_reader_two_people')),
    sa.CheckConstraint(CONFIRMED, name=op.f('ck_added_reader_confirmed')),
    sa.CheckConstraint('replaces IS NULL OR reader_leaf IS NOT NULL', name=op.f('ck_added_reader_replacement')),
    sa.ForeignKeyConstraint(['confirmed_by'], ['account.id'], name=op.f('fk_added_reader_confirmed_by_account')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_added_reader_consultation_id_consultation')),
    sa.ForeignKeyConstraint(['kid'], ['moderator_key.kid'], name=op.f('fk_added_reader_kid_moderator_key')),
    sa.ForeignKeyConstraint(['proposed_by'], ['account.id'], name=op.f('fk_added_reader_proposed_by_account')),
    sa.ForeignKeyConstraint(['reader_leaf'], ['log_leaf.index'], name=op.f('fk_added_reader_reader_leaf_log_leaf')),
    sa.ForeignKeyConstraint(['replaces'], ['moderator_key.kid'], name=op.f('fk_added_reader_replaces_moderator_key')),
    sa.PrimaryKeyConstraint('consultation_id', 'kid', name=op.f('pk_added_reader')),
    sa.UniqueConstraint('reader_leaf', name=op.f('uq_added_reader_reader_leaf'))
    )
    op.create_table('resealed_wrap',
    sa.Column('leaf_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('kid', sa.String(length=32), nullable=False),
    sa.Column('sealer', sa.String(length=32), nullable=False),
    sa.Column('data', sa.LargeBinary(length=1168), nullable=False),
    sa.CheckConstraint('length(data) = 1168', name=op.f('ck_resealed_wrap_data_length')),
    sa.ForeignKeyConstraint(['kid'], ['moderator_key.kid'], name=op.f('fk_resealed_wrap_kid_moderator_key')),
    sa.ForeignKeyConstraint(['leaf_hash'], ['submission.leaf_hash'], name=op.f('fk_resealed_wrap_leaf_hash_submission')),
    sa.ForeignKeyConstraint(['sealer'], ['moderator_key.kid'], name=op.f('fk_resealed_wrap_sealer_moderator_key')),
    sa.PrimaryKeyConstraint('leaf_hash', 'kid', 'sealer', name=op.f('pk_resealed_wrap')),
    sqlite_with_rowid=False
    )


def downgrade() -> None:
    op.drop_table('resealed_wrap')
    op.drop_table('added_reader')
