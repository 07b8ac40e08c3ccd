"""The console's files, served under a strict content security policy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.exceptions import HTTPException

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        # Mantine writes its theme into a style element; scripts stay strict.
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self'",
        "font-src 'self'",
        "media-src 'self'",
        "manifest-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
}
_PUBLIC: Final = re.compile(r"/|/[\w-]+(\.\w+)+|/(assets|favicons)/[\w.-]+", re.ASCII)

NOT_BUILT: Final = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><title>控制台尚未构建 · Console not built</title>
<h1>控制台尚未构建</h1><p>警报仍在接收和应答。请运行 ./care up，它会构建控制台。</p>
<h1 lang="en">The console has not been built</h1>
<p lang="en">Alarms are still taken in and answered. Run ./care up: it builds the console.</p></html>
"""


def is_console_path(method: str, path: str) -> bool:
    """Whether it can only be a file of the console: those are open to strangers, for the log-in page is one of them."""
    return method in ("GET", "HEAD") and _PUBLIC.fullmatch(path) is not None


def router(folder: Path) -> APIRouter:
    """`/`, files with an extension beside it, `/assets/…` and `/favicons/…`, looked up at each request."""
    api = APIRouter(include_in_schema=False)

    @api.api_route("/", methods=["GET", "HEAD"])
    def index() -> Response:
        page = folder / "index.html"
        headers = {**_HEADERS, "Cache-Control": "no-store"}
        if not page.is_file():
            return HTMLResponse(NOT_BUILT, 503, {**headers, "Retry-After": "5"})
        return FileResponse(page, headers=headers, media_type="text/html; charset=utf-8")

    @api.api_route("/{name}", methods=["GET", "HEAD"])
    def beside(name: str) -> Response:
        return _file(folder, folder / name, "no-store")

    @api.api_route("/{subfolder}/{name}", methods=["GET", "HEAD"])
    def inside(subfolder: str, name: str) -> Response:
        # Names under assets carry a hash of their content.
        caching = "public, max-age=31536000, immutable" if subfolder == "assets" else "no-cache"
        return _file(folder, folder / subfolder / name, caching)

    return api


def _file(folder: Path, path: Path, caching: str) -> Response:
    relative = f"/{path.relative_to(folder).as_posix()}"
    if not is_console_path("GET", relative) or not path.is_file():
        raise HTTPException(404)
    if not path.resolve().is_relative_to(folder.resolve()):
        raise HTTPException(404)
    return FileResponse(path, headers={**_HEADERS, "Cache-Control": caching})
