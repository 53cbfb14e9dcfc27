"""Public data sets that were imported: what may be done with them, and their labels picture by picture."""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'


def upgrade() -> None:
    op.create_table('sources',
        sa.Column('source', sa.String(length=64), nullable=False),
        sa.Column('licence', sa.Text(), nullable=False),
        sa.Column('allows', sa.JSON(), nullable=False),
        sa.Column('form', sa.String(length=32), nullable=False),
        sa.Column('unit', sa.String(length=16), nullable=False),
        sa.Column('is_truth', sa.Boolean(), nullable=False),
        sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('details', sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint('source', name=op.f('pk_sources')))
    op.create_table('imported',
        sa.Column('key', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=False),
        sa.Column('source', sa.String(length=64), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('raw_sha256', sa.String(length=64), nullable=False),
        sa.Column('licence', sa.Text(), nullable=True),
        sa.Column('split', sa.Text(), nullable=False),
        sa.Column('part_of', sa.Text(), nullable=False),
        sa.Column('unit', sa.String(length=16), nullable=False),
        sa.Column('image_kind', sa.String(length=16), nullable=True),
        sa.Column('conditions', sa.JSON(), nullable=False),
        sa.Column('width', sa.Integer(), nullable=False),
        sa.Column('height', sa.Integer(), nullable=False),
        sa.Column('regions', sa.Text(), nullable=True),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('reading_id', sa.String(length=32), nullable=True),
        sa.Column('problem', sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint('key', name=op.f('pk_imported')))
    op.create_index(op.f('ix_imported_source'), 'imported', ['source'])
    op.create_index(op.f('ix_imported_reading_id'), 'imported', ['reading_id'])
    op.create_index('ix_imported_unsettled', 'imported', ['key'], sqlite_where=sa.text('settled_at IS NULL'),
                    postgresql_where=sa.text('settled_at IS NULL'))


def downgrade() -> None:
    op.drop_table('imported')
    op.drop_table('sources')
