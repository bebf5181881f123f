"""Migrations, the rules that the database itself holds, the audit trail and the seed."""

from __future__ import annotations

import time

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, inspect, select, text, update
from sqlalchemy.exc import DBAPIError

from bot.content import migrations
from bot.content.database import open_database
from bot.content.events import Entry, append_events, broken_event
from bot.content.models import Base
from bot.content.release import build_baseline, sign, verify
from bot.content.seed import VersionTaken, highest_version, seed

TABLES = Base.metadata.tables
HASH, OTHER_HASH = "a" * 64, "b" * 64


@pytest.fixture
def empty(database_url):
    """An engine on a database without tables."""
    made = open_database(database_url)
    yield made
    made.dispose()


@pytest.fixture
def engine(empty):
    migrations.upgrade(empty)
    return empty


def add(connection, table, **values):
    made = connection.execute(TABLES[table].insert().values(**values))
    return made.inserted_primary_key[0]


def edition(connection, **values):
    return add(
        connection,
        "edition",
        **{
            "script_id": "utter_x",
            "locale": "en",
            "body": "A",
            **{name: [] for name in ("buttons", "says", "handoffs", "resources", "sources")},
            "content_hash": HASH,
            "author": "ana",
            "last_editor": "ben",
            "submitter": "eva",
            "state": "submitted",
            "created": 1.0,
            **values,
        },
    )


def reviewers(connection, *names):
    """People who may decide."""
    for name in names:
        staff = add(connection, "staff", name=name, password_hash="x", created=1.0)
        add(connection, "staff_role", staff_id=staff, role="reviewer")


def revise(connection, row, editor="ana", **values):
    """Give an edition another content as the application does."""
    values = {"body": "B", "content_hash": OTHER_HASH, "state": "draft", **values}
    known = {"edition_id": row, "content_hash": values["content_hash"], "created": 1.0}
    add(connection, "revision", editor=editor, **known)
    change = update(TABLES["edition"]).where(TABLES["edition"].c.id == row)
    connection.execute(change.values(last_editor=editor, **values))


def decision(connection, row, **values):
    fixed = {"edition_id": row, "created": 1.0, "content_hash": HASH, "reason": "checked"}
    return add(connection, "decision", **{**fixed, "actor": "zoe", "verdict": "approve", **values})


def release(connection, version, *rows):
    add(
        connection,
        "release",
        version=version,
        digest=f"{version:064}",
        content_digest=HASH,
        draft=False,
        signer="zoe",
        signed=b"x",
        created=1.0,
    )
    for row in rows:
        add(connection, "release_edition", release_version=version, edition_id=row)


def state(connection, row, to):
    change = update(TABLES["edition"]).where(TABLES["edition"].c.id == row)
    connection.execute(change.values(state=to))


def live(connection, version, **values):
    row = edition(connection, **values)
    decision(connection, row)
    state(connection, row, "approved")
    release(connection, version, row)
    state(connection, row, "live")
    return row


def script(connection):
    add(connection, "script", id="utter_x", risk="safety", owner="a", review_months=12, created=1.0)
    reviewers(connection, "zoe", "yan", "ana", "ben", "eva")


def test_head_equals_the_models(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_go_up_and_down_and_up_again(empty):
    migrations.upgrade(empty)
    migrations.upgrade(empty)
    assert set(TABLES) <= set(inspect(empty).get_table_names())
    migrations.downgrade(empty, "0001")
    with empty.begin() as connection:
        append_events(connection, [Entry("ana", "system:test:made", "x")])
        connection.execute(delete(TABLES["event"]))  # without the rules of 0002 this is possible
    migrations.upgrade(empty)
    migrations.downgrade(empty, "base")
    assert set(inspect(empty).get_table_names()) <= {"alembic_version"}
    migrations.upgrade(empty)


def test_constraint_names_follow_one_convention(engine):
    inspector = inspect(engine)
    for table in TABLES:
        # SQLite forgets the name of a key that counts up by itself.
        assert inspector.get_pk_constraint(table)["name"] in (f"pk_{table}", None)
        for key in inspector.get_foreign_keys(table):
            assert key["name"].startswith(f"fk_{table}_")
        for rule in inspector.get_unique_constraints(table):
            assert rule["name"].startswith(f"uq_{table}_")


def test_an_approved_edition_goes_live_through_a_release_and_is_retired(engine):
    with engine.begin() as connection:
        script(connection)
        row = live(connection, 1)
        state(connection, row, "retired")
        state(connection, row, "live")  # rollback points at an earlier release


def two_live(connection):
    live(connection, 1)
    live(connection, 2)


def own_approval(actor):
    def act(connection):
        decision(connection, edition(connection), actor=actor)

    return act


def approval_of_other_content(connection):
    decision(connection, edition(connection), content_hash=OTHER_HASH)


def live_without_release(connection):
    row = edition(connection)
    decision(connection, row)
    state(connection, row, "live")


def released_without_approval(connection):
    release(connection, 1, edition(connection))


def edited_after_approval(connection):
    row = edition(connection)
    decision(connection, row)
    revise(connection, row)
    release(connection, 1, row)


def edited_and_still_submitted(connection):
    row = edition(connection)
    decision(connection, row)
    revise(connection, row, state="submitted")


def edited_unsigned(connection):
    row = edition(connection, state="draft")
    change = update(TABLES["edition"]).where(TABLES["edition"].c.id == row)
    connection.execute(change.values(body="B", content_hash=OTHER_HASH))


def an_earlier_editor_approves(connection):
    row = edition(connection, state="draft")
    revise(connection, row, "zoe")
    revise(connection, row, "ana", body="C", content_hash="c" * 64)
    submit(connection, row)
    decision(connection, row, content_hash="c" * 64, round=1)


def submit(connection, row, **values):
    change = update(TABLES["edition"]).where(TABLES["edition"].c.id == row)
    connection.execute(change.values(**{"state": "submitted", "round": 1, **values}))


def replayed_approval(connection):
    """Approved, changed, changed back: what was said in the round before does not count."""
    row = edition(connection)
    decision(connection, row)
    revise(connection, row)
    revise(connection, row, body="A", content_hash=HASH)
    submit(connection, row)
    state(connection, row, "approved")


def same_approval_twice(connection):
    row = edition(connection)
    decision(connection, row)
    decision(connection, row)


def approval_of_an_earlier_round(connection):
    row = edition(connection, round=1)
    decision(connection, row, round=0)


def submitted_in_the_same_round(connection):
    row = edition(connection, state="draft")
    state(connection, row, "submitted")


def approved_without_review(connection):
    row = edition(connection)
    state(connection, row, "approved")


def draft_decided(connection):
    decision(connection, edition(connection, state="draft"))


def decided_by(actor):
    def act(connection):
        decision(connection, edition(connection), actor=actor)

    return act


def left_the_team(connection):
    row = edition(connection)
    connection.execute(update(TABLES["staff"]).values(active=False))
    decision(connection, row)


def another_submitter(connection):
    row = edition(connection)
    change = update(TABLES["edition"]).where(TABLES["edition"].c.id == row)
    connection.execute(change.values(submitter="eve"))


def into_an_earlier_release(connection):
    live(connection, 1)
    live(connection, 2, audience="parent")
    row = edition(connection, audience="friend")
    decision(connection, row)
    state(connection, row, "approved")
    add(connection, "release_edition", release_version=1, edition_id=row)


NUMBERS = {"resources": ["us_911"]}


def numbers_by_one(connection):
    row = edition(connection, needed=2, **NUMBERS)
    decision(connection, row)
    state(connection, row, "approved")


def numbers_as_words(connection):
    row = edition(connection, **NUMBERS)
    decision(connection, row)
    state(connection, row, "approved")


def fewer_needed(connection):
    row = edition(connection, needed=2, **NUMBERS)
    change = update(TABLES["edition"]).where(TABLES["edition"].c.id == row)
    connection.execute(change.values(needed=1))


def numbers_live_under_it(connection):
    """Approved as a matter of words, while other numbers went live in the same place."""
    live_with_numbers(connection, 1, resources=["us_911"])
    row = edition(connection, resources=["us_911"], body="B", content_hash=OTHER_HASH)
    decision(connection, row, content_hash=OTHER_HASH)
    state(connection, row, "approved")
    first = select(TABLES["edition"].c.id).where(TABLES["edition"].c.state == "live")
    state(connection, connection.execute(first).scalar_one(), "retired")
    live_with_numbers(connection, 2, resources=["us_988"], content_hash="c" * 64)
    release(connection, 3, row)


def live_with_numbers(connection, version, content_hash=HASH, **values):
    row = edition(connection, needed=2, content_hash=content_hash, **values)
    for actor in ("zoe", "yan"):
        decision(connection, row, actor=actor, content_hash=content_hash)
    state(connection, row, "approved")
    release(connection, version, row)
    state(connection, row, "live")


def withdrawn(connection, **values):
    row = live(connection, 1)
    fixed = {"edition_id": row, "holding_id": row, "actor": "zoe", "created": 1.0}
    return add(connection, "withdrawal", **{**fixed, "reason": "wrong", **values})


def withdrawn_without_reason(connection):
    withdrawn(connection, reason="")


def held_by_a_draft(connection):
    withdrawn(connection, holding_id=edition(connection, state="draft", audience="parent"))


def withdrawal_touched(connection):
    row = withdrawn(connection)
    table = TABLES["withdrawal"]
    connection.execute(update(table).where(table.c.id == row).values(actor="ana"))


def reread(**values):
    def act(connection):
        row = live(connection, 1)
        fixed = {"edition_id": row, "content_hash": HASH, "actor": "zoe", "created": 1.0}
        add(connection, "recheck", **{**fixed, **values})

    return act


def approved_then_rejected(connection):
    row = edition(connection)
    decision(connection, row)
    decision(connection, row, verdict="reject")
    state(connection, row, "approved")


def starts_live(connection):
    edition(connection, state="live")


def edited_without_a_new_hash(connection):
    row = edition(connection, state="draft")
    change = update(TABLES["edition"]).where(TABLES["edition"].c.id == row)
    connection.execute(change.values(body="B"))


def published_changes(column, value):
    def act(connection):
        row = live(connection, 1)
        change = update(TABLES["edition"]).where(TABLES["edition"].c.id == row)
        connection.execute(change.values({column: value, "content_hash": OTHER_HASH}))

    return act


def published_review(connection):
    row = live(connection, 1)
    change = update(TABLES["edition"]).where(TABLES["edition"].c.id == row)
    connection.execute(change.values(reviewed="2026-01-01"))


def back_to_draft(connection):
    state(connection, live(connection, 1), "draft")


def published_deleted(connection):
    row = live(connection, 1)
    connection.execute(delete(TABLES["edition"]).where(TABLES["edition"].c.id == row))


def made_baseline_later(connection):
    row = edition(connection, state="draft")
    change = update(TABLES["edition"]).where(TABLES["edition"].c.id == row)
    connection.execute(change.values(baseline=True))


def baseline_edited(connection):
    revise(connection, edition(connection, baseline=True, state="draft"))


def rejected_without_a_reason(connection):
    decision(connection, edition(connection), verdict="reject", reason="")


def touched(table, action):
    def act(connection):
        live(connection, 1)
        append_events(connection, [Entry("ana", "system:test:made", "x")])
        rows = TABLES[table]
        column = next(iter(rows.primary_key)).name
        change = delete(rows) if action == "delete" else update(rows).values({column: 77})
        connection.execute(change)

    return act


def forked_chain(connection):
    append_events(connection, [Entry("ana", "system:test:made", "x")])
    add(
        connection,
        "event",
        created=1.0,
        actor="eve",
        tag="system:test:made",
        subject="y",
        previous=OTHER_HASH,
        hash=HASH,
    )


# Several rules forbid it; which one speaks first differs between databases.
FIXED = "never changes|is a draft again|keeps its author|says who made it"
FORBIDDEN = {
    "two live editions in one place": (two_live, "ix_edition_one_live|UNIQUE constraint"),
    "the author approves": (own_approval("ana"), "cannot approve"),
    "the last editor approves": (own_approval("ben"), "cannot approve"),
    "the submitter approves": (own_approval("eva"), "cannot approve"),
    "an approval of other content": (approval_of_other_content, "content it saw"),
    "an approval by who worked on it before": (an_earlier_editor_approves, "cannot approve"),
    "an approval by a stranger": (decided_by("mallory"), "a reviewer decides"),
    "an approval by who has left": (left_the_team, "a reviewer decides"),
    "an approval of a draft": (draft_decided, "while that is submitted"),
    "an approval given again": (same_approval_twice, "ix_decision_once|UNIQUE constraint"),
    "an approval of the round before": (approval_of_an_earlier_round, "while that is submitted"),
    "an approval replayed after changes": (replayed_approval, "no valid approval"),
    "approved without a review": (approved_without_review, "no valid approval"),
    "submitted again in the same round": (submitted_in_the_same_round, "round of its own"),
    "numbers approved by one": (numbers_by_one, "no valid approval"),
    "numbers approved as if they were words": (numbers_as_words, "need two approvals"),
    "another submitter of what is submitted": (another_submitter, "who submitted it stays"),
    "something more in an earlier release": (into_an_earlier_release, "gets nothing more"),
    "fewer approvals than were needed": (fewer_needed, "do not become fewer"),
    "numbers that changed meanwhile": (numbers_live_under_it, "holds approved editions only"),
    "a withdrawal without a reason": (withdrawn_without_reason, "ck_withdrawal_reason"),
    "a draft as a holding text": (held_by_a_draft, "approved and live"),
    "a withdrawal changed": (withdrawal_touched, "lifted and never changed"),
    "other content read again": (reread(content_hash=OTHER_HASH), "what is live is read again"),
    "read again by a stranger": (reread(actor="mallory"), "a reviewer reads again"),
    "an edit after the approval": (edited_after_approval, "holds approved editions only"),
    "an edit that stays submitted": (edited_and_still_submitted, "is a draft again"),
    "an edit by nobody": (edited_unsigned, "says who made it"),
    "an approval that was taken back": (approved_then_rejected, "no valid approval"),
    "live without a release": (live_without_release, "through a release"),
    "a release with an edition that nobody approved": (
        released_without_approval,
        "holds approved editions only",
    ),
    "an edition that starts live": (starts_live, "starts as a draft"),
    "new words under the old hash": (edited_without_a_new_hash, "needs its new hash"),
    "new words in a published edition": (published_changes("body", "B"), FIXED),
    "new buttons in a published edition": (published_changes("buttons", [1]), FIXED),
    "another author of a published edition": (published_changes("author", "eve"), FIXED),
    "a review written into a published edition": (published_review, "never changes"),
    "a published edition made a draft": (back_to_draft, "never changes"),
    "a published edition deleted": (published_deleted, "published edition stays"),
    "an edition declared baseline": (made_baseline_later, "baseline edition is not edited"),
    "a baseline edition edited": (baseline_edited, "baseline edition is not edited"),
    "a rejection without a reason": (rejected_without_a_reason, "ck_decision_reason"),
    "a release changed": (touched("release", "update"), "release rows never change"),
    "a release deleted": (touched("release", "delete"), "release rows never change"),
    "the content of a release changed": (
        touched("release_edition", "update"),
        "release_edition rows never change",
    ),
    "the content of a release deleted": (
        touched("release_edition", "delete"),
        "release_edition rows never change",
    ),
    "a decision changed": (touched("decision", "update"), "decision rows never change"),
    "a decision deleted": (touched("decision", "delete"), "decision rows never change"),
    "an event changed": (touched("event", "update"), "event rows never change"),
    "an event deleted": (touched("event", "delete"), "event rows never change"),
    "an event that does not follow the last one": (forked_chain, "follows the last one"),
}


@pytest.mark.parametrize("case", FORBIDDEN)
def test_the_database_forbids(engine, case):
    with engine.begin() as connection:
        script(connection)
    act, reason = FORBIDDEN[case]
    with pytest.raises(DBAPIError, match=reason), engine.begin() as connection:
        act(connection)


def test_truncating_the_trail_is_forbidden_too(engine):
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no TRUNCATE; its DELETE is forbidden above")
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(text("TRUNCATE event"))


def test_editions_for_others_may_be_live_beside_each_other(engine):
    with engine.begin() as connection:
        script(connection)
        places = ({}, {"audience": "parent"}, {"channel": "sms"}, {"locale": "es"})
        for version, place in enumerate(places, 1):
            live(connection, version, **place)


def test_a_changed_event_breaks_the_chain_where_it_stands(engine):
    with engine.begin() as connection:
        entries = [Entry("ana", "system:test:made", f"n{number}") for number in range(20)]
        append_events(connection, entries)
        append_events(connection, [Entry("ana", "system:test:made", "last")])
    with engine.connect() as connection:
        assert broken_event(connection) is None
    migrations.downgrade(engine, "0001")  # only without the rules a row can be changed at all
    rows = TABLES["event"]
    with engine.begin() as connection:
        connection.execute(update(rows).where(rows.c.id == 7).values(subject="forged"))
    with engine.connect() as connection:
        assert broken_event(connection) == 7


def test_a_tag_has_the_shape_source_subject_action():
    with pytest.raises(ValueError, match="source:subject:action"):
        Entry("ana", "published", "x")


def sealed(connection, **values):
    now = time.time()
    add(
        connection,
        "session",
        **{
            "id": "s1",
            "token_hash": HASH,
            "channel": "web",
            "created": now,
            "last_seen": now,
            "expires": now + 9,
        },
    )
    message = {
        "session_id": "s1",
        "idempotency_key": "k",
        "body_hash": HASH,
        "sealed_text": b"x",
        "created": now,
    }
    return add(connection, "inbox", **{**message, **values}), message


def test_a_message_is_accepted_once_for_each_key(engine):
    with engine.begin() as connection:
        first, message = sealed(connection)
    with pytest.raises(DBAPIError), engine.begin() as connection:
        add(connection, "inbox", **message)
    with engine.begin() as connection:
        assert add(connection, "inbox", **{**message, "idempotency_key": "k2"}) > first


def test_a_finished_message_keeps_no_text(engine):
    with pytest.raises(DBAPIError), engine.begin() as connection:
        sealed(connection, status="done")
    with pytest.raises(DBAPIError), engine.begin() as connection:
        sealed(connection, status="lost")


def test_ids_of_erased_messages_are_not_given_again(engine):
    with engine.begin() as connection:
        first, message = sealed(connection)
        connection.execute(delete(TABLES["inbox"]))
        assert add(connection, "inbox", **message) > first


def bundled(project, version, key=None):
    """The release of the scripts as they stand, as `seed` takes it; its time is always the same."""
    key = key or Ed25519PrivateKey.generate()
    bundle = {**build_baseline(project.root, ["en"], version), "created": "2026-01-01T00:00:00Z"}
    data = sign(bundle, key)
    return verify(data, key.public_key()), data


def test_the_seed_records_the_baseline_once_and_moves_with_it(engine, project):
    first, data = bundled(project, 1)
    assert seed(engine, first, data) == len(first.editions)
    assert seed(engine, first, data) == 0
    project.edit("responses/en/all.yml", "Stop paying now.", "Stop paying them now.")
    assert seed(engine, *bundled(project, 2)) == 1
    project.edit("responses/en/all.yml", "Stop paying them now.", "Stop paying now.")
    assert seed(engine, *bundled(project, 3)) == 1, "the earlier edition comes back"
    assert highest_version(engine) == 3
    rows, events = TABLES["edition"], TABLES["event"]
    with engine.connect() as connection:
        assert broken_event(connection) is None
        states = list(connection.execute(select(rows.c.state)).scalars())
        helpers = len(first.directory.resources)
        assert (states.count("live"), states.count("retired")) == (len(first.editions) + helpers, 1)
        tags = list(connection.execute(select(events.c.tag)).scalars())
        assert tags.count("system:release:published") == 3
        assert tags.count("system:edition:retired") == 2


def test_a_number_is_recorded_for_one_release_only(engine, project):
    assert highest_version(engine) == 0
    seed(engine, *bundled(project, 1))
    project.edit("responses/en/all.yml", "Stop paying now.", "Stop paying them now.")
    with pytest.raises(VersionTaken):
        seed(engine, *bundled(project, 1))
    assert highest_version(engine) == 1
