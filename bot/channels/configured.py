"""Which channels are set up, which settings are missing, and the address each platform calls."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.channels.channel import Channel
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.channels.telegram import Telegram
    from bot.channels.twilio import Twilio

PATH = "/webhooks/"
PUBLIC_URL = "public_url"
# Settings that a channel cannot do without, in the order in which they are asked for.
NEEDED: Mapping[str, tuple[str, ...]] = {
    "telegram": ("telegram_token",),
    "twilio": ("twilio_account", "twilio_auth_token", PUBLIC_URL),
    "messenger": ("messenger_page_token", "messenger_app_secret", "messenger_verify_token"),
    "slack": ("slack_bot_token", "slack_signing_secret"),
}


@dataclass(frozen=True)
class Setup:
    """A channel as it stands. `missing`: settings still to give; `begun`: some of them are there.
    `webhook` is what to enter at the platform, None until the public address is set."""

    name: str
    missing: tuple[str, ...]
    begun: bool
    webhook: str | None


def setups(config: Settings) -> list[Setup]:
    """All channels, in order."""
    made = []
    for name, needed in NEEDED.items():
        missing = tuple(each for each in needed if not getattr(config, each))
        own = [each for each in needed if each != PUBLIC_URL and each not in missing]
        webhook = f"{config.public_url}{PATH}{name}" if config.public_url else None
        made.append(Setup(name, missing, bool(own), webhook))
    return made


def configured(config: Settings, secret: bytes) -> list[Channel]:
    """The channels that have all they need."""
    makers: Mapping[str, Callable[[Settings, bytes], Channel]] = {
        "telegram": telegram,
        "twilio": twilio,
        "messenger": _messenger,
        "slack": _slack,
    }
    return [makers[each.name](config, secret) for each in setups(config) if not each.missing]


def telegram(config: Settings, secret: bytes) -> Telegram:
    from bot.channels.telegram import Telegram

    token, repeated = _open(config.telegram_token), telegram_secret(secret)
    return Telegram(token, repeated, api=config.telegram_api)


def telegram_secret(secret: bytes) -> str:
    """What Telegram repeats in each call: made from the key of this installation, so that nobody
    has to think of one."""
    return hmac.new(secret, b"telegram webhook", "sha256").hexdigest()


def twilio(config: Settings, secret: bytes) -> Twilio:
    """SMS and WhatsApp, with lists to choose from where `handrail channels` has made them."""
    from bot.channels.twilio import Twilio

    return Twilio(
        config.twilio_account or "",
        _open(config.twilio_auth_token),
        f"{config.public_url}{PATH}twilio",
        lists=read_lists(lists_file(config)),
        api=config.twilio_api,
        content_api=config.twilio_content_api,
        discard=config.twilio_discard,
    )


def _messenger(config: Settings, secret: bytes) -> Channel:
    from bot.channels.messenger import Messenger

    return Messenger(
        _open(config.messenger_page_token),
        _open(config.messenger_app_secret),
        _open(config.messenger_verify_token),
        api=config.messenger_api,
    )


def _slack(config: Settings, secret: bytes) -> Channel:
    from bot.channels.slack import Slack

    return Slack(
        _open(config.slack_bot_token), _open(config.slack_signing_secret), api=config.slack_api
    )


def lists_file(config: Settings) -> Path:
    """Where the ids of WhatsApp's list templates are kept."""
    return config.data_folder / "channels" / "whatsapp_lists.json"


def read_lists(path: Path) -> dict[int, str]:
    """Number of items -> id of the template; empty where none were made."""
    if not path.is_file():
        return {}
    return {int(number): str(sid) for number, sid in json.loads(path.read_text("utf-8")).items()}


def write_lists(path: Path, lists: Mapping[int, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(lists, indent=1), "utf-8")


def _open(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
