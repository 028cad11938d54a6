"""private: differentially private lists that a consultation promises, and those that were drawn

Revision ID: 0015
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0013'
branch_labels = None
depends_on = None


COLUMNS = {'private_categories': 0, 'private_units': 0, 'private_rows': 2}
PROMISED = (
    "private_categories >= 0 AND private_units >= 0 AND private_categories + private_units <= 2000 "
    "AND private_rows BETWEEN 1 AND 5 AND (private_categories + private_units = 0 "
    "OR (headcount > 1000 AND ballot_mode = 'ballots'))"
)


def upgrade() -> None:
    with op.batch_alter_table('consultation') as table:
        for name, usual in COLUMNS.items():
            table.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default=str(usual)))
    with op.batch_alter_table('consultation') as table:
        for name in COLUMNS:
            table.alter_column(name, existing_type=sa.Integer(), existing_nullable=False, server_default=None)
        table.create_check_constraint(op.f('ck_consultation_private'), sa.text(PROMISED))
    op.create_table('private_list',
    sa.Column('consultation_id', sa.String(length=40), nullable=False),
    sa.Column('listed', sa.String(length=10), nullable=False),
    sa.Column('document', sa.LargeBinary(), nullable=False),
    sa.Column('counts_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('counts_commitment', sa.LargeBinary(length=32), nullable=False),
    sa.Column('finding_leaf', sa.Integer(), nullable=False),
    sa.CheckConstraint("listed IN ('categories', 'units')", name=op.f('ck_private_list_listed')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'],
        name=op.f('fk_private_list_consultation_id_consultation')),
    sa.ForeignKeyConstraint(['finding_leaf'], ['log_leaf.index'], name=op.f('fk_private_list_finding_leaf_log_leaf')),
    sa.PrimaryKeyConstraint('consultation_id', 'listed', name=op.f('pk_private_list')),
    sa.UniqueConstraint('finding_leaf', name=op.f('uq_private_list_finding_leaf'))
    )


def downgrade() -> None:
    op.drop_table('private_list')
    with op.batch_alter_table('consultation') as table:
        table.drop_constraint(op.f('ck_consultation_private'), type_='check')
        for name in COLUMNS:
            table.drop_column(name)
