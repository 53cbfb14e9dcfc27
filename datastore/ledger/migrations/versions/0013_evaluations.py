"""Evaluations are told by what they are of: release, split, model, code and options. Earlier figures are made anew"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'


def upgrade() -> None:
    op.drop_table('evaluations')
    op.create_table(
        'evaluations',
        sa.Column('evaluation_id', sa.String(length=16), nullable=False),
        sa.Column('release', sa.String(length=255), nullable=False),
        sa.Column('split', sa.String(length=255), nullable=False),
        sa.Column('reader', sa.String(length=255).with_variant(sa.Text(), 'postgresql'), nullable=False),
        sa.Column('run', sa.String(length=255), nullable=False),
        sa.Column('images', sa.Integer(), nullable=False),
        sa.Column('options', sa.Text(), nullable=False),
        sa.Column('headline', sa.JSON(), nullable=False),
        sa.Column('folder', sa.Text(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('evaluation_id', name=op.f('pk_evaluations')))
    op.create_index(op.f('ix_evaluations_release'), 'evaluations', ['release'])
    op.create_table(
        'demands',
        sa.Column('evaluation_id', sa.String(length=16), nullable=False),
        sa.Column('facet', sa.String(length=32), nullable=False),
        sa.Column('name', sa.String(length=255).with_variant(sa.Text(), 'postgresql'), nullable=False),
        sa.Column('release', sa.String(length=255), nullable=False),
        sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('rank', sa.Integer(), nullable=True),
        sa.Column('reason', sa.String(length=16), nullable=False),
        sa.Column('figure', sa.Float(), nullable=True),
        sa.Column('half_width', sa.Float(), nullable=True),
        sa.Column('regions', sa.Integer(), nullable=False),
        sa.Column('wanted', sa.Integer(), nullable=False),
        sa.Column('weight', sa.Float(), nullable=False),
        sa.Column('accepted', sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint('evaluation_id', 'facet', 'name', name=op.f('pk_demands')))
    op.add_column('second_looks', sa.Column('doubted', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column('second_looks', 'doubted')
    op.drop_table('demands')
    op.drop_table('evaluations')
    op.create_table(
        'evaluations',
        sa.Column('release', sa.String(length=255), nullable=False),
        sa.Column('run', sa.String(length=255), nullable=False),
        sa.Column('reader', sa.String(length=255), nullable=False),
        sa.Column('metrics', sa.JSON(), nullable=False),
        sa.Column('report_key', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('release', 'run', name=op.f('pk_evaluations')))
