"""Where to go next: pages of the console alone."""

from __future__ import annotations

from urllib.parse import urlsplit


def local(path: str | None, otherwise: str = "/scripts") -> str:
    """The path when it is one of ours; another site, or anything odd, leads to `otherwise`."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")):
        return otherwise
    if any(ord(sign) < 33 or sign == "\\" for sign in path):
        return otherwise
    parts = urlsplit(path)
    return otherwise if parts.scheme or parts.netloc else path
