"""What a browser is told around every answer: nothing is kept, run or framed; under HTTPS, cookies bear a prefix."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DEFAULTS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
"""Where the route says nothing of its own: the console and the pages behind links do."""
YEAR: Final = "max-age=31536000; includeSubDomains"
OURS: Final = b"care_"
NARROW: Final = frozenset({b"care_answer", b"care_lang"})
"""They hold for one path, and `__Host-` allows none but `/`."""
Headers = list[tuple[bytes, bytes]]


class Edge:
    """ASGI middleware around everything, errors included. `secure`: browsers come over HTTPS alone.

    A cookie with a prefix is one that neither another host nor an unencrypted answer can have set (RFC 6265bis 4.1.3);
    within the program they have their plain names.
    """

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in DEFAULTS.items():
                    headers.setdefault(name, value)
                if self._secure:
                    headers["Strict-Transport-Security"] = YEAR
                    message["headers"] = list(_set_with_prefix(message["headers"]))
            await send(message)

        if self._secure:
            scope = {**scope, "headers": list(_taken_without_prefix(scope["headers"]))}
        await self._app(scope, receive, told)


def prefix_of(name: bytes) -> bytes:
    """What stands before the name of one of our cookies under HTTPS."""
    return b"__Secure-" if name in NARROW else b"__Host-"


def _set_with_prefix(headers: Headers) -> Iterator[tuple[bytes, bytes]]:
    for key, value in headers:
        if key.lower() != b"set-cookie":
            yield key, value
            continue
        marked = value if b"secure" in value.lower().split(b"; ")[1:] else value + b"; Secure"
        yield key, prefix_of(value.partition(b"=")[0]) + marked


def _taken_without_prefix(headers: Headers) -> Iterator[tuple[bytes, bytes]]:
    for key, value in headers:
        if key != b"cookie":
            yield key, value
            continue
        yield key, b"; ".join(filter(None, map(_plain, value.split(b";"))))


def _plain(cookie: bytes) -> bytes:
    cookie = cookie.strip()
    name = cookie.partition(b"=")[0]
    bare = name.removeprefix(b"__Host-").removeprefix(b"__Secure-")
    if not bare.startswith(OURS):
        return cookie
    # One of ours without its prefix was set by somebody else.
    return cookie[len(name) - len(bare) :] if name == prefix_of(bare) + bare else b""
