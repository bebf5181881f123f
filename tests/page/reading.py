"""An answer as a browser without a script reads it: forms, links and words."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import httpx


class Page(HTMLParser):
    """The forms, links and words of an answer."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.scripts: list[str] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        assert not any(name.startswith("on") or name == "style" for name in given), given
        if tag == "form":
            self.forms.append({"id": "", "fields": {}, "buttons": [], **given})
        elif tag == "input" and "name" in given:
            self.forms[-1]["fields"][given["name"]] = given["value"]
        elif tag == "button" and "value" in given:
            self.forms[-1]["buttons"].append((given["name"], given["value"]))
        elif tag == "a":
            self.links.append(given["href"])
        if "data-script" in given:
            self.scripts.append(given["data-script"])

    def handle_data(self, data: str) -> None:
        self.words += data

    def form(self, name: str) -> dict[str, Any]:
        return next(form for form in self.forms if form["id"] == name)


async def write(client: httpx.AsyncClient, page: Page, words: str) -> httpx.Response:
    return await client.post("/chat", data={**page.form("writing")["fields"], "text": words})


async def press(client: httpx.AsyncClient, page: Page, place: int = 0) -> httpx.Response:
    form = page.form("choosing")
    name, value = form["buttons"][place]
    return await client.post("/chat", data={**form["fields"], name: value})
