"""What the console publishes is said by the chat: at once, and after every restart."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from bot.console.workflow import publishing
from bot.content.following import Follower
from bot.content.release import ReleaseRefused
from bot.content.store import ReleaseStore
from bot.gateway.upkeep import RELEASE_SECONDS
from tests.console.small import TABLES, open_house

STEP = "utter_step_save"


@pytest.fixture
def house(tmp_path):
    made = open_house(f"sqlite:///{tmp_path / 'own.db'}")
    yield made
    made.engine.dispose()


def gateway(house, tmp_path, name="one", key=None):
    """A gateway's store, with what shipped in force."""
    public = (key or house.key).public_key()
    store = ReleaseStore(tmp_path / name, public)
    release = TABLES["release"]
    with house.engine.connect() as connection:
        signed = connection.execute(select(release.c.signed).where(release.c.version == 1))
        store.publish(signed.scalar_one())
    return store


def said(store, locale="en"):
    return next(item.text for item in store.release.editions_of(STEP, locale) if not item.audience)


def publish(house, text):
    return house.published([house.approved(house.live(STEP), text)])


def test_a_look_takes_up_what_is_newer(house, tmp_path):
    store = gateway(house, tmp_path)
    follower = Follower(house.engine, store)
    follower.look()
    before = said(store)
    publish(house, "New.")
    assert said(store) == before
    follower.look()
    assert said(store) == "New."
    assert RELEASE_SECONDS * 3 < 10, "a look every so often keeps the promise of ten seconds"


def test_two_gateways_on_one_folder_do_not_fight(house, tmp_path):
    one = gateway(house, tmp_path)
    two = ReleaseStore(tmp_path / "one", house.key.public_key())
    two.load()
    publish(house, "New.")
    for store in (one, two):
        Follower(house.engine, store).look()
        assert said(store) == "New."


def test_a_withdrawal_and_a_way_back_arrive_too(house, tmp_path):
    store = gateway(house, tmp_path)
    follower = Follower(house.engine, store)
    text = said(store)
    with house.work("rita") as work:
        publishing.withdraw(work, house.press, [house.live(STEP)], reason="wrong")
    follower.look()
    assert said(store) != text
    publish(house, "Mended.")
    follower.look()
    with house.work("paul") as work:
        publishing.roll_back(work, house.press, 2, reason="worse")
    follower.look()
    assert said(store) == house.says("utter_holding")


def test_what_was_signed_by_another_key_is_not_said(house, tmp_path, caplog):
    publish(house, "Forged.")
    stranger = Ed25519PrivateKey.generate()
    store = ReleaseStore(tmp_path / "other", stranger.public_key())
    from tests.console.small import shipped

    store.publish(shipped(stranger)[1])
    follower = Follower(house.engine, store)
    for _ in range(3):
        follower.look()
    assert said(store) != "Forged."
    assert caplog.text.count("is refused") == 1, "told once"


def test_a_number_that_was_served_here_is_not_used_again(house, tmp_path):
    """A release that was put in force on this machine alone: the console goes on above it."""
    from dataclasses import replace

    from tests.console.small import shipped

    store = gateway(house, tmp_path)
    store.publish(shipped(house.key, 7)[1])
    press = replace(house.press, folder=store.folder)
    with house.work("rita") as work:
        version = publishing.withdraw(work, press, [house.live(STEP)], reason="wrong")
    assert version == 8
    Follower(house.engine, store).look()
    assert said(store) == house.says("utter_holding")


def test_a_damaged_file_does_not_bring_back_what_was_withdrawn(house, tmp_path):
    store = gateway(house, tmp_path)
    with house.work("rita") as work:
        publishing.withdraw(work, house.press, [house.live(STEP)], reason="wrong")
    Follower(house.engine, store).look()
    (store.folder / "current.release").write_bytes(b"damaged")
    again = ReleaseStore(store.folder, house.key.public_key())
    again.load()
    Follower(house.engine, again).look()
    assert said(again) == house.says("utter_holding")


def test_a_database_that_is_away_changes_nothing(house, tmp_path, monkeypatch):
    from sqlalchemy.exc import OperationalError

    store = gateway(house, tmp_path)
    before = said(store)

    def away():
        raise OperationalError("select", {}, Exception("away"))

    monkeypatch.setattr(house.engine, "connect", away)
    Follower(house.engine, store).look()
    assert said(store) == before


def test_a_damaged_row_is_refused(house, tmp_path):
    store = gateway(house, tmp_path)
    version = publish(house, "New.")
    release = TABLES["release"]
    with house.engine.connect() as connection:
        row = connection.execute(select(release).where(release.c.version == version)).one()
    with pytest.raises(ReleaseRefused):
        store.publish(row.signed[:-1] + b" ")
