"""Twilio as its pages describe it: signed webhooks and the Messages API.

https://www.twilio.com/docs/messaging/guides/webhook-request
https://www.twilio.com/docs/messaging/api/message-resource
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from itertools import count
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from bot.channels.incoming import Media
from bot.channels.simulator.platform import Answer, Delivery, Platform
from bot.channels.simulator.twilio.contents import Contents, Refusal
from bot.channels.twilio.segments import segments

_PREFIX = "whatsapp:"
_TYPES = {
    Media.IMAGE: "image/jpeg",
    Media.VOICE: "audio/ogg",
    Media.STICKER: "image/webp",
    Media.CONTACT: "text/vcard",
    Media.FILE: "application/pdf",
}
_MESSAGE_TYPES = {
    Media.IMAGE: "image",
    Media.VOICE: "audio",
    Media.STICKER: "sticker",
    Media.CONTACT: "contacts",
    Media.FILE: "document",
    Media.LOCATION: "location",
}
_TO = re.compile(r"(whatsapp:)?\+[1-9][0-9]{6,14}|whatsapp:[A-Z]{2}\.[A-Za-z0-9.]{1,128}")


class TwilioPlatform(Platform):
    """One account with a number for SMS and one for WhatsApp.

    `unsubscribed` answered STOP, for `closed` the 24 hours are over; `redaction` says whether the
    account may ask for texts not to be kept.
    """

    name = "twilio"
    sms_number = "+15550100100"
    whatsapp_number = "whatsapp:+15550100200"
    api_version = "2010-04-01"

    def __init__(self, account: str, auth_token: str, webhook: str) -> None:
        super().__init__()
        self.account = account
        self.webhook = webhook
        self.unsubscribed: set[str] = set()
        self.closed: set[str] = set()
        self.redaction = False
        self.contents = Contents(account)
        self.auth_token = auth_token
        self._validator = RequestValidator(auth_token)
        self._numbers = count(1)

    # What people do.

    def says(self, contact: str, text: str) -> Delivery:
        return self.signed(self._message(contact, text))

    def presses(self, contact: str, label: str, token: str) -> Delivery:
        """An item of a list on WhatsApp; by SMS, where nothing can be pressed, it is typed."""
        if not contact.startswith(_PREFIX):
            return self.says(contact, label)
        pressed = {"ListId": token, "ListTitle": label, "MessageType": "interactive"}
        return self.signed({**self._message(contact, label), **pressed})

    def quick_reply(self, contact: str, label: str, token: str) -> Delivery:
        """A button of a message on WhatsApp."""
        pressed = {"ButtonPayload": token, "ButtonText": label, "MessageType": "interactive"}
        return self.signed({**self._message(contact, label), **pressed})

    def sends(self, contact: str, media: Media, caption: str = "") -> Delivery:
        fields = self._message(contact, caption)
        if contact.startswith(_PREFIX):
            fields["MessageType"] = _MESSAGE_TYPES[media]
        if media is Media.LOCATION:
            place = {"Latitude": "48.8583736", "Longitude": "2.2922926", "Address": "A street"}
            return self.signed({**fields, **place})
        sid = fields["MessageSid"]
        fields |= {"NumMedia": "1", "MediaContentType0": _TYPES[media]}
        fields["MediaUrl0"] = f"https://api.twilio.com/{self.account}/{sid}/Media/ME1"
        return self.signed(fields)

    def stops(self, contact: str, word: str = "STOP", advanced: bool = False) -> Delivery:
        """A word that opts out. `advanced`: the account uses Advanced Opt-Out, which says so."""
        self.unsubscribed.add(contact)
        return self.signed(self._message(contact, word) | _opt_out("STOP", advanced))

    def starts(self, contact: str, word: str = "START", advanced: bool = False) -> Delivery:
        """A word that opts in again."""
        self.unsubscribed.discard(contact)
        return self.signed(self._message(contact, word) | _opt_out("START", advanced))

    def asks_help(self, contact: str, word: str = "HELP", advanced: bool = False) -> Delivery:
        return self.signed(self._message(contact, word) | _opt_out("HELP", advanced))

    def reports(self, contact: str, status: str = "delivered") -> Delivery:
        """A status callback about a message of ours: no person caused it."""
        fields = {
            "AccountSid": self.account,
            "ApiVersion": self.api_version,
            "From": self._ours(contact),
            "To": contact,
            "MessageSid": self._sid("SM"),
            "MessageStatus": status,
            "SmsStatus": status,
        }
        return self.signed(fields)

    def signed(self, fields: Mapping[str, str]) -> Delivery:
        """Any form as Twilio would deliver it."""
        headers = {
            "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
            "user-agent": "TwilioProxy/1.1",
            "x-twilio-signature": self._validator.compute_signature(self.webhook, dict(fields)),
        }
        return Delivery(urlsplit(self.webhook).path, headers, urlencode(fields).encode())

    def _message(self, contact: str, text: str) -> dict[str, str]:
        sid = self._sid("SM")
        fields = {
            "AccountSid": self.account,
            "ApiVersion": self.api_version,
            "Body": text,
            "From": contact,
            "MessageSid": sid,
            "NumMedia": "0",
            "NumSegments": str(segments(text).count),
            "SmsMessageSid": sid,
            "SmsSid": sid,
            "SmsStatus": "received",
            "To": self._ours(contact),
        }
        if contact.startswith(_PREFIX):
            person = {"ProfileName": "A. Parent", "WaId": contact.removeprefix(f"{_PREFIX}+")}
            return {**fields, **person, "MessageType": "text"}
        return {**fields, "FromCity": "A TOWN", "FromCountry": "US", "FromZip": "00000"}

    def _ours(self, contact: str) -> str:
        return self.whatsapp_number if contact.startswith(_PREFIX) else self.sms_number

    def _sid(self, kind: str) -> str:
        return f"{kind}{next(self._numbers):032x}"

    # What the API answers.

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        try:
            return self._answer(method, path, headers.get("authorization", ""), body)
        except Refusal as refusal:
            return refusal.answer()

    def _answer(self, method: str, path: str, authorization: str, body: bytes) -> Answer:
        if not self._known(authorization):
            raise Refusal(20003, "Authenticate", 401)
        address = urlsplit(path)
        messages = f"/{self.api_version}/Accounts/{self.account}/Messages.json"
        if (method, address.path) == ("POST", messages):
            return self._create_message(dict(parse_qsl(body.decode(), keep_blank_values=True)))
        if (method, address.path) == ("POST", "/v1/Content"):
            return self.contents.create(self._sid("HX"), body)
        if (method, address.path) == ("GET", "/v1/Content"):
            return self.contents.page(int(parse_qs(address.query).get("Page", ["0"])[0]))
        raise Refusal(20404, "The requested resource was not found", 404)

    def _known(self, authorization: str) -> bool:
        right = base64.b64encode(f"{self.account}:{self.auth_token}".encode()).decode()
        return hmac.compare_digest(authorization.encode(), f"Basic {right}".encode())

    def _create_message(self, fields: Mapping[str, str]) -> Answer:
        to, sender = fields.get("To", ""), fields.get("From", "")
        for code, message in self._mistakes(to, sender, fields):
            raise Refusal(code, message)
        text = fields.get("Body", "")
        choices: tuple[tuple[str, str], ...] = ()
        if "ContentSid" in fields:
            variables = fields.get("ContentVariables", "{}")
            text, choices = self.contents.rendered(fields["ContentSid"], variables)
        self.show(to, text, choices)
        made = {
            "sid": self._sid("SM"),
            "account_sid": self.account,
            "api_version": self.api_version,
            "to": to,
            "from": sender,
            "status": "queued",
            "date_created": "Fri, 27 Nov 2026 08:00:00 +0000",
        }
        return Answer(201, json.dumps(made).encode())

    def _mistakes(
        self, to: str, sender: str, fields: Mapping[str, str]
    ) -> Iterator[tuple[int, str]]:
        """Code and words of what the API would refuse; it names the first."""
        body = fields.get("Body", "")
        if not to:
            yield 21604, "A 'To' phone number is required."
        if not _TO.fullmatch(to):
            yield 21211, f"Invalid 'To' Phone Number: {to}"
        if sender not in (self.sms_number, self.whatsapp_number):
            yield 21606, f"The 'From' phone number {sender} is not yours."
        if sender != self._ours(to):
            yield 21910, "Invalid 'From' and 'To' pair: not of one channel."
        if not body and "ContentSid" not in fields:
            yield 21619, "A text message body or media urls must be specified."
        if "ContentSid" in fields and not to.startswith(_PREFIX):
            yield 63021, "Channel invalid content error"  # list pickers are WhatsApp's alone
        if len(body) > 1600:
            yield 21617, "The concatenated message body exceeds the 1600 character limit."
        if fields.get("ContentRetention", "retain") != "retain" and not self.redaction:
            yield 30029, "Invalid ContentRetention"
        if to in self.unsubscribed:
            yield 21610, "Attempt to send to unsubscribed recipient"
        if to in self.closed:
            yield 63016, "Outside messaging window."


def _opt_out(kind: str, advanced: bool) -> dict[str, str]:
    return {"OptOutType": kind} if advanced else {}
