"""how many ballots of a kind there are and were spent

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('ballot_count',
    sa.Column('consultation_id', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('most', sa.Integer(), nullable=False),
    sa.Column('spent', sa.Integer(), nullable=False),
    sa.CheckConstraint('spent BETWEEN 0 AND most', name=op.f('ck_ballot_count_spent')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_ballot_count_consultation_id_consultation')),
    sa.PrimaryKeyConstraint('consultation_id', 'kind', name=op.f('pk_ballot_count'))
    )


def downgrade() -> None:
    op.drop_table('ballot_count')
