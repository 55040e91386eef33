# SPDX-License-Identifier: Apache-2.0
"""Finds the route of a request without trying all of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Union

from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

_Key = tuple[int, Union[str, None]]
_NAMED = 3
"""Position of the part of a path that says which resource it is of: `/apis/v2beta1/runs/{run_id}`."""


class Routes(BaseRoute):
    """Routes as one, which go by the number of their path's parts and by the one that names the resource."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes: dict[_Key, list[Route]] = {}
        for route in routes:
            self._routes.setdefault(_key(route.path), []).append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return the first route that matches path and method, or the first with another method."""
        count, name = _key(scope["path"])
        best, found = Match.NONE, {}
        for route in (*self._routes.get((count, name), ()), *self._routes.get((count, None), ())):
            match, child = route.matches(scope)
            if match.value > best.value:
                best, found = match, {**child, "found": route}
            if match is Match.FULL:
                break
        return best, found

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by the route that was found."""
        await scope["found"].handle(scope, receive, send)


def _key(path: str) -> _Key:
    parts = path.split("/")
    name = parts[_NAMED] if len(parts) > _NAMED else ""
    return len(parts), None if "{" in name else name
