# SPDX-License-Identifier: Apache-2.0
"""Redirects, followed hop by hop, so that a bad one is known with the reply that asked for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import urllib3
from urllib3.exceptions import MaxRetryError
from urllib3.util import parse_url

from kfp_server_api._connection_errors import connection_errors
from kfp_server_api._urls import PORTS, shown, without_userinfo

if TYPE_CHECKING:
    from kfp_server_api.configuration import Configuration

_OF_A_BODY = frozenset(
    {"content-encoding", "content-language", "content-length", "content-location", "content-type", "digest"}
)
_MOST = 20
"""Redirects that are followed where `Configuration.retries` sets no end."""
_STATUSES = frozenset({300, 301, 302, 303, 305, 307, 308})
_NOT_IN_A_HOST = re.compile(r"[\x00-\x20\x7f]")


class BadRedirect(Exception):
    """A redirect that cannot be followed.

    Attributes:
        response: urllib3's response that asked for it.
        method, url: of the request that it answers.
        sentence: what is wrong; names the Location.
    """

    def __init__(self, hop: tuple[Any, str, str], why: str) -> None:
        self.response, self.method, self.url = hop
        location = self.response.headers.get("location")
        target = f"to {shown(location)!r}" if location else "without a Location"
        self.sentence = f"The server redirects {target}: {why}"
        super().__init__(self.sentence)


def send(
    pools: Any, configuration: Configuration, method: str, url: str, options: dict[str, Any], left: Any = None
) -> tuple[Any, str, str]:
    """Send a request and follow its redirects; return urllib3's response, and the method and URL of the last request.

    Args:
        pools: a `urllib3.PoolManager`.
        options: of its `request`; headers are a dict.
        left: a `urllib3.Retry` whose redirects may be followed; None = those of the retries that urllib3 counts.

    Raises:
        BadRedirect: there are too many, or one that leads nowhere.
        ApiConnectionError: no reply.
    """
    options = dict(options)
    followed = 0
    while True:
        with connection_errors(method, url, configuration):
            response = pools.request(method, url, redirect=False, **options)
        hop = response, method, url
        if response.status not in _STATUSES:
            return hop
        if followed == _MOST:
            raise BadRedirect(hop, f"more than {_MOST} redirects are not followed")
        followed += 1
        target = _target(hop)
        counted = _counted(hop, left or response.retries)
        if left:
            left = counted
        else:
            options["retries"] = counted
        if response.status == 303:
            method, options["body"] = "GET", None
            options["headers"] = _without(options["headers"], _OF_A_BODY)
        if _origin(target) != _origin(url):
            options["headers"] = _without(options["headers"], counted.remove_headers_on_redirect)
            pools = getattr(pools, "elsewhere", pools)
        response.drain_conn()
        url = target


def _target(hop: tuple[Any, str, str]) -> str:
    """Return the URL that a reply leads to."""
    location = hop[0].get_redirect_location()
    if not location:
        raise BadRedirect(hop, "it cannot be followed")
    try:
        target = urljoin(hop[2], location)
        _origin(target)
    except ValueError as cause:  # urllib3's LocationParseError is one
        raise BadRedirect(hop, "that is no URL") from cause
    if not origin(target):
        raise BadRedirect(hop, "that is no http or https URL")
    return without_userinfo(target)  # type: ignore[no-any-return]


def _origin(url: str) -> tuple[str | None, str | None, int | None]:
    parsed = parse_url(url)
    return parsed.scheme, parsed.host, parsed.port or PORTS.get(parsed.scheme or "")


def origin(url: str) -> str:
    """Return scheme, host and port of an http or https URL, in one spelling; "" for any other text."""
    try:
        scheme, host, port = _origin(url)
    except ValueError:
        return ""
    if scheme not in PORTS or not host or _NOT_IN_A_HOST.search(host):
        return ""
    return f"{scheme}://{host}" + ("" if port == PORTS[scheme] else f":{port}")


def _counted(hop: tuple[Any, str, str], left: Any) -> Any:
    """Return the redirects that are left after one."""
    response, method, url = hop
    left = left if isinstance(left, urllib3.Retry) else urllib3.Retry.from_int(left)
    try:
        return left.increment(method, url, response=response)
    except MaxRetryError as cause:
        raise BadRedirect(hop, "`Configuration.retries` allows no more redirects") from cause


def _without(headers: dict[str, str], names: Any) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in names}
