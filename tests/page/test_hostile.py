"""What comes from outside stays text, whatever it is: typed, sent as a form, or in an address.

Where a test bypasses the page's Content-Security-Policy, the escaping alone has to hold.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from html.parser import HTMLParser
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio
from markupsafe import escape
from playwright.async_api import Browser

from bot.gateway.errors import StorageDown
from tests.page.conftest import Following
from tests.page.looking import Visit, visit
from tests.page.payloads import GROUPS, PAYLOADS
from tests.page.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TYPED = """async (payloads) => {
  const shown = [];
  for (const payload of payloads) {
    document.getElementById("text").value = payload;
    document.getElementById("writing").requestSubmit();
    while (document.getElementById("choices").hidden) await new Promise((go) => setTimeout(go, 5));
    const bubble = [...document.querySelectorAll(".mine")].at(-1);
    shown.push([bubble.querySelectorAll("*").length, bubble.querySelector("p").lastChild.data]);
  }
  return shown;
}"""
# A few of each group, where each payload costs several requests.
SOME = tuple(payload for group in GROUPS.values() for payload in (group[0], group[-1]))
HARMLESS = "harmless"
FORM_FIELDS = ("token", "key", "button", "start", "locale", "country", "host", "again")
# Of the fields of a form, each alone and all together.
FORMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    *(("/chat", ("text", field)) for field in FORM_FIELDS if field != "text"),
    ("/chat", ("text", "key", "locale", "country", "host")),
    ("/chat", ("button", "key", "token")),
    ("/chat", ("start", "key", "locale")),
    ("/chat", FORM_FIELDS),
    ("/country", ("token", "country", "locale", "host")),
    ("/country", ("country", "locale", "host")),
    *(("/keep", (field,)) for field in ("sheet", "situation", "audience", "locale", "country")),
    ("/keep", ("sheet", "situation", "audience", "locale", "country", "host", "text")),
)
ADDRESSES = (
    *(("/", (field,)) for field in ("locale", "country", "host", "text", "hit")),
    ("/", ("locale", "country", "host", "token", "sheet")),
    ("/about", ("locale", "country", "host")),
    ("/keep", ("locale", "country", "sheet", "situation")),
)


class Markup(HTMLParser):
    """The elements of a page with the names of their attributes, and where its links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.links: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.links.update(
            value or "" for name, value in attrs if name in ("href", "src", "action", "formaction")
        )


def strange_links(page: str) -> list[str]:
    """Links that lead anywhere but to our own paths and to what the cards have."""
    return [
        link
        for link in Markup(page).links
        if not re.match(r"(/(?![/\\])|https://|tel:|sms:)", link)
        or "evil.test" in urlsplit(link).netloc
    ]


@pytest_asyncio.fixture(loop_scope="session")
async def form(served: Service) -> AsyncIterator[httpx.AsyncClient]:
    """Whoever sends forms without a browser; the worker answers at once."""
    served.worker.delay, delay = 0, served.worker.delay
    try:
        async with Following(base_url=served.address) as client:
            yield client
    finally:
        served.worker.delay = delay


async def shown(seen: Visit, page: str) -> None:
    """Show a page as the server sent it."""
    await seen.page.set_content(page)
    assert await seen.page.evaluate("window.hit") is None


@pytest.mark.parametrize("policy", [True, False], ids=["policy", "no policy"])
async def test_what_is_typed_stays_text(
    browser: Browser, served: Service, form: httpx.AsyncClient, policy: bool
) -> None:
    payloads = PAYLOADS if policy else SOME
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 200
    async with visit(browser, served, bypass_csp=not policy, reduced_motion="reduce") as seen:
        dialogs: list[str] = []
        seen.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        await seen.open()
        elements = await seen.page.locator("body *:not(#log *)").count()
        bubbles = await seen.page.evaluate(TYPED, payloads)
        for payload, (inside, said) in zip(payloads, bubbles, strict=True):
            assert inside == 2, payload
            assert said.strip() == re.sub("\r\n?", "\n", payload.strip("\ufeff \t\r\n\u00a0"))
        assert await seen.page.evaluate("window.hit") is None
        answers = await seen.page.locator("#log [data-script=utter_unclear_choices]").count()
        assert answers == len(payloads)
        assert await seen.page.locator("#log :not(div, p, span, ul, li, a)").count() == 0
        buttons = await seen.page.locator("#choices *").count()
        started = 6  # the form of the welcome with its fields and buttons is gone
        assert await seen.page.locator("body *:not(#log *)").count() <= elements + buttons + started
        assert seen.page.url == served.address + "/"
        assert seen.strangers() == dialogs == seen.complaints == []


async def test_what_the_form_sends_comes_back_as_text(
    browser: Browser, served: Service, form: httpx.AsyncClient
) -> None:
    async with visit(browser, served, bypass_csp=True) as seen:
        first = await form.post("/chat", data={"key": "first", "text": "hm"})
        token = re.search(r'name="token" value="([^"]+)"', first.text)
        assert token is not None
        plain = Markup(first.text).elements
        await seen.page.route("**/static/*", lambda route: route.abort())
        await seen.open()
        seen.complaints.clear()
        for number, payload in enumerate(PAYLOADS):
            data = {"token": token[1], "key": f"key{number}", "text": payload}
            answer = await form.post("/chat", data=data)
            assert answer.status_code == 200
            assert str(escape(payload)) in answer.text, payload
            assert Markup(answer.text).elements == plain, payload
            assert strange_links(answer.text) == []
            if number % 4 == 0:
                await shown(seen, answer.text)
        assert seen.strangers() == []
        assert [told for told in seen.complaints if "ERR_FAILED" not in told] == []


async def test_the_form_of_a_browser_without_a_script_shows_text(
    browser: Browser, served: Service, form: httpx.AsyncClient
) -> None:
    async with visit(browser, served, java_script_enabled=False) as seen:
        await seen.open()
        for payload in ("</textarea><script>window.hit=1</script>", *SOME[:6]):
            await seen.page.fill("#text", payload)
            await seen.choose("Send")
            mine = seen.page.locator(".mine")
            await mine.get_by_text(payload.split("\n")[0]).wait_for()
            assert await seen.page.locator("#log :is(script, img, svg, iframe)").count() == 0
        assert seen.strangers() == seen.complaints == []


def filled(fields: tuple[str, ...], value: str) -> Mapping[str, str]:
    return {"key": "k", **dict.fromkeys(fields, value)}


@pytest.mark.parametrize(("path", "fields"), ADDRESSES)
async def test_an_address_never_becomes_markup(
    form: httpx.AsyncClient, path: str, fields: tuple[str, ...]
) -> None:
    plain = Markup((await form.get(path, params=filled(fields, HARMLESS))).text).elements
    for payload in SOME:
        answer = await form.get(path, params=filled(fields, payload))
        assert answer.status_code == 200
        assert Markup(answer.text).elements == plain, payload
        assert strange_links(answer.text) == []
        assert payload not in answer.text


@pytest.mark.parametrize(("path", "fields"), FORMS)
async def test_a_field_of_a_form_never_becomes_markup(
    form: httpx.AsyncClient, path: str, fields: tuple[str, ...]
) -> None:
    harmless = await form.post(path, data=filled(fields, HARMLESS))
    plain = Markup(harmless.text).elements
    for payload in SOME:
        answer = await form.post(path, data=filled(fields, payload))
        assert answer.status_code == harmless.status_code, payload
        assert Markup(answer.text).elements == plain, payload
        assert strange_links(answer.text) == []
        if re.search('[<"]', payload):
            assert payload not in answer.text


@pytest.mark.parametrize("again", [True, False])
async def test_forgetting_leads_to_our_own_page_or_away(
    form: httpx.AsyncClient, again: bool
) -> None:
    for payload in SOME:
        data = dict.fromkeys(("locale", "country", "host"), payload)
        answer = await form.post("/forget", data={**data, **({"again": payload} if again else {})})
        assert answer.status_code == 303
        assert re.match(r"/\?[\w=&%.*+~-]+$" if again else "/leave$", answer.headers["location"])
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("field", ["text", "button", "start"])
async def test_what_comes_back_for_another_try_stays_text(
    browser: Browser,
    served: Service,
    form: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    field: str,
) -> None:
    async def down(*_: object, **__: object) -> None:
        raise StorageDown

    monkeypatch.setattr(served.edge.conversations, "find", down)
    fields = ("token", "key", "locale", "country", "host", field)
    plain = Markup((await form.post("/chat", data=filled(fields, HARMLESS))).text).elements
    async with visit(browser, served, bypass_csp=True) as seen:
        await seen.page.route("**/static/*", lambda route: route.abort())
        await seen.open()
        for payload in SOME:
            answer = await form.post("/chat", data=filled(fields, payload))
            assert answer.status_code == 503
            assert str(escape(payload)) in answer.text
            assert Markup(answer.text).elements == plain, payload
            await shown(seen, answer.text)
        assert seen.strangers() == []
