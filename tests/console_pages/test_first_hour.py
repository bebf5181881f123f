"""Two people put a text live, and the chat page says it; all in browsers, nothing restarted."""

from __future__ import annotations

import re
import time

import pytest
from playwright.async_api import Browser, Page, expect

from tests.console_pages.conftest import PHONE, Town, desk_of

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
SCRIPT = "utter_sextortion_open"
NEW = (
    "You did the right thing by writing. The one who threatens you is to blame. Do not pay, do not "
    "answer, and send nothing more. Many people live through this, and so will you."
)
PROMISE = 10  # seconds until people read what was published


async def said(page: Page, address: str) -> str:
    """What the chat page answers to a threat."""
    await page.goto(address)
    await page.locator("textarea").first.fill("somebody makes a threat")
    await page.keyboard.press("Enter")
    answer = page.locator("#messages, [role=log]").first
    await expect(answer).to_contain_text(re.compile("pay"), timeout=10_000)
    return await answer.inner_text()


async def write(page: Page, town: Town, script: str, text: str) -> int:
    """From the sign-in page to a submitted edit, by clicks and keys alone; the edition's number."""
    await page.get_by_label("Words in the text or the name").fill(script)
    await page.get_by_role("button", name="Find").click()
    await page.get_by_role("link", name=script, exact=True).click()
    await page.get_by_role("button", name="Edit", exact=True).first.click()
    await page.get_by_label("Text", exact=True).fill(text)
    await expect(page.locator("#checks")).to_contain_text("nothing against it")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_label("A note for the reviewer").fill("Shorter, and kinder at the end")
    await page.get_by_role("button", name="Submit for review").click()
    await expect(page.get_by_role("status").first).to_contain_text("Submitted")
    return int(page.url.rsplit("/", 1)[1])


async def decide(page: Page, town: Town, number: int) -> None:
    await page.goto(f"{town.console}/queue")
    await page.get_by_role("link", name=re.compile(rf"#{number}$")).click()
    await page.get_by_role("button", name="Approve").click()
    await expect(page.get_by_role("status").first).to_contain_text("Approved")


async def test_a_text_goes_from_edit_to_live_by_two_people_and_the_chat_says_it(
    browser: Browser, town: Town
) -> None:
    begun = time.monotonic()
    async with desk_of(browser, town, "ana") as (_, ana):
        number = await write(ana, town, SCRIPT, NEW)
        # By itself it is a text of two minutes; here the clicking alone is looked at.
        assert time.monotonic() - begun < 180
        assert await ana.get_by_role("button", name="Approve").count() == 0
    async with desk_of(browser, town, "rita") as (_, rita):
        await decide(rita, town, number)
    chat = await browser.new_page(viewport=PHONE)
    assert NEW not in await said(chat, town.chat)
    async with desk_of(browser, town, "paul") as (_, paul):
        await paul.goto(f"{town.console}/releases")
        await paul.get_by_label("What changes, in a sentence").fill("A kinder first answer")
        await paul.get_by_role("button", name="Publish").click()
        await expect(paul.get_by_role("status").first).to_contain_text("is published")
        published = time.monotonic()
        while NEW not in await said(chat, town.chat):
            assert time.monotonic() - published < PROMISE
    await chat.close()


async def test_a_withdrawn_text_is_gone_from_the_chat_within_ten_seconds(
    browser: Browser, town: Town
) -> None:
    chat = await browser.new_page(viewport=PHONE)
    async with desk_of(browser, town, "rita") as (_, rita):
        await rita.goto(f"{town.console}/scripts/utter_sextortion_open")
        await rita.get_by_role("link", name=re.compile("Withdraw it now")).click()
        await rita.get_by_label("What is wrong with it").fill("It promises too much")
        await rita.get_by_role("button", name="Withdraw now").click()
        await expect(rita.get_by_role("status").first).to_contain_text("Withdrawn by release")
        withdrawn = time.monotonic()
        while True:
            await chat.goto(town.chat)
            await chat.locator("textarea").first.fill("somebody makes a threat")
            await chat.keyboard.press("Enter")
            answer = chat.locator("#messages, [role=log]").first
            await expect(answer).to_contain_text(re.compile("being checked|pay"), timeout=10_000)
            if "being checked" in await answer.inner_text():
                break
            assert time.monotonic() - withdrawn < PROMISE
    await chat.close()


async def test_somebody_signs_in_and_confirms_with_a_passkey(browser: Browser, town: Town) -> None:
    async with desk_of(browser, town, "alex") as (context, page):
        session = await context.new_cdp_session(page)
        await session.send("WebAuthn.enable")
        await session.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                    "hasUserVerification": True, "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )  # fmt: skip
        await page.goto(f"{town.console}/account/codes")
        await page.get_by_label("What do you call it?").fill("This test's device")
        await page.get_by_role("button", name="Make a passkey").click()
        recovery = page.get_by_role("link", name="I have kept them")
        await expect(recovery.or_(page.get_by_text("The passkey is kept"))).to_be_visible()
        await page.goto(f"{town.console}/account")
        await expect(page.get_by_text("This test's device")).to_be_visible()
        await page.goto(f"{town.console}/confirm?to=/account")
        await page.get_by_role("button", name="Confirm with a passkey").click()
        await page.wait_for_url("**/account")
        await page.get_by_role("button", name="Sign out", exact=True).click()
        await page.get_by_role("button", name="Sign in with a passkey").click()
        await page.get_by_role("heading", name="Scripts").wait_for()
