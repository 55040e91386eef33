# SPDX-License-Identifier: Apache-2.0
"""Keeps those who do not have the server's token from using it."""

from __future__ import annotations

import hmac

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from kfp_server_api.server.errors import UNAUTHENTICATED, RequestError

_REFUSED = RequestError(UNAUTHENTICATED, "The request has no Authorization: Bearer with this server's token")


class TokenGuard:
    """Answers 401 to requests without the token.

    Args:
        token: what they have to show; with "" nothing is asked for.
        open_paths: paths that are answered without.
    """

    def __init__(self, token: str, open_paths: frozenset[str]) -> None:
        self._token = token.encode()
        self._open_paths = open_paths

    def refusal(self, scope: Scope) -> Response | None:
        """Return the reply to a request that is refused, None to one that is not."""
        if not self._token or scope["path"] in self._open_paths or self._is_shown(scope):
            return None
        body = _REFUSED.body()
        # As servers of a cluster have it: the whole message in the place of a scheme.
        return JSONResponse(body, _REFUSED.status, {"WWW-Authenticate": body["message"]})

    def _is_shown(self, scope: Scope) -> bool:
        shown = Headers(scope=scope).getlist("authorization")
        scheme, _, token = shown[0].partition(" ") if len(shown) == 1 else ("", "", "")
        # In a time that does not say how much of it is right.
        return scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode("latin-1"), self._token)
