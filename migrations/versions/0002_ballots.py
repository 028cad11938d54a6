"""ballots: issuers of a consultation, days of collecting, spent ballots

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

COLLECTING = (
    "ballot_mode = 'open' OR (each_ballots BETWEEN 1 AND 9 AND collect_from IS NOT NULL "
    "AND collect_until IS NOT NULL AND collect_from <= collect_until AND collect_until < opens)"
)


def upgrade() -> None:
    with op.batch_alter_table('consultation') as table:
        table.add_column(sa.Column('each_ballots', sa.Integer(), nullable=False, server_default='3'))
        table.add_column(sa.Column('collect_from', sa.Date(), nullable=True))
        table.add_column(sa.Column('collect_until', sa.Date(), nullable=True))
    with op.batch_alter_table('consultation') as table:
        table.alter_column('each_ballots', existing_type=sa.Integer(), existing_nullable=False, server_default=None)
        table.create_check_constraint(op.f('ck_consultation_collecting'), sa.text(COLLECTING))
    op.create_table('consultation_issuer',
    sa.Column('consultation_id', sa.String(length=40), nullable=False),
    sa.Column('issuer', sa.String(length=40), nullable=False),
    sa.Column('name_vi', sa.String(length=200), nullable=False),
    sa.Column('name_en', sa.String(length=200), nullable=False),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('identity', sa.String(length=200), nullable=False),
    sa.Column('terms', sa.Text(), nullable=False),
    sa.Column('terms_sha256', sa.String(length=64), nullable=False),
    sa.Column('key_leaf', sa.Integer(), nullable=True),
    sa.Column('closing', sa.Text(), nullable=True),
    sa.Column('issued', sa.Integer(), nullable=True),
    sa.Column('cards', sa.Integer(), nullable=True),
    sa.CheckConstraint('(closing IS NULL) = (issued IS NULL)', name=op.f('ck_consultation_issuer_closing')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_consultation_issuer_consultation_id_consultation')),
    sa.ForeignKeyConstraint(['key_leaf'], ['log_leaf.index'], name=op.f('fk_consultation_issuer_key_leaf_log_leaf')),
    sa.PrimaryKeyConstraint('consultation_id', 'issuer', name=op.f('pk_consultation_issuer'))
    )
    op.create_table('nullifier',
    sa.Column('value', sa.LargeBinary(length=32), nullable=False),
    sa.Column('consultation_id', sa.String(length=40), nullable=False),
    sa.CheckConstraint('length(value) = 32', name=op.f('ck_nullifier_value_length')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_nullifier_consultation_id_consultation')),
    sa.PrimaryKeyConstraint('value', name=op.f('pk_nullifier')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('nullifier') as table:
        table.create_index(op.f('ix_nullifier_consultation_id'), ['consultation_id'], unique=False)


def downgrade() -> None:
    op.drop_table('nullifier')
    op.drop_table('consultation_issuer')
    with op.batch_alter_table('consultation') as table:
        table.drop_constraint(op.f('ck_consultation_collecting'), type_='check')
        table.drop_column('collect_until')
        table.drop_column('collect_from')
        table.drop_column('each_ballots')
