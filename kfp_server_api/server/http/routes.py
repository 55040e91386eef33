# SPDX-License-Identifier: Apache-2.0
"""Finds the route of a request without trying all of them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import NamedTuple, Union

from starlette.requests import Request
from starlette.responses import Response

from kfp_server_api.server.errors import NOT_FOUND, UNIMPLEMENTED, GatewayError, RequestError

Endpoint = Callable[[Request], Awaitable[Response]]

_PLACEHOLDER = re.compile(r"\\\{(.+?)\\\}")
_NAMED = 3
"""Position of the part of a path that says which resource it is of: `/apis/v2beta1/runs/{run_id}`."""
_Key = tuple[int, Union[str, None]]


class Route(NamedTuple):
    """What answers the requests of a path.

    Attributes:
        name: what it does, for the log.
        path: with placeholders for whole parts between slashes, which may be empty, or the beginnings of such parts.
        methods: no others are answered; () stands for all. To the API HEAD is not the same as GET.
        error: the shape of its errors.
    """

    name: str
    path: str
    methods: Collection[str]
    endpoint: Endpoint
    error: type[RequestError] = RequestError


class Routes:
    """Routes by the number of their path's parts and by the one that names the resource."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes: dict[_Key, list[tuple[re.Pattern[str], Route]]] = {}
        for route in routes:
            self._routes.setdefault(_key(route.path), []).append((_pattern(route.path), route))

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """Return the first route that matches path and method, and what stands in the place of its placeholders.

        Raises:
            GatewayError: there is none with this path, or those with it have other methods.
        """
        count, name = _key(path)
        is_known = False
        for pattern, route in (*self._routes.get((count, name), ()), *self._routes.get((count, None), ())):
            found = pattern.fullmatch(path)
            if found and (not route.methods or method in route.methods):
                return route, found.groupdict()
            is_known = is_known or found is not None
        raise GatewayError(UNIMPLEMENTED, "Method Not Allowed") if is_known else GatewayError(NOT_FOUND, "Not Found")


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(_PLACEHOLDER.sub(lambda found: f"(?P<{_name(found[1])}>[^/]*)", re.escape(path)))


def _name(placeholder: str) -> str:
    return re.sub(r"\W+", "_", placeholder)


def _key(path: str) -> _Key:
    parts = path.split("/")
    name = parts[_NAMED] if len(parts) > _NAMED else ""
    return len(parts), None if "{" in name else name
