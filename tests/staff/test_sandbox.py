"""Trial conversations: a draft in its place, by the gateway's own pipeline, and nothing kept."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.console.workflow.people import Refused
from bot.content.database import open_database
from bot.content.migrations import upgrade
from bot.content.release import Release
from bot.content.scripts import Edition
from bot.content.seed import seed
from bot.crisis import CrisisMatcher
from bot.gateway.replies import OutgoingButton
from bot.settings import Settings
from bot.staff import sandbox as module
from bot.staff.drafts import release_with
from bot.staff.sandbox import IDLE_SECONDS, Sandbox, Turn
from bot.staff.serving import open_desk
from tests.console.small import shipped
from tests.gateway.fakes import FakeWorker, scripted

SECRET = b"a secret of thirty-two bytes, yes"


class Clock:
    """Seconds, moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def worker() -> FakeWorker:
    return FakeWorker(replies={"plan": scripted("utter_step_save_evidence")})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("empty") / "trial.db"
    engine = open_database(f"sqlite:///{file}")
    upgrade(engine)
    engine.dispose()
    return file


@pytest.fixture(autouse=True)
def made_once(matcher: CrisisMatcher, empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Phrases and tables, which take half a second each."""
    monkeypatch.setattr(CrisisMatcher, "from_directory", lambda path: matcher)
    monkeypatch.setattr(
        "bot.staff.stage.upgrade", lambda engine: shutil.copy(empty, engine.url.database)
    )


@pytest.fixture
def sandbox(
    config: Settings, release: Release, worker: FakeWorker, clock: Clock
) -> Iterator[Sandbox]:
    made = Sandbox(config, lambda: release, SECRET, worker=worker, now=clock)
    yield made
    made.close()


def greeting(release: Release, text: str) -> Edition:
    """The greeting in other words."""
    live = release.editions_of("utter_greet", "en")[0]
    return live.model_copy(update={"text": text, "reviewed": None})


def texts(turn: Turn) -> list[str]:
    return [each.message.text for each in turn.messages]


def buttons(turn: Turn) -> list[OutgoingButton]:
    return [button for each in turn.messages for button in each.buttons]


def test_a_conversation_begins_with_the_welcome(sandbox: Sandbox) -> None:
    talk = sandbox.begin("es", "MX")
    (welcome,) = sandbox.messages(talk)
    assert welcome.said is None
    assert [(m.message.script, m.message.locale) for m in welcome.messages] == [
        ("utter_welcome", "es")
    ]


def test_two_drafts_do_not_see_each_other(sandbox: Sandbox, release: Release) -> None:
    talks = [
        sandbox.begin("en", "US", edition=greeting(release, f"Hello from draft {n}."))
        for n in (1, 2)
    ]
    plain = sandbox.begin("en", "US")
    for talk in (*talks, plain):
        sandbox.say(talk, text="hello there")
    last = [texts(sandbox.messages(talk)[-1]) for talk in (*talks, plain)]
    assert last[:2] == [["Hello from draft 1."], ["Hello from draft 2."]]
    assert "draft" not in " ".join(last[2])


def test_a_conversation_keeps_to_the_release_that_it_began_with(
    config: Settings, release: Release, worker: FakeWorker
) -> None:
    in_force = [release_with(release, greeting(release, "The first."))]
    sandbox = Sandbox(config, lambda: in_force[-1], SECRET, worker=worker)
    try:
        talk = sandbox.begin("en", None)
        in_force.append(release_with(release, greeting(release, "The second.")))
        sandbox.say(talk, text="hello there")
        assert texts(sandbox.messages(talk)[-1]) == ["The first."]
    finally:
        sandbox.close()


def test_a_button_is_pressed_by_its_token(sandbox: Sandbox, worker: FakeWorker) -> None:
    talk = sandbox.begin("en", "US")
    (button, *_) = buttons(sandbox.messages(talk)[0])
    sandbox.say(talk, button=button.token)
    assert sandbox.messages(talk)[-1].said == button.label
    assert worker.texts[-1].startswith("/")


def test_the_button_of_another_conversation_is_refused(sandbox: Sandbox) -> None:
    one, other = sandbox.begin("en", "US"), sandbox.begin("en", "US")
    (button, *_) = buttons(sandbox.messages(one)[0])
    with pytest.raises(Refused, match="not of this conversation"):
        sandbox.say(other, button=button.token)


@pytest.mark.parametrize("said", [{}, {"text": "a", "button": "b"}])
def test_one_thing_is_said_at_a_time(sandbox: Sandbox, said: dict[str, str]) -> None:
    talk = sandbox.begin("en", "US")
    with pytest.raises(Refused):
        sandbox.say(talk, **said)


def test_a_dead_worker_is_answered_by_the_crisis_card(sandbox: Sandbox, worker: FakeWorker) -> None:
    worker.down = True
    talk = sandbox.begin("en", "US")
    sandbox.say(talk, text="hello there")
    turn = sandbox.messages(talk)[-1]
    assert [each.message.script for each in turn.messages] == ["utter_crisis_card"]
    assert turn.messages[0].message.resources
    assert turn.carded


def test_words_of_danger_are_seen_whatever_the_worker_says(sandbox: Sandbox) -> None:
    talk = sandbox.begin("en", "US")
    sandbox.say(talk, text="i want to kill myself")
    turn = sandbox.messages(talk)[-1]
    assert turn.crisis
    assert any(each.message.resources for each in turn.messages)


def test_the_end_erases_here_and_at_the_worker(sandbox: Sandbox, worker: FakeWorker) -> None:
    talk = sandbox.begin("en", "US")
    sandbox.say(talk, text="hello there")
    sandbox.end(talk)
    sandbox.end(talk)
    assert not sandbox.knows(talk)
    assert worker.forgotten == [worker.taken[0]["conversation"]]
    for act in (sandbox.messages, sandbox.as_test, lambda known: sandbox.say(known, text="a")):
        with pytest.raises(Refused, match="has ended"):
            act(talk)


def test_what_is_idle_is_dropped(sandbox: Sandbox, clock: Clock, worker: FakeWorker) -> None:
    idle, used = sandbox.begin("en", "US"), sandbox.begin("en", "US")
    clock.now = IDLE_SECONDS
    sandbox.messages(used)
    assert sandbox.knows(idle)
    clock.now += 1
    assert not sandbox.knows(idle)
    assert sandbox.knows(used)
    assert len(worker.forgotten) == 1


def test_there_are_so_many_and_no_more(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    first = [sandbox.begin("en", "US") for _ in range(2)]
    with pytest.raises(Refused, match="2 trial conversations"):
        sandbox.begin("en", "US")
    sandbox.end(first[0])
    sandbox.begin("en", "US")
    clock.now = IDLE_SECONDS + 1
    assert len({sandbox.begin("en", "US") for _ in range(2)}) == 2


def test_a_draft_that_no_release_could_hold_is_refused_in_words(
    sandbox: Sandbox, release: Release
) -> None:
    with pytest.raises(Refused, match="braces"):
        sandbox.begin("en", "US", edition=greeting(release, "Hello {you}."))


def test_a_conversation_is_saved_as_a_test(
    sandbox: Sandbox, release: Release, worker: FakeWorker
) -> None:
    worker.replies["who helps"] = scripted("utter_crisis_card")
    talk = sandbox.begin("es", "MX", edition=greeting(release, "Hello."))
    sandbox.say(talk, text="hello: ‘there’")
    sandbox.say(talk, text="who helps")
    worker.down = True
    sandbox.say(talk, text="and now")
    (entry,) = yaml.safe_load(sandbox.as_test(talk))
    assert set(entry) == {"id", "country", "locale", "turns"}
    assert (entry["country"], entry["locale"]) == ("MX", "es")
    assert [turn["say"] for turn in entry["turns"]] == ["hello: ‘there’", "who helps", "and now"]
    helpers = entry["turns"][1]["resources"]
    assert helpers
    assert set(helpers) <= set(release.directory.resources)
    assert set(entry["turns"][2]) == {"say"}


def test_what_was_understood_is_told_where_the_worker_told_it(
    sandbox: Sandbox, worker: FakeWorker
) -> None:
    talk = sandbox.begin("en", "US")
    sandbox.say(talk, text="hello there")
    worker.down = True
    sandbox.say(talk, text="and now")
    assert [turn.intent for turn in sandbox.messages(talk)] == [None, "greet", None]


def test_a_late_answer_is_not_saved_as_that_of_the_next_turn(
    sandbox: Sandbox, worker: FakeWorker
) -> None:
    for text in ("who helps", "once more"):
        worker.replies[text] = scripted("utter_crisis_card")
    talk = sandbox.begin("en", "US")
    worker.down = True
    sandbox.say(talk, text="who helps")
    worker.down = False
    sandbox.say(talk, text="hello there")
    sandbox.say(talk, text="once more")
    late = sandbox.messages(talk)[2]
    assert [each.message.script for each in late.messages][:2] == [
        "utter_late_reply",
        "utter_crisis_card",
    ]
    (entry,) = yaml.safe_load(sandbox.as_test(talk))
    assert [set(turn) > {"say"} for turn in entry["turns"]] == [False, False, True]


def test_nothing_touches_the_real_database_and_nothing_is_left(
    config: Settings,
    release: Release,
    worker: FakeWorker,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    sandbox = Sandbox(config, lambda: release, SECRET, worker=worker)
    talk = sandbox.begin("en", "US")
    sandbox.say(talk, text="hello there")
    assert [*folder.glob("*/trial.db")]
    sandbox.close()
    assert [*folder.iterdir()] == []
    assert [path for path in tmp_path.iterdir() if path != folder] == []
    assert len(worker.forgotten) == 1


def test_a_worker_that_was_away_forgets_when_it_is_back(
    sandbox: Sandbox, worker: FakeWorker
) -> None:
    talk = sandbox.begin("en", "US")
    sandbox.say(talk, text="hello there")
    worker.down = True
    sandbox.end(talk)
    assert worker.forgotten == []
    worker.down = False
    sandbox.close()
    assert len(worker.forgotten) == 1


def test_a_closed_sandbox_opens_again(sandbox: Sandbox) -> None:
    talk = sandbox.begin("en", "US")
    sandbox.close()
    sandbox.close()
    assert not sandbox.knows(talk)
    assert sandbox.knows(sandbox.begin("en", "US"))


def test_the_console_tries_drafts_in_the_newest_release_of_its_database(config: Settings) -> None:
    desk = open_desk(config)
    try:
        with pytest.raises(Refused, match="Nothing is in force"):
            desk.sandbox.begin("en", "US")
        seed(desk.engine, *shipped(desk.key))
        talk = desk.sandbox.begin("en", "US")
        assert texts(desk.sandbox.messages(talk)[0]) == ["utter_welcome in en for all."]
        desk.sandbox.say(talk, text="hello there")
        assert desk.sandbox.messages(talk)[-1].carded
    finally:
        desk.sandbox.close()
        desk.engine.dispose()


def test_every_minute_ends_what_is_idle_and_tells_the_worker_again(
    sandbox: Sandbox, worker: FakeWorker, clock: Clock
) -> None:
    talk = sandbox.begin("en", "US")
    stage = sandbox._stage
    worker.down = True
    clock.now = IDLE_SECONDS + 1
    stage.run(stage._each_minute())
    assert talk not in sandbox._trials
    assert worker.forgotten == []
    worker.down = False
    for _ in range(2):
        stage.run(stage._each_minute())
    assert len(worker.forgotten) == 1
