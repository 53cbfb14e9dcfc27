"""Indexes for what is asked of a project's tasks and annotations"""

from alembic import op

revision = '0010'
down_revision = '0009'

INDEXES = [('tasks', ['project', 'collected_at']), ('annotations', ['project', 'task_id']), ('annotations', ['reading_id'])]


def upgrade() -> None:
    for table, columns in INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)


def downgrade() -> None:
    for table, columns in INDEXES:
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table)
