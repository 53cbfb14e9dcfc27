"""Near duplicates: arrivals, gate words, comparisons, a manager's decisions"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'


def upgrade() -> None:
    op.create_table('arrivals',
    sa.Column('submission_id', sa.String(length=32), nullable=False),
    sa.Column('bucket', sa.String(length=255), nullable=False),
    sa.Column('key', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=False),
    sa.Column('version', sa.String(length=255), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decoded', sa.JSON(none_as_null=True), nullable=True),
    sa.PrimaryKeyConstraint('submission_id', name=op.f('pk_arrivals'))
    )
    op.create_index(op.f('ix_arrivals_sent_at'), 'arrivals', ['sent_at'], unique=False)
    op.create_table('gate_words',
    sa.Column('word', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('image', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('word', 'image', name=op.f('pk_gate_words')),
    sqlite_with_rowid=False
    )
    op.create_table('comparisons',
    sa.Column('submission_id', sa.String(length=32), nullable=False),
    sa.Column('image_id', sa.String(length=64), nullable=False),
    sa.Column('picture_key', sa.Text(), nullable=False),
    sa.Column('verdict', sa.String(length=16), nullable=False),
    sa.Column('figures', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('submission_id', 'image_id', name=op.f('pk_comparisons'))
    )
    op.create_table('decisions',
    sa.Column('submission_id', sa.String(length=32), nullable=False),
    sa.Column('image_id', sa.String(length=64), nullable=False),
    sa.Column('verdict', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('submission_id', 'image_id', name=op.f('pk_decisions'))
    )
    with op.batch_alter_table('images') as batch_op:
        batch_op.add_column(sa.Column('number', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('represents', sa.Boolean(), nullable=True))
        batch_op.alter_column('pixels_id', existing_type=sa.String(length=64), nullable=True)
        batch_op.drop_column('fingerprint')
    images = sa.table('images', sa.column('image_id', sa.String), sa.column('cluster_id', sa.String),
                      sa.column('number', sa.BigInteger), sa.column('represents', sa.Boolean))
    connection = op.get_bind()
    for image_id, cluster_id in connection.execute(sa.select(images.c.image_id, images.c.cluster_id)).all():
        connection.execute(images.update().where(images.c.image_id == image_id).values(
            number=int(image_id[:15], 16), represents=image_id == cluster_id))
    with op.batch_alter_table('images') as batch_op:
        batch_op.alter_column('number', existing_type=sa.BigInteger(), nullable=False)
        batch_op.alter_column('represents', existing_type=sa.Boolean(), nullable=False)
        batch_op.create_unique_constraint(op.f('uq_images_number'), ['number'])


def downgrade() -> None:
    with op.batch_alter_table('images') as batch_op:
        batch_op.drop_constraint(op.f('uq_images_number'), type_='unique')
        batch_op.drop_column('represents')
        batch_op.drop_column('number')
        batch_op.add_column(sa.Column('fingerprint', sa.String(length=64), nullable=False, server_default=''))
    for name in ('decisions', 'comparisons', 'gate_words', 'arrivals'):
        op.drop_table(name)
