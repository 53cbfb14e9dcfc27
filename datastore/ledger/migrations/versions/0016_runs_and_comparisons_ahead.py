"""Runs of verbs, and what is compared before the turn of an arrival comes."""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'


def upgrade() -> None:
    op.create_table('runs',
        sa.Column('run_id', sa.String(length=64), nullable=False),
        sa.Column('verb', sa.String(length=32), nullable=False),
        sa.Column('name', sa.String(length=255).with_variant(sa.Text(), 'postgresql'), nullable=False),
        sa.Column('parent', sa.String(length=64), nullable=True),
        sa.Column('host', sa.String(length=255).with_variant(sa.Text(), 'postgresql'), nullable=False),
        sa.Column('holder', sa.String(length=64), nullable=False),
        sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('counts', sa.JSON(), nullable=False),
        sa.Column('notes', sa.JSON(), nullable=False),
        sa.Column('error', sa.Text(), nullable=True),
        sa.Column('free_bytes', sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint('run_id', name=op.f('pk_runs')))
    op.create_index('ix_runs_verb', 'runs', ['verb', 'started_at'])
    op.create_index(op.f('ix_runs_started_at'), 'runs', ['started_at'])
    op.add_column('arrivals', sa.Column('compared', sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column('arrivals', 'compared')
    op.drop_table('runs')
