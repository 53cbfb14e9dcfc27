"""A project of Label Studio is ours by a mark"""

revision = '0008'
down_revision = '0007'


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
