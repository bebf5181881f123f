"""Questions about the counts: a closed list, and no two answers together tell of fewer than ten."""

from __future__ import annotations

import csv
import io
import itertools
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, insert

from bot.content import models
from bot.content.database import open_database
from bot.content.insight import Table, UnknownQuestion, answer, as_csv, questions
from bot.content.insight.publishing import Count, busy_weeks, published, rounded, weeks_over
from bot.content.insight.questions import grain
from bot.content.insight.retention import purge_counts
from bot.content.insight.table import HIDDEN, lay_out
from bot.content.migrations import upgrade

tally = models.Base.metadata.tables["tally"]
TODAY = date(2026, 11, 27)  # a Friday
W1, W2, W3 = weeks_over(3, TODAY)
Key = tuple[str, str, str, str, str]  # week, channel, locale, measure, name
Data = Mapping[Key, int]


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    opened = open_database(database_url)
    upgrade(opened)
    yield opened
    opened.dispose()


def store(engine: Engine, data: Data) -> None:
    names = ("week", "channel", "locale", "measure", "name")
    with engine.begin() as connection:
        for key, number in data.items():
            row = {**dict(zip(names, key, strict=True)), "conversations": number}
            connection.execute(insert(tally).values(**row))


def ask(engine: Engine, name: str, weeks: int = 3, today: date = TODAY) -> Table:
    with engine.connect() as connection:
        return answer(connection, name, weeks=weeks, today=today)


def talk(week: str, number: int, channel: str = "web", locale: str = "en") -> dict[Key, int]:
    return {(week, channel, locale, "conversation", "all"): number}


def told(week: str, name: str, number: int) -> dict[Key, int]:
    return {(week, "web", "en", "situation", name): number}


# The list


def test_a_question_that_is_not_on_the_list_has_no_answer(engine: Engine) -> None:
    with pytest.raises(UnknownQuestion):
        ask(engine, "conversations by school")


@pytest.mark.parametrize("weeks", [0, -1, 105])
def test_only_weeks_that_are_kept_can_be_asked_for(engine: Engine, weeks: int) -> None:
    with pytest.raises(ValueError, match="weeks"):
        ask(engine, "situations", weeks)


def test_a_question_has_a_title_and_says_what_it_counts() -> None:
    assert {"conversations", "languages", "situations", "steps", "left"} <= set(questions())
    for asked in questions().values():
        assert asked.title and asked.counts.endswith(".")
        assert len(asked.dimensions) <= 2
        assert "week" in asked.dimensions


def test_a_measure_that_several_questions_ask_about_has_the_groups_of_all_of_them() -> None:
    assert grain("conversation") == ("week", "channel", "locale")
    assert grain("situation") == ("week", "name")
    assert grain("crisis") == ("week", "name")


# Answers


def test_an_answer_is_a_table_of_rounded_numbers(engine: Engine) -> None:
    store(engine, talk(W1, 32) | talk(W2, 38) | talk(W3, 101))
    table = ask(engine, "conversations")
    assert table.columns == ("Week from", "web", "All that is shown")
    assert table.rows == (
        (W1, 30, 30),
        (W2, 40, 40),
        (W3, 100, 100),
        ("All that is shown", 170, 170),
    )


@pytest.mark.parametrize(
    ("count", "shown"), [(10, 10), (12, 10), (13, 15), (17, 15), (18, 20), (1001, 1000)]
)
def test_numbers_are_rounded_to_the_nearest_five(count: int, shown: int) -> None:
    assert rounded(count) == shown


def test_names_stand_in_order_of_how_often_they_are_shown(engine: Engine) -> None:
    data = {**talk(W1, 90), **talk(W2, 90), **talk(W3, 90)}
    for week, few, many in ((W1, 10, 60), (W2, 15, 50), (W3, 20, 40)):
        data |= told(week, "aaa", few) | told(week, "zzz", many)
    table = ask(table_engine := engine, "situations")
    assert table.rows[:-1] == ()
    store(table_engine, data)
    table = ask(engine, "situations")
    assert table.columns == ("Name", W1, W2, W3, "All that is shown")
    assert table.rows[:2] == (("zzz", 60, 50, 40, 150), ("aaa", 10, 15, 20, 45))
    assert table.rows[2] == ("All that is shown", 70, 65, 60, 195)


def test_fewer_than_ten_are_not_shown_and_a_second_number_is_hidden_with_them(
    engine: Engine,
) -> None:
    data = talk(W1, 90) | talk(W2, 90) | talk(W3, 90)
    for name, numbers in {"a": (50, 50, 9), "b": (60, 60, 60), "c": (20, 20, 20)}.items():
        for week, number in zip((W1, W2, W3), numbers, strict=True):
            data |= told(week, name, number)
    store(engine, data)
    rows = {str(row[0]): row[1:4] for row in ask(engine, "situations").rows}
    assert rows["b"] == (60, 60, 60)
    assert rows["a"] == (HIDDEN, 50, HIDDEN)
    assert rows["c"] == (HIDDEN, 20, HIDDEN)


def test_a_sum_is_of_what_is_shown(engine: Engine) -> None:
    store(engine, talk(W1, 50) | talk(W1, 9, "sms") | talk(W1, 8, "slack") | talk(W2, 20, "sms"))
    table = ask(engine, "conversations")
    sums = dict(zip(table.columns, table.rows[-1], strict=True))
    for column, name in enumerate(table.columns[1:-1], 1):
        shown = [row[column] for row in table.rows[:-1] if isinstance(row[column], int)]
        assert sums[name] == (sum(shown) if shown else HIDDEN)
    assert "slack" not in sums


def test_no_row_or_column_has_a_single_gap() -> None:
    random_ = random.Random(7)
    for _ in range(300):
        for asked, table in answers(random_data(random_)):
            end = None if len(questions()[asked].dimensions) == 1 else -1
            cells = [row[1:end] for row in table.rows[:-1]]
            lines = [*cells, *zip(*cells, strict=True)]
            for line in lines:
                hidden = [cell for cell in line if cell == HIDDEN]
                assert len(hidden) != 1 or len(line) == 1


def test_the_week_that_is_not_over_is_not_shown(engine: Engine) -> None:
    this = (TODAY - timedelta(days=TODAY.weekday())).isoformat()
    store(engine, talk(W3, 20) | talk(this, 500))
    table = ask(engine, "conversations")
    assert this not in str(table.rows)
    monday = date.fromisoformat(this) + timedelta(weeks=1)
    assert this not in str(ask(engine, "conversations", 3, monday - timedelta(days=1)).rows)
    assert this in str(ask(engine, "conversations", 3, monday).rows)


def test_of_a_week_with_fewer_than_ten_conversations_nothing_is_shown(engine: Engine) -> None:
    for week, number in ((W1, 9), (W2, 10), (W3, 10)):
        store(engine, talk(week, number) | told(week, "a", 30) | told(week, "b", 30))
    (column,) = [n for n, week in enumerate(ask(engine, "situations").columns) if week == W1]
    assert {row[column] for row in ask(engine, "situations").rows} == {HIDDEN}
    store(engine, talk(W1, 1, "sms"))
    assert {row[column] for row in ask(engine, "situations").rows} == {30, 60}


def test_a_name_that_is_never_shown_is_not_listed(engine: Engine) -> None:
    store(engine, talk(W1, 20) | told(W1, "often", 20) | told(W1, "seldom", 9))
    assert "seldom" not in str(ask(engine, "situations").rows)


def test_the_crisis_cards_are_those_alone(engine: Engine) -> None:
    data = {
        (w, "web", "en", "crisis", n): c
        for w in (W1, W2, W3)
        for n, c in (("card", 20), ("self_harm", 50))
    }
    store(engine, talk(W1, 90) | talk(W2, 90) | talk(W3, 90) | data)
    table = ask(engine, "crisis_cards")
    assert table.columns == ("Week from", "Conversations")
    assert table.rows == ((W1, 20), (W2, 20), (W3, 20), ("All that is shown", 60))


# Differencing


def answers(data: Data) -> Iterable[tuple[str, Table]]:
    """All answers to all questions over windows of one to three weeks, as staff can ask for."""
    counts = [Count(*key, number) for key, number in data.items() if number]
    for weeks in (1, 2, 3):
        window = weeks_over(weeks, TODAY)
        inside = [count for count in counts if count.week in window]
        busy = busy_weeks(inside)
        for name, asked in questions().items():
            yield name, lay_out(asked, published(inside, asked.measure, busy), window)


def seen(data: Data) -> str:
    """Everything that can be known of a data set."""
    return repr(list(answers(data)))


def universe(weeks: int, channels: int, locales: int) -> list[Key]:
    parts = ((W1, W2, W3)[:weeks], ("web", "sms")[:channels], ("en", "es")[:locales])
    return [(*part, "conversation", "all") for part in itertools.product(*parts)]


SMALL = {
    "one week, two channels": (1, 2, 1),
    "one week, two channels and languages": (1, 2, 2),
    "two weeks, two channels": (2, 2, 1),
    "three weeks": (3, 1, 1),
}


@pytest.mark.parametrize("size", SMALL.values(), ids=SMALL)
def test_of_every_hidden_group_and_sum_two_sizes_stay_possible_by_brute_force(
    size: tuple[int, int, int],
) -> None:
    """All data sets of a small world: those that look alike differ in every count below ten, of
    one group or of several together."""
    keys = universe(*size)
    numbers = (0, 1, 5, 8, 9, 10, 13) if len(keys) < 4 else (0, 1, 8, 9, 10)
    alike: dict[str, list[tuple[int, ...]]] = defaultdict(list)
    for world in itertools.product(numbers, repeat=len(keys)):
        alike[seen(dict(zip(keys, world, strict=True)))].append(world)
    sums = [
        places
        for size_ in range(1, len(keys) + 1)
        for places in itertools.combinations(range(len(keys)), size_)
    ]
    small = 0
    for worlds in alike.values():
        for places in sums:
            values = {sum(world[place] for place in places) for world in worlds}
            if min(values) < 10:
                small += 1
                assert len(values) > 1, (worlds[0], places)
    assert small
    assert len(alike) > 5, "everything is hidden: that proves nothing"


def random_data(random_: random.Random) -> dict[Key, int]:
    def number() -> int:
        return random_.choice((0, 0, 1, 3, 7, 9, 9, 10, 11, 14, 23, 60))

    data: dict[Key, int] = {}
    for week, channel, locale in itertools.product((W1, W2, W3), ("web", "sms"), ("en", "es")):
        data[week, channel, locale, "conversation", "all"] = number()
        for name in ("a", "b", "card"):
            for measure in ("situation", "crisis", "left"):
                data[week, channel, locale, measure, name] = number()
    return data


def groups_of(data: Data) -> dict[tuple[str, ...], list[Key]]:
    """The smallest groups that are published, and the rows that each is made of."""
    found: dict[tuple[str, ...], list[Key]] = defaultdict(list)
    for key in data:
        at = dict(zip(("week", "channel", "locale", "measure", "name"), key, strict=True))
        found[(key[3], *(at[one] for one in grain(key[3])))].append(key)
    return found


def otherwise(data: Data, keys: list[Key], number: int) -> Iterator[dict[Key, int]]:
    """Data sets with another number in one group; also those in which another conversation of that
    week stands elsewhere for it."""
    changed = {**data, **dict.fromkeys(keys, 0), keys[0]: number}
    yield changed
    before = sum(data[key] for key in keys)
    for key in data:
        if key not in keys and key[0] == keys[0][0] and key[3] == keys[0][3]:
            yield {**changed, key: data[key] + before - number}


def test_in_a_thousand_data_sets_no_pair_of_answers_pins_a_count_below_ten() -> None:
    """Whatever is subtracted from what: another number in a hidden group gives the same answers to
    every question, so that none of them and no two together can tell."""
    random_ = random.Random(2026)
    tried = 0
    for _ in range(1000):
        data = random_data(random_)
        known = seen(data)
        sizes = {
            key: (keys, sum(data[one] for one in keys)) for key, keys in groups_of(data).items()
        }
        small = [found for found in sizes.values() if found[1] < 10]
        keys, number = random_.choice(small)
        possible = {
            other
            for other in range(10)
            if other != number
            and any(
                min(world.values()) >= 0 and seen(world) == known
                for world in otherwise(data, keys, other)
            )
        }
        # Of other measures all sizes stay; a week's conversations decide whether it is shown.
        assert len(possible) >= (1 if keys[0][3] == "conversation" else 9)
        tried += 1
    assert tried == 1000


def test_what_is_shown_is_near_what_was_counted() -> None:
    """A table in which all is hidden would pass every test above."""
    random_ = random.Random(3)
    shown = 0
    for _ in range(100):
        data = random_data(random_)
        for name, table in answers(data):
            if name != "situations":
                continue
            for row in table.rows[:-1]:
                for week, cell in zip(table.columns[1:-1], row[1:-1], strict=True):
                    true = sum(
                        n
                        for key, n in data.items()
                        if key[0] == week and key[3:] == ("situation", row[0])
                    )
                    if isinstance(cell, int):
                        shown += 1
                        assert true >= 10 and abs(cell - true) <= 2
    assert shown > 200


# As a file


def test_a_table_as_a_file_reads_back(engine: Engine) -> None:
    store(engine, talk(W1, 50) | talk(W2, 50) | talk(W3, 50))
    table = ask(engine, "conversations")
    text = as_csv(table)
    assert text.endswith("\r\n")
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read == [[str(cell) for cell in row] for row in (table.columns, *table.rows)]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@sum", '=a"b', "\t=1"])
def test_no_cell_is_a_formula(name: str) -> None:
    text = as_csv(Table("", "", ("Name", name), ((name, 10),)))
    for row in csv.reader(io.StringIO(text, newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in row)
    assert f"'{name}" in next(csv.reader(io.StringIO(text, newline="")))


def test_an_empty_database_has_an_answer_to_every_question(engine: Engine) -> None:
    for name in questions():
        table = ask(engine, name, 12)
        assert all(cell == HIDDEN for row in table.rows for cell in row[1:])
        assert as_csv(table)


# Retention


def test_counts_of_104_weeks_are_kept(engine: Engine) -> None:
    weeks = weeks_over(107, TODAY)
    for week in weeks:
        store(engine, talk(week, 20))
    now = datetime(2026, 11, 27, tzinfo=timezone.utc).timestamp()
    with engine.begin() as connection:
        purge_counts(connection, now)
        left = {row.week for row in connection.execute(tally.select())}
    assert left == set(weeks[-104:])
    assert len(ask(engine, "conversations", 104).rows) == 105
