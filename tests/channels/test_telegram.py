"""Telegram: what is refused, what is read, what is written, and what sending ends in."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.channel import (
    Channel,
    Forged,
    Over,
    Piece,
    Refused,
    SendProblem,
    TryAgain,
    Unreadable,
    Webhook,
    WebhookRequest,
)
from bot.channels.incoming import Incoming, Kind, Media
from bot.channels.simulator.platform import Answer, Delivery
from bot.channels.simulator.telegram import TelegramSimulator, problem, too_many
from bot.channels.telegram import Telegram
from bot.channels.wording import Bubble, Choice
from tests.channels.forging.telegram import HEADER, forgeries
from tests.channels.reading import bare, events_of, posted

TOKEN = "123456:AA-test_token"
SECRET = "a-Secret_that-Telegram-repeats"
PERSON = "1001"
GROUP = "-1002003004005"
ADDRESS = {"chat": PERSON}
PIECE: Piece = {"text": "hello", "link_preview_options": {"is_disabled": True}}
BUTTON = "t" * 24


def read_body(channel: Telegram, body: bytes) -> Webhook:
    return channel.read(bare(body))


def event_of(channel: Telegram, delivery: Delivery) -> Incoming:
    (event,) = events_of(channel, delivery)
    return event


@pytest.fixture(scope="module")
def serving() -> Iterator[tuple[TelegramSimulator, str]]:
    """One server for all tests: to stop one takes half a second."""
    platform = TelegramSimulator(TOKEN, SECRET)
    with platform.serving() as address:
        yield platform, address


@pytest.fixture
def platform(serving: tuple[TelegramSimulator, str]) -> TelegramSimulator:
    """The served platform, as new."""
    platform, _ = serving
    platform.__init__(TOKEN, SECRET)  # type: ignore[misc]
    return platform


@pytest.fixture
def channel() -> Telegram:
    return Telegram(TOKEN, SECRET)


@pytest.fixture
def served(platform: TelegramSimulator, serving: tuple[TelegramSimulator, str]) -> Telegram:
    """A channel that sends to the platform, to which the person has written."""
    platform.says(PERSON, "hi")
    return Telegram(TOKEN, SECRET, serving[1], connect_seconds=0.3, read_seconds=0.3)


# --- verify


def test_what_telegram_sends_is_accepted(platform: TelegramSimulator, channel: Telegram) -> None:
    channel.verify(posted(platform.says(PERSON, "hi")))
    channel.verify(posted(platform.presses(PERSON, "Yes", BUTTON)))


@pytest.mark.parametrize("name", forgeries(TelegramSimulator(TOKEN, SECRET)))
def test_a_forged_request_is_refused(
    platform: TelegramSimulator, channel: Telegram, name: str
) -> None:
    headers, body = forgeries(platform)[name]
    with pytest.raises(Forged):
        channel.verify(WebhookRequest("POST", tuple(headers), {}, body))


@pytest.mark.parametrize("secret", ["", " ", "é", "with space", "x" * 257])
def test_a_secret_that_telegram_would_not_take_refuses_everything(secret: str) -> None:
    channel = Telegram(TOKEN, secret)
    for given_secret in (secret, ""):
        with pytest.raises(Forged):
            channel.verify(WebhookRequest("POST", ((HEADER, given_secret),), {}, b"{}"))
    with pytest.raises(ValueError, match="1-256"):
        channel.set_webhook("https://help.example/webhooks/telegram")


@given(st.lists(st.tuples(st.sampled_from([HEADER, "host"]), st.text())), st.binary())
def test_nothing_but_forged_comes_out_of_verify(lines: list[tuple[str, str]], body: bytes) -> None:
    with pytest.raises(Forged):
        Telegram(TOKEN, SECRET).verify(WebhookRequest("POST", tuple(lines), {}, body))


# --- read


def test_a_text_is_read_with_its_number_time_and_language(
    platform: TelegramSimulator, channel: Telegram
) -> None:
    platform.language = "es"
    delivery = platform.says(PERSON, "me está chantajeando")
    sent = json.loads(delivery.body)
    event = event_of(channel, delivery)
    assert event == Incoming(
        channel="telegram",
        kind=Kind.TEXT,
        contact=PERSON,
        event=f"update:{sent['update_id']}",
        address={"chat": PERSON},
        text="me está chantajeando",
        position=sent["update_id"],
        sent=float(sent["message"]["date"]),
        locale="es",
    )


def test_a_repeated_delivery_is_the_same_event_and_the_next_one_another(
    platform: TelegramSimulator, channel: Telegram
) -> None:
    first, second = platform.says(PERSON, "hi"), platform.says(PERSON, "hi")
    assert event_of(channel, first) == event_of(channel, first)
    assert event_of(channel, first).event != event_of(channel, second).event
    earlier, later = event_of(channel, first).position, event_of(channel, second).position
    assert earlier is not None
    assert later is not None
    assert earlier < later


@pytest.mark.parametrize("media", [Media.IMAGE, Media.VOICE, Media.FILE])
def test_a_caption_is_a_text_and_what_it_stands_under_is_named(
    platform: TelegramSimulator, channel: Telegram, media: Media
) -> None:
    event = event_of(channel, platform.sends(PERSON, media, "he is blackmailing me"))
    assert (event.kind, event.text, event.media) == (Kind.TEXT, "he is blackmailing me", media)


@pytest.mark.parametrize("media", list(Media))
def test_what_is_sent_is_named_and_nothing_of_it_is_kept(
    platform: TelegramSimulator, channel: Telegram, media: Media
) -> None:
    event = event_of(channel, platform.sends(PERSON, media))
    assert (event.kind, event.text, event.media) == (Kind.TEXT, "", media)
    everything = str(vars(event))
    for kept in ("canary", "Canary", "AgAC", "51.1", "0.65", "555"):
        assert kept not in everything


@pytest.mark.parametrize(
    ("names", "media"),
    [
        (("photo",), Media.IMAGE),
        (("photo", "live_photo"), Media.IMAGE),
        (("video",), Media.IMAGE),
        (("video_note",), Media.IMAGE),
        (("animation", "document"), Media.IMAGE),
        (("audio",), Media.VOICE),
        (("venue", "location"), Media.LOCATION),
        (("poll",), Media.FILE),
        (("dice",), Media.FILE),
        (("game",), Media.FILE),
        (("story",), Media.FILE),
        (("paid_media",), Media.FILE),
        (("checklist",), Media.FILE),
        (("rich_message",), Media.FILE),
        (("something_of_next_year",), Media.FILE),
        ((), Media.FILE),
    ],
)
def test_every_kind_of_message_has_a_name_and_none_is_met_by_silence(
    platform: TelegramSimulator, channel: Telegram, names: tuple[str, ...], media: Media
) -> None:
    held = {name: {"file_id": "canary", "question": "canary"} for name in names}
    event = event_of(channel, platform.updates(message=platform.message(PERSON, **held)))
    assert (event.kind, event.media) == (Kind.TEXT, media)
    assert "canary" not in str(vars(event))


def test_a_field_without_a_value_is_no_picture_and_no_service(
    platform: TelegramSimulator, channel: Telegram
) -> None:
    said = platform.message(PERSON, text="hi", photo=None, pinned_message=None)
    event = event_of(channel, platform.updates(message=said))
    assert (event.text, event.media) == ("hi", None)


def test_an_album_without_a_caption_is_one_event(
    platform: TelegramSimulator, channel: Telegram
) -> None:
    first = [event_of(channel, each) for each in platform.sends_album(PERSON, 4)]
    other = [event_of(channel, each) for each in platform.sends_album(PERSON, 2)]
    group = json.loads(platform.sends_album(PERSON, 1)[0].body)["message"]["media_group_id"]
    here, elsewhere = (
        event_of(
            channel, platform.updates(message=platform.message(who, photo=[], media_group_id=group))
        )
        for who in (PERSON, "1002")
    )
    assert here.event != elsewhere.event  # the number of an album counts in its chat alone
    assert len({each.event for each in first}) == 1
    assert len({each.event for each in (*first, *other, elsewhere)}) == 3
    assert all(each.media is Media.IMAGE for each in first)


def test_the_caption_of_an_album_is_an_event_of_its_own(
    platform: TelegramSimulator, channel: Telegram
) -> None:
    """Whatever order its pictures come in, the words are not taken for a repetition."""
    captioned, *others = [event_of(channel, each) for each in platform.sends_album(PERSON, 3, "he")]
    assert captioned.text == "he"
    assert captioned.event not in {each.event for each in others}
    assert len({each.event for each in others}) == 1


@pytest.mark.parametrize("inaccessible", [False, True])
def test_a_pressed_button_tells_its_token_and_what_to_acknowledge(
    platform: TelegramSimulator, channel: Telegram, inaccessible: bool
) -> None:
    delivery = platform.presses(PERSON, "Yes", BUTTON, inaccessible=inaccessible)
    sent = json.loads(delivery.body)
    event = event_of(channel, delivery)
    assert (event.kind, event.button, event.text) == (Kind.BUTTON, BUTTON, "")
    assert event.contact == PERSON
    assert event.address == {"chat": PERSON, "callback": sent["callback_query"]["id"]}
    assert (event.position, event.sent, event.locale) == (sent["update_id"], None, "en")


@pytest.mark.parametrize(
    ("parameter", "locale", "audience"),
    [
        ("", "en", None),
        ("es", "es", None),
        ("ES_Teen", "es", "teen"),
        ("teen-es", "es", "teen"),
        ("teen", "en", "teen"),
        ("fr", "fr", None),
        ("poster12_parent", "en", None),
        ("es_en", "es", None),
        ("-_-", "en", None),
    ],
)
def test_a_start_link_tells_language_and_audience(
    platform: TelegramSimulator,
    channel: Telegram,
    parameter: str,
    locale: str,
    audience: str | None,
) -> None:
    event = event_of(channel, platform.starts(PERSON, parameter))
    assert (event.kind, event.text) == (Kind.START, parameter)
    assert (event.locale, event.audience) == (locale, audience)


@pytest.mark.parametrize(
    ("typed", "kind", "text"),
    [
        ("/start@handrail_bot", Kind.START, ""),
        ("/START", Kind.START, ""),
        ("/start he is blackmailing me", Kind.TEXT, "he is blackmailing me"),
        ("/start@handrail_bot he wants money", Kind.TEXT, "he wants money"),
        ("/started yesterday", Kind.TEXT, "/started yesterday"),
        ("/forget", Kind.TEXT, "/forget"),
        ("/forget@handrail_bot", Kind.TEXT, "/forget"),
        ("/help@handrail_bot now", Kind.TEXT, "/help now"),
        ("/stop", Kind.TEXT, "/stop"),
        ('/sextortion{"paid":"x"}', Kind.TEXT, '/sextortion{"paid":"x"}'),
        ("he/bother me/x@y.example", Kind.TEXT, "he/bother me/x@y.example"),
        ("/me@mail.example", Kind.TEXT, "/me@mail.example"),
        ("write a/start now", Kind.TEXT, "write a/start now"),
        ("look at foo/bar@baz now", Kind.TEXT, "look at foo/bar@baz now"),
    ],
)
def test_a_command_is_a_text_as_typed_without_the_name_of_the_bot(
    platform: TelegramSimulator, channel: Telegram, typed: str, kind: Kind, text: str
) -> None:
    event = event_of(channel, platform.says(PERSON, typed))
    assert (event.kind, event.text) == (kind, text)


def test_an_edit_is_an_edit_of_a_text_or_a_caption(
    platform: TelegramSimulator, channel: Telegram
) -> None:
    event = event_of(channel, platform.edits(PERSON, "he has my pictures"))
    assert (event.kind, event.text, event.media) == (Kind.EDIT, "he has my pictures", None)
    changed = platform.message(PERSON, photo=[], caption="now with words", edit_date=2_000_000_000)
    event = event_of(channel, platform.updates(edited_message=changed))
    assert (event.kind, event.text, event.media) == (Kind.EDIT, "now with words", Media.IMAGE)
    assert event.sent == 2_000_000_000.0  # of the change, however old the message is
    # Not a start, and not a picture of an album: only what is sent is that.
    changed = platform.message(PERSON, text="/start es", media_group_id="7")
    event = event_of(channel, platform.updates(edited_message=changed))
    assert event.kind is Kind.EDIT
    assert event.event.startswith("update:")


@pytest.mark.parametrize(
    "kind", ["message", "edited_message", "channel_post", "edited_channel_post"]
)
@pytest.mark.parametrize("place", ["group", "supergroup", "channel"])
def test_what_is_said_where_others_read_along_is_not_read(
    platform: TelegramSimulator, channel: Telegram, kind: str, place: str
) -> None:
    said = platform.message(PERSON, text="canary secret", photo=[], media_group_id="7")
    said["chat"] = {**platform.group(GROUP), "type": place}
    if place == "channel":
        del said["from"]
    event = event_of(channel, platform.updates(**{kind: said}))
    assert (event.kind, event.contact, event.address) == (Kind.GROUP, GROUP, {"chat": GROUP})
    assert (event.text, event.media, event.locale, event.audience) == ("", None, None, None)
    assert "canary" not in str(vars(event))


def test_a_start_and_a_button_in_a_group_are_the_group(
    platform: TelegramSimulator, channel: Telegram
) -> None:
    started = event_of(channel, platform.says_in_group(GROUP, PERSON, "/start es_teen"))
    assert (started.kind, started.contact, started.locale) == (Kind.GROUP, GROUP, None)
    pressed = json.loads(platform.presses(PERSON, "Yes", BUTTON).body)["callback_query"]
    pressed["message"]["chat"] = platform.group(GROUP)
    event = event_of(channel, platform.updates(callback_query=pressed))
    assert (event.kind, event.contact, event.button) == (Kind.GROUP, GROUP, "")
    assert event.address == {"chat": GROUP, "callback": pressed["id"]}


def test_the_bot_in_a_group_is_the_group_and_a_block_is_the_end(
    platform: TelegramSimulator, channel: Telegram
) -> None:
    added = event_of(channel, platform.adds_to_group(GROUP, PERSON))
    assert (added.kind, added.contact) == (Kind.GROUP, GROUP)
    left = event_of(channel, platform.blocks(PERSON))
    assert (left.kind, left.contact, left.address) == (Kind.LEFT, PERSON, ADDRESS)
    assert left.sent is not None


def quiet(platform: TelegramSimulator) -> dict[str, Delivery]:
    """Updates that nobody is to be answered for."""
    bot = {**platform.person("99"), "is_bot": True}
    pressed = json.loads(platform.presses(PERSON, "Yes", BUTTON).body)["callback_query"]
    chat = platform.group(GROUP)
    member = {"chat": chat, "date": 5, "from": platform.person(PERSON)}
    said = platform.message(PERSON, text="hi")
    return {
        "unblocked": platform.unblocks(PERSON),
        "promoted": platform.updates(
            my_chat_member={
                **member,
                "old_chat_member": {"status": "member"},
                "new_chat_member": {"status": "administrator"},
            }
        ),
        "removed": platform.updates(
            my_chat_member={
                **member,
                "old_chat_member": {"status": "member"},
                "new_chat_member": {"status": "kicked"},
            }
        ),
        "bot": platform.updates(message={**said, "from": bot}),
        "bot in a group": platform.updates(message={**said, "from": bot, "chat": chat}),
        "pressed by a bot": platform.updates(callback_query={**pressed, "from": bot}),
        "pressed game": platform.updates(callback_query={**pressed, "data": None}),
        "pressed elsewhere": platform.updates(callback_query={**pressed, "message": None}),
        "pinned": platform.updates(message=platform.message(PERSON, pinned_message=said)),
        "timer": platform.updates(
            message=platform.message(PERSON, message_auto_delete_timer_changed={})
        ),
        "joined": platform.updates(
            message=platform.message(PERSON, group=GROUP, new_chat_members=[bot])
        ),
        "gone": platform.updates(
            message=platform.message(PERSON, group=GROUP, left_chat_member=bot)
        ),
        "moved": platform.updates(
            edited_message=platform.message(PERSON, location={"latitude": 1, "longitude": 2})
        ),
        "reaction": platform.updates(message_reaction={"chat": chat, "new_reaction": []}),
        "poll": platform.updates(poll={"id": "1"}),
        "next year's": platform.updates(something_new={"chat": chat}),
        "nothing": platform.updates(),
    }


@pytest.mark.parametrize("name", quiet(TelegramSimulator(TOKEN, SECRET)))
def test_what_no_person_did_is_no_event(
    platform: TelegramSimulator, channel: Telegram, name: str
) -> None:
    assert events_of(channel, quiet(platform)[name]) == ()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"update_id": "canary-x"}',
        b'{"update_id": -1}',
        b'{"update_id": 99999999999999999999}',
        b'{"update_id": 1, "message": {"text": "canary"}}',
        b'{"update_id": 1, "message": "canary"}',
        b'{"update_id": 1, "message": {"chat": {"id": 1e300, "type": "private"}, "date": 1}}',
        b'{"update_id": 1, "callback_query": {"data": "canary"}}',
        b"[" * 100_000,
        b'{"update_id": ' + b"9" * 5_000 + b"}",
    ],
)
def test_a_body_that_is_no_update_is_unreadable_and_not_repeated(
    channel: Telegram, body: bytes
) -> None:
    with pytest.raises(Unreadable) as caught:
        read_body(channel, body)
    assert "canary" not in str(caught.value)


NAMES = """chat id type date from is_bot text caption photo data message status new_chat_member
    old_chat_member media_group_id language_code pinned_message"""
KINDS = "update_id message edited_message channel_post callback_query my_chat_member poll"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES.split()), inner, max_size=5)
    ),
    max_leaves=20,
)
UPDATE = st.dictionaries(st.sampled_from(KINDS.split()), JSON)


@given(st.binary() | UPDATE.map(lambda body: json.dumps(body).encode()) | st.text().map(str.encode))
def test_nothing_but_events_or_unreadable_comes_out_of_read(body: bytes) -> None:
    try:
        webhook = read_body(Telegram(TOKEN, SECRET), body)
    except Unreadable:
        return
    assert len(webhook.events) <= 1


@given(st.data())
def test_a_message_that_is_damaged_anywhere_is_read_or_unreadable(data: st.DataObject) -> None:
    """Real updates with one value exchanged: random JSON seldom comes as far as these."""
    platform = TelegramSimulator(TOKEN, SECRET)
    delivery = data.draw(
        st.sampled_from(
            [
                platform.says(PERSON, "/start es"),
                platform.sends(PERSON, Media.IMAGE, "words"),
                platform.presses(PERSON, "Yes", BUTTON),
                platform.blocks(PERSON),
                platform.edits(PERSON, "words"),
            ]
        )
    )
    update = json.loads(delivery.body)
    inside: Any = update
    while True:
        name = data.draw(st.sampled_from(sorted(inside)))
        if not isinstance(inside[name], dict) or data.draw(st.booleans()):
            break
        inside = inside[name]
    inside[name] = data.draw(JSON)
    try:
        webhook = read_body(Telegram(TOKEN, SECRET), json.dumps(update).encode())
    except Unreadable:
        return
    assert all(event.channel == "telegram" for event in webhook.events)


def test_no_text_and_no_address_shows_in_a_repr(
    platform: TelegramSimulator, channel: Telegram
) -> None:
    from bot.channels.telegram.updates import Update

    for delivery in (
        platform.says(PERSON, "secret words"),
        platform.presses(PERSON, "Y", "secret"),
    ):
        shown = repr(channel.read(posted(delivery)))
        shown += repr(Update.model_validate_json(delivery.body))
        assert "secret" not in shown
        assert PERSON not in repr(Update.model_validate_json(delivery.body))
    assert TOKEN not in repr(channel)


# --- write


def bubble(text: str, labels: int = 0, token: str = BUTTON) -> Bubble:
    numbers = range(1, labels + 1)
    return Bubble(text, tuple(Choice(n, f"Label {n}", f"Label {n}", token) for n in numbers))


def test_a_bubble_is_plain_text_without_a_preview(channel: Telegram) -> None:
    text = "*not bold* _nor this_ <b>&amp; https://help.example"
    assert channel.write("telegram", [bubble(text)]) == [
        {"text": text, "link_preview_options": {"is_disabled": True}}
    ]


def test_each_choice_stands_on_a_row_of_its_own(channel: Telegram) -> None:
    choices = (Choice(1, "Yes, today", "Yes, today", "a" * 24), Choice(2, "No", "2", "b" * 24))
    (piece,) = channel.write("telegram", [Bubble("And now?", choices, "Choose")])
    assert piece["reply_markup"] == {
        "inline_keyboard": [
            [{"text": "Yes, today", "callback_data": "a" * 24}],
            [{"text": "2", "callback_data": "b" * 24}],
        ]
    }


def test_bubbles_stay_in_order_and_a_blank_one_is_left_out(channel: Telegram) -> None:
    pieces = channel.write("telegram", [bubble("one"), bubble(" \n"), bubble("two", 1)])
    assert [piece["text"] for piece in pieces] == ["one", "two"]
    assert channel.write("telegram", [bubble("", 1)])[0]["text"] == "…"


def test_every_piece_keeps_to_4096_units_and_loses_nothing(channel: Telegram) -> None:
    text = "\n".join(f"line {n} " + "😀" * 40 for n in range(48))
    assert 2000 < len(text) < 4096
    pieces = channel.write("telegram", [bubble(text, 2)])
    assert len(pieces) == 2
    assert all(len(piece["text"].encode("utf-16-le")) // 2 <= 4096 for piece in pieces)
    assert "\n".join(piece["text"] for piece in pieces) == text
    assert ["reply_markup" in piece for piece in pieces] == [False, True]
    unbroken = channel.write("telegram", [bubble("😀" * 4096)])
    assert [len(piece["text"]) for piece in unbroken] == [2048, 2048]
    assert len(channel.write("telegram", [bubble("a" * 4096)])) == 1


@pytest.mark.parametrize("token", ["", "t" * 65, "é" * 33])
def test_a_token_that_no_button_carries_is_refused(channel: Telegram, token: str) -> None:
    channel.write("telegram", [bubble("?", 1, "t" * 64)])
    with pytest.raises(ValueError, match="1-64 bytes") as caught:
        channel.write("telegram", [bubble("?", 1, token)])
    assert "ttt" not in str(caught.value)


def test_the_style_holds_our_labels(channel: Telegram) -> None:
    style = channel.styles["telegram"]
    assert (style.characters, style.characters_with_buttons) == (4096, 4096)
    assert (style.buttons, style.label) == (100, 40)
    assert channel.rate <= 30
    assert channel.pause >= 1.0
    fits: Channel = channel
    assert fits.name == "telegram"


# --- send


def test_a_piece_is_shown_with_its_buttons(platform: TelegramSimulator, served: Telegram) -> None:
    for piece in served.write("telegram", [bubble("hello *you*"), bubble("And now?", 2)]):
        served.send("telegram", {**ADDRESS, "callback": "7"}, piece)
    first, second = platform.seen_by(PERSON)
    assert first.text == "hello *you*"
    assert second.choices == (("Label 1", BUTTON), ("Label 2", BUTTON))
    assert platform.calls == [f"/bot{TOKEN}/sendMessage"] * 2


@pytest.mark.parametrize(
    ("answer", "after"),
    [
        (too_many(7), 7),
        (Answer(429, b"<html>"), None),
        (Answer(429, b'{"ok":false,"parameters":{"retry_after":-1}}'), None),
        (problem(500, "Internal Server Error"), None),
        (problem(502, "Bad Gateway"), None),
        (Answer(503, b""), None),
        (Answer(200, b"<html>"), None),
        (Answer(200, b'{"ok":false,"error_code":403,"description":"Forbidden"}'), None),
        (Answer(307, b"", {"location": f"/bot{TOKEN}/sendMessage"}), None),
        (Answer(dropped=True), None),
        (Answer(200, b'{"ok":true}', {"content-encoding": "gzip"}), None),
        (Answer(delay=0.6), None),
    ],
)
def test_a_platform_in_trouble_is_tried_again(
    platform: TelegramSimulator, served: Telegram, answer: Answer, after: float | None
) -> None:
    platform.faults.append(answer)
    with pytest.raises(TryAgain) as caught:
        served.send("telegram", ADDRESS, PIECE)
    assert caught.value.after == after
    assert len(platform.calls) == 1
    served.send("telegram", ADDRESS, PIECE)
    assert [each.text for each in platform.seen_by(PERSON)][-1:] == ["hello"]


@pytest.mark.parametrize(
    "answer",
    [
        problem(403, "Forbidden: bot was blocked by the user"),
        problem(403, "Forbidden: user is deactivated"),
        problem(403, "Forbidden: bot was kicked from the supergroup chat"),
        problem(403, "Forbidden: bot can't initiate conversation with a user"),
        problem(403, "Forbidden: bot is not a member of the supergroup chat"),
        problem(400, "Bad Request: chat not found"),
    ],
)
def test_who_cannot_be_written_to_any_more_is_over(
    platform: TelegramSimulator, served: Telegram, answer: Answer
) -> None:
    platform.faults.append(answer)
    with pytest.raises(Over):
        served.send("telegram", ADDRESS, PIECE)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (problem(400, "Bad Request: message is too long"), "telegram 400"),
        (problem(400, "Bad Request: user is deactivated"), "telegram 400"),
        (
            problem(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=-100,
            ),
            "telegram 400",
        ),
        (problem(401, "Unauthorized"), "telegram 401"),
        (problem(403, "Forbidden: bot can't send messages to bots"), "telegram 403"),
        (problem(404, "Not Found"), "telegram 404"),
        (Answer(403, b"<html>"), "telegram 403"),
        (Answer(499, b""), "telegram 499"),
    ],
)
def test_every_other_error_is_a_refusal(
    platform: TelegramSimulator, served: Telegram, answer: Answer, reason: str
) -> None:
    platform.faults.append(answer)
    with pytest.raises(Refused) as caught:
        served.send("telegram", ADDRESS, PIECE)
    assert caught.value.reason == reason


def test_the_simulator_refuses_what_telegram_refuses(
    platform: TelegramSimulator, served: Telegram
) -> None:
    for piece in (
        {"text": " "},
        {"text": "a" * 4097},
        {"text": "a", "parse_mode": "Markdown"},
        {"text": "a", "reply_markup": {"inline_keyboard": [[{"text": "", "callback_data": "x"}]]}},
        {
            "text": "a",
            "reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": "x" * 65}]]},
        },
    ):
        with pytest.raises(Refused):
            served.send("telegram", ADDRESS, piece)
    with pytest.raises(Over):
        served.send("telegram", {"chat": "555"}, PIECE)
    platform.blocks(PERSON)
    with pytest.raises(Over):
        served.send("telegram", ADDRESS, PIECE)
    platform.starts(PERSON)
    served.send("telegram", ADDRESS, PIECE)
    assert len(platform.seen_by(PERSON)) == 1


def test_a_wrong_token_is_refused(serving: tuple[TelegramSimulator, str]) -> None:
    with pytest.raises(Refused) as caught:
        Telegram("1:other", SECRET, serving[1]).send("telegram", ADDRESS, PIECE)
    assert caught.value.reason == "telegram 401"


def test_a_platform_that_is_not_there_is_tried_again() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(TryAgain):
            Telegram(TOKEN, SECRET, address, 0.3, 0.3).send("telegram", ADDRESS, PIECE)


def test_no_proxy_of_the_environment_sees_the_token(
    platform: TelegramSimulator, served: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "")
    served.send("telegram", ADDRESS, PIECE)
    assert len(platform.seen_by(PERSON)) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer(dropped=True),
        Answer(delay=0.6),
        problem(400, "Bad Request: hello"),
        problem(403, "Forbidden: bot was blocked by the user"),
        Answer(body=b'{"ok":true,"result":{"text":"hello"}'),
    ],
)
def test_neither_the_token_nor_a_text_nor_an_address_is_told(
    platform: TelegramSimulator,
    served: Telegram,
    answer: Answer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    platform.faults.append(answer)
    with pytest.raises(SendProblem) as caught:
        served.send("telegram", ADDRESS, PIECE)
    told = caplog.text + repr(caught.value) + repr(caught.value.__dict__)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    for secret in (TOKEN, "hello", PERSON):
        assert secret not in told


# --- buttons and the webhook


def test_a_pressed_button_is_acknowledged_once(
    platform: TelegramSimulator, served: Telegram
) -> None:
    event = event_of(served, platform.presses(PERSON, "Yes", BUTTON))
    served.acknowledge(event.address)
    served.acknowledge(event.address)  # refused as too old, without an exception
    assert platform.acknowledged == [event.address["callback"]]
    served.acknowledge(ADDRESS)
    assert platform.calls == [f"/bot{TOKEN}/answerCallbackQuery"] * 2


@pytest.mark.parametrize(
    "answer", [Answer(dropped=True), problem(401, "Unauthorized"), too_many(3)]
)
def test_an_acknowledgement_that_fails_raises_nothing(
    platform: TelegramSimulator, served: Telegram, answer: Answer
) -> None:
    platform.faults.append(answer)
    served.acknowledge({"chat": PERSON, "callback": "7"})
    assert platform.acknowledged == []


def test_the_webhook_is_set_with_its_secret_and_its_state_is_told(
    platform: TelegramSimulator, served: Telegram
) -> None:
    assert served.webhook_state().url == ""
    platform.secret = "another"
    served.set_webhook("https://help.example/webhooks/telegram")
    assert platform.secret == SECRET
    assert platform.webhook == {
        "url": "https://help.example/webhooks/telegram",
        "allowed_updates": ["message", "edited_message", "callback_query", "my_chat_member"],
        "max_connections": 40,
    }
    platform.last_error = "Wrong response from the webhook: 403 Forbidden"
    state = served.webhook_state()
    assert state.url == "https://help.example/webhooks/telegram"
    assert (state.pending, state.last_error) == (0, platform.last_error)
    assert state.failed_at is not None


@pytest.mark.parametrize("address", ["http://help.example/x", "https://help.example:5000/x"])
def test_an_address_that_telegram_does_not_take_is_refused(served: Telegram, address: str) -> None:
    with pytest.raises(Refused):
        served.set_webhook(address)
    assert served.webhook_state().url == ""


def test_a_state_that_cannot_be_read_is_tried_again(
    platform: TelegramSimulator, served: Telegram
) -> None:
    platform.faults.append(Answer(body=b'{"ok":true,"result":[]}'))
    with pytest.raises(TryAgain):
        served.webhook_state()
