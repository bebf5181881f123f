"""Takes the pictures of docs/screenshots: the real bot, in Chromium, as people see it.

`make screenshots`, or `python -m deploy.screenshots step crisis` for some scenes alone. Each
picture has at most 128 colours, so that the folder stays small.
"""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn
from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

from bot.gateway.app import build_gateway
from bot.library_warnings import hush_libraries
from bot.settings import ROOT, Settings

FOLDER = ROOT / "docs" / "screenshots"
COLOURS = 128
SIZES = {
    "phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2},
    "desktop": {"viewport": {"width": 1280, "height": 860}},
}
SCHEMES = ("light", "dark")
THREAT = "someone has my pics and wants $300"
Scene = Callable[[Page], Awaitable[None]]


async def say(page: Page, words: str) -> None:
    """Write, send and wait for the answer."""
    await page.fill("#text", words)
    await page.click("#send")
    await page.locator("#status:empty").wait_for(state="attached")
    await page.locator("#choices button").first.wait_for()
    await page.wait_for_timeout(200)


async def beginning(page: Page) -> None:
    """The first view."""


async def conversation(page: Page) -> None:
    await say(page, THREAT)


async def crisis(page: Page) -> None:
    await say(page, "i cant do this anymore i want to die")


async def step(page: Page) -> None:
    await say(page, THREAT)
    for words in ("skip", "skip", "skip", "skip"):
        if await page.locator(".progress").count():
            break
        await say(page, words)
    await say(page, "done")
    await page.locator(".progress").last.wait_for()


async def plan(page: Page) -> None:
    await say(page, THREAT)
    await say(page, "show me the whole plan")


async def without_script(page: Page) -> None:
    await page.fill("#text", THREAT)
    await page.click("#send")
    await page.locator("#log [data-script=utter_sextortion_open]").wait_for()


async def without_server(page: Page) -> None:
    await page.context.set_offline(True)
    await page.fill("#text", "please help")
    await page.click("#send")
    await page.locator("#log [data-script=utter_problem_busy]").wait_for()
    await page.wait_for_timeout(200)


SCENES: dict[str, Scene] = {
    "beginning": beginning,
    "conversation": conversation,
    "step": step,
    "plan": plan,
    "crisis": crisis,
    "no-script": without_script,
    "no-server": without_server,
}


async def main(names: list[str]) -> None:
    """The scenes, on both screens, in both schemes; the first one in Spanish too."""
    wanted = {name: scene for name, scene in SCENES.items() if not names or name in names}
    FOLDER.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    # Playwright first: importing Rasa changes how this Python starts programs.
    async with async_playwright() as playwright, served() as address:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        for size, screen in SIZES.items():
            for scheme in SCHEMES:
                for name, scene in wanted.items():
                    options = {**screen, "color_scheme": scheme, "reduced_motion": "reduce"}
                    options["java_script_enabled"] = name != "no-script"
                    file = FOLDER / f"{name}-{size}-{scheme}.png"
                    await take(browser, address, scene, options, file)
        spanish = {**SIZES["phone"], "color_scheme": "light", "reduced_motion": "reduce"}
        await take(
            browser, f"{address}/?locale=es", beginning, spanish, FOLDER / "spanish-phone-light.png"
        )
        await browser.close()


async def take(
    browser: Browser, address: str, scene: Scene, options: dict[str, Any], file: Path
) -> None:
    """One picture of what a person sees at the end of a scene."""
    context = await browser.new_context(**options)
    page = await context.new_page()
    await page.goto(address)
    await scene(page)
    picture = Image.open(io.BytesIO(await page.screenshot())).convert("RGB")
    picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT).save(file, optimize=True)
    await context.close()
    print(file.relative_to(ROOT))


@asynccontextmanager
async def served() -> AsyncIterator[str]:
    """The gateway with the worker inside, on a free port; the address of the page."""
    hush_libraries()
    # Rasa takes seconds to import and reads its environment then.
    from bot.operations.talking import local_edge  # noqa: PLC0415
    from bot.operations.training import ensure_model  # noqa: PLC0415
    from bot.page.routes import page  # noqa: PLC0415

    config = Settings(_env_file=None)
    async with local_edge(config, ensure_model(config)) as (edge, _):
        app = build_gateway(
            edge.conversations, config, edge.releases.load, (page(edge.conversations, config),)
        )
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none"))
            serving = asyncio.create_task(server.serve([listener]))
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            server.should_exit = True
            with suppress(asyncio.CancelledError):
                await serving


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
