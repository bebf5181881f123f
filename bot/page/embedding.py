"""What another site copies to show the page inside its own, and a site to try it on."""

from __future__ import annotations

import http.server
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.page.assets import integrity
from bot.page.words import load_words

TEMPLATES = Path(__file__).resolve().parent / "templates"
LOADER = "/embed.js"


def snippet(address: str, exit_url: str, locale: str) -> str:
    """The HTML to copy: a link for who has no script, and the loader with its integrity hash.

    `address` is the origin of this service as browsers reach it, without a slash at its end.
    """
    words = load_words()[locale]
    return _render(
        "snippet.html",
        address=address.rstrip("/"),
        loader=LOADER,
        integrity=integrity(LOADER),
        exit_url=exit_url,
        locale=locale,
        w=words,
    ).strip()


def host_page(shown: str) -> str:
    """A page of a school that nobody runs, with the snippet in it."""
    return _render("host.html", snippet=shown)


def host_server(page: str, port: int) -> http.server.ThreadingHTTPServer:
    """Serves one page on this machine; the caller starts and closes it."""
    content = page.encode()

    class Host(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Silent: nobody has to know who looked."""

    return http.server.ThreadingHTTPServer(("127.0.0.1", port), Host)


def _render(template: str, **context: object) -> str:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template(template).render(**context)
