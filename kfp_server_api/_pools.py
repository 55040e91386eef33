# SPDX-License-Identifier: Apache-2.0
"""urllib3's pool manager, which does not look up the same host anew for every call."""

from __future__ import annotations

from copy import copy
from typing import Any

import urllib3


class PoolManager(urllib3.PoolManager):
    """Keeps the pool of the latest host at hand.

    What urllib3's manager does beyond finding the pool stays with it: URLs that it has to rewrite, and redirects.
    """

    _latest: tuple[str, dict[str, Any], Any] = ("", {}, None)
    _answered: Any = None

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Any:
        """Send a request; see `urllib3.PoolManager.request`."""
        if args or "fields" in options or "json" in options:  # for urllib3 to encode
            return super().request(method, url, *args, **options)
        return self.urlopen(method, url, **options)

    def urlopen(self, method: str, url: str, redirect: bool = True, **options: Any) -> Any:  # type: ignore[override]
        """Send a request; see `urllib3.PoolManager.urlopen`."""
        start = url.find("/", 8)  # behind "https://"
        rewritten = start < 0 or "/." in url or "#" in url  # dot segments are folded, fragments are not sent
        pool = None if rewritten or self._answered else self._pool_at(url[:start])
        if pool is None:
            return super().urlopen(method, url, redirect, **options)
        options.setdefault("headers", self.headers)
        response = pool.urlopen(method, url[start:], redirect=False, **options)
        if not redirect or not response.get_redirect_location():
            return response
        following = copy(self)
        following._answered = _Answered(pool, response)
        return following.urlopen(method, url, **options)

    def connection_from_host(self, *host: Any, **settings: Any) -> Any:
        """Return the pool of a host; see `urllib3.PoolManager.connection_from_host`."""
        answered, self._answered = self._answered, None
        return answered or super().connection_from_host(*host, **settings)

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


class _Answered:
    """A pool whose reply has come already: urllib3 asks it for the reply that redirects, and goes on from there."""

    def __init__(self, pool: Any, response: Any) -> None:
        self._pool, self._response = pool, response

    def urlopen(self, *_: Any, **__: Any) -> Any:
        return self._response

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)

    def __str__(self) -> str:
        return str(self._pool)
