"""consolidation: subordinate offices, what was taken of them, the report on it and its approved versions

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    _offices()
    _consolidation()
    _report()
    _files()


def _offices() -> None:
    op.create_table('consolidation_taxonomy',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_consolidation_taxonomy'))
    )
    op.create_table('subordinate_office',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('origin', sa.String(length=255), nullable=False),
    sa.Column('vkey', sa.Text(), nullable=False),
    sa.Column('policy', sa.Text(), nullable=False),
    sa.Column('confirmed_by', sa.Integer(), nullable=True),
    sa.Column('confirmed_on', sa.Date(), nullable=True),
    sa.CheckConstraint('(confirmed_by IS NULL) = (confirmed_on IS NULL)', name=op.f('ck_subordinate_office_confirmed')),
    sa.ForeignKeyConstraint(['confirmed_by'], ['account.id'], name=op.f('fk_subordinate_office_confirmed_by_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subordinate_office')),
    sa.UniqueConstraint('origin', name=op.f('uq_subordinate_office_origin'))
    )


def _consolidation() -> None:
    op.create_table('consolidation',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('title_vi', sa.String(length=200), nullable=False),
    sa.Column('title_en', sa.String(length=200), nullable=False),
    sa.Column('opens', sa.Date(), nullable=False),
    sa.Column('closes', sa.Date(), nullable=False),
    sa.Column('k', sa.Integer(), nullable=False),
    sa.Column('offices_least', sa.Integer(), nullable=False),
    sa.Column('taxonomy_version', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('draft_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('document_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('drafted_figures', sa.String(length=64), nullable=True),
    sa.Column('edited_by', sa.Integer(), nullable=True),
    sa.Column('handed_by', sa.Integer(), nullable=True),
    sa.Column('handed_sha256', sa.String(length=64), nullable=True),
    sa.Column('handed_figures', sa.String(length=64), nullable=True),
    sa.Column('report_leaf', sa.Integer(), nullable=True),
    sa.CheckConstraint("state <> 'handed' OR (handed_sha256 IS NOT NULL "
        "AND handed_figures IS NOT NULL AND handed_by IS NOT NULL)",
        name=op.f('ck_consolidation_handed_bytes')),
    sa.CheckConstraint("state IN ('draft', 'handed', 'approved')", name=op.f('ck_consolidation_state')),
    sa.CheckConstraint('(draft_sealed IS NULL) = (document_sealed IS NULL)', name=op.f('ck_consolidation_drafted')),
    sa.CheckConstraint('k >= 5 AND offices_least >= 2', name=op.f('ck_consolidation_threshold')),
    sa.CheckConstraint('opens <= closes', name=op.f('ck_consolidation_period')),
    sa.ForeignKeyConstraint(['edited_by'], ['account.id'], name=op.f('fk_consolidation_edited_by_account')),
    sa.ForeignKeyConstraint(['handed_by'], ['account.id'], name=op.f('fk_consolidation_handed_by_account')),
    sa.ForeignKeyConstraint(['report_leaf'], ['log_leaf.index'], name=op.f('fk_consolidation_report_leaf_log_leaf')),
    sa.ForeignKeyConstraint(['taxonomy_version'], ['taxonomy_version.version'],
        name=op.f('fk_consolidation_taxonomy_version_taxonomy_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consolidation'))
    )


def _report() -> None:
    op.create_table('approved_consolidation',
    sa.Column('consolidation_id', sa.String(length=40), nullable=False),
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('document_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('figures', sa.LargeBinary(), nullable=False),
    sa.Column('handed_by', sa.Integer(), nullable=False),
    sa.Column('approved_by', sa.Integer(), nullable=False),
    sa.Column('approved_on', sa.Date(), nullable=False),
    sa.Column('report_leaf', sa.Integer(), nullable=False),
    sa.CheckConstraint('handed_by <> approved_by', name=op.f('ck_approved_consolidation_two_people')),
    sa.ForeignKeyConstraint(['approved_by'], ['account.id'],
        name=op.f('fk_approved_consolidation_approved_by_account')),
    sa.ForeignKeyConstraint(['consolidation_id'], ['consolidation.id'],
        name=op.f('fk_approved_consolidation_consolidation_id_consolidation')),
    sa.ForeignKeyConstraint(['handed_by'], ['account.id'], name=op.f('fk_approved_consolidation_handed_by_account')),
    sa.ForeignKeyConstraint(['report_leaf'], ['log_leaf.index'],
        name=op.f('fk_approved_consolidation_report_leaf_log_leaf')),
    sa.PrimaryKeyConstraint('consolidation_id', 'version', name=op.f('pk_approved_consolidation')),
    sa.UniqueConstraint('report_leaf', name=op.f('uq_approved_consolidation_report_leaf'))
    )


def _files() -> None:
    op.create_table('consolidated_file',
    sa.Column('consolidation_id', sa.String(length=40), nullable=False),
    sa.Column('office_id', sa.String(length=40), nullable=False),
    sa.Column('consultation', sa.String(length=40), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.Column('vkey', sa.Text(), nullable=False),
    sa.Column('publication_sha256', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['consolidation_id'], ['consolidation.id'],
        name=op.f('fk_consolidated_file_consolidation_id_consolidation')),
    sa.ForeignKeyConstraint(['office_id'], ['subordinate_office.id'],
        name=op.f('fk_consolidated_file_office_id_subordinate_office')),
    sa.PrimaryKeyConstraint('consolidation_id', 'office_id', 'consultation', name=op.f('pk_consolidated_file'))
    )
    op.create_table('consolidation_import',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('consolidation_id', sa.String(length=40), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('verdicts', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_consolidation_import_account_id_account')),
    sa.ForeignKeyConstraint(['consolidation_id'], ['consolidation.id'],
        name=op.f('fk_consolidation_import_consolidation_id_consolidation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consolidation_import'))
    )
    with op.batch_alter_table('consolidation_import', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consolidation_import_consolidation_id'),
            ['consolidation_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('consolidation_import', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consolidation_import_consolidation_id'))
    for name in ('consolidation_import', 'consolidated_file', 'approved_consolidation', 'consolidation',
                 'subordinate_office', 'consolidation_taxonomy'):
        op.drop_table(name)
