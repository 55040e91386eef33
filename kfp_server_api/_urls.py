# SPDX-License-Identifier: Apache-2.0
"""URLs: that of a server as a caller gives it, and without what must not be sent or shown, `user:password@`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

PORTS = {"http": 80, "https": 443}
"""The schemes of servers, each with its port where a URL names none."""

# Patterns as text, since compiling them would take a tenth of the time to a first client.
_MISWRITTEN = r"https?(?::(?:/|$)|//)"
_NEVER = r"[\s\x00-\x1f\x7f\\]"
_LABEL = r"[^\s\"%<>^`{|}/?#@:\[\]\\.]+"
_AUTHORITY = rf"(?:\[[0-9A-Fa-f:.]+(?:%[\w.~%-]+)?\]|{_LABEL}(?:\.{_LABEL})*\.?)(?::([^:]*))?"
_PORT = r"0*[1-9][0-9]{0,4}"
_IPV6 = r"[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*"
_PIECE = r"[^?\s'\"]+"
"""In which a userinfo may stand whole."""


def without_userinfo(url: Any) -> Any:
    """Return a URL without `user:password@`; anything else unchanged."""
    if not isinstance(url, str) or "@" not in url:
        return url
    scheme, slashes, rest = url.partition("://") if "://" in url else ("", "", url)
    authority, slash, path = rest.partition("/")
    return f"{scheme}{slashes}{authority.rpartition('@')[2]}{slash}{path}"


@lru_cache(maxsize=64)
def base_url(host: str) -> str:
    """Return the setting `Configuration.host` as the beginning of URLs: with a scheme, without `user:password@` and
    slashes at its end.

    A password may hold what ends an authority (`/`, `#`), so all up to the last `@` goes.

    Raises:
        ValueError: it is neither `host[:port][/path]` nor an http or https URL; says why, without credentials.
    """
    scheme, slashes, rest = host.partition("://")
    if not slashes:
        scheme, rest = "http", host
    address = rest.rpartition("@")[2]
    fault = _fault_of(scheme, address)
    if fault:
        given = address if "@" in host else host
        raise ValueError(f"{given!r}: {fault}")
    return f"{scheme}://{address.rstrip('/')}"


def _fault_of(scheme: str, address: str) -> str:
    """Return what is wrong with a scheme, or with a host, its port and path; "" where nothing is."""
    authority = address.partition("/")[0]
    found = re.fullmatch(_AUTHORITY, authority)
    if scheme.lower() not in ("http", "https") or re.match(_MISWRITTEN, address, re.I):
        return "it begins with neither http:// nor https:// nor the name of a host"
    if re.search(_NEVER, address):
        return "a space, a control character or a backslash has no place in it"
    if "?" in address or "#" in address:
        return "a query or fragment is no part of it; it ends with the path below which the server has `/apis`"
    if not found:
        return "an IPv6 address stands in [brackets]" if re.fullmatch(_IPV6, authority) else "it names no host"
    port_is_good = not found[1] or (re.fullmatch(_PORT, found[1]) and int(found[1]) < 65536)
    return "" if port_is_good else "the port is no number from 1 to 65535"


def shown(text: str) -> str:
    """Return a text for people in which no URL has a `user:password@`, however it is written."""
    return re.sub(_PIECE, _without_userinfo, text) if "@" in text else text


def _without_userinfo(piece: re.Match[str]) -> str:
    """Return a piece of text without what stands between its first `//` and its last `@`."""
    before, slashes, rest = piece[0].partition("//")
    return f"{before}{slashes}{rest.rpartition('@')[2]}" if slashes else before
