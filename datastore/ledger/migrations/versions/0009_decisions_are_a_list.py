"""Decisions on duplicates are a list that only grows, and what ingest found by itself is kept beside what follows from both"""

import re

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'

COPIED = ('submission_id', 'bucket', 'key', 'version', 'size', 'sent_at')
UNCOMPARED = re.compile(r'(\d+) more look like it')


def upgrade() -> None:
    connection = op.get_bind()
    op.add_column('images', sa.Column('refused', sa.String(length=16), nullable=True))
    op.add_column('images', sa.Column('why_refused', sa.Text(), nullable=True))
    op.add_column('submissions', sa.Column('own_image_id', sa.String(length=64), nullable=True))
    op.add_column('submissions', sa.Column('found', sa.String(length=16), nullable=True))
    op.add_column('submissions', sa.Column('found_image_id', sa.String(length=64), nullable=True))
    for name in ('uncompared', 'decisions_before'):
        op.add_column('submissions', sa.Column(name, sa.Integer(), nullable=False, server_default='0'))
    for name in ('own_image_id', 'found_image_id'):
        op.create_index(op.f(f'ix_submissions_{name}'), 'submissions', [name])
    before = connection.execute(sa.text('select submission_id, image_id, verdict from decisions order by submission_id, image_id')).all()
    op.drop_table('decisions')
    op.create_table('decisions',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('submission_id', sa.String(length=32), nullable=True),
    sa.Column('other_id', sa.String(length=32), nullable=True),
    sa.Column('undoes', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_decisions'))
    )
    for name in ('submission_id', 'other_id'):
        op.create_index(op.f(f'ix_decisions_{name}'), 'decisions', [name])
    _note_what_was_found(connection)
    _decode_again(connection, _take_over(connection, before))


def _note_what_was_found(connection: sa.Connection) -> None:
    execute = connection.execute
    execute(sa.text("update submissions set own_image_id = image_id, found = 'distinct' where image_id is not null"))
    execute(sa.text("update submissions set found = 'duplicate', found_image_id = image_id where outcome = 'duplicate'"))
    # A picture that was laid over another one is kept under its own id.
    pictures = execute(sa.text(
        "select distinct c.submission_id, c.picture_key from comparisons c join submissions s on s.submission_id = c.submission_id "
        "where s.outcome = 'duplicate'")).all()
    for row in pictures:
        execute(sa.text('update submissions set own_image_id = :own where submission_id = :of'),
                {'of': row.submission_id, 'own': row.picture_key.rsplit('/', 1)[-1].partition('.')[0]})
    execute(sa.text("update submissions set found = 'cluster', found_image_id = (select cluster_id from images "
                    "where images.image_id = submissions.image_id) where outcome in ('accepted', 'rejected', 'quarantined') "
                    "and image_id in (select image_id from images where cluster_id <> image_id and not represents)"))
    held = execute(sa.text("select submission_id, detail from submissions where outcome = 'held' and image_id is not null")).all()
    for row in held:
        over = UNCOMPARED.search(row.detail or '')
        execute(sa.text("update submissions set found = 'review', uncompared = :over where submission_id = :of"),
                {'of': row.submission_id, 'over': int(over[1]) if over else 0})
    execute(sa.text(
        "update images set refused = (select min(s.outcome) from submissions s where s.image_id = images.image_id and s.outcome in "
        "('rejected', 'quarantined')), why_refused = (select min(s.detail) from submissions s where s.image_id = images.image_id "
        "and s.outcome in ('rejected', 'quarantined')) where not exists (select 1 from submissions s where "
        "s.image_id = images.image_id and s.outcome in ('accepted', 'held'))"))


def _take_over(connection: sa.Connection, before: list) -> set[str]:  # type: ignore[type-arg]
    """Writes the decisions as a list. Returns submissions that were merged as duplicates, and lost what they were by that."""
    number, lost = 0, set()
    for row in before:
        one = connection.execute(sa.text('select outcome, image_id, duplicate_of, own_image_id from submissions '
                                         'where submission_id = :of'), {'of': row.submission_id}).first()
        if one and one.outcome == 'duplicate' and (one.own_image_id == one.image_id or one.duplicate_of == row.submission_id):
            lost.add(row.submission_id)
        kind, other = 'split', None
        if row.image_id != '*':
            kind = row.verdict
            other = connection.execute(sa.text(
                'select submission_id from submissions where own_image_id = :image and submission_id <> :of '
                "order by case outcome when 'accepted' then 0 when 'held' then 1 else 2 end, sent_at, key"),
                {'image': row.image_id, 'of': row.submission_id}).scalar()
            if other is None or kind not in ('duplicate', 'cluster'):
                continue
        number += 1
        connection.execute(sa.text('insert into decisions (number, kind, submission_id, other_id) values (:n, :kind, :of, :other)'),
                           {'n': number, 'kind': kind, 'of': row.submission_id, 'other': other})
    return lost


def _decode_again(connection: sa.Connection, lost: set[str]) -> None:
    """Makes submissions arrivals again: nothing says any more which picture is theirs. The next ingest does."""
    new = lost
    while new:  # and what was said to repeat them
        rows = connection.execute(sa.text('select submission_id from submissions where duplicate_of in :ids').bindparams(
            sa.bindparam('ids', expanding=True)), {'ids': sorted(new)}).scalars()
        new = set(rows) - lost
        lost = lost | new
    for name in sorted(lost):
        columns = ', '.join(COPIED)
        connection.execute(sa.text(f'insert into arrivals ({columns}) select {columns} from submissions where submission_id = :of'),  # noqa: S608
                           {'of': name})
        for table in ('comparisons', 'points'):
            connection.execute(sa.text(f'delete from {table} where submission_id = :of'), {'of': name})  # noqa: S608
        connection.execute(sa.text('update submissions set duplicate_of = null where submission_id = :of'), {'of': name})
    for name in sorted(lost):
        connection.execute(sa.text('delete from submissions where submission_id = :of'), {'of': name})


def downgrade() -> None:
    op.drop_table('decisions')
    op.create_table('decisions',
    sa.Column('submission_id', sa.String(length=32), nullable=False),
    sa.Column('image_id', sa.String(length=64), nullable=False),
    sa.Column('verdict', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('submission_id', 'image_id', name=op.f('pk_decisions'))
    )
    for name in ('found_image_id', 'own_image_id'):
        op.drop_index(op.f(f'ix_submissions_{name}'), 'submissions')
    with op.batch_alter_table('submissions') as batch_op:
        for name in ('decisions_before', 'uncompared', 'found_image_id', 'found', 'own_image_id'):
            batch_op.drop_column(name)
    with op.batch_alter_table('images') as batch_op:
        for name in ('why_refused', 'refused'):
            batch_op.drop_column(name)
