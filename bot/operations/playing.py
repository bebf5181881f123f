"""A terminal in the place of a messaging app: what is typed takes the way of the platform."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TextIO

import httpx
from pydantic import SecretStr

from bot.channels.channel import Channel
from bot.channels.configured import configured, telegram_secret
from bot.channels.incoming import Media
from bot.channels.service import ChannelService
from bot.channels.simulator.messenger import MessengerSimulator
from bot.channels.simulator.platform import Delivery, Platform
from bot.channels.simulator.slack import SlackSimulator
from bot.channels.simulator.telegram import TelegramSimulator
from bot.channels.simulator.twilio import TwilioPlatform
from bot.edge import Edge
from bot.gateway.app import build_gateway
from bot.gateway.sealing import secret_of
from bot.page.routes import page
from bot.settings import Settings

PUBLIC = "https://help.test"  # nobody calls it: it is what Twilio's signature is made over
CHANNELS = ("telegram", "whatsapp", "sms", "messenger", "slack")
HELP = """Type what somebody would write in {channel}. A number chooses, as there.
/photo [caption], /voice, /sticker, /location, /contact, /file send what is no text; /quit ends."""
QUIET, LONGEST = 1.2, 10.0  # seconds
_MEDIA = {**{f"/{media.value}": media for media in Media}, "/photo": Media.IMAGE}


def contact(channel: str, number: int = 1) -> str:
    """A person as the platform of a channel names them."""
    phone = f"+1555{number:07}"
    return {"sms": phone, "whatsapp": f"whatsapp:{phone}"}.get(channel, str(1_000_000 + number))


def platform_of(channel: str) -> str:
    return "twilio" if channel in ("sms", "whatsapp") else channel


def all_platforms() -> dict[str, Platform]:
    """A platform of each kind, with secrets of its own."""
    account, token = f"AC{secrets.token_hex(16)}", secrets.token_hex(16)
    return {
        "telegram": TelegramSimulator(f"42:{secrets.token_hex(16)}", secrets.token_hex(16)),
        "twilio": TwilioPlatform(account, token, f"{PUBLIC}/webhooks/twilio"),
        "messenger": MessengerSimulator(),
        "slack": SlackSimulator(),
    }


def settings_for(
    config: Settings, platforms: dict[str, Platform], apis: dict[str, str]
) -> Settings:
    """The settings under which a gateway serves these platforms; `apis`: their addresses."""
    given: dict[str, object] = {"public_url": PUBLIC}
    for name, platform in platforms.items():
        api = apis[name]
        if isinstance(platform, TelegramSimulator):
            platform.secret = telegram_secret(secret_of(config))
            given |= {"telegram_token": SecretStr(platform.token), "telegram_api": api}
        elif isinstance(platform, TwilioPlatform):
            given |= {
                "twilio_account": platform.account,
                "twilio_auth_token": SecretStr(platform.auth_token),
            }
            given |= {"twilio_api": api, "twilio_content_api": api}
        elif isinstance(platform, MessengerSimulator):
            given |= {"messenger_page_token": SecretStr(platform.page_token)}
            given |= {"messenger_app_secret": SecretStr(platform.app_secret)}
            given |= {"messenger_verify_token": SecretStr(platform.verify_token)}
            given |= {"messenger_api": f"{api}/v26.0"}
        elif isinstance(platform, SlackSimulator):
            given |= {"slack_bot_token": SecretStr(platform.bot_token)}
            given |= {"slack_signing_secret": SecretStr(platform.signing_secret)}
            given |= {"slack_api": f"{api}/api/"}
    return config.model_copy(update=given)


@dataclass
class Played:
    """A gateway whose channels are played platforms."""

    platforms: dict[str, Platform]
    service: ChannelService
    channels: list[Channel]
    client: httpx.AsyncClient

    def platform(self, channel: str) -> Platform:
        return self.platforms[platform_of(channel)]

    async def deliver(self, delivery: Delivery) -> httpx.Response:
        """A request of a platform at our webhook."""
        method = "POST" if delivery.body else "GET"
        return await self.client.request(
            method, delivery.path, headers=dict(delivery.headers), content=delivery.body
        )


@asynccontextmanager
async def played(edge: Edge, config: Settings, pause: float | None = None) -> AsyncIterator[Played]:
    """Serve every channel over an edge; `config` is what the edge was opened with. A `pause` in
    seconds takes the place of the channels' own between two messages."""
    platforms = all_platforms()
    async with AsyncExitStack() as stack:
        apis = {name: stack.enter_context(each.serving()) for name, each in platforms.items()}
        config = settings_for(config, platforms, apis)
        secret = secret_of(config)
        channels = configured(config, secret)
        if pause is not None:
            for channel in channels:
                channel.pause, channel.rate = pause, 1000.0
        limit = config.body_limit
        service = ChannelService.over(edge.conversations, edge.engine, secret, channels, limit)
        routers = (page(edge.conversations, config),)
        app = build_gateway(
            edge.conversations, config, edge.releases.load, routers, channels=service
        )
        await stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url=PUBLIC)
        await stack.enter_async_context(client)
        yield Played(platforms, service, channels, client)


async def play(edge: Edge, config: Settings, channel: str, out: TextIO = sys.stdout) -> None:
    """Chat in this terminal as a person in a messaging app would."""
    async with played(edge, config, pause=0.0) as town:
        print(HELP.format(channel=channel), file=sys.stderr)
        platform, who = town.platform(channel), contact(channel)
        while True:
            try:
                typed = await asyncio.to_thread(input, f"{channel}> ")
            except EOFError:
                return
            if typed.strip() == "/quit":
                return
            before = len(platform.seen_by(who))
            answer = await town.deliver(_done(platform, who, typed))
            if answer.status_code != httpx.codes.OK:
                print(f"the webhook answered {answer.status_code}", file=out)
            await _settled(platform, who, before)
            _print(platform, who, before, out)


def _done(platform: Platform, who: str, typed: str) -> Delivery:
    """What a line stands for: a text, a picture, or the button of that number."""
    word, _, rest = typed.partition(" ")
    if word in _MEDIA:
        return platform.sends(who, _MEDIA[word], rest)
    shown = platform.seen_by(who)
    choices = shown[-1].choices if shown else ()
    if typed.isdecimal() and 0 < int(typed) <= len(choices):
        return platform.presses(who, *choices[int(typed) - 1])
    return platform.says(who, typed)


async def _settled(platform: Platform, who: str, before: int) -> None:
    """Until something was shown and nothing more comes."""
    loop = asyncio.get_running_loop()
    begun, seen, last = loop.time(), before, loop.time()
    while loop.time() - begun < LONGEST:
        await asyncio.sleep(0.1)
        now = len(platform.seen_by(who))
        if now != seen:
            seen, last = now, loop.time()
        elif seen > before and loop.time() - last > QUIET:
            return


def _print(platform: Platform, who: str, before: int, out: TextIO) -> None:
    for shown in platform.seen_by(who)[before:]:
        print(f"\n{shown.text}", file=out)
        for line in _buttons(shown.choices):
            print(line, file=out)
    print(file=out)


def _buttons(choices: Iterable[tuple[str, str]]) -> list[str]:
    return [f"  [{number}] {label}" for number, (label, _) in enumerate(choices, 1)]
