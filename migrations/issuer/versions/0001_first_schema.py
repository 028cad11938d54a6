"""first schema of an issuer's store

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
    op.create_table('round',
    sa.Column('consultation', sa.String(length=40), nullable=False),
    sa.Column('title_vi', sa.String(length=200), nullable=False),
    sa.Column('title_en', sa.String(length=200), nullable=False),
    sa.Column('each_ballots', sa.Integer(), nullable=False),
    sa.Column('collect_from', sa.Date(), nullable=False),
    sa.Column('collect_until', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('sealed_key', sa.LargeBinary(), nullable=True),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('terms', sa.Text(), nullable=True),
    sa.Column('closing', sa.Text(), nullable=True),
    sa.CheckConstraint("(state = 'closed') = (closing IS NOT NULL)", name=op.f('ck_round_closing')),
    sa.CheckConstraint("(state = 'closed') = (sealed_key IS NULL)", name=op.f('ck_round_key_destroyed')),
    sa.CheckConstraint("(state = 'preparing') = (terms IS NULL)", name=op.f('ck_round_terms')),
    sa.CheckConstraint("state IN ('preparing', 'ready', 'closed')", name=op.f('ck_round_state')),
    sa.CheckConstraint('collect_from <= collect_until', name=op.f('ck_round_period')),
    sa.CheckConstraint('each_ballots BETWEEN 1 AND 9', name=op.f('ck_round_each_ballots')),
    sa.PrimaryKeyConstraint('consultation', name=op.f('pk_round'))
    )
    op.create_table('card',
    sa.Column('consultation', sa.String(length=40), nullable=False),
    sa.Column('key_sha256', sa.LargeBinary(length=32), nullable=False),
    sa.ForeignKeyConstraint(['consultation'], ['round.consultation'], name=op.f('fk_card_consultation_round')),
    sa.PrimaryKeyConstraint('consultation', 'key_sha256', name=op.f('pk_card')),
    sqlite_with_rowid=False
    )
    op.create_table('issuance',
    sa.Column('consultation', sa.String(length=40), nullable=False),
    sa.Column('message_sha256', sa.LargeBinary(length=32), nullable=False),
    sa.ForeignKeyConstraint(['consultation'], ['round.consultation'], name=op.f('fk_issuance_consultation_round')),
    sa.PrimaryKeyConstraint('consultation', 'message_sha256', name=op.f('pk_issuance')),
    sqlite_with_rowid=False
    )
    op.create_table('person',
    sa.Column('consultation', sa.String(length=40), nullable=False),
    sa.Column('staff_code', sa.String(length=24), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('unit_code', sa.String(length=16), nullable=False),
    sa.Column('unit_name', sa.String(length=120), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('claim_sha256', sa.LargeBinary(length=32), nullable=True),
    sa.Column('request_sha256', sa.LargeBinary(length=32), nullable=True),
    sa.Column('took_cards', sa.Boolean(), nullable=False),
    sa.CheckConstraint('claim_sha256 IS NULL OR length(claim_sha256) = 32', name=op.f('ck_person_claim_length')),
    sa.CheckConstraint('request_sha256 IS NULL OR took_cards = 0', name=op.f('ck_person_once')),
    sa.ForeignKeyConstraint(['consultation'], ['round.consultation'], name=op.f('fk_person_consultation_round')),
    sa.PrimaryKeyConstraint('consultation', 'staff_code', name=op.f('pk_person')),
    sqlite_with_rowid=False
    )


def downgrade() -> None:
    op.drop_table('person')
    op.drop_table('issuance')
    op.drop_table('card')
    op.drop_table('round')
