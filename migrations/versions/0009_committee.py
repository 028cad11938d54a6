"""the committee's steps on a concern, who follows it, what of it is public, and the day of a reminder

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

STATES = "state IN ('received', 'studying', 'accepted', 'explained', 'declined', 'done')"
OLD_STATES = "state IN ('received', 'studying', 'accepted', 'explained', 'done')"
PUBLIC = "action_leaf IS NOT NULL OR (public_text = '' AND public_salt = '')"
# An answer that stands already becomes the first step; who gave it, and when, was not kept.
FIRST_STEPS = """
INSERT INTO concern_step (concern_id, number, state, due, public_text, public_salt, action_leaf)
SELECT id, 1, state, due, public_text, public_salt, action_leaf FROM concern WHERE published
"""


def upgrade() -> None:
    with op.batch_alter_table('concern', schema=None) as batch_op:
        batch_op.add_column(sa.Column('owner_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('draft_due', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('public_state', sa.String(length=10), server_default='', nullable=False))
        batch_op.create_foreign_key(batch_op.f('fk_concern_owner_id_account'), 'account', ['owner_id'], ['id'])
        batch_op.drop_constraint(batch_op.f('ck_concern_state'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_concern_state'), STATES)
    op.execute("UPDATE concern SET public_state = state WHERE published")
    with op.batch_alter_table('concern', schema=None) as batch_op:
        batch_op.alter_column('public_state', existing_type=sa.String(length=10), existing_nullable=False, server_default=None)
        batch_op.create_check_constraint(batch_op.f('ck_concern_public_state'), "published = (public_state <> '')")

    op.create_table('concern_step',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('concern_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=True),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('due', sa.Date(), nullable=False),
    sa.Column('note_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('public_text', sa.Text(), nullable=False),
    sa.Column('public_salt', sa.String(length=64), nullable=False),
    sa.Column('action_leaf', sa.Integer(), nullable=True),
    sa.CheckConstraint('(day IS NULL) = (account_id IS NULL)', name=op.f('ck_concern_step_hand')),
    sa.CheckConstraint(PUBLIC, name=op.f('ck_concern_step_public')),
    sa.CheckConstraint(STATES, name=op.f('ck_concern_step_state')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_concern_step_account_id_account')),
    sa.ForeignKeyConstraint(['action_leaf'], ['log_leaf.index'], name=op.f('fk_concern_step_action_leaf_log_leaf')),
    sa.ForeignKeyConstraint(['concern_id'], ['concern.id'], name=op.f('fk_concern_step_concern_id_concern')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_concern_step')),
    sa.UniqueConstraint('action_leaf', name=op.f('uq_concern_step_action_leaf')),
    sa.UniqueConstraint('concern_id', 'number', name='uq_concern_step_number')
    )
    op.execute(FIRST_STEPS)
    op.create_table('digest',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_digest_account_id_account')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_digest'))
    )


def downgrade() -> None:
    op.drop_table('digest')
    op.drop_table('concern_step')
    # The older portal shows the one state it has, so it must be the public one. It knows no refusal: that stands there
    # as an explanation, with the same words.
    op.execute("UPDATE concern SET state = public_state WHERE published")
    op.execute("UPDATE concern SET state = 'explained' WHERE state = 'declined'")
    with op.batch_alter_table('concern', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_concern_public_state'), type_='check')
        batch_op.drop_constraint(batch_op.f('ck_concern_state'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_concern_state'), OLD_STATES)
        batch_op.drop_constraint(batch_op.f('fk_concern_owner_id_account'), type_='foreignkey')
        batch_op.drop_column('public_state')
        batch_op.drop_column('draft_due')
        batch_op.drop_column('owner_id')
