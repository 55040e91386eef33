# SPDX-License-Identifier: Apache-2.0
"""What the API's router does with paths and methods before it looks for a route."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import Scope

_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_FORM = "application/x-www-form-urlencoded"


def refusal(scope: Scope) -> Response | None:
    """Return the reply to a path that is not clean or none at all, None for others; a form may stand for a method."""
    if _BAD_ESCAPE.search(scope.get("raw_path") or b""):
        return PlainTextResponse("400 Bad Request", 400)
    path = scope["path"]
    clean = posixpath.normpath("/" + path.lstrip("/"))
    if path.endswith("/") and clean != "/":
        clean += "/"
    if clean != path:
        query = scope["query_string"].decode("latin-1")
        return Response(status_code=301, headers={"Location": quote(clean) + (f"?{query}" if query else "")})
    if scope["method"] == "POST":
        headers = Headers(scope=scope)
        if headers.get("content-type") == _FORM:
            scope["method"] = headers.get("x-http-method-override", "POST").upper()
    return None
