# SPDX-License-Identifier: Apache-2.0
"""URLs without what must not be sent or shown: `user:password@`."""

from __future__ import annotations

import re
from typing import Any

_SHOWN_USERINFO = re.compile(r"(?<=//)[^?\s'\"]*@")


def without_userinfo(url: Any) -> Any:
    """Return a URL without `user:password@`; anything else unchanged."""
    if not isinstance(url, str) or "@" not in url:
        return url
    scheme, slashes, rest = url.partition("://") if "://" in url else ("", "", url)
    authority, slash, path = rest.partition("/")
    return f"{scheme}{slashes}{authority.rpartition('@')[2]}{slash}{path}"


def base_url(host: str) -> str:
    """Return the setting `Configuration.host` as the beginning of URLs: with a scheme, without `user:password@`.

    A password may hold what ends an authority (`/`, `#`), so all up to the last `@` goes.
    """
    scheme, slashes, rest = host.partition("://")
    if not slashes:
        scheme, rest = "http", host
    return f"{scheme}://{rest.rpartition('@')[2]}"


def shown(text: str) -> str:
    """Return a text for people in which no URL has a `user:password@`, however it is written."""
    return _SHOWN_USERINFO.sub("", text)
