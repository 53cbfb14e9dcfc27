"""Words of pictures are of another kind: the index begins anew, and ingest brings the images there are into it."""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'


def upgrade() -> None:
    op.execute('drop table if exists without_words')  # an older ledger was restored over a newer one
    op.create_table('without_words',
        sa.Column('number', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('missing', sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint('number', name=op.f('pk_without_words')))
    op.execute('insert into without_words (number, missing) select number, false from images')
    op.drop_table('gate_words')  # of a million images, deleting row by row takes an hour
    op.create_table('gate_words',
        sa.Column('word', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('image', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint('word', 'image', name=op.f('pk_gate_words')),
        sqlite_with_rowid=False)
    # What waits to be settled was decoded to words of the earlier kind, and was compared by them: once more.
    op.execute('update arrivals set decoded = null, compared = null')


def downgrade() -> None:
    op.drop_table('without_words')
