"""conversations: sealed messages in buckets, answer tickets, and how long a consultation's conversations last

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('consultation') as table:
        table.add_column(sa.Column('talk_days', sa.Integer(), nullable=False, server_default='60'))
    with op.batch_alter_table('consultation') as table:
        table.alter_column('talk_days', existing_type=sa.Integer(), existing_nullable=False, server_default=None)
        table.create_check_constraint(op.f('ck_consultation_talk_days'), sa.text('talk_days BETWEEN 0 AND 365'))
    op.create_table('mail_message',
    sa.Column('leaf_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('consultation_id', sa.String(length=40), nullable=False),
    sa.Column('bucket', sa.Integer(), nullable=False),
    sa.Column('leaf_index', sa.Integer(), nullable=True),
    sa.Column('data', sa.LargeBinary(), nullable=True),
    sa.CheckConstraint('length(leaf_hash) = 32', name=op.f('ck_mail_message_leaf_hash_length')),
    sa.CheckConstraint('bucket >= 1', name=op.f('ck_mail_message_bucket')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_mail_message_consultation_id_consultation')),
    sa.ForeignKeyConstraint(['leaf_index'], ['log_leaf.index'], name=op.f('fk_mail_message_leaf_index_log_leaf')),
    sa.PrimaryKeyConstraint('leaf_hash', name=op.f('pk_mail_message')),
    sa.UniqueConstraint('leaf_index', name=op.f('uq_mail_message_leaf_index')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_mail_message_bucket', 'mail_message', ['consultation_id', 'bucket'])
    op.create_table('answer_ticket',
    sa.Column('hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('consultation_id', sa.String(length=40), nullable=False),
    sa.CheckConstraint('length(hash) = 32', name=op.f('ck_answer_ticket_hash_length')),
    sa.ForeignKeyConstraint(['consultation_id'], ['consultation.id'], name=op.f('fk_answer_ticket_consultation_id_consultation')),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_answer_ticket')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_answer_ticket_consultation_id', 'answer_ticket', ['consultation_id'])


def downgrade() -> None:
    op.drop_table('answer_ticket')
    op.drop_table('mail_message')
    with op.batch_alter_table('consultation') as table:
        table.drop_constraint(op.f('ck_consultation_talk_days'), type_='check')
        table.drop_column('talk_days')
