"""files: sealed attachments, and how many a comment of a consultation may have

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('consultation') as table:
        table.add_column(sa.Column('attachments', sa.Integer(), nullable=False, server_default='0'))
    with op.batch_alter_table('consultation') as table:
        table.alter_column('attachments', existing_type=sa.Integer(), existing_nullable=False, server_default=None)
        table.create_check_constraint(op.f('ck_consultation_attachments'), sa.text('attachments BETWEEN 0 AND 3'))
    op.create_table('sealed_attachment',
    sa.Column('sha256', sa.LargeBinary(length=32), nullable=False),
    sa.Column('consultation_id', sa.String(length=40), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.CheckConstraint('length(sha256) = 32', name=op.f('ck_sealed_attachment_sha256_length')),
    sa.CheckConstraint('size = length(data)', name=op.f('ck_sealed_attachment_size')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_sealed_attachment_consultation_id_consultation')),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_sealed_attachment')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('sealed_attachment') as table:
        table.create_index('ix_sealed_attachment_room', ['consultation_id', 'size'], unique=False)


def downgrade() -> None:
    op.drop_table('sealed_attachment')
    with op.batch_alter_table('consultation') as table:
        table.drop_constraint(op.f('ck_consultation_attachments'), type_='check')
        table.drop_column('attachments')
