"""Projects, the outbox, second looks, gold, agreement, people"""

from dataclasses import asdict

import sqlalchemy as sa
from alembic import op

from schemas.reading import regions_from_json, summarise

revision = '0004'
down_revision = '0003'


def upgrade() -> None:
    op.create_table('annotation_configs',
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('xml', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('name', 'version', name=op.f('pk_annotation_configs'))
    )
    op.create_table('projects',
    sa.Column('annotation_config', sa.String(length=64), nullable=False),
    sa.Column('config_version', sa.Integer(), nullable=False),
    sa.Column('side', sa.String(length=16), nullable=False),
    sa.Column('key', sa.String(length=32), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=True),
    sa.Column('guide', sa.String(length=64), nullable=True),
    sa.Column('deleted', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_projects')),
    sa.UniqueConstraint('project_id', name=op.f('uq_projects_project_id'))
    )
    op.create_index('uq_projects_side', 'projects', ['annotation_config', 'config_version', 'side'], unique=True,
                    sqlite_where=sa.text('NOT deleted'), postgresql_where=sa.text('NOT deleted'))
    op.create_table('second_looks',
    sa.Column('image_id', sa.String(length=64), nullable=False),
    sa.Column('annotation_config', sa.String(length=64), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('shown', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['image_id'], ['images.image_id'], name=op.f('fk_second_looks_image_id')),
    sa.PrimaryKeyConstraint('image_id', 'annotation_config', name=op.f('pk_second_looks'))
    )
    op.create_table('gold',
    sa.Column('image_id', sa.String(length=64), nullable=False),
    sa.Column('annotation_config', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['image_id'], ['images.image_id'], name=op.f('fk_gold_image_id')),
    sa.PrimaryKeyConstraint('image_id', 'annotation_config', name=op.f('pk_gold'))
    )
    op.create_table('agreements',
    sa.Column('one', sa.String(length=32), nullable=False),
    sa.Column('other', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('annotation_config', sa.String(length=80), nullable=False),
    sa.Column('image_id', sa.String(length=64), nullable=False),
    sa.Column('regions', sa.Float(), nullable=False),
    sa.Column('cer', sa.Float(), nullable=False),
    sa.Column('attributes', sa.Float(), nullable=False),
    sa.Column('agreed', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['one'], ['readings.reading_id'], name=op.f('fk_agreements_one')),
    sa.ForeignKeyConstraint(['other'], ['readings.reading_id'], name=op.f('fk_agreements_other')),
    sa.PrimaryKeyConstraint('one', 'other', name=op.f('pk_agreements'))
    )
    op.create_index(op.f('ix_agreements_image_id'), 'agreements', ['image_id'])
    op.create_table('people',
    sa.Column('email', sa.String(length=255), nullable=False),
    sa.Column('annotation_config', sa.String(length=64), nullable=False),
    sa.Column('side', sa.String(length=16), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.PrimaryKeyConstraint('email', 'annotation_config', name=op.f('pk_people'))
    )
    op.execute("insert into projects (annotation_config, config_version, side, key, project_id, deleted) "
               "select coalesce((select min(annotation_config) from accepted_readings), 'scene_text'), "  # there was one
               "config_version, 'a', 'first-schema-' || project_id, project_id, false from tasks "
               "group by config_version, project_id having project_id = (select max(project_id) from tasks other "
               "where other.config_version = tasks.config_version)")
    with op.batch_alter_table('readings') as batch_op:
        batch_op.add_column(sa.Column('summary', sa.JSON(), nullable=False, server_default='{}'))
    _summarise()
    with op.batch_alter_table('readings') as batch_op:
        batch_op.alter_column('summary', server_default=None)
    with op.batch_alter_table('tasks') as batch_op:
        batch_op.add_column(sa.Column('image_id', sa.String(length=64), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('taken_by', sa.String(length=64), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('shown', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('reason', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('place', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('after_task', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('posted_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('collected_at', sa.DateTime(timezone=True), nullable=True))
    # A task that was planned may have been pushed: ask for all tasks before it is pushed again.
    op.execute("update tasks set image_id = subject, after_task = 0, taken_by = coalesce((select annotation_config from projects "
               "where projects.project_id = tasks.project_id), '')")
    with op.batch_alter_table('tasks') as batch_op:
        batch_op.alter_column('image_id', server_default=None)
        batch_op.alter_column('taken_by', server_default=None)
        batch_op.alter_column('shown', server_default=None)
        batch_op.alter_column('place', server_default=None)
    op.create_index(op.f('ix_tasks_image_id'), 'tasks', ['image_id'])
    with op.batch_alter_table('annotations') as batch_op:
        batch_op.add_column(sa.Column('subject', sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column('reader', sa.String(length=255), nullable=False, server_default='person:unknown'))
        batch_op.add_column(sa.Column('effort', sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column('deleted', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("update annotations set subject = image_id, reader = coalesce((select reader from readings "
               "where readings.reading_id = annotations.reading_id), 'person:unknown')")
    with op.batch_alter_table('annotations') as batch_op:
        batch_op.alter_column('reader', server_default=None)
        batch_op.alter_column('deleted', server_default=None)
    op.create_index(op.f('ix_annotations_subject'), 'annotations', ['subject'])
    op.create_index(op.f('ix_annotations_project_id'), 'annotations', ['project_id'])


def _summarise() -> None:
    connection = op.get_bind()
    readings = sa.table('readings', sa.column('reading_id', sa.String), sa.column('regions', sa.Text),
                        sa.column('summary', sa.JSON))
    last = ''
    while rows := connection.execute(sa.select(readings.c.reading_id, readings.c.regions)
                                     .where(readings.c.reading_id > last).order_by(readings.c.reading_id).limit(500)).all():
        last = rows[-1].reading_id
        connection.execute(
            sa.update(readings).where(readings.c.reading_id == sa.bindparam('name')).values(summary=sa.bindparam('found')),
            [{'name': row.reading_id, 'found': asdict(summarise(regions_from_json(row.regions)))} for row in rows])


def downgrade() -> None:
    op.drop_index(op.f('ix_annotations_project_id'), 'annotations')
    op.drop_index(op.f('ix_annotations_subject'), 'annotations')
    with op.batch_alter_table('annotations') as batch_op:
        for name in ('deleted', 'effort', 'reader', 'subject'):
            batch_op.drop_column(name)
    with op.batch_alter_table('readings') as batch_op:
        batch_op.drop_column('summary')
    op.drop_index(op.f('ix_tasks_image_id'), 'tasks')
    with op.batch_alter_table('tasks') as batch_op:
        for name in ('collected_at', 'posted_at', 'after_task', 'place', 'reason', 'shown', 'taken_by', 'image_id'):
            batch_op.drop_column(name)
    for name in ('people', 'agreements', 'gold', 'second_looks', 'projects', 'annotation_configs'):
        op.drop_table(name)
