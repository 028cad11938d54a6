"""report studio: versions of the profile, two-person approval, approved versions, what staff did, words in writing

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

PEOPLE = ('edited_by', 'handed_by')


def upgrade() -> None:
    with op.batch_alter_table('office_profile', schema=None) as batch_op:
        batch_op.add_column(sa.Column('saved_by', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('saved_on', sa.Date(), nullable=True))
        batch_op.drop_constraint(batch_op.f('ck_office_profile_single'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_office_profile_version'), 'id >= 1')
        batch_op.create_foreign_key(batch_op.f('fk_office_profile_saved_by_account'), 'account', ['saved_by'], ['id'])
    with op.batch_alter_table('report', schema=None) as batch_op:
        batch_op.add_column(sa.Column('version', sa.Integer(), server_default='1', nullable=False))
        batch_op.add_column(sa.Column('notes_sealed', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('profile_version', sa.Integer(), nullable=True))
        for name in PEOPLE:
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=True))
            batch_op.create_foreign_key(batch_op.f(f'fk_report_{name}_account'), 'account', [name], ['id'])
        batch_op.add_column(sa.Column('handed_sha256', sa.String(length=64), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f('fk_report_profile_version_office_profile'), 'office_profile', ['profile_version'], ['id']
        )
        batch_op.drop_constraint(batch_op.f('ck_report_state'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_report_state'), "state IN ('draft', 'handed', 'approved')")
        batch_op.create_check_constraint(
            batch_op.f('ck_report_handed_bytes'),
            "state <> 'handed' OR (handed_sha256 IS NOT NULL AND handed_by IS NOT NULL)",
        )
    _tables()
    # What was approved before stands in the log as it is: it becomes version 1, by people whom nobody noted.
    op.execute(
        'INSERT INTO approved_report (consultation_id, version, document_sealed, report_leaf) '
        "SELECT consultation_id, 1, document_sealed, report_leaf FROM report WHERE state = 'approved'"
    )


def _tables() -> None:
    op.create_table('approved_report',
    sa.Column('consultation_id', sa.String(length=40), nullable=False),
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('document_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('notes_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('handed_by', sa.Integer(), nullable=True),
    sa.Column('approved_by', sa.Integer(), nullable=True),
    sa.Column('approved_on', sa.Date(), nullable=True),
    sa.Column('report_leaf', sa.Integer(), nullable=False),
    sa.CheckConstraint('handed_by <> approved_by', name=op.f('ck_approved_report_two_people')),
    sa.ForeignKeyConstraint(['approved_by'], ['account.id'], name=op.f('fk_approved_report_approved_by_account')),
    sa.ForeignKeyConstraint(['consultation_id'], ['report.consultation_id'], name=op.f('fk_approved_report_consultation_id_report')),
    sa.ForeignKeyConstraint(['handed_by'], ['account.id'], name=op.f('fk_approved_report_handed_by_account')),
    sa.ForeignKeyConstraint(['report_leaf'], ['log_leaf.index'], name=op.f('fk_approved_report_report_leaf_log_leaf')),
    sa.PrimaryKeyConstraint('consultation_id', 'version', name=op.f('pk_approved_report')),
    sa.UniqueConstraint('report_leaf', name=op.f('uq_approved_report_report_leaf'))
    )
    op.create_table('report_act',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('consultation_id', sa.String(length=40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('act', sa.String(length=12), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('detail', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_report_act_account_id_account')),
    sa.ForeignKeyConstraint(['consultation_id'], ['report.consultation_id'], name=op.f('fk_report_act_consultation_id_report')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_act'))
    )
    with op.batch_alter_table('report_act', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_report_act_consultation_id'), ['consultation_id'], unique=False)
    op.create_table('report_scratch',
    sa.Column('consultation_id', sa.String(length=40), nullable=False),
    sa.Column('account_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('seen', sa.String(length=64), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_report_scratch_account_id_account')),
    sa.ForeignKeyConstraint(['consultation_id'], ['report.consultation_id'], name=op.f('fk_report_scratch_consultation_id_report')),
    sa.PrimaryKeyConstraint('consultation_id', 'account_id', 'seen', name=op.f('pk_report_scratch'))
    )


def downgrade() -> None:
    op.drop_table('report_scratch')
    with op.batch_alter_table('report_act', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_report_act_consultation_id'))
    op.drop_table('report_act')
    op.drop_table('approved_report')
    op.execute("UPDATE report SET state = 'draft' WHERE state = 'handed'")
    with op.batch_alter_table('report', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_report_handed_bytes'), type_='check')
        batch_op.drop_constraint(batch_op.f('ck_report_state'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_report_state'), "state IN ('draft', 'approved')")
        batch_op.drop_constraint(batch_op.f('fk_report_profile_version_office_profile'), type_='foreignkey')
        for name in PEOPLE:
            batch_op.drop_constraint(batch_op.f(f'fk_report_{name}_account'), type_='foreignkey')
        for name in ('version', 'notes_sealed', 'profile_version', *PEOPLE, 'handed_sha256'):
            batch_op.drop_column(name)
    # The schema before this one knows one profile, the newest.
    op.execute('DELETE FROM office_profile WHERE id < (SELECT max(id) FROM office_profile)')
    op.execute('UPDATE office_profile SET id = 1')
    with op.batch_alter_table('office_profile', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_office_profile_version'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_office_profile_single'), 'id = 1')
        batch_op.drop_constraint(batch_op.f('fk_office_profile_saved_by_account'), type_='foreignkey')
        batch_op.drop_column('saved_by')
        batch_op.drop_column('saved_on')
