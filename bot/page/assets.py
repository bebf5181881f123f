"""Style, script, icon and the loader for other sites, read once and served from fixed paths."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from fastapi import APIRouter, Response

FOLDER = Path(__file__).resolve().parent / "static"  # built from element/ by `make page`
SCRIPT = "text/javascript; charset=utf-8"
TYPES = {
    "/static/page.css": "text/css; charset=utf-8",
    "/static/chat.js": SCRIPT,
    "/static/icon.svg": "image/svg+xml",
    "/embed.js": SCRIPT,
}
# A page of another site loads it, and checks it by its hash: browsers want both headers for that.
FOR_OTHERS = {
    "/embed.js": {
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
    }
}


def add_assets(routes: APIRouter, may_call: dict[str, str]) -> None:
    """GET for the paths of TYPES."""
    for path, media_type in TYPES.items():
        routes.add_api_route(
            path,
            _serve(content_of(path), media_type, FOR_OTHERS.get(path, {})),
            methods=["GET"],
            include_in_schema=False,
            openapi_extra=may_call,
        )


def content_of(path: str) -> bytes:
    """The file behind a path of TYPES."""
    return (FOLDER / Path(path).name).read_bytes()


def integrity(path: str) -> str:
    """What a page writes into `integrity` (Subresource Integrity, W3C): sha384 of the file."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content_of(path)).digest()).decode()


def _serve(
    content: bytes, media_type: str, headers: Mapping[str, str]
) -> Callable[[], Awaitable[Response]]:
    async def serve() -> Response:
        return Response(content, media_type=media_type, headers=dict(headers))

    return serve
