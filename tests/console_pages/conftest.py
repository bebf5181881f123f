"""A whole installation in a browser: the chat page, the console, and people who work there."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pyotp
import pytest
import pytest_asyncio
import waitress
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from sqlalchemy import select, update

from bot.console.app import build_console
from bot.console.desk import Desk
from bot.console.sign_in import codes
from bot.console.sign_in.passwords import Passwords
from bot.content.store import ensure_key
from bot.edge import open_edge
from bot.gateway.app import build_gateway
from bot.gateway.sealing import Seal, secret_of
from bot.page.routes import page
from bot.settings import Settings
from bot.staff.previews import previews, release_with
from tests.console.desks import CHEAP, PASSWORD, STAFF
from tests.console.small import House
from tests.page.conftest import ARGUMENTS, chromium
from tests.page.service import PlayedWorker, Service, free_port, serve

__all__ = ["chromium"]
PEOPLE = {"ana": ("author",), "rita": ("reviewer",), "rosa": ("reviewer",), "paul": ("publisher",),
          "ada": ("admin",), "alex": ("author", "reviewer", "publisher")}  # fmt: skip
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1200, "height": 900}


@dataclass
class Town:
    """Addresses of chat and console, and the authenticator apps of the people."""

    chat: str
    console: str
    house: House
    desk: Desk
    apps: dict[str, pyotp.TOTP]
    used: dict[str, int]

    def code(self, name: str) -> str:
        """The next code that was not used yet, within the drift that is allowed."""
        import time

        step = max(int(time.time() // 30) - 1, self.used.get(name, 0) + 1)
        while step > int(time.time() // 30) + 1:
            time.sleep(0.5)
        self.used[name] = step
        return self.apps[name].at(step * 30)

    def give_app(self, name: str) -> None:
        """A password and an authenticator app for somebody."""
        secret = pyotp.random_base32()
        mine = STAFF.c.name == name
        with self.house.engine.begin() as connection:
            number = connection.execute(select(STAFF.c.id).where(mine)).scalar_one()
            sealed = self.desk.seals.seal(secret, codes.bound(number))
            values = {"password_hash": Passwords(CHEAP).hash(PASSWORD), "totp_sealed": sealed}
            connection.execute(update(STAFF).where(mine).values(**values))
        self.apps[name] = pyotp.TOTP(secret)

    async def sign_in(self, page: Page, name: str) -> None:
        """Type name, password and code into the sign-in page."""
        await page.goto(self.console)
        await page.get_by_label("Name").fill(name)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_label("Code").fill(self.code(name))
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await page.get_by_role("heading", name="Scripts").wait_for()


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Chat and console over one data folder, each on a port of its own."""
    folder: Path = tmp_path_factory.mktemp("town")
    console_port, port = free_port(), free_port()
    config = Settings(_env_file=None, data_folder=folder, console_port=console_port)
    edge = open_edge(config, PlayedWorker())
    routers = (page(edge.conversations, config),)
    app = build_gateway(
        edge.conversations, config, edge.database.follow, routers,
        prepare_database=edge.database.prepare,
    )  # fmt: skip
    secret = secret_of(config)
    desk = Desk(
        engine=edge.engine,
        config=config,
        secret=secret,
        seals=Seal(secret, "staff"),
        key=ensure_key(folder / "releases"),
        previews=previews,
        with_edition=release_with,
        hasher=CHEAP,
    )
    server = waitress.create_server(build_console(desk), host="127.0.0.1", port=console_port)
    threading.Thread(target=server.run, daemon=True).start()
    house = House(edge.engine, desk.key)
    made = Town(f"http://127.0.0.1:{port}", config.console_address, house, desk, {}, {})
    for name, roles in PEOPLE.items():
        house.add(name, *roles)
        made.give_app(name)
    service = Service(app, edge, PlayedWorker(), config)
    with serve(service, port):
        yield made
    server.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """Chromium, which can reach this machine alone."""
    rules = "MAP localhost 127.0.0.1,MAP * ~NOTFOUND,EXCLUDE 127.0.0.1"
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(
            executable_path=chromium, args=[*ARGUMENTS, f"--host-resolver-rules={rules}"]
        )
        yield opened
        await opened.close()


@asynccontextmanager
async def desk_of(
    browser: Browser, town: Town, name: str, **options: object
) -> AsyncIterator[tuple[BrowserContext, Page]]:
    """Somebody's browser, signed in. What the page's script or its policy complains of fails."""
    context = await browser.new_context(**{"viewport": DESKTOP, **options})
    opened = await context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console",
        lambda line: (
            complaints.append(line.text)
            if "Content Security Policy" in line.text or "Trusted" in line.text
            else None
        ),
    )
    try:
        await town.sign_in(opened, name)
        yield context, opened
        assert complaints == []
    finally:
        await context.close()
