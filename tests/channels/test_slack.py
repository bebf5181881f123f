"""Slack: nothing forged is read, nothing of a person is lost, everything sent fits."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import Clock

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
from bot.channels.simulator.platform import Answer, Delivery
from bot.channels.simulator.slack import API_PATH, SlackSimulator
from bot.channels.slack import Slack
from bot.channels.slack.texts import as_seen, escaped
from bot.channels.wording import Bubble, Choice
from tests.channels.forging.slack import SIGNATURE, TIME, forgeries
from tests.channels.reading import bare, events_of, posted

NOW = 1_800_000_000
DM = {"channel": "D0ana"}
CHOICES = tuple(Choice(n, f"Label {n}", f"Label {n}", f"token-{n}") for n in range(1, 26))
PLATFORM = SlackSimulator(now=lambda: NOW)


class Still(Clock):
    """A clock that stands still at NOW."""

    def now(self) -> float:
        return NOW


class Served(NamedTuple):
    channel: Channel
    platform: SlackSimulator
    api: str

    def send(self, bubble: Bubble, address: Mapping[str, str] = DM) -> None:
        (piece,) = self.channel.write("slack", [bubble])
        self.channel.send("slack", address, piece)


def channel_of(platform: SlackSimulator, api: str = "http://127.0.0.1:1") -> Channel:
    token, secret = platform.bot_token, platform.signing_secret
    return Slack(token, secret, api + API_PATH, seconds=0.3, clock=Still())


@pytest.fixture
def platform() -> SlackSimulator:
    return SlackSimulator(now=lambda: NOW)


@pytest.fixture
def channel(platform: SlackSimulator) -> Channel:
    return channel_of(platform)


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[SlackSimulator, str]]:
    """Served once: to stop a server takes half a second."""
    platform = SlackSimulator(now=lambda: NOW)
    with platform.serving() as address:
        yield platform, address


@pytest.fixture
def served(server: tuple[SlackSimulator, str]) -> Served:
    platform, address = server
    for kept in (platform.shown, platform.calls, platform.faults, platform.closed):
        kept.clear()
    return Served(channel_of(platform, address), platform, address + API_PATH)


# verify


@pytest.mark.parametrize("name", forgeries(PLATFORM))
def test_a_forgery_is_refused(name: str) -> None:
    headers, body = forgeries(PLATFORM)[name]
    with pytest.raises(Forged):
        channel_of(PLATFORM).verify(WebhookRequest("POST", tuple(headers), {}, body))


@pytest.mark.parametrize("secret", ["", " "])
def test_without_a_secret_nothing_is_accepted(platform: SlackSimulator, secret: str) -> None:
    headers, body = forgeries(platform)["empty_secret"]
    with pytest.raises(Forged):
        Slack("token", secret, clock=Still()).verify(
            WebhookRequest("POST", tuple(headers), {}, body)
        )


@pytest.mark.parametrize("off", [-300, -1, 0, 1, 300])
def test_a_request_of_the_last_five_minutes_is_accepted(
    channel: Channel, platform: SlackSimulator, off: int
) -> None:
    body = platform.says("ana", "hi").body
    channel.verify(posted(platform.signed(body, "application/json", NOW + off)))


def test_a_signature_is_no_good_for_another_method(
    channel: Channel, platform: SlackSimulator
) -> None:
    request = posted(platform.says("ana", "hi"))
    for method in ("GET", "PUT"):
        with pytest.raises(Forged):
            channel.verify(WebhookRequest(method, request.headers, {}, request.body))


@given(time=st.text() | st.integers().map(str), signature=st.text(), body=st.binary())
def test_verify_ends_in_nothing_but_forged(time: str, signature: str, body: bytes) -> None:
    headers = ((TIME, time), (SIGNATURE, signature))
    with pytest.raises(Forged):
        channel_of(PLATFORM).verify(WebhookRequest("POST", headers, {}, body))


# read


def test_the_address_is_confirmed_with_the_challenge(
    channel: Channel, platform: SlackSimulator
) -> None:
    request = posted(platform.asks_for_address("3eZbrw1aBm2rZ"))
    channel.verify(request)
    assert channel.read(request) == Webhook(answer="3eZbrw1aBm2rZ", media_type="text/plain")


def test_a_challenge_that_is_no_word_is_not_repeated(
    channel: Channel, platform: SlackSimulator
) -> None:
    assert channel.read(posted(platform.asks_for_address("<script>"))) == Webhook()


def test_a_text_names_its_chat_its_event_and_its_time(
    channel: Channel, platform: SlackSimulator
) -> None:
    (told,) = events_of(channel, platform.says("ana", "he wants *money* <now> & &lt; more"))
    assert told == Incoming(
        channel="slack",
        kind=Kind.TEXT,
        contact="T01:D0ana",
        event="event:Ev00000002",
        address={"channel": "D0ana"},
        text="he wants *money* <now> & &lt; more",
        position=NOW * 1_000_000 + 1,
        sent=NOW + 0.000001,
    )


def test_half_an_emoji_silences_nobody(channel: Channel, platform: SlackSimulator) -> None:
    (told,) = events_of(channel, platform.says("ana", "ay \ud83d"))
    assert told.text == "ay \ufffd"


def test_a_short_stamp_is_read_as_a_fraction(channel: Channel, platform: SlackSimulator) -> None:
    (told,) = events_of(channel, platform.delivers(platform.message("ana", text="x", ts="1700.5")))
    assert (told.position, told.sent) == (1_700_500_000, 1700.5)


@pytest.mark.parametrize("subtype", [None, "thread_broadcast", "me_message"])
def test_a_text_is_read_in_each_form_that_people_write(
    channel: Channel, platform: SlackSimulator, subtype: str | None
) -> None:
    (told,) = events_of(
        channel, platform.delivers(platform.message("ana", text="x", subtype=subtype))
    )
    assert (told.kind, told.text) == (Kind.TEXT, "x")


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("a &amp; b &lt;c&gt; &amp;lt;", "a & b <c> &lt;"),
        ("see <https://x.org/a_b?c=1&amp;d=2>", "see https://x.org/a_b?c=1&d=2"),
        ("see <https://x.org|x.org>", "see x.org"),
        ("<tel:+15550100|555 0100> <mailto:a@x.org|a@x.org>", "555 0100 a@x.org"),
        ("<tel:+15550100> <mailto:a@x.org>", "+15550100 a@x.org"),
        ("<@U123> and <@U123|ana> said", "@ and @ said"),
        ("<#C1|general> <#C1>", "#general #"),
        ("<!here> <!channel|@channel> <!subteam^S1>", "@here @channel @subteam"),
        ("<!subteam^S1|@staff>", "@staff"),
        ("<!date^1392734382^{date}|Feb 18>", "Feb 18"),
        ("5 < 6 > 4", "5  6  4"),  # Slack never sends this: it writes &lt; and &gt;
        ("", ""),
    ],
)
def test_slacks_markup_is_read_as_it_is_seen(written: str, seen: str) -> None:
    assert as_seen(written) == seen


@given(st.text())
def test_what_is_escaped_is_seen_as_it_was(text: str) -> None:
    assert as_seen(escaped(text)) == text


@pytest.mark.parametrize(
    ("media", "expected"),
    [
        (Media.IMAGE, Media.IMAGE),
        (Media.VOICE, Media.VOICE),
        (Media.FILE, Media.FILE),
        (Media.CONTACT, Media.FILE),
    ],
)
@pytest.mark.parametrize("caption", ["", "he is <blackmailing> me"])
def test_a_file_is_named_and_never_fetched(
    channel: Channel, platform: SlackSimulator, media: Media, expected: Media, caption: str
) -> None:
    (told,) = events_of(channel, platform.sends("ana", media, caption))
    assert (told.kind, told.text, told.media) == (Kind.TEXT, caption, expected)
    assert "never-fetched" not in str(vars(told))
    assert "kept-out" not in str(vars(told))
    assert platform.calls == []


@pytest.mark.parametrize(
    ("files", "media"),
    [
        ([{"mimetype": "audio/mp4"}, {"mimetype": "video/mp4"}], Media.IMAGE),
        ([{"mode": "tombstone"}, "?"], Media.FILE),
        ("?", Media.FILE),
    ],
)
def test_files_of_several_kinds_are_one_event(
    channel: Channel, platform: SlackSimulator, files: Any, media: Media
) -> None:
    message = platform.message("ana", subtype="file_share", files=files)
    (told,) = events_of(channel, platform.delivers(message))
    assert told.media is media


def test_a_change_by_a_person_is_an_edit(channel: Channel, platform: SlackSimulator) -> None:
    (told,) = events_of(channel, platform.edits("ana", "they want <money>"))
    assert (told.kind, told.text) == (Kind.EDIT, "they want <money>")
    assert told.address == {"channel": "D0ana"}


@pytest.mark.parametrize(
    "told",
    [{"event": {}}, {"event": 3}, {"event_id": None}, {"team_id": 3}, {"authorizations": [3]}],
)
def test_an_odd_request_is_read_as_far_as_it_goes(
    channel: Channel, platform: SlackSimulator, told: dict[str, Any]
) -> None:
    outer = {**json.loads(platform.says("ana", "hi").body), **told}
    assert len(events_of(channel, platform.posts(outer))) == (0 if "event" in told else 1)


@pytest.mark.parametrize("name", ["mentions", "writes_in"])
def test_what_others_read_along_is_not_read(
    channel: Channel, platform: SlackSimulator, name: str
) -> None:
    (told,) = events_of(channel, getattr(platform, name)("ana", "C0school", "he has my pictures"))
    assert (told.kind, told.text, told.contact) == (Kind.GROUP, "", "T01:C0school")
    assert told.address == {"channel": "C0school", "user": "U0ana"}


def no_event(platform: SlackSimulator) -> dict[str, Delivery]:
    """What no person did, or what is no word to us."""

    def delivered(**told: Any) -> Delivery:
        return platform.delivers(platform.message("ana", text="x", **told))

    def pressed(**told: Any) -> Delivery:
        payload = {**platform.who("ana"), "type": "block_actions", **told}
        return platform.interacts(payload)

    button = {"type": "button", "action_id": "choice-1", "value": "t", "action_ts": "1.1"}
    return {
        "our own message": platform.bot_says("ana", "x"),
        "our own message without a bot_id": delivered(user="U0BOT"),
        "another bot's": delivered(bot_id="B02"),
        "a preview": platform.unfurls("ana", "https://x.org"),
        "a change without a new text": platform.edits("ana", "same", "same"),
        "a change by nobody": platform.delivers(
            platform.change("ana", "before", "after", by_person=False)
        ),
        "a deletion": delivered(subtype="message_deleted"),
        "somebody joined": delivered(subtype="channel_join"),
        "our own change": platform.delivers(
            {
                **platform.message("ana", subtype="message_changed"),
                "message": {"user": "U0BOT", "text": "x", "edited": {"user": "U0BOT"}},
            }
        ),
        "a mention in private, which is a message too": delivered(type="app_mention"),
        "the home tab": platform.delivers({"type": "app_home_opened", "channel": "D0ana"}),
        "a reaction": platform.delivers({"type": "reaction_added", "item": {"channel": "D0ana"}}),
        "a rate limit": platform.posts({"type": "app_rate_limited", "team_id": "T01"}),
        "a slash command": platform.signed(b"command=%2Fhelp&text=x", "x"),
        "a check of the certificate": platform.signed(b"ssl_check=1", "x"),
        "nothing": platform.signed(b"", "x"),
        "a view": pressed(type="view_submission", view={}),
        "another block": pressed(actions=[{**button, "type": "static_select"}]),
        "a button that is not ours": pressed(actions=[{**button, "action_id": "other"}]),
        "a button without a value": pressed(actions=[{**button, "value": ""}]),
        "a button of no channel": pressed(actions=[button], channel=None),
        "no action": pressed(actions=[]),
    }


@pytest.mark.parametrize("name", no_event(PLATFORM))
def test_what_no_person_told_us_is_no_event(name: str) -> None:
    assert events_of(channel_of(PLATFORM), no_event(PLATFORM)[name]) == ()


def test_a_press_is_a_button_and_each_one_an_event(
    channel: Channel, platform: SlackSimulator
) -> None:
    delivery = platform.presses("ana", "Yes", "token-1")
    (told,) = events_of(channel, delivery)
    assert told == Incoming(
        channel="slack",
        kind=Kind.BUTTON,
        contact="T01:D0ana",
        event=f"action:T01:{NOW}.000001:choice-1",
        address={"channel": "D0ana"},
        button="token-1",
        position=NOW * 1_000_000 + 1,
        sent=NOW + 0.000001,
    )
    assert events_of(channel, delivery) == (told,)
    (again,) = events_of(channel, platform.presses("ana", "Yes", "token-1"))
    assert again.event != told.event


def test_a_press_where_others_read_along_is_answered_for_one_alone(
    channel: Channel, platform: SlackSimulator
) -> None:
    action = {"type": "button", "action_id": "choice-1", "value": "t", "action_ts": "1.1"}
    payload = {**platform.who("ana"), "channel": {"id": "C0school"}, "actions": [action]}
    (told,) = events_of(channel, platform.interacts({**payload, "type": "block_actions"}))
    assert (told.kind, told.button) == (Kind.GROUP, "")
    assert told.address == {"channel": "C0school", "user": "U0ana"}


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b'{"a":' * 100_000, b"payload=no", b"payload=%5B%5D", b"\xff\xfe", b"&" * 99],
)
def test_what_is_neither_event_nor_form_is_unreadable_or_nothing(
    channel: Channel, body: bytes
) -> None:
    try:
        assert channel.read(bare(body)) == Webhook()
    except Unreadable as error:
        assert error.__suppress_context__


NAMES = st.sampled_from(
    [
        "type",
        "challenge",
        "team_id",
        "event_id",
        "event",
        "subtype",
        "channel",
        "channel_type",
        "user",
        "text",
        "ts",
        "files",
        "message",
        "previous_message",
        "edited",
        "bot_id",
        "team",
        "actions",
        "action_id",
        "action_ts",
        "value",
        "id",
        "mimetype",
        "authorizations",
    ]
)
VALUES = st.sampled_from(
    [
        "event_callback",
        "message",
        "app_mention",
        "message_changed",
        "im",
        "D1",
        "1.1",
        "button",
        "block_actions",
        "choice-1",
        "\ud800",
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=8),
    max_leaves=20,
)


@given(event=ANYTHING, whole=ANYTHING, raw=st.binary())
def test_read_ends_in_a_webhook_or_in_unreadable(event: Any, whole: Any, raw: bytes) -> None:
    bodies = [raw]
    for told in ({"type": "event_callback", "event": event}, {"type": "block_actions"}, whole):
        written = json.dumps(told)
        bodies += [written.encode(), urlencode({"payload": written}).encode()]
    for body in bodies:
        try:
            assert isinstance(channel_of(PLATFORM).read(bare(body)), Webhook)
        except Unreadable:
            continue


def test_no_text_stands_in_a_repr(channel: Channel, platform: SlackSimulator) -> None:
    request = posted(platform.says("ana", "they want money"))
    assert "money" not in repr(request)
    assert "money" not in repr(channel.read(request).events)
    assert platform.bot_token not in repr(vars(channel).values())


# write


def test_a_text_is_not_formatted_and_its_links_can_be_followed(channel: Channel) -> None:
    text = "*A* _b_ <c> & `d`\nhttps://x.org/a_b?c=1&d=2\n(see http://y.org/e.)"
    (piece,) = channel.write("slack", [Bubble(text)])
    (block,) = piece["blocks"]
    assert block == {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "*A* _b_ <c> & `d`\n"},
                    {"type": "link", "url": "https://x.org/a_b?c=1&d=2"},
                    {"type": "text", "text": "\n(see "},
                    {"type": "link", "url": "http://y.org/e"},
                    {"type": "text", "text": ".)"},
                ],
            }
        ],
    }
    assert as_seen(piece["text"]) == text
    assert (piece["unfurl_links"], piece["unfurl_media"], piece["mrkdwn"]) == (False, False, False)


@given(st.text(alphabet="ab ./:hpts<>&*\n", min_size=1))
def test_nothing_of_a_text_is_lost_between_its_links(text: str) -> None:
    (piece,) = channel_of(PLATFORM).write("slack", [Bubble(text)])
    (section,) = piece["blocks"][0]["elements"]
    assert "".join(part.get("text") or part["url"] for part in section["elements"]) == text


def test_choices_are_buttons_within_the_limits(channel: Channel) -> None:
    style = channel.styles["slack"]
    assert (style.characters, style.characters_with_buttons) == (3000, 3000)
    assert (style.buttons, style.label) == (25, 75)
    (piece,) = channel.write("slack", [Bubble("Which?", CHOICES[:2])])
    assert piece["blocks"][1] == {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "text": {"type": "plain_text", "text": choice.shown, "emoji": False},
                "action_id": f"choice-{choice.number}",
                "value": choice.token,
            }
            for choice in CHOICES[:2]
        ],
    }


# send


def test_what_is_sent_is_shown_with_its_choices(served: Served) -> None:
    full = tuple(Choice(n, "l" * 75, "l" * 75, "t" * 2000) for n in range(25))
    served.send(Bubble("one & https://x.org <two>"))
    served.send(Bubble("two", CHOICES))
    served.send(Bubble("x" * 3000, full))
    one, two, three = served.platform.seen_by("ana")
    assert (one.text, one.choices) == ("one & https://x.org <two>", ())
    assert (two.text, two.choices[-1]) == ("two", ("Label 25", "token-25"))
    assert len(three.choices) == 25
    assert served.platform.calls == ["/api/chat.postMessage"] * 3


def test_among_others_one_alone_sees_it(served: Served) -> None:
    served.send(Bubble("Write to me"), {"channel": "C0school", "user": "U0ana"})
    assert [shown.text for shown in served.platform.seen_by("ana")] == ["Write to me"]
    assert served.platform.calls == ["/api/chat.postEphemeral"]


def web_error(code: Any, status: int = 200, **headers: str) -> Answer:
    body = json.dumps({"ok": False, "error": code, "needed": "secret"}).encode()
    return Answer(status, body, headers)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        *(
            (web_error(code), Over())
            for code in (
                "channel_not_found",
                "is_archived",
                "user_not_found",
                "user_is_restricted",
                "cannot_dm_bot",
                "messages_tab_disabled",
                "user_not_in_channel",
            )
        ),
        *(
            (web_error(code), Refused(f"slack {code}"))
            for code in (
                "invalid_auth",
                "token_revoked",
                "account_inactive",
                "missing_scope",
                "invalid_blocks",
            )
        ),
        (web_error("invalid_auth", 403), Refused("slack invalid_auth")),
        *(
            (web_error(code), TryAgain())
            for code in (
                "internal_error",
                "fatal_error",
                "service_unavailable",
                "request_timeout",
                "ratelimited",
                "team_added_to_org",
            )
        ),
        (web_error("too_fast", 429, **{"retry-after": "30"}), TryAgain(30.0)),
        (web_error("ratelimited", **{"Retry-After": "7"}), TryAgain(7.0)),
        (Answer(429, b"", {"Retry-After": "soon"}), TryAgain()),
        (web_error("invalid_auth", 502), TryAgain()),
        (web_error("Not a code: secret"), TryAgain()),
        (web_error(None), TryAgain()),
        (Answer(200, b"<html>secret"), TryAgain()),
        (Answer(200, b"[1]"), TryAgain()),
        (Answer(200, b"3"), TryAgain()),
        (Answer(200, b"null"), TryAgain()),
        (Answer(200, b"{}"), TryAgain()),
        (Answer(200, b"\xff\xfe"), TryAgain()),
        (Answer(500, b"\xff\xfe"), TryAgain()),
        (Answer(200, b"x", {"content-type": "text/plain; charset=martian"}), TryAgain()),
        (Answer(200, b"x", {"content-type": "application/gzip"}), TryAgain()),
        (Answer(404, b""), TryAgain()),
        (Answer(503, b"oops"), TryAgain()),
        (Answer(dropped=True), TryAgain()),
        (Answer(delay=0.6), TryAgain()),
    ],
)
def test_what_the_api_answers_becomes_what_it_means(
    served: Served, fault: Answer, expected: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    served.platform.faults.append(fault)
    with caplog.at_level(logging.DEBUG), pytest.raises(type(expected)) as raised:
        served.send(Bubble("they want money"))
    assert raised.value.args == expected.args
    assert raised.value.__context__ is None
    assert caplog.text == ""
    assert served.platform.seen_by("ana") == []
    assert len(served.platform.calls) == 1


def test_what_does_not_fit_is_refused_by_the_api(served: Served) -> None:
    with pytest.raises(Refused, match="slack invalid_blocks"):
        served.send(Bubble("x", (*CHOICES, Choice(26, "x", "x", "t"))))
    with pytest.raises(Refused, match="slack invalid_blocks"):
        served.send(Bubble("x", (Choice(1, "x" * 76, "x" * 76, "t"),)))


def test_a_wrong_token_is_staffs_to_mend(served: Served) -> None:
    channel = Slack("xoxb-wrong", "secret", served.api)
    (piece,) = channel.write("slack", [Bubble("x")])
    with pytest.raises(Refused, match="slack invalid_auth"):
        channel.send("slack", DM, piece)


def test_a_closed_chat_is_over(served: Served) -> None:
    served.platform.closed["D0ana"] = "messages_tab_disabled"
    with pytest.raises(Over):
        served.send(Bubble("x"))


def test_without_a_server_it_is_tried_again_and_nothing_is_logged(
    channel: Channel, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    (piece,) = channel.write("slack", [Bubble("they want money")])
    with caplog.at_level(logging.DEBUG), pytest.raises(TryAgain):
        channel.send("slack", DM, piece)
    assert caplog.text == ""
    assert capfd.readouterr() == ("", "")
