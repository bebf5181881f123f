"""Whatever staff do, in whatever order: nothing is live without the people it takes."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from sqlalchemy import text

from bot.console.workflow import deciding, drafts, publishing
from bot.console.workflow.editions import Content, content_of, find
from bot.console.workflow.people import Refused
from tests.console.small import open_house

SCRIPTS = ("utter_step_save", "utter_self_harm_open", "utter_welcome")
PEOPLE = ("ana", "alex", "tom", "rita", "rosa", "rob", "paul", "vera")
HANDOFFS = ((), ("crisis",), ("emergency", "crisis"))
SEEN: Counter[str] = Counter()
WALKS, STEPS = 10, 150


class Staff:
    """`touched` and `agreed` are kept beside the database, by what was allowed to happen."""

    def __init__(self, house):
        self.house = house
        self.touched: dict[int, set[str]] = {}
        self.agreed: dict[int, set[str]] = {}

    def step(self, chance):
        """Something that somebody tries, likely or not to be theirs to do."""
        name, which = chance.choice(PEOPLE), chance.randrange(6)
        script, words = chance.choice(SCRIPTS), chance.choice("ABC")
        verdict = chance.choice(("approve", "approve", "approve", "changes", "reject"))
        cards, yes = chance.choice(HANDOFFS), chance.random() < 0.5
        tries = (
            lambda: self.hurry(script, words, yes),
            lambda: self.begin(name, script, chance.choice(("en", "es"))),
            lambda: self.edit(name, which, words, cards),
            lambda: self.submit(name, which),
            lambda: self.take_back(name, which),
            lambda: self.decide(name, which, verdict, chance.random() < 0.2),
            lambda: self.decide(chance.choice(("rita", "rosa", "rob")), which, verdict, False),
            lambda: self.publish(name, which),
            lambda: self.publish("paul", which),
            lambda: self.roll_back(name, chance.randrange(1, 5)),
            lambda: self.withdraw(name, script),
            lambda: self.by_hand(name, which, chance.choice(("approved", "live"))),
        )
        chance.choices(tries, weights=(3, 3, 2, 2, 1, 2, 3, 2, 3, 1, 1, 1))[0]()
        self.what_is_said_was_agreed_to()

    def attempt(self, name, act):
        """What an act returned, or None where it was refused."""
        try:
            with self.house.work(name) as work:
                done = act(work)
        except Refused:
            SEEN["refused"] += 1
            return None
        return done

    def draft(self, number):
        return sorted(self.touched)[number % len(self.touched)] if self.touched else None

    def begin(self, name, script, locale):
        number = self.house.live(script, locale)
        made = self.attempt(name, lambda work: drafts.start(work, number))
        if made is not None:
            self.touched[made], self.agreed[made] = {name}, set()

    def edit(self, name, which, words, cards):
        number = self.draft(which)
        if number is None:
            return

        def act(work):
            row = find(work.connection, number)
            new = {**content_of(row).__dict__, "body": f"Text {words}.", "handoffs": cards}
            same = Content(**new) == content_of(row)
            drafts.save(work, number, Content(**new), seen=row.content_hash)
            return same

        same = self.attempt(name, act)
        if same is False:
            self.touched[number].add(name)
            self.agreed[number] = set()

    def submit(self, name, which):
        number = self.draft(which)
        if number is None:
            return

        def act(work):
            drafts.submit(work, number, seen=find(work.connection, number).content_hash)
            return True

        if self.attempt(name, act):
            self.touched[number].add(name)
            self.agreed[number] = set()

    def take_back(self, name, which):
        number = self.draft(which)
        if number is None:
            return
        if self.attempt(name, lambda work: drafts.take_back(work, number) or True):
            self.agreed[number] = set()

    def decide(self, name, which, verdict, old):
        """`old`: the form of the round before is sent again."""
        ready = [each for each in self.touched if self.house.row(each).state == "submitted"]
        number = ready[which % len(ready)] if ready and which else self.draft(which)
        if number is None:
            return

        def act(work):
            row = find(work.connection, number)
            seen = {"seen": row.content_hash, "in_round": row.round - old}
            return deciding.decide(work, number, verdict, reason="because", **seen)

        if self.attempt(name, act):
            SEEN[verdict] += 1
            agreed = self.agreed[number]
            self.agreed[number] = {*agreed, name} if verdict == "approve" else set()

    def publish(self, name, which):
        ready = [each for each in self.touched if self.house.row(each).state == "approved"]
        number = ready[which % len(ready)] if ready and which else self.draft(which)
        if number is None:
            return
        row = self.house.row(number)
        before = self.house.row(self.house.live(row.script_id, row.locale))
        notes = {"notes": "What is new"}
        act = lambda work: publishing.publish(work, self.house.press, [number], **notes)  # noqa: E731
        if self.attempt(name, act):
            took = 2 if list(before.handoffs) != list(row.handoffs) else 1
            others = self.agreed[number] - self.touched[number]
            SEEN[f"published by {took}"] += 1
            assert len(others) >= took, f"published on the word of {others or 'nobody'}"

    def roll_back(self, name, back):
        press = self.house.press
        self.attempt(name, lambda work: publishing.roll_back(work, press, back, reason="worse"))

    def withdraw(self, name, script):
        number, press = self.house.live(script), self.house.press
        self.attempt(name, lambda work: publishing.withdraw(work, press, [number], reason="wrong"))

    def by_hand(self, name, which, state):
        """Somebody with the application's connection writes a state."""
        number = self.draft(which)
        if number is None or self.house.row(number).state in (state, "live", "retired"):
            return
        by = text("UPDATE edition SET state = :state WHERE id = :id")
        values = {"state": state, "id": number}
        done = self.attempt(name, lambda work: work.connection.execute(by, values).rowcount)
        assert not done, f"a statement alone made it {state}"

    def hurry(self, script, words, cards):
        """The usual way up to the first approval, so that the others get far."""
        self.begin("ana", script, "en")
        number = max(self.touched, default=None)
        if number is None:
            return
        which = sorted(self.touched).index(number)
        self.edit("ana", which, words, HANDOFFS[1] if cards else self.row_handoffs(number))
        self.submit("ana", which)
        self.decide("rita", which, "approve", False)

    def row_handoffs(self, number):
        return tuple(self.house.row(number).handoffs)

    def what_is_said_was_agreed_to(self):
        for number in self.touched:
            if self.house.row(number).state == "live":
                assert self.agreed[number] - self.touched[number], "live on nobody's word"


@pytest.mark.parametrize("seed", range(WALKS))
def test_no_sequence_publishes_without_the_people_it_takes(tmp_path, seed):
    house = open_house(f"sqlite:///{tmp_path / 'own.db'}")
    staff, chance = Staff(house), Random(seed)
    for _ in range(STEPS):
        staff.step(chance)
    house.engine.dispose()


def test_the_sequences_went_far_enough_to_mean_something(tmp_path):
    if sum(SEEN.values()) == 0:
        pytest.skip("the sequences did not run")
    kinds = ("published by 1", "published by 2", "changes", "reject", "refused")
    assert min(SEEN[kind] for kind in kinds) > 5, SEEN
