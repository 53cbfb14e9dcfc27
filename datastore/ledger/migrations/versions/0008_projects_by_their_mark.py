"""A project of Label Studio is ours by a mark: its number, and those of its tasks and annotations, may come again"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'

NEW_KEYS = {'tasks': ['project', 'subject', 'config_version'], 'unreadable_tasks': ['project', 'task_id'],
            'annotations': ['project', 'annotation_id', 'revision']}
OLD_KEYS = {'tasks': ['project_id', 'subject', 'config_version'], 'unreadable_tasks': ['project_id', 'task_id'],
            'annotations': ['annotation_id', 'revision']}


def upgrade() -> None:
    op.drop_index(op.f('ix_annotations_project_id'), 'annotations')
    for table, keys in NEW_KEYS.items():
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column('project', sa.String(length=32), nullable=False, server_default=''))
        op.execute(f"update {table} set project = coalesce((select key from projects where projects.project_id = "  # noqa: S608
                   f"{table}.project_id), 'number ' || project_id)")  # the first schema kept no row of a project before the last
        _key(table, keys, 'project_id')
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column('project', server_default=None)
    _rename_cursors('number', 'mark')
    op.drop_index('uq_projects_side', 'projects')
    with op.batch_alter_table('projects') as batch_op:
        batch_op.drop_constraint(op.f('uq_projects_project_id'), type_='unique')
    _one_a_side()


def _key(table: str, keys: list[str], without: str) -> None:
    """Another primary key; SQLite makes the table anew."""
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(op.f(f'pk_{table}'), type_='primary')
        batch_op.drop_column(without)
        batch_op.create_primary_key(op.f(f'pk_{table}'), keys)


def _rename_cursors(old: str, new: str) -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.text('select key as mark, project_id as number from projects where project_id is not null')):
        names = {'number': f'collect project {row.number}', 'mark': f'collect project {row.mark}'}
        connection.execute(sa.text('update cursors set name = :new where name = :old'), {'old': names[old], 'new': names[new]})


def _one_a_side() -> None:
    op.create_index('uq_projects_side', 'projects', ['annotation_config', 'config_version', 'side'], unique=True,
                    sqlite_where=sa.text('NOT deleted'), postgresql_where=sa.text('NOT deleted'))


def downgrade() -> None:
    """Works where no number has come again."""
    op.drop_index('uq_projects_side', 'projects')
    with op.batch_alter_table('projects') as batch_op:
        batch_op.create_unique_constraint(op.f('uq_projects_project_id'), ['project_id'])
    _one_a_side()
    _rename_cursors('mark', 'number')
    for table, keys in OLD_KEYS.items():
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column('project_id', sa.Integer(), nullable=False, server_default='0'))
        op.execute(f"update {table} set project_id = coalesce((select project_id from projects where key = {table}.project), "  # noqa: S608
                   "0)")
        _key(table, keys, 'project')
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column('project_id', server_default=None)
    op.create_index(op.f('ix_annotations_project_id'), 'annotations', ['project_id'])
