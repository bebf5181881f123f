"""Staff, second factors and sessions; revisions, rechecks, withdrawals; counts; health of links."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# In the order in which they may be dropped.
_TABLES = (
    "withdrawal",
    "revision",
    "recheck",
    "comment",
    "staff_session",
    "staff_role",
    "recovery_code",
    "passkey",
    "known_device",
    "challenge",
    "unclear",
    "tally",
    "staff",
    "proposal",
    "link_check",
    "hidden_link",
    "call_back",
)
_COLUMNS = (
    ("decision", "round"),
    ("edition", "round"),
    ("edition", "needed"),
    ("release", "notes"),
    ("script", "kind"),
    ("session", "counted"),
    ("session", "last_script"),
)


def upgrade() -> None:
    op.create_table(
        "call_back",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("resource_id", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("created", sa.Float(precision=53), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('right', 'wrong', 'no_answer')", name="ck_call_back_outcome"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_call_back"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_call_back_resource_id_created", "call_back", ["resource_id", "created"], unique=False
    )
    op.create_table(
        "hidden_link",
        sa.Column("resource_id", sa.String(length=80), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created", sa.Float(precision=53), nullable=False),
        sa.Column("reported", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("resource_id", name="pk_hidden_link"),
    )
    op.create_table(
        "link_check",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("resource_id", sa.String(length=80), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("final_url", sa.Text(), nullable=True),
        sa.Column("certificate_ends", sa.Float(precision=53), nullable=True),
        sa.Column("body_hash", sa.String(length=64), nullable=True),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("checked_by", sa.String(length=80), nullable=False),
        sa.Column("created", sa.Float(precision=53), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('ok', 'moved', 'changed', 'dead', 'unreachable', 'certificate')",
            name="ck_link_check_outcome",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_link_check"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_link_check_resource_id_created", "link_check", ["resource_id", "created"], unique=False
    )
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("intent", sa.String(length=40), nullable=False),
        sa.Column("sentences", sa.JSON(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("created", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_proposal"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("temporary_until", sa.Float(precision=53), nullable=True),
        sa.Column("totp_last", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Float(precision=53), nullable=True),
        sa.Column("created", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("name", name="uq_staff_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tally",
        sa.Column("week", sa.String(length=10), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("measure", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("conversations", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("week", "channel", "locale", "measure", "name", name="pk_tally"),
    )
    op.create_table(
        "unclear",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("voice", sa.String(length=16), nullable=False),
        sa.Column("created", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_unclear"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_unclear_locale_created", "unclear", ["locale", "created"], unique=False)
    op.create_table(
        "challenge",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("expires", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_challenge_staff_id_staff"),
        sa.PrimaryKeyConstraint("digest", name="pk_challenge"),
    )
    op.create_table(
        "known_device",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("created", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_known_device_staff_id_staff"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_known_device"),
    )
    op.create_index("ix_known_device_staff_id", "known_device", ["staff_id"], unique=False)
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("created", sa.Float(precision=53), nullable=False),
        sa.Column("used", sa.Float(precision=53), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_passkey_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_passkey"),
        sa.UniqueConstraint("credential_id", name="uq_passkey_credential_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_passkey_staff_id", "passkey", ["staff_id"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=200), nullable=False),
        sa.Column("created", sa.Float(precision=53), nullable=False),
        sa.Column("used", sa.Float(precision=53), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_recovery_code_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_code"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_recovery_code_staff_id", "recovery_code", ["staff_id"], unique=False)
    op.create_table(
        "staff_role",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.CheckConstraint(
            "role IN ('viewer', 'author', 'translator', 'reviewer', 'publisher', 'admin')",
            name="ck_staff_role_role",
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_role_staff_id_staff"),
        sa.PrimaryKeyConstraint("staff_id", "role", name="pk_staff_role"),
    )
    op.create_table(
        "staff_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("created", sa.Float(precision=53), nullable=False),
        sa.Column("seen", sa.Float(precision=53), nullable=False),
        sa.Column("expires", sa.Float(precision=53), nullable=False),
        sa.Column("stepped_up", sa.Float(precision=53), nullable=True),
        sa.Column("device", sa.String(length=80), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_session_staff_id_staff"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_staff_session"),
    )
    op.create_index("ix_staff_session_staff_id", "staff_session", ["staff_id"], unique=False)
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("script_id", sa.String(length=80), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created", sa.Float(precision=53), nullable=False),
        sa.Column("resolved", sa.Float(precision=53), nullable=True),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name="fk_comment_edition_id_edition"
        ),
        sa.ForeignKeyConstraint(["script_id"], ["script.id"], name="fk_comment_script_id_script"),
        sa.PrimaryKeyConstraint("id", name="pk_comment"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_comment_script_id", "comment", ["script_id"], unique=False)
    op.create_table(
        "recheck",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("created", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name="fk_recheck_edition_id_edition"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_recheck"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_recheck_edition_id", "recheck", ["edition_id"], unique=False)
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("editor", sa.String(length=80), nullable=False),
        sa.Column("created", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name="fk_revision_edition_id_edition"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_revision"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_revision_edition_id", "revision", ["edition_id"], unique=False)
    op.create_table(
        "withdrawal",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("holding_id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created", sa.Float(precision=53), nullable=False),
        sa.Column("lifted", sa.Float(precision=53), nullable=True),
        sa.CheckConstraint("length(reason) > 0", name="ck_withdrawal_reason"),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name="fk_withdrawal_edition_id_edition"
        ),
        sa.ForeignKeyConstraint(
            ["holding_id"], ["edition.id"], name="fk_withdrawal_holding_id_edition"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_withdrawal"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_withdrawal_edition_id", "withdrawal", ["edition_id"], unique=False)
    op.add_column("decision", sa.Column("round", sa.Integer(), server_default="0", nullable=False))
    op.create_index(
        "ix_decision_once", "decision", ["edition_id", "round", "actor", "verdict"], unique=True
    )
    op.add_column("edition", sa.Column("round", sa.Integer(), server_default="0", nullable=False))
    op.add_column("edition", sa.Column("needed", sa.Integer(), server_default="1", nullable=False))
    op.add_column("release", sa.Column("notes", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "script", sa.Column("kind", sa.String(length=10), server_default="script", nullable=False)
    )
    op.add_column("session", sa.Column("counted", sa.JSON(), nullable=True))
    op.add_column("session", sa.Column("last_script", sa.String(length=80), nullable=True))


def downgrade() -> None:
    op.drop_index("ix_decision_once", "decision")
    for table, column in reversed(_COLUMNS):
        op.drop_column(table, column)
    for table in _TABLES:
        op.drop_table(table)
