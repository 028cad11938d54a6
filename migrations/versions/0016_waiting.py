"""waiting: a comment is one row of the pool until it has its place in the log

Revision ID: 0016
Revises: 0015
"""

import json

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

# SQLite copies a table to alter it; the copy must have no row number either.
HASHED = {'table_kwargs': {'sqlite_with_rowid': False}}
WAITING = 'SELECT leaf_hash FROM submission WHERE leaf_index IS NULL'
STRAY = 'SELECT 1 FROM submission WHERE leaf_index IS NULL AND leaf_hash NOT IN (SELECT leaf_hash FROM pool_entry)'
TO_POOL = (
    'UPDATE pool_entry SET '
    'handle = (SELECT locator_hash FROM submission WHERE submission.leaf_hash = pool_entry.leaf_hash), '
    'load = (SELECT data FROM sealed_envelope WHERE sealed_envelope.leaf_hash = pool_entry.leaf_hash) '
    f'WHERE leaf_hash IN ({WAITING})'
)
BACK = sa.text('SELECT leaf_hash, "group", data, handle FROM pool_entry WHERE handle IS NOT NULL ORDER BY leaf_hash')
PUT = sa.text(
    'INSERT INTO submission (leaf_hash, consultation_id, envelope_sha256, locator_hash) '
    'VALUES (:leaf_hash, :consultation_id, :envelope_sha256, :locator_hash)'
)
PUT_ENVELOPES = (
    'INSERT INTO sealed_envelope (leaf_hash, data) '
    'SELECT leaf_hash, load FROM pool_entry WHERE handle IS NOT NULL ORDER BY leaf_hash'
)


def upgrade() -> None:
    with op.batch_alter_table('pool_entry', **HASHED) as table:
        table.drop_index(op.f('ix_pool_entry_group'))
        table.add_column(sa.Column('handle', sa.LargeBinary(length=32), nullable=True))
        table.add_column(sa.Column('load', sa.LargeBinary(), nullable=True))
    bind = op.get_bind()
    if bind.execute(sa.text(STRAY)).first() is not None:
        raise RuntimeError('a comment waits in no pool; nothing was changed')
    op.execute(TO_POOL)
    op.execute(f'DELETE FROM sealed_envelope WHERE leaf_hash IN ({WAITING})')
    op.execute('DELETE FROM submission WHERE leaf_index IS NULL')
    with op.batch_alter_table('pool_entry', **HASHED) as table:
        table.create_unique_constraint(op.f('uq_pool_entry_handle'), ['handle', 'group'])
        table.create_check_constraint(op.f('ck_pool_entry_handle_of_load'), sa.text('(handle IS NULL) = (load IS NULL)'))
        table.create_check_constraint(op.f('ck_pool_entry_handle_length'), sa.text('length(handle) = 32'))
    with op.batch_alter_table('submission', **HASHED) as table:
        table.alter_column('leaf_index', existing_type=sa.Integer(), nullable=False)
        table.drop_constraint(op.f('uq_submission_locator_hash'), type_='unique')
        table.create_unique_constraint(op.f('uq_submission_locator_hash'), ['locator_hash', 'consultation_id'])


def downgrade() -> None:
    with op.batch_alter_table('submission', **HASHED) as table:
        table.alter_column('leaf_index', existing_type=sa.Integer(), nullable=True)
        table.drop_constraint(op.f('uq_submission_locator_hash'), type_='unique')
        table.create_unique_constraint(op.f('uq_submission_locator_hash'), ['locator_hash'])
    bind = op.get_bind()
    for row in bind.execute(BACK).all():
        digest = bytes.fromhex(json.loads(bytes(row.data))['envelope_sha256'])
        bind.execute(PUT, {
            'leaf_hash': row.leaf_hash, 'consultation_id': row.group, 'envelope_sha256': digest,
            'locator_hash': row.handle,
        })
    op.execute(PUT_ENVELOPES)
    with op.batch_alter_table('pool_entry', **HASHED) as table:
        table.drop_constraint(op.f('ck_pool_entry_handle_length'), type_='check')
        table.drop_constraint(op.f('ck_pool_entry_handle_of_load'), type_='check')
        table.drop_constraint(op.f('uq_pool_entry_handle'), type_='unique')
    with op.batch_alter_table('pool_entry', **HASHED) as table:
        table.drop_column('load')
        table.drop_column('handle')
        table.create_index(op.f('ix_pool_entry_group'), ['group'], unique=False)
