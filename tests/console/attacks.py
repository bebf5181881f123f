"""What somebody may try with SQL alone: statements, and what each is refused with."""

from __future__ import annotations

import re

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.content.events import START

STEP = "utter_step_save"


def submitted(house):
    """A text of Rob's (who reviews as well) that waits for others; and its row."""
    made = house.submitted(house.live(STEP), "Mine.", by="rob")
    return house.row(made)


def done(house, attacks, **names):
    """What of a table of attacks was done, or refused for another reason; none leaves anything."""
    row, found = submitted(house), []
    given = {name: getattr(row, name) for name in ("id", "content_hash", "round")}
    given["live"] = house.live(STEP)
    for name, (statement, reason) in attacks.items():
        wanted = {key: value for key, value in given.items() if re.search(f":{key}\\b", statement)}
        with house.engine.connect() as connection:
            try:
                connection.execute(text(filled(statement, names)), wanted)
            except DBAPIError as error:
                if not re.search(reason, str(error.orig)):
                    found.append((name, str(error.orig)))
            else:
                found.append((name, "it was done"))
            connection.rollback()
    return found


def filled(statement, names):
    """The statement with names in it that no parameter can stand for, as `{owner}`."""
    for name, value in names.items():
        statement = statement.replace(f"{{{name}}}", value)
    return statement


DECISION = (
    "INSERT INTO decision (edition_id, content_hash, round, actor, verdict, created) "
    "VALUES (:id, :content_hash, {round}, '{actor}', 'approve', 1)"
)
EDITION = (
    "INSERT INTO edition (script_id, locale, body, buttons, says, handoffs, resources, sources, "
    "content_hash, author, last_editor, created{more}) SELECT script_id, locale, 'Evil', buttons, "
    "says, handoffs, resources, sources, content_hash, 'eve', 'eve', 1{value} FROM edition "
    "WHERE id = :id"
)
EVENT = (
    "INSERT INTO event ({more}created, actor, tag, subject, previous, hash) SELECT {value}1, "
    "'eve', 'console:edition:approved', 'x', {previous}, repeat('f', 64)"
)
LAST = "(SELECT hash FROM event ORDER BY id DESC LIMIT 1)"
DENIED, OWNER = "permission denied", "must be owner"
ATTACKS = {
    "an approval of one's own text": (
        DECISION.format(round=":round", actor="rob"), "cannot approve"),
    "an approval in the name of somebody without a role": (
        DECISION.format(round=":round", actor="vera"), "a reviewer decides"),
    "an approval in the name of nobody": (
        DECISION.format(round=":round", actor="eve"), "a reviewer decides"),
    "a decision for an old round": (
        DECISION.format(round="0", actor="rita"), "while that is submitted"),
    "a decision before all others": (
        "INSERT INTO decision (id, edition_id, content_hash, round, actor, verdict, created) "
        "VALUES (999999, :id, :content_hash, :round, 'rita', 'approve', 1)", DENIED),
    "a decision changed": ("UPDATE decision SET verdict = 'approve'", DENIED),
    "a decision deleted": ("DELETE FROM decision", DENIED),
    "an event changed": ("UPDATE event SET actor = 'eve'", DENIED),
    "an event deleted": ("DELETE FROM event", DENIED),
    "the trail emptied": ("TRUNCATE event", DENIED),
    "the trail emptied with what hangs on it": ("TRUNCATE event, decision CASCADE", DENIED),
    "an event in between": (
        EVENT.format(more="id, ", value="-1, ", previous=LAST), DENIED),
    "an event that does not follow": (
        EVENT.format(more="", value="", previous=f"'{START}'"), "follows the last one"),
    "the count of the trail set back": ("SELECT setval('event_id_seq', 1)", DENIED),
    "a rule dropped": ("DROP TRIGGER event_no_update ON event", OWNER),
    "a rule switched off": ("ALTER TABLE event DISABLE TRIGGER event_no_update", OWNER),
    "all rules switched off": ("ALTER TABLE edition DISABLE TRIGGER USER", OWNER),
    "rules passed over": ("SET session_replication_role = replica", DENIED),
    "a rule's function replaced": (
        "CREATE OR REPLACE FUNCTION public.event_no_update() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN RETURN NEW; END'", DENIED),
    "a rule's function changed": ("ALTER FUNCTION event_no_update() RESET ALL", OWNER),
    "a function of one's own": (
        "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'", DENIED),
    "a table of one's own": ("CREATE TABLE public.t (x int)", DENIED),
    "a passing table before a real one": (
        "CREATE TEMPORARY TABLE staff_role (staff_id int, role text)", DENIED),
    "a schema of one's own": ("CREATE SCHEMA mine", DENIED),
    "a column more": ("ALTER TABLE edition ADD COLUMN x int", OWNER),
    "a table gone": ("DROP TABLE event", OWNER),
    "the role of the owner": ("SET ROLE {owner}", DENIED),
    "the owner's rights": ("GRANT {owner} TO CURRENT_USER", "superuser|admin option"),
    "a role of one's own": ("CREATE ROLE handrail_mine", DENIED),
    "a text live by hand": (
        "UPDATE edition SET state = 'live' WHERE id = :id", "approved and through a release"),
    "a text approved by hand": (
        "UPDATE edition SET state = 'approved' WHERE id = :id", "no valid approval"),
    "a text live instead of another": (
        "UPDATE edition SET body = 'Evil' WHERE state = 'live'", "new hash|never changes|a draft"),
    "one approval instead of two": (
        "UPDATE edition SET needed = 0 WHERE id = :id", "do not become fewer"),
    "a text that says it shipped": (EDITION.format(more=", baseline", value=", true"), DENIED),
    "a text made shipped": ("UPDATE edition SET baseline = true WHERE id = :id", DENIED),
    "another author": ("UPDATE edition SET author = 'eve' WHERE id = :id", DENIED),
    "a text that begins approved": (EDITION.format(more=", state", value=", 'approved'"), DENIED),
    "a text under an id of one's own": (EDITION.format(more=", id", value=", 999999"), DENIED),
    "a text deleted": ("DELETE FROM edition WHERE id = :id", DENIED),
    "a release changed": ("UPDATE release SET signed = 'x'", DENIED),
    "a release deleted": ("DELETE FROM release", DENIED),
    "a draft in a release": (
        "INSERT INTO release_edition VALUES (1, :id)", "approved editions only"),
    "a text taken out of a release": ("DELETE FROM release_edition", DENIED),
    "who worked on a text": ("UPDATE revision SET editor = 'eve'", DENIED),
    "a withdrawal changed": ("UPDATE withdrawal SET reason = 'none'", DENIED),
    "a withdrawal lifted before it is made": (
        "INSERT INTO withdrawal (edition_id, holding_id, actor, reason, created, lifted) "
        "VALUES (:id, :id, 'eve', 'x', 1, 1)", DENIED),
    "somebody renamed": ("UPDATE staff SET name = 'eve' WHERE name = 'ana'", DENIED),
    "somebody gone": ("DELETE FROM staff", DENIED),
    "counts made up": ("UPDATE tally SET conversations = 0", DENIED),
    "words put in": (
        "INSERT INTO unclear (locale, words, voice, created) VALUES ('en', 'x', 'x', 1)", DENIED),
    "the schema's number": ("UPDATE alembic_version SET version_num = '0001'", DENIED),
    "a file of the server": ("SELECT pg_read_file('PG_VERSION')", DENIED),
    "a program": ("COPY event TO PROGRAM 'true'", "must be superuser"),
    **{
        f"conversations: {name}": (f"SELECT * FROM {name}", DENIED)  # noqa: S608
        for name in ("session", "inbox", "outbox", "button", "seen", "dead_letter")
    },
}  # fmt: skip
# Rules, not rights: refused to the owner as well, on both databases.
EVENT_AGAIN = (
    "INSERT INTO event (id, created, actor, tag, subject, previous, hash) SELECT 5, 1, 'eve', "
    f"'console:edition:approved', 'x', {LAST}, 'f' WHERE true "
)
RULED = {
    "an event put over another": (
        EVENT_AGAIN + "ON CONFLICT (id) DO UPDATE SET actor = 'eve'", "event rows never change"),
    "a release put over another": (
        "INSERT INTO release SELECT * FROM release WHERE true "
        "ON CONFLICT (version) DO UPDATE SET signer = 'eve'", "release rows never change"),
    "two texts that change places": (
        "UPDATE edition SET state = CASE WHEN id = :id THEN 'live' ELSE 'retired' END "
        "WHERE id IN (:id, :live)", "approved and through a release"),
    "an approval under another spelling": (
        DECISION.format(round=":round", actor="Rita"), "a reviewer decides"),
    "an approval under a name with a space": (
        DECISION.format(round=":round", actor="rita "), "a reviewer decides"),
    "another last editor": (
        "UPDATE edition SET last_editor = 'ana' WHERE id = :id", "says who made it"),
    "an approval of what comes next": (
        DECISION.format(round="(:round + 1)", actor="rita"), "while that is submitted"),
    "a round set back": (
        "UPDATE edition SET round = 0, state = 'draft' WHERE id = :id", "keeps its author"),
}  # fmt: skip
REPLACED = {
    "an event": (EVENT_AGAIN.replace("INSERT", "INSERT OR REPLACE"), "event rows never change"),
    "a release": (
        "INSERT OR REPLACE INTO release SELECT * FROM release", "release rows never change"),
    "who worked on a text": (
        "INSERT OR REPLACE INTO revision SELECT id, edition_id, content_hash, 'eve', created "
        "FROM revision",
        "revision rows never change"),
    "what is live": (
        "INSERT OR REPLACE INTO edition (id, script_id, locale, body, buttons, says, handoffs, "
        "resources, sources, content_hash, author, last_editor, created, baseline) SELECT id, "
        "script_id, locale, 'Evil', buttons, says, handoffs, resources, sources, content_hash, "
        "'eve', 'eve', 1, true FROM edition WHERE id = :live", "a published edition stays"),
}  # fmt: skip
# Rows that the console writes around the texts, and what it reads.
WRITTEN = {
    "a session": "INSERT INTO staff_session (token_hash, staff_id, created, seen, expires) "
    "SELECT repeat('a', 64), id, 1, 1, 2 FROM staff LIMIT 1",
    "a sign-out": "DELETE FROM staff_session",
    "a failed sign-in": "UPDATE staff SET failures = failures + 1, failed = 1 WHERE name = 'ana'",
    "a new password": "UPDATE staff SET password_hash = 'x', active = false WHERE name = 'ana'",
    "a role more": "INSERT INTO staff_role SELECT id, 'viewer' FROM staff WHERE name = 'ana'",
    "a role less": "DELETE FROM staff_role WHERE role = 'author'",
    "a passkey": "INSERT INTO passkey (staff_id, credential_id, public_key, label, created) "
    "SELECT id, 'x', 'y', 'key', 1 FROM staff LIMIT 1",
    "a code": "INSERT INTO recovery_code (staff_id, code_hash, created) SELECT id, 'x', 1 "
    "FROM staff LIMIT 1",
    "a device": "INSERT INTO known_device SELECT repeat('a', 64), id, 1 FROM staff LIMIT 1",
    "a challenge": "INSERT INTO challenge VALUES (repeat('a', 64), NULL, 'sign_in', 1)",
    "a word": "INSERT INTO comment (script_id, actor, body, created) "
    "SELECT id, 'ana', 'Hm', 1 FROM script LIMIT 1",
    "a look at a link": "INSERT INTO link_check (resource_id, url, outcome, checked_by, created) "
    "VALUES ('x', 'https://x.example', 'ok', 'ana', 1)",
    "a call": "INSERT INTO call_back (resource_id, number, outcome, actor, created) "
    "VALUES ('x', '1', 'right', 'ana', 1)",
    "a hidden link": "INSERT INTO hidden_link (resource_id, url, reason, created) "
    "VALUES ('x', 'https://x.example', 'dead', 1)",
    "a proposal": "INSERT INTO proposal (locale, intent, sentences, actor, created) "
    "VALUES ('en', 'greet', '[]', 'ana', 1)",
    "counts": "SELECT * FROM tally",
    "what was not understood": "SELECT * FROM unclear",
}
