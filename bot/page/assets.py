"""Style, script and icon, read once and served from fixed paths."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import APIRouter, Response

FOLDER = Path(__file__).resolve().parent / "static"
TYPES = {
    "page.css": "text/css; charset=utf-8",
    "chat.js": "text/javascript; charset=utf-8",
    "keep.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


def add_assets(routes: APIRouter, may_call: dict[str, str]) -> None:
    """GET /static/<name> for the files of TYPES."""
    for name, media_type in TYPES.items():
        routes.add_api_route(
            f"/static/{name}",
            _serve((FOLDER / name).read_bytes(), media_type),
            methods=["GET"],
            include_in_schema=False,
            openapi_extra=may_call,
        )


def _serve(content: bytes, media_type: str) -> Callable[[], Awaitable[Response]]:
    async def serve() -> Response:
        return Response(content, media_type=media_type)

    return serve
