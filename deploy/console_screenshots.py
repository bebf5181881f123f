"""Takes the pictures of the console for docs/first-hour.md: real scripts, two people, Chromium.

Called by `make screenshots`. Everything is in a temporary folder and gone afterwards.
"""

from __future__ import annotations

import asyncio
import io
import os
import secrets
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyotp
import waitress
from PIL import Image
from playwright.async_api import Browser, Page, async_playwright
from sqlalchemy import Engine, update

from bot.console.app import build_console
from bot.console.sign_in import codes
from bot.console.sign_in.accounts import add, staff
from bot.console.sign_in.passwords import Passwords
from bot.console.workflow.transactions import writing
from bot.content.release import build_baseline, sign, verify
from bot.content.seed import seed
from bot.gateway.sealing import Seal
from bot.settings import ROOT, Settings
from bot.staff.serving import open_desk

FOLDER = ROOT / "docs" / "screenshots"
COLOURS = 64
SCREEN = {"viewport": {"width": 1100, "height": 820}, "color_scheme": "light"}
PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}
PEOPLE = {"ana": ("author",), "rita": ("reviewer",), "paul": ("publisher", "reviewer")}
SCRIPT = "utter_sextortion_open"
TEXT = (
    "You did the right thing by writing. The one who threatens you is to blame. Do not pay, do not "
    "answer, and send nothing more. Many people live through this, and so will you."
)


@dataclass
class Console:
    """Where it is, and the authenticator apps of its people."""

    address: str
    password: str
    apps: dict[str, pyotp.TOTP]

    async def sign_in(self, page: Page, name: str) -> None:
        await page.goto(self.address)
        await page.get_by_label("Name").fill(name)
        await page.get_by_label("Password").fill(self.password)
        await page.get_by_label("Code").fill(self.apps[name].now())
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await page.get_by_role("heading", name="Scripts").wait_for()


@contextmanager
def served() -> Iterator[Console]:
    """A console over what ships, with a few people."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
        probe.close()
        config = Settings(_env_file=None, data_folder=Path(folder), console_port=port)
        desk = open_desk(config)
        signed = sign(build_baseline(ROOT, config.locales), desk.key)
        seed(desk.engine, verify(signed, desk.key.public_key()), signed)
        password = secrets.token_urlsafe(16)
        apps = _people(desk.engine, Seal(desk.secret, "staff"), password)
        server = waitress.create_server(build_console(desk), host="127.0.0.1", port=port)
        threading.Thread(target=server.run, daemon=True).start()
        yield Console(config.console_address, password, apps)
        server.close()


def _people(engine: Engine, seal: Seal, password: str) -> dict[str, pyotp.TOTP]:
    hashed, apps = Passwords().hash(password), {}
    for name, roles in PEOPLE.items():
        secret = pyotp.random_base32()
        with writing(engine) as connection:
            number = add(connection, name, hashed, roles, now=time.time())
            sealed = seal.seal(secret, codes.bound(number))
            mine = update(staff).where(staff.c.id == number)
            connection.execute(mine.values(totp_sealed=sealed))
        apps[name] = pyotp.TOTP(secret)
    return apps


async def take(page: Page, name: str) -> None:
    """One picture of what is on the screen."""
    picture = Image.open(io.BytesIO(await page.screenshot())).convert("RGB")
    file = FOLDER / f"console-{name}.png"
    picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT).save(file, optimize=True)
    print(file.relative_to(ROOT))


async def author(browser: Browser, console: Console) -> str:
    """Ana finds a text, changes it and hands it over; returns the address of her draft."""
    page = await browser.new_page(**SCREEN)
    await page.goto(console.address)
    await take(page, "sign-in")
    await console.sign_in(page, "ana")
    await page.get_by_label("Words in the text or the name").fill("threat")
    await page.get_by_role("button", name="Find").click()
    await take(page, "scripts")
    await page.goto(f"{console.address}/scripts/{SCRIPT}")
    await page.get_by_role("button", name="Edit", exact=True).first.click()
    await page.get_by_label("Text", exact=True).fill(TEXT)
    await page.locator("#checks").get_by_text("nothing against it").wait_for()
    await page.wait_for_timeout(800)
    await take(page, "edit")
    await page.get_by_role("button", name="Save").click()
    draft = page.url
    await page.get_by_role("link", name="Preview on every channel").click()
    await page.locator("summary").nth(2).click()
    await take(page, "preview")
    await page.goto(draft)
    await page.get_by_role("button", name="Submit for review").click()
    await page.get_by_text("Submitted. Another person").wait_for()
    await page.close()
    return draft


async def main() -> None:
    """Every picture, in the order of the first hour."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with served() as console:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
            )
            draft = await author(browser, console)
            page = await browser.new_page(**SCREEN)
            await console.sign_in(page, "rita")
            await page.goto(draft)
            await take(page, "review")
            await page.get_by_role("button", name="Approve").click()
            await page.goto(f"{console.address}/scripts/{SCRIPT}/withdraw")
            await take(page, "withdraw")
            page = await browser.new_page(**SCREEN)
            await console.sign_in(page, "paul")
            await page.goto(f"{console.address}/releases")
            await page.get_by_label("What changes, in a sentence").fill("A kinder first answer")
            await take(page, "releases")
            page = await browser.new_page(**PHONE)
            await page.wait_for_timeout(31_000)  # a code opens once
            await console.sign_in(page, "rita")
            await page.goto(f"{console.address}/queue")
            await take(page, "queue")
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
