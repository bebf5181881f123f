"""Accepted means committed; a text is gone when its turn is done; what is over is erased."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from bot.content.database import open_database
from bot.content.migrations import upgrade
from bot.gateway.answers import inbox, outbox
from bot.gateway.errors import KeyReused
from bot.gateway.storage import Session, Storage, session

HOUR = 3600
CANARY = b"canary-7f3a-what-a-person-typed"
REPLY = {"messages": [{"script": "utter_greet"}], "intent": "greet"}


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    opened = open_database(database_url)
    upgrade(opened)
    yield opened
    opened.dispose()


@pytest.fixture
def storage(engine: Engine) -> Storage:
    return Storage(engine, 24 * HOUR, b"pepper")


@pytest.fixture
def found(storage: Storage) -> Session:
    return storage.open_session("web", "en", "US")[1]


def count(engine: Engine, table: Any) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def say(storage: Storage, found: Session, key: str, body: str = "body") -> int:
    return storage.accept(found, key, body, sealed=CANARY, payload=None).id


def test_a_conversation_is_found_by_its_token_alone(storage: Storage, engine: Engine) -> None:
    token, made = storage.open_session("web", "en", "US")
    assert storage.find_session(token) == made
    assert storage.find_session(made.id) is None
    assert storage.find_session("") is None
    with engine.connect() as connection:
        assert token not in str(connection.execute(select(session)).all())


def test_two_conversations_have_nothing_in_common(storage: Storage) -> None:
    one, other = storage.open_session("web", None, None), storage.open_session("web", None, None)
    assert one[0] != other[0]
    assert one[1].id != other[1].id


def test_an_accepted_message_waits_for_its_turn(storage: Storage, found: Session) -> None:
    accepted = storage.accept(found, "k", "body", sealed=CANARY, payload=None)
    assert not accepted.again
    (waiting,) = storage.waiting(found.id)
    assert (waiting.id, waiting.sealed, waiting.payload) == (accepted.id, CANARY, None)
    assert [each.id for each in storage.sessions_waiting()] == [found.id]


def test_the_same_message_again_is_not_a_second_one(storage: Storage, found: Session) -> None:
    first = storage.accept(found, "k", "body", sealed=CANARY, payload=None)
    again = storage.accept(found, "k", "body", sealed=CANARY, payload=None)
    assert (again.id, again.again) == (first.id, True)
    assert len(storage.waiting(found.id)) == 1


def test_the_same_key_with_another_body_is_refused(storage: Storage, found: Session) -> None:
    say(storage, found, "k", "one")
    with pytest.raises(KeyReused):
        say(storage, found, "k", "two")
    assert len(storage.waiting(found.id)) == 1


def test_a_key_belongs_to_its_conversation(storage: Storage, found: Session) -> None:
    other = storage.open_session("web", None, None)[1]
    say(storage, found, "k", "one")
    say(storage, other, "k", "two")
    assert len(storage.waiting(other.id)) == 1


@pytest.mark.parametrize("key", ["", "x" * 10_000, "\ud800", "key\x00", "🔑"])
def test_any_key_can_be_stored(storage: Storage, found: Session, key: str) -> None:
    say(storage, found, key)
    assert len(storage.waiting(found.id)) == 1


def test_messages_wait_in_the_order_of_their_arrival(storage: Storage, found: Session) -> None:
    ids = [say(storage, found, str(number)) for number in range(5)]
    assert [each.id for each in storage.waiting(found.id)] == ids


def test_what_is_written_before_an_answer_has_not_seen_it(storage: Storage, found: Session) -> None:
    first = say(storage, found, "1")
    second = say(storage, found, "2")
    storage.finish(found.id, first, REPLY)
    third = say(storage, found, "3")
    storage.finish(found.id, second, REPLY)
    storage.finish(found.id, third, REPLY)
    storage.deliver(found.id, third)
    fourth = say(storage, found, "4")
    with storage._engine.connect() as connection:
        rows = connection.execute(select(inbox.c.id, inbox.c.unseen).order_by(inbox.c.id))
        assert dict(row._tuple() for row in rows) == {
            first: False,
            second: True,
            third: True,
            fourth: False,
        }


def test_a_finished_turn_has_a_number_and_no_text(
    storage: Storage, found: Session, engine: Engine
) -> None:
    message = say(storage, found, "1")
    assert storage.finish(found.id, message, REPLY) == 1
    assert storage.finish(found.id, say(storage, found, "2"), REPLY) == 2
    assert storage.waiting(found.id) == []
    with engine.connect() as connection:
        for row in connection.execute(select(inbox)):
            assert (row.status, row.sealed_text, row.payload) == ("done", None, None)


def test_a_finished_row_cannot_hold_a_text(storage: Storage, found: Session) -> None:
    message = say(storage, found, "1")
    storage.finish(found.id, message, REPLY)
    with pytest.raises(IntegrityError), storage._engine.begin() as connection:
        connection.execute(update(inbox).where(inbox.c.id == message).values(sealed_text=CANARY))


def test_late_answers_come_in_order_and_again_until_a_newer_message(
    storage: Storage, found: Session
) -> None:
    """The response that carried them may be lost on its way: its retry brings them all again."""

    def delivered(message: int) -> list[int]:
        return [each.inbox_id for each in storage.deliver(found.id, message)]

    first, second = say(storage, found, "1"), say(storage, found, "2")
    for message in (first, second):
        storage.finish(found.id, message, REPLY)
    assert delivered(second) == [first, second]
    assert delivered(second) == [first, second]
    assert delivered(first) == [first]
    third = say(storage, found, "3")
    storage.finish(found.id, third, REPLY)
    assert delivered(third) == [third]
    assert delivered(third) == [third]
    assert delivered(second) == []


def test_an_answer_is_not_delivered_with_an_earlier_message(
    storage: Storage, found: Session
) -> None:
    first, second = say(storage, found, "1"), say(storage, found, "2")
    for message in (first, second):
        storage.finish(found.id, message, REPLY)
    assert [each.inbox_id for each in storage.deliver(found.id, first)] == [first]
    assert [each.inbox_id for each in storage.deliver(found.id, second)] == [second]


def test_the_last_answer_is_one_that_was_delivered(storage: Storage, found: Session) -> None:
    assert storage.last_answer(found.id) is None
    message = say(storage, found, "1")
    storage.finish(found.id, message, REPLY)
    assert storage.last_answer(found.id) is None
    storage.deliver(found.id, message)
    last = storage.last_answer(found.id)
    assert last is not None
    assert (last.inbox_id, last.turn, last.reply) == (message, 1, REPLY)


def test_the_answer_of_a_later_message_stands_in_for_one_that_was_erased(
    storage: Storage, found: Session
) -> None:
    first, second = say(storage, found, "1"), say(storage, found, "2")
    assert storage.later_answer(found.id, first) is None, "its turn is not done"
    storage.finish(found.id, first, REPLY)
    storage.deliver(found.id, first)
    assert storage.later_answer(found.id, first) is None, "it has its own"
    storage.finish(found.id, second, {**REPLY, "intent": "later"})
    assert storage.later_answer(found.id, second) is None, "its own is not delivered yet"
    storage.deliver(found.id, second)
    later = storage.later_answer(found.id, first)
    assert later is not None
    assert (later.inbox_id, later.reply["intent"]) == (second, "later")
    third = say(storage, found, "3")
    assert storage.later_answer(found.id, third) is None


def test_country_and_locale_that_became_known_are_the_conversations(storage: Storage) -> None:
    token, found = storage.open_session("web", "en", None)
    storage.finish(found.id, say(storage, found, "1"), REPLY, country="GB")
    storage.finish(found.id, say(storage, found, "2"), REPLY)
    known = storage.find_session(token)
    assert known is not None
    assert (known.locale, known.country) == ("en", "GB")


def test_an_answer_that_stays_alone_erases_what_was_before(
    storage: Storage, engine: Engine, found: Session
) -> None:
    other = storage.open_session("web", None, None)[1]
    storage.finish(other.id, say(storage, other, "1"), REPLY)
    storage.finish(found.id, say(storage, found, "1"), REPLY)
    last = say(storage, found, "2")
    storage.finish(found.id, last, REPLY, alone=True)
    assert [answer.inbox_id for answer in storage.deliver(found.id, last)] == [last]
    assert (count(engine, inbox), count(engine, outbox)) == (2, 2)
    assert say(storage, found, "2") == last


def test_a_message_is_finished_once(storage: Storage, found: Session, engine: Engine) -> None:
    """A turn that two tasks took makes one answer, not two."""
    message = say(storage, found, "1")
    storage.finish(found.id, message, REPLY)
    storage.finish(found.id, message, REPLY)
    assert count(engine, outbox) == 1


def test_a_forgotten_conversation_leaves_no_row(
    storage: Storage, engine: Engine, found: Session
) -> None:
    token, other = storage.open_session("web", None, None)
    storage.finish(found.id, say(storage, found, "1"), REPLY)
    say(storage, found, "2")
    say(storage, other, "1")
    storage.forget(found.id)
    assert (count(engine, session), count(engine, inbox), count(engine, outbox)) == (1, 1, 0)
    assert storage.find_session(token) == other


def age(engine: Engine, table: Any, seconds: float, **columns: Any) -> None:
    with engine.begin() as connection:
        connection.execute(
            update(table).values({name: getattr(table.c, name) - seconds for name in columns})
        )


def test_a_text_that_waited_too_long_is_given_up(
    storage: Storage, engine: Engine, found: Session
) -> None:
    say(storage, found, "1")
    age(engine, inbox, 14 * 60, created=True)
    storage.purge(15 * 60)
    assert len(storage.waiting(found.id)) == 1
    age(engine, inbox, 2 * 60, created=True)
    assert storage.purge(15 * 60) == []
    assert storage.waiting(found.id) == []
    with engine.connect() as connection:
        row = connection.execute(select(inbox)).one()
    assert (row.status, row.sealed_text) == ("failed", None)


def test_a_conversation_is_erased_when_its_time_is_over(
    storage: Storage, engine: Engine, found: Session
) -> None:
    storage.finish(found.id, say(storage, found, "1"), REPLY)
    age(engine, session, 23 * HOUR, expires=True)
    assert storage.purge(900) == []
    assert count(engine, session) == 1
    age(engine, session, HOUR + 1, expires=True)
    assert storage.purge(900) == [found.id]
    assert (count(engine, session), count(engine, inbox), count(engine, outbox)) == (0, 0, 0)


def test_an_expired_conversation_is_not_served_before_it_is_purged(
    storage: Storage, engine: Engine
) -> None:
    token, _ = storage.open_session("web", None, None)
    age(engine, session, 25 * HOUR, expires=True)
    assert storage.find_session(token) is None


@pytest.mark.parametrize("ended_by", ["finish", "forget", "purge"])
def test_the_files_of_the_database_hold_no_trace_of_a_text(tmp_path: Path, ended_by: str) -> None:
    """What is stored here in the clear is gone from the database, its log and its free pages."""
    opened = open_database(f"sqlite:///{tmp_path / 'handrail.db'}")
    upgrade(opened)
    storage = Storage(opened, 24 * HOUR, b"pepper")
    found = storage.open_session("web", None, None)[1]
    messages = [say(storage, found, str(number)) for number in range(20)]
    assert CANARY in everything_in(tmp_path)
    if ended_by == "finish":
        for message in messages:
            storage.finish(found.id, message, REPLY)
    elif ended_by == "forget":
        storage.forget(found.id)
    else:
        age(opened, inbox, HOUR, created=True)
        storage.purge(900)
    with opened.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert CANARY not in everything_in(tmp_path)
    opened.dispose()
    assert CANARY not in everything_in(tmp_path)


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_every_connection_to_sqlite_is_careful(tmp_path: Path) -> None:
    opened = open_database(f"sqlite:///{tmp_path / 'handrail.db'}")
    with opened.connect() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
        }
    opened.dispose()
    assert values == {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "foreign_keys": 1,
    }


def test_a_database_that_fails_is_no_silence(tmp_path: Path) -> None:
    opened = open_database(f"sqlite:///{tmp_path / 'handrail.db'}")
    with pytest.raises(SQLAlchemyError):
        Storage(opened, HOUR, b"pepper").open_session("web", None, None)
    opened.dispose()


def test_a_new_session_lives_as_long_as_the_setting_says(storage: Storage, engine: Engine) -> None:
    storage.open_session("web", None, None)
    with engine.connect() as connection:
        row = connection.execute(select(session.c.created, session.c.expires)).one()
    assert row.expires - row.created == 24 * HOUR
    assert abs(row.created - time.time()) < 60
