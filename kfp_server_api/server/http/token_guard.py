# SPDX-License-Identifier: Apache-2.0
"""Keeps those who do not have the server's token from using it."""

from __future__ import annotations

import hmac

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from kfp_server_api.server.errors import UNAUTHENTICATED, RequestError

_REFUSED = RequestError(UNAUTHENTICATED, "The request has no Authorization: Bearer with this server's token")


class TokenGuard:
    """Answers 401 to requests without the token.

    Args:
        app: what answers the other requests.
        token: what they have to show; with "" nothing is asked for.
        open_paths: paths that are answered without.
    """

    def __init__(self, app: ASGIApp, token: str, open_paths: frozenset[str]) -> None:
        self._app = app
        self._token = token.encode()
        self._open_paths = open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not self._token or scope["type"] != "http" or scope["path"] in self._open_paths or self._is_shown(scope):
            return await self._app(scope, receive, send)
        body = _REFUSED.body()
        # As servers of a cluster have it: the whole message in the place of a scheme.
        headers = {"WWW-Authenticate": body["message"]}
        return await JSONResponse(body, _REFUSED.status, headers)(scope, receive, send)

    def _is_shown(self, scope: Scope) -> bool:
        shown = Headers(scope=scope).getlist("authorization")
        scheme, _, token = shown[0].partition(" ") if len(shown) == 1 else ("", "", "")
        # In a time that does not say how much of it is right.
        return scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode("latin-1"), self._token)
