"""An index of the arrivals that nobody has compared: workers ask for the next ones again and again."""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'


def upgrade() -> None:
    op.create_index('ix_arrivals_uncompared', 'arrivals', ['sent_at'],
                    sqlite_where=sa.text('decoded IS NOT NULL AND compared IS NULL'),
                    postgresql_where=sa.text('decoded IS NOT NULL AND compared IS NULL'))


def downgrade() -> None:
    op.drop_index('ix_arrivals_uncompared', 'arrivals')
