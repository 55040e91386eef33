# SPDX-License-Identifier: Apache-2.0
"""Redirects, followed hop by hop, so that a bad one is known with the reply that asked for it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin

import urllib3
from urllib3.exceptions import MaxRetryError
from urllib3.util import parse_url

from kfp_server_api.configuration import without_userinfo

_OF_A_BODY = frozenset(
    {"content-encoding", "content-language", "content-length", "content-location", "content-type", "digest"}
)
_USERINFO = re.compile(r"(?<=//)[^/?#]*@")
_PORTS = {"http": 80, "https": 443}


class BadRedirect(Exception):
    """A redirect that cannot be followed.

    Attributes:
        response: urllib3's response that asked for it.
        url: URL that gave the response.
        sentence: what is wrong; names the Location.
    """

    def __init__(self, response: Any, url: str, location: str, why: str) -> None:
        self.response, self.url = response, url
        shown = _USERINFO.sub("", location)
        self.sentence = f"The server redirects to {shown!r}: {why}"
        super().__init__(self.sentence)


def send(pools: Any, method: str, url: str, **options: Any) -> tuple[Any, str]:
    """Send a request and follow its redirects; return urllib3's response and the URL that gave it.

    Args:
        pools: a `urllib3.PoolManager`.
        options: of its `request`; headers are a dict.

    Raises:
        BadRedirect: there are too many, or one that leads nowhere.
    """
    while True:
        response = pools.request(method, url, redirect=False, **options)
        location = response.get_redirect_location() if 300 <= response.status <= 399 else None
        if not location:
            return response, url
        target = _target(response, url, location)
        options["retries"] = _counted(response, method, url, location)
        if response.status == 303:
            method, options["body"] = "GET", None
            options["headers"] = _without(options["headers"], _OF_A_BODY)
        if _origin(target) != _origin(url):
            options["headers"] = _without(options["headers"], options["retries"].remove_headers_on_redirect)
        response.drain_conn()
        url = target


def _target(response: Any, url: str, location: str) -> str:
    try:
        target = urljoin(url, location)
        scheme, host, _ = _origin(target)
    except ValueError as cause:  # urllib3's LocationParseError is one
        raise BadRedirect(response, url, location, "that is no URL") from cause
    if scheme not in _PORTS or not host:
        raise BadRedirect(response, url, location, "that is no http or https URL")
    return without_userinfo(target)  # type: ignore[no-any-return]


def _origin(url: str) -> tuple[str | None, str | None, int | None]:
    parsed = parse_url(url)
    return parsed.scheme, parsed.host, parsed.port or _PORTS.get(parsed.scheme or "")


def _counted(response: Any, method: str, url: str, location: str) -> urllib3.Retry:
    """Return the retries that are left after this redirect."""
    retries = response.retries
    if not isinstance(retries, urllib3.Retry):
        retries = urllib3.Retry.from_int(retries)
    try:
        return retries.increment(method, url, response=response)
    except MaxRetryError as cause:
        raise BadRedirect(response, url, location, "it is one redirect too many") from cause


def _without(headers: dict[str, str], names: Any) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in names}
