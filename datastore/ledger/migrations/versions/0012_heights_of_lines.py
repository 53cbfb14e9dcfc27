"""Summaries of readings know how many lines there are and how high they are: small ones are read line by line"""

from dataclasses import asdict

import sqlalchemy as sa
from alembic import op

from schemas.reading import regions_from_json, summarise

revision = '0012'
down_revision = '0011'


def upgrade() -> None:
    connection = op.get_bind()
    readings = sa.table('readings', sa.column('reading_id', sa.String), sa.column('reader', sa.String),
                        sa.column('regions', sa.Text), sa.column('summary', sa.JSON))
    last = ''
    while rows := connection.execute(
            sa.select(readings.c.reading_id, readings.c.regions)
            .where(readings.c.reading_id > last, readings.c.reader.startswith('model:'))
            .order_by(readings.c.reading_id).limit(500)).all():
        last = rows[-1].reading_id
        connection.execute(
            sa.update(readings).where(readings.c.reading_id == sa.bindparam('name')).values(summary=sa.bindparam('found')),
            [{'name': row.reading_id, 'found': asdict(summarise(regions_from_json(row.regions)))} for row in rows])


def downgrade() -> None:
    pass  # an earlier release reads the same names and leaves the others out
