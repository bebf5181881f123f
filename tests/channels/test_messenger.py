"""Messenger: nothing forged is read, nothing of a person is lost, everything sent fits."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.channel import (
    Channel,
    Forged,
    Over,
    Refused,
    TryAgain,
    Unreadable,
    Webhook,
    WebhookRequest,
)
from bot.channels.incoming import Incoming, Kind, Media
from bot.channels.messenger import Messenger
from bot.channels.simulator.messenger import API_PATH, MessengerSimulator, attached
from bot.channels.simulator.platform import Answer
from bot.channels.wording import Bubble, Choice
from tests.channels.forging.messenger import SIGNATURE, forgeries
from tests.channels.reading import bare, events_of, posted

NOW = 1_800_000_000.0
CHOICES = tuple(Choice(n, f"Label {n}", f"Label {n}", f"token-{n}") for n in range(1, 14))
PLATFORM = MessengerSimulator(now=lambda: NOW)


class Served(NamedTuple):
    channel: Channel
    platform: MessengerSimulator
    api: str

    def send(self, piece: Mapping[str, Any], to: str = "ana") -> None:
        self.channel.send("messenger", {"to": to}, piece)


@pytest.fixture
def platform() -> MessengerSimulator:
    return MessengerSimulator(now=lambda: NOW)


def channel_of(platform: MessengerSimulator, api: str = "http://127.0.0.1:1") -> Channel:
    return Messenger(
        platform.page_token,
        platform.app_secret,
        platform.verify_token,
        api + API_PATH,
        connect_seconds=0.3,
        read_seconds=0.3,
    )


@pytest.fixture
def channel(platform: MessengerSimulator) -> Channel:
    return channel_of(platform)


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[MessengerSimulator, str]]:
    """Served once: to stop a server takes half a second."""
    platform = MessengerSimulator(now=lambda: NOW)
    with platform.serving() as address:
        yield platform, address


@pytest.fixture
def served(server: tuple[MessengerSimulator, str]) -> Served:
    platform, address = server
    for kept in (platform.shown, platform.calls, platform.faults, platform.unreachable):
        kept.clear()
    return Served(channel_of(platform, address), platform, address + API_PATH)


def body_of(told: Any) -> WebhookRequest:
    return bare(json.dumps(told).encode())


def asked(**query: str) -> WebhookRequest:
    dotted = {name.replace("_", ".", 1): value for name, value in query.items()}
    return WebhookRequest("GET", (), dotted, b"")


# verify


@pytest.mark.parametrize("name", forgeries(PLATFORM))
def test_a_forgery_is_refused(name: str) -> None:
    headers, body = forgeries(PLATFORM)[name]
    with pytest.raises(Forged):
        channel_of(PLATFORM).verify(WebhookRequest("POST", tuple(headers), {}, body))


def test_without_a_secret_nothing_is_accepted(platform: MessengerSimulator) -> None:
    headers, body = forgeries(platform)["empty_secret"]
    with pytest.raises(Forged):
        Messenger("token", "", "word").verify(WebhookRequest("POST", tuple(headers), {}, body))
    with pytest.raises(Forged):
        Messenger("token", "secret", "").verify(asked(hub_mode="subscribe", hub_verify_token=""))


def test_a_signature_is_no_good_for_another_method(
    channel: Channel, platform: MessengerSimulator
) -> None:
    request = posted(platform.says("ana", "hi"))
    with pytest.raises(Forged):
        channel.verify(WebhookRequest("PUT", request.headers, {}, request.body))
    with pytest.raises(Forged):
        channel.verify(WebhookRequest("GET", request.headers, {}, request.body))


@given(header=st.text(), body=st.binary())
def test_verify_ends_in_nothing_but_forged(header: str, body: bytes) -> None:
    with pytest.raises(Forged):
        channel_of(PLATFORM).verify(WebhookRequest("POST", ((SIGNATURE, header),), {}, body))


@pytest.mark.parametrize(
    "query",
    [
        {"hub_mode": "unsubscribe"},
        {"hub_verify_token": "another word"},
        {"hub_verify_token": "wörd"},
        {"hub_verify_token": ""},
    ],
)
def test_a_handshake_with_another_word_is_refused(
    channel: Channel, platform: MessengerSimulator, query: dict[str, str]
) -> None:
    right = {"hub_mode": "subscribe", "hub_verify_token": platform.verify_token}
    channel.verify(asked(**right))
    with pytest.raises(Forged):
        channel.verify(asked(**{**right, **query}))


def test_the_handshake_is_answered_with_its_challenge(
    channel: Channel, platform: MessengerSimulator
) -> None:
    path = platform.handshake("1158201444").path
    assert "hub.challenge=1158201444" in path
    assert channel.read(asked(hub_challenge="1158201444")) == Webhook(answer="1158201444")


@pytest.mark.parametrize("challenge", ["", "<script>", "12 34", "١٢"])
def test_a_challenge_that_is_no_word_is_not_repeated(channel: Channel, challenge: str) -> None:
    with pytest.raises(Unreadable):
        channel.read(asked(hub_challenge=challenge))


# read


def test_a_text_names_its_chat_its_event_and_its_time(
    channel: Channel, platform: MessengerSimulator
) -> None:
    (told,) = events_of(channel, platform.says("ana", "he wants *money* <now> & more"))
    moment = int(NOW * 1000) + 1
    assert told == Incoming(
        channel="messenger",
        kind=Kind.TEXT,
        contact="1040:ana",
        event=f"message:m_{moment}",
        address={"to": "ana"},
        text="he wants *money* <now> & more",
        position=moment * 1000,
        sent=moment / 1000,
    )


def test_two_messages_of_one_delivery_are_both_read_in_order(
    channel: Channel, platform: MessengerSimulator
) -> None:
    delivery = platform.says_at_once(("ana", "one"), ("ben", "two"), ("ana", "three"))
    told = events_of(channel, delivery)
    assert [(each.contact, each.text) for each in told] == [
        ("1040:ana", "one"),
        ("1040:ben", "two"),
        ("1040:ana", "three"),
    ]
    assert events_of(channel, delivery) == told  # a retry


def test_two_messages_of_one_millisecond_keep_their_order(
    channel: Channel, platform: MessengerSimulator
) -> None:
    events = [platform.message("ana", {"text": text}) for text in ("one", "two")]
    first, second = events_of(
        channel, platform.delivers(*({**e, "timestamp": 1700} for e in events))
    )
    assert (first.position, second.position) == (1_700_000_000, 1_700_000_001)  # 1700 is seconds


def test_every_entry_is_read(channel: Channel, platform: MessengerSimulator) -> None:
    one, two = (json.loads(platform.says(who, "hi").body)["entry"][0] for who in ("ana", "ben"))
    delivery = platform.signed(json.dumps({"object": "page", "entry": [one, two]}).encode())
    assert [each.address["to"] for each in events_of(channel, delivery)] == ["ana", "ben"]


def test_the_form_of_metas_console_is_read(channel: Channel, platform: MessengerSimulator) -> None:
    value = {
        "sender": {"id": 12334},
        "recipient": {"id": 23245},
        "timestamp": "1527459824",
        "message": {"mid": "test_message_id", "text": "test_message"},
    }
    entry = {"id": "0", "changes": [{"field": "messages", "value": value}, {"field": "feed"}]}
    (told,) = events_of(
        channel, platform.signed(json.dumps({"object": "page", "entry": [entry]}).encode())
    )
    assert (told.contact, told.sent) == ("23245:12334", 1527459824.0)


@pytest.mark.parametrize(
    ("message", "text", "media"),
    [
        *((attached(media), "", media) for media in Media if media is not Media.CONTACT),
        (attached(Media.IMAGE, "he is blackmailing me"), "he is blackmailing me", Media.IMAGE),
        ({"attachments": [{"type": "video"}]}, "", Media.IMAGE),
        ({"attachments": [{"type": "reel"}]}, "", Media.FILE),
        ({"attachments": [{"type": "template"}]}, "", Media.FILE),
        ({"attachments": [{}]}, "", Media.FILE),
        ({"attachments": ["?"]}, "", Media.FILE),
        ({"attachments": [{"type": "fallback"}]}, "", Media.FILE),
        ({"text": "https://x.org", "attachments": [{"type": "fallback"}]}, "https://x.org", None),
        ({"attachments": [{"type": "image", "payload": {"sticker_id": 1}}]}, "", Media.STICKER),
        ({"attachments": [{"type": "audio"}, {"type": "image"}]}, "", Media.IMAGE),
        ({}, "", Media.FILE),  # what this version of the API cannot show
        ({"text": "ay \ud83d"}, "ay \ufffd", None),  # half an emoji
    ],
)
def test_what_came_along_is_named_and_never_fetched(
    channel: Channel,
    platform: MessengerSimulator,
    message: dict[str, Any],
    text: str,
    media: Media | None,
) -> None:
    (told,) = events_of(channel, platform.delivers(platform.message("ana", message)))
    assert (told.kind, told.text, told.media) == (Kind.TEXT, text, media)
    assert "never-fetched" not in str(vars(told))
    assert platform.calls == []


@pytest.mark.parametrize(
    ("postback", "expected"),
    [
        ({"payload": "token-1", "title": "A"}, {"kind": Kind.BUTTON, "button": "token-1"}),
        ({"payload": "GET_STARTED"}, {"kind": Kind.START}),
        ({"title": "Ask"}, {"kind": Kind.TEXT, "text": "Ask"}),
    ],
)
def test_a_postback_is_a_button_or_the_start(
    channel: Channel,
    platform: MessengerSimulator,
    postback: dict[str, Any],
    expected: dict[str, Any],
) -> None:
    (told,) = events_of(channel, platform.delivers(platform.postback("ana", postback)))
    assert {name: getattr(told, name) for name in expected} == expected
    assert told.event.startswith("postback:m_")


def test_a_button_that_is_pressed_twice_is_two_events(
    channel: Channel, platform: MessengerSimulator
) -> None:
    press = {"mid": "m_of_the_button", "payload": "token-1"}
    events = [platform.postback("ana", press) for _ in range(2)]
    one, two = events_of(channel, platform.delivers(*events))
    assert one.event != two.event
    without = [{**event, "postback": {"payload": "token-1"}} for event in events]
    one, two = events_of(channel, platform.delivers(*without))
    assert one.event == f"postback:ana:{events[0]['timestamp']}" != two.event


def test_a_quick_reply_is_a_button(channel: Channel, platform: MessengerSimulator) -> None:
    (told,) = events_of(channel, platform.presses("ana", "2", "token-2"))
    assert (told.kind, told.button, told.text) == (Kind.BUTTON, "token-2", "")


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        ("", (None, None, None)),
        ("es", ("es", None, None)),
        ("teen", (None, "teen", None)),
        ("es_Parent-MX", ("es", "parent", "MX")),
        ("poster3_school", (None, None, None)),
    ],
)
def test_a_followed_link_names_language_audience_and_country(
    channel: Channel,
    platform: MessengerSimulator,
    ref: str,
    expected: tuple[str | None, str | None, str | None],
) -> None:
    (told,) = events_of(channel, platform.starts("ana", ref))
    assert told.kind is Kind.START
    assert (told.locale, told.audience, told.country) == expected


def test_each_edit_of_a_message_is_an_event(channel: Channel, platform: MessengerSimulator) -> None:
    base = platform.message("ana", {})
    del base["message"]
    edits = [
        {**base, "message_edit": {"mid": "m_1", "text": text, "num_edit": times}}
        for times, text in enumerate(("they want money", "they want $500"), start=1)
    ]
    first, second = events_of(channel, platform.delivers(*edits))
    assert (first.kind, first.text, first.event) == (Kind.EDIT, "they want money", "edit:m_1:1")
    assert (second.text, second.event) == ("they want $500", "edit:m_1:2")
    (told,) = events_of(channel, platform.edits("ana", "changed"))
    assert (told.kind, told.text) == (Kind.EDIT, "changed")


@pytest.mark.parametrize(
    "event",
    [
        {"message": {"mid": "m", "text": "ours", "is_echo": True}},
        {"message": {"mid": "m", "is_deleted": True}},
        {"delivery": {"watermark": 1}},
        {"read": {"watermark": 1}},
        {"reaction": {"mid": "m", "action": "react", "emoji": "x"}},
        {"optin": {"ref": "x"}},
        {"pass_thread_control": {"new_owner_app_id": "1"}},
        {"referral": {"ref": "es"}},
        {"sender": {"id": "1040"}, "message": {"mid": "m", "text": "ours"}},
        {"sender": {"user_ref": "x"}, "message": {"mid": "m", "text": "no id"}},
    ],
)
def test_what_no_person_did_is_no_event(
    channel: Channel, platform: MessengerSimulator, event: dict[str, Any]
) -> None:
    around = [platform.message("ana", {"text": "one"}), platform.message("ana", {"text": "two"})]
    base = platform.message("ana", {})
    del base["message"]
    told = events_of(channel, platform.delivers(around[0], {**base, **event}, around[1]))
    assert [each.text for each in told] == ["one", "two"]


def test_a_standby_message_is_another_apps(channel: Channel) -> None:
    standby = [{"sender": {"id": "ana"}, "message": {"mid": "m", "text": "hi"}}]
    told = channel.read(body_of({"object": "page", "entry": [{"id": "1040", "standby": standby}]}))
    assert told.events == ()


@pytest.mark.parametrize(
    "body", [b"", b"no json", b"[]", b"{}", b'{"object":"instagram"}', b"\xff"]
)
def test_what_is_no_delivery_of_a_page_is_unreadable(channel: Channel, body: bytes) -> None:
    with pytest.raises(Unreadable):
        channel.read(WebhookRequest("POST", (), {}, body))


def test_a_deep_body_is_unreadable(channel: Channel) -> None:
    with pytest.raises(Unreadable):
        channel.read(WebhookRequest("POST", (), {}, b"[" * 100_000))


NAMES = st.sampled_from(
    [
        "sender",
        "recipient",
        "timestamp",
        "message",
        "postback",
        "message_edit",
        "mid",
        "text",
        "attachments",
        "type",
        "payload",
        "id",
        "quick_reply",
        "is_echo",
        "referral",
        "ref",
        "num_edit",
        "sticker_id",
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)


@given(events=st.lists(ANYTHING, max_size=4), whole=ANYTHING, raw=st.binary())
def test_read_ends_in_a_webhook_or_in_unreadable(events: list[Any], whole: Any, raw: bytes) -> None:
    channel = channel_of(PLATFORM)
    entry = [{"id": "1040", "messaging": events}, whole]
    assert isinstance(channel.read(body_of({"object": "page", "entry": entry})), Webhook)
    for request in (body_of(whole), WebhookRequest("POST", (), {}, raw)):
        try:
            channel.read(request)
        except Unreadable:
            continue


def test_no_text_stands_in_a_repr(channel: Channel, platform: MessengerSimulator) -> None:
    request = posted(platform.says("ana", "they want money"))
    assert "money" not in repr(request)
    assert "money" not in repr(channel.read(request).events)
    assert platform.page_token not in repr(vars(channel).values())


# write


def test_a_text_stays_as_it_is(channel: Channel) -> None:
    text = "*A* _b_ <c> & https://x.org/a_b_c"
    assert channel.write("messenger", [Bubble(text)]) == [{"text": text}]


def test_choices_are_quick_replies_within_the_limits(channel: Channel) -> None:
    style = channel.styles["messenger"]
    assert (style.characters, style.characters_with_buttons) == (2000, 2000)
    assert (style.buttons, style.label) == (13, 20)
    (piece,) = channel.write("messenger", [Bubble("Which?", CHOICES[:4])])
    assert piece["quick_replies"] == [
        {"content_type": "text", "title": choice.shown, "payload": choice.token}
        for choice in CHOICES[:4]
    ]


# send


def test_what_is_sent_is_shown_with_its_choices(
    served: Served,
) -> None:
    full = Bubble("x" * 2000, tuple(Choice(n, "l" * 20, "l" * 20, "t" * 1000) for n in range(13)))
    for piece in served.channel.write("m", [Bubble("one"), Bubble("two", CHOICES), full]):
        served.send(piece)
    one, two, three = served.platform.seen_by("ana")
    assert (one.text, one.choices, two.text) == ("one", (), "two")
    assert two.choices[-1] == ("Label 13", "token-13")
    assert len(three.choices) == 13
    assert not any(served.platform.page_token in call for call in served.platform.calls)


def graph_error(status: int, code: int, subcode: int | None = None, **more: Any) -> Answer:
    error = {"message": "secret text", "code": code, "error_subcode": subcode, **more}
    return Answer(status, json.dumps({"error": error}).encode())


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (graph_error(400, 551, 1545041), Over()),
        (graph_error(400, 10, 2018278), Over()),
        (graph_error(403, 10, 2018065), Over()),
        (graph_error(400, 100, 2018001), Over()),
        (graph_error(400, 10, 2018300), Refused("messenger 10")),
        (graph_error(400, 100, 2018109), Refused("messenger 100")),
        (graph_error(401, 190, 463), Refused("messenger 190")),
        (graph_error(200, 200), Refused("messenger 200")),
        *((graph_error(400, code), TryAgain()) for code in (1, 2, 4, 17, 32, 613, 1200, 80006)),
        (graph_error(400, 368, is_transient=True), TryAgain()),
        (graph_error(429, 368), TryAgain()),
        (graph_error(500, 368), TryAgain()),
        (Answer(429, b"", {"retry-after": "30"}), TryAgain(30.0)),
        (Answer(429, b"", {"retry-after": "soon"}), TryAgain()),
        (Answer(500, b"oops"), TryAgain()),
        (Answer(503), TryAgain()),
        (Answer(404, b"<html>"), TryAgain()),
        (Answer(200, b"<html>"), TryAgain()),
        (Answer(200, b"{}"), TryAgain()),
        (Answer(302, b"", {"location": "/elsewhere"}), TryAgain()),
        (Answer(dropped=True), TryAgain()),
        (Answer(delay=0.6), TryAgain()),
    ],
)
def test_what_the_api_answers_becomes_what_it_means(
    served: Served, fault: Answer, expected: Exception
) -> None:
    served.platform.faults.append(fault)
    with pytest.raises(type(expected)) as raised:
        served.send({"text": "they want money"})
    assert raised.value.args == expected.args
    assert raised.value.__cause__ is None
    assert served.platform.seen_by("ana") == []
    assert len(served.platform.calls) == 1


@pytest.mark.parametrize(
    ("piece", "reason"),
    [
        ({"text": "x" * 2001}, "messenger 100"),
        ({"text": ""}, "messenger 100"),
        ({"text": "x", "quick_replies": [{}]}, "messenger 100"),
    ],
)
def test_what_does_not_fit_is_refused_by_the_api(
    served: Served, piece: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        served.send(piece)


def test_a_wrong_token_or_secret_is_staffs_to_mend(served: Served) -> None:
    token, secret, to = served.platform.page_token, served.platform.app_secret, {"to": "ana"}
    with pytest.raises(Refused, match="messenger 190"):
        Messenger("wröng", secret, "word", served.api).send("messenger", to, {"text": "x"})
    with pytest.raises(Refused, match="messenger 100"):
        Messenger(token, "wröng", "word", served.api).send("messenger", to, {"text": "x"})


def test_who_blocked_the_page_or_stayed_away_is_over(served: Served) -> None:
    served.platform.blocks("ana")
    served.platform.stays_away("ben")
    for contact in ("ana", "ben"):
        with pytest.raises(Over):
            served.send({"text": "x"}, to=contact)


def test_without_a_server_it_is_tried_again_and_nothing_is_logged(
    channel: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO), pytest.raises(TryAgain) as raised:
        channel.send("messenger", {"to": "ana"}, {"text": "they want money"})
    assert raised.value.__suppress_context__
    assert "money" not in caplog.text
