"""SMS and WhatsApp through Twilio: proven, read, written within the limits, sent and understood."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from bot.channels.channel import (
    Channel,
    Forged,
    Over,
    Refused,
    SendProblem,
    TryAgain,
    Unreadable,
    WebhookRequest,
)
from bot.channels.incoming import Incoming, Kind, Media
from bot.channels.simulator.platform import Answer, Delivery
from bot.channels.simulator.twilio import TwilioPlatform
from bot.channels.twilio import Twilio
from bot.channels.twilio.lists import template
from bot.channels.twilio.segments import segments
from bot.channels.wording import Bubble, Choice
from tests.channels.forging.twilio import forgeries

ACCOUNT, TOKEN = "AC" + "1" * 32, "a" * 32
WEBHOOK = "https://help.example/webhooks/twilio"
SMS, WHATSAPP = "+15550100001", "whatsapp:+15550100001"
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response />'
LISTS = {items: f"HX{items:032x}" for items in range(1, 11)}
PLATFORM = TwilioPlatform(ACCOUNT, TOKEN, WEBHOOK)
TWILIO = Twilio(ACCOUNT, TOKEN, WEBHOOK)


def asked(delivery: Delivery, method: str = "POST") -> WebhookRequest:
    return WebhookRequest(method, tuple(delivery.headers.items()), {}, delivery.body)


def only(delivery: Delivery) -> Incoming:
    request = asked(delivery)
    TWILIO.verify(request)
    told = TWILIO.read(request)
    assert (told.answer, told.media_type) == (EMPTY, "text/xml")
    assert len(told.events) == 1
    return told.events[0]


def choices(*labels: str, numbered: bool = False) -> tuple[Choice, ...]:
    return tuple(
        Choice(number, label, str(number) if numbered else label, f"token-{number}")
        for number, label in enumerate(labels, start=1)
    )


# Proving.


def test_it_is_a_channel() -> None:
    channel: Channel = TWILIO
    assert channel.name == "twilio"
    assert set(channel.styles) == {"sms", "whatsapp"}


@pytest.mark.parametrize(
    "delivery",
    [
        PLATFORM.says(SMS, "hello"),
        PLATFORM.says(SMS, ""),
        PLATFORM.says(WHATSAPP, "¿Qué hago? 🙂 + & = %"),
        PLATFORM.presses(WHATSAPP, "Yes", "token"),
        PLATFORM.sends(SMS, Media.IMAGE),
        PLATFORM.reports(SMS),
    ],
)
def test_a_delivery_of_twilio_is_taken(delivery: Delivery) -> None:
    TWILIO.verify(asked(delivery))


@pytest.mark.parametrize("name", sorted(forgeries(PLATFORM)))
def test_a_forgery_is_refused(name: str) -> None:
    headers, body = forgeries(PLATFORM)[name]
    with pytest.raises(Forged):
        TWILIO.verify(WebhookRequest("POST", tuple(headers), {}, body))


def test_a_field_that_comes_twice_is_signed_as_the_vendor_signs_it() -> None:
    body = b"From=%2B1555&Body=b&Body=a"
    signature = RequestValidator(TOKEN).compute_signature(
        WEBHOOK, {"From": "+1555", "Body": "aBodyb"}
    )
    TWILIO.verify(WebhookRequest("POST", (("x-twilio-signature", signature),), {}, body))


@pytest.mark.parametrize("address", ["https://help.example:443/webhooks/twilio", WEBHOOK])
def test_the_port_of_https_may_be_in_the_signed_address(address: str) -> None:
    delivery = TwilioPlatform(ACCOUNT, TOKEN, address).says(SMS, "hello")
    TWILIO.verify(asked(delivery))


def test_no_header_says_which_address_was_signed() -> None:
    delivery = TwilioPlatform(ACCOUNT, TOKEN, "https://evil.example/webhooks/twilio").says(SMS, "x")
    said = (("host", "evil.example"), ("x-forwarded-host", "evil.example"))
    with pytest.raises(Forged):
        TWILIO.verify(WebhookRequest("POST", (*delivery.headers.items(), *said), {}, delivery.body))


def test_a_get_is_refused_though_its_signature_is_right() -> None:
    signature = RequestValidator(TOKEN).compute_signature(WEBHOOK, {})
    headers = (("x-twilio-signature", signature),)
    with pytest.raises(Forged):
        TWILIO.verify(WebhookRequest("GET", headers, {}, b""))


@pytest.mark.parametrize(("token", "webhook"), [("", WEBHOOK), (TOKEN, "")])
def test_without_a_secret_or_an_address_everything_is_refused(token: str, webhook: str) -> None:
    request = asked(TwilioPlatform(ACCOUNT, token, webhook).says(SMS, "hello"))
    with pytest.raises(Forged):
        Twilio(ACCOUNT, token, webhook).verify(request)


@given(st.binary(max_size=200), st.text(max_size=40))
def test_nothing_but_forged_comes_out_of_verify(body: bytes, signature: str) -> None:
    with pytest.raises(Forged):
        TWILIO.verify(WebhookRequest("POST", (("x-twilio-signature", signature),), {}, body))


# Reading.


def test_a_text_by_sms_is_read() -> None:
    event = only(PLATFORM.says(SMS, "  he wants money  "))
    assert event == Incoming(
        channel="sms",
        kind=Kind.TEXT,
        contact=SMS,
        event=event.event,
        address={"to": SMS, "from": PLATFORM.sms_number},
        text="  he wants money  ",
        country="US",
    )
    assert event.event.startswith("SM")


def test_a_text_by_whatsapp_is_read_without_country() -> None:
    event = only(PLATFORM.says(WHATSAPP, "hola"))
    assert (event.channel, event.contact, event.country) == ("whatsapp", WHATSAPP, None)
    assert event.address == {"to": WHATSAPP, "from": PLATFORM.whatsapp_number}


def test_a_person_who_hides_the_number_on_whatsapp_is_answered_too() -> None:
    event = only(PLATFORM.says("whatsapp:US.ABC123XYZ", "help me"))
    assert event.address["to"] == "whatsapp:US.ABC123XYZ"


def test_a_retry_is_the_same_event_and_another_message_is_not() -> None:
    first, second = PLATFORM.says(SMS, "hello"), PLATFORM.says(SMS, "hello")
    assert only(first) == only(first)
    assert only(first).event != only(second).event


@pytest.mark.parametrize("delivered", [PLATFORM.presses, PLATFORM.quick_reply])
def test_a_button_of_whatsapp_is_read_by_its_token(delivered: Any) -> None:
    event = only(delivered(WHATSAPP, "A label that somebody could forge", "token-7"))
    assert (event.kind, event.button, event.text) == (Kind.BUTTON, "token-7", "")


def test_there_are_no_buttons_by_sms() -> None:
    event = only(PLATFORM.signed(form(PLATFORM.says(SMS, "2"), ButtonPayload="x", ListId="y")))
    assert (event.kind, event.text) == (Kind.TEXT, "2")


@pytest.mark.parametrize(
    ("contact", "media"),
    [(WHATSAPP, media) for media in Media]
    + [(SMS, media) for media in Media if media is not Media.STICKER],
)
@pytest.mark.parametrize("caption", ["", "he is blackmailing me"])
def test_what_is_sent_is_named_and_its_caption_read(
    contact: str, caption: str, media: Media
) -> None:
    event = only(PLATFORM.sends(contact, media, caption))
    assert (event.kind, event.text, event.media) == (Kind.TEXT, caption, media)


@pytest.mark.parametrize(
    ("content_type", "media"),
    [
        ("video/mp4", Media.IMAGE),
        ("IMAGE/PNG; charset=binary", Media.IMAGE),
        ("audio/ogg; codecs=opus", Media.VOICE),
        ("text/x-vcard", Media.CONTACT),
        ("text/plain", Media.FILE),
        ("nonsense", Media.FILE),
        ("", Media.FILE),
    ],
)
def test_media_are_named_by_their_type(content_type: str, media: Media) -> None:
    fields = form(PLATFORM.sends(WHATSAPP, Media.FILE), MediaContentType0=content_type)
    assert only(PLATFORM.signed({**fields, "MessageType": ""})).media is media


def test_a_message_that_has_no_field_here_is_not_passed_over() -> None:
    assert only(PLATFORM.says(WHATSAPP, "")).media is Media.FILE


def test_addresses_of_media_places_and_names_are_not_read() -> None:
    for media in Media:
        event = only(PLATFORM.sends(WHATSAPP, media, "caption"))
        everything = repr((event, dict(event.address), event.text, event.button))
        for canary in ("Media/ME1", "48.858", "2.292", "A street", "A. Parent", "http"):
            assert canary not in everything


def test_no_repr_holds_what_a_person_wrote() -> None:
    request = asked(PLATFORM.says(SMS, "canary"))
    assert "canary" not in repr(request) + repr(TWILIO.read(request))


@pytest.mark.parametrize(
    "word", ["STOP", "stop", " Stop\n", "STOPALL", "unsubscribe", "CANCEL", "End", "QUIT"]
)
def test_who_opts_out_by_sms_has_left(word: str) -> None:
    assert only(PLATFORM.stops(SMS, word)).kind is Kind.LEFT


def test_twilio_says_who_opted_out_with_words_of_an_account() -> None:
    assert only(PLATFORM.stops(SMS, "BASTA", advanced=True)).kind is Kind.LEFT
    assert only(PLATFORM.stops(WHATSAPP, "BASTA", advanced=True)).kind is Kind.LEFT


@pytest.mark.parametrize(
    ("contact", "text"),
    [
        (SMS, "please stop him"),
        (SMS, "STOP!"),
        (SMS, "HELP"),
        (SMS, "info"),
        (SMS, "YES"),
        (SMS, "start"),
        (WHATSAPP, "STOP"),
        (WHATSAPP, "end"),
        (WHATSAPP, "help"),
    ],
)
def test_a_word_that_twilio_did_not_answer_is_a_text(contact: str, text: str) -> None:
    event = only(PLATFORM.says(contact, text))
    assert (event.kind, event.text) == (Kind.TEXT, text)


@pytest.mark.parametrize(
    "delivery",
    [
        PLATFORM.asks_help(SMS, advanced=True),
        PLATFORM.starts(SMS, "YES", advanced=True),
        PLATFORM.reports(SMS, "sent"),
        PLATFORM.reports(SMS, "undelivered"),
        PLATFORM.reports(WHATSAPP, "read"),
    ],
)
def test_what_twilio_answered_or_nobody_did_is_no_event(delivery: Delivery) -> None:
    request = asked(delivery)
    TWILIO.verify(request)
    told = TWILIO.read(request)
    assert (told.events, told.answer, told.media_type) == ((), EMPTY, "text/xml")


@pytest.mark.parametrize(
    "changed",
    [
        {"AccountSid": "AC" + "2" * 32},
        {"AccountSid": None},
        {"MessageSid": None},
        {"MessageSid": ""},
        {"MessageSid": "a b"},
        {"From": None},
        {"From": "24273"},
        {"From": "ANNOUNCER"},
        {"From": "messenger:12345"},
        {"From": "whatsapp:"},
        {"To": ""},
    ],
)
def test_a_form_that_cannot_be_answered_is_unreadable(changed: Mapping[str, str | None]) -> None:
    fields = form(PLATFORM.says(SMS, "canary"))
    kept = {name: value for name, value in {**fields, **changed}.items() if value is not None}
    request = asked(PLATFORM.signed(kept))
    TWILIO.verify(request)
    with pytest.raises(Unreadable) as caught:
        TWILIO.read(request)
    assert "canary" not in repr(caught.value)


def test_a_field_that_comes_twice_is_unreadable() -> None:
    delivery = PLATFORM.says(SMS, "hello")
    request = WebhookRequest("POST", (), {}, delivery.body + b"&Body=hello")
    with pytest.raises(Unreadable):
        TWILIO.read(request)


def test_a_country_that_is_no_code_is_not_taken() -> None:
    for country in ("USA", "", "1A", "us"):
        event = only(PLATFORM.signed(form(PLATFORM.says(SMS, "x"), FromCountry=country)))
        assert event.country == ("US" if country == "us" else None)


WORDS = """AccountSid MessageSid From To Body NumMedia MediaContentType0 ListId ButtonPayload
OptOutType FromCountry MessageStatus SmsStatus Latitude MessageType"""
NAMES = st.sampled_from(WORDS.split())
VALUES = st.sampled_from([ACCOUNT, "SM1", SMS, WHATSAPP, "STOP", "received", ""]) | st.text()


@given(st.lists(st.tuples(NAMES, VALUES)).map(lambda fields: urlencode(fields).encode()))
def test_nothing_but_unreadable_comes_out_of_read(body: bytes) -> None:
    read_or_unreadable(body)


@given(st.binary())
def test_nothing_but_unreadable_comes_out_of_bytes(body: bytes) -> None:
    read_or_unreadable(body)
    read_or_unreadable(PLATFORM.says(SMS, "x").body + b"&" + body)


def read_or_unreadable(body: bytes) -> None:
    try:
        told = TWILIO.read(WebhookRequest("POST", (), {}, body))
    except Unreadable as error:
        assert error.__cause__ is None
        return
    assert all(isinstance(event, Incoming) for event in told.events)


def form(delivery: Delivery, **changed: str) -> dict[str, str]:
    return {**dict(parse_qsl(delivery.body.decode(), keep_blank_values=True)), **changed}


# Writing.


def test_an_sms_is_plain_and_its_bubble_has_ten_parts_at_most() -> None:
    room = TWILIO.styles["sms"].characters
    assert segments("á" * room).count <= 10
    assert segments("a" * room).count <= 5
    assert TWILIO.write("sms", [Bubble("Don’t pay…")]) == [{"body": "Don't pay..."}]


def test_a_text_is_never_too_long_for_the_api() -> None:
    written = TWILIO.write("sms", [Bubble("…" * 1600)]) + TWILIO.write(
        "whatsapp", [Bubble("*a* " * 400)]
    )
    assert [len(piece["body"]) for piece in written] == [1600, 1600]


def test_whatsapp_has_buttons_where_there_are_lists() -> None:
    assert (TWILIO.styles["whatsapp"].buttons, TWILIO.styles["whatsapp"].label) == (0, 0)
    style = Twilio(ACCOUNT, TOKEN, WEBHOOK, LISTS).styles["whatsapp"]
    assert (style.buttons, style.label, style.characters_with_buttons) == (10, 24, 1024)


def test_choices_are_a_list_with_the_number_that_may_be_typed() -> None:
    bubble = Bubble("Did you pay?", choices("Yes", "No"), "Choose")
    assert Twilio(ACCOUNT, TOKEN, WEBHOOK, LISTS).write("whatsapp", [bubble]) == [
        {
            "content": LISTS[2],
            "variables": {
                "1": "Did you pay?",
                "2": "Choose",
                **{"3": "Yes", "4": "token-1", "5": "1"},
                **{"6": "No", "7": "token-2", "8": "2"},
            },
        }
    ]


def test_a_numbered_choice_has_its_label_as_the_smaller_line() -> None:
    bubble = Bubble("1. " + "long " * 20, choices("long " * 20, numbered=True), "Choose")
    piece = Twilio(ACCOUNT, TOKEN, WEBHOOK, LISTS).write("whatsapp", [bubble])[0]
    assert piece["variables"]["3"] == "1"
    assert piece["variables"]["5"].startswith("long long")
    assert len(piece["variables"]["5"]) <= 72


def test_choices_without_a_template_of_their_number_are_lines() -> None:
    channel = Twilio(ACCOUNT, TOKEN, WEBHOOK, {2: LISTS[2], 4: LISTS[4]})
    three = choices("Yes", "No", "Skip")
    assert channel.styles["whatsapp"].buttons == 4
    assert channel.write("whatsapp", [Bubble("Paid?", three, "Choose")]) == [
        {"body": "Paid?\n\nChoose\n1. Yes\n2. No\n3. Skip"}
    ]
    numbered = Bubble("Paid?\n\n1. Yes", choices("Yes", numbered=True))
    assert channel.write("whatsapp", [numbered]) == [{"body": "Paid?\n\n1. Yes"}]


@pytest.mark.parametrize("text", ["", "t" * 1024, "*x* " * 256])
def test_a_full_list_is_within_every_limit(served: TwilioPlatform, text: str) -> None:
    channel = connected(served, lists=served_lists(served))
    labels = [f"{number:02}" + "w" * 22 for number in range(10)]
    bubble = Bubble(text, tuple(c for c in choices(*labels)), "Choose one of these now")
    (piece,) = channel.write("whatsapp", [bubble])
    channel.send("whatsapp", {"to": WHATSAPP, "from": served.whatsapp_number}, piece)
    assert [label for label, _ in served.seen_by(WHATSAPP)[0].choices] == labels


@pytest.mark.parametrize(
    ("text", "formatted"),
    [
        ("*bold* and _quiet_", True),
        ("~gone~", True),
        ("```code```", True),
        ("2 * 3 * 4", False),
        ("snake_case_name", False),
        ("call *67", False),
        ("https://x.example/_a_b_?c=*d*", False),
        ("<b> & co", False),
    ],
)
def test_nothing_is_formatted_by_whatsapp(text: str, formatted: bool) -> None:
    (piece,) = TWILIO.write("whatsapp", [Bubble(text)])
    assert piece["body"].replace("\u200b", "") == text
    assert (piece["body"] != text) is formatted


# Sending.


@pytest.fixture(scope="module")
def server() -> Iterator[TwilioPlatform]:
    """Served once for all tests: closing it takes half a second."""
    platform = TwilioPlatform(ACCOUNT, TOKEN, WEBHOOK)
    with platform.serving() as address:
        platform.address = address  # type: ignore[attr-defined]
        yield platform


@pytest.fixture
def served(server: TwilioPlatform) -> TwilioPlatform:
    """The server as if nothing had happened yet."""
    for kept in (server.shown, server.faults, server.calls, server.contents.known):
        kept.clear()
    server.unsubscribed.clear()
    server.closed.clear()
    server.redaction = False
    return server


def connected(platform: TwilioPlatform, token: str = TOKEN, **more: Any) -> Twilio:
    here: str = platform.address  # type: ignore[attr-defined]
    more = {"api": here, "content_api": here, "connect_seconds": 0.3, "read_seconds": 0.3, **more}
    return Twilio(ACCOUNT, token, WEBHOOK, **more)


def served_lists(platform: TwilioPlatform) -> dict[int, str]:
    return connected(platform).create_lists()


def sent(platform: TwilioPlatform, contact: str = SMS, text: str = "hello", **more: Any) -> None:
    channel = connected(platform, **more)
    event = TWILIO.read(asked(platform.says(contact, "x"))).events[0]
    (piece,) = channel.write(event.channel, [Bubble(text)])
    channel.send(event.channel, event.address, piece)


@pytest.mark.parametrize("contact", [SMS, WHATSAPP, "whatsapp:US.ABC123XYZ"])
def test_an_answer_is_shown_to_whom_wrote(served: TwilioPlatform, contact: str) -> None:
    sent(served, contact, "You are not alone + 100 % & ¿más?")
    assert [each.text for each in served.seen_by(contact)] == ["You are not alone + 100 % & ¿más?"]
    assert served.calls == [f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"]


def test_a_list_is_shown_and_a_tap_sends_its_token(served: TwilioPlatform) -> None:
    channel = connected(served, lists=served_lists(served))
    bubble = Bubble("People's\n\nchoice?", choices("Yes", "No"), "Choose")
    (piece,) = channel.write("whatsapp", [bubble])
    channel.send("whatsapp", {"to": WHATSAPP, "from": served.whatsapp_number}, piece)
    (shown,) = served.seen_by(WHATSAPP)
    assert shown.text == "People's\n\nchoice?"
    assert shown.choices == (("Yes", "token-1"), ("No", "token-2"))
    assert only(served.presses(WHATSAPP, *shown.choices[1])).button == "token-2"


def test_lists_are_made_once(served: TwilioPlatform) -> None:
    first = served_lists(served)
    assert list(first) == list(range(1, 11))
    assert len(served.contents.known) == 10
    del served.contents.known[first[10]]
    again = served_lists(served)
    assert {**again, 10: ""} == {**first, 10: ""}
    assert len(served.contents.known) == 10


def test_a_template_has_a_sample_for_every_variable() -> None:
    made = template(10)
    used = json.dumps(made["types"])
    assert all(f"{{{{{name}}}}}" in used for name in made["variables"])
    assert used.count("{{") == len(made["variables"]) == 32


def test_texts_are_not_kept_where_the_account_may_ask_for_it(served: TwilioPlatform) -> None:
    with pytest.raises(Refused, match=r"^twilio 30029$"):
        sent(served, discard=True)
    served.redaction = True
    sent(served, discard=True)
    assert len(served.shown) == 1


def error(status: int, code: Any, **headers: str) -> Answer:
    body = json.dumps({"code": code, "message": f"canary {SMS}", "status": status}).encode()
    return Answer(status, body, headers)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (error(429, 20429), TryAgain(None)),
        (error(429, 20429, **{"retry-after": "7"}), TryAgain(7.0)),
        (error(429, 20429, **{"retry-after": "Fri, 27 Nov 2026 08:00:00 GMT"}), TryAgain(None)),
        (error(429, 20429, **{"retry-after": "9" * 400}), TryAgain(3600.0)),
        (error(400, 21611), TryAgain(None)),
        (error(500, 20500), TryAgain(None)),
        (Answer(503, b"<html>", {"content-type": "text/html"}), TryAgain(None)),
        (Answer(201, b"<html>"), TryAgain(None)),
        (Answer(201, b"[]"), TryAgain(None)),
        (Answer(201, b""), TryAgain(None)),
        (Answer(201, b"\xff{}"), TryAgain(None)),
        (Answer(201, b'{"date_created": 5}'), TryAgain(None)),
        (Answer(dropped=True), TryAgain(None)),
        (Answer(201, delay=0.5), TryAgain(None)),
        (error(400, 21610), Over()),
        (error(400, 63016), Over()),
        (error(400, 21211), Over()),
        (error(400, 21614), Over()),
        (error(400, 63014), Over()),
        (error(400, 21408), Refused("twilio 21408")),
        (error(401, 20003), Refused("twilio 20003")),
        (error(400, f"canary {SMS}"), Refused("twilio 400")),
        (Answer(404, b"<html>"), Refused("twilio 404")),
        (Answer(307, b"", {"location": "https://evil.example/"}), Refused("twilio 307")),
    ],
)
def test_an_outcome_is_understood(
    served: TwilioPlatform, answer: Answer, problem: SendProblem
) -> None:
    served.faults.append(answer)
    with pytest.raises(SendProblem) as caught:
        sent(served)
    assert (type(caught.value), caught.value.args) == (type(problem), problem.args)
    assert len(served.calls) == 1  # nothing is tried again by the library
    assert served.shown == []


@pytest.mark.parametrize(
    ("prepare", "problem"),
    [
        (lambda platform: platform.stops(SMS), Over),
        (lambda platform: platform.closed.add(SMS), Over),
    ],
)
def test_who_left_is_over_until_the_return(
    served: TwilioPlatform, prepare: Any, problem: type[SendProblem]
) -> None:
    prepare(served)
    with pytest.raises(problem):
        sent(served)
    served.starts(SMS)
    served.closed.clear()
    sent(served)
    assert len(served.shown) == 1


def test_another_token_is_refused_and_shown_nowhere(served: TwilioPlatform) -> None:
    with pytest.raises(Refused) as caught:
        sent(served, token="c" * 32)
    assert repr(caught.value) == "Refused('twilio 20003')"
    with pytest.raises(Refused, match=r"^twilio 20003$"):
        connected(served, token="c" * 32).create_lists()


def test_a_text_that_is_too_long_is_refused_by_the_api(served: TwilioPlatform) -> None:
    channel = connected(served)
    with pytest.raises(Refused, match=r"^twilio 21617$"):
        channel.send("sms", {"to": SMS, "from": served.sms_number}, {"body": "x" * 1601})


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        here = f"http://127.0.0.1:{free.getsockname()[1]}"
    channel = Twilio(ACCOUNT, TOKEN, WEBHOOK, api=here, content_api=here, connect_seconds=0.3)
    with pytest.raises(TryAgain):
        channel.send("sms", {"to": SMS, "from": "+15550100100"}, {"body": "x"})


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'{"contents": 5, "meta": {"key": "contents"}}', b'{"meta": 5}']
)
def test_templates_that_cannot_be_read_are_tried_again(served: TwilioPlatform, body: bytes) -> None:
    served.faults.append(Answer(200, body))
    with pytest.raises(TryAgain):
        connected(served).create_lists()


def test_a_page_of_templates_leads_to_no_other_host(served: TwilioPlatform) -> None:
    meta = {"key": "contents", "next_page_url": "https://content.twilio.com.evil.example/v1"}
    served.faults.append(Answer(200, json.dumps({"contents": [], "meta": meta}).encode()))
    with pytest.raises(Refused, match=r"^twilio address$"):
        connected(served).create_lists()


def test_the_environment_changes_no_host_and_no_account(
    served: TwilioPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "TWILIO_REGION": "au1",
        "TWILIO_EDGE": "sydney",
        "TWILIO_ACCOUNT_SID": "AC" + "9" * 32,
        "HTTP_PROXY": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, value)
    sent(served)
    assert len(served.shown) == 1


def test_nothing_is_logged(served: TwilioPlatform, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    sent(served, text="canary")
    served.faults.append(error(400, 21610))
    with pytest.raises(Over):
        sent(served, text="canary")
    assert not any(secret in caplog.text for secret in ("canary", SMS, TOKEN))
