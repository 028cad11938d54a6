"""witnesses: their cosignatures on checkpoints, and what each of them last said

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('log_cosignature',
    sa.Column('size', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('key_id', sa.LargeBinary(length=4), nullable=False),
    sa.Column('line', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['size'], ['log_checkpoint.size'], name=op.f('fk_log_cosignature_size_log_checkpoint')),
    sa.PrimaryKeyConstraint('size', 'name', 'key_id', name=op.f('pk_log_cosignature'))
    )
    op.create_table('log_witness',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('key_id', sa.LargeBinary(length=4), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('name', 'key_id', name=op.f('pk_log_witness'))
    )


def downgrade() -> None:
    op.drop_table('log_witness')
    op.drop_table('log_cosignature')
