"""Ways to tamper with an audit trail: each takes rows and a generator of random numbers."""

from __future__ import annotations

import random
import struct

from sqlalchemy import text

from bot.content.anchors import Anchor
from bot.content.events import START, Entry, append_events, digest

COLUMNS = ("id", "created", "actor", "tag", "subject", "reason", "before_hash", "after_hash",
           "previous", "hash")  # fmt: skip
ACTORS, ACTIONS = ("ana", "rita", "paul"), ("drafted", "approved", "live")


def trail(length: int, seed: int = 1) -> list[dict]:
    """An honest trail; ids have gaps, as on PostgreSQL after a transaction that was taken back."""
    chance, rows, number = random.Random(seed), [], 0
    for place in range(length):
        number += chance.choice((1, 1, 1, 2, 5))
        rows.append(
            {
                "id": number,
                "created": 1_790_000_000 + place * 60 + chance.random(),
                "actor": chance.choice(ACTORS),
                "tag": f"console:edition:{chance.choice(ACTIONS)}",
                "subject": f"utter_x #{place}",
                "reason": chance.choice(("checked", "Wörter – ¿sí?", "clear now")),
                "before_hash": None if place % 3 else f"{place:064x}",
                "after_hash": f"{place + 1:064x}",
            }
        )
    return chained(rows)


def chained(rows: list[dict], start: int = 0) -> list[dict]:
    """The rows, each following from the one before, from a place on."""
    last = rows[start - 1]["hash"] if start else START
    done = rows[:start]
    for row in rows[start:]:
        values = {**row, "previous": last}
        last = digest(values)
        done.append({**values, "hash": last})
    return done


def anchored(rows: list[dict]) -> Anchor:
    """The anchor of an honest trail."""
    walk = Anchor()
    for row in rows:
        walk = walk.then(row)
    return walk


def one_bit(rows, chance):
    place, column = chance.randrange(len(rows)), chance.choice(COLUMNS)
    return changed(rows, place, column, flipped(rows[place][column], chance))


def flipped(value, chance):
    if isinstance(value, int):
        return value ^ 1 << chance.randrange(20)
    if isinstance(value, float):
        (bits,) = struct.unpack("<Q", struct.pack("<d", value))
        return struct.unpack("<d", struct.pack("<Q", bits ^ 1 << chance.randrange(52)))[0]
    if not value:
        return "x"
    place = chance.randrange(len(value))
    other = chr(ord(value[place]) ^ 1 << chance.randrange(5))
    return f"{value[:place]}{other}{value[place + 1 :]}"


def changed(rows, place, column, value):
    return [*rows[:place], {**rows[place], column: value}, *rows[place + 1 :]]


def one_deleted(rows, chance):
    place = chance.choice((0, len(rows) - 1, chance.randrange(len(rows))))
    return rows[:place] + rows[place + 1 :]


def one_deleted_and_chained_anew(rows, chance):
    place = chance.randrange(len(rows))
    return chained(rows[:place] + rows[place + 1 :], place)


def last_ones_deleted(rows, chance):
    return rows[: -chance.randint(1, len(rows) - 1)]


def last_ones_made_anew(rows, chance):
    place = len(rows) - chance.randint(1, len(rows) - 1)
    return chained(changed(rows, place, "actor", "eve"), place)


def swapped(rows, chance):
    """Two entries change places; the ids stay where they were."""
    first, second = chance.sample(range(len(rows)), 2)
    mixed = [*rows]
    mixed[first] = {**rows[second], "id": rows[first]["id"]}
    mixed[second] = {**rows[first], "id": rows[second]["id"]}
    return mixed


def swapped_and_chained_anew(rows, chance):
    return chained(swapped(rows, chance))


def inserted(rows, chance):
    """One entry more, with everything after it hashed anew."""
    place = chance.randrange(len(rows))
    new = {**rows[place], "actor": "eve"}
    later = [{**row, "id": row["id"] + 1} for row in rows[place:]]
    return chained([*rows[:place], new, *later], place)


def inserted_before_the_last(rows, chance):
    """An entry that follows the last one, under an id of the past."""
    free = chance.randint(-3, rows[-1]["id"] - 1)
    new = {**rows[-1], "actor": "eve", "previous": rows[-1]["hash"], "id": free}
    return [*rows, {**new, "hash": digest(new)}]


def all_made_anew(rows, chance):
    place = chance.randrange(len(rows))
    return chained(changed(rows, place, "subject", "utter_evil #1"))


def id_changed(rows, chance):
    place = chance.randrange(len(rows))
    return changed(rows, place, "id", rows[place]["id"] + chance.choice((-7, -1, 1, 7, 1000)))


def ids_shifted(rows, chance):
    place, by = chance.randrange(len(rows)), chance.randint(1, 9)
    return rows[:place] + [{**row, "id": row["id"] + by} for row in rows[place:]]


def a_millisecond_later(rows, chance):
    place = chance.randrange(len(rows))
    return changed(rows, place, "created", rows[place]["created"] + chance.choice((-1e-3, 1e-3)))


def reason_emptied(rows, chance):
    return changed(rows, chance.randrange(len(rows)), "reason", "")


def reason_missing(rows, chance):
    return changed(rows, chance.randrange(len(rows)), "reason", None)


def duplicated(rows, chance):
    place = chance.randrange(len(rows))
    return [*rows, {**rows[place], "id": chance.choice((rows[place]["id"], rows[-1]["id"] + 1))}]


def emptied(rows, chance):
    return []


KINDS = (
    one_bit, one_deleted, one_deleted_and_chained_anew, last_ones_deleted, last_ones_made_anew,
    swapped, swapped_and_chained_anew, inserted, inserted_before_the_last, all_made_anew,
    id_changed, ids_shifted, a_millisecond_later, reason_emptied, reason_missing, duplicated,
    emptied,
)  # fmt: skip
# What a chain that nobody anchored does not show.
UNSEEN_WITHOUT_ANCHOR = {
    one_deleted_and_chained_anew, last_ones_deleted, last_ones_made_anew,
    swapped_and_chained_anew, inserted, all_made_anew, emptied,
}  # fmt: skip


def in_order(rows: list[dict]) -> list[dict]:
    """As the database hands them out."""
    return sorted(rows, key=lambda row: row["id"])


def note(engine, *subjects):
    """Entries as the application adds them."""
    with engine.begin() as connection:
        append_events(
            connection, [Entry("ana", "system:test:made", each, "so") for each in subjects]
        )


def without_rules(engine):
    """Somebody took the rules of the trail away."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE event DISABLE TRIGGER USER"))
            return
        named = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'"
        for name in connection.execute(text(named)).scalars().all():
            connection.execute(text(f"DROP TRIGGER {name}"))
