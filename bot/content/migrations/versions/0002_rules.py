"""Rules that hold whoever writes to the database: four eyes, immutable releases, audit trail."""

# ruff: noqa: S608 - the statements are built from the names in this file alone
from __future__ import annotations

from alembic import op

from bot.content.migrations.triggers import Rule, changed, create, drop, never

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_CONTENT = (
    "script_id", "locale", "audience", "channel", "country", "body", "buttons", "says",
    "handoffs", "resources",
)  # fmt: skip
_OTHER = (
    "id", "sources", "content_hash", "source_edition_id", "baseline", "author", "last_editor",
    "submitter", "reviewed_by", "reviewed", "created",
)  # fmt: skip


# The newest decision about this very content decides, and it is by somebody who did not write it.
def _approved(row: str) -> str:
    return f"""EXISTS (SELECT 1 FROM decision d
        WHERE d.edition_id = {row}.id AND d.content_hash = {row}.content_hash
        AND d.verdict = 'approve'
        AND d.actor NOT IN ({row}.author, {row}.last_editor, coalesce({row}.submitter, ''))
        AND NOT EXISTS (SELECT 1 FROM decision later WHERE later.edition_id = {row}.id
            AND later.id > d.id AND later.content_hash = d.content_hash
            AND later.verdict <> 'approve'))"""


_NEW_APPROVED, _ROW_APPROVED = _approved("NEW"), _approved("e")
_PUBLISHED = "OLD.state IN ('live', 'retired')"
_IN_RELEASE = "EXISTS (SELECT 1 FROM release_edition r WHERE r.edition_id = NEW.id)"

RULES = (
    Rule("decision_sees_content", "decision", "INSERT",
     """NEW.content_hash <>
        coalesce((SELECT content_hash FROM edition WHERE id = NEW.edition_id), '')""",
     "a decision counts only for the content it saw"),
    Rule("decision_four_eyes", "decision", "INSERT",
     """NEW.verdict = 'approve' AND EXISTS (SELECT 1 FROM edition e WHERE e.id = NEW.edition_id
        AND NEW.actor IN (e.author, e.last_editor, coalesce(e.submitter, '')))""",
     "author, last editor and submitter cannot approve"),
    Rule("edition_starts_unpublished", "edition", "INSERT",
     "NEW.state NOT IN ('draft', 'submitted')", "an edition starts as a draft"),
    Rule("edition_hash_follows_content", "edition", "UPDATE",
     f"({changed(*_CONTENT)}) AND NEW.content_hash = OLD.content_hash",
     "changed content needs its new hash"),
    Rule("edition_published_never_changes", "edition", "UPDATE",
     f"{_PUBLISHED} AND ({changed(*_CONTENT, *_OTHER)} OR NEW.state NOT IN ('live', 'retired'))",
     "a published edition never changes"),
    Rule("edition_baseline_is_fixed", "edition", "UPDATE",
     f"({changed('baseline')}) OR (OLD.baseline AND NEW.content_hash <> OLD.content_hash)",
     "a baseline edition is not edited: make a new edition"),
    Rule("edition_approved_by_decision", "edition", "UPDATE",
     f"NEW.state = 'approved' AND OLD.state <> 'approved' AND NOT {_NEW_APPROVED}",
     "no valid approval of this content"),
    Rule("edition_live_through_release", "edition", "UPDATE",
     f"""NEW.state = 'live' AND OLD.state <> 'live'
        AND NOT ({_IN_RELEASE} AND (NEW.baseline OR {_NEW_APPROVED}))""",
     "an edition goes live approved and through a release"),
    Rule("edition_published_stays", "edition", "DELETE", _PUBLISHED, "a published edition stays"),
    Rule("release_edition_is_approved", "release_edition", "INSERT",
     f"""NOT EXISTS (SELECT 1 FROM edition e WHERE e.id = NEW.edition_id
        AND (e.baseline OR {_ROW_APPROVED}))""",
     "a release holds approved editions only"),
    Rule("event_follows_the_last", "event", "INSERT",
     f"""NEW.previous <>
        coalesce((SELECT hash FROM event ORDER BY id DESC LIMIT 1), '{"0" * 64}')""",
     "an event follows the last one"),
    *(
        rule
        for table in ("decision", "release", "release_edition", "event")
        for rule in never(table, "UPDATE", "DELETE")
    ),
)  # fmt: skip
_KEPT = ("decision", "release", "release_edition", "event")


def upgrade() -> None:
    create(RULES)
    for table in _KEPT if _postgres() else ():
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_no_delete()"
        )


def downgrade() -> None:
    for table in _KEPT if _postgres() else ():
        op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
    drop(RULES)


def _postgres() -> bool:
    return op.get_bind().dialect.name == "postgresql"
