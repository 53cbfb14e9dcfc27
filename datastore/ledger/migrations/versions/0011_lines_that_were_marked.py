"""Which regions of a task's pre-label were marked for the eye; those of earlier tasks were not"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'


def upgrade() -> None:
    op.add_column('tasks', sa.Column('marked', sa.JSON()))


def downgrade() -> None:
    op.drop_column('tasks', 'marked')
