"""Indexes for what is asked of a project's tasks and annotations; texts on PostgreSQL as long as on SQLite, keys sorted alike"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'

INDEXES = [('tasks', ['project', 'collected_at']), ('annotations', ['project', 'task_id']),
           ('annotations', ['project', 'subject']), ('annotations', ['reading_id'])]
NAMES = [('arrivals', 'version'), ('submissions', 'version'), ('readings', 'reader'), ('annotations', 'reader'), ('people', 'email'),
         ('people', 'name')]


def upgrade() -> None:
    for table, columns in INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)
    op.drop_index(op.f('ix_annotations_subject'), 'annotations')
    if op.get_bind().dialect.name == 'postgresql':
        for table, column in NAMES:
            op.alter_column(table, column, type_=sa.Text())
        op.alter_column('submissions', 'key', type_=sa.Text(collation='C'))


def downgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.alter_column('submissions', 'key', type_=sa.Text())
        for table, column in NAMES:
            op.alter_column(table, column, type_=sa.String(length=255))
    op.create_index(op.f('ix_annotations_subject'), 'annotations', ['subject'])
    for table, columns in INDEXES:
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table)
