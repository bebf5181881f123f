"""Rules of editing: reviewers decide, each in the round at hand, two where numbers change."""

# ruff: noqa: S608 - the statements are built from the names in this file alone
from __future__ import annotations

from importlib import import_module  # a module whose name begins with a digit

from alembic import op

from bot.content.migrations.triggers import PINNED, Rule, changed, create, drop, never

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_CONTENT = (
    "script_id", "locale", "audience", "channel", "country", "body", "buttons", "says",
    "handoffs", "resources",
)  # fmt: skip
_OTHER = (
    "id", "sources", "content_hash", "source_edition_id", "baseline", "author", "last_editor",
    "submitter", "reviewed_by", "reviewed", "created", "round", "needed",
)  # fmt: skip
_REPLACED = (
    "decision_sees_content", "decision_four_eyes", "edition_published_never_changes",
    "edition_approved_by_decision", "edition_live_through_release", "release_edition_is_approved",
)  # fmt: skip


def _worked_on(actor: str, row: str) -> str:
    return f"""({actor} IN ({row}.author, {row}.last_editor, coalesce({row}.submitter, ''))
        OR EXISTS (SELECT 1 FROM revision w
            WHERE w.edition_id = {row}.id AND w.editor = {actor}))"""


def _has_role(actor: str, *roles: str) -> str:
    names = ", ".join(f"'{role}'" for role in roles)
    return f"""EXISTS (SELECT 1 FROM staff s JOIN staff_role h ON h.staff_id = s.id
        WHERE s.name = {actor} AND s.active AND h.role IN ({names}))"""


# Decisions of the present round about the present content; one that does not approve undoes those
# before it. Different people, none of whom worked on the text.
def _approved(row: str) -> str:
    return f"""(SELECT count(DISTINCT d.actor) FROM decision d
        WHERE d.edition_id = {row}.id AND d.content_hash = {row}.content_hash
        AND d.round = {row}.round AND d.verdict = 'approve' AND NOT {_worked_on("d.actor", row)}
        AND NOT EXISTS (SELECT 1 FROM decision later WHERE later.edition_id = {row}.id
            AND later.id > d.id AND later.round = d.round
            AND later.verdict <> 'approve')) >= {row}.needed"""


# Other numbers, links or cards than those that people find now: of a helper always; of a text where
# none with the same cards is live in its place, unless no text of the script has any.
def _numbers(row: str) -> str:
    same = " AND ".join(
        f"l.{name} = {row}.{name}"
        for name in ("script_id", "locale", "audience", "channel", "country")
    )

    def cards(name: str) -> str:
        return f"CAST({name}.resources AS TEXT) || CAST({name}.handoffs AS TEXT)"

    return f"""({row}.script_id LIKE 'resource:%' OR (NOT EXISTS (SELECT 1 FROM edition l
            WHERE l.state = 'live' AND {same} AND {cards("l")} = {cards(row)}
            AND NOT EXISTS (SELECT 1 FROM withdrawal o WHERE o.edition_id = l.id))
        AND ({cards(row)} <> '[][]' OR EXISTS (SELECT 1 FROM edition g WHERE g.state = 'live'
            AND g.script_id = {row}.script_id AND g.locale = {row}.locale
            AND {cards("g")} <> '[][]'))))"""


_PUBLISHED = "OLD.state IN ('live', 'retired')"
_IN_RELEASE = "EXISTS (SELECT 1 FROM release_edition r WHERE r.edition_id = NEW.id)"

RULES = (
    Rule("decision_sees_content", "decision", "INSERT",
     """NOT EXISTS (SELECT 1 FROM edition e WHERE e.id = NEW.edition_id
        AND e.content_hash = NEW.content_hash AND e.round = NEW.round
        AND e.state IN ('submitted', 'approved'))""",
     "a decision counts only for the content it saw, while that is submitted"),
    Rule("decision_by_reviewer", "decision", "INSERT",
     f"NOT {_has_role('NEW.actor', 'reviewer')}", "a reviewer decides"),
    Rule("decision_four_eyes", "decision", "INSERT",
     f"""NEW.verdict = 'approve' AND EXISTS (SELECT 1 FROM edition e WHERE e.id = NEW.edition_id
        AND {_worked_on("NEW.actor", "e")})""",
     "whoever worked on a text cannot approve it"),
    Rule("edition_helper_has_one_place", "edition", "INSERT",
     """NEW.script_id LIKE 'resource:%'
        AND NEW.locale || NEW.audience || NEW.channel || NEW.country <> ''""",
     "a helper has one entry for every language and channel"),
    Rule("edition_author_stays", "edition", "UPDATE",
     f"{changed('author', 'script_id', 'created')} OR NEW.round < OLD.round",
     "an edition keeps its author"),
    Rule("edition_change_is_signed", "edition", "UPDATE",
     f"""({changed("content_hash", "last_editor")}) AND NOT EXISTS (SELECT 1 FROM revision v
        WHERE v.edition_id = NEW.id AND v.content_hash = NEW.content_hash
        AND v.editor = NEW.last_editor)""",
     "a change says who made it"),
    Rule("edition_change_is_a_draft", "edition", "UPDATE",
     f"({changed(*_CONTENT, 'content_hash')}) AND NEW.state <> 'draft'",
     "changed content is a draft again"),
    Rule("edition_new_round", "edition", "UPDATE",
     """NEW.state = 'submitted' AND OLD.state <> 'submitted'
        AND (NEW.round <= OLD.round OR NEW.submitter IS NULL)""",
     "each submission is a round of its own"),
    Rule("edition_numbers_need_two", "edition", "UPDATE",
     f"""NEW.state IN ('submitted', 'approved') AND NEW.needed < 2 AND {_numbers("NEW")}""",
     "numbers and links need two approvals"),
    Rule("edition_submitter_stays", "edition", "UPDATE",
     f"""({changed("submitter")}) AND NEW.state <> 'draft'
        AND NOT (NEW.state = 'submitted' AND OLD.state IN ('draft', 'rejected'))""",
     "who submitted it stays with it"),
    Rule("release_edition_with_its_release", "release_edition", "INSERT",
     "NEW.release_version <> (SELECT max(version) FROM release)",
     "an earlier release gets nothing more"),
    Rule("edition_needed_stays", "edition", "UPDATE",
     "NEW.needed < 1 OR (NEW.needed < OLD.needed AND OLD.state <> 'draft')",
     "the approvals needed do not become fewer"),
    Rule("edition_published_never_changes", "edition", "UPDATE",
     f"{_PUBLISHED} AND ({changed(*_CONTENT, *_OTHER)} OR NEW.state NOT IN ('live', 'retired'))",
     "a published edition never changes"),
    Rule("edition_approved_by_decision", "edition", "UPDATE",
     f"""NEW.state = 'approved' AND OLD.state <> 'approved'
        AND NOT (OLD.state = 'submitted' AND {_approved("NEW")})""",
     "no valid approval of this content"),
    Rule("edition_live_through_release", "edition", "UPDATE",
     f"""NEW.state = 'live' AND OLD.state <> 'live'
        AND NOT ({_IN_RELEASE} AND (NEW.baseline OR {_approved("NEW")}))""",
     "an edition goes live approved and through a release"),
    Rule("release_edition_is_approved", "release_edition", "INSERT",
     f"""NOT EXISTS (SELECT 1 FROM edition e WHERE e.id = NEW.edition_id AND (e.baseline
        OR (e.state IN ('approved', 'live', 'retired') AND {_approved("e")}
            AND NOT (e.state = 'approved' AND e.needed < 2 AND {_numbers("e")}))))""",
     "a release holds approved editions only"),
    Rule("recheck_sees_content", "recheck", "INSERT",
     """NOT EXISTS (SELECT 1 FROM edition e WHERE e.id = NEW.edition_id
        AND e.content_hash = NEW.content_hash AND e.state = 'live')""",
     "what is live is read again"),
    Rule("recheck_by_reviewer", "recheck", "INSERT",
     f"NOT {_has_role('NEW.actor', 'reviewer')}", "a reviewer reads again"),
    Rule("withdrawal_holds_approved", "withdrawal", "INSERT",
     """NOT EXISTS (SELECT 1 FROM edition e WHERE e.id = NEW.holding_id AND e.state = 'live')""",
     "a holding text is approved and live"),
    Rule("withdrawal_is_lifted_alone", "withdrawal", "UPDATE",
     f"""{changed("id", "edition_id", "holding_id", "actor", "reason", "created")}
        OR OLD.lifted IS NOT NULL""",
     "a withdrawal is lifted and never changed"),
    *never("withdrawal", "DELETE"),
    *never("revision", "UPDATE", "DELETE"),
    *never("recheck", "UPDATE", "DELETE"),
)  # fmt: skip


def _earlier() -> list[Rule]:
    earlier = import_module("bot.content.migrations.versions.0002_rules")
    return [rule for rule in earlier.RULES if rule.name in _REPLACED]


def _pin_earlier() -> None:
    """What stays of the earlier rules looks at our own tables alone too."""
    if op.get_bind().dialect.name == "postgresql":
        earlier = import_module("bot.content.migrations.versions.0002_rules")
        for rule in earlier.RULES:
            if rule.name not in _REPLACED:
                op.execute(f"ALTER FUNCTION {rule.name}() {PINNED}")


def upgrade() -> None:
    drop(_earlier())
    create(RULES)
    _pin_earlier()
    if op.get_bind().dialect.name == "postgresql":
        for table in ("revision", "recheck", "withdrawal"):
            op.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_no_delete()"
            )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in ("revision", "recheck", "withdrawal"):
            op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
    drop(RULES)
    create(_earlier())
