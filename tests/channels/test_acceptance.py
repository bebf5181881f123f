"""What stock Rasa's connectors do wrong, case by case, on every channel: the acceptance table.

Rasa and the trained model answer; the platforms are played on loopback.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.channels.incoming import Media
from bot.channels.simulator.messenger import MessengerSimulator
from bot.channels.simulator.platform import Delivery
from bot.channels.simulator.slack import SlackSimulator
from bot.channels.simulator.telegram import TelegramSimulator
from tests.channels.apps import CHANNELS, Apps, contact

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.engine]
on_every_channel = pytest.mark.parametrize("channel", CHANNELS)
# Slack tells of no stickers, places and contacts, and SMS carries neither.
MEDIA = [
    *((channel, Media.IMAGE, "pictures") for channel in CHANNELS),
    *((channel, Media.VOICE, "voice messages") for channel in CHANNELS),
    *((channel, Media.FILE, "file") for channel in CHANNELS),
    *((channel, Media.STICKER, "stickers") for channel in ("telegram", "whatsapp", "messenger")),
    *((channel, Media.LOCATION, "place") for channel in ("telegram", "whatsapp", "messenger")),
    *((channel, Media.CONTACT, "names or numbers") for channel in ("telegram", "whatsapp", "sms")),
]


def texts(seen) -> str:
    return "\n".join(shown.text for shown in seen)


def forged(delivery: Delivery) -> Delivery:
    """The same with the last character of each proof changed."""
    proofs = ("signature", "secret")
    headers = {
        name: (value[:-1] + ("0" if value[-1] != "0" else "1"))
        if any(word in name.lower() for word in proofs)
        else value
        for name, value in delivery.headers.items()
    }
    return replace(delivery, headers=headers)


@on_every_channel
async def test_a_photo_with_a_caption_is_answered_by_its_words_and_refused_kindly(
    real_apps: Apps, channel: str, person: int
) -> None:
    seen = texts(
        await real_apps.sends(channel, Media.IMAGE, "someone is blackmailing my son", person)
    )
    assert "was not opened" in seen
    assert "pay" in seen, "the first step against a threat"


@on_every_channel
@pytest.mark.parametrize("ends", ["blocked", "window closed"])
async def test_somebody_who_cannot_be_reached_any_more_ends_quietly(
    real_apps: Apps, channel: str, person: int, ends: str
) -> None:
    platform, who = real_apps.platform(channel), contact(channel, person)
    await real_apps.says(channel, "hello", person)
    letters, again = real_apps.rows("dead_letter"), real_apps.count("send_again")
    cut_off(platform, channel, who, ends)
    calls = len(platform.calls)
    await real_apps.given(platform.says(who, "are you there"))
    assert len(platform.calls) == calls + 1, "tried once"
    assert (real_apps.rows("dead_letter"), real_apps.count("send_again")) == (letters, again)


def cut_off(platform, channel: str, who: str, ends: str) -> None:
    """The platform takes nothing more for this person."""
    if channel == "telegram":
        platform.blocks(who)
    elif channel == "slack":
        platform.closed[f"D0{who}"] = "is_archived" if ends == "blocked" else "cannot_dm_bot"
    elif channel == "messenger":
        (platform.blocks if ends == "blocked" else platform.stays_away)(who)
    else:
        (platform.unsubscribed if ends == "blocked" else platform.closed).add(who)


async def test_a_block_told_by_telegram_erases_the_conversation(
    real_apps: Apps, person: int
) -> None:
    telegram = real_apps.platform("telegram")
    assert isinstance(telegram, TelegramSimulator)
    sessions = real_apps.rows("session")
    await real_apps.says("telegram", "hello", person)
    assert real_apps.rows("session") == sessions + 1
    await real_apps.given(telegram.blocks(contact("telegram", person)))
    assert real_apps.rows("session") == sessions


@pytest.mark.parametrize(("channel", "media", "word"), MEDIA)
async def test_what_is_not_text_is_refused_by_its_own_script_with_a_next_step(
    real_apps: Apps, channel: str, media: Media, word: str, person: int
) -> None:
    await real_apps.says(channel, "hello", person)
    seen = texts(await real_apps.sends(channel, media, "", person))
    assert word in seen
    assert "few words" in seen or "a word or two" in seen, "what to do instead"


@on_every_channel
async def test_a_forged_post_is_refused_and_counted_and_leaves_nothing(
    real_apps: Apps, channel: str, person: int
) -> None:
    platform = real_apps.platform(channel)
    rows = [real_apps.rows(table) for table in ("session", "inbox", "seen")]
    counted = real_apps.count(f"forged_{platform.name}")
    answer = await real_apps.deliver(forged(platform.says(contact(channel, person), "hello")))
    assert answer.status_code == 403
    assert [real_apps.rows(table) for table in ("session", "inbox", "seen")] == rows
    assert real_apps.count(f"forged_{platform.name}") == counted + 1


async def test_two_messages_of_one_batch_are_both_answered_in_order(
    real_apps: Apps, person: int
) -> None:
    messenger, who = real_apps.platform("messenger"), contact("messenger", person)
    assert isinstance(messenger, MessengerSimulator)
    await real_apps.says("messenger", "hello", person)
    before = len(real_apps.seen("messenger", person))
    await real_apps.given(
        messenger.says_at_once((who, "how do i block someone"), (who, "how do i report it"))
    )
    seen = texts(real_apps.seen("messenger", person)[before:])
    blocking, reporting = "Save the words first", "You can report for your child"
    assert 0 <= seen.index(blocking) < seen.index(reporting)


@on_every_channel
async def test_two_messages_at_once_are_both_answered(
    real_apps: Apps, channel: str, person: int
) -> None:
    platform, who = real_apps.platform(channel), contact(channel, person)
    both = [platform.says(who, "someone is blackmailing my son"), platform.says(who, "he is 15")]
    await asyncio.gather(*(real_apps.deliver(each) for each in both))
    await real_apps.rest()
    assert len(real_apps.seen(channel, person)) >= 2


@on_every_channel
async def test_every_choice_of_a_menu_is_offered_and_a_tap_works(
    real_apps: Apps, channel: str, person: int
) -> None:
    await real_apps.says(channel, "hello", person)
    (menu,) = (await real_apps.says(channel, "menu", person))[-1:]
    labels = ["A threat to my child", "A fake image of my child", "Talk to a person"]
    for label in labels:
        assert label in menu.text or label in [shown for shown, _ in menu.choices]
    if menu.choices:
        assert len(menu.choices) == 8
        assert "pay" in texts(await real_apps.presses(channel, menu.choices[0], person))


@on_every_channel
@pytest.mark.parametrize("typed", ["2", "two", "dos", "A fake image of my child", "the second one"])
async def test_a_choice_can_be_typed_as_its_number_or_its_label(
    real_apps: Apps, channel: str, typed: str, person: int
) -> None:
    await real_apps.says(channel, "hello", person)
    menu = texts(await real_apps.says(channel, "menu", person))
    assert "(/" not in menu
    seen = texts(await real_apps.says(channel, typed, person))
    assert "fake" in seen.lower()


@on_every_channel
async def test_after_a_handoff_nobody_is_left_in_silence(
    real_apps: Apps, channel: str, person: int
) -> None:
    await real_apps.says(channel, "hello", person)
    handed_over = texts(await real_apps.says(channel, "i want to talk to a person", person))
    assert "988" in handed_over or "741741" in handed_over
    for text in ("ok thanks", "are you still there?", "someone is blackmailing my daughter"):
        assert await real_apps.says(channel, text, person), text


@pytest.mark.parametrize("channel", ["telegram", "messenger", "slack"])
async def test_an_edited_message_is_answered_by_a_script(
    real_apps: Apps, channel: str, person: int
) -> None:
    platform, who = real_apps.platform(channel), contact(channel, person)
    await real_apps.says(channel, "hello", person)
    before = len(real_apps.seen(channel, person))
    await real_apps.given(platform.edits(who, "hello again"))
    assert "new message" in texts(real_apps.seen(channel, person)[before:])


@pytest.mark.parametrize("channel", ["telegram", "messenger", "slack"])
async def test_danger_in_an_edit_is_answered_as_danger(
    real_apps: Apps, channel: str, person: int
) -> None:
    platform, who = real_apps.platform(channel), contact(channel, person)
    await real_apps.given(platform.edits(who, "i want to kill myself"))
    assert "911" in texts(real_apps.seen(channel, person))


async def test_in_a_group_nothing_is_said_but_write_me_privately_once(
    real_apps: Apps, person: int
) -> None:
    telegram = real_apps.platform("telegram")
    assert isinstance(telegram, TelegramSimulator)
    group, rows = f"-100{person:04}", real_apps.rows("inbox")
    await real_apps.given(telegram.adds_to_group(group, contact("telegram", person)))
    for text in ("he is blackmailing me", "@handrail_bot help me", "i want to kill myself"):
        await real_apps.given(telegram.says_in_group(group, contact("telegram", person), text))
    (only,) = telegram.seen_by(group)
    assert "private chat" in only.text
    assert real_apps.rows("inbox") == rows


async def test_in_a_slack_channel_nothing_is_said_but_to_the_writer_alone(
    real_apps: Apps, person: int
) -> None:
    slack, who = real_apps.platform("slack"), contact("slack", person)
    assert isinstance(slack, SlackSimulator)
    for _ in range(3):
        await real_apps.given(slack.mentions(who, f"C0{person}", "he is blackmailing me"))
    (only,) = slack.seen_by(who)
    assert "private chat" in only.text


@on_every_channel
async def test_a_delivery_that_is_repeated_is_answered_once(
    real_apps: Apps, channel: str, person: int
) -> None:
    platform = real_apps.platform(channel)
    delivery = platform.says(contact(channel, person), "hello")
    answers = await asyncio.gather(*(real_apps.deliver(delivery) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [200] * 5
    await real_apps.rest()
    once = len(real_apps.seen(channel, person))
    await real_apps.given(delivery)
    assert len(real_apps.seen(channel, person)) == once


@on_every_channel
async def test_a_typed_command_is_a_text(real_apps: Apps, channel: str, person: int) -> None:
    await real_apps.says(channel, "hello", person)
    seen = texts(await real_apps.says(channel, '/deepfake{"paid":"yes"}', person))
    obeyed = texts(await real_apps.says(channel, "someone made a fake nude of my son", person))
    assert seen and obeyed and seen != obeyed


@on_every_channel
async def test_nothing_of_a_picture_is_fetched_or_kept(
    real_apps: Apps, channel: str, person: int
) -> None:
    platform = real_apps.platform(channel)
    calls = len(platform.calls)
    for media in (Media.IMAGE, Media.VOICE, Media.FILE):
        await real_apps.sends(channel, media, "", person)
    asked = platform.calls[calls:]
    assert asked and not any(word in path.lower() for path in asked for word in ("media", "file"))
    real_apps.edge.engine.dispose()
    folder = real_apps.edge.database.config.data_folder
    stored = b"".join(path.read_bytes() for path in folder.rglob("*.db*"))
    for canary in (b"canary", b"never-fetched", b"Media/ME1", b"cdn.fbsbx.com"):
        assert canary not in stored
