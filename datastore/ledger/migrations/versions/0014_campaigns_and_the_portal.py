"""Points are a list that only grows; boards, draws, accounts, uploads, flags and the demo page have tables.

The points of before are counted anew by the next score, as they always were.
"""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'


def upgrade() -> None:
    op.create_table('accounts',
        sa.Column('name', sa.String(length=255).with_variant(sa.Text(), 'postgresql'), nullable=False),
        sa.Column('role', sa.String(length=16), nullable=False),
        sa.Column('address', sa.String(length=255).with_variant(sa.Text(), 'postgresql'), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('sessions_from', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('name', name=op.f('pk_accounts')),
        sa.UniqueConstraint('address', name=op.f('uq_accounts_address')))
    op.create_table('audit',
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('who', sa.String(length=255).with_variant(sa.Text(), 'postgresql'), nullable=False),
        sa.Column('role', sa.String(length=16), nullable=False),
        sa.Column('act', sa.String(length=32), nullable=False),
        sa.Column('campaign', sa.Text(), nullable=True),
        sa.Column('subject', sa.Text(), nullable=False),
        sa.Column('detail', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('number', name=op.f('pk_audit')))
    op.create_table('boards',
        sa.Column('campaign', sa.Text(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('board', sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint('campaign', 'number', name=op.f('pk_boards')))
    op.create_table('campaign_versions',
        sa.Column('campaign', sa.Text(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('rules', sa.JSON(), nullable=False),
        sa.Column('from_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('campaign', 'version', name=op.f('pk_campaign_versions')))
    op.create_table('draws',
        sa.Column('campaign', sa.Text(), nullable=False),
        sa.Column('commitment', sa.String(length=64), nullable=False),
        sa.Column('secret', sa.String(length=64), nullable=False),
        sa.Column('committed_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('awaited', sa.Text(), nullable=False),
        sa.Column('code_key', sa.String(length=64), nullable=False),
        sa.Column('final_list', sa.Text(), nullable=True),
        sa.Column('list_hash', sa.String(length=64), nullable=True),
        sa.Column('frozen_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('frozen_because', sa.Text(), nullable=True),
        sa.Column('public_value', sa.Text(), nullable=True),
        sa.Column('winners', sa.JSON(none_as_null=True), nullable=True),
        sa.Column('drawn_at', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('campaign', name=op.f('pk_draws')))
    op.create_table('flags',
        sa.Column('submission_id', sa.String(length=32), nullable=False),
        sa.Column('kind', sa.String(length=32), nullable=False),
        sa.Column('campaign', sa.Text(), nullable=False),
        sa.Column('detail', sa.Text(), nullable=False),
        sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('decision', sa.String(length=16), nullable=True),
        sa.Column('because', sa.Text(), nullable=True),
        sa.Column('decided_by', sa.String(length=255).with_variant(sa.Text(), 'postgresql'), nullable=True),
        sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('submission_id', 'kind', name=op.f('pk_flags')))
    op.create_index(op.f('ix_comparisons_image_id'), 'comparisons', ['image_id'])
    op.create_index(op.f('ix_flags_campaign'), 'flags', ['campaign'])
    op.create_table('participants',
        sa.Column('campaign', sa.Text(), nullable=False),
        sa.Column('submitter', sa.Text(), nullable=False),
        sa.Column('nickname', sa.Text(), nullable=True),
        sa.Column('hidden', sa.Boolean(), nullable=False),
        sa.Column('consent_version', sa.Integer(), nullable=True),
        sa.Column('consented_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('disqualified_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('disqualified_because', sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint('campaign', 'submitter', name=op.f('pk_participants')))
    op.create_index(op.f('ix_participants_submitter'), 'participants', ['submitter'])
    op.create_table('point_entries',
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('campaign', sa.Text(), nullable=False),
        sa.Column('submitter', sa.Text(), nullable=False),
        sa.Column('submission_id', sa.String(length=32), nullable=False),
        sa.Column('rule', sa.String(length=64), nullable=False),
        sa.Column('provisional', sa.Integer(), nullable=False),
        sa.Column('final', sa.Integer(), nullable=False),
        sa.Column('reason', sa.String(length=32), nullable=False),
        sa.Column('detail', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('number', name=op.f('pk_point_entries')))
    op.create_index('ix_point_entries_board', 'point_entries',
                    ['campaign', 'submitter', 'submission_id', 'provisional', 'final', 'at'])
    op.create_index('ix_point_entries_photographs', 'point_entries', ['campaign', 'submission_id', 'rule', 'provisional', 'final'])
    op.create_index(op.f('ix_point_entries_submission_id'), 'point_entries', ['submission_id'])
    op.create_table('screen_likeness',
        sa.Column('image_id', sa.String(length=64), nullable=False),
        sa.Column('figure', sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint('image_id', name=op.f('pk_screen_likeness')))
    op.create_table('trials',
        sa.Column('trial_id', sa.String(length=32), nullable=False),
        sa.Column('visitor', sa.String(length=64), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('key', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=False),
        sa.Column('media_type', sa.String(length=64), nullable=False),
        sa.Column('answer', sa.JSON(none_as_null=True), nullable=True),
        sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('sent_as', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=True),
        sa.PrimaryKeyConstraint('trial_id', name=op.f('pk_trials')))
    op.create_index(op.f('ix_trials_state_sent_at'), 'trials', ['state', 'sent_at'])
    op.create_index(op.f('ix_trials_visitor'), 'trials', ['visitor'])
    op.create_table('uploads',
        sa.Column('key', sa.Text().with_variant(sa.Text(collation='C'), 'postgresql'), nullable=False),
        sa.Column('campaign', sa.Text(), nullable=False),
        sa.Column('submitter', sa.Text(), nullable=False),
        sa.Column('client_id', sa.String(length=64), nullable=False),
        sa.Column('file_name', sa.Text(), nullable=False),
        sa.Column('media_type', sa.String(length=64), nullable=False),
        sa.Column('size', sa.BigInteger(), nullable=False),
        sa.Column('categories', sa.JSON(), nullable=False),
        sa.Column('from_demo', sa.Boolean(), nullable=False),
        sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('arrived_at', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('key', name=op.f('pk_uploads')),
        sa.UniqueConstraint('campaign', 'submitter', 'client_id', name=op.f('uq_uploads_campaign_submitter_client_id')))
    op.create_index(op.f('ix_uploads_campaign_submitter_issued_at'), 'uploads', ['campaign', 'submitter', 'issued_at'])
    op.create_index(op.f('ix_submissions_campaign_submitter_sent_at'), 'submissions', ['campaign', 'submitter', 'sent_at'])
    op.drop_index(op.f('ix_points_submission_id'), table_name='points')
    op.drop_table('points')


def downgrade() -> None:
    op.create_table('points',
        sa.Column('campaign', sa.Text(), nullable=False),
        sa.Column('submission_id', sa.String(length=32), nullable=False),
        sa.Column('rule', sa.String(length=64), nullable=False),
        sa.Column('submitter', sa.Text(), nullable=False),
        sa.Column('points', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['submission_id'], ['submissions.submission_id'], name=op.f('fk_points_submission_id')),
        sa.PrimaryKeyConstraint('campaign', 'submission_id', 'rule', name=op.f('pk_points')))
    op.create_index(op.f('ix_points_submission_id'), 'points', ['submission_id'])
    op.drop_index(op.f('ix_submissions_campaign_submitter_sent_at'), table_name='submissions')
    op.drop_index(op.f('ix_comparisons_image_id'), table_name='comparisons')
    op.drop_index(op.f('ix_uploads_campaign_submitter_issued_at'), table_name='uploads')
    op.drop_table('uploads')
    op.drop_index(op.f('ix_trials_visitor'), table_name='trials')
    op.drop_index(op.f('ix_trials_state_sent_at'), table_name='trials')
    op.drop_table('trials')
    op.drop_index(op.f('ix_point_entries_submission_id'), table_name='point_entries')
    op.drop_index('ix_point_entries_photographs', table_name='point_entries')
    op.drop_index('ix_point_entries_board', table_name='point_entries')
    op.drop_table('screen_likeness')
    op.drop_table('point_entries')
    op.drop_index(op.f('ix_participants_submitter'), table_name='participants')
    op.drop_table('participants')
    op.drop_index(op.f('ix_flags_campaign'), table_name='flags')
    op.drop_table('flags')
    op.drop_table('draws')
    op.drop_table('campaign_versions')
    op.drop_table('boards')
    op.drop_table('audit')
    op.drop_table('accounts')
