"""Our page and two chat widgets, each served on a port of its own.

Ours comes from a real gateway over this repository's texts; only the worker behind it is played.
The widgets stand on small host pages, set up as their own README says, with small backends that
answer one sentence. What they load is compressed; what the gateway sends is left as it is.
"""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import socketio
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.page.service import free_port, open_service

MODULES = Path(__file__).resolve().parent / "node_modules"
ANSWER = "This is the played answer."
SCRIPT = "text/javascript"
# Nothing answers there: the exit is looked at on our own page alone.
EXIT_URL = "https://exit.test/"
HOST_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Chat</title>
</head>
<body>
<main>
<h1>Chat</h1>
{widget}
</main>
</body>
</html>
"""
DEEP_CHAT = """<script type="module" src="/deepChat.bundle.js"></script>
<deep-chat connect='{"url": "/chat"}'></deep-chat>"""
# The README's lines, with addresses of this machine.
RASA_WEBCHAT = """<script>!(function () {
  let e = document.createElement("script"),
    t = document.head || document.getElementsByTagName("head")[0];
  (e.src = "/index.js"),
    (e.async = !0),
    (e.onload = () => {
      window.WebChat.default(
        { customData: { language: "en" }, socketUrl: location.origin },
        null
      );
    }),
    t.insertBefore(e, t.firstChild);
})();</script>"""
# A strict policy lets no script stand in the page or make another one.
RASA_WEBCHAT_STRICT = """<script src="/index.js"></script>
<script src="/setup.js"></script>"""
SETUP = 'window.WebChat.default({customData: {language: "en"}, socketUrl: location.origin}, null);'


def ours(folder: Path) -> Any:
    """The gateway with its page over a new database in `folder`."""
    return open_service(folder, exit_url=EXIT_URL).app


def policy_of(address: str) -> str:
    """The content security policy that our page comes with."""
    return httpx.get(address + "/").headers["content-security-policy"]


def deep_chat(policy: str) -> Any:
    """deep-chat's bundle, its host page and a backend that speaks JSON."""

    async def chat(request: Request) -> Response:
        await request.body()
        return JSONResponse({"text": ANSWER})

    page = HOST_PAGE.format(widget=DEEP_CHAT)
    files = {"/deepChat.bundle.js": MODULES / "deep-chat" / "dist" / "deepChat.bundle.js"}
    return _host(page, page, policy, files, [Route("/chat", chat, methods=["POST"])])


def rasa_webchat(policy: str) -> Any:
    """rasa-webchat's bundle, its host page and a backend that speaks Rasa's socket.io events."""
    page = HOST_PAGE.format(widget=RASA_WEBCHAT)
    strict = HOST_PAGE.format(widget=RASA_WEBCHAT_STRICT)
    files = {"/index.js": MODULES / "rasa-webchat" / "lib" / "index.js"}
    talking = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins="*")

    @talking.on("session_request")
    async def session_request(sid: str, _: Any) -> None:
        await talking.emit("session_confirm", sid, to=sid)

    @talking.on("user_uttered")
    async def user_uttered(sid: str, _: Any) -> None:
        await talking.emit("bot_uttered", {"text": ANSWER}, to=sid)

    setup = Route("/setup.js", _sends(SETUP.encode(), SCRIPT))
    return socketio.ASGIApp(talking, _host(page, strict, policy, files, [setup]))


def _host(
    page: str, strict: str, policy: str, files: dict[str, Path], routes: list[Route]
) -> Starlette:
    """`/` is the host page, `/strict` the same under the policy of our own page.

    `/untyped` is under what is left of the policy without Trusted Types.
    """
    rules = [rule.strip() for rule in policy.split(";")]
    untyped = "; ".join(rule for rule in rules if "trusted-types" not in rule)
    return Starlette(
        routes=[
            Route("/", _sends(page.encode(), "text/html")),
            Route("/strict", _sends(strict.encode(), "text/html", policy)),
            Route("/untyped", _sends(strict.encode(), "text/html", untyped)),
            *(
                Route(at, _sends(path.read_bytes(), "text/javascript"))
                for at, path in files.items()
            ),
            *routes,
        ]
    )


def _sends(content: bytes, media_type: str, policy: str | None = None) -> Any:
    headers = {"content-encoding": "gzip", "cache-control": "max-age=3600"}
    if policy is not None:
        headers["content-security-policy"] = policy
    body = gzip.compress(content, 9)

    async def send(_: Request) -> Response:
        return Response(body, media_type=media_type, headers=headers)

    return send


@contextmanager
def serve(app: Any) -> Iterator[str]:
    """Serve from a thread until the block ends; yields the address, without a slash at its end."""
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=port,
            log_level="error",
            ws="wsproto",
            timeout_graceful_shutdown=1,
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    limit = time.monotonic() + 20
    while not server.started:
        if time.monotonic() > limit or not thread.is_alive():
            raise TimeoutError("a server did not start")
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
