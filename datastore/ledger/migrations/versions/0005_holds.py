"""Images on hold"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'


def upgrade() -> None:
    op.create_table('holds',
    sa.Column('image_id', sa.String(length=64), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['image_id'], ['images.image_id'], name=op.f('fk_holds_image_id')),
    sa.PrimaryKeyConstraint('image_id', name=op.f('pk_holds'))
    )


def downgrade() -> None:
    op.drop_table('holds')
