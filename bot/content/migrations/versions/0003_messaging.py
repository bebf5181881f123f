"""Messaging channels: where to write back, what was seen, how far an answer has been sent."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _columns() -> dict[str, tuple[sa.Column[Any], ...]]:
    return {
        "session": (
            sa.Column("address", sa.LargeBinary(), nullable=True),
            sa.Column("carded", sa.Float(precision=53), nullable=True),
        ),
        "inbox": (
            sa.Column("position", sa.BigInteger(), nullable=True),
            sa.Column("danger", sa.Boolean(), server_default=sa.false(), nullable=False),
            sa.Column("media", sa.String(length=10), nullable=True),
        ),
        "outbox": (
            sa.Column("pieces", sa.Integer(), server_default="0", nullable=False),
            sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
            sa.Column("due", sa.Float(precision=53), server_default="0", nullable=False),
            sa.Column("late", sa.Boolean(), server_default=sa.false(), nullable=False),
        ),
    }


def upgrade() -> None:
    for table, columns in _columns().items():
        for column in columns:
            op.add_column(table, column)
    op.create_table(
        "seen",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_seen"),
    )
    op.create_index("ix_seen_created", "seen", ["created"], unique=False)
    op.create_table(
        "button",
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("script", sa.String(length=80), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name="fk_button_session_id_session"
        ),
        sa.PrimaryKeyConstraint("session_id", "token", name="pk_button"),
    )
    op.create_table(
        "dead_letter",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("scripts", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dead_letter"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_dead_letter_created", "dead_letter", ["created"], unique=False)


def downgrade() -> None:
    for table in ("dead_letter", "button", "seen"):
        op.drop_table(table)
    for table, columns in _columns().items():
        for column in reversed(columns):
            op.drop_column(table, column.name)
