"""What each run of a model was made with, for as long as its readings are there"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'


def upgrade() -> None:
    op.create_table('model_runs',
    sa.Column('run', sa.String(length=255), nullable=False),
    sa.Column('reader', sa.String(length=255), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('run', name=op.f('pk_model_runs'))
    )
    # Two names may stand for one run; JSON cannot be grouped by in PostgreSQL.
    op.execute('insert into model_runs (run, reader, details) select run, reader, details from models '
               'where not exists (select 1 from models other where other.run = models.run and other.name < models.name)')
    with op.batch_alter_table('models') as batch_op:
        batch_op.drop_column('details')


def downgrade() -> None:
    with op.batch_alter_table('models') as batch_op:
        batch_op.add_column(sa.Column('details', sa.JSON(), nullable=False, server_default='{}'))
    op.drop_table('model_runs')
