"""All platforms played on loopback, and the gateway that they deliver to."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx
from fastapi import FastAPI
from sqlalchemy import func, select

from bot.channels.channel import Channel
from bot.channels.configured import configured, telegram_secret
from bot.channels.incoming import Media
from bot.channels.service import ChannelService
from bot.channels.simulator.messenger import MessengerSimulator
from bot.channels.simulator.platform import Delivery, Platform, Shown
from bot.channels.simulator.slack import SlackSimulator
from bot.channels.simulator.telegram import TelegramSimulator
from bot.channels.simulator.twilio import TwilioPlatform
from bot.content.models import Base
from bot.edge import Edge, open_edge, secret_of
from bot.gateway.app import build_gateway
from bot.gateway.worker_client import Worker
from bot.page.routes import page
from bot.settings import Settings

PUBLIC = "https://help.test"
KEY = "a key of the tests, of 32 bytes or more"
CHANNELS = ("telegram", "whatsapp", "sms", "messenger", "slack")
PATIENCE = 10.0  # seconds


def contact(channel: str, number: int = 1) -> str:
    """A person as the platform of a channel names them."""
    phone = f"+1555{number:07}"
    return {"sms": phone, "whatsapp": f"whatsapp:{phone}"}.get(channel, str(1_000_000 + number))


@dataclass
class Apps:
    """The platforms by channel, the gateway, and what is in its database."""

    platforms: dict[str, Platform]
    edge: Edge
    service: ChannelService
    channels: list[Channel]
    app: FastAPI
    client: httpx.AsyncClient

    def platform(self, channel: str) -> Platform:
        return self.platforms["twilio" if channel in ("sms", "whatsapp") else channel]

    async def deliver(self, delivery: Delivery) -> httpx.Response:
        """A request of a platform at our webhook."""
        method = "POST" if delivery.body else "GET"
        return await self.client.request(
            method, delivery.path, headers=dict(delivery.headers), content=delivery.body
        )

    async def given(self, delivery: Delivery) -> None:
        """The same, taken and answered."""
        assert (await self.deliver(delivery)).status_code == 200
        await self.rest()

    async def says(self, channel: str, text: str, number: int = 1) -> list[Shown]:
        """Somebody types; what they got to see since."""
        return await self._since(channel, number, self.platform(channel).says, text)

    async def presses(self, channel: str, choice: tuple[str, str], number: int = 1) -> list[Shown]:
        return await self._since(channel, number, self.platform(channel).presses, *choice)

    async def sends(
        self, channel: str, media: Media, caption: str = "", number: int = 1
    ) -> list[Shown]:
        return await self._since(channel, number, self.platform(channel).sends, media, caption)

    async def _since(self, channel, number, does, *what) -> list[Shown]:
        before = len(self.seen(channel, number))
        await self.given(does(contact(channel, number), *what))
        return self.seen(channel, number)[before:]

    def seen(self, channel: str, number: int = 1) -> list[Shown]:
        return self.platform(channel).seen_by(contact(channel, number))

    def told(self, channel: str, number: int = 1) -> str:
        """Everything that somebody got to see, as one text."""
        return "\n".join(shown.text for shown in self.seen(channel, number))

    def rows(self, table: str) -> int:
        with self.edge.engine.connect() as connection:
            query = select(func.count()).select_from(Base.metadata.tables[table])
            return int(connection.execute(query).scalar_one())

    def count(self, name: str) -> int:
        return self.edge.conversations.counters[name]

    async def rest(self, seconds: float = PATIENCE) -> None:
        """Until every message has its answer and every answer is out."""
        limit = time.monotonic() + seconds
        while await asyncio.to_thread(self._waiting) or self.service.delivery.busy:
            assert time.monotonic() < limit, "something is still waiting"
            await asyncio.sleep(0.02)

    def _waiting(self) -> int:
        inbox, outbox = Base.metadata.tables["inbox"], Base.metadata.tables["outbox"]
        with self.edge.engine.connect() as connection:
            pending = select(func.count()).where(inbox.c.status == "pending")
            unsent = select(func.count()).where(outbox.c.delivered_with.is_(None))
            return sum(int(connection.execute(query).scalar_one()) for query in (pending, unsent))


def played() -> dict[str, Platform]:
    """A platform of each kind."""
    return {
        "telegram": TelegramSimulator("42:token", ""),
        "twilio": TwilioPlatform("AC" + "0" * 32, "auth-token", f"{PUBLIC}/webhooks/twilio"),
        "messenger": MessengerSimulator(),
        "slack": SlackSimulator(),
    }


def settings_for(
    config: Settings, platforms: dict[str, Platform], apis: dict[str, str]
) -> Settings:
    """The settings under which a gateway serves these platforms; `apis` by platform."""
    messenger, slack = platforms["messenger"], platforms["slack"]
    telegram, twilio = platforms["telegram"], platforms["twilio"]
    assert isinstance(messenger, MessengerSimulator)
    assert isinstance(slack, SlackSimulator)
    assert isinstance(telegram, TelegramSimulator)
    assert isinstance(twilio, TwilioPlatform)
    return Settings(
        _env_file=None,
        **{
            **config.model_dump(exclude_unset=True),
            "secret_key": KEY,
            "public_url": PUBLIC,
            "telegram_token": telegram.token,
            "telegram_api": apis["telegram"],
            "twilio_account": twilio.account,
            "twilio_auth_token": twilio.auth_token,
            "twilio_api": apis["twilio"],
            "twilio_content_api": apis["twilio"],
            "messenger_page_token": messenger.page_token,
            "messenger_app_secret": messenger.app_secret,
            "messenger_verify_token": messenger.verify_token,
            "messenger_api": f"{apis['messenger']}/v26.0",
            "slack_bot_token": slack.bot_token,
            "slack_signing_secret": slack.signing_secret,
            "slack_api": f"{apis['slack']}/api/",
        },
    )


@asynccontextmanager
async def open_apps(config: Settings, worker: Worker) -> AsyncIterator[Apps]:
    """The gateway with every channel set up, its upkeep running, and no pause between messages."""
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    platforms = played()
    async with AsyncExitStack() as stack:
        apis = {name: stack.enter_context(each.serving()) for name, each in platforms.items()}
        config = settings_for(config, platforms, apis)
        edge = open_edge(config, worker)
        stack.callback(edge.engine.dispose)
        secret = secret_of(config)
        channels = configured(config, secret)
        for channel in channels:
            channel.pause, channel.rate = 0.0, 1000.0
        telegram = platforms["telegram"]
        assert isinstance(telegram, TelegramSimulator)
        telegram.secret = telegram_secret(secret)
        service = ChannelService.over(
            edge.conversations, edge.engine, secret, channels, config.body_limit
        )
        app = build_gateway(
            edge.conversations,
            config,
            edge.releases.load,
            (page(edge.conversations, config),),
            channels=service,
        )
        await stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url=PUBLIC)
        await stack.enter_async_context(client)
        yield Apps(platforms, edge, service, channels, app, client)
