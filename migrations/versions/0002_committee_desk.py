"""what the committee's desk keeps: days to acknowledge, chosen paraphrases, decided contradictions

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

# Table, new column, its type, and what rows that stand already get.
COLUMNS = (
    ('concern', 'acknowledge_by', sa.Date(), sa.column('due', sa.Date())),
    ('publication', 'paraphrases_sealed', sa.LargeBinary(), b''),
    ('report', 'kept', sa.Text(), '[]'),
)


def upgrade() -> None:
    for table, name, kind, _ in COLUMNS:
        op.add_column(table, sa.Column(name, kind, nullable=True))
    for table, name, kind, value in COLUMNS:
        op.execute(sa.table(table, sa.column(name, kind)).update().values({name: value}))
    for table, name, kind, _ in COLUMNS:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(name, existing_type=kind, nullable=False)


def downgrade() -> None:
    for table, name, _, _ in reversed(COLUMNS):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(name)
