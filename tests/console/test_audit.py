"""The audit trail: whoever touches it is found out, whatever they do."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from itertools import cycle, islice

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from bot.content import anchors, migrations
from bot.content.anchors import AnchorBroken, anchor, anchor_path, follow, glance, verify
from bot.content.database import open_database
from bot.content.events import event
from tests.console.tampering import (
    KINDS,
    UNSEEN_WITHOUT_ANCHOR,
    anchored,
    emptied,
    in_order,
    last_ones_deleted,
    note,
    trail,
    without_rules,
)

SECRET = b"s" * 32
ROUNDS, REAL = 10_000, 30


def test_ten_thousand_ways_to_tamper_are_all_found():
    chance, tried, unseen = random.Random(20261127), Counter(), []
    rows = trail(24)
    known = anchored(rows)
    for kind in islice(cycle(KINDS), ROUNDS):
        forged = kind(rows, chance)
        assert forged != rows, f"{kind.__name__} changed nothing"
        tried[kind.__name__] += 1
        if follow(in_order(forged), known).ok:
            unseen.append(kind.__name__)
    assert unseen == []
    assert (tried.total(), len(tried)) == (10_000, len(KINDS))


@pytest.mark.parametrize("length", [1, 2, 24, 300])
def test_a_trail_that_nobody_touched_holds(length):
    rows = trail(length)
    found = follow(rows, anchored(rows))
    assert (found.ok, found.entries, found.broken) == (True, length, None)
    assert found.since == rows[0]["created"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_chain_alone_misses_what_the_anchor_is_for(kind):
    chance, rows = random.Random(7), trail(24)
    missed = [follow(in_order(kind(rows, chance)), None).ok for _ in range(20)]
    assert all(missed) if kind in UNSEEN_WITHOUT_ANCHOR else kind is not last_ones_deleted


def test_the_first_entry_that_does_not_fit_is_named():
    rows = trail(24)
    forged = [*rows[:9], {**rows[9], "reason": "never said"}, *rows[10:]]
    found = follow(forged, anchored(rows))
    assert (found.ok, found.broken, found.entries) == (False, rows[9]["id"], 9)


def test_what_came_after_the_anchor_is_part_of_the_trail():
    rows = trail(24)
    assert follow(rows, anchored(rows[:20])).ok
    assert not follow(rows[:19], anchored(rows[:20])).ok
    assert follow(rows[:21], anchored(rows[:20])).ok, "an anchor knows nothing of what follows"


# The same for real: rows of a database whose rules somebody took away.


@pytest.fixture
def engine(database_url):
    made = open_database(database_url)
    migrations.upgrade(made)
    yield made
    made.dispose()


@pytest.fixture
def path(tmp_path):
    return anchor_path(tmp_path / "data")


def stored(engine):
    with engine.connect() as connection:
        return [
            dict(row) for row in connection.execute(select(event).order_by(event.c.id)).mappings()
        ]


def replace_all(engine, rows):
    with engine.begin() as connection:
        connection.execute(delete(event))
        if rows:
            connection.execute(insert(event), rows)


def test_tampering_with_the_table_itself_is_found(engine, path):
    rows = trail(20)
    without_rules(engine)
    replace_all(engine, rows)
    anchor(engine, path, SECRET)
    assert verify(engine, path, SECRET).ok
    chance, done = random.Random(3), 0
    for kind in cycle(KINDS):
        try:
            replace_all(engine, kind(rows, chance))
        except IntegrityError:
            continue  # the keys of the table forbid it even without the rules
        done += 1
        assert not verify(engine, path, SECRET).ok, kind.__name__
        if done == REAL:
            break
    replace_all(engine, rows)
    assert verify(engine, path, SECRET).ok, "it was the tampering that was found"


TYPES = {
    "half a letter": "CAST(x'ff41' AS TEXT)",
    "bytes": "x'00ff'",
    "a number": "7",
}


@pytest.mark.parametrize("value", TYPES.values(), ids=TYPES)
@pytest.mark.parametrize("column", ["reason", "hash", "created"])
def test_what_sqlite_lets_stand_in_a_column_is_found(tmp_path, path, column, value):
    engine = open_database(f"sqlite:///{tmp_path / 'own.db'}")
    migrations.upgrade(engine)
    note(engine, "a", "b", "c")
    anchor(engine, path, SECRET)
    without_rules(engine)
    with engine.begin() as connection:
        connection.execute(update(event).where(event.c.id == 2).values({column: text(value)}))
    assert not verify(engine, path, SECRET).ok
    engine.dispose()


def test_an_anchor_goes_forward_and_never_back(engine, path):
    note(engine, "a", "b")
    first = anchor(engine, path, SECRET, now=100.0)
    assert (first.entries, first.begun, first.begun_at) == (2, 100.0, 2)
    assert anchor(engine, path, SECRET, now=200.0) == first, "nothing is new"
    note(engine, "c")
    second = anchor(engine, path, SECRET, now=300.0)
    assert (second.entries, second.made, second.begun) == (3, 300.0, 100.0)
    kept = path.read_bytes()
    without_rules(engine)
    with engine.begin() as connection:
        connection.execute(delete(event).where(event.c.subject == "c"))
    for appended in ((), ("d", "e", "f")):
        note(engine, *appended)
        with pytest.raises(AnchorBroken, match="no longer holds"):
            anchor(engine, path, SECRET)
    assert path.read_bytes() == kept, "it is not forgotten"


def test_an_entry_that_does_not_follow_is_not_anchored(engine, path):
    note(engine, "a")
    anchor(engine, path, SECRET)
    note(engine, "b", "c")
    without_rules(engine)
    with engine.begin() as connection:
        connection.execute(update(event).where(event.c.subject == "b").values(actor="eve"))
    kept = path.read_bytes()
    with pytest.raises(AnchorBroken, match="does not follow"):
        anchor(engine, path, SECRET)
    assert path.read_bytes() == kept


def forged_anchor(data):
    values = json.loads(data)
    return json.dumps({**values, "entries": values["entries"] - 1}).encode()


FILES = {
    "another count": forged_anchor,
    "no code": lambda data: json.dumps({**json.loads(data), "mac": ""}).encode(),
    "a code of letters": lambda data: json.dumps({**json.loads(data), "mac": "ü"}).encode(),
    "half of it": lambda data: data[: len(data) // 2],
    "a list": lambda data: b"[]",
    "nothing": lambda data: b"",
    "bytes": lambda data: b"\xff\xfe",
}


@pytest.mark.parametrize("change", FILES.values(), ids=FILES)
def test_an_anchor_that_is_not_ours_is_named(engine, path, change):
    note(engine, "a", "b")
    anchor(engine, path, SECRET)
    path.write_bytes(change(path.read_bytes()))
    for look in (verify, glance):
        found = look(engine, path, SECRET)
        assert not found.ok and "damaged, or was not made" in found.reason
    with pytest.raises(AnchorBroken):
        anchor(engine, path, SECRET)


def test_an_anchor_of_another_installation_is_named(engine, path):
    note(engine, "a")
    anchor(engine, path, b"x" * 32)
    assert "was not made with the secret key" in verify(engine, path, SECRET).reason


def test_a_missing_anchor_is_said_plainly(engine, path):
    note(engine, "a", "b")
    for look in (verify, glance):
        found = look(engine, path, SECRET)
        assert (found.ok, found.entries) == (False, 2)
        assert "There is no anchor" in found.reason


@pytest.mark.parametrize("kind", [last_ones_deleted, emptied])
def test_a_glance_sees_that_entries_are_gone(engine, path, kind):
    note(engine, "a", "b", "c")
    anchor(engine, path, SECRET)
    assert glance(engine, path, SECRET).ok
    without_rules(engine)
    replace_all(engine, kind(stored(engine), random.Random(1)))
    assert not glance(engine, path, SECRET).ok


def test_threads_that_anchor_at_once_leave_the_newest(engine, path):
    note(engine, "first")
    started = threading.Barrier(6)
    finished = []

    def work(number):
        started.wait()
        for _ in range(5):
            with turn:
                note(engine, f"by {number}")
            anchor(engine, path, SECRET)
        finished.append(number)

    turn = threading.Lock()
    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(finished) == [*range(6)]
    known = anchors.read_anchor(path, SECRET)
    assert (known.entries, known.id) == (31, stored(engine)[-1]["id"])
    assert verify(engine, path, SECRET).ok
