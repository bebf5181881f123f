"""The tables: scripts and decisions, releases, audit trail, conversations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("created", sa.Float(precision=53), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("tag", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("before_hash", sa.String(length=64), nullable=True),
        sa.Column("after_hash", sa.String(length=64), nullable=True),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sa.UniqueConstraint("hash", name="uq_event_hash"),
        sa.UniqueConstraint("previous", name="uq_event_previous"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "release",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("draft", sa.Boolean(), nullable=False),
        sa.Column("signer", sa.String(length=80), nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.Column("created", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_release"),
        sa.UniqueConstraint("digest", name="uq_release_digest"),
    )
    op.create_table(
        "script",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("risk", sa.String(length=10), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=True),
        sa.Column("review_months", sa.Integer(), nullable=True),
        sa.Column("created", sa.Float(precision=53), nullable=False),
        sa.CheckConstraint("risk IN ('crisis', 'safety', 'general')", name="ck_script_risk"),
        sa.PrimaryKeyConstraint("id", name="pk_script"),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("created", sa.Float(precision=53), nullable=False),
        sa.Column("last_seen", sa.Float(precision=53), nullable=False),
        sa.Column("expires", sa.Float(precision=53), nullable=False),
        sa.Column("deleted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("turn", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
        sa.UniqueConstraint("token_hash", name="uq_session_token_hash"),
    )
    op.create_index("ix_session_expires", "session", ["expires"], unique=False)

    op.create_table(
        "edition",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("script_id", sa.String(length=80), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("audience", sa.String(length=20), server_default="", nullable=False),
        sa.Column("channel", sa.String(length=20), server_default="", nullable=False),
        sa.Column("country", sa.String(length=2), server_default="", nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("buttons", sa.JSON(), nullable=False),
        sa.Column("says", sa.JSON(), nullable=False),
        sa.Column("handoffs", sa.JSON(), nullable=False),
        sa.Column("resources", sa.JSON(), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("source_edition_id", sa.Integer(), nullable=True),
        sa.Column("baseline", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("last_editor", sa.String(length=80), nullable=False),
        sa.Column("submitter", sa.String(length=80), nullable=True),
        sa.Column("state", sa.String(length=10), server_default="draft", nullable=False),
        sa.Column("reviewed_by", sa.String(length=80), nullable=True),
        sa.Column("reviewed", sa.String(length=10), nullable=True),
        sa.Column("created", sa.Float(precision=53), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'approved', 'rejected', 'live', 'retired')",
            name="ck_edition_state",
        ),
        sa.CheckConstraint("length(content_hash) = 64", name="ck_edition_content_hash"),
        sa.ForeignKeyConstraint(["script_id"], ["script.id"], name="fk_edition_script_id_script"),
        sa.ForeignKeyConstraint(
            ["source_edition_id"], ["edition.id"], name="fk_edition_source_edition_id_edition"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_edition"),
    )
    op.create_index("ix_edition_content_hash", "edition", ["content_hash"], unique=False)
    op.create_index(
        "ix_edition_one_live",
        "edition",
        ["script_id", "locale", "audience", "channel", "country"],
        unique=True,
        sqlite_where=sa.text("state = 'live'"),
        postgresql_where=sa.text("state = 'live'"),
    )

    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("idempotency_key", sa.String(length=64), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=True),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("unseen", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("status", sa.String(length=10), server_default="pending", nullable=False),
        sa.Column("created", sa.Float(precision=53), nullable=False),
        sa.Column("done_at", sa.Float(precision=53), nullable=True),
        sa.CheckConstraint(
            "status = 'pending' OR (sealed_text IS NULL AND payload IS NULL)",
            name="ck_inbox_forgotten",
        ),
        sa.CheckConstraint("status IN ('pending', 'done', 'failed')", name="ck_inbox_status"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_inbox_session_id_session"),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint(
            "session_id", "idempotency_key", name="uq_inbox_session_id_idempotency_key"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_status_created", "inbox", ["status", "created"], unique=False)

    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("created", sa.Float(precision=53), nullable=False),
        sa.CheckConstraint("verdict = 'approve' OR length(reason) > 0", name="ck_decision_reason"),
        sa.CheckConstraint(
            "verdict IN ('approve', 'changes', 'reject')", name="ck_decision_verdict"
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name="fk_decision_edition_id_edition"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
    )
    op.create_index("ix_decision_edition_id", "decision", ["edition_id"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("inbox_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("delivered_with", sa.Integer(), nullable=True),
        sa.Column("created", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name="fk_outbox_inbox_id_inbox"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name="fk_outbox_session_id_session"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("session_id", "sequence", name="uq_outbox_session_id_sequence"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_inbox_id", "outbox", ["inbox_id"], unique=False)

    op.create_table(
        "release_edition",
        sa.Column("release_version", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name="fk_release_edition_edition_id_edition"
        ),
        sa.ForeignKeyConstraint(
            ["release_version"],
            ["release.version"],
            name="fk_release_edition_release_version_release",
        ),
        sa.PrimaryKeyConstraint("release_version", "edition_id", name="pk_release_edition"),
    )


def downgrade() -> None:
    op.drop_table("release_edition")
    op.drop_index("ix_outbox_inbox_id", "outbox")

    op.drop_table("outbox")
    op.drop_index("ix_decision_edition_id", "decision")

    op.drop_table("decision")
    op.drop_index("ix_inbox_status_created", "inbox")

    op.drop_table("inbox")
    op.drop_index("ix_edition_one_live", "edition")
    op.drop_index("ix_edition_content_hash", "edition")

    op.drop_table("edition")
    op.drop_index("ix_session_expires", "session")

    op.drop_table("session")
    op.drop_table("script")
    op.drop_table("release")
    op.drop_table("event")
