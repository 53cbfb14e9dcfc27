"""Indexes for the questions that every run asks, and for what rows point at"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'

INDEXES = [('submissions', ['image_id', 'outcome']), ('submissions', ['duplicate_of']), ('submissions', ['sent_at']),
           ('submissions', ['campaign', 'sent_at']), ('accepted_readings', ['reading_id']), ('agreements', ['other']),
           ('points', ['submission_id'])]


def upgrade() -> None:
    for table, columns in INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)
    op.create_index('ix_arrivals_undecoded', 'arrivals', ['sent_at'], sqlite_where=sa.text('decoded IS NULL'),
                    postgresql_where=sa.text('decoded IS NULL'))
    op.drop_index(op.f('ix_submissions_campaign'), 'submissions')


def downgrade() -> None:
    op.create_index(op.f('ix_submissions_campaign'), 'submissions', ['campaign'])
    op.drop_index('ix_arrivals_undecoded', 'arrivals')
    for table, columns in INDEXES:
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table)
