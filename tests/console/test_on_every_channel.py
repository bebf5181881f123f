"""The real scripts, a real edge: what two publish, and what one withdraws, is said everywhere."""

from __future__ import annotations

import shutil

import pytest
from sqlalchemy import func, select

from bot.console.workflow import publishing
from bot.content.store import ensure_key
from bot.edge import open_edge
from bot.settings import Settings
from tests.console.small import TABLES, House
from tests.gateway.fakes import FakeWorker

SCRIPT = "utter_ask_privacy"
CHANNELS = ("web", "sms", "whatsapp", "telegram", "messenger", "slack")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The data folder of an edge that was started once."""
    folder = tmp_path_factory.mktemp("shipped")
    open_edge(Settings(_env_file=None, data_folder=folder), FakeWorker()).engine.dispose()
    return folder


@pytest.fixture
def installation(tmp_path, shipped):
    """An edge that serves what ships, and the people of its console."""
    shutil.copytree(shipped, tmp_path, dirs_exist_ok=True)
    config = Settings(_env_file=None, data_folder=tmp_path)
    edge = open_edge(config, FakeWorker())
    house = House(edge.engine, ensure_key(tmp_path / "releases"))
    for name, role in (("ana", "author"), ("rita", "reviewer"), ("rosa", "reviewer"),
                       ("paul", "publisher")):  # fmt: skip
        house.add(name, role)
    yield config, edge, house
    edge.engine.dispose()


def said(edge):
    """What the script says on each channel."""
    speaker = edge.conversations.speaker
    return {
        channel: speaker.say(SCRIPT, locale="en", country="US", channel=channel).text
        for channel in CHANNELS
    }


def channels_of(house):
    """The channel conditions under which the script has a live text."""
    edition = TABLES["edition"]
    query = select(edition.c.id).where(
        edition.c.script_id == SCRIPT, edition.c.locale == "en", edition.c.state == "live"
    )
    with house.engine.connect() as connection:
        return list(connection.execute(query).scalars())


def test_publishing_and_withdrawing_reach_every_channel_without_a_restart(installation):
    _, edge, house = installation
    before = said(edge)
    drafts = [house.approved(number, "We keep almost nothing.") for number in channels_of(house)]
    house.published(drafts)
    assert said(edge) == before, "not yet looked"
    edge.database.follow()
    assert set(said(edge).values()) == {"We keep almost nothing."}
    with house.work("rita") as work:
        publishing.withdraw(work, house.press, channels_of(house), reason="It is not true")
    edge.database.follow()
    speaker = edge.conversations.speaker
    for channel in CHANNELS:
        held = speaker.say("utter_holding", locale="en", country="US", channel=channel)
        now = speaker.say(SCRIPT, locale="en", country="US", channel=channel)
        assert now.text == held.text
        assert next(card.id for card in held.resources) in {card.id for card in now.resources}


@pytest.mark.parametrize("lost", ["nothing", "the releases on disk"])
def test_a_restart_says_what_staff_published_and_not_what_ships(installation, lost):
    config, edge, house = installation
    house.published([house.approved(n, "We keep almost nothing.") for n in channels_of(house)])
    edge.database.follow()
    if lost != "nothing":
        key = (config.data_folder / "releases" / "signing.key").read_bytes()
        shutil.rmtree(config.data_folder / "releases")
        (config.data_folder / "releases").mkdir()
        (config.data_folder / "releases" / "signing.key").write_bytes(key)
    again = open_edge(config, FakeWorker())
    again.database.follow()
    assert set(said(again).values()) == {"We keep almost nothing."}
    release = TABLES["release"]
    with house.engine.connect() as connection:
        assert connection.execute(select(func.max(release.c.version))).scalar_one() == 2
    again.engine.dispose()


def test_a_gateway_with_another_key_does_not_overwrite_what_staff_published(installation, caplog):
    config, _, house = installation
    house.published([house.approved(n, "We keep almost nothing.") for n in channels_of(house)])
    shutil.rmtree(config.data_folder / "releases")
    again = open_edge(config, FakeWorker())
    assert "refused" in caplog.text
    again.engine.dispose()
    edition = TABLES["edition"]
    live = select(edition.c.body).where(
        edition.c.script_id == SCRIPT, edition.c.locale == "en", edition.c.state == "live"
    )
    with house.engine.connect() as connection:
        assert set(connection.execute(live).scalars()) == {"We keep almost nothing."}
