"""Campaigns and submitters by their normalised names; tasks that Label Studio cannot show"""

import sqlalchemy as sa
from alembic import op

from schemas.submission import sender_of

revision = '0006'
down_revision = '0005'


def upgrade() -> None:
    op.create_table('unreadable_tasks',
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('task_id', sa.Integer(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('project_id', 'task_id', name=op.f('pk_unreadable_tasks'))
    )
    op.execute(sa.text('DELETE FROM points'))  # by the names before; the next score counts them anew
    # One person whose computer writes Hangul in two ways was two.
    submissions = sa.table('submissions', sa.column('submission_id'), sa.column('key'), sa.column('campaign'),
                           sa.column('submitter'))
    connection = op.get_bind()
    changed = []
    for row in connection.execute(sa.select(submissions)):
        sender = sender_of(row.key)
        if sender and (sender.campaign, sender.submitter) != (row.campaign, row.submitter):
            changed.append({'of': row.submission_id, 'to_campaign': sender.campaign, 'to_submitter': sender.submitter})
    if changed:
        connection.execute(sa.update(submissions).where(submissions.c.submission_id == sa.bindparam('of')).values(
            campaign=sa.bindparam('to_campaign'), submitter=sa.bindparam('to_submitter')), changed)


def downgrade() -> None:
    op.drop_table('unreadable_tasks')
