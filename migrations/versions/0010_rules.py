"""rules: tables beside the one-way lists, thresholds in people

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


LIMITS = {'unit_min_headcount': 10, 'unit_margin': 3, 'themes_only_under': 20}
DECIDED = (
    '(document IS NULL) = (finding_leaf IS NULL) AND (counts_sealed IS NULL) = (finding_leaf IS NULL) '
    'AND (counts_commitment IS NULL) = (finding_leaf IS NULL)'
)


def upgrade() -> None:
    with op.batch_alter_table('consultation') as table:
        table.add_column(sa.Column('count_people', sa.Boolean(), nullable=False, server_default=sa.false()))
        for name, usual in LIMITS.items():
            table.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default=str(usual)))
    with op.batch_alter_table('consultation') as table:
        table.alter_column('count_people', existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
        for name in LIMITS:
            table.alter_column(name, existing_type=sa.Integer(), existing_nullable=False, server_default=None)
        least = ' AND '.join(f'{name} >= {usual}' for name, usual in LIMITS.items())
        table.create_check_constraint(op.f('ck_consultation_limits'), sa.text(least))
        table.create_check_constraint(
            op.f('ck_consultation_count_people'), sa.text("NOT count_people OR ballot_mode = 'ballots'")
        )
    op.create_table('finding_table',
    sa.Column('id', sa.String(length=60), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('subject', sa.String(length=40), nullable=False),
    sa.Column('document', sa.LargeBinary(), nullable=True),
    sa.Column('counts_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('counts_commitment', sa.LargeBinary(length=32), nullable=True),
    sa.Column('finding_leaf', sa.Integer(), nullable=True),
    sa.CheckConstraint(DECIDED, name=op.f('ck_finding_table_decided')),
    sa.ForeignKeyConstraint(['finding_leaf'], ['log_leaf.index'], name=op.f('fk_finding_table_finding_leaf_log_leaf')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_finding_table')),
    sa.UniqueConstraint('finding_leaf', name=op.f('uq_finding_table_finding_leaf'))
    )
    op.create_table('finding_cross',
    sa.Column('consultation_id', sa.String(length=40), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_finding_cross_consultation_id_consultation')),
    sa.PrimaryKeyConstraint('consultation_id', name=op.f('pk_finding_cross'))
    )
    op.create_index('ix_coding_order', 'coding', ['consultation_id', 'submission_leaf', 'slot'])
    op.drop_index(op.f('ix_coding_consultation_id'), table_name='coding')
    op.create_table('sequenced_count',
    sa.Column('consultation_id', sa.String(length=40), nullable=False),
    sa.Column('comments', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_sequenced_count_consultation_id_consultation')),
    sa.PrimaryKeyConstraint('consultation_id', name=op.f('pk_sequenced_count'))
    )
    op.execute(
        'INSERT INTO sequenced_count (consultation_id, comments) SELECT consultation_id, count(*) FROM submission '
        'WHERE leaf_index IS NOT NULL GROUP BY consultation_id'
    )


def downgrade() -> None:
    op.drop_table('sequenced_count')
    op.create_index(op.f('ix_coding_consultation_id'), 'coding', ['consultation_id'])
    op.drop_index('ix_coding_order', table_name='coding')
    op.drop_table('finding_cross')
    op.drop_table('finding_table')
    with op.batch_alter_table('consultation') as table:
        table.drop_constraint(op.f('ck_consultation_count_people'), type_='check')
        table.drop_constraint(op.f('ck_consultation_limits'), type_='check')
        table.drop_column('count_people')
        for name in LIMITS:
            table.drop_column(name)
