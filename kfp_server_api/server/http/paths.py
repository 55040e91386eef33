# SPDX-License-Identifier: Apache-2.0
"""What the API's router does with paths and methods before it looks for a route."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import quote

from starlette.convertors import Convertor, register_url_convertor
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

SEGMENT = "segment"
"""Convertor of a part of a path between slashes, which may be empty."""

_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_FORM = "application/x-www-form-urlencoded"


class _Segment(Convertor[str]):
    regex = "[^/]*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor(SEGMENT, _Segment())


class Paths:
    """Redirects to clean paths and refuses those that are none.

    Args:
        app: what answers the other requests.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        reply = _reply(scope) if scope["type"] == "http" else None
        return await (reply or self._app)(scope, receive, send)


def _reply(scope: Scope) -> Response | None:
    """Return the reply to a path without route; a form may stand for another method."""
    if _BAD_ESCAPE.search(scope.get("raw_path") or b""):
        return PlainTextResponse("400 Bad Request", 400)
    path = scope["path"]
    clean = posixpath.normpath("/" + path.lstrip("/"))
    if path.endswith("/") and clean != "/":
        clean += "/"
    if clean != path:
        query = scope["query_string"].decode("latin-1")
        return Response(status_code=301, headers={"Location": quote(clean) + (f"?{query}" if query else "")})
    headers = Headers(scope=scope)
    if scope["method"] == "POST" and headers.get("content-type") == _FORM:
        scope["method"] = headers.get("x-http-method-override", "POST").upper()
    return None
