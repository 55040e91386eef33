# SPDX-License-Identifier: Apache-2.0
"""urllib3's pool manager, which does not look up the same host anew for every call."""

from __future__ import annotations

import socket
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection

_DEFAULTS: Any = HTTPConnection.default_socket_options  # urllib3 2.8 declares it so that checkers see no list
_PROBES = (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 30), ("TCP_KEEPCNT", 6))
KEEPALIVE: list[Any] = [
    *_DEFAULTS,
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    *((socket.IPPROTO_TCP, getattr(socket, name), value) for name, value in _PROBES if hasattr(socket, name)),
]
"""Socket options of every connection: a call that waits without end notices that the server's machine is gone."""


class PoolManager(urllib3.PoolManager):
    """Keeps the pool of the latest host at hand.

    What urllib3's manager does beyond finding the pool stays with it: URLs that it has to rewrite, fields that it has
    to encode, and redirects, where the caller wants them followed.
    """

    _original = (urllib3.PoolManager.request, urllib3.PoolManager.urlopen)
    _latest: tuple[str, dict[str, Any], Any] = ("", {}, None)

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Any:
        """Send a request; see `urllib3.PoolManager.request`."""
        if args or "fields" in options or "json" in options or options.get("redirect", True) or self._is_patched():
            return super().request(method, url, *args, **options)
        return self._open(method, url, **options)

    def urlopen(self, method: str, url: str, redirect: bool = True, **options: Any) -> Any:  # type: ignore[override]
        """Send a request; see `urllib3.PoolManager.urlopen`."""
        if redirect or self._is_patched():
            return super().urlopen(method, url, redirect, **options)
        return self._open(method, url, **options)

    def _open(self, method: str, url: str, redirect: bool = False, **options: Any) -> Any:
        start = url.find("/", 8)  # behind "https://"
        rewritten = start < 0 or "/." in url or "#" in url  # dot segments are folded, fragments are not sent
        pool = None if rewritten else self._pool_at(url[:start])
        if pool is None:
            return super().urlopen(method, url, redirect, **options)
        options.setdefault("headers", self.headers)
        return pool.urlopen(method, url[start:], redirect=redirect, **options)

    def _is_patched(self) -> bool:
        """Tell whether somebody put a function of his own in the place of urllib3's, as mocks and tracers do."""
        return (urllib3.PoolManager.request, urllib3.PoolManager.urlopen) != self._original

    def clear(self) -> None:
        """Let go of all pools."""
        super().clear()
        self._latest = PoolManager._latest

    def _pool_at(self, origin: str) -> Any:
        latest, settings, pool = self._latest
        # A pool without a queue is closed; settings can be changed at any time and then ask for another pool.
        if origin != latest or pool.pool is None or settings != self.connection_pool_kw:
            if not origin.startswith(("http://", "https://")) or set("?\\@") & set(origin):
                return None
            settings = dict(self.connection_pool_kw)
            pool = self.connection_from_url(origin)
            self._latest = (origin, settings, pool)
        return pool
